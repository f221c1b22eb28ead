//! Files packed for their way: other programs open what is sent, and what they pack is taken in or refused with words.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::SignedDuration;
use linkage::Phase;
use office::{LinkStanding, Packings, RunError};
use packing::{Keys, Recipients, Secret};
use transport::{Content, Control, Folder, Place, Receipt, Verdict, sha256_of};

use super::house::TestHouse;
use super::inward;

const PASSWORD: &str = "Minato-2026-renkei";

/// A folder with a password and a secret key of age, and the keys as a configuration gives them.
struct Desk {
    folder: tempfile::TempDir,
    recipient: String,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self { folder, recipient: String::new() };
        desk.private("password", PASSWORD);
        desk.run("age-keygen", &["-o", "key.txt"]);
        let recipient = desk.run("age-keygen", &["-y", "key.txt"]).trim().to_owned();
        Self { recipient, ..desk }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn private(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).current_dir(self.folder.path()).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn packings(&self) -> Packings {
        let keys = Keys {
            password: Some(Secret::at(self.path("password"))),
            recipients: Recipients::parse(std::slice::from_ref(&self.recipient)).unwrap(),
            identities: Some(Secret::at(self.path("key.txt"))),
        };
        Packings::from([("suite".to_owned(), Ok(keys))])
    }

    /// What another program finds in a packed file: the name of the file in it, and its bytes.
    fn opened(&self, packed: &Path, ending: &str) -> (String, Vec<u8>) {
        let packed = packed.to_str().unwrap();
        if ending == "age" {
            self.run("age", &["-d", "-i", "key.txt", "-o", "out", packed]);
            return (String::new(), fs::read(self.path("out")).unwrap());
        }
        let folder = self.path("unzipped");
        let _ = fs::remove_dir_all(&folder);
        self.run("7zz", &["x", &format!("-p{PASSWORD}"), "-ounzipped", packed]);
        let entry = fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    }

    /// Packs with another program, and gives the packed file.
    fn packed(&self, way: &str, content: &str) -> PathBuf {
        fs::write(self.path("1.csv"), content).unwrap();
        let password = format!("-p{PASSWORD}");
        let _ = fs::remove_file(self.path("packed.zip"));
        match way {
            "zip" => self.run("7zz", &["a", "-tzip", "packed.zip", "1.csv"]),
            "zip-aes" => self.run("7zz", &["a", "-tzip", "-mem=AES256", &password, "packed.zip", "1.csv"]),
            "zip-other" => self.run("7zz", &["a", "-tzip", "-mem=AES256", "-pother", "packed.zip", "1.csv"]),
            "zip-two" => self.run("7zz", &["a", "-tzip", "packed.zip", "1.csv", "password"]),
            _ => self.run("age", &["-r", &self.recipient, "-o", "packed.zip", "1.csv"]),
        };
        self.path("packed.zip")
    }
}

const FULL: &str = "resident-full-to-welfare";

/// The town of three people whose full extract for welfare is packed so.
fn sending(packing: &str, ending: &str, packings: Packings) -> TestHouse {
    let house = TestHouse::new();
    house.move_in();
    house.reopen(|sources| {
        let own = sources.links.iter_mut().find(|file| file.name == format!("{FULL}.toml")).unwrap();
        own.text = own.text.replace("_{no}.csv", &format!("_{{no}}.csv.{ending}"));
        own.text.push_str(&format!("packing = {packing}\n"));
        sources.packings = packings;
    })
}

fn answer(place: &Folder, name: &str, control: &Control, verdict: Verdict) {
    let receipt =
        Receipt { link: None, no: control.no, rows: control.rows, sha256: control.sha256.clone(), verdict };
    place.other_side().answer(name, &receipt).unwrap();
}

/// Answers whatever lies in the place, until nothing more comes: links to one receiver take turns.
fn answer_all(house: &TestHouse) {
    let place = house.place("welfare-suite");
    for _ in 0..3 {
        for entry in fs::read_dir(place.out()).unwrap() {
            let slip = entry.unwrap().file_name().into_string().unwrap();
            if let Some(name) = slip.strip_suffix(".ctl") {
                let control = Control::parse(&fs::read_to_string(place.out().join(&slip)).unwrap()).unwrap();
                answer(&place, name, &control, Verdict::Applied);
            }
        }
        house.settle();
    }
}

