use catalog::{Delivery, Extent, Link, Timing, check_link, explain};
use jiff::civil::time;
use proptest::prelude::*;

use crate::support::{LINKS, known, links, rows};

fn tax() -> (&'static str, &'static str) {
    LINKS[5]
}

const WITHIN: &str =
    "timing = { within = { minutes = 10, from = \"17:00\", to = \"08:30\", business_days_only = true } }";
const FIFTH: &str = "timing = { monthly-weekday = { week = 6, day = \"friday\", at = \"20:30\" } }";
const ALSO: &str = "timing = \"on-change\"\nalso_at = [{ weekly = { day = \"friday\", at = \"20:30\" } }]";

#[test]
fn every_link_file_is_among_the_tested() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../standards/links");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> =
        names.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".toml")).collect();
    names.sort();
    let mut tested = LINKS.map(|(name, _)| name);
    tested.sort_unstable();
    assert_eq!(names, tested);
}

#[test]
fn the_links_of_the_first_slice_agree_with_their_rows() {
    let (rows, known) = (rows(), known());
    for link in links() {
        assert_eq!(check_link(&link, &rows, &known), [], "{}", link.id);
    }
    // A town has its own lists: a link with rows of two would never find them all.
    for link in links() {
        assert!(link.serves().all(|row| row.list == link.serves().next().unwrap().list), "{}", link.id);
        // What no list asks for says on what it rests.
        assert_eq!(link.serves().next().is_none(), !link.basis.is_empty(), "{}", link.id);
    }
    let tax = links().remove(5);
    assert_eq!(tax.timing, Timing::Daily { at: time(20, 30, 0, 0), business_days_only: false });
    assert_eq!(tax.extent, Extent::Full);
    let Delivery::Outward { place, receipt_within_minutes, .. } = tax.delivery else { panic!("a file") };
    assert_eq!((&*place, receipt_within_minutes), ("tax-suite", Some(60)));
}

/// Each case: what is changed in the tax link, and what the reader is told.
#[test]
fn a_malformed_link_file_is_refused_with_the_line() {
    let (name, text) = tax();
    for (from, to, message) in [
        ("extent = \"full\"", "extents = \"full\"", "11行目（extents）: 「extents」は知らない項目です。"),
        ("timing = { daily = { at = \"20:30\", business_days_only = false } }", WITHIN, "時間帯の終わり"),
        (
            "timing = { daily = { at = \"20:30\", business_days_only = false } }",
            FIFTH,
            "第6週という週はありません",
        ),
        (
            "timing = { daily = { at = \"20:30\", business_days_only = false } }",
            ALSO,
            "時刻のない時期に、ほかの時期",
        ),
        ("extent = \"full\"\n", "", "（extent）: 項目「extent」がありません。"),
        ("\"full\"", "\"all\"", "「all」は書けない値です。"),
        ("\"20:30\"", "\"25:30\"", "TOMLとして読めません"),
        ("business_days_only = false", "business_days = false", "「business_days」は知らない項目です。"),
        ("layout = ", "format = ", "「format」は知らない項目です。"),
        ("\"city:24\"", "\"24\"", "一覧の行「24」は「一覧名:番号」の形ではありません"),
        (
            "id = \"resident-full-to-tax\"",
            "id = \"tax\"",
            "id「tax」がファイル名「resident-full-to-tax」と違います。",
        ),
        ("\"tax-suite\"", "\"../etc\"", "場所「../etc」は名前として使えません。"),
        ("zenken_{date}_{no}.dat", "../{no}.dat", "ファイル名「../{no}.dat」は使えません。"),
        ("zenken_{date}_{no}.dat", "zenken.dat", "ファイル名「zenken.dat」は使えません。"),
        ("rows = [\"city:24\", \"city:5\"]", "rows = []", "一覧の行も、根拠（basis）もありません。"),
        ("= 500000", "= 500000\nper = [\"household_no\"]", "分けて送れるのは、外へ送る差分だけです。"),
        ("\"full\"", "\"difference\"\nper = [\"house hold\"]", "「house hold」では分けられません。"),
        ("\"full\"", "\"difference\"\nper = [\"sex\", \"sex\"]", "項目「sex」が2度あります。"),
        ("zenken_{date}_{no}.dat", "{sex}_{no}.dat", "ファイル名「{sex}_{no}.dat」は使えません。"),
        ("= 500000", "= 0", "1回の上限件数が0です。"),
        ("receipt_within_minutes = 60", "receipt_within_minutes = 0", "待つ時間が0分です。"),
        (
            "assurance =",
            "after = [\"resident-full-to-tax\"]\nassurance =",
            "自分自身を先行する連携に挙げています。",
        ),
        (
            "{ daily = { at = \"20:30\", business_days_only = false } }",
            "{ yearly = { month = 2, day = 30, at = \"20:30\" } }",
            "2月30日という日はありません。",
        ),
        (
            "{ daily = { at = \"20:30\", business_days_only = false } }",
            "{ every-minutes = 0 }",
            "0分ごとという間隔は使えません。",
        ),
        ("[delivery.outward]", "[delivery", "TOMLとして読めません"),
    ] {
        assert!(text.contains(from), "{from}");
        let problem = Link::parse(&text.replacen(from, to, 1), name).unwrap_err();
        let shown = problem.to_string();
        assert!(shown.starts_with(name) && shown.contains(message), "{from} -> {to}: {shown}");
    }
}

