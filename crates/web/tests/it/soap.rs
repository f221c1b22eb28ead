//! Systems of others that speak SOAP: our own client, zeep, and messages as no client should write them.

use std::fs;
use std::io::Read;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use testkit::places::{Ends, conformance, control};
use transport::http::soap::{Call, ENVELOPE, NAMESPACE};
use transport::http::wire::SignedReceipt;
use transport::http::{HttpOptions, HttpPlace, SecretMethod, Speech};
use transport::{Place, PlaceError, Receipt, Verdict};

use super::client::{Answer, Client};
use super::house::House;
use super::inquiries;
use super::partners::{
    ABC, BYTES_MAX, Program, SECRET, Served, cause, desk, folder, id, options, put, receipt_key, serve,
    serve_house,
};

/// Our own client of the service.
pub(crate) fn place(served: &Served, number: usize) -> HttpPlace {
    let rest = options(&served.base, number, SecretMethod::Jwt);
    HttpPlace::at(HttpOptions { base: format!("{}/soap", served.base), speech: Speech::Soap, ..rest })
        .unwrap()
}

#[test]
fn a_service_is_a_place() {
    let served = serve(7);
    let next = AtomicUsize::new(0);
    conformance(&mut || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        Ends { ours: Box::new(place(&served, number)), theirs: Box::new(folder(&served.house, number)) }
    })
    .unwrap();
    assert_eq!(next.into_inner(), 7, "each with a folder of its own");
}

#[test]
fn what_is_pushed_one_way_is_answered_the_other() {
    let served = serve(1);
    let dir = tempfile::tempdir().unwrap();
    let rest = HttpPlace::at(options(&served.base, 0, SecretMethod::Jwt)).unwrap();
    put(&place(&served, 0), dir.path(), "a & b.csv", 1, b"abc").unwrap();
    let receipt =
        Receipt { link: Some("l".into()), no: 1, rows: 1, sha256: ABC.into(), verdict: Verdict::Applied };
    folder(&served.house, 0).answer("a & b.csv", &receipt).unwrap();
    for place in [&place(&served, 0), &rest] {
        let again = put(place, dir.path(), "a & b.csv", 1, b"abc").unwrap();
        assert_eq!(again, Some(receipt.clone()), "the same answer, signed by the town: {place:?}");
        assert!(matches!(put(place, dir.path(), "b.csv", 1, b"abc"), Err(PlaceError::Taken { .. })));
    }
    let other = options(&served.base, 0, SecretMethod::Basic);
    let other = HttpOptions {
        base: format!("{}/soap", served.base),
        speech: Speech::Soap,
        receiver_key: transport::http::wire::ReceiptKey::parse(&"0b".repeat(32)).map(|key| key.public()),
        ..other
    };
    let error = HttpPlace::at(other).unwrap().receipt("a & b.csv").unwrap_err();
    assert!(cause(&error).contains("receiver_key の鍵のものではありません"), "{}", cause(&error));
}

#[test]
fn a_number_that_is_on_its_way_may_go_well_later() {
    let served = serve(1);
    let dir = tempfile::tempdir().unwrap();
    let spool = folder(&served.house, 0).path().join("spool");
    fs::create_dir_all(&spool).unwrap();
    let other = transport::Beside::create(&spool.join("l_1")).unwrap();
    let error = put(&place(&served, 0), dir.path(), "a.csv", 1, b"abc").unwrap_err();
    assert!(cause(&error).contains("（busy）"), "{}", cause(&error));
    other.remove().unwrap();
    put(&place(&served, 0), dir.path(), "a.csv", 1, b"abc").unwrap();
}

/// A message with this in its body.
fn message(call: &str) -> String {
    format!("<s:Envelope xmlns:s='{ENVELOPE}' xmlns='{NAMESPACE}'><s:Body>{call}</s:Body></s:Envelope>")
}

fn pushed(bytes: &str, sha256: &str, link: &str, name: &str, data: &str) -> String {
    message(&format!(
        "<PushDelivery><name>{name}</name><link>{link}</link><no>1</no><rows>1</rows><bytes>{bytes}</bytes>\
         <sha256>{sha256}</sha256><data>{data}</data></PushDelivery>"
    ))
}