#[test]
fn what_is_sent_packed_is_opened_by_another_program_answered_and_kept_both_ways() {
    let desk = Desk::new();
    for (packing, ending) in
        [("\"zip\"", "zip"), ("{ zip-aes = \"suite\" }", "zip"), ("{ age = \"suite\" }", "age")]
    {
        let house = sending(packing, ending, desk.packings());
        house.settle();
        let (place, name) = (house.place("welfare-suite"), format!("zenken_20261120_000001.csv.{ending}"));
        let lies = place.out().join(&name);
        let control =
            Control::parse(&fs::read_to_string(lies.with_extension(format!("{ending}.ctl"))).unwrap());
        let control = control.unwrap();
        assert_eq!(control.sha256, sha256_of(&lies).unwrap(), "{packing}: the file as it lies");
        assert_eq!((control.bytes, control.rows), (fs::metadata(&lies).unwrap().len(), 3), "{packing}");

        let (inner, bytes) = desk.opened(&lies, ending);
        assert_eq!(inner, if ending == "age" { "" } else { "zenken_20261120_000001.csv" }, "{packing}");
        fs::write(desk.path("opened"), &bytes).unwrap();
        let content = Content {
            bytes: u64::try_from(bytes.len()).unwrap(),
            sha256: sha256_of(&desk.path("opened")).unwrap(),
        };
        assert_eq!(control.content, Some(content.clone()), "{packing}");

        answer(&place, &name, &control, Verdict::Applied);
        house.settle();
        let delivery = house.office.delivery(FULL, 1).unwrap().unwrap().delivery;
        assert_eq!((delivery.phase, delivery.rows), (Phase::Applied, 3), "{packing}");
        let packed = delivery.packed.unwrap();
        assert_eq!((packed.bytes, &packed.sha256), (content.bytes, &content.sha256), "{packing}");

        // Kept are both, and what is altered of either is told.
        assert_eq!(house.office.check_evidence().unwrap(), [""; 0], "{packing}");
        let kept = house.office.evidence_root().join(FULL);
        let names = |ending: &str| -> Vec<PathBuf> {
            let all = fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path());
            all.filter(|path| path.extension().is_some_and(|own| own == ending)).collect()
        };
        for kind in ["data", ending] {
            let [file] = <[PathBuf; 1]>::try_from(names(kind)).unwrap();
            let whole = fs::read(&file).unwrap();
            fs::write(&file, &whole[1..]).unwrap();
            assert_eq!(house.office.check_evidence().unwrap().len(), 1, "{packing} {kind}");
            fs::write(&file, whole).unwrap();
        }
    }
}

#[test]
fn a_refused_delivery_is_sent_again_as_it_was_packed() {
    let desk = Desk::new();
    let house = sending("{ age = \"suite\" }", "age", desk.packings());
    house.settle();
    let (place, name) = (house.place("welfare-suite"), "zenken_20261120_000001.csv.age");
    let lies = place.out().join(name);
    let first = fs::read(&lies).unwrap();
    let control =
        Control::parse(&fs::read_to_string(place.out().join(format!("{name}.ctl"))).unwrap()).unwrap();
    answer(&place, name, &control, Verdict::Refused("容量不足".into()));
    house.settle();
    fs::remove_file(&lies).unwrap();
    fs::remove_file(place.out().join(format!("{name}.ctl"))).unwrap();
    // Neither another key nor none changes what was prepared.
    fs::remove_file(desk.path("password")).unwrap();
    house.office.release_link(&TestHouse::caller("unyo", &["office/links"]), FULL).unwrap();
    house.settle();
    assert_eq!(fs::read(&lies).unwrap(), first);
}

#[test]
fn what_went_packed_goes_again_as_it_was_sent_and_goes_with_its_time() {
    let desk = Desk::new();
    let house = sending("{ zip-aes = \"suite\" }", "zip", desk.packings());
    house.settle();
    let (place, name) = (house.place("welfare-suite"), "zenken_20261120_000001.csv.zip");
    let (lies, slip) = (place.out().join(name), place.out().join(format!("{name}.ctl")));
    let (file, card) = (fs::read(&lies).unwrap(), fs::read_to_string(&slip).unwrap());
    answer(&place, name, &Control::parse(&card).unwrap(), Verdict::Applied);
    house.settle();
    fs::remove_file(&lies).unwrap();
    fs::remove_file(&slip).unwrap();
    desk.private("password", "another one since");
    let caller = TestHouse::caller("unyo", &["office/links"]);
    assert_eq!(house.office.resend_as_sent(&caller, FULL, (1, 1)).unwrap(), [(1, 3)]);
    assert_eq!((fs::read(&lies).unwrap(), fs::read_to_string(&slip).unwrap()), (file, card));

    let kept = house.office.evidence_root().join(FULL);
    let of_first = || -> Vec<PathBuf> {
        let all = fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("000000000001.")).collect()
    };
    // The bytes that went are held to what was recorded, not those they were packed from.
    let packed =
        of_first().into_iter().find(|path| path.extension().is_some_and(|own| own == "zip")).unwrap();
    let whole = fs::read(&packed).unwrap();
    fs::write(&packed, &whole[1..]).unwrap();
    let refused = house.office.resend_as_sent(&caller, FULL, (1, 1));
    assert!(
        matches!(&refused, Err(RunError::Refused(found)) if found[0].code == "R005"),
        "altered since: {refused:?}"
    );
    fs::write(&packed, whole).unwrap();

    answer_all(&house);
    house.clock.pass(SignedDuration::from_hours(24));
    house.settle();
    answer_all(&house);
    assert!(house.office.delivery(FULL, 2).unwrap().is_some(), "the newest is kept however old");
    house.clock.pass(SignedDuration::from_hours(24 * 30));
    assert_eq!(of_first().len(), 2, "the packed bytes, and those they were packed from");
    assert!(house.office.prune(Some(10)).unwrap().deliveries > 0);
    assert_eq!(of_first(), Vec::<PathBuf>::new());
    assert_eq!(house.office.check_evidence().unwrap(), [""; 0], "what went in order is not missed");
}

