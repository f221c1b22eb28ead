//! Security keys: registered, asked for at a login, refused by name, and taken away.

use axum::Router;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use office::{AuditResult, SecondFactorRule, UserPolicy};
use testkit::security_key::{SoftKey, coded};
use web::Desk;

use super::client::{Answer, Client};
use super::house::{House, ORIGIN, PASSWORD};

/// The value of an attribute.
fn attribute(page: &Answer, name: &str) -> String {
    let rest =
        page.text.split(&format!("{name}=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {}", page.text));
    rest.split('"').next().unwrap().to_owned()
}

/// The question on a page.
fn question(page: &Answer) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(attribute(page, "data-challenge")).unwrap()
}

/// Sends the form that registers a key, made for a page that was shown before.
async fn send_new(client: &Client, page: &Answer, key: &SoftKey, name: &str) -> Answer {
    let made = key.make(&question(page));
    let (client_data, attestation) = (coded(&made.client_data), coded(&made.attestation));
    let fields = [
        ("name", name),
        ("client_data", &client_data),
        ("attestation", &attestation),
        ("transports", "usb,x"),
    ];
    client.post("/second-factor/keys", &fields).await
}

async fn register(client: &Client, key: &SoftKey, name: &str) -> Answer {
    let page = client.get("/second-factor").await;
    send_new(client, &page, key, name).await
}

