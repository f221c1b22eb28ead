// A security key as the second factor, with the authenticator Chromium has for tests: registered, asked for, absent, cancelled, taken
// away; and what the page says where no key can be used.

import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { password, startBrowser, startTown } from './town.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const USER = 'madoguchi';

let town;
let browser;
let address;
let context;
let page;
let wire;
let authenticator;
const errors = [];

before(async () => {
  town = await startTown(60);
  // A key knows a name, and no number.
  address = town.address.replace('127.0.0.1', 'localhost');
  browser = await startBrowser();
  context = await browser.newContext({ viewport: { width: 1024, height: 768 }, locale: 'ja-JP' });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 4')) errors.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => errors.push(`${page.url()}: ${error.message}`));
  wire = await context.newCDPSession(page);
  await wire.send('WebAuthn.enable');
  await plugIn();
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

/** Plugs a key in. */
async function plugIn(options = {}) {
  const added = await wire.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', automaticPresenceSimulation: true, ...options },
  });
  authenticator = added.authenticatorId;
}

async function unplug() {
  await wire.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: authenticator });
}

const text = () => page.locator('main').innerText();
const said = () => page.locator('[data-key-said]');

async function passwordIn(at = page) {
  await context.clearCookies();
  await at.goto(`${address}login`);
  await at.fill('[name=id]', USER);
  await at.fill('[name=password]', password);
  await at.keyboard.press('Enter');
  await at.waitForURL((url) => url.pathname !== '/login');
}

async function press(name) {
  const arrived = page.waitForNavigation();
  await page.getByRole('button', { name }).click();
  await arrived;
}

