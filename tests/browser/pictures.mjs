// The pictures of the manual, taken from the real screens of a demonstration town: `cargo xtask pictures`.
//
// Each is taken where its reader would be: somebody's name stands in the bar, a movement is half way, a link is held. All people are
// synthetic. Whoever changes a screen takes its picture anew and looks at it.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDesk, password, startBrowser, startTown } from './town.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'manual', 'pictures');
mkdirSync(folder, { recursive: true });

const town = await startTown(300);
const browser = await startBrowser();
const desk = await openDesk(browser, town.address);
const { page } = desk;
const wire = await page.context().newCDPSession(page);

const taken = new Set();

/** What the window shows, as WebP: a tenth of what the same picture weighs as PNG. */
async function picture(name, scrollTo, from = { page, wire }) {
  await from.page.waitForLoadState('load');
  if (scrollTo) await from.page.locator(scrollTo).first().scrollIntoViewIfNeeded();
  const { data } = await from.wire.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
  taken.add(`${name}.webp`);
  console.log(name);
}

const open = (path) => page.goto(town.address + path);
const fill = (name, value) => page.fill(`[name="${name}"]`, value);
const choose = (name, value) => page.check(`[name="${name}"][value="${value}"]`);
const day = (from) => new Date(Date.now() + (9 * 3600 + from * 86400) * 1e3).toISOString().slice(0, 10);

/** Confirms what a form asks to confirm. */
async function confirm() {
  for (let round = 0; round < 3 && await page.locator('[name=_confirm]:not(:checked)').count(); round += 1) {
    for (const box of await page.locator('[name=_confirm]:not(:checked)').all()) await box.check();
    await page.click('main button.main');
  }
}

/** Sends a form and confirms what it asks to confirm. */
async function send() {
  await page.click('main button.main');
  await confirm();
}

async function until(look) {
  const end = Date.now() + 30_000;
  while (!(await look())) {
    if (end < Date.now()) throw new Error(`${page.url()} did not show what was waited for`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

/** The screens of security keys: with scripts, under the machine's name, and with the key Chromium has for tests. */
async function keys() {
  const host = town.address.replace('127.0.0.1', 'localhost');
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 }, locale: 'ja-JP' });
  const from = { page: await context.newPage() };
  from.wire = await context.newCDPSession(from.page);
  await from.wire.send('WebAuthn.enable');
  await from.wire.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', automaticPresenceSimulation: true },
  });
  const logIn = async () => {
    await context.clearCookies();
    await from.page.goto(`${host}login`);
    await from.page.fill('[name=id]', 'kanri');
    await from.page.fill('[name=password]', password);
    await from.page.keyboard.press('Enter');
    await from.page.waitForURL((url) => url.pathname !== '/login');
  };
  await logIn();
  await from.page.goto(`${host}second-factor`);
  await from.page.fill('[name=name]', '青いキー');
  await from.page.click('form[data-key] button');
  await from.page.locator('ul.codes').waitFor();
  await from.page.goto(`${host}second-factor`);
  await picture('second-factor', undefined, from);
  await logIn();
  await picture('security-key', undefined, from);
  await context.close();
}