/// A browser whose password was right, and the page that asks for the key.
async fn half_in(router: &Router, user: &str) -> (Client, Answer) {
    let mut client = Client::new(router);
    let answer = client.post("/login", &[("id", user), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/login/code", "{}", answer.text);
    client.take_session(&answer);
    let page = client.get("/login/code").await;
    client.take_token(&page);
    (client, page)
}

/// Sends the key's answer to a question.
async fn answer(client: &Client, key: &mut SoftKey, question: &[u8], handle: &str) -> Answer {
    let answer = key.answer(question).unwrap();
    let parts = [&key.credential, &answer.client_data, &answer.authenticator_data, &answer.signature];
    let [credential, client_data, data, signature] = parts.map(|part| coded(part));
    let fields = [
        ("credential", credential.as_str()),
        ("client_data", &client_data),
        ("authenticator_data", &data),
        ("signature", &signature),
        ("handle", handle),
    ];
    client.post("/login/key", &fields).await
}

/// The codes of the newest entry of the audit log that has a result.
fn newest(house: &House, result: AuditResult) -> (String, Vec<String>) {
    house
        .entries()
        .into_iter()
        .rfind(|entry| entry.result == result)
        .map(|entry| (entry.title, entry.codes))
        .unwrap()
}

/// Registers a key and logs in with it, right and wrong; tells what nobody else is to learn of it.
pub(crate) async fn a_login(house: &House, router: &Router) -> Vec<(&'static str, String)> {
    let client = Client::of(router, "reader").await;
    let page = client.get("/second-factor").await;
    let mut key = SoftKey::es256(ORIGIN).unwrap();
    let done = send_new(&client, &page, &key, "青いキー").await;
    let mut secrets = vec![
        ("handle", attribute(&page, "data-handle")),
        ("challenge", attribute(&page, "data-challenge")),
        ("credential", coded(&key.credential)),
    ];
    let codes = done.text.split("<li class=\"mono\">").skip(1);
    secrets.extend(codes.map(|rest| ("recovery code", rest.split('<').next().unwrap().to_owned())));
    for origin in ["https://example.com", ORIGIN] {
        origin.clone_into(&mut key.origin);
        let (client, page) = half_in(router, "reader").await;
        answer(&client, &mut key, &question(&page), "").await;
        secrets.push(("challenge", attribute(&page, "data-challenge")));
    }
    assert!(house.office.factors("reader").unwrap().keys[0].last_used_at.is_some());
    secrets
}

#[tokio::test]
async fn a_key_is_registered_asked_for_and_taken_away() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "suzuki").await;
    let page = client.get("/second-factor").await;
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
    assert_eq!(page.text.matches("<script").count(), 1);
    let script = client.get(&attribute(&page, "script src")).await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(
        (attribute(&page, "data-origin"), attribute(&page, "data-algorithms")),
        (ORIGIN.to_owned(), "-7 -8 -257".to_owned())
    );
    let handle = attribute(&page, "data-handle");
    assert!(!page.has(&coded(b"suzuki")) && 80 < handle.len(), "nothing of the user");

    let (mut key, mut spare) = (SoftKey::es256(ORIGIN).unwrap(), SoftKey::ed25519(ORIGIN).unwrap());
    let done = send_new(&client, &page, &key, "青いキー").await;
    assert!(done.has("セキュリティキーを登録しました") && done.has("回復コード"), "{}", done.text);
    let recovery =
        done.text.split("<li class=\"mono\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(newest(&house, AuditResult::Done).0, "セキュリティキーの登録");
    let page = client.get("/second-factor").await;
    assert!(page.has("青いキー") && page.has("まだ") && page.has("あと10個"), "{}", page.text);
    assert_eq!(attribute(&page, "data-handle"), handle, "one for all keys of a user");
    assert!(attribute(&page, "data-known").contains(&format!("{}:usb", coded(&key.credential))));
    assert_eq!(register(&client, &spare, "予備").await.location(), "/second-factor?key=added", "codes stay");

    let (client, page) = half_in(&router, "suzuki").await;
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
    assert!(page.has("キーでログイン") && page.has("回復コード") && !page.has("認証アプリ"));
    assert_eq!(answer(&client, &mut key, &question(&page), &handle).await.location(), "/");
    assert_eq!(newest(&house, AuditResult::Login).0, "ログイン（セキュリティキー）");
    let (mut client, page) = half_in(&router, "suzuki").await;
    let entered = answer(&client, &mut spare, &question(&page), "").await;
    assert_eq!(entered.location(), "/", "{}", entered.text);
    client.take_session(&entered);
    let page = client.get("/second-factor").await;
    client.take_token(&page);
    assert!(!page.has("まだ"), "both were used: {}", page.text);

    let program = Client::new(&router);
    let refused = program.call("suzuki", "/api/v1/functions/resident-register/search", "{}").await;
    assert!(refused.has("二要素認証を使っています"));

    let (other, _) = half_in(&router, "suzuki").await;
    assert_eq!(other.post("/login/code", &[("code", &recovery)]).await.location(), "/", "a recovery code");
    let (other, _) = half_in(&router, "suzuki").await;
    assert!(other.post("/login/code", &[("code", &recovery)]).await.has("もう使われています"), "once");

    for name in ["青いキー", "予備"] {
        let page = client.get("/second-factor").await;
        let row = page.text.split("<tr>").find(|row| row.contains(name)).unwrap();
        let id = row.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(
            client.post("/second-factor/keys/remove", &[("key", id)]).await.location(),
            "/second-factor?key=removed"
        );
        assert_eq!(newest(&house, AuditResult::Done).0, "セキュリティキーを外す");
        let again = client.post("/second-factor/keys/remove", &[("key", id)]).await;
        assert!(again.has("U053"), "{}", again.text);
    }
    // Nothing is left, recovery codes neither.
    assert!(!house.office.factors("suzuki").unwrap().is_any());
    assert_eq!(house.office.factors("suzuki").unwrap().recovery, 0);
    Client::of(&router, "suzuki").await;
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_refused_and_its_cause_is_in_the_audit_log() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let (mut own, mut others) = (SoftKey::es256(ORIGIN).unwrap(), SoftKey::es256(ORIGIN).unwrap());
    let suzuki = Client::of(&router, "suzuki").await;
    register(&suzuki, &own, "自分の").await;
    let tanaka = Client::of(&router, "tanaka").await;
    register(&tanaka, &others, "田中の").await;
    let others_handle = attribute(&tanaka.get("/second-factor").await, "data-handle");

    let refused = |answer: &Answer, code: &str, words: &str| {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{code}");
        assert!(answer.has(words), "{code}: {}", answer.text);
        let (title, codes) = newest(&house, AuditResult::LoginFailed);
        assert_eq!((title.as_str(), codes), ("ログイン（セキュリティキー）", vec![code.to_owned()]));
    };
    // Each is behind a login that went well, so that none of them locks.
    let (client, page) = half_in(&router, "suzuki").await;
    let asked = question(&page);
    let page = answer(&client, &mut others, &asked, "").await;
    refused(&page, "U072", "登録されていません");
    assert_ne!(question(&page), asked, "each question is asked once");
    let late = answer(&client, &mut own, &asked, "").await;
    refused(&late, "U062", "もう使われています");
    let page = answer(&client, &mut own, &question(&late), &others_handle).await;
    refused(&page, "U073", "ほかの利用者のもの");
    let entered = answer(&client, &mut own, &question(&page), "").await;
    assert_eq!(entered.location(), "/", "the right one at last: {}", entered.text);
    assert_eq!(house.office.user("suzuki").unwrap().unwrap().failures, 0);

    let (client, page) = half_in(&router, "suzuki").await;
    own.sign_count = 0;
    let page = answer(&client, &mut own, &question(&page), "").await;
    refused(&page, "U071", "複製されたおそれ");
    own.origin = "https://daicho.example.com".to_owned();
    let page = answer(&client, &mut own, &question(&page), "").await;
    refused(&page, "U063", "別の住所");
    let bare = client.post("/login/key", &[]).await;
    assert!(bare.has("スクリプト"), "{}", bare.text);
    assert_eq!(house.office.user("suzuki").unwrap().unwrap().failures, 2, "nothing was tried there");

    // The question of one login does not do for another, nor without the page's token.
    own.origin = ORIGIN.to_owned();
    own.sign_count = 50;
    let (one, page) = half_in(&router, "suzuki").await;
    let (mut two, other_page) = half_in(&router, "suzuki").await;
    let crossed = answer(&two, &mut own, &question(&page), "").await;
    refused(&crossed, "U062", "もう使われています");
    two.forget_token();
    let forged = answer(&two, &mut own, &question(&other_page), "").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(answer(&one, &mut own, &question(&page), "").await.location(), "/");
    // Five wrong ones in a row lock.
    for _ in 0..5 {
        let (client, page) = half_in(&router, "suzuki").await;
        answer(&client, &mut others, &question(&page), "").await;
    }
    let locked = Client::new(&router).post("/login", &[("id", "suzuki"), ("password", PASSWORD)]).await;
    assert!(locked.has("続けて間違えた"), "{}", locked.text);
}

#[tokio::test]
async fn a_registration_that_does_not_fit_is_refused() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "suzuki").await;
    let key = SoftKey::es256(ORIGIN).unwrap();
    let refused = |answer: &Answer, code: &str| {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}: {}", answer.text);
        assert!(answer.has(code), "{code}: {}", answer.text);
        let (title, codes) = newest(&house, AuditResult::Refused);
        assert_eq!((title.as_str(), codes), ("セキュリティキーの登録", vec![code.to_owned()]));
    };
    refused(&register(&client, &key, " ").await, "U004");
    let page = client.get("/second-factor").await;
    let bare = client.post("/second-factor/keys", &[("name", "青い")]).await;
    refused(&bare, "U060");
    assert!(bare.has("value=\"青い\""), "what was typed stays");
    refused(&send_new(&client, &page, &key, "青い").await, "U062");
    let page = client.get("/second-factor").await;
    house.clock.pass(SignedDuration::from_mins(6));
    refused(&send_new(&client, &page, &key, "青い").await, "U062");
    let mut elsewhere = SoftKey::es256(ORIGIN).unwrap();
    elsewhere.party = "town.example.lg.jp".to_owned();
    refused(&register(&client, &elsewhere, "青い").await, "U065");
    assert!(!house.office.factors("suzuki").unwrap().is_any());

    register(&client, &key, "青い").await;
    refused(&register(&client, &SoftKey::es256(ORIGIN).unwrap(), "青い").await, "U050");
    refused(&register(&client, &key, "また").await, "U052");
    let other = Client::of(&router, "tanaka").await;
    refused(&register(&other, &key, "人の").await, "U052");
    for number in 1..10 {
        register(&client, &SoftKey::ed25519(ORIGIN).unwrap(), &format!("{number}")).await;
    }
    refused(&register(&client, &SoftKey::es256(ORIGIN).unwrap(), "十一本目").await, "U051");

    let admin = Client::of(&router, "tanaka").await;
    assert!(admin.get("/users/suzuki").await.has("セキュリティキー10本"));
    assert_eq!(admin.post("/users/suzuki/state", &[("act", "no-factor")]).await.location(), "/users/suzuki");
    let factors = house.office.factors("suzuki").unwrap();
    assert!(!factors.is_any() && factors.recovery == 0);
    let client = Client::of(&router, "suzuki").await;
    assert!(register(&client, &key, "青い").await.has("回復コード"), "the same one anew, with new codes");
}

