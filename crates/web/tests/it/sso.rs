//! Login by the town's own provider.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use jiff::SignedDuration;
use office::{AuditResult, UserPolicy};
use serde_json::{Value, json};
use transport::http::openid::{OpenId, OpenIdOptions};
use web::{Desk, SingleSignOn};

use super::client::{Answer, Client};
use super::house::{House, PASSWORD};
use super::provider::{Algorithm, CLIENT, Fault, NOW, Provider, SECRET};

const BASE: &str = "http://daicho.invalid";

fn sign_on(provider: &Provider) -> SingleSignOn {
    let options = OpenIdOptions {
        issuer: provider.issuer.clone(),
        client_id: CLIENT.to_owned(),
        secret: Some(SECRET.to_owned()),
        back: format!("{BASE}/login/sso/back"),
        scopes: vec!["profile".to_owned()],
        authorities: None,
        network: Default::default(),
        wait: Duration::from_secs(20),
        clock: || NOW,
    };
    SingleSignOn {
        // Its client keeps a runtime of its own, which must not be made on ours.
        provider: Arc::new(std::thread::spawn(|| OpenId::at(options).unwrap()).join().unwrap()),
        label: "庁内認証".to_owned(),
        claim: "preferred_username".to_owned(),
        domain: String::new(),
        acr: Vec::new(),
        amr: Vec::new(),
        strong: false,
    }
}

pub(crate) fn desk(house: &House, provider: &Provider) -> Desk {
    Desk { sso: Some(sign_on(provider)), ..house.desk() }
}

fn named(user: &str) -> Value {
    json!({ "preferred_username": user })
}

/// Goes to the provider; tells where to.
pub(crate) async fn go(client: &mut Client, next: &str) -> String {
    let answer = client.get(&format!("/login/sso?next={next}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert!(answer.header("set-cookie").contains("Path=/login/sso; Max-Age=600; HttpOnly; SameSite=Lax"));
    client.take_session(&answer);
    answer.location().to_owned()
}

/// Comes back from there.
pub(crate) async fn come_back(client: &Client, address: &str) -> Answer {
    client.get(address.strip_prefix(BASE).unwrap()).await
}

async fn logged_in(client: &mut Client, provider: &Provider, user: &str) -> Answer {
    let address = go(client, "/residents").await;
    let back = provider.log_in(&address, &named(user));
    let answer = come_back(client, &back).await;
    client.take_session(&answer);
    answer
}

#[tokio::test]
async fn whom_the_provider_knows_and_the_register_has_is_in() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let house = House::new().unwrap();
        let provider = Provider::new(algorithm);
        let router = web::router(desk(&house, &provider));
        let mut client = Client::new(&router);
        assert!(client.get("/login?next=%2Fresidents").await.has("庁内認証でログイン"));
        let answer = logged_in(&mut client, &provider, "suzuki").await;
        assert_eq!(answer.status, StatusCode::OK, "{algorithm:?}: {}", answer.text);
        // A page that goes on by itself: a redirect would leave the strict cookie behind.
        assert!(answer.has("<meta http-equiv=\"refresh\" content=\"0;url=/residents\">"), "{}", answer.text);
        assert!(answer.header("set-cookie").contains("SameSite=Strict"));
        assert_eq!(client.get("/residents").await.status, StatusCode::OK);
        let entry = ("suzuki".to_owned(), "ログイン（認証基盤）".to_owned());
        assert_eq!(house.logins(AuditResult::Login), [entry]);
        assert_eq!(provider.asked_for_keys(), 1);
    }
}

