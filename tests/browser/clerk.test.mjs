// A clerk's day without a mouse: four people move in, move within the town, one leaves, one dies, a certificate is issued, and the
// death is taken back. A reviewer makes each of it final.

import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { focusOwner, openDesk, password, press as pressOn, startBrowser, startTown, useOwner } from './town.mjs';

/** Stops of the tab key before somebody would give up. */
const STOPS = 400;

let town;
let browser;
let page;
const failures = [];

before(async () => {
  town = await startTown(60);
  browser = await startBrowser();
  ({ page } = await openDesk(browser, town.address));
  page.on('response', (response) => {
    if (500 <= response.status()) failures.push(`${response.status()} ${response.url()}`);
  });
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

const text = () => page.locator('main').innerText();

const press = (key) => pressOn(page, key);
const key = (name) => useOwner(page, name);

/** Waits until a field has the focus by itself, as it does a moment after the page is there. */
async function ready(name) {
  for (let look = 0; look < 250; look += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.name === wanted, name)) return;
    await page.waitForTimeout(20);
  }
  assert.fail(`${page.url()}: ${name} does not have the focus`);
}

/** Goes on by the tab key until what has the focus fits. */
async function tabTo(what, fits, wanted) {
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await page.evaluate(`(${fits})(document.activeElement, ${JSON.stringify(wanted)})`)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${page.url()}: the tab key does not reach ${what}`);
}

const byName = (own, name) => own?.name === name;

async function type(name, value) {
  await tabTo(name, byName, name);
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(value);
}

/** One of several: the arrows choose, a blank takes what has the focus. */
async function choose(name, value) {
  await tabTo(name, byName, name);
  await page.keyboard.press('Space');
  for (let step = 0; step < 12; step += 1) {
    if (await page.evaluate((wanted) => document.activeElement.value === wanted && document.activeElement.checked, value)) return;
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`${page.url()}: the arrows do not reach ${name}=${value}`);
}

/** Ticks boxes that are not ticked. */
async function tick(count, fits, wanted) {
  for (let done = 0; done < count; done += 1) {
    await tabTo('a box', fits, wanted);
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
  }
}

/** Sends the form and confirms the alerts one by one. */
async function send() {
  await key('s');
  for (let round = 0; round < 3; round += 1) {
    const open = await page.locator('[name=_confirm]:not(:checked)').count();
    if (open === 0) return;
    await tick(open, (own) => own?.name === '_confirm' && !own.checked);
    await key('s');
  }
}

async function logIn(user) {
  await page.context().clearCookies();
  await page.goto(town.address);
  await ready('id');
  await page.keyboard.insertText(user);
  await page.keyboard.press('Tab');
  await page.keyboard.insertText(password);
  await press('Enter');
}

/** The newest entry is reviewed: the list has the focus on its first, and what will change is read before it is final. */
async function review(...expected) {
  const number = (await text()).match(/受付番号\s*([0-9A-Za-z-]+)/)?.[1];
  assert.ok(number, await text());
  await logIn('shinsa');
  await key('3');
  await tabTo(number, (own, wanted) => own?.textContent.trim() === wanted, number);
  await press('Enter');
  const shown = await text();
  for (const words of expected) assert.ok(shown.includes(words), `${words} in ${shown}`);
  await tick(
    await page.locator('[name=_confirm]:not(:checked)').count(),
    (own) => own?.name === '_confirm' && !own.checked,
  );
  await tabTo('本登録', (own) => own?.tagName === 'BUTTON' && own.classList.contains('main') && !!own.closest('main'));
  await press('Enter');
  assert.match(await text(), /本登録しました/);
  await logIn('madoguchi');
}

/** Finds the household by a name; the search and its first hit have the focus by themselves. */
async function household() {
  await key('2');
  await ready('q');
  await page.keyboard.insertText('かつらぎ　けんいち');
  await press('Enter');
  await tabTo('the first hit', (own) => own?.tagName === 'A' && !!own.closest('main tbody'));
  await press('Enter');
  assert.equal(await page.textContent('h1'), '世帯照会');
}

/** Chooses members of the household and opens a movement for them: by its key, or by its button where it has none. */
async function movement(access, ...names) {
  await household();
  for (const name of names) {
    await tabTo(name, (own, wanted) => own?.name === 'targets' && !!own.closest('tr')?.innerText.includes(wanted), name);
    await page.keyboard.press('Space');
  }
  if (access.length === 1) {
    await key(access);
  } else {
    await tabTo(access, (own, wanted) => own?.tagName === 'BUTTON' && own.textContent.trim() === wanted, access);
    await press('Enter');
  }
}

const FOUR = [
  ['健一', 'ケンイチ', 'S60.4.1', '1', '世帯主', '12345678903'],
  ['𠮷乃', 'ヨシノ', 'S62.8.15', '2', '妻', '23057188464'],
  ['陽菜', 'ヒナ', 'H18.6.10', '2', '子', '40000000010'],
  ['湊', 'ミナト', 'R5.1.5', '1', '子', '50000000016'],
];

const today = new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10);

test('four people move in, and what was forgotten is said where it belongs', async () => {
  await logIn('madoguchi');
  await key('2');
  await ready('q');
  await page.keyboard.insertText('かつらぎ　けんいち');
  await press('Enter');
  assert.match(await text(), /いません|見つかりません|0人/, 'nobody of that name is here yet');
  await focusOwner(page, '9');
  await page.keyboard.insertText('1.1.1');
  await press('Enter');
  for (let more = 1; more < FOUR.length; more += 1) await key('a');
  // Back to the top, as somebody would who begins with the day.
  await page.locator('h1').evaluate((own) => { own.tabIndex = -1; own.focus(); });
  await choose('move_in_kind', '01');
  await type('notifier_name', '葛城　健一');
  for (const [at, [given, kana, birth, sex, relation, code]] of FOUR.entries()) {
    const name = (field) => `members.${at}.${field}`;
    await choose(name('resident_kind'), '1');
    await type(name('family_name'), '葛城');
    await type(name('given_name'), given);
    await type(name('name_kana'), `カツラギ　${kana}`);
    await type(name('birth_date'), birth);
    await choose(name('sex'), sex);
    await type(name('relation'), relation);
    await type(name('domicile_prefecture'), '架空県');
    await type(name('domicile_municipality'), 'みなと郡台帳町');
    await type(name('domicile_town'), '本町１番地');
    await type(name('register_head'), '葛城　健一');
    await type(name('resident_record_code'), code);
  }
  await type('town', '本町');
  await type('lot', '９９９番地９');
  await type('prev_prefecture', '別県');
  await type('prev_municipality', '隣市');
  await type('prev_lot', '４番地');
  await send();
  // What is missing stands on top and beside its field, and its link brings the focus there.
  assert.match(await page.locator('#errors').innerText(), /1件のエラー/);
  await tabTo('the error', (own) => own?.tagName === 'A' && !!own.closest('#errors'));
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'event_date');
  await type('event_date', today);
  await send();
  await review('葛城　健一', '葛城　𠮷乃', '葛城　陽菜', '葛城　湊');
});

test('they move within the town', async () => {
  await movement('w', '健一', '𠮷乃', '陽菜', '湊');
  assert.equal(await page.textContent('h1'), '転居');
  await page.locator('h1').evaluate((own) => { own.tabIndex = -1; own.focus(); });
  await type('event_date', today);
  await type('notifier_name', '葛城　健一');
  await type('town', '本町');
  await type('lot', '１０００番地');
  await send();
  await review('１０００番地');
  await household();
  assert.match(await text(), /１０００番地/);
});

test('the daughter moves out', async () => {
  await movement('o', '陽菜');
  assert.equal(await page.textContent('h1'), '転出');
  await page.locator('h1').evaluate((own) => { own.tabIndex = -1; own.focus(); });
  await choose('move_out_kind', '21');
  await type('event_date', today);
  await type('notifier_name', '葛城　陽菜');
  await type('dest_prefecture', '別県');
  await type('dest_municipality', '隣市');
  await type('dest_town', '中央');
  await type('dest_lot', '５番地');
  await send();
  await review('陽菜');
});

test('the wife dies', async () => {
  await movement('d', '𠮷乃');
  assert.equal(await page.textContent('h1'), '死亡');
  await page.locator('h1').evaluate((own) => { own.tabIndex = -1; own.focus(); });
  await type('event_date', today);
  await type('notifier_name', '葛城　健一');
  await send();
  await review('𠮷乃');
});

test('a certificate is issued', async () => {
  await movement('p', '健一');
  assert.equal(await page.textContent('h1'), '住民票の写し交付');
  await page.locator('h1').evaluate((own) => { own.tabIndex = -1; own.focus(); });
  await tabTo('request', byName, 'request');
  await page.keyboard.press('Space');
  await type('requested_by', '葛城　健一');
  await send();
  assert.match(await text(), /発行番号/);
  const pdf = await page.locator('a:has-text("PDFを開く")').getAttribute('href');
  const answer = await page.request.get(new URL(pdf, town.address).href);
  assert.equal(answer.headers()['content-type'], 'application/pdf');
});

test('the death was an error of the register and is taken back', async () => {
  await movement('異動の取消し', '𠮷乃');
  assert.equal(await page.textContent('h1'), '異動の取消し');
  await page.locator('h1').evaluate((own) => { own.tabIndex = -1; own.focus(); });
  await type('event_date', today);
  await type('notifier_name', '葛城　健一');
  await send();
  await review('𠮷乃');
  await household();
  const shown = await page.locator('tbody tr', { hasText: 'ヨシノ' }).innerText();
  assert.match(shown, /住民/);
  assert.doesNotMatch(shown, /死亡/);
});

test('nothing failed on the way', () => {
  assert.deepEqual(failures, []);
});
