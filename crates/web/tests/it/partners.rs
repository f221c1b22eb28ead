//! Systems of others: our own client and `curl` against a served town.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use office::{AUDIT, AuditEntry, AuditResult};
use register::AsOf;
use serde_json::Value;
use testkit::places::{Ends, conformance, control};
use transport::http::wire::{ReceiptKey, ReceiverKey, SignedReceipt};
use transport::http::{Auth, HttpOptions, HttpPlace, SecretMethod, Speech, assertion};
use transport::{Folder, Network, Place, PlaceError, Receipt, Verdict};
use web::{Desk, Partner, Partners};

use super::client::{Answer, Client};
use super::house::House;

pub(crate) const SECRET: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCD";

/// The second the town's clock stands at.
pub(crate) fn nine_o_clock() -> u64 {
    let start: Timestamp = "2026-11-20T09:00:00+09:00".parse().unwrap();
    u64::try_from(start.as_second()).unwrap()
}

pub(crate) fn receipt_key() -> ReceiptKey {
    ReceiptKey::parse(&"0a".repeat(32)).unwrap()
}

/// The function the first partner may use over the published API.
pub(crate) const NUMBERING: &str = "addressee/non-resident-number";

/// The town's folder for the partner of this number.
pub(crate) fn folder(house: &House, number: usize) -> Folder {
    Folder::at(house.folder.join("places").join(format!("partner-{number}")))
}

pub(crate) fn id(number: usize) -> String {
    format!("client{number:026}")
}

/// A town with so many partners, each bound to the links `l`, `m` and the suite's letters.
pub(crate) fn desk(house: &House, partners: usize, base: &str) -> Desk {
    let clients = (0..partners)
        .map(|number| {
            let links = ["l", "m"].map(str::to_owned);
            Partner::new(format!("p{number}"), id(number), SECRET, links, &folder(house, number))
                .may_use(if number == 0 { vec![NUMBERING.to_owned()] } else { Vec::new() })
        })
        .collect();
    Desk { partners: Partners::new(clients, base, Some(receipt_key()), BYTES_MAX), ..house.desk() }
}

/// A town that is really served.
pub(crate) struct Served {
    pub(crate) house: House,
    pub(crate) base: String,
    _runtime: tokio::runtime::Runtime,
}

pub(crate) fn serve(partners: usize) -> Served {
    serve_house(House::new().unwrap(), partners)
}

/// The same of a town that was made before.
pub(crate) fn serve_house(house: House, partners: usize) -> Served {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}/partner/v1", listener.local_addr().unwrap());
    let router = {
        let _inside = runtime.enter();
        web::router(desk(&house, partners, &base))
    };
    runtime.spawn(web::serve(listener, router, web::Patience::default(), std::future::pending()));
    Served { house, base, _runtime: runtime }
}

pub(crate) fn options(base: &str, number: usize, method: SecretMethod) -> HttpOptions {
    HttpOptions {
        base: base.to_owned(),
        speech: Speech::Rest,
        auth: Auth::Client {
            token_address: format!("{base}/token"),
            id: id(number),
            secret: SECRET.to_owned(),
            method,
        },
        receiver_key: Some(receipt_key().public()),
        authorities: None,
        network: Network::default(),
        wait: Duration::from_secs(20),
        clock: nine_o_clock,
    }
}

pub(crate) fn cause(error: &PlaceError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}

/// The most bytes of a delivery.
pub(crate) const BYTES_MAX: u64 = 12 * 1024 * 1024;
/// Bytes that no socket takes in before anybody reads them.
const MORE_THAN_IS_SENT_AT_ONCE: usize = 8 * 1024 * 1024;

pub(crate) fn put(
    place: &dyn Place,
    dir: &Path,
    name: &str,
    no: u64,
    bytes: &[u8],
) -> Result<Option<Receipt>, PlaceError> {
    let data = dir.join("data");
    fs::write(&data, bytes).unwrap();
    place.put(name, &data, &control(no, bytes))
}