try {
  // The counter.
  await page.goto(`${town.address}login`);
  await picture('login');
  await desk.logIn('madoguchi');
  await picture('menu');
  await open('residents?q=' + encodeURIComponent('みなと'));
  await picture('search');
  for (const box of await page.locator('main [name=no]').all()) await box.check();
  await page.click('button:has-text("並べて比べる")');
  await picture('compare');
  await open(`residents?q=${encodeURIComponent("みなと")}`);
  const household = await page.locator('main a[href^="/households/"]').first().getAttribute('href');
  await open(household.slice(1));
  await picture('household');
  const person = await page.locator('main a[href^="/residents/"]').first().getAttribute('href');
  await open(person.slice(1).replace(/\?.*/, ''));
  await picture('person');

  await open('f/resident-register/move-in');
  await choose('move_in_kind', '01');
  await fill('event_date', 'R8.13.40');
  await page.click('button.main');
  await picture('move-in-errors');
  await fill('event_date', day(0));
  await fill('notifier_name', '架空　健一');
  const member = {
    resident_kind: '1', family_name: '架空', given_name: '健一', name_kana: 'カクウ　ケンイチ', birth_date: 'S60.4.1', sex: '1',
    relation: '世帯主', domicile_prefecture: '架空県', domicile_municipality: 'みなと郡台帳町', domicile_town: '本町１番地',
    register_head: '架空　健一', resident_record_code: '12345678903',
  };
  for (const [name, value] of Object.entries(member)) {
    const field = `members.0.${name}`;
    if (name === 'resident_kind' || name === 'sex') await choose(field, value);
    else await fill(field, value);
  }
  await fill('town', '本町');
  await fill('lot', '９９９番地９');
  await fill('prev_prefecture', '別県');
  await fill('prev_municipality', '隣市');
  await fill('prev_lot', '４番地');
  await page.click('button.main');
  await confirm();
  const provisional = (await page.locator('main').innerText()).match(/受付番号\s*([0-9A-Za-z-]+)/)[1];
  await desk.logIn('shinsa');
  await open('provisional');
  await picture('provisional-list');
  await open(`provisional/${provisional}`);
  await picture('provisional');
  for (const box of await page.locator('[name=_confirm]').all()) await box.check();
  await page.click('button.main');
  await desk.logIn('madoguchi');
  await open('residents?q=' + encodeURIComponent('カクウ ケンイチ'));
  await page.locator('main a[href^="/households/"]').first().click();
  await page.locator('[name=targets]').first().check();
  await page.click('button:has-text("住民票の写し")');
  await page.locator('[name=request]').first().check();
  await fill('requested_by', '架空　健一');
  await picture('certificate');
  await send();
  await open(person.slice(1).replace(/\?.*/, '') + '/history');
  await picture('history');
  await desk.logIn('shinsa');
  await open('statistics/pyramid');
  await picture('pyramid');
  await open('euc');
  await page.locator('main a[href^="/euc/"]').first().click();
  await picture('euc');

  // Taxes and applications.
  await desk.logIn('zeimu');
  await picture('menu-tax');
  await open('f/light-vehicle-tax/register');
  await picture('vehicle');
  await open('f/tax-collection/case-list');
  await picture('cases');

  // The operator.
  await desk.logIn('unyo');
  await until(async () => {
    await open('links');
    return /反映済/.test(await page.locator('table').innerText());
  });
  await open('links/resident-changes-to-welfare');
  await page.selectOption('[name=fault]', 'miscounts');
  await page.click('button:has-text("起こす")');
  await picture('rehearsal');
  await page.click('button:has-text("予行を終える")');
  await page.click('button:has-text("接続を試す")');
  await picture('probe');
  for (let run = 0; run < 3; run += 1) {
    await open('links/resident-full-to-tax');
    const before = await page.locator('table').innerText();
    await page.click('button[formaction$="/run"]');
    await until(async () => {
      await open('links/resident-full-to-tax');
      const now = await page.locator('table').innerText();
      return now !== before && !/受領待ち|作成済|送信済/.test(now);
    });
  }
  await picture('link');
  await open('links/resident-full-to-tax/1');
  await picture('delivery');
  await open('links/resident-to-child-allowance');
  await fill('reason', '児童手当システムの点検');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  await open('links');
  await picture('monitor');
  for (const [name, path] of [
    ['map', 'links/map'], ['calendar', 'links/calendar'], ['calendar-year', 'links/calendar/year'], ['lists', 'links/lists'],
    ['ledger', 'links/ledger'],
  ]) {
    await open(path);
    await picture(name);
  }

  // The administrator.
  await desk.logIn('kanri');
  for (const [name, path] of [
    ['users', 'users'], ['user', 'users/madoguchi'], ['audit', 'audit'], ['audit-report', 'audit/reports/logins'],
    ['disclosure', 'audit/disclosure'],
  ]) {
    await open(path);
    await picture(name);
  }
  await keys();
  // A picture that was not taken is of a screen that is no more.
  for (const file of readdirSync(folder)) if (!taken.has(file)) rmSync(join(folder, file));
} finally {
  await browser.close();
  await town.stop();
}
