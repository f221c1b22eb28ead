//! Links of a whole town over a relay database and over HTTP, as `daicho.toml` names them.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;

use daicho::config::{Config, DEFAULT_FILE};
use daicho::demo::{Demo, init, make};
use daicho::house::{House, Outside, open};
use linkage::{Delivery, Phase};
use office::{LinkWorker, Turn};
use register::{AsOf, ViewExt};
use transport::{Folder, Place, Receipt, Verdict};

const LAYOUT: &str = r#"
title = "住民情報（中継）"
dataset = "resident-register/resident"
form = "csv"
charset = "UTF-8"
header_line = "item"
detail = [
  { no = 1, item = "宛名番号", name = "addressee_no", from = "addressee_no", type = "T", required = true },
  { no = 2, item = "氏名",     name = "name",         from = "name",         type = "T" },
]
"#;

fn link(method: &str) -> String {
    format!(
        r#"id = "everybody"
title = "住民情報全件"
rows = ["city:25"]
source = "resident-register"
target = "integrated-welfare-suite"
dataset = "resident-register/resident"
method = "{method}"
timing = {{ daily = {{ at = "20:00", business_days_only = false }} }}
extent = "full"
unmappable = "substitute"
rows_per_delivery_max = 100000
exclusive_lock = false
assurance = "sender-assures"

[delivery.outward]
place = "suite"
layout = "relay"
file_name = "everybody_{{no}}.csv"
receipt_within_minutes = 60
"#
    )
}

/// A town of fifty with one more link, to a place that is described so.
fn town(folder: &Path, place: &str, method: &str) -> (Config, House) {
    fs::create_dir_all(folder.join("links")).unwrap();
    fs::create_dir_all(folder.join("layouts")).unwrap();
    fs::write(folder.join("demo-town.mark"), "").unwrap();
    fs::write(folder.join("links/everybody.toml"), link(method)).unwrap();
    fs::write(folder.join("layouts/relay.toml"), LAYOUT).unwrap();
    let text = DEFAULT_FILE.replace("[places]", &format!("[places]\nsuite = {place}"));
    fs::write(folder.join("daicho.toml"), text).unwrap();
    let demo = Demo { folder: folder.to_path_buf(), residents: 50, seed: 1, fresh: false };
    make(&demo, Outside::default()).unwrap()
}

fn work(house: &House) -> Turn {
    let worker = LinkWorker::new(&house.office);
    loop {
        let turn = worker.turn("everybody").unwrap();
        if turn != Turn::Worked {
            return turn;
        }
    }
}

fn delivery(house: &House, no: u64) -> Delivery {
    let view = house.office.journal().view(AsOf::default()).unwrap();
    view.load::<Delivery>(&Delivery::key_of("everybody", no)).unwrap().unwrap().record
}

