//! 除票の写し, certificates of items, letters, and the page of what did not fit.

use documents::item_certificate::{Item, ItemKind, ItemRows};
use documents::letter::{LetterFact, Recipient};
use documents::listing::{Listing, ListingColumn};
use documents::resident_record_copy::{Block, Cell, Deletion, Form, MovedOut, Overflow, Scope};
use documents::{Code, CodeKind, ItemCertificate, Letter, PressError, ResidentRecordCopy};

use crate::{samples, tools};

fn former() -> ResidentRecordCopy {
    let mut copy = samples::individual();
    copy.title = "除票の写し".to_owned();
    copy.scope = Scope::None;
    copy.official_use = false;
    copy.specimen = true;
    copy.attestation.text = "この写しは、除票の原本と相違ないことを証明する。".to_owned();
    for person in &mut copy.persons {
        person.deletion = Some(Deletion {
            reason: Cell::text("国内転出"),
            event_date: Cell::text("令和7年10月1日"),
            notified_on: Cell::text("令和7年9月20日届出"),
            moved: Some(MovedOut {
                planned: Cell::text("長野県架空市"),
                planned_on: Cell::text("令和7年10月1日"),
                confirmed: Cell::text("長野県架空市大字葛\u{E0102}城千二百番地"),
                confirmed_on: Cell::text("令和7年10月3日"),
                notice_on: Cell::text("令和7年10月10日"),
            }),
        });
        person.blocks = vec![
            Block {
                title: "異動履歴".to_owned(),
                lines: vec![
                    "令和7年4月1日国内転入（令和7年4月3日届出、令和7年4月3日処理）".to_owned(),
                    "令和7年9月1日転居（令和7年9月2日届出、令和7年9月2日処理）　従前の住所 山梨県架空市葛\u{E0102}城町一丁目1番1号"
                        .to_owned(),
                    "令和7年10月1日国内転出（令和7年9月20日届出、令和7年10月1日処理）".to_owned(),
                ],
            },
            Block { title: "留意事項".to_owned(), lines: vec!["転居　届出遅延".to_owned()] },
        ];
    }
    copy
}

fn item(label: &str, value: &str) -> Item {
    Item { label: label.to_owned(), value: Cell::text(value), kana: None, kind: ItemKind::Plain }
}

fn named(label: &str, text: &str, kana: &str) -> Item {
    let kana = Some(kana.to_owned()).filter(|kana| !kana.is_empty());
    Item { kana, kind: ItemKind::Name, ..item(label, text) }
}

fn by_hand(label: &str) -> Item {
    Item { value: Cell::Blank, kind: ItemKind::Box, ..item(label, "") }
}

fn mover(name: &str, kana: &str, relation: &str) -> ItemRows {
    ItemRows {
        rows: vec![
            vec![named("氏名", name, kana)],
            vec![item("生年月日", "昭和60年1月8日"), item("性別", "男")],
            vec![item("続柄", relation), item("住民票コード", "12345678903")],
            vec![item("個人番号", "123456789018"), item("筆頭者", "渡邊\u{3000}𠮷之助")],
            vec![item("本籍", "長野県架空市大字葛\u{E0102}城千二百三十四番地五")],
            vec![by_hand("国民健康保険"), by_hand("後期高齢者医療")],
            vec![by_hand("介護保険"), by_hand("国民年金")],
            vec![by_hand("児童手当")],
        ],
    }
}

/// About what a record is long.
fn code(name: &str) -> Code {
    let address = "山梨県架空市葛\u{E0102}城町二丁目3番4号 コーポ髙橋 101号,".repeat(6);
    let payload = format!(
        "application_no,family_name,birth_date\r\n000000000012345-20251001,{name},1985-01-08,{address}\r\n"
    );
    Code { code: CodeKind::Qr, payload, caption: name.to_owned() }
}

