// Every screen that somebody can reach by its links: no finding of axe (WCAG 2.2 AA), no error on the console, no answer that is a
// fault, never wider than the smallest window, and not too heavy for its line.

import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { password, startBrowser, startTown } from './town.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const USERS = ['kanri', 'madoguchi', 'shinsa', 'zeimu', 'unyo'];
/** Bytes of a page on its way, without what the browser keeps. */
/** Half a window: what is left of it at 200 % (WCAG 1.4.4). */
const HALF = { width: 512, height: 384 };
const WINDOW = { width: 1024, height: 768 };
const PAGE_MAX = 50_000;
/** The monitor repeats itself when its user asks for it, and stops when its user says so (WCAG 2.2.1). */
const REPEATING = /^meta-refresh:.*content="5"/;

let town;
let browser;

before(async () => {
  town = await startTown(60);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

/** Pages that differ in a number or a name alone are one screen. */
function screen(url) {
  const path = url.pathname
    .replace(/\/residents\/[^/]+/, '/residents/*')
    .replace(/\/households\/[^/]+/, '/households/*')
    .replace(/\/provisional\/[^/]+/, '/provisional/*')
    .replace(/\/links\/(?!lists|ledger|map|calendar)[^/]+/, '/links/*')
    .replace(/\/inquiries\/[^/]+/, '/inquiries/*')
    .replace(/\/problems\/[^/]+/, '/problems/*')
    .replace(/\/[0-9]+(?=\/|$)/g, '/*');
  return path + (url.search ? '?' : '');
}

// Three hundred screens take minutes beside other tests; the limit is for one that hangs.
test('no screen keeps anybody out', { timeout: 1_800_000 }, async () => {
  const seen = new Set();
  const faults = [];
  for (const user of USERS) {
    const context = await browser.newContext({ viewport: WINDOW, bypassCSP: true, locale: 'ja-JP' });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 4')) faults.push(`${page.url()}: ${message.text()}`);
    });
    // It would take the page away while axe looks at it.
    let repeats = 0;
    await page.route('**/links?auto=1', (route) => (repeats++ ? route.abort('aborted') : route.continue()));
    const wire = await context.newCDPSession(page);
    await wire.send('Network.enable');
    let document = '';
    let bytes = 0;
    wire.on('Network.responseReceived', (event) => { if (event.type === 'Document') { document = event.requestId; } });
    wire.on('Network.loadingFinished', (event) => { if (event.requestId === document) bytes = event.encodedDataLength; });
    await page.goto(`${town.address}login`);
    await page.fill('[name=id]', user);
    await page.fill('[name=password]', password);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => !url.pathname.startsWith('/login'));
    const waiting = [town.address];
    while (waiting.length) {
      const address = new URL(waiting.shift());
      if (seen.has(screen(address))) continue;
      seen.add(screen(address));
      const response = await page.goto(address.href, { waitUntil: 'load' });
      const name = `${user} ${screen(address)}`;
      if (500 <= response.status()) faults.push(`${name}: ${response.status()}`);
      if (!(response.headers()['content-type'] ?? '').startsWith('text/html')) continue;
      await response.finished();
      if (bytes === 0 || PAGE_MAX < bytes) faults.push(`${name}: ${bytes} bytes`);
      const found = await page.evaluate(async ([source, tags]) => {
        // eslint-disable-next-line no-eval
        if (!window.axe) (0, eval)(source);
        const result = await window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
        return {
          violations: result.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)} (${one.nodes.length})`),
          wide: document.documentElement.scrollWidth,
          links: [...document.querySelectorAll('a[href]')].filter((a) => !a.hasAttribute('download')).map((a) => a.href),
        };
      }, [axe, RULES]);
      faults.push(...found.violations.filter((one) => !REPEATING.test(one)).map((one) => `${name}: ${one}`));
      if (WINDOW.width < found.wide) faults.push(`${name}: ${found.wide} pixels wide`);
      await page.setViewportSize(HALF);
      const zoomed = await page.evaluate(() => document.documentElement.scrollWidth);
      if (HALF.width < zoomed) faults.push(`${name}: ${zoomed} pixels where there are ${HALF.width}, at 200 %`);
      await page.setViewportSize(WINDOW);
      for (const link of found.links) {
        const next = new URL(link);
        next.hash = '';
        if (next.origin === new URL(town.address).origin && !/\.(zip|csv|pdf)$|\/csv$|\/assets\//.test(next.pathname)) waiting.push(next.href);
      }
    }
    await context.close();
  }
  console.log(`${seen.size} screens`);
  assert.ok(100 < seen.size, `only ${seen.size} screens were found`);
  assert.deepEqual(faults, []);
});