#[test]
fn what_another_process_packed_for_the_same_number_goes() {
    let desk = Desk::new();
    let house = sending("{ zip-aes = \"suite\" }", "zip", desk.packings());
    let kept = house.office.evidence_root().join(FULL);
    fs::create_dir_all(&kept).unwrap();
    for left in ["000000000001.0123456789abcdef.zip", "000000000001.fedcba9876543210.zip.tmp"] {
        fs::write(kept.join(left), "another's").unwrap();
    }
    house.settle();
    let mut endings: Vec<String> = fs::read_dir(&kept)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.splitn(3, '.').nth(2).unwrap().to_owned())
        .collect();
    endings.sort();
    assert_eq!(endings, ["data", "zip"]);
}

#[test]
fn a_key_that_cannot_be_used_stops_its_link_alone_and_says_which() {
    let desk = Desk::new();
    desk.private("empty", "");
    let broken = |secret: Secret| {
        Packings::from([("suite".to_owned(), Ok(Keys { password: Some(secret), ..Keys::default() }))])
    };
    let told = Packings::from([("suite".to_owned(), Err("recipients の1番目は…".to_owned()))]);
    for (packing, packings, words) in [
        ("{ zip-aes = \"suite\" }", Packings::new(), "梱包の鍵「suite」が設定の [packing] にありません"),
        ("{ zip-aes = \"suite\" }", told, "梱包の鍵「suite」が使えません: recipients の1番目は…"),
        ("{ zip-aes = \"suite\" }", broken(Secret::at(desk.path("none"))), "none が使えません"),
        ("{ zip-aes = \"suite\" }", broken(Secret::at(desk.path("empty"))), "のパスワードは使えません"),
        ("{ age = \"suite\" }", broken(Secret::at(desk.path("password"))), "recipients がありません"),
    ] {
        let house = sending(packing, if packing.contains("age") { "age" } else { "zip" }, packings);
        house.settle();
        let view = house.office.link_view(FULL).unwrap().unwrap();
        assert_eq!(view.standing, LinkStanding::Broken, "{words}: {}", view.why);
        assert!(view.why.contains(words) && !view.why.contains(PASSWORD), "{}", view.why);
        assert!(house.place("tax-suite").out().join("zenken_20261120_000001.dat").exists(), "others go on");
    }
}

#[test]
fn a_password_that_goes_away_later_is_told_and_counts_again_when_it_is_back() {
    let desk = Desk::new();
    let house = sending("{ zip-aes = \"suite\" }", "zip", desk.packings());
    fs::remove_file(desk.path("password")).unwrap();
    house.settle();
    let view = house.office.link_view(FULL).unwrap().unwrap();
    assert_eq!(view.standing, LinkStanding::Trouble);
    assert!(view.why.contains("password が使えません"), "{}", view.why);
    desk.private("password", PASSWORD);
    house.clock.pass(SignedDuration::from_mins(10));
    house.settle();
    assert!(house.place("welfare-suite").out().join("zenken_20261120_000001.csv.zip").exists());
}

const ROWS: &str = "宛名番号,氏名\r\n1,甲\r\n2,髙橋\r\n";

/// The house that takes files packed so.
fn taking(packing: &str, packings: Packings) -> TestHouse {
    let link = format!("{}packing = {packing}\n", inward::LINK);
    inward::linked(TestHouse::new(), stand_in::intakes::ROWS.apply, &link, packings)
}

/// Puts a packed file as the other side does.
fn put(house: &TestHouse, name: &str, file: &Path, content: Option<Content>) {
    let control = Control {
        link: "insured-in".into(),
        no: 1,
        dataset: "stand-in/nhi-federation-insured".into(),
        extent: "difference".into(),
        as_of: 1,
        rows: 2,
        bytes: fs::metadata(file).unwrap().len(),
        sha256: sha256_of(file).unwrap(),
        content,
        part: 1,
        parts: 1,
    };
    house.place("federation").other_side().put(name, file, &control).unwrap();
}