fn move_out() -> ItemCertificate {
    let mut attestation = samples::household().attestation;
    attestation.text = "上記の者は、転出の届出をしたことを証明する。".to_owned();
    ItemCertificate {
        title: "転出証明書".to_owned(),
        marks: vec!["再交付".to_owned()],
        specimen: true,
        facts: vec![
            vec![item("住所", "山梨県架空市葛\u{E0102}城町二丁目3番4号 コーポ髙橋 101号")],
            vec![named("世帯主", "渡邊\u{3000}𠮷之助", "")],
            vec![item("転出先", "長野県架空市")],
            vec![item("転出予定年月日", "令和7年10月1日"), item("届出年月日", "令和7年9月20日")],
        ],
        persons: vec![
            mover("渡邊\u{3000}𠮷之助", "ワタナベ　キチノスケ", "世帯主"),
            mover("渡邊\u{3000}葛\u{E0103}乃", "ワタナベ　カツノ", "妻"),
            mover("渡邊\u{3000}𠮷太郎", "ワタナベ　キチタロウ", "子"),
        ],
        notes: vec![
            "この証明書は、新しい住所地の市区町村に転入の届出をするときに提出してください。届出は、新しい住所に住み始めた日から14日以内です。"
                .to_owned(),
        ],
        codes: ["渡邊\u{3000}𠮷之助", "渡邊\u{3000}葛\u{E0103}乃", "渡邊\u{3000}𠮷太郎"].map(code).to_vec(),
        attestation,
        issue_number: "20251120 架空市 本庁1 プリンタ001 000012".to_owned(),
        overflow: Vec::new(),
    }
}

fn recorded_items() -> ItemCertificate {
    let mut certificate = move_out();
    certificate.title = "住民票記載事項証明書".to_owned();
    certificate.marks.clear();
    certificate.facts.truncate(2);
    certificate.notes.clear();
    certificate.codes.clear();
    certificate.persons = vec![ItemRows {
        rows: vec![
            vec![named("氏名", "渡邊\u{3000}𠮷之助", "ワタナベ　キチノスケ")],
            vec![item("生年月日", "昭和60年1月8日"), item("性別", "男")],
            vec![item("続柄", "世帯主")],
        ],
    }];
    certificate.attestation.text = "上記の事項は、住民票に記載されていることを証明する。".to_owned();
    certificate
}

fn letter() -> Letter {
    let fact = |label: &str, value: &str| LetterFact { label: label.to_owned(), value: Cell::text(value) };
    Letter {
        title: "住民票コード通知票".to_owned(),
        specimen: true,
        recipient: Recipient {
            postcode: "〒400-0000".to_owned(),
            address: "山梨県架空市葛\u{E0102}城町二丁目3番4号 コーポ髙橋 101号".to_owned(),
            name: "渡邊\u{3000}𠮷之助\u{3000}様".to_owned(),
        },
        date: "令和7年11月20日".to_owned(),
        office: "山梨県架空市長".to_owned(),
        name: "齋藤\u{3000}櫻子".to_owned(),
        seal_note: Some("（公印省略）".to_owned()),
        opening: vec!["あなたの住民票に、次のとおり住民票コードを記載しましたので、通知します。".to_owned()],
        facts: vec![
            fact("氏名", "渡邊\u{3000}𠮷之助"),
            fact("生年月日", "昭和60年1月8日"),
            fact("性別", "男"),
            fact("住民票コード", "12345678903"),
            fact("記載等の年月日", "令和7年4月3日"),
        ],
        closing: vec![
            "住民票コードは、行政機関等への届出や申請に使うことがあります。この通知票は大切に保管してください。"
                .to_owned(),
            "民間の事業者などが、住民票コードを告げるよう求めることは、法律で禁じられています。みだりに他人に知らせないでください。"
                .to_owned(),
        ],
        reply: Vec::new(),
        contact: "架空市 市民課 記録係　電話 055-000-0000".to_owned(),
        issue_number: "20251120 架空市 本庁1 プリンタ001 000013".to_owned(),
        overflow: Vec::new(),
    }
}

fn inquiry() -> Letter {
    let mut letter = letter();
    letter.title = "転入通知未着照会書".to_owned();
    letter.recipient = Recipient {
        postcode: String::new(),
        address: "長野県架空市".to_owned(),
        name: "住民基本台帳担当課\u{3000}御中".to_owned(),
    };
    letter.reply = ["転入の届出（有・無）", "転入年月日", "備考"].map(str::to_owned).to_vec();
    letter
}

fn overflow(no: usize, text: &str) -> Overflow {
    Overflow {
        no, person: "渡邊\u{3000}𠮷之助".to_owned(), item: "前住所".to_owned(), text: text.to_owned()
    }
}

