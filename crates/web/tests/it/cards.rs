//! Certificates of users: IC cards as the second factor, and programs that log in by one.

use std::sync::Arc;

use axum::http::StatusCode;
use office::{AuditResult, Certificate, UserPolicy};

use super::client::Client;
use super::house::{House, PASSWORD};
use super::tls::{Authority, Made};

const SEARCH: &str = "/api/v1/functions/addressee/search";
const LOGIN: [(&str, &str); 2] = [("id", "suzuki"), ("password", PASSWORD)];

async fn bound(admin: &Client, user: &str, card: &Made) {
    let answer = admin.post(&format!("/users/{user}/certificates"), &[("certificate", &card.pem)]).await;
    assert_eq!(answer.location(), format!("/users/{user}"), "{}", answer.text);
}

/// A browser that shows a certificate.
fn browser(router: &axum::Router, shown: Option<Arc<Certificate>>) -> Client {
    let mut client = Client::new(router);
    client.certificate = shown;
    client
}

#[tokio::test]
async fn a_card_is_the_second_factor_of_the_one_who_is_bound_to_it() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let authority = Authority::new("職員カード認証局");
    let (card, other) = (authority.give("鈴木　審査", 2020, 2099), authority.give("田中　窓子", 2020, 2099));
    let admin = Client::of(&router, "tanaka").await;
    bound(&admin, "suzuki", &card).await;
    let page = admin.get("/users/suzuki").await;
    assert!(page.has("CN=鈴木　審査") && page.has("CN=職員カード認証局"), "{}", page.text);
    assert!(page.has("証明書の登録（suzuki）"), "it stands in the history");

    for shown in [None, Some(other.shown())] {
        let refused = browser(&router, shown).post("/login", &LOGIN).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert!(refused.has("証明書（ICカード）を使ってログインします"), "{}", refused.text);
    }
    let mut client = browser(&router, Some(card.shown()));
    let wrong = client.post("/login", &[("id", "suzuki"), ("password", "wrong")]).await;
    assert!(wrong.has("利用者IDかパスワードが違います"), "the card alone is not enough");
    client.log_in(&LOGIN).await;
    assert_eq!(client.get("/residents").await.status, StatusCode::OK);
    assert_eq!(house.logins(AuditResult::Login).last().unwrap().1, "ログイン（証明書）");

    // The same cookie over a connection that shows another card, or none.
    for shown in [None, Some(other.shown())] {
        client.certificate = shown;
        assert!(client.get("/residents").await.location().starts_with("/login"));
    }
    client.certificate = Some(card.shown());
    assert_eq!(client.get("/residents").await.status, StatusCode::OK);
    let program = browser(&router, Some(card.shown()));
    assert_eq!(program.call("suzuki", SEARCH, r#"{"input":{"q":"x"}}"#).await.status, StatusCode::OK);

    let key = card.shown().key.clone();
    let gone = admin.post("/users/suzuki/certificates", &[("key", &key)]).await;
    assert_eq!(gone.location(), "/users/suzuki");
    assert!(client.get("/residents").await.location().starts_with("/login"), "out at once");
    let again = admin.post("/users/suzuki/certificates", &[("key", &key)]).await;
    assert!(again.has("その証明書は登録されていません"));
}

#[tokio::test]
async fn a_header_is_no_card() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let card = Authority::new("職員カード認証局").give("鈴木　審査", 2020, 2099);
    bound(&Client::of(&router, "tanaka").await, "suzuki", &card).await;
    let pem = card.pem.replace('\n', "");
    let key = card.shown().key.clone();
    for (name, value) in [
        ("x-client-cert", pem.as_str()),
        ("x-ssl-client-cert", &pem),
        ("x-forwarded-client-cert", &pem),
        ("ssl-client-verify", "SUCCESS"),
        ("client-cert", &key),
    ] {
        let answer = Client::new(&router).call_with("suzuki", SEARCH, "{}", &[(name, value)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_bound_is_said() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let authority = Authority::new("職員カード認証局");
    let admin = Client::of(&router, "tanaka").await;
    let card = authority.give("鈴木　審査", 2020, 2099);
    bound(&admin, "suzuki", &card).await;
    let pasted = card.pem.replace('\n', "\r\n  ");
    for (user, text, told) in [
        ("reader", "", "証明書として読めません"),
        ("reader", "-----BEGIN CERTIFICATE-----\nあ\n-----END CERTIFICATE-----", "証明書として読めません"),
        ("reader", card.key.as_str(), "秘密鍵が入っています"),
        ("reader", &format!("{}{}", card.pem, card.key), "秘密鍵が入っています"),
        ("reader", &authority.give("x", 2001, 2002).pem, "期限が切れている"),
        ("reader", &authority.give("x", 2090, 2099).pem, "まだ使えません"),
        ("reader", &card.pem, "利用者 suzuki に登録されています"),
        ("reader", &pasted, "利用者 suzuki に登録されています"),
        ("nobody", &card.pem, "「nobody」はいません"),
    ] {
        let answer = admin.post(&format!("/users/{user}/certificates"), &[("certificate", text)]).await;
        assert!(answer.status.is_client_error() && answer.has(told), "{told}: {}", answer.text);
        assert!(!answer.has("PRIVATE"), "{told}");
    }
    for number in 0..5 {
        bound(&admin, "reader", &authority.give(&format!("{number}"), 2020, 2099)).await;
    }
    let sixth = authority.give("6", 2020, 2099);
    let answer = admin.post("/users/reader/certificates", &[("certificate", &sixth.pem)]).await;
    assert!(answer.has("一人の証明書は5枚までです"));
}

#[tokio::test]
async fn who_holds_less_binds_no_card_to_who_holds_more() {
    let house = House::new().unwrap();
    let rights = office::Rights(vec!["office/users".to_owned()]);
    house.office.add_user("kakari", "係", "総務課", rights, PASSWORD).unwrap();
    let router = web::router(house.desk());
    let card = Authority::new("職員カード認証局").give("x", 2020, 2099);
    let clerk = Client::of(&router, "kakari").await;
    let refused = clerk.post("/users/tanaka/certificates", &[("certificate", &card.pem)]).await;
    assert!(refused.has("あなたの持たない権限を持っています"), "{}", refused.text);
    let machine = [("name", "田中　窓子"), ("right", "*"), ("machine", "1")];
    let refused = clerk.post("/users/tanaka/change", &machine).await;
    assert!(refused.has("あなたの持たない権限を持っています"), "{}", refused.text);
}

#[tokio::test]
async fn rights_can_demand_a_card_and_a_code_does_not_do_then() {
    let policy = UserPolicy { certificate_for: vec!["office/users".to_owned()], ..UserPolicy::default() };
    let house = House::of_policy(policy).unwrap();
    let router = web::router(house.desk());
    let card = Authority::new("職員カード認証局").give("鈴木　審査", 2020, 2099);
    let refused = Client::new(&router).post("/login", &LOGIN).await;
    assert!(refused.has("証明書（ICカード）を使ってログインします"), "{}", refused.text);
    assert_eq!(Client::new(&router).call("suzuki", SEARCH, "{}").await.status, StatusCode::FORBIDDEN);
    let reader = Client::of(&router, "reader").await;
    assert_eq!(reader.get("/").await.status, StatusCode::OK, "others go on as before");

    // As whoever keeps the machine does it for the first of them.
    let keeper = office::Caller::command_line();
    house.office.bind_certificate(&keeper, "suzuki", &card.pem).unwrap();
    let mut admin = browser(&router, Some(card.shown()));
    admin.log_in(&LOGIN).await;
    assert_eq!(admin.get("/users").await.status, StatusCode::OK);

    // Who is given such a right while logged in has to come back with a card.
    let change = [("name", "佐藤　閲覧"), ("department", "福祉課"), ("right", "office/users")];
    assert_eq!(admin.post("/users/reader/change", &change).await.location(), "/users/reader");
    let refused = reader.get("/users").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.has("ICカード"), "{}", refused.text);
}

#[tokio::test]
async fn a_program_uses_the_api_by_its_certificate_alone_and_nothing_else() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let authority = Authority::new("職員カード認証局");
    let (card, stranger) = (authority.give("kikan-bot", 2020, 2099), authority.give("other", 2020, 2099));
    let admin = Client::of(&router, "tanaka").await;
    let fields = [("id", "kikan-bot"), ("name", "基幹連携"), ("right", "addressee/*"), ("machine", "1")];
    assert_eq!(admin.post("/users/new", &fields).await.location(), "/users/kikan-bot");
    assert!(admin.get("/users/kikan-bot").await.has("機械用"));
    bound(&admin, "kikan-bot", &card).await;

    let program = browser(&router, Some(card.shown()));
    let body = r#"{"input":{"q":"x"}}"#;
    assert_eq!(program.call_bare(SEARCH, body).await.status, StatusCode::OK);
    let denied = program.call_bare("/api/v1/functions/resident-register/search", body).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert!(program.get("/").await.location().starts_with("/login"), "no screens");
    for (shown, path, status) in
        [(None, SEARCH, StatusCode::UNAUTHORIZED), (Some(stranger.shown()), SEARCH, StatusCode::UNAUTHORIZED)]
    {
        assert_eq!(browser(&router, shown).call_bare(path, body).await.status, status);
    }
    // A card of a person is half of who that is.
    let mine = authority.give("鈴木　審査", 2020, 2099);
    bound(&admin, "suzuki", &mine).await;
    let alone = browser(&router, Some(mine.shown())).call_bare(SEARCH, body).await;
    assert_eq!(alone.status, StatusCode::UNAUTHORIZED);
    let failed = house.logins(AuditResult::LoginFailed);
    assert!(failed.contains(&("（不明）".to_owned(), "ログイン（証明書）".to_owned())), "{failed:?}");

    house.office.stop_user(&office::Caller::command_line(), "kikan-bot", true).unwrap();
    assert_eq!(program.call_bare(SEARCH, body).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_program_has_no_password() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let admin = Client::of(&router, "tanaka").await;
    let change = [("name", "佐藤　閲覧"), ("right", "addressee/*"), ("machine", "1")];
    let reader = Client::of(&router, "reader").await;
    assert_eq!(admin.post("/users/reader/change", &change).await.location(), "/users/reader");
    assert!(reader.get("/").await.location().starts_with("/login"), "out at once");
    let client = Client::new(&router);
    let refused = client.post("/login", &[("id", "reader"), ("password", PASSWORD)]).await;
    assert!(refused.has("この利用者は機械用です"), "{}", refused.text);
    assert_eq!(client.call("reader", SEARCH, "{}").await.status, StatusCode::FORBIDDEN);
    let own = [("name", "田中　窓子"), ("right", "*"), ("machine", "1")];
    assert!(admin.post("/users/tanaka/change", &own).await.has("自分を使えなくすることはできません"));
}

#[tokio::test]
async fn a_certificate_whose_time_is_over_counts_no_more() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let card = Authority::new("職員カード認証局").give("鈴木　審査", 2020, 2026);
    bound(&Client::of(&router, "tanaka").await, "suzuki", &card).await;
    let client = browser(&router, Some(card.shown()));
    assert_eq!(client.post("/login", &LOGIN).await.location(), "/");
    house.clock.pass(jiff::SignedDuration::from_hours(24 * 60));
    assert!(client.post("/login", &LOGIN).await.has("ICカード"), "a connection held open over its end");
}
