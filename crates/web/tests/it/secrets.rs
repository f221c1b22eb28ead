//! After a broad day's work nothing secret stands in what the program logged, nor in the audit log.

use std::fmt::{Debug, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use office::{AUDIT, Clock};
use register::AsOf;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::client::Client;
use super::house::{House, PASSWORD, three_people};
use super::provider::{Algorithm, Provider, SECRET};
use super::tls::Authority;

/// Keeps every word that is logged, however fine.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Visit for Everything {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0.lock().unwrap(), " {}={value:?}", field.name());
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let _ = write!(self.0.lock().unwrap(), "\n{}", event.metadata().target());
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Makes a day of work; tells each secret that occurred in it, with its name.
async fn a_day(house: &House) -> Vec<(&'static str, String)> {
    let mut secrets = vec![("password", PASSWORD.to_owned()), ("client secret", SECRET.to_owned())];
    // Residents with numbers, entered, made final, looked up, printed and searched for.
    let mut family = three_people();
    for (index, member) in family["members"].as_array_mut().unwrap().iter_mut().enumerate() {
        let number =
            domain::IndividualNumber::from_first_eleven(12_345_678_900 + u64::try_from(index).unwrap());
        let number = number.unwrap().expose().to_owned();
        member["individual_number"] = json!(number);
        secrets.push(("individual number", number));
        secrets.push(("record code", member["resident_record_code"].as_str().unwrap().to_owned()));
    }
    house.finalized("resident-register/move-in", &family).unwrap();
    house.settle().unwrap();
    let provider = Provider::new(Algorithm::Es256);
    let router = web::router(super::sso::desk(house, &provider));
    let mut admin = Client::of(&router, "tanaka").await;
    let no = house.numbers("カツラギ").unwrap().remove(0);
    admin.get(&format!("/residents/{no}")).await;
    let code = secrets.iter().find(|(name, _)| *name == "record code").unwrap().1.clone();
    let number = secrets.iter().find(|(name, _)| *name == "individual number").unwrap().1.clone();
    for asked in [&code, &number] {
        admin.get(&format!("/residents?q={asked}")).await;
        admin.get(&format!("/go?no={asked}")).await;
        let body = json!({ "input": { "q": asked } }).to_string();
        Client::new(&router).call("tanaka", "/api/v1/functions/resident-register/search", &body).await;
    }
    let shown = [("addressee_no", no.as_str()), ("purpose", "request"), ("purpose_detail", "本人の請求")];
    let answer = admin.post("/f/resident-register/show-number", &shown).await;
    assert!(answer.status.is_success() || answer.status.is_redirection(), "{}", answer.text);
    // What is wrong comes back in findings, with what was typed.
    let body = json!({ "input": { "individual_number": number, "no_such": code } }).to_string();
    Client::new(&router).call("tanaka", "/api/v1/functions/resident-register/move-in", &body).await;
    Client::new(&router)
        .call("tanaka", "/api/v1/functions/resident-register/move-in", &format!("{{{number}"))
        .await;
    admin.post("/f/resident-register/move-in", &[("individual_number", &number), ("x", &code)]).await;

    // Passwords: right, wrong, in the place of the id, changed.
    for typed in ["wrong-secret-word", "himitsu-no-kotoba"] {
        secrets.push(("typed password", typed.to_owned()));
    }
    let wrong = Client::new(&router);
    wrong.post("/login", &[("id", "suzuki"), ("password", "wrong-secret-word")]).await;
    wrong.post("/login", &[("id", "wrong-secret-word"), ("password", "")]).await;
    wrong.call("wrong-secret-word", "/api/v1/functions/resident-register/search", "{}").await;
    let made = admin.post("/users/new", &[("id", "hanako"), ("name", "窓口　花子")]).await;
    let initial = made.text.split("mono big\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut own = Client::new(&router);
    let answer = own.post("/login", &[("id", "hanako"), ("password", &initial)]).await;
    own.take_session(&answer);
    own.take_token(&own.get("/password").await);
    let new = "himitsu-no-kotoba";
    let changed = own.post("/password", &[("old", &initial), ("new", new), ("again", new)]).await;
    assert_eq!(changed.location(), "/password?changed=1");
    secrets.push(("initial password", initial));
    let made = json!({ "id": "jiro", "name": "次郎" }).to_string();
    let made = Client::new(&router).call("tanaka", "/api/v1/users", &made).await.json();
    secrets.push(("initial password", made["initial_password"].as_str().unwrap().to_owned()));

    // The second factor, set up, used, and a recovery code.
    let client = Client::of(&router, "suzuki").await;
    client.post("/second-factor", &[]).await;
    let secret = house.office.second_factor("suzuki").unwrap().unwrap().secret;
    let now = || house.clock.now();
    let code = office::code_at(&secret, now()).unwrap();
    let done = client.post("/second-factor/confirm", &[("code", &code)]).await;
    let recovery: Vec<String> = done
        .text
        .split("<li class=\"mono\">")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(recovery.len(), 10);
    house.clock.pass(SignedDuration::from_secs(60));
    for typed in [&recovery[0], &office::code_at(&secret, now()).unwrap()] {
        let mut client = Client::new(&router);
        let answer = client.post("/login", &[("id", "suzuki"), ("password", PASSWORD)]).await;
        client.take_session(&answer);
        secrets.push(("session", answer.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned()));
        client.take_token(&client.get("/login/code").await);
        assert_eq!(client.post("/login/code", &[("code", typed)]).await.location(), "/");
    }
    secrets.push(("secret of codes", secret));
    secrets.extend(recovery.into_iter().map(|code| ("recovery code", code)));

    secrets.extend(super::keys::a_login(house, &router).await);

    // The provider of logins: a login, and one that fails.
    for fault in [super::provider::Fault::None, super::provider::Fault::WrongNonce] {
        provider.fail(fault);
        let mut client = Client::new(&router);
        let address = super::sso::go(&mut client, "/").await;
        let asked = |name: &str| {
            address.split(&format!("{name}=")).nth(1).unwrap().split('&').next().unwrap().to_owned()
        };
        secrets.push(("state", asked("state")));
        secrets.push(("nonce", asked("nonce")));
        let back = provider.log_in(&address, &json!({ "preferred_username": "tanaka" }));
        secrets.push(("code", back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()));
        super::sso::come_back(&client, &back).await;
    }
    // A private key in the place of a certificate.
    let card = Authority::new("職員カード認証局").give("x", 2020, 2099);
    admin.post("/users/hanako/certificates", &[("certificate", &card.key)]).await;
    secrets.push(("private key", card.key.lines().nth(1).unwrap().to_owned()));
    admin.post("/users/hanako/certificates", &[("certificate", &card.pem)]).await;
    // Something breaks.
    admin.get("/residents/x").await;
    admin.take_token(&admin.get("/").await);
    secrets
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_logged_or_audited() {
    let logged = Everything::default();
    tracing::subscriber::set_global_default(logged.clone()).unwrap();
    let house = House::new().unwrap();
    let secrets = a_day(&house).await;
    tracing::error!(of = "this test", "the listener hears");
    let text = logged.0.lock().unwrap().clone();
    assert!(text.contains("the listener hears"));
    let mut audited = String::new();
    let view = house.office.journal().view(AsOf::default()).unwrap();
    view.scan(&AUDIT, None, &mut |stored| {
        audited.push_str(&stored.body.value()?.to_string());
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    assert!(audited.contains("resident-register/show-number") && 30 < audited.matches("\"user\"").count());
    for (name, secret) in &secrets {
        assert!(5 < secret.len() || *name == "code", "{name}: {secret}");
        for (place, words) in [("the log", &text), ("the audit log", &audited)] {
            if let Some(at) = words.find(secret.as_str()) {
                let from = words.floor_char_boundary(at.saturating_sub(200));
                panic!("{name} {secret} stands in {place}: …{}", &words[from..at]);
            }
        }
    }
    // The register itself holds numbers sealed; nothing else than the sealed fields would have to.
    assert!(secrets.iter().filter(|(name, _)| *name == "individual number").count() == 3);
}
