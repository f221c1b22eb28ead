//! 検収: what a link is held to, and what is handed over.

use std::fs;

use catalog::{Delivery as Way, Link};
use domain::Date;
use jiff::Timestamp;
use linkage::{Delivery, Phase, ReceiptFacts};
use office::{AcceptanceFacts, Outcome, Reconciliation, RowFact, RunError, Verdict, checks};
use register::Position;
use system::RefusedRow;

use super::house::TestHouse;

const LINK: &str = "resident-full-to-welfare";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn link() -> Link {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../standards/links");
    let name = format!("{LINK}.toml");
    Link::parse(&fs::read_to_string(path.join(&name)).unwrap(), &name).unwrap()
}

/// A delivery of five rows that its receiver has applied ten seconds after it was sent.
fn good(no: u64) -> Delivery {
    let sent = at(i64::try_from(no).unwrap() * 1_000);
    Delivery {
        rows: 5,
        sent_at: Some(sent),
        sha256: "ab".to_owned(),
        receipt: Some(ReceiptFacts {
            rows: 5,
            sha256: "ab".to_owned(),
            read_at: sent + jiff::SignedDuration::from_secs(10),
            reason: String::new(),
        }),
        ..Delivery::new((LINK, no), Phase::Applied, catalog::Extent::Full, (Position(0), Position(no)), sent)
    }
}

fn with(change: impl FnOnce(&mut Delivery)) -> Vec<Delivery> {
    let mut changed = good(2);
    change(&mut changed);
    vec![good(1), changed]
}

/// Everything is so, but for what a case changes.
struct Case {
    link: Link,
    broken: Option<&'static str>,
    rows: Vec<RowFact>,
    deliveries: Vec<Delivery>,
    expected: u64,
    altered: Vec<String>,
    reconciled: Option<Reconciliation>,
}

fn case(change: impl FnOnce(&mut Case)) -> Case {
    let row = RowFact { row: "city:26".to_owned(), is_listed: true, questions: Vec::new() };
    let found = Reconciliation { same: 5, items: vec!["氏名".to_owned()], ..Reconciliation::default() };
    let mut case = Case {
        link: link(),
        broken: None,
        rows: vec![row],
        deliveries: with(|delivery| delivery.resent = true),
        expected: 2,
        altered: Vec::new(),
        reconciled: Some(found),
    };
    change(&mut case);
    case
}

fn verdicts(case: &Case) -> Vec<(&'static str, Verdict, String)> {
    let facts = AcceptanceFacts {
        link: &case.link,
        broken: case.broken,
        rows: &case.rows,
        deliveries: &case.deliveries,
        expected: case.expected,
        altered: &case.altered,
        reconciled: case.reconciled.as_ref(),
    };
    checks(&facts).into_iter().map(|check| (check.title, check.verdict, check.seen)).collect()
}