fn sqlite3(file: &Path, sql: &str) -> String {
    let output = Command::new("sqlite3").arg(file).arg(sql).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_full_extract_lies_in_a_relay_database_and_is_answered_by_sql() {
    let dir = tempfile::tempdir().unwrap();
    let place = r#"{ relay = "sqlite:relay/welfare.db", keep = 3 }"#;
    let (config, house) = town(&dir.path().join("town"), place, "relay-database");
    assert_eq!(work(&house), Turn::Waiting);
    let file = config.at(Path::new("relay/welfare.db"));
    let sent = delivery(&house, 1);
    assert_eq!((sent.phase, sent.rows), (Phase::Sent, 50));
    let read =
        sqlite3(&file, "SELECT count(DISTINCT 宛名番号), min(length(氏名)) > 0 FROM daicho_latest_everybody");
    assert_eq!(read, "50|1\n");
    sqlite3(&file, "UPDATE daicho_delivery SET status = '取込済', rows_taken = 49 WHERE no = 1");
    work(&house);
    let refused = delivery(&house, 1);
    assert_eq!(refused.phase, Phase::Refused);
    assert!(refused.receipt.unwrap().reason.contains("受領書の件数が49件"));
}

/// A file that only its owner reads.
fn secret(path: PathBuf, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
const ID: &str = "abcdefghijklmnopqrstuvwxyz012345";

/// What a town that takes deliveries writes into its configuration.
fn receiving(base: &str) -> String {
    format!(
        r#"[partners]
base = "{base}"
receipt_key_file = "receipts.key"

[partners.clients.neighbour]
id = "{ID}"
secret_file = "neighbour.secret"
links = ["everybody"]
place = "welfare-suite"

[simulators]"#
    )
}

#[test]
fn one_town_pushes_to_another_and_reads_its_signed_receipt() {
    one_town_pushes_to_another("http", "");
}

#[test]
fn one_town_calls_the_service_of_another_and_reads_its_signed_receipt() {
    one_town_pushes_to_another("soap", "/soap");
}

fn one_town_pushes_to_another(carrier: &str, below_base: &str) {
    let dir = tempfile::tempdir().unwrap();
    let (here, there) = (dir.path().join("here"), dir.path().join("there"));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}/partner/v1");

    init(&there, false).unwrap();
    secret(there.join("neighbour.secret"), SECRET);
    secret(there.join("receipts.key"), &"0c".repeat(32));
    let text = DEFAULT_FILE.replace("[simulators]", &receiving(&base));
    fs::write(there.join("daicho.toml"), text).unwrap();
    let config = Config::read(&there.join("daicho.toml")).unwrap();
    let house = open(&config, Outside::default()).unwrap();
    let (listening, listens) = mpsc::channel();
    std::thread::spawn(move || {
        let listen = format!("127.0.0.1:{port}").parse().unwrap();
        let keys = daicho::serve::KeysAt::Nowhere;
        let door =
            daicho::serve::Door { listen, secure_cookies: false, tls: None, notices: Vec::new(), keys };
        daicho::serve::serve(house, door, |_| listening.send(()).unwrap()).unwrap();
    });
    listens.recv().unwrap();

    fs::create_dir_all(&here).unwrap();
    secret(here.join("there.secret"), SECRET);
    let key = transport::http::wire::ReceiptKey::parse(&"0c".repeat(32)).unwrap().public().to_hex();
    let place = format!(
        r#"{{ {carrier} = "{base}{below_base}", client_id = "{ID}", secret_file = "there.secret", receiver_key = "{key}" }}"#
    );
    let (_, house) = town(&here, &place, "immediate");
    assert_eq!(work(&house), Turn::Waiting);
    let arrived = Folder::at(config.folder_place("welfare-suite").unwrap());
    let arrivals = arrived.arrivals("everybody_").unwrap();
    assert_eq!(arrivals.len(), 1);
    let control = arrivals[0].control.clone().unwrap();
    assert_eq!(control.rows, 50);
    let receipt = Receipt {
        link: Some("l".into()),
        no: 1,
        rows: 50,
        sha256: control.sha256,
        verdict: Verdict::Applied,
    };
    arrived.answer(&arrivals[0].name, &receipt).unwrap();
    work(&house);
    assert_eq!(delivery(&house, 1).phase, Phase::Applied);
}

#[test]
fn mistakes_in_places_and_partners_are_told() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), false).unwrap();
    secret(dir.path().join("good"), SECRET);
    secret(dir.path().join("short"), "short");
    fs::write(dir.path().join("open"), SECRET).unwrap();
    for (place, told) in [
        (r#"{ relay = "mysql://x" }"#, "中継DBの場所は"),
        (r#"{ relay = "sqlite:a.db", keeep = 1 }"#, "keeep"),
        (r#"{ relay = "sqlite:a.db", keep = 0 }"#, "1以上"),
        (r#"{ http = "http://city.example", token_file = "good" }"#, "https:// で始まる"),
        (r#"{ http = "http://127.0.0.1.example", token_file = "good" }"#, "https:// で始まる"),
        (r#"{ http = "https://city.example" }"#, "どちらか一方"),
        (r#"{ http = "https://city.example", token_file = "none" }"#, "none が読めません"),
        (r#"{ http = "https://city.example", token_file = "open" }"#, "chmod 600"),
        (r#"{ http = "https://city.example", token_file = "good", receiver_key = "12" }"#, "64桁"),
        (r#"{ http = "https://city.example", token_file = "good", ca_file = "good" }"#, "認証局の証明書"),
        (r#"{ http = "http://127.0.0.1:80@city.example", token_file = "good" }"#, "「@」"),
        (r#"{ http = "https://me:secret@city.example", token_file = "good" }"#, "「@」"),
        (r#"{ soap = "http://city.example/soap", token_file = "good" }"#, "https:// で始まる"),
        (r#"{ soap = "https://city.example/soap" }"#, "どちらか一方"),
        (r#"{ soap = "https://a.example", http = "https://a.example", token_file = "good" }"#, "どれか一つ"),
        (r#"{ carrier = "pigeon" }"#, "どれか"),
        ("7", "フォルダの名前"),
    ] {
        let path = dir.path().join("daicho.toml");
        fs::write(&path, DEFAULT_FILE.replace("[places]", &format!("[places]\nsuite = {place}"))).unwrap();
        let places = daicho::places::all(&Config::read(&path).unwrap());
        let error = places["suite"].as_ref().unwrap_err();
        assert!(error.contains(told), "{place}: {error}");
        assert!(places["welfare-suite"].is_ok(), "only its links stop");
        assert!(!error.contains(SECRET), "{error}");
    }
    let partners = receiving("https://town.example/partner/v1").replace("neighbour.secret", "good");
    let partners = partners.replace("receipt_key_file = \"receipts.key\"\n", "");
    for (from, to, told) in [
        ("good", "short", "32文字以上"),
        (ID, "abc", "英数字32文字"),
        ("welfare-suite", "nowhere", "[places] のフォルダではありません"),
        ("/partner/v1", "", "/partner/v1 で終わる"),
        ("place =", "plaace =", "plaace"),
    ] {
        let text = DEFAULT_FILE.replace("[simulators]", &partners.replace(from, to));
        let error = opened(dir.path(), &text);
        assert!(error.contains(told), "{from} → {to}: {error}");
    }
    let text = DEFAULT_FILE.replace("[simulators]", &partners);
    fs::write(dir.path().join("daicho.toml"), text).unwrap();
    open(&Config::read(&dir.path().join("daicho.toml")).unwrap(), Outside::default()).map(drop).unwrap();
}

/// What is told when a town with this configuration is opened.
fn opened(folder: &Path, text: &str) -> String {
    let path = folder.join("daicho.toml");
    fs::write(&path, text).unwrap();
    let opened = Config::read(&path).and_then(|config| open(&config, Outside::default()));
    format!("{:#}", opened.map(drop).unwrap_err())
}
