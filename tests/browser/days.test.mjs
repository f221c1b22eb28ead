// An operator's day and an administrator's day, without scripts and without a mouse where a key is offered.

import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { openDesk, press, startBrowser, startTown, useOwner } from './town.mjs';

const LINK = 'resident-changes-to-welfare';
const CHOSEN = 'asagao-no-iro-wa-2026';

let town;
let browser;
let desk;
let page;
const failures = [];

before(async () => {
  town = await startTown(60);
  browser = await startBrowser();
  desk = await openDesk(browser, town.address);
  page = desk.page;
  page.on('response', (response) => {
    if (500 <= response.status()) failures.push(`${response.status()} ${response.url()}`);
  });
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

const text = () => page.locator('main').innerText();

async function go(path) {
  await page.goto(`${town.address}${path}`);
}

const key = (name) => useOwner(page, name);
const enter = () => press(page, 'Enter');

test('the operator sees what is late, stops a link with a reason and lets it go on', async () => {
  await desk.logIn('unyo');
  await key('5');
  assert.match(await text(), /正常/);
  await key('c');
  assert.equal(await page.textContent('h1'), '連携の予定');
  await desk.shot('calendar');
  await key('y');
  assert.match(await text(), /週次・月次・年次/);
  await go(`links/${LINK}`);
  await page.fill('[name=reason]', '相手のサーバの点検');
  await enter();
  assert.match(await text(), /保留/);
  assert.match(await text(), /相手のサーバの点検/);
  await key('5');
  assert.match(await page.locator('tbody tr').first().innerText(), /保留/, 'what is not well comes first');
  await go(`links/${LINK}`);
  await key('s');
  assert.doesNotMatch(await text(), /相手のサーバの点検/);
});

test('a re-send shows its count before anything goes', async () => {
  await desk.logIn('unyo');
  await go('links/lists');
  await go(`links/resident-to-addressee`);
  const newest = await page.locator('tbody tr').first().innerText();
  assert.match(newest, /1/, newest);
  await go('links/ledger');
  assert.match(await text(), /確かめること/);
  await desk.shot('ledger');
});

test('an administrator registers a user, who has to choose a password', async () => {
  await desk.logIn('kanri');
  await key('8');
  await key('a');
  await page.fill('[name=id]', 'kouza');
  await page.fill('[name=name]', '口座　結衣');
  await page.fill('[name=department]', '収納課');
  await page.fill('[name=valid_until]', '2027-03-31');
  const search = page.locator('input[name=right][value="resident-register/search"]');
  await page.locator('details', { has: search }).locator('summary').focus();
  await page.keyboard.press('Enter');
  await search.focus();
  await page.keyboard.press('Space');
  await key('s');
  assert.match(await text(), /この画面でしか見られません/);
  const initial = await page.locator('strong.mono.big').innerText();
  await desk.shot('issued');

  await page.context().clearCookies();
  await go('login');
  await page.fill('[name=id]', 'kouza');
  await page.fill('[name=password]', initial);
  await enter();
  assert.match(page.url(), /\/password$/, 'the first password is not for work');
  await go('residents');
  assert.match(page.url(), /\/password$/, 'nothing else opens before');
  await page.fill('[name=old]', initial);
  await page.fill('[name=new]', CHOSEN);
  await page.fill('[name=again]', CHOSEN);
  await enter();
  assert.doesNotMatch(await text(), /→/, 'the chosen password does');
  await go('');
  const bar = await page.locator('nav').innerText();
  assert.match(bar, /住民検索/);
  assert.doesNotMatch(bar, /連携監視|利用者|操作ログ/);
});

/** RFC 6238 for a secret in base 32. */
function code(secret, at) {
  const bits = [...secret.replace(/[-\s]/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac('sha1', bytes).update(counter).digest();
  const offset = hash[19] & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('a second factor is set up and asked for', async () => {
  await go('second-factor');
  await key('a');
  const secret = await page.locator('p.mono.big').innerText();
  await desk.shot('second-factor');
  await page.fill('[name=code]', '000000' === code(secret, Date.now()) ? '111111' : '000000');
  await enter();
  assert.match(await text(), /確認コード/);
  await page.fill('[name=code]', code(secret, Date.now()));
  await enter();
  assert.match(await text(), /回復コード/);
  const recovery = (await page.locator('ul.codes li').first().innerText()).trim();

  await page.context().clearCookies();
  await go('login');
  await page.fill('[name=id]', 'kouza');
  await page.fill('[name=password]', CHOSEN);
  await enter();
  assert.match(page.url(), /\/login\/code$/);
  await go('residents');
  assert.match(page.url(), /\/login/, 'a password alone opens nothing');
  await go('login/code');
  await page.fill('[name=code]', recovery);
  await enter();
  assert.match(await page.locator('nav').innerText(), /住民検索/);
});

test('the administrator sees in the log who did what, and stops a user', async () => {
  const other = await openDesk(browser, town.address);
  await other.logIn('kanri');
  const kouza = page;
  page = other.page;
  await key('l');
  await page.fill('[name=user]', 'kouza');
  await enter();
  assert.match(await text(), /ログイン/);
  await other.shot('audit');
  for (const report of await page.locator('a[href^="/audit/reports/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')))) {
    await go(report.slice(1));
    assert.match(await page.textContent('h1'), /./);
  }
  await go('audit/disclosure');
  assert.match(await text(), /宛名番号/);

  await go('users/kouza');
  await other.shot('user');
  const stop = page.locator('form[action$="/state"] button').last();
  await stop.focus();
  await enter();
  await kouza.goto(`${town.address}residents`);
  assert.match(kouza.url(), /\/login/, 'a stopped user is out at once');
  page = kouza;
  await other.close();
});

test('nothing failed on the way', () => {
  assert.deepEqual(failures, []);
});