async fn call(program: &Program, message: &str) -> Answer {
    program.send("POST", "/soap", &[("content-type", "text/xml; charset=utf-8")], message).await
}

#[tokio::test]
async fn what_does_not_go_well_is_a_fault_with_the_code_of_its_problem() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    let answered = "<AnswerDelivery><link>l</link><no>7</no><rows>1</rows><sha256>ab</sha256><verdict>maybe</verdict>\
                    </AnswerDelivery>";
    let header = |attributes: &str| {
        message("<ListWaiting/>")
            .replace("<s:Body>", &format!("<s:Header><Security {attributes}/></s:Header><s:Body>"))
    };
    let bytes_max = usize::try_from(BYTES_MAX).unwrap();
    let large = format!("{}=", "YWJj".repeat(bytes_max / 3 + 1));
    put(&folder(&house, 0), house.folder.as_path(), "out.csv", 7, b"from the town").unwrap();
    for (sent, side, code, words) in [
        ("{}".to_owned(), "Client", "unreadable", "XMLとして読めません"),
        (String::new(), "Client", "unreadable", "XMLとして読めません"),
        (message("<ListWaiting/>").replace(ENVELOPE, "urn:x"), "VersionMismatch", "", "SOAP 1.1"),
        (header("s:mustUnderstand='1'"), "MustUnderstand", "", "ヘッダ「Security」"),
        (format!("<!DOCTYPE x>{}", message("<ListWaiting/>")), "Client", "unreadable", "DTD"),
        (message("<ListWaiting/><ListWaiting/>"), "Client", "unreadable", "一つだけ"),
        (message("<Format/>"), "Client", "unreadable", "「Format」という呼び出しはありません"),
        (message("<ListWaiting xmlns='urn:x'/>"), "Client", "unreadable", "名前空間"),
        (
            message("<GetReceipt><link>l</link></GetReceipt>"),
            "Client",
            "unreadable",
            "要素「no」がありません",
        ),
        (
            message("<GetReceipt><link>l</link><no>9</no></GetReceipt>"),
            "Client",
            "not-found",
            "9番はありません",
        ),
        (
            message("<FetchDelivery><link>n</link><no>1</no></FetchDelivery>"),
            "Client",
            "denied",
            "開かれていません",
        ),
        (message("<ListDeliveries><link>n</link></ListDeliveries>"), "Client", "denied", "開かれていません"),
        (message(answered), "Client", "unreadable", "maybe"),
        (pushed("3", ABC, "l", "a.csv", "YWJ"), "Client", "unreadable", "base64"),
        (pushed("3", ABC, "n", "a.csv", "YWJj"), "Client", "denied", "開かれていません"),
        (pushed("3", ABC, "../l", "a.csv", "YWJj"), "Client", "denied", "開かれていません"),
        (pushed("3", ABC, "l", "../a.csv", "YWJj"), "Client", "unreadable", "ファイルの名前にできません"),
        (pushed("4", ABC, "l", "a.csv", "YWJj"), "Client", "mismatched", "届いたのは3バイト"),
        (pushed("3", "00", "l", "a.csv", "YWJj"), "Client", "mismatched", "届いたのは3バイト"),
        (
            pushed(&(bytes_max + 3).to_string(), ABC, "l", "a.csv", &large),
            "Client",
            "too-large",
            "大きさを超えています",
        ),
        (
            pushed("3", ABC, "l", "a.csv", &" ".repeat(bytes_max * 2)),
            "Client",
            "too-large",
            "大きさを超えています",
        ),
    ] {
        let answer = call(&program, &sent).await;
        let shown: String = sent.chars().take(200).collect();
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{shown}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
        let (code, is_told) = match code {
            "" => (String::new(), !answer.has("<detail>")),
            code => (format!("<code>{code}</code>"), answer.has("<detail>")),
        };
        assert!(is_told && answer.has(&code) && answer.has(words), "{words}: {shown}: {}", answer.text);
        assert!(answer.has(&format!("<faultcode>soap:{side}</faultcode>")), "{shown}: {}", answer.text);
    }
    let town = folder(&house, 0);
    assert_eq!(town.arrivals("").unwrap(), []);
    assert_eq!(town.receipt("out.csv").unwrap(), None);
    let left = fs::read_dir(town.path().join("spool")).unwrap().count();
    assert_eq!(left, 0, "nothing is left of what was refused");
}

