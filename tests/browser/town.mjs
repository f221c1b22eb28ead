// A demo town of its own for a test, and a browser to look at it.

import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug', 'daicho');
export const password = 'minato-2026';

/** Starts a demo town on a free port and waits for the address it prints. */
export async function startTown(residents) {
  const folder = join(mkdtempSync(join(tmpdir(), 'daicho-browser-')), 'town');
  const child = spawn(program, ['demo', '--dir', 'town', '--residents', String(residents), '--listen', '127.0.0.1:0'], {
    // Named from here, so that no screen shows where temporary files lie.
    cwd: dirname(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (data) => { told += data; });
  const address = await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (data) => {
      out += data;
      const found = out.match(/http:\/\/[^\s]+/);
      if (found) resolve(found[0]);
    });
    child.on('exit', (code) => reject(new Error(`the town ended with ${code}: ${told}`)));
  });
  const stop = () => new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.on('exit', () => { rmSync(dirname(folder), { recursive: true, force: true }); resolve(); });
    child.kill('SIGTERM');
  });
  return { address, folder, stop };
}

/** Debian's Chromium, without what it would like to fetch from outside. */
export function startBrowser() {
  return chromium.launch({
    executablePath: execFileSync('sh', ['-c', 'command -v chromium']).toString().trim(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** Presses a key that leads to another page, and waits for it. */
export async function press(page, key) {
  const arrived = page.waitForNavigation();
  await page.keyboard.press(key);
  await arrived;
}

/** Goes to what an access key belongs to. The driver cannot send Alt with a key the way a keyboard does, so the key's
 *  owner is looked up; that it has only one is part of the test. */
export async function focusOwner(page, name) {
  const owners = page.locator(`[accesskey="${name}"]`);
  assert.equal(await owners.count(), 1, `${page.url()}: owners of the access key ${name}`);
  await owners.first().focus();
}

/** Uses what an access key belongs to. */
export async function useOwner(page, name) {
  await focusOwner(page, name);
  await press(page, 'Enter');
}

let shots = 0;

/** A clerk's desk: a window of 1,024 × 768, scripts off, as the smallest client of the specification. */
export async function openDesk(browser, address) {
  const context = await browser.newContext({
    viewport: { width: 1024, height: 768 }, javaScriptEnabled: false, acceptDownloads: true, locale: 'ja-JP',
  });
  const page = await context.newPage();
  return {
    page,
    async logIn(user) {
      await context.clearCookies();
      await page.goto(`${address}login`);
      await page.fill('[name=id]', user);
      await page.fill('[name=password]', password);
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => !url.pathname.startsWith('/login'));
    },
    async shot(name) {
      if (!process.env.DAICHO_SHOTS) return;
      mkdirSync(process.env.DAICHO_SHOTS, { recursive: true });
      shots += 1;
      await page.screenshot({ path: join(process.env.DAICHO_SHOTS, `${String(shots).padStart(2, '0')}-${name}.png`), fullPage: true });
    },
    close: () => context.close(),
  };
}
