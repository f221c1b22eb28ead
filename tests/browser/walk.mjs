// A clerk's walk by keyboard alone. Prints what is wrong and fails, or prints how many screens were seen.
import { chromium } from 'playwright-core';

const base = process.env.DAICHO_URL ?? 'http://127.0.0.1:8089';
const wrong = [];
let screens = 0;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1024, height: 768 } });
page.on('pageerror', (error) => wrong.push(`${page.url()}: ${error.message}`));
page.on('response', (response) => {
  if (500 <= response.status()) wrong.push(`${response.status()} ${response.url()}`);
});

/** Looks at the screen that is open: its name, its width, and that the first stops of the tab key show the focus. */
async function look(name) {
  screens += 1;
  const heading = await page.textContent('h1');
  if (heading !== name) wrong.push(`${page.url()}: the header says ${heading}, not ${name}`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (1024 < width) wrong.push(`${name}: ${width} pixels wide`);
  for (let stop = 0; stop < 12; stop += 1) {
    await page.keyboard.press('Tab');
    const shown = await page.evaluate(() => {
      const own = document.activeElement;
      if (!own || own === document.body) return 'none';
      const style = getComputedStyle(own);
      return style.outlineStyle === 'none' ? own.outerHTML.slice(0, 80) : 'shown';
    });
    if (shown !== 'shown' && shown !== 'none') wrong.push(`${name}: no focus to be seen on ${shown}`);
  }
}

async function press(...keys) {
  const arrived = page.waitForNavigation();
  for (const key of keys) await page.keyboard.press(key);
  await arrived;
}

/** Goes to what an access key belongs to. The driver cannot send Alt with a key the way a keyboard does, so the key's owner
 *  is looked up; that it has only one is part of the test. */
async function access(key) {
  const owners = page.locator(`[accesskey="${key}"]`);
  const count = await owners.count();
  if (count !== 1) wrong.push(`${page.url()}: ${count} owners of the access key ${key}`);
  await owners.first().focus();
}

async function shortcut(key) {
  await access(key);
  await press('Enter');
}

/** Waits until a field has the focus by itself. */
const focused = (id) => page.waitForFunction((own) => document.activeElement?.id === own, id);

await page.goto(base);
await focused('id');
await page.keyboard.type('tanaka');
await page.keyboard.press('Tab');
await page.keyboard.type('daicho-preview');
await press('Enter');
await look('メニュー');

// 住民検索: the search has the focus, the first hit has it afterwards.
await shortcut('2');
await focused('q');
await page.keyboard.insertText('カツラギ');
await press('Enter');
await page.waitForFunction(() => document.activeElement?.tagName === 'A');
await press('Enter');
await look('世帯照会');

// 転居 of nobody chosen yet: the form comes, and says by keyboard what is missing.
await shortcut('w');
await look('転居');
await shortcut('s');
if (!(await page.isVisible('#errors'))) wrong.push('転居: nothing said of blank fields');
await look('転居');

for (const [key, name] of [['3', '仮登録審査'], ['4', '連携監視'], ['5', '連携一覧'], ['1', 'メニュー']]) {
  await shortcut(key);
  await look(name);
}

// By number, as in the function table.
await access('9');
await page.keyboard.insertText('1.1.1');
await press('Enter');
await look('転入');
await shortcut('a');
if (!(await page.isVisible('text=2人目'))) wrong.push('転入: no second row');

await shortcut('0');
await look('ログイン');
await browser.close();

for (const line of wrong) console.error(line);
console.log(`${screens} screens, ${wrong.length} faults`);
process.exit(wrong.length === 0 ? 0 : 1);