#[tokio::test]
async fn a_message_of_another_kind_is_told() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    for (kind, well) in [
        ("text/xml", true),
        ("text/xml; charset=\"UTF-8\"", true),
        ("application/xml", true),
        ("text/xml; charset=Shift_JIS", false),
        ("application/soap+xml", false),
        ("multipart/related; type=\"application/xop+xml\"", false),
        ("application/json", false),
    ] {
        let answer =
            program.send("POST", "/soap", &[("content-type", kind)], &message("<ListWaiting/>")).await;
        assert_eq!(answer.status == StatusCode::OK, well, "{kind}: {}", answer.text);
        assert_eq!(answer.has("<code>unreadable</code>"), !well, "{kind}: {}", answer.text);
    }
    // What is called for is what the body says.
    let lists = [("content-type", "text/xml"), ("soapaction", "\"urn:daicho:partner:1/FetchDelivery\"")];
    assert!(
        program.send("POST", "/soap", &lists, &message("<ListWaiting/>")).await.has("ListWaitingResponse")
    );
}

#[tokio::test]
async fn without_a_good_token_nothing_is_read() {
    let house = House::new().unwrap();
    let mut program = Program::at(&house).await;
    program.token.push('x');
    let answer = call(&program, &message("<ListWaiting/>")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
    assert!(answer.has("<faultcode>soap:Client</faultcode>") && answer.has("<code>token-required</code>"));
    assert!(!folder(&house, 0).path().join("spool").exists());
}

#[tokio::test]
async fn every_call_does_what_its_path_does() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    let town = folder(&house, 0);
    for no in [1, 2, 3] {
        let bytes = format!("content {no}");
        put(&town, house.folder.as_path(), &format!("ido_{no}.csv"), no, bytes.as_bytes()).unwrap();
    }
    let ask = async |asked: Call| call(&program, &asked.write().whole()).await;
    let names = |answer: &Answer| -> Vec<String> {
        let parts = answer.text.split("<name>").skip(1);
        parts.map(|part| part.split('<').next().unwrap().to_owned()).collect()
    };
    let link = || "l".to_owned();
    assert_eq!(
        names(&ask(Call::ListWaiting { prefix: "ido".into() }).await),
        ["ido_1.csv", "ido_2.csv", "ido_3.csv"]
    );
    assert_eq!(names(&ask(Call::ListWaiting { prefix: "x".into() }).await), [""; 0]);
    assert_eq!(names(&ask(Call::FindDelivery { name: "ido_2.csv".into() }).await), ["ido_2.csv"]);
    assert_eq!(
        names(&ask(Call::ListDeliveries { link: link(), after: 1 }).await),
        ["ido_2.csv", "ido_3.csv"]
    );
    let fetched = ask(Call::FetchDelivery { link: link(), no: 2 }).await;
    assert!(fetched.has("<data>Y29udGVudCAy</data>") && fetched.has("<rows>1</rows>"), "{}", fetched.text);
    assert_eq!(fetched.header("content-length"), fetched.text.len().to_string());

    let receipt = Receipt {
        link: Some("l".into()),
        no: 2,
        rows: 1,
        sha256: control(2, b"content 2").sha256,
        verdict: Verdict::Applied,
    };
    for _ in 0..2 {
        let answered = ask(Call::AnswerDelivery { receipt: SignedReceipt::of("l", &receipt, "") }).await;
        assert!(answered.has("<AnswerDeliveryResponse"), "{}", answered.text);
    }
    assert_eq!(town.receipt("ido_2.csv").unwrap(), Some(receipt.clone()));
    let other = Receipt { verdict: Verdict::Refused("件数が違います".into()), ..receipt.clone() };
    let taken = ask(Call::AnswerDelivery { receipt: SignedReceipt::of("l", &other, "") }).await;
    assert!(taken.has("<code>taken</code>"), "{}", taken.text);
    assert!(ask(Call::RetireAnswer { link: link(), no: 2 }).await.has("<RetireAnswerResponse"));
    assert_eq!(town.receipt("ido_2.csv").unwrap(), None);

    let pushed = call(&program, &pushed("3", ABC, "l", "in.csv", "YWJj")).await;
    assert!(pushed.has("<status>accepted</status>"), "{}", pushed.text);
    assert_eq!(names(&ask(Call::ListSent { name: "in.csv".into() }).await), ["in.csv"]);
    let applied =
        Receipt { link: Some("l".into()), no: 1, rows: 1, sha256: ABC.into(), verdict: Verdict::Applied };
    assert!(ask(Call::GetReceipt { link: link(), no: 1 }).await.has("<status>accepted</status>"));
    town.answer("in.csv", &applied).unwrap();
    let told = ask(Call::GetReceipt { link: link(), no: 1 }).await;
    let item = |name: &str| {
        told.text.split(&format!("<{name}>")).nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    let signed = SignedReceipt {
        received_at: item("received_at"),
        signature: item("signature"),
        ..SignedReceipt::of("l", &applied, "")
    };
    assert!(signed.is_signed_by(&receipt_key().public()), "{}", told.text);
    assert!(ask(Call::RetireReceipt { link: link(), no: 1 }).await.has("<RetireReceiptResponse"));
    assert!(ask(Call::GetReceipt { link: link(), no: 1 }).await.has("<status>accepted</status>"));
}

#[tokio::test]
async fn the_description_names_the_address_of_the_configuration_whoever_asks() {
    let house = House::new().unwrap();
    let open = Client::new(&web::router(desk(&house, 1, "https://town.example/partner/v1/")));
    let request = axum::http::Request::get("/partner/v1/soap?wsdl")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example");
    let answer = open.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.has("<soap:address location=\"https://town.example/partner/v1/soap\"/>"),
        "{}",
        answer.text
    );
    assert!(!answer.has("evil") && !answer.has("{address}"));
    let closed = Client::new(&web::router(house.desk()));
    assert_eq!(closed.get("/partner/v1/soap?wsdl").await.status, StatusCode::NOT_FOUND);
}