/// Each case: what is changed, and the one check that comes to something else than 適, with a word of what it says.
#[test]
fn every_check_tells_what_is_not_so() {
    use Verdict::{Failed, NotAsked, Review, Untried};
    let cases: Vec<(Case, &str, Verdict, &str)> = vec![
        (
            case(|case| case.broken = Some("レイアウトがありません")),
            "連携定義",
            Failed,
            "レイアウトがありません",
        ),
        (case(|case| case.rows.clear()), "連携定義", Review, "どの行"),
        (case(|case| case.rows[0].is_listed = false), "連携定義", Review, "ない行"),
        (
            case(|case| case.rows[0].questions = vec!["全件か差分か".to_owned()]),
            "連携定義",
            Review,
            "全件か差分か",
        ),
        (
            case(|case| case.deliveries.push(Delivery { phase: Phase::Sent, receipt: None, ..good(3) })),
            "実施",
            Review,
            "3番",
        ),
        (case(|case| case.deliveries.push(good(5))), "連番", Review, "3番、4番"),
        (case(|case| case.deliveries[0].receipt.as_mut().unwrap().rows = 4), "件数", Failed, "1番"),
        (
            case(|case| case.deliveries[1].receipt.as_mut().unwrap().sha256 = "cd".to_owned()),
            "内容の同一性",
            Failed,
            "2番",
        ),
        (case(|case| case.altered = vec!["控え 1 がありません".to_owned()]), "控え", Failed, "控え 1"),
        (case(|case| case.deliveries[0].pruned_at = Some(at(9_000))), "控え", Review, "1番"),
        (
            case(|case| {
                let row = RefusedRow {
                    subject: "0000000012".to_owned(),
                    item: "氏名".to_owned(),
                    message: "〓".to_owned(),
                };
                case.deliveries[0].refused = vec![row.clone(), row];
            }),
            "保留行",
            Review,
            "「氏名」2行",
        ),
        (
            case(|case| case.deliveries[0].characters = [("代替文字".to_owned(), 3)].into()),
            "文字",
            Review,
            "代替文字 3文字",
        ),
        (case(|case| case.expected = 3), "時期", Failed, "予定3回、配信2件"),
        (case(|case| case.expected = 0), "時期", NotAsked, ""),
        (
            case(|case| case.deliveries[0].receipt.as_mut().unwrap().read_at = at(1_000 + 3_601)),
            "到達保障",
            Review,
            "1番",
        ),
        (case(|case| case.deliveries[1].resent = false), "再送", Untried, "再送していません"),
        (
            case(|case| {
                case.deliveries[1].resent = false;
                case.deliveries[1].sent_again_at = Some(at(2_005));
            }),
            "再送",
            Review,
            "2番を送ったときのまま置き直しました",
        ),
        (case(|case| case.reconciled = None), "突合", Untried, "ありません"),
        (case(|case| case.reconciled.as_mut().unwrap().differing = 2), "突合", Failed, "項目の違い2件"),
        (
            case(|case| case.reconciled.as_mut().unwrap().lacking = vec!["通称".to_owned()]),
            "突合",
            Review,
            "通称",
        ),
    ];
    for (found, title, verdict, word) in &cases {
        let other: Vec<_> =
            verdicts(found).into_iter().filter(|(_, verdict, _)| *verdict != Verdict::Met).collect();
        let [(found_title, found_verdict, seen)] = other.as_slice() else { panic!("{title}: {other:?}") };
        assert_eq!((found_title, found_verdict), (title, verdict), "{seen}");
        assert!(seen.contains(word), "{title}: {seen}");
    }
    let all = verdicts(&case(|_| {}));
    assert!(all.iter().all(|(_, verdict, _)| *verdict == Verdict::Met), "{all:?}");
}

#[test]
fn a_refused_delivery_fails_and_names_the_reason_and_no_resident() {
    let refused = case(|case| {
        case.deliveries.push(Delivery { phase: Phase::Refused, ..good(3) });
        case.deliveries[2].receipt.as_mut().unwrap().reason = "件数が違います".to_owned();
        case.deliveries[0].refused = vec![RefusedRow {
            subject: "0000000012".to_owned(),
            item: "氏名".to_owned(),
            message: "葛".to_owned(),
        }];
    });
    let found = verdicts(&refused);
    let done = found.iter().find(|(title, ..)| *title == "実施").unwrap();
    assert_eq!(done.1, Verdict::Failed);
    assert!(done.2.contains("3番") && done.2.contains("件数が違います"), "{}", done.2);
    assert!(
        found.iter().all(|(_, _, seen)| !seen.contains("0000000012") && !seen.contains('葛')),
        "{found:?}"
    );
}

#[test]
fn a_link_that_never_ran_has_been_tried_in_nothing() {
    let found = verdicts(&case(|case| {
        case.deliveries.clear();
        case.expected = 0;
        case.reconciled = None;
    }));
    assert!(
        found.iter().all(|(title, verdict, _)| *title == "連携定義" || *verdict > Verdict::Met),
        "{found:?}"
    );
    assert!(found.iter().all(|(_, verdict, _)| *verdict != Verdict::Failed), "{found:?}");
}