/// Each case: what is changed in the tax link, and the contradiction with rows 24 and 5 or the installation.
#[test]
fn a_link_that_contradicts_its_row_is_named() {
    let (name, text) = tax();
    for (from, to, message) in [
        ("\"full\"", "\"difference\"", "city:24 は「全件」ですが、連携は「差分」です"),
        (
            "timing = { daily = { at = \"20:30\", business_days_only = false } }",
            "timing = \"on-change\"",
            "city:24 の時期は「日次」で、連携の時期と合いません",
        ),
        (
            "timing = { daily = { at = \"20:30\", business_days_only = false } }",
            "timing = \"by-hand\"",
            "city:24 の方式は「自動」で、連携の方式・時期と合いません",
        ),
        (
            "resident-jef",
            "resident-utf16",
            "city:24 の文字コードは「JEF/EBCDIC」ですが、レイアウト「resident-utf16」は「utf-16」です",
        ),
        ("resident-jef", "resident-ebcdic", "レイアウト「resident-ebcdic」がありません"),
        ("\"tax-suite\"", "\"tax-office\"", "受け渡し場所「tax-office」がありません"),
        ("\"city:5\"", "\"city:60\"", "行「city:60」が一覧にありません"),
        (
            "integrated-tax-suite",
            "integrated-welfare-suite",
            "city:24 は「税総合システム」ですが、連携は「integrated-welfare-suite」です",
        ),
        (
            "resident-register/resident",
            "resident-register/household",
            "「resident-register/household」はまだありません",
        ),
        (
            "resident-register/resident",
            "addressee/resident",
            "「addressee/resident」は「resident-register」のものではありません",
        ),
        ("receipt_within_minutes = 60", "", "送信側が到達を保障するのに、受領を待ちません"),
    ] {
        assert!(text.contains(from), "{from}");
        let link = Link::parse(&text.replacen(from, to, 1), name).unwrap();
        let problems = check_link(&link, &rows(), &known());
        assert!(problems.iter().any(|problem| problem.to_string().contains(message)), "{to}: {problems:?}");
    }
}

#[test]
fn a_link_without_the_control_its_row_asks_for_is_named() {
    let (name, text) = LINKS[2];
    let text =
        text.replace("exclusive_lock = true", "exclusive_lock = false").replace("sender-assures", "none");
    let problems = check_link(&Link::parse(&text, name).unwrap(), &rows(), &known());
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 22, "two for each of the eleven functions");
    assert!(shown[0].contains("unit_links:11 は取込中の排他制御を求めています"), "{}", shown[0]);
    assert!(shown[1].contains("unit_links:11 は送信側の到達保障を求めています"), "{}", shown[1]);
}