/// Runs a program for Debian's own Python, which is the one that has Debian's zeep.
fn python(script: &str, served: &Served, dir: &std::path::Path) -> String {
    let output = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .current_dir(dir)
        .env("BASE", &served.base)
        .env("CLIENT_ID", id(0))
        .env("CLIENT_SECRET", SECRET)
        .env("LINK", "l")
        .output()
        .unwrap();
    let (out, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{out}");
    out.into_owned()
}

#[test]
fn zeep_does_what_the_manual_says() {
    let served = serve(1);
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ido.csv"), "abc").unwrap();
    let town = folder(&served.house, 0);
    let long: Vec<u8> = (0..=255).cycle().take(900_000).collect();
    put(&town, dir.path(), "out_1.csv", 1, &long).unwrap();
    let manual = include_str!("../../../../docs/manual/vendors.md");
    let script = manual.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    python(script, &served, dir.path());

    let mut fetched = Vec::new();
    fs::File::open(dir.path().join("out_1.csv")).unwrap().read_to_end(&mut fetched).unwrap();
    assert!(fetched == long, "{} bytes", fetched.len());
    assert_eq!(town.receipt("out_1.csv").unwrap().unwrap().verdict, Verdict::Applied);
    let arrivals = town.arrivals("").unwrap();
    assert_eq!(arrivals.len(), 1);
    assert_eq!(arrivals[0].control.as_ref().map(|control| (control.rows, control.no)), Ok((1, 1)));
}

#[test]
fn zeep_meets_faults_and_every_message_fits_the_schema() {
    let served = serve_house(inquiries::house(), 1);
    let dir = tempfile::tempdir().unwrap();
    let town = folder(&served.house, 0);
    put(&town, dir.path(), "out_1.csv", 1, b"from the town").unwrap();
    let told = python(include_str!("../zeep.py"), &served, dir.path());
    assert!(told.contains("22 messages fit"), "{told}");
}