#[test]
fn a_deleted_record_is_one_page_with_its_end() {
    let test = "former";
    let Some(press) = tools::press(test) else { return };
    for form in [Form::Individual, Form::Household] {
        let mut copy = former();
        copy.form = form;
        let pdf = press.print(&copy).unwrap();
        assert_eq!((pdf.pages, &pdf.findings), (1, &vec![]), "{form:?}");
        let Some(text) = tools::text_of(&format!("{test}-{form:?}"), &pdf) else { return };
        let text: String = text.split_whitespace().collect();
        for part in
            ["除票の写し", "消除事由", "国内転出", "令和7年10月10日", "異動履歴", "従前の住所", "届出遅延"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("世帯全員") && !text.contains("世帯の一部"), "{text}");
    }
}

#[test]
fn a_long_history_goes_on_the_next_page_and_loses_no_line() {
    let test = "long-history";
    let Some(press) = tools::press(test) else { return };
    for form in [Form::Individual, Form::Household] {
        let mut copy = former();
        copy.form = form;
        copy.persons[0].blocks[0].lines = (1..=80)
            .map(|n| format!("第{n:03}行　令和7年4月1日転居（令和7年4月3日届出、令和7年4月3日処理）"))
            .collect();
        let pdf = press.print(&copy).unwrap();
        let Some(text) = tools::text_of(&format!("{test}-{form:?}"), &pdf) else { return };
        assert!((1..=80).all(|n| text.contains(&format!("第{n:03}行"))), "{text}");
        let last = text.split('\u{c}').nth(pdf.pages - 1).unwrap();
        assert!(1 < pdf.pages && last.contains("相違ないことを証明する"), "{text}");
        assert_eq!(text.matches("相違ないことを証明する").count(), 1);
        // A statement alone would be a sheet that attests nothing.
        assert!(last.contains("届出遅延"), "{last}");
    }
}

#[test]
fn certificates_of_items_number_every_page_and_attest_on_the_last() {
    let test = "items";
    let Some(press) = tools::press(test) else { return };
    for (name, certificate, pages) in [("move-out", move_out(), 2), ("recorded", recorded_items(), 1)] {
        let pdf = press.print(&certificate).unwrap();
        assert_eq!((pdf.pages, &pdf.findings), (pages, &vec![]), "{name}");
        let Some(text) = tools::text_of(&format!("{test}-{name}"), &pdf) else { return };
        for (index, page) in text.split('\u{c}').take(pages).enumerate() {
            assert!(page.contains("20251120 架空市 本庁1 プリンタ001 000012"), "{page}");
            assert_eq!(page.contains("証明する"), index + 1 == pages, "{page}");
        }
        assert_eq!(text.contains("再交付"), name == "move-out");
    }
}

#[test]
fn letters_are_one_page_with_their_words_and_a_place_for_the_answer() {
    let test = "letter";
    let Some(press) = tools::press(test) else { return };
    for (name, letter) in [("code", letter()), ("inquiry", inquiry())] {
        let pdf = press.print(&letter).unwrap();
        assert_eq!((pdf.pages, &pdf.findings), (1, &vec![]), "{name}");
        let Some(text) = tools::text_of(&format!("{test}-{name}"), &pdf) else { return };
        let text: String = text.split_whitespace().collect();
        let parts = ["次のとおり住民票コードを記載しました", "12345678903", "問い合わせ先", "発行番号"];
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        assert_eq!(text.contains("転入年月日"), name == "inquiry");
    }
}

#[test]
fn what_does_not_fit_stands_whole_on_a_page_of_its_own_before_the_statement() {
    let test = "overflow";
    let Some(press) = tools::press(test) else { return };
    let whole = format!("始{}終", "架".repeat(482));
    let mut copy = samples::individual();
    copy.overflow = vec![overflow(1, &whole), overflow(2, "短い")];
    let mut certificate = recorded_items();
    certificate.overflow.clone_from(&copy.overflow);
    for (name, pdf) in [("copy", press.print(&copy).unwrap()), ("items", press.print(&certificate).unwrap())]
    {
        assert_eq!(pdf.pages, 2, "{name}");
        let Some(text) = tools::text_of(&format!("{test}-{name}"), &pdf) else { return };
        let pages: Vec<&str> = text.split('\u{c}').collect();
        assert!(!pages[0].contains("証明する。") && pages[1].contains("証明する。"), "{text}");
        let second: String = pages[1].split_whitespace().collect();
        assert!(second.contains("別紙") && second.contains('始') && second.contains('終'), "{second}");
        assert_eq!(second.matches('架').count() - second.matches("架空市").count(), 482);
        assert!(pages.iter().take(2).all(|page| page.contains("発行番号")), "{text}");
    }
}