#[test]
fn what_comes_in_packed_is_opened_taken_and_kept_as_it_came() {
    let desk = Desk::new();
    for (packing, way) in
        [("\"zip\"", "zip"), ("{ zip-aes = \"suite\" }", "zip-aes"), ("{ age = \"suite\" }", "age")]
    {
        let house = taking(packing, desk.packings());
        let packed = desk.packed(way, ROWS);
        let inner = Content {
            bytes: u64::try_from(ROWS.len()).unwrap(),
            sha256: sha256_of(&desk.path("1.csv")).unwrap(),
        };
        put(&house, "ins_1.bin", &packed, (way != "zip").then(|| inner.clone()));
        inward::settle(&house);
        assert_eq!(inward::trouble(&house), "", "{packing}");
        assert_eq!(inward::held(&house).len(), 2, "{packing}");
        let receipt = house.place("federation").other_side().receipt("ins_1.bin").unwrap().unwrap();
        assert_eq!((receipt.verdict, &receipt.sha256), (Verdict::Applied, &sha256_of(&packed).unwrap()));
        let delivery = house.office.delivery("insured-in", 1).unwrap().unwrap().delivery;
        let own = delivery.packed.unwrap();
        assert_eq!((own.bytes, own.sha256), (inner.bytes, inner.sha256), "{packing}");
        assert_eq!(house.office.check_evidence().unwrap(), [""; 0], "{packing}");
        let kept = house.office.evidence_root().join("insured-in/000000000001.001.arrived");
        assert_eq!(fs::read(kept).unwrap(), fs::read(&packed).unwrap(), "{packing}: as it came");
    }
}

#[test]
fn what_is_packed_otherwise_is_refused_before_a_row_is_applied_and_may_come_mended() {
    let desk = Desk::new();
    let (zip, aes, age) = ("\"zip\"", "{ zip-aes = \"suite\" }", "{ age = \"suite\" }");
    let stated = |bytes: usize, sha256: &str| {
        Some(Content { bytes: u64::try_from(bytes).unwrap(), sha256: sha256.to_owned() })
    };
    for (packing, way, content, words) in [
        (zip, "zip-aes", None, "ZIPにパスワードが付いています"),
        (zip, "zip-two", None, "ZIPの中のファイルが2個あります"),
        (zip, "age", None, "ZIPファイルとして読めません"),
        (zip, "zip", stated(ROWS.len(), "00"), "開いた中身のSHA-256が管理ファイルと違います"),
        (zip, "zip", stated(ROWS.len() - 1, "00"), "中身が37バイトを超えます"),
        (aes, "zip", None, "ZIPが暗号化されていません"),
        (aes, "zip-other", None, "パスワードが合いません"),
        (age, "zip", None, "age のファイルとして読めません"),
    ] {
        let house = taking(packing, desk.packings());
        put(&house, "ins_1.bin", &desk.packed(way, ROWS), content);
        inward::settle(&house);
        let told = inward::trouble(&house);
        assert!(told.contains(words) && told.contains("送信元に確かめ"), "{packing} {way}: {told}");
        assert!(inward::held(&house).is_empty(), "{words}");
        let other = house.place("federation").other_side();
        let refused = other.receipt("ins_1.bin").unwrap().unwrap().verdict;
        assert!(matches!(&refused, Verdict::Refused(reason) if reason.contains(words)), "{refused:?}");

        let good = if packing == zip {
            "zip"
        } else if packing == aes {
            "zip-aes"
        } else {
            "age"
        };
        put(&house, "ins_1b.bin", &desk.packed(good, ROWS), None);
        inward::settle(&house);
        assert_eq!(inward::held(&house).len(), 2, "{words}: mended");
    }
}

#[test]
fn a_missing_key_of_ours_refuses_nothing_of_theirs() {
    let desk = Desk::new();
    let house = taking("{ age = \"suite\" }", desk.packings());
    put(&house, "ins_1.bin", &desk.packed("age", ROWS), None);
    let key = fs::read_to_string(desk.path("key.txt")).unwrap();
    fs::remove_file(desk.path("key.txt")).unwrap();
    inward::settle(&house);
    assert!(inward::trouble(&house).contains("key.txt が使えません"), "{}", inward::trouble(&house));
    assert!(house.place("federation").other_side().receipt("ins_1.bin").unwrap().is_none());
    desk.private("key.txt", &key);
    house.clock.pass(SignedDuration::from_mins(10));
    inward::settle(&house);
    assert_eq!(inward::held(&house).len(), 2);
}