#[tokio::test]
async fn a_provider_that_does_not_play_by_the_rules_lets_nobody_in() {
    for (fault, told) in [
        (Fault::WrongNonce, "使えません"),
        (Fault::WrongAudience, "使えません"),
        (Fault::WrongIssuer, "使えません"),
        (Fault::Expired, "使えません"),
        (Fault::Unsigned, "使えません"),
        (Fault::ForeignKey, "使えません"),
        (Fault::Nonsense, "使えません"),
        (Fault::Refuses, "認めません（server_error）"),
    ] {
        let house = House::new().unwrap();
        let provider = Provider::new(Algorithm::Es256);
        let router = web::router(desk(&house, &provider));
        let mut client = Client::new(&router);
        provider.fail(fault);
        let answer = logged_in(&mut client, &provider, "suzuki").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{fault:?}");
        assert!(answer.has(told), "{fault:?}: {}", answer.text);
        assert!(client.get("/residents").await.location().starts_with("/login"), "{fault:?}");
        assert!(house.logins(AuditResult::Login).is_empty(), "{fault:?}");
        assert_eq!(house.logins(AuditResult::LoginFailed).len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_login_belongs_to_one_browser_one_try_and_one_code() {
    let house = House::new().unwrap();
    let provider = Provider::new(Algorithm::Es256);
    let router = web::router(desk(&house, &provider));
    let mut client = Client::new(&router);
    let strange = "初めからやり直してください";

    let answer = client.get("/login/sso/back?code=x&state=").await;
    assert!(answer.has(strange), "no state");
    let answer = client.get("/login/sso/back").await;
    assert!(answer.has(strange), "nothing at all");

    // Somebody is led to come back with another's login.
    let address = go(&mut client, "/").await;
    let back = provider.log_in(&address, &named("suzuki"));
    let other = Client::new(&router);
    assert!(come_back(&other, &back).await.has(strange), "another browser");
    assert!(come_back(&client, &back).await.has(strange), "and then nobody's any more");

    // The same answer twice.
    let address = go(&mut client, "/").await;
    let back = provider.log_in(&address, &named("suzuki"));
    assert_eq!(come_back(&client, &back).await.status, StatusCode::OK);
    assert!(come_back(&client, &back).await.has(strange), "a second time");

    // An old code under a new state.
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let address = go(&mut client, "/").await;
    let fresh = provider.log_in(&address, &named("suzuki"));
    let own = fresh.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let replayed = come_back(&client, &fresh.replace(&own, &code)).await;
    assert!(replayed.has("認めません（invalid_grant）"), "{}", replayed.text);

    // The answer of another provider.
    let address = go(&mut client, "/").await;
    let back = provider.log_in(&address, &named("suzuki"));
    let mixed = back.split("&iss=").next().unwrap().to_owned() + "&iss=https%3A%2F%2Fother.invalid";
    assert!(come_back(&client, &mixed).await.has("別の認証基盤の答えです"));

    let address = go(&mut client, "/").await;
    let state = address.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let refused = client.get(&format!("/login/sso/back?error=access_denied&state={state}")).await;
    assert!(refused.has("取り消されたか、認められませんでした"));

    let address = go(&mut client, "/").await;
    let back = provider.log_in(&address, &named("suzuki"));
    house.clock.pass(SignedDuration::from_mins(11));
    assert!(come_back(&client, &back).await.has(strange), "too late");
}

#[tokio::test]
async fn who_may_not_log_in_may_not_by_the_provider_either() {
    let house = House::new().unwrap();
    let provider = Provider::new(Algorithm::Es256);
    let router = web::router(desk(&house, &provider));
    let keeper = office::Caller::command_line();
    for (user, told) in
        [("nobody", "登録されていません"), ("reader", "使えなくなっています"), ("suzuki", "停止中か")]
    {
        match user {
            "reader" => house.office.lock_user(&keeper, user, true).unwrap(),
            "suzuki" => house.office.stop_user(&keeper, user, true).unwrap(),
            _ => {}
        }
        let answer = logged_in(&mut Client::new(&router), &provider, user).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{user}");
        assert!(answer.has(told), "{user}: {}", answer.text);
    }
    assert!(house.office.user("nobody").unwrap().is_none(), "nobody is made by logging in");
    assert!(!house.logins(AuditResult::LoginFailed).iter().any(|(user, _)| user == "nobody"));
}

#[tokio::test]
async fn the_second_factor_of_here_is_asked_for_unless_the_provider_has_one() {
    let policy = UserPolicy { second_factor_for: vec!["*".to_owned()], ..UserPolicy::default() };
    let house = House::of_policy(policy).unwrap();
    let provider = Provider::new(Algorithm::Es256);
    let router = web::router(desk(&house, &provider));
    let mut client = Client::new(&router);
    logged_in(&mut client, &provider, "suzuki").await;
    assert_eq!(client.get("/residents").await.location(), "/second-factor", "to be set up first");
    client.take_token(&client.get("/second-factor").await);
    client.post("/second-factor", &[]).await;
    let secret = house.office.second_factor("suzuki").unwrap().unwrap().secret;
    let code = |house: &House| office::code_at(&secret, office::Clock::now(&*house.clock)).unwrap();
    client.post("/second-factor/confirm", &[("code", &code(&house))]).await;

    let mut client = Client::new(&router);
    let answer = logged_in(&mut client, &provider, "suzuki").await;
    assert!(answer.has("url=/login/code"), "{}", answer.text);
    assert!(client.get("/residents").await.location().starts_with("/login"));
    client.take_token(&client.get("/login/code").await);
    house.clock.pass(SignedDuration::from_secs(30));
    let answer = client.post("/login/code", &[("code", &code(&house))]).await;
    assert_eq!(answer.location(), "/residents");

    let strong = SingleSignOn { strong: true, ..sign_on(&provider) };
    let router = web::router(Desk { sso: Some(strong), ..house.desk() });
    let mut client = Client::new(&router);
    logged_in(&mut client, &provider, "suzuki").await;
    assert_eq!(client.get("/residents").await.status, StatusCode::OK);
    let mut other = Client::new(&router);
    logged_in(&mut other, &provider, "tanaka").await;
    assert_eq!(other.get("/residents").await.status, StatusCode::OK, "without one of here");
}

#[tokio::test]
async fn wrong_codes_behind_the_provider_lock_as_behind_a_password() {
    let house = House::new().unwrap();
    let provider = Provider::new(Algorithm::Es256);
    let router = web::router(desk(&house, &provider));
    let client = Client::of(&router, "suzuki").await;
    client.post("/second-factor", &[]).await;
    let secret = house.office.second_factor("suzuki").unwrap().unwrap().secret;
    let code = office::code_at(&secret, office::Clock::now(&*house.clock)).unwrap();
    client.post("/second-factor/confirm", &[("code", &code)]).await;
    for _ in 0..5 {
        let mut client = Client::new(&router);
        logged_in(&mut client, &provider, "suzuki").await;
        client.take_token(&client.get("/login/code").await);
        client.post("/login/code", &[("code", "wrong")]).await;
    }
    let answer = logged_in(&mut Client::new(&router), &provider, "suzuki").await;
    assert!(answer.has("続けて間違えた"), "{}", answer.text);
}

#[tokio::test]
async fn an_initial_password_does_not_stand_in_the_way_of_who_need_not_know_it() {
    let house = House::new().unwrap();
    let provider = Provider::new(Algorithm::Es256);
    let router = web::router(desk(&house, &provider));
    let admin = Client::of(&router, "tanaka").await;
    admin.post("/users/new", &[("id", "hanako"), ("name", "窓口　花子"), ("right", "addressee/*")]).await;
    let mut client = Client::new(&router);
    logged_in(&mut client, &provider, "hanako").await;
    assert_eq!(client.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_provider_changes_its_keys_and_one_that_is_away_is_told() {
    let house = House::new().unwrap();
    let provider = Provider::new(Algorithm::Es256);
    let router = web::router(desk(&house, &provider));
    logged_in(&mut Client::new(&router), &provider, "suzuki").await;
    provider.change_key();
    let answer = logged_in(&mut Client::new(&router), &provider, "suzuki").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(provider.asked_for_keys(), 2);

    let mut away = provider.clone();
    away.issuer = "http://127.0.0.1:1".to_owned();
    let router = web::router(desk(&house, &away));
    let client = Client::new(&router);
    let answer = client.get("/login/sso").await;
    assert!(answer.has("認証基盤とつながりません") && answer.has("パスワードでログイン"), "{}", answer.text);
    assert_eq!(client.post("/login", &[("id", "suzuki"), ("password", PASSWORD)]).await.location(), "/");

    let router = web::router(house.desk());
    assert_eq!(Client::new(&router).get("/login/sso").await.status, StatusCode::NOT_FOUND);
}
