// What was filled in elsewhere, in a real browser: a move-out of the portal becomes a 仮登録 without typing, then who was found
// is found by what they were called before.

import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { openDesk, startBrowser, startTown } from './town.mjs';

let town;
let browser;
let desk;
let page;
let person;

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

/** Confirms what the rules ask, as often as they ask. */
async function send() {
  await page.click('main button.main[accesskey=s]');
  for (let round = 0; round < 3 && await page.locator('input[name=_confirm]:not(:checked)').count(); round += 1) {
    for (const box of await page.locator('input[name=_confirm]:not(:checked)').all()) await box.check();
    await page.click('main button.main[accesskey=s]');
  }
}

test('a search is remembered and asked again by one click', async () => {
  await desk.logIn('madoguchi');
  // The head of some household: what the first row of a search says.
  await open('residents?relation=%E4%B8%96%E5%B8%AF%E4%B8%BB&birth_to=S40.12.31');
  const row = page.locator('tbody tr').first();
  const name = await row.locator('td.who a').innerText();
  const no = (await row.locator('td').last().innerText()).trim();
  const birth = (await row.locator('td').nth(2).innerText()).split('\n')[0].trim();
  person = { name, no, birth };
  await open('residents');
  await desk.shot('recent');
  await page.getByRole('link', { name: '続柄: 世帯主', exact: false }).first().click();
  assert.match(await text(), new RegExp(name));
});

test('a notification of the portal opens its form with what was filled in', async () => {
  await open('f/resident-register/application-import');
  await page.selectOption('[name=what]', 'one-stop-move-out');
  await page.fill('[name=list]', [
    '申請番号,宛名番号,氏名,生年月日,event_date,転出の種類,dest_prefecture,dest_municipality,来庁予定日',
    `MP-1,${person.no},${person.name},${person.birth},R8.12.20,21,別県,隣市,`,
    'MP-2,,誰某　次郎,1980-01-01,R8.12.20,21,別県,隣市,',
  ].join('\n'));
  await send();
  assert.match(await text(), /2件を取り込みました/);
  await open('applications');
  assert.match(await text(), /「誰某　次郎」さんは住民にいません/);
  await desk.shot('applications');
  await page.locator('tr', { hasText: 'MP-1' }).getByRole('link', { name: '届を開く' }).click();
  assert.equal(await page.inputValue('[name=targets]'), person.no);
  assert.equal(await page.inputValue('[name=dest_municipality]'), '隣市');
  await desk.shot('opened');
  await send();
  assert.match(await text(), /仮登録しました/);
  await open('applications?status=entered');
  assert.match(await text(), /MP-1/);
});

test('the reviewer sees the notices that go out', async () => {
  await desk.logIn('shinsa');
  await open('provisional');
  await page.locator('tbody tr').first().locator('a').first().click();
  await desk.shot('review');
  assert.match(await text(), /転出証明書情報/);
});