#[test]
fn an_address_is_a_place() {
    let served = serve(7);
    let next = AtomicUsize::new(0);
    conformance(&mut || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let method = if number.is_multiple_of(2) { SecretMethod::Jwt } else { SecretMethod::Basic };
        let ours = HttpPlace::at(options(&served.base, number, method)).unwrap();
        Ends { ours: Box::new(ours), theirs: Box::new(folder(&served.house, number)) }
    })
    .unwrap();
    assert_eq!(next.into_inner(), 7, "each with a folder of its own");
}

#[test]
fn a_sender_that_lost_its_notes_finds_its_deliveries_again() {
    let served = serve(1);
    let dir = tempfile::tempdir().unwrap();
    let at = || HttpPlace::at(options(&served.base, 0, SecretMethod::Jwt)).unwrap();
    put(&at(), dir.path(), "a b.csv", 1, b"abc").unwrap();
    let town = folder(&served.house, 0);
    put(&town, dir.path(), "out.csv", 7, b"from the town").unwrap();
    let receipt = Receipt {
        link: Some("l".into()),
        no: 1,
        rows: 1,
        sha256: control(1, b"abc").sha256,
        verdict: Verdict::Applied,
    };
    town.answer("a b.csv", &receipt).unwrap();
    assert_eq!(at().receipt("a b.csv").unwrap(), Some(receipt.clone()));
    assert_eq!(put(&at(), dir.path(), "a b.csv", 1, b"abc").unwrap(), Some(receipt), "answered as before");
    let mut bytes = Vec::new();
    at().fetch("out.csv", &mut bytes).unwrap();
    assert_eq!(bytes, b"from the town");
    // One number, two names.
    let other = put(&at(), dir.path(), "b.csv", 1, b"abc");
    assert!(matches!(other, Err(PlaceError::Taken { .. })), "{other:?}");
}

#[test]
fn a_number_that_is_on_its_way_is_no_other_content() {
    let served = serve(1);
    let dir = tempfile::tempdir().unwrap();
    let spool = folder(&served.house, 0).path().join("spool");
    fs::create_dir_all(&spool).unwrap();
    let other = transport::Beside::create(&spool.join("l_1")).unwrap();
    let place = HttpPlace::at(options(&served.base, 0, SecretMethod::Jwt)).unwrap();
    // However much there is to send, who is refused is told why.
    for bytes in [b"abc".to_vec(), vec![b'x'; MORE_THAN_IS_SENT_AT_ONCE]] {
        let error = put(&place, dir.path(), "a.csv", 1, &bytes).unwrap_err();
        assert!(cause(&error).contains("受け取っている途中"), "tried again later: {}", cause(&error));
    }
    other.remove().unwrap();
    put(&place, dir.path(), "a.csv", 1, b"abc").unwrap();
}

#[test]
fn who_signs_with_another_key_is_not_believed() {
    let served = serve(1);
    let dir = tempfile::tempdir().unwrap();
    let mut other = options(&served.base, 0, SecretMethod::Jwt);
    other.receiver_key = ReceiverKey::parse(&ReceiptKey::parse(&"0b".repeat(32)).unwrap().public().to_hex());
    let place = HttpPlace::at(other).unwrap();
    put(&place, dir.path(), "a.csv", 1, b"abc").unwrap();
    let refused = Receipt {
        link: Some("l".into()),
        no: 1,
        rows: 0,
        sha256: String::new(),
        verdict: Verdict::Refused("x".into()),
    };
    folder(&served.house, 0).answer("a.csv", &refused).unwrap();
    let error = place.receipt("a.csv").unwrap_err();
    assert!(cause(&error).contains("receiver_key の鍵のものではありません"), "{}", cause(&error));
}

