// A clerk's walk by keyboard alone: every screen says where it is, fits its window and shows where the focus is.

import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { focusOwner, openDesk, password, press as pressOn, startBrowser, startTown, useOwner } from './town.mjs';

/** How many stops of the tab key are looked at on each screen. */
const STOPS = 12;

let town;
let browser;
let desk;
let page;
const failures = [];

before(async () => {
  town = await startTown(100);
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

/** The screen that is open: its name, its width, and that the first stops of the tab key show the focus. */
async function look(name) {
  assert.equal(await page.textContent('h1'), name, page.url());
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 1024, `${name} is ${width} pixels wide`);
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    const hidden = await page.evaluate(() => {
      const own = document.activeElement;
      if (!own || own === document.body || own.tagName === 'IFRAME') return '';
      return getComputedStyle(own).outlineStyle === 'none' ? own.outerHTML.slice(0, 80) : '';
    });
    assert.equal(hidden, '', `${name}: no focus to be seen on ${hidden}`);
  }
}

const press = (key) => pressOn(page, key);
const access = (key) => focusOwner(page, key);
const shortcut = (key) => useOwner(page, key);

/** The tag and identifier of what has the focus by itself. */
const focus = () => page.evaluate(() => `${document.activeElement?.tagName}#${document.activeElement?.id}`);

async function byNumber(number) {
  await access('9');
  await page.keyboard.insertText(number);
  await press('Enter');
}

test('the login has the focus, and Enter goes on', async () => {
  await page.goto(town.address);
  assert.equal(await focus(), 'INPUT#id');
  await page.keyboard.type('kanri');
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await press('Enter');
  await look('メニュー');
});

test('a search has the focus, and the first hit has it afterwards', async () => {
  await shortcut('2');
  assert.equal(await focus(), 'INPUT#q');
  await page.keyboard.insertText('みなと');
  await press('Enter');
  assert.equal(await focus(), 'A#');
  await press('Enter');
  await look('世帯照会');
});

test('a movement of nobody chosen yet opens and says what is missing', async () => {
  await shortcut('w');
  await look('転居');
  await shortcut('s');
  assert.ok(await page.isVisible('#errors'), 'what is missing stands on top');
  await look('転居');
});

test('every screen of the bar is a key away', async () => {
  for (const [key, name] of [
    ['3', '仮登録審査'], ['4', '連携による照会'], ['5', '連携監視'], ['6', '連携日計'], ['7', '連携一覧'], ['1', 'メニュー'],
  ]) {
    await shortcut(key);
    await look(name);
  }
});

test('a function opens by the number of its table, and a row is added by a key', async () => {
  await byNumber('1.1.1');
  await look('転入');
  await shortcut('a');
  assert.ok(await page.isVisible('text=2人目'));
});

test('an answer never makes the page wider than its window', async () => {
  for (const path of ['f/child-allowance/list', 'f/electoral-roll/list', 'f/addressee/search']) {
    await page.goto(town.address + path);
    if (path.endsWith('search')) await page.fill('[name=q]', 'みなと');
    await shortcut('s');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 1024, `${path} is ${width} pixels wide`);
  }
});

test('the clerk leaves by a key, and nothing failed on the way', async () => {
  await shortcut('0');
  await look('ログイン');
  assert.deepEqual(failures, []);
});