#[tokio::test]
async fn who_must_have_a_second_factor_has_one_with_a_key_and_keeps_the_last() {
    let policy = UserPolicy { second_factor: SecondFactorRule::Required, ..UserPolicy::default() };
    let house = House::of_policy(policy).unwrap();
    let router = web::router(house.desk());
    let mut client = Client::new(&router);
    let entered = client.post("/login", &[("id", "suzuki"), ("password", PASSWORD)]).await;
    client.take_session(&entered);
    assert_eq!(client.get("/residents").await.location(), "/second-factor");
    client.take_token(&client.get("/second-factor").await);
    let key = SoftKey::es256(ORIGIN).unwrap();
    register(&client, &key, "青い").await;
    assert_eq!(client.get("/residents").await.status, StatusCode::OK);
    let page = client.get("/second-factor").await;
    let id = page.text.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let kept = client.post("/second-factor/keys/remove", &[("key", &id)]).await;
    assert!(kept.has("最後の一つは外せません"), "{}", kept.text);
    // With an app beside it, it may go; the recovery codes are the app's then.
    client.post("/second-factor", &[]).await;
    let secret = house.office.second_factor("suzuki").unwrap().unwrap().secret;
    let now = {
        use office::Clock;
        house.clock.now()
    };
    let code = office::code_at(&secret, now).unwrap();
    assert!(client.post("/second-factor/confirm", &[("code", &code)]).await.has("回復コード"));
    let (_, page) = half_in(&router, "suzuki").await;
    assert!(page.has("キーでログイン") && page.has("認証アプリのコード"), "{}", page.text);
    assert_eq!(
        client.post("/second-factor/keys/remove", &[("key", &id)]).await.location(),
        "/second-factor?key=removed"
    );
    let factors = house.office.factors("suzuki").unwrap();
    assert_eq!((factors.code, factors.keys.len(), factors.recovery), (true, 0, 10));
}

#[tokio::test]
async fn a_program_that_does_not_know_its_address_asks_for_no_key() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let mut key = SoftKey::es256(ORIGIN).unwrap();
    let done = register(&Client::of(&router, "suzuki").await, &key, "青い").await;
    let recovery =
        done.text.split("<li class=\"mono\">").nth(1).unwrap().split('<').next().unwrap().to_owned();

    let router = web::router(Desk { keys: None, ..house.desk() });
    let (client, page) = half_in(&router, "suzuki").await;
    assert!(page.has("いま使えません") && !page.has("<script"), "{}", page.text);
    assert!(page.header("content-security-policy").contains("script-src 'none'"));
    assert_eq!(answer(&client, &mut key, b"", "").await.location(), "/login/code");
    let mut client = client;
    let entered = client.post("/login/code", &[("code", &recovery)]).await;
    client.take_session(&entered);
    let page = client.get("/second-factor").await;
    assert!(page.has("登録できません") && page.has("青い") && !page.has("<script"), "{}", page.text);
}