#[test]
fn a_wrong_secret_or_an_unbound_link_is_told_and_the_latter_audited() {
    let served = serve(2);
    let dir = tempfile::tempdir().unwrap();
    for method in [SecretMethod::Jwt, SecretMethod::Basic] {
        let mut wrong = options(&served.base, 0, method);
        if let Auth::Client { secret, .. } = &mut wrong.auth {
            secret.push('x');
        }
        let place = HttpPlace::at(wrong).unwrap();
        let error = place.arrivals("").unwrap_err();
        assert!(
            cause(&error).contains("アクセストークンがもらえません（invalid_client）"),
            "{}",
            cause(&error)
        );
        assert!(!format!("{place:?}{}", cause(&error)).contains(SECRET));
    }
    let mut fixed = options(&served.base, 0, SecretMethod::Jwt);
    fixed.auth = Auth::Token("x".into());
    let stranger = HttpPlace::at(fixed).unwrap();
    let much = vec![b'x'; MORE_THAN_IS_SENT_AT_ONCE];
    for error in
        [stranger.arrivals("").unwrap_err(), put(&stranger, dir.path(), "a.csv", 1, &much).unwrap_err()]
    {
        assert!(cause(&error).contains("アクセストークンが通りません"), "{}", cause(&error));
    }

    let place = HttpPlace::at(options(&served.base, 0, SecretMethod::Jwt)).unwrap();
    let data = dir.path().join("data");
    fs::write(&data, "abc").unwrap();
    let unbound = transport::Control { link: "other".into(), ..control(1, b"abc") };
    let error = place.put("a.csv", &data, &unbound).unwrap_err();
    assert!(cause(&error).contains("権限がありません"), "{}", cause(&error));
    assert_eq!(fs::read_dir(folder(&served.house, 0).path()).map(Iterator::count).unwrap_or(0), 0);
    // What another partner gets is not seen.
    put(&folder(&served.house, 1), dir.path(), "a.csv", 1, b"abc").unwrap();
    assert_eq!(place.arrivals("").unwrap(), []);

    let mut denied = Vec::new();
    let view = served.house.office.journal().view(AsOf::default()).unwrap();
    view.scan(&AUDIT, None, &mut |stored| {
        let entry = stored.typed::<AuditEntry>()?.record;
        denied.extend((entry.result == AuditResult::Denied).then_some((entry.user, entry.function)));
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    assert_eq!(denied, [("partner/p0".to_owned(), "office/partner".to_owned())]);
}

/// A program that asks without a network.
pub(crate) struct Program {
    pub(crate) client: Client,
    pub(crate) token: String,
}

impl Program {
    pub(crate) async fn at(house: &House) -> Self {
        Self::of(house, 0).await
    }

    /// The partner of this number.
    pub(crate) async fn of(house: &House, number: usize) -> Self {
        let client = Client::new(&web::router(desk(house, number + 1, "https://town/partner/v1")));
        let answer = token(
            &client,
            &assertion(&id(number), SECRET, "https://town/partner/v1/token", nine_o_clock()).unwrap(),
        )
        .await;
        let token =
            answer.json()["access_token"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
        Self { client, token }
    }

    pub(crate) async fn send(&self, verb: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder()
            .method(verb)
            .uri(if path.starts_with("/app_submit/") {
                path.to_owned()
            } else {
                format!("/partner/v1{path}")
            })
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.client.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

pub(crate) async fn token(client: &Client, assertion: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ];
    client.post("/partner/v1/token", &form).await
}

pub(crate) const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[tokio::test]
async fn a_delivery_is_taken_refused_and_answered_as_documented() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    let large = "x".repeat(usize::try_from(BYTES_MAX).unwrap() + 1);
    let good = [("daicho-rows", "1"), ("daicho-bytes", "3"), ("daicho-sha256", ABC)];
    for (path, headers, body, status, code) in [
        ("/deliveries/l/1", &[][..], "abc", 400, "unreadable"),
        (
            "/deliveries/l/1",
            &[("daicho-rows", "1"), ("daicho-bytes", "3"), ("daicho-sha256", "00")],
            "abc",
            422,
            "mismatched",
        ),
        (
            "/deliveries/l/1",
            &[("daicho-rows", "1"), ("daicho-bytes", "4"), ("daicho-sha256", ABC)],
            "abc",
            422,
            "mismatched",
        ),
        ("/deliveries/l/x", &good, "abc", 404, "not-found"),
        ("/deliveries/n/1", &good, "abc", 403, "denied"),
        ("/deliveries/l/1", &good, large.as_str(), 413, "too-large"),
    ] {
        let answer = program.send("POST", path, headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
        assert!(answer.has(&format!("/problems/{code}")), "{path}: {}", answer.text);
    }
    let town = folder(&house, 0);
    assert_eq!(town.arrivals("").unwrap(), []);
    let left = fs::read_dir(town.path().join("spool")).unwrap().count();
    assert_eq!(left, 0, "nothing is left of what was refused");

    let taken = program.send("POST", "/deliveries/l/1", &good, "abc").await;
    assert_eq!(
        (taken.status, taken.location()),
        (StatusCode::ACCEPTED, "/partner/v1/deliveries/l/1/receipt")
    );
    assert_eq!(town.arrivals("").unwrap()[0].name, "l_000001.dat");
    assert_eq!(program.send("GET", "/deliveries/l/1/receipt", &[], "").await.status, StatusCode::ACCEPTED);
    assert_eq!(program.send("GET", "/deliveries/l/2/receipt", &[], "").await.status, StatusCode::NOT_FOUND);
    let receipt =
        Receipt { link: Some("l".into()), no: 1, rows: 1, sha256: ABC.into(), verdict: Verdict::Applied };
    town.answer("l_000001.dat", &receipt).unwrap();
    let answered = program.send("GET", "/deliveries/l/1/receipt", &[], "").await;
    let signed: SignedReceipt = serde_json::from_str(&answered.text).unwrap();
    assert_eq!(signed.receipt(), Ok(receipt));
    assert!(signed.is_signed_by(&receipt_key().public()));
    let again = program.send("POST", "/deliveries/l/1", &good, "abc").await;
    assert_eq!(
        (again.status, again.text),
        (StatusCode::OK, answered.text),
        "answered as before, to the letter"
    );
}

#[tokio::test]
async fn deliveries_are_listed_behind_a_number_fetched_and_answered() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    let town = folder(&house, 0);
    let dir = tempfile::tempdir().unwrap();
    for no in [1, 2, 3] {
        put(&town, dir.path(), &format!("ido_{no:06}.csv"), no, format!("content {no}").as_bytes()).unwrap();
    }
    let numbers = |answer: &Answer| -> Vec<u64> {
        let files = answer.json()["files"].as_array().unwrap().clone();
        files.iter().map(|file| file["no"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&program.send("GET", "/links/l/deliveries?after=1", &[], "").await), [2, 3]);
    assert_eq!(numbers(&program.send("GET", "/links/m/deliveries", &[], "").await), [0_u64; 0]);
    let fetched = program.send("GET", "/links/l/deliveries/2", &[], "").await;
    assert_eq!((fetched.text.as_str(), fetched.header("daicho-rows")), ("content 2", "1"));
    assert_eq!(fetched.header("content-length"), "9");
    let sha256 = fetched.header("daicho-sha256");
    let receipt = format!(r#"{{"no":2,"rows":1,"sha256":"{sha256}","verdict":"applied"}}"#);
    assert_eq!(
        program.send("POST", "/links/l/deliveries/3/receipt", &[], &receipt).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        program.send("POST", "/links/l/deliveries/2/receipt", &[], "{}").await.status,
        StatusCode::BAD_REQUEST
    );
    for _ in 0..2 {
        assert_eq!(
            program.send("POST", "/links/l/deliveries/2/receipt", &[], &receipt).await.status,
            StatusCode::NO_CONTENT
        );
    }
    let other = receipt.replace("applied", "refused");
    assert_eq!(
        program.send("POST", "/links/l/deliveries/2/receipt", &[], &other).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(town.receipt("ido_000002.csv").unwrap().unwrap().verdict, Verdict::Applied);
    assert_eq!(numbers(&program.send("GET", "/files", &[], "").await), [1, 3]);
}

#[tokio::test]
async fn a_token_ends_and_an_assertion_is_good_once() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    let jwt = assertion(&id(0), SECRET, "https://town/partner/v1/token", nine_o_clock()).unwrap();
    assert_eq!(token(&program.client, &jwt).await.status, StatusCode::OK);
    assert_eq!(token(&program.client, &jwt).await.status, StatusCode::UNAUTHORIZED, "used");
    let elsewhere = assertion(&id(0), SECRET, "https://city/partner/v1/token", nine_o_clock()).unwrap();
    assert_eq!(token(&program.client, &elsewhere).await.status, StatusCode::UNAUTHORIZED);
    let grant = program.client.post("/partner/v1/token", &[("grant_type", "password")]).await;
    assert_eq!(
        (grant.status, grant.json()["error"].clone()),
        (StatusCode::BAD_REQUEST, Value::from("unsupported_grant_type"))
    );
    assert_eq!(program.send("GET", "/files", &[], "").await.status, StatusCode::OK);
    house.clock.pass(SignedDuration::from_secs(301));
    let late = program.send("GET", "/files", &[], "").await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    assert!(late.header("www-authenticate").starts_with("Bearer"), "{}", late.header("www-authenticate"));
    // Staff are no partners, and a partner is no staff.
    let staff = Client::of(&web::router(house.desk()), "tanaka").await;
    assert_eq!(staff.get("/partner/v1/files").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(program.send("GET", "/../../links", &[], "").await.status, StatusCode::NOT_FOUND);
}

/// Sends text to the served town as it stands, and reads what comes back.
fn raw(served: &Served, request: &str, read: bool) -> String {
    let host = served.base.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    if read {
        stream.read_to_string(&mut answer).unwrap();
    }
    answer
}

#[test]
fn a_delivery_that_is_cut_off_is_not_there_and_comes_again() {
    let served = serve(1);
    let dir = tempfile::tempdir().unwrap();
    let place = HttpPlace::at(options(&served.base, 0, SecretMethod::Jwt)).unwrap();
    let jwt = assertion(&id(0), SECRET, &format!("{}/token", served.base), nine_o_clock()).unwrap();
    let form = format!(
        "grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\
         &client_assertion={jwt}"
    );
    let asked = format!(
        "POST /partner/v1/token HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = raw(&served, &asked, true);
    let token = answer.split("\"access_token\":\"").nth(1).unwrap_or_else(|| panic!("{answer}"));
    let token = token.split('"').next().unwrap();
    let begun = format!(
        "POST /partner/v1/deliveries/l/1 HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {token}\r\ndaicho-rows: 1\r\n\
         daicho-bytes: 3\r\ndaicho-sha256: {ABC}\r\ndaicho-file-name: a.csv\r\ncontent-length: 3\r\n\r\nab"
    );
    raw(&served, &begun, false);
    let town = folder(&served.house, 0);
    assert_eq!(town.arrivals("").unwrap(), []);
    // The town may not have noticed yet; who repeats is told so until it has.
    loop {
        match put(&place, dir.path(), "a.csv", 1, b"abc") {
            Ok(_) => break,
            Err(error) => assert!(cause(&error).contains("受け取っている途中"), "{}", cause(&error)),
        }
    }
    let mut bytes = Vec::new();
    town.fetch("a.csv", &mut bytes).unwrap();
    assert_eq!(bytes, b"abc");
}

#[test]
fn curl_does_what_the_manual_says() {
    let served = serve(1);
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ido.csv"), "abc").unwrap();
    let manual = include_str!("../../../../docs/manual/vendors.md");
    let script = manual.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let output = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(dir.path())
        .env("BASE", &served.base)
        .env("CLIENT_ID", id(0))
        .env("CLIENT_SECRET", SECRET)
        .env("LINK", "l")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stdout));
    let arrivals = folder(&served.house, 0).arrivals("").unwrap();
    assert_eq!(arrivals.len(), 1);
    assert_eq!(arrivals[0].control.as_ref().map(|control| control.rows), Ok(1));
}