/// The places' sizes in `standards/codes/resident-register/print-fit.tsv` are those of the templates.
#[test]
fn a_place_that_is_full_takes_no_more_lines_than_it_is_said_to() {
    let test = "fit";
    let Some(press) = tools::press(test) else { return };
    let table = include_str!("../../../../standards/codes/resident-register/print-fit.tsv");
    let size = |place: &str| -> usize {
        let row = table.lines().find(|line| line.starts_with(&format!("{place}\t"))).unwrap();
        row.split('\t').nth(1).unwrap().parse().unwrap()
    };
    for form in [Form::Household, Form::Individual] {
        let mut copy = samples::individual();
        copy.form = form;
        let full = |c: &str, place: &str| c.repeat(size(place));
        copy.address = Cell::text(full("甲", "address"));
        copy.head = Cell::text(full("乙", "half"));
        let person = &mut copy.persons[0];
        person.name = samples::name(&full("丙", "name"), &full("カ", "kana"));
        person.previous_address = Cell::text(full("丁", "address"));
        person.relation = Cell::text(full("戊", "cell"));
        let pdf = press.print(&copy).unwrap();
        assert_eq!(pdf.pages, 1, "{form:?}");
        let Some(text) = tools::text_of(&format!("{test}-{form:?}"), &pdf) else { return };
        for (filler, most) in [("甲甲", 3), ("乙乙", 3), ("丙丙", 3), ("カカカ", 2), ("丁丁", 3), ("戊戊", 3)]
        {
            let lines = text.lines().filter(|line| line.contains(filler)).count();
            assert!((1..=most).contains(&lines), "{form:?} {filler}: {lines} lines in {text}");
        }
    }
}

#[test]
fn nothing_that_is_logged_names_anybody() {
    let shown = format!("{:?} {:?} {:?} {:?}", former().persons, move_out(), letter(), overflow(1, "渡邊"));
    assert!(!shown.contains("渡邊") && !shown.contains("12345678903"), "{shown}");
    let parts =
        format!("{:?} {:?} {:?}", move_out().persons[0].rows, letter().facts, former().persons[0].blocks);
    assert!(!parts.contains("渡邊") && !parts.contains("転居"), "{parts}");
}

/// Another program reads from the paper what was put in.
#[test]
fn the_codes_of_a_move_out_certificate_are_read_from_the_page() {
    let test = "codes";
    let Some(press) = tools::press(test) else { return };
    let certificate = move_out();
    let pdf = press.print(&certificate).unwrap();
    let Some(mut read) = tools::codes_of(test, &pdf) else { return };
    for code in &certificate.codes {
        assert!(read.contains(&code.payload), "{} in {read}", code.payload);
        read = read.replacen(&code.payload, "", 1);
    }
    assert_eq!(read.trim(), "", "nothing else is printed as a code");
}

#[test]
fn a_code_that_cannot_hold_its_text_is_refused() {
    let Some(press) = tools::press("code-too-long") else { return };
    let mut certificate = move_out();
    certificate.codes[0].payload = "字".repeat(1000);
    let error = press.print(&certificate).unwrap_err();
    assert!(matches!(error, PressError::CodeTooLong { bytes: 3000 }), "{error}");
}

#[test]
fn a_list_repeats_its_heading_on_every_page_and_loses_no_row() {
    let test = "listing";
    let Some(press) = tools::press(test) else { return };
    let column = |title: &str, share, right| ListingColumn { title: title.to_owned(), share, right };
    let rows = (1..=150).map(|at| {
        vec![format!("字浜{at}番地"), format!("渡邊\u{3000}葛\u{E0103}乃{at}"), format!("{at:03}")]
    });
    let list = Listing {
        title: "住民基本台帳の一部の写し".to_owned(),
        specimen: true,
        lines: vec!["範囲\u{3000}全域".to_owned()],
        columns: vec![column("住所", 3, false), column("氏名", 2, false), column("番号", 1, true)],
        rows: rows.collect(),
        notes: vec!["以上".to_owned()],
        issue_number: "00000012".to_owned(),
    };
    let pdf = press.print(&list).unwrap();
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert_eq!(pages.len(), pdf.pages);
    assert!(pages.iter().all(|page| page.contains("住所") && page.contains("00000012")), "{text}");
    for at in 1..=150 {
        assert!(text.contains(&format!("{at:03}")), "row {at}: {text}");
    }
    assert!(pages.last().is_some_and(|page| page.contains("以上")));
}
