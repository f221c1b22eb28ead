use documents::resident_record_copy::Cell;
use documents::{DATA_BYTES_MAX, PressError, ResidentRecordCopies};
use serde_json::json;

use crate::{samples, tools};

#[test]
fn a_household_of_five_goes_on_a_second_page_and_is_attested_there() {
    let test = "household";
    let Some(press) = tools::press(test) else { return };
    let pdf = press.print(&samples::household()).unwrap();
    assert_eq!((pdf.pages, &pdf.findings), (2, &vec![]));
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let attestation = "原本と相違ないことを証明する";
    assert!(!pages[0].contains(attestation) && pages[1].contains(attestation), "{text}");
    assert!(pages[0].contains("1／2") && pages[1].contains("2／2"), "{text}");
    assert!(pages[0].contains("発行番号") && pages[1].contains("発行番号"), "{text}");
    assert!(pages[1].contains("住民票の写し（続き）"), "{text}");
}

#[test]
fn many_copies_in_one_file_are_the_same_pages_each_counted_by_itself() {
    let test = "many-copies";
    let Some(press) = tools::press(test) else { return };
    // More of one form than are typeset before it is learned, and others between them.
    let mut sheets = vec![samples::individual(); 40];
    for (at, sheet) in sheets.iter_mut().enumerate() {
        sheet.issue_number = format!("番号{at:06}");
        sheet.persons[0].name.text = format!("架空{at:02}");
    }
    sheets[7] = samples::household();
    sheets[9].persons[0].name.text = "架空".repeat(40);
    let pdf = press.print(&ResidentRecordCopies { sheets: sheets.clone() }).unwrap();
    assert_eq!((pdf.pages, &pdf.findings), (41, &vec![]));
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let mut single = String::new();
    for sheet in &sheets {
        let Some(one) = tools::text_of("one-of-many-copies", &press.print(sheet).unwrap()) else { return };
        single.push_str(&one);
    }
    assert_eq!(text, single);
}

/// The last person and the statement share a page: a statement alone would be a sheet that attests nothing.
#[test]
fn four_fit_a_page_and_the_statement_never_stands_alone() {
    let test = "four";
    let Some(press) = tools::press(test) else { return };
    let mut four = samples::household();
    four.persons.truncate(4);
    assert_eq!(press.print(&four).unwrap().pages, 1);
    for person in &mut four.persons {
        *person = samples::foreign();
        person.remarks = vec!["備考".to_owned(); 3];
    }
    let pdf = press.print(&four).unwrap();
    assert_eq!(pdf.pages, 2);
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let last = text.split('\u{c}').nth(1).unwrap_or_default();
    assert!(last.contains("DELA CRUZ") && last.contains("相違ない"), "{text}");
}

#[test]
fn names_keep_their_variation_selectors_in_the_file() {
    let test = "names";
    let Some(press) = tools::press(test) else { return };
    let pdf = press.print(&samples::household()).unwrap();
    let Some(text) = tools::text_of(test, &pdf) else { return };
    // The reader turns the wide space between the parts of a name into layout.
    let text: String = text.split_whitespace().collect();
    for name in [
        "渡邊\u{3000}𠮷之助",
        "髙橋",
        "辻\u{E0102}\u{3000}葛\u{E0102}子",
        "渡邊\u{3000}葛\u{E0103}乃",
        "DELA CRUZ MARIA CLARA SANTOS",
        "（ワタナベ キチノスケ）",
    ] {
        assert!(text.contains(&name.replace([' ', '\u{3000}'], "")), "{name:?} in {text}");
    }
}

#[test]
fn what_was_not_asked_for_is_omitted_and_says_so() {
    let test = "individual";
    let Some(press) = tools::press(test) else { return };
    let mut copy = samples::individual();
    let pdf = press.print(&copy).unwrap();
    assert_eq!(pdf.pages, 1);
    let Some(text) = tools::text_of(test, &pdf) else { return };
    assert!(!text.contains("省略") && text.contains("123456789018") && text.contains("公用"), "{text}");
    copy.head = Cell::Omitted;
    copy.persons[0].relation = Cell::Omitted;
    copy.persons[0].individual_number = Cell::Omitted;
    let pdf = press.print(&copy).unwrap();
    let Some(text) = tools::text_of("individual-omitted", &pdf) else { return };
    assert_eq!(text.matches("省略").count(), 3, "{text}");
    assert!(!text.contains("123456789018"), "{text}");
}

/// Names may have 100 characters and buildings 300: they are printed smaller, then on more lines, never cut.
#[test]
fn the_longest_fields_are_printed_whole() {
    let test = "longest";
    let Some(press) = tools::press(test) else { return };
    for mut copy in [samples::household(), samples::individual()] {
        let long = format!("始{}終", "架".repeat(98));
        copy.persons[0].name = samples::name(&long, &long);
        copy.persons[0].previous_address = Cell::text(format!("始{}終", "空".repeat(484)));
        copy.persons[0].remarks = vec!["鯨の備考。".repeat(20); 30];
        let pdf = press.print(&copy).unwrap();
        let Some(text) = tools::text_of(test, &pdf) else { return };
        let count = |c| text.matches(c).count();
        assert_eq!((count('始'), count('終')), (3, 3), "{text}");
        assert!(484 <= count('空') && count('鯨') == 600, "{text}");
    }
}

#[test]
fn a_foreign_resident_has_a_page_of_their_own_items() {
    let test = "foreign";
    let Some(press) = tools::press(test) else { return };
    let mut copy = samples::individual();
    copy.persons = vec![samples::foreign()];
    let pdf = press.print(&copy).unwrap();
    let Some(text) = tools::text_of(test, &pdf) else { return };
    for part in ["国籍・地域", "フィリピン", "2027年10月14日", "AB12345678CD", "中長期在留者", "通称"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    for part in ["本籍", "筆頭者", "旧氏"] {
        assert!(!text.contains(part), "{part} in {text}");
    }
}

#[test]
fn the_same_data_gives_the_same_file_whichever_thread_prints_it() {
    let Some(press) = tools::press("same bytes") else { return };
    let copy = samples::household();
    let first = press.print(&copy).unwrap();
    std::thread::scope(|scope| {
        let printers: Vec<_> = (0..2).map(|_| scope.spawn(|| press.print(&copy).unwrap().bytes)).collect();
        for printer in printers {
            assert!(printer.join().unwrap() == first.bytes);
        }
    });
}

#[test]
fn data_that_does_not_fit_is_an_error_and_shows_no_one() {
    let Some(press) = tools::press("errors") else { return };
    assert!(matches!(press.render("no-such", &json!({})), Err(PressError::UnknownTemplate { .. })));
    assert!(matches!(press.render("sheet", &json!({})), Err(PressError::UnknownTemplate { .. })));
    let wrong = press.render("resident-record-copy", &json!({"persons": "渡邊"})).unwrap_err();
    assert!(matches!(wrong, PressError::Typeset { .. }) && !wrong.to_string().contains("渡邊"), "{wrong}");
    let large = json!({ "persons": "a".repeat(DATA_BYTES_MAX) });
    assert!(matches!(
        press.render("resident-record-copy", &large),
        Err(PressError::DataTooLarge { max: DATA_BYTES_MAX, .. })
    ));
    let shown = format!("{:?} {:?}", samples::household(), samples::household().persons);
    assert!(!shown.contains("渡邊"), "{shown}");
}