/** No finding of axe, nothing wider than the window, and a picture to look at. The page's policy lets no script in but by the wire. */
async function look(name) {
  await wire.send('Runtime.evaluate', { expression: axe });
  const found = await page.evaluate(async (values) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values } });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`);
  }, RULES);
  assert.deepEqual(found, [], name);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 1024, `${name} is ${width} pixels wide`);
  if (!process.env.DAICHO_SHOTS) return;
  mkdirSync(process.env.DAICHO_SHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.DAICHO_SHOTS, `key-${name}.png`), fullPage: true });
}

test('a key is registered under a name, and codes for its loss are told once', async () => {
  await passwordIn();
  await page.goto(`${address}second-factor`);
  await look('none');
  await page.fill('[name=name]', '青いキー');
  await press(/^キーを登録/);
  assert.match(await text(), /セキュリティキーを登録しました/);
  assert.equal(await page.locator('ul.codes li').count(), 10);
  await look('recovery');
  await page.goto(`${address}second-factor`);
  assert.match(await page.locator('tbody tr').innerText(), /青いキー.*まだ/s);
  assert.match(await text(), /あと10個/);
  await look('one');
});

test('the same key is not registered twice', async () => {
  await page.fill('[name=name]', 'また');
  await page.getByRole('button', { name: /^キーを登録/ }).click();
  await said().filter({ hasText: 'もう登録されています' }).waitFor();
  await look('twice');
});

test('a login asks for the key, and goes on where it was going', async () => {
  await passwordIn();
  assert.match(page.url(), /\/login\/code$/);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /キーでログイン/);
  await look('login');
  await press(/キーでログイン/);
  assert.equal(new URL(page.url()).pathname, '/');
  await page.goto(`${address}second-factor`);
  assert.doesNotMatch(await page.locator('tbody tr').innerText(), /まだ/);
});

test('without the key, and after it was plugged out, the page says what to do', async () => {
  const { credentials: [held] } = await wire.send('WebAuthn.getCredentials', { authenticatorId: authenticator });
  await unplug();
  // Another key: it has nothing to answer with.
  await plugIn();
  await passwordIn();
  await page.getByRole('button', { name: /キーでログイン/ }).click();
  await said().filter({ hasText: '登録したキーが見つかりません' }).waitFor();
  await look('absent');
  assert.ok(await page.getByRole('button', { name: /キーでログイン/ }).isEnabled(), 'one more try');

  // Somebody else's answer under the right name: the key is copied, the register knows better.
  const credential = { ...held, signCount: 0 };
  await wire.send('WebAuthn.addCredential', { authenticatorId: authenticator, credential });
  await press(/キーでログイン/);
  assert.match(await text(), /複製されたおそれ/);
  await look('copied');
  await wire.send('WebAuthn.clearCredentials', { authenticatorId: authenticator });
  await wire.send('WebAuthn.addCredential', { authenticatorId: authenticator, credential: { ...held, signCount: 40 } });
  await press(/キーでログイン/);
  assert.equal(new URL(page.url()).pathname, '/');
});

test('a cancelled question can be asked again', async () => {
  await passwordIn();
  await wire.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: authenticator, enabled: false });
  await page.evaluate(() => {
    const own = navigator.credentials.get.bind(navigator.credentials);
    const cancel = new AbortController();
    navigator.credentials.get = (options) => own({ ...options, signal: cancel.signal });
    window.addEventListener('keydown', (event) => { if (event.key === 'Escape') cancel.abort(); });
  });
  await page.getByRole('button', { name: /キーでログイン/ }).click();
  await said().filter({ hasText: '触れてください' }).waitFor();
  await look('waiting');
  await page.keyboard.press('Escape');
  await said().filter({ hasText: '取り消されたか' }).waitFor();
  await wire.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: authenticator, enabled: true });
  await page.reload();
  await press(/キーでログイン/);
  assert.equal(new URL(page.url()).pathname, '/');
});

test('where no key can be used the page says why', async () => {
  for (const [what, spoil, words] of [
    ['an old browser', () => { delete window.PublicKeyCredential; }, /このブラウザは、セキュリティキーに対応していません/],
    ['no TLS', () => { Object.defineProperty(window, 'isSecureContext', { value: false }); }, /https:\/\/ の住所/],
  ]) {
    const other = await context.newPage();
    await other.addInitScript(spoil);
    await passwordIn(other);
    await other.locator('[data-key-said]').filter({ hasText: words }).waitFor();
    assert.ok(await other.getByRole('button', { name: /キーでログイン/ }).isDisabled(), what);
    await other.close();
  }
  // The number of the machine in place of its name.
  const other = await context.newPage();
  await other.goto(`${town.address}login`);
  await other.fill('[name=id]', USER);
  await other.fill('[name=password]', password);
  await other.keyboard.press('Enter');
  await other.locator('[data-key-said]').filter({ hasText: /いまの住所（http:\/\/127\.0\.0\.1:\d+）では/ }).waitFor();
  await other.close();
  // Without scripts a code does.
  const bare = await browser.newContext({ javaScriptEnabled: false, locale: 'ja-JP' });
  const still = await bare.newPage();
  await still.goto(`${address}login`);
  await still.fill('[name=id]', USER);
  await still.fill('[name=password]', password);
  await still.keyboard.press('Enter');
  await still.waitForURL((url) => url.pathname === '/login/code');
  assert.match(await still.locator('[data-key-said]').innerText(), /スクリプト/);
  assert.ok(await still.getByRole('button', { name: /キーでログイン/ }).isDisabled());
  assert.ok(await still.locator('#code').isVisible());
  await bare.close();
});

test('a passkey of a device is a key, too, and each is taken away by its name', async () => {
  await passwordIn();
  await press(/キーでログイン/);
  await page.goto(`${address}second-factor`);
  await unplug();
  await plugIn({ transport: 'internal', hasUserVerification: true, isUserVerified: true, hasResidentKey: true, defaultBackupEligibility: true, defaultBackupState: true });
  await page.fill('[name=name]', '窓口3番の端末');
  await press(/^キーを登録/);
  assert.match(await text(), /セキュリティキーを登録しました/);
  assert.match(await text(), /同期するパスキー/);
  await look('two');
  await passwordIn();
  await press(/キーでログイン/);
  await page.goto(`${address}second-factor`);
  for (const name of ['青いキー', '窓口3番の端末']) {
    await press(`${name} を外す`);
    assert.match(await text(), /セキュリティキーを外しました/);
  }
  await passwordIn();
  assert.equal(new URL(page.url()).pathname, '/', 'the password alone, as before');
  assert.deepEqual(errors, []);
});
