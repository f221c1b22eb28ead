// The main job in a real browser: a move-in of three people, reviewed, delivered, printed.

import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDesk, startBrowser, startTown } from './town.mjs';

// 葛 with the selector of the form the certificate font has, and 𠮷, which no legacy code holds.
const FAMILY = '葛\u{e0102}城';
const WIFE = '𠮷乃';

let town;
let browser;
let desk;
let page;

before(async () => {
  town = await startTown(300);
  browser = await startBrowser();
  desk = await openDesk(browser, town.address);
  page = desk.page;
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

const open = (path) => page.goto(town.address + path);
const text = () => page.locator('main').innerText();
const fill = (name, value) => page.fill(`[name="${name}"]`, value);
const choose = (name, value) => page.check(`[name="${name}"][value="${value}"]`);

/** Waits for something another system or program does: a link, a receiver. */
async function eventually(what, look) {
  const until = Date.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    assert.ok(Date.now() < until, `${what} did not happen`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

async function fillMember(index, member) {
  const name = (field) => `members.${index}.${field}`;
  await choose(name('resident_kind'), '1');
  await fill(name('family_name'), FAMILY);
  await fill(name('given_name'), member.given);
  await fill(name('name_kana'), `カツラギ　${member.kana}`);
  await fill(name('birth_date'), member.birth);
  await choose(name('sex'), member.sex);
  await fill(name('relation'), member.relation);
  await fill(name('domicile_prefecture'), '架空県');
  await fill(name('domicile_municipality'), 'みなと郡台帳町');
  await fill(name('domicile_town'), '本町１番地');
  await fill(name('register_head'), `${FAMILY}　健一`);
  await fill(name('resident_record_code'), member.code);
}

let provisional;
let household;

test('a wrong password is told without saying which part was wrong', async () => {
  await open('login');
  await fill('id', 'madoguchi');
  await fill('password', 'something-else');
  await page.keyboard.press('Enter');
  assert.match(await page.locator('[role=alert]').innerText(), /利用者IDかパスワードが違います/);
  await desk.shot('login-wrong');
});

test('a clerk enters a move-in; every field error names item, rule and remedy', async () => {
  await desk.logIn('madoguchi');
  await desk.shot('menu');
  assert.match(await text(), /転入/);
  await open('f/resident-register/move-in');
  await choose('move_in_kind', '01');
  await fill('event_date', 'R8.13.40');
  await page.click('button.main');
  const errors = await page.locator('#errors').innerText();
  assert.match(errors, /転入日/);
  assert.match(errors, /→/, 'a remedy stands with every error');
  await desk.shot('move-in-errors');

  await page.click('button[name=_add]');
  await page.click('button[name=_add]');
  const today = new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10);
  await fill('event_date', today);
  await fill('notifier_name', `${FAMILY}　健一`);
  await fillMember(0, { given: '健一', kana: 'ケンイチ', birth: 'S60.4.1', sex: '1', relation: '世帯主', code: '12345678903' });
  await fillMember(1, { given: WIFE, kana: 'ヨシノ', birth: 'S62.8.15', sex: '2', relation: '妻', code: '23057188464' });
  await fillMember(2, { given: '陽菜', kana: 'ヒナ', birth: 'R5.6.10', sex: '2', relation: '子', code: '40000000010' });
  await fill('town', '本町');
  await fill('lot', '９９９番地９');
  await fill('prev_prefecture', '別県');
  await fill('prev_municipality', '隣市');
  await fill('prev_lot', '４番地');
  await desk.shot('move-in-filled');
  await page.click('button.main');
  // Alerts are confirmed one by one.
  for (const box of await page.locator('[name=_confirm]').all()) await box.check();
  if (await page.locator('[name=_confirm]').count()) {
    await desk.shot('move-in-alerts');
    await page.click('button.main');
  }
  const done = await text();
  provisional = done.match(/受付番号\s*([0-9A-Za-z-]+)/)?.[1];
  assert.ok(provisional, done);
  await desk.shot('move-in-entered');
});

test('nothing is published before 本登録', async () => {
  await open('residents?q=' + encodeURIComponent('カツラギ　ヨシノ'));
  assert.doesNotMatch(await text(), /𠮷乃/);
});

test('a reviewer looks at what will change and makes it final', async () => {
  await desk.logIn('shinsa');
  await open('provisional');
  await desk.shot('provisional-list');
  await open(`provisional/${provisional}`);
  assert.match(await text(), new RegExp(FAMILY));
  await desk.shot('provisional-one');
  for (const box of await page.locator('[name=_confirm]').all()) await box.check();
  await page.click('button.main');
  assert.match(await text(), /本登録しました/);
  await desk.shot('final');
});

test('the household is found by kana and shows all three', async () => {
  await open('residents?q=' + encodeURIComponent('かつらぎ よしの'));
  await desk.shot('search');
  await page.click(`a:has-text("${WIFE}")`);
  household = new URL(page.url()).pathname;
  assert.match(household, /^\/households\/\d{15}$/);
  const shown = await text();
  for (const name of ['健一', WIFE, '陽菜']) assert.ok(shown.includes(`${FAMILY}　${name}`), `${name} in ${shown}`);
  await desk.shot('household');
});

test('the three subscribers hold them', async () => {
  await desk.logIn('jidou');
  // Asked anew each time and not reloaded: a reload that meets the end of
  // the form's own navigation is refused by the browser.
  await eventually('the addressee system knows the child', async () => {
    await open('f/addressee/search');
    await fill('q', 'カツラギ ヒナ');
    await page.click('button.main');
    const hit = page.locator('main').getByText('陽菜').first();
    return hit.waitFor({ timeout: 1_000 }).then(() => true, () => false);
  });
  await desk.shot('addressee');
  // Each subscriber has a link of its own, and takes its turn.
  const next = new Date(Date.now() + 40 * 86400e3).toISOString().slice(0, 10);
  await eventually('child allowance knows the child', async () => {
    await open('f/child-allowance/list');
    await fill('as_of', next);
    await page.click('button.main');
    return /陽菜/.test(await text());
  });
  await desk.shot('child-allowance');
  await desk.logIn('senkyo');
  const later = new Date(Date.now() + 120 * 86400e3).toISOString().slice(0, 10);
  const roll = await eventually('the electoral roll knows both parents', async () => {
    await open('f/electoral-roll/list');
    await fill('base_date', later);
    await page.click('button.main');
    const shown = await text();
    return shown.includes(WIFE) && shown.includes('健一') && shown;
  });
  assert.ok(!roll.includes('陽菜'), roll.slice(0, 400));
  await desk.shot('electoral-roll');
});

test('the changed rows lie as a UTF-16 file where the welfare system takes them, with its receipt', async () => {
  const place = join(town.folder, 'places', 'welfare-suite');
  const name = await eventually('the file of changes', () => {
    const out = join(place, 'out');
    return existsSync(out) && readdirSync(out).find((file) => file.startsWith('ido_') && file.endsWith('.csv'));
  });
  await eventually('the receipt', () => existsSync(join(place, 'receipts', `${name}.receipt`)));
  const bytes = readFileSync(join(place, 'out', name));
  assert.deepEqual([bytes[0], bytes[1]], [0xff, 0xfe], 'UTF-16LE with its mark');
  const content = bytes.toString('utf16le');
  for (const given of ['健一', WIFE, '陽菜']) assert.ok(content.includes(`${FAMILY}　${given}`), given);
  assert.match(readFileSync(join(place, 'out', `${name}.ctl`), 'utf8'), /rows=3\n/);
  assert.match(readFileSync(join(place, 'receipts', `${name}.receipt`), 'utf8'), /result=applied/);
});

test('the daily full file for the tax system is JEF, and what it could not write is told by resident', async () => {
  await desk.logIn('unyo');
  await open('links/resident-full-to-tax');
  await page.click('button[formaction$="/run"]');
  await desk.shot('links');
  const out = join(town.folder, 'places', 'tax-suite', 'out');
  const count = () => (existsSync(out) ? readdirSync(out).filter((file) => file.endsWith('.ctl')).length : 0);
  await eventually('a second full file', () => count() >= 2);
  await eventually('its receipt', () => readdirSync(join(town.folder, 'places', 'tax-suite', 'receipts')).length >= 2);
  await eventually('the delivery is applied', async () => {
    await open('links/resident-full-to-tax/2');
    return /反映済/.test(await text());
  });
  const report = await text();
  assert.match(report, /𠮷/);
  assert.match(report, /縮退/);
  await desk.shot('delivery-jef');
});

test('the monitor shows every link well, and one person is traced through all deliveries', async () => {
  await eventually('all links are well', async () => {
    await open('links');
    return !/受領待ち\s*\n|障害\s*\n/.test(await page.locator('table').innerText());
  });
  await desk.shot('monitor');
  await open('links/lists');
  assert.match(await text(), /住民情報随時異動データ/);
  await desk.shot('lists');
  await desk.logIn('kanri');
  await open('residents?q=' + encodeURIComponent('カツラギ ヨシノ'));
  const person = await page.locator('a[href^="/residents/"]').first().getAttribute('href');
  await open(`${person.slice(1)}/deliveries`);
  const trace = await text();
  for (const link of ['宛名', '児童手当', '選挙人名簿', '福祉総合', '税総合']) assert.ok(trace.includes(link), `${link} in ${trace}`);
  await desk.shot('trace');
  await open(`${person.slice(1)}/history`);
  await desk.shot('history');
});

test('the copy of the resident record is a PDF that keeps the name to its variation selector', async () => {
  await desk.logIn('madoguchi');
  await open(household.slice(1));
  for (const box of await page.locator('[name=targets]').all()) await box.check();
  await page.click('button:has-text("住民票の写し")');
  await page.locator('[name=request]').first().check();
  await fill('requested_by', `${FAMILY}　健一`);
  await page.click('button.main');
  for (const box of await page.locator('[name=_confirm]').all()) await box.check();
  if (await page.locator('[name=_confirm]').count()) await page.click('button.main');
  await desk.shot('copy-done');
  const link = page.locator('a:has-text("PDFを開く")');
  assert.equal(await link.count(), 1, await text());
  const answer = await page.request.get(new URL(await link.getAttribute('href'), town.address).href);
  assert.equal(answer.headers()['content-type'], 'application/pdf');
  const pdf = join(mkdtempSync(join(tmpdir(), 'daicho-pdf-')), 'copy.pdf');
  writeFileSync(pdf, await answer.body());
  const printed = execFileSync('pdftotext', ['-layout', pdf, '-']).toString().replace(/[\s\u3000]/gu, '');
  for (const given of ['健一', WIFE, '陽菜']) assert.ok(printed.includes(FAMILY + given), `${given} in ${printed.slice(0, 300)}`);
});