#[test]
fn a_link_within_the_house_is_asked_for_less() {
    let found = verdicts(&case(|case| {
        case.link.delivery = Way::InProcess { intake: "addressee/residents".to_owned() };
        case.reconciled = None;
        for delivery in &mut case.deliveries {
            *delivery = Delivery { receipt: None, sent_at: None, sha256: String::new(), ..good(delivery.no) };
        }
    }));
    let not_asked: Vec<&str> = found
        .iter()
        .filter(|(_, verdict, _)| *verdict == Verdict::NotAsked)
        .map(|(title, ..)| *title)
        .collect();
    assert_eq!(not_asked, ["内容の同一性", "控え", "文字", "到達保障", "再送", "突合"]);
    assert!(found.iter().all(|(_, verdict, _)| *verdict <= Verdict::NotAsked), "{found:?}");
}

#[test]
fn the_pack_holds_what_the_other_vendor_needs_and_names_nobody() {
    let house = TestHouse::new();
    house.move_in();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let caller = TestHouse::caller("unyo", &["office/links"]);
    let days = (day("2026-11-01"), day("2026-11-30"));
    let acceptance = house.office.accept(&caller, LINK, days, None).unwrap();
    assert_eq!(acceptance.outcome(), Outcome::Conditional, "{:?}", acceptance.checks);
    assert_eq!(acceptance.deliveries.len(), 1);
    let files = house.office.acceptance_pack(&acceptance, Some(b"%PDF".to_vec()));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "検収書.md",
            "検収書.pdf",
            "配信一覧.tsv",
            "定義/resident-full-to-welfare.toml",
            "定義/resident-utf16.toml",
            "定義/レイアウト仕様書.md",
            "定義/見本データ.dat",
            "SHA256SUMS"
        ]
    );
    let text = |wanted: &str| {
        let (_, bytes) = files.iter().find(|(name, _)| name == wanted).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let sent = house.office.delivery(LINK, 1).unwrap().unwrap().delivery;
    assert!(text("配信一覧.tsv").contains(&sent.sha256));
    assert!(text("検収書.md").contains("総合判定: **条件付き**"));
    for (name, bytes) in &files {
        let (utf8, utf16) = (String::from_utf8_lossy(bytes), String::from_utf16_lossy(&wide(bytes)));
        assert!(!utf8.contains("陽菜") && !utf16.contains("陽菜"), "{name}");
    }
    // Days on which nothing happened, days the wrong way round, and people who may not.
    let early = house.office.accept(&caller, LINK, (day("2026-10-01"), day("2026-10-02")), None).unwrap();
    assert!(early.deliveries.is_empty());
    let turned = house.office.accept(&caller, LINK, (day("2026-11-30"), day("2026-11-01")), None);
    assert!(matches!(turned, Err(RunError::Refused(findings)) if findings[0].code == "A001"));
    let clerk = TestHouse::caller("mado", &["resident-register/search"]);
    assert!(matches!(house.office.accept(&clerk, LINK, days, None), Err(RunError::Denied { .. })));
    assert!(matches!(house.office.accept(&caller, "none", days, None), Err(RunError::NoLink(_))));
}

fn wide(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect()
}

#[test]
fn bytes_that_were_altered_fail_the_acceptance() {
    let house = TestHouse::new();
    house.move_in();
    house.settle();
    house.receiver("welfare-suite").turn().unwrap();
    house.settle();
    let kept: Vec<_> = fs::read_dir(house.office.evidence_root().join(LINK))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    for path in kept {
        let mut bytes = fs::read(&path).unwrap();
        bytes.push(b'x');
        fs::write(&path, bytes).unwrap();
    }
    let caller = TestHouse::caller("unyo", &["office/links"]);
    let days = (day("2026-11-01"), day("2026-11-30"));
    let acceptance = house.office.accept(&caller, LINK, days, None).unwrap();
    assert_eq!(acceptance.outcome(), Outcome::Rejected);
}
