// Security keys: hands the page's question to the browser, and the key's answer to the form it stands in. A form says by data-key
// what it is for. Without this script such a form does nothing, and the page says so.
'use strict';
(() => {
  const TIMEOUT_MS = 120_000;
  const form = document.querySelector('form[data-key]');
  if (!form) return;
  const said = form.querySelector('[data-key-said]');
  const button = form.querySelector('button');
  const { key: purpose, origin, party, challenge } = form.dataset;

  const say = (text, class_) => {
    said.textContent = text;
    said.className = `part ${class_}`;
  };
  const wrong = (text) => say(text, 'said error');

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  // "id:usb,nfc id:internal"
  const known = (form.dataset.known ?? '').split(' ').filter(Boolean).map((one) => {
    const [id, ways] = one.split(':');
    const transports = ways ? ways.split(',') : undefined;
    return { type: 'public-key', id: bytes(id), ...(transports && { transports }) };
  });

  /** Why no key can be used here; nothing when one can. */
  function hindrance() {
    if (!window.isSecureContext) {
      return `セキュリティキーは、https:// の住所で開いた画面でだけ使えます。${origin}/ で開き直してください。`;
    }
    if (window.location.origin !== origin) {
      return `いまの住所（${window.location.origin}）では、セキュリティキーを使えません。${origin}/ で開き直してください。`;
    }
    if (!window.PublicKeyCredential || !navigator.credentials) {
      return 'このブラウザは、セキュリティキーに対応していません。ほかのブラウザを使ってください。';
    }
    return '';
  }

  function create() {
    return navigator.credentials.create({
      publicKey: {
        rp: { id: party, name: form.dataset.town },
        user: { id: bytes(form.dataset.handle), name: form.dataset.user, displayName: form.dataset.name },
        challenge: bytes(challenge),
        pubKeyCredParams: form.dataset.algorithms.split(' ').map((alg) => ({ type: 'public-key', alg: Number(alg) })),
        timeout: TIMEOUT_MS,
        attestation: 'none',
        excludeCredentials: known,
        authenticatorSelection: { userVerification: 'preferred', residentKey: 'discouraged' },
      },
    });
  }

  function get() {
    return navigator.credentials.get({
      publicKey: {
        rpId: party,
        challenge: bytes(challenge),
        timeout: TIMEOUT_MS,
        allowCredentials: known,
        userVerification: 'preferred',
      },
    });
  }

  /** What a browser's error means. It tells a refusal, a time that is over and a missing key by one name, so that nobody learns
   *  which keys there are. */
  function meaning(error, took) {
    switch (error.name) {
      case 'NotAllowedError':
      case 'AbortError':
        if (TIMEOUT_MS - 1000 <= took) return '時間が過ぎました。もう一度ボタンを押して、2分のうちにキーを使ってください。';
        if (purpose === 'create') return 'キーの登録が取り消されました。もう一度ボタンを押してください。';
        return '取り消されたか、登録したキーが見つかりません。キーを確かめて、もう一度ボタンを押してください。';
      case 'InvalidStateError':
        return purpose === 'create' ? 'このキーは、もう登録されています。別のキーを使ってください。' : 'このキーは使えません。別のキーを使ってください。';
      case 'NotSupportedError':
      case 'ConstraintError':
        return 'このキーの方式には対応していません。別のキーを使ってください。';
      case 'SecurityError':
        return `この住所では、セキュリティキーを使えません。${origin}/ で開き直してください。`;
      default:
        return `キーを使えませんでした（${error.name}）。もう一度ボタンを押してください。`;
    }
  }

  function fill(name, value) {
    form.elements.namedItem(name).value = value;
  }

  async function use() {
    button.disabled = true;
    say('キーを差し込むか近づけて、触れてください。ブラウザの案内が出たら、それに従ってください。', 'help');
    const began = performance.now();
    try {
      const { rawId, response } = await (purpose === 'create' ? create() : get());
      fill('client_data', text(response.clientDataJSON));
      if (purpose === 'create') {
        fill('attestation', text(response.attestationObject));
        fill('transports', response.getTransports ? response.getTransports().join(',') : '');
      } else {
        fill('credential', text(rawId));
        fill('authenticator_data', text(response.authenticatorData));
        fill('signature', text(response.signature));
        fill('handle', response.userHandle ? text(response.userHandle) : '');
      }
      say('確かめています…', 'help');
      form.submit();
    } catch (error) {
      wrong(meaning(error, performance.now() - began));
      button.disabled = false;
      button.focus();
    }
  }

  const hinders = hindrance();
  if (hinders) {
    wrong(hinders);
    return;
  }
  say('', 'help');
  button.disabled = false;
  if (button.autofocus) button.focus();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    use();
  });
})();