#[test]
fn a_link_says_what_will_happen() {
    let links = links();
    let tax = links.iter().find(|link| link.id == "resident-full-to-tax").unwrap();
    assert_eq!(
        explain(tax),
        "連携「resident-full-to-tax」住民情報日次全件データ（税総合システム）
  いつ: 毎日（休日も）20時30分に送ります。止まっていて逃した回は、動き出したときに1回分だけ補います。
  何を: 「resident-register」のデータセット resident-register/resident のある時点の全件。1回の受け渡しは500000件までで、超える分は次の番号に分けます。
  どこへ: 「integrated-tax-suite」への受け渡し場所「tax-suite」に、レイアウト resident-jef のファイル zenken_{date}_{no}.dat を置きます。
  文字: 変換できない文字は字形の近い文字に縮退し（なければ代わりの文字にし）、誰のどの項目かを記録します。
  制御: 取り込む間も受け側の画面は使えます（排他制御なし）。
  到達: 送信側が届いたことを確かめます。60分以内に受領が届かなければ警報を出します。
  もとの行: city:24、city:5
"
    );
}

proptest! {
    #[test]
    fn no_text_makes_a_link_panic(text in "[ -~\n\u{3042}]{0,200}") {
        let _refused = Link::parse(&text, "a.toml");
    }

    #[test]
    fn a_damaged_link_file_is_read_or_refused(at in 0_usize..900, with in "[ -~\n]{0,3}", which in 0..LINKS.len()) {
        let (name, text) = LINKS[which];
        let damaged: String =
            text.chars().enumerate().map(|(i, c)| if i == at { with.clone() } else { c.to_string() }).collect();
        if let Ok(link) = Link::parse(&damaged, name) {
            let _problems = check_link(&link, &rows(), &known());
            prop_assert!(explain(&link).contains("連携「"));
        }
    }
}

const QUESTION: &str = r#"
id = "question"
title = "照会"
rows = ["unit_links:1"]
source = "resident-register"
target = "seal-registration"
dataset = "resident-register/resident"
method = "immediate"
timing = "on-request"
extent = "difference"
unmappable = "reject"
rows_per_delivery_max = 100
exclusive_lock = false
assurance = "none"
[delivery.inquiry]
subjects_max = 100
"#;

/// Each case: what is changed in a link over which questions are asked, and what the reader is told.
#[test]
fn a_question_has_no_schedule_and_a_schedule_no_question() {
    assert!(Link::parse(QUESTION, "question.toml").is_ok());
    for (from, to, message) in [
        ("\"on-request\"", "\"on-change\"", "照会の連携にほかの時期はありません"),
        ("\"immediate\"", "\"file-or-media\"", "照会は即時連携ですが、方式が違います"),
        ("subjects_max = 100", "subjects_max = 0", "一度に照会できる件数が0件です"),
        ("subjects_max = 100", "subjects_max = 1001", "一度に照会できる件数が1001件です"),
        ("subjects_max = 100", "subjects_max = 100\nplace = \"../x\"", "場所「../x」は名前として使えません"),
        (
            "inquiry]\nsubjects_max = 100",
            "in-process]\nintake = \"stand-in/rows\"",
            "照会の連携にほかの時期はありません",
        ),
    ] {
        assert!(QUESTION.contains(from), "{from}");
        let text = QUESTION.replacen(from, to, 1);
        let problem = Link::parse(&text, "question.toml").unwrap_err().to_string();
        assert!(problem.contains(message), "{from} -> {to}: {problem}");
    }
}

#[test]
fn a_question_is_explained() {
    let said = explain(&Link::parse(QUESTION, "question.toml").unwrap());
    for words in [
        "いつ: 受け側が照会したときに、その場で答えます。",
        "何を: 「resident-register」のデータセット resident-register/resident のうち、照会された人（物）の最新の行。一度に100件まで。",
        "どこへ: 照会した「seal-registration」に答えます。",
        "制御: 照会するには権限と目的が要り、",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
