//! Tax notices and payment slips.

use documents::{PaymentSlips, PressError, TaxNotices};

use crate::{slip_samples, tools};

fn words(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Reissued slips, without a notice.
fn alone(slips: usize) -> PaymentSlips {
    let notice = slip_samples::notice();
    PaymentSlips {
        title: "納付書（再発行）".to_owned(),
        specimen: true,
        recipient: notice.recipient,
        date: notice.date,
        office: notice.office,
        notes: vec!["先にお送りした納付書は使わないでください。".to_owned()],
        contact: notice.contact,
        slips: (1..=slips).map(|at| slip_samples::slip(&format!("{at}期"))).collect(),
        issue_number: notice.issue_number,
    }
}

#[test]
fn a_notice_with_one_slip_is_one_page_and_says_all_of_it() {
    let test = "tax-notice";
    let Some(press) = tools::press(test) else { return };
    let pdf = press.print(&slip_samples::notice()).unwrap();
    assert_eq!((pdf.pages, &pdf.findings), (1, &vec![]));
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let text = words(&text);
    for (part, times) in [
        ("領収証書", 1),
        ("領収済通知書", 1),
        ("上記のとおり納付します", 1),
        ("切り取り線", 1),
        ("山梨580あ12-34", 1),
        ("審査請求に対する裁決", 1),
        ("問い合わせ先", 1),
        ("発行番号20260508", 1),
        ("0000000017", 5), // once inside the digits under the bar code
        ("000000000012345", 3),
        ("渡邊𠮷之助様", 4),
        ("令和8年6月1日", 4),
        ("(91)912345-0420260000000017011000", 1),
    ] {
        assert_eq!(text.matches(part).count(), times, "{part} in {text}");
    }
}

/// Another program reads the bar code from the page, as GS1 and not as a plain Code 128.
#[test]
fn the_bar_code_of_a_slip_is_read_from_the_page() {
    let test = "bar-code";
    let Some(press) = tools::press(test) else { return };
    let pdf = press.print(&slip_samples::notice()).unwrap();
    let Some(read) = tools::codes_of(test, &pdf) else { return };
    assert_eq!(read.trim(), slip_samples::PAYLOAD);
    let Some(read) = tools::gs1_of(test, &pdf) else { return };
    assert!(read.contains("modifiers='GS1'") && read.contains(slip_samples::PAYLOAD), "{read}");
}

/// Every pair of digits, so every character of the table that a slip can have.
#[test]
fn every_pair_of_digits_is_read_back() {
    let test = "bar-code-pairs";
    let Some(press) = tools::press(test) else { return };
    let mut slips = alone(5);
    let payloads: Vec<String> = (0..5)
        .map(|part| (part * 20..part * 20 + 20).fold("91".to_owned(), |all, pair| format!("{all}{pair:02}")))
        .collect();
    for (slip, payload) in slips.slips.iter_mut().zip(&payloads) {
        if let Some(code) = &mut slip.bar_code {
            code.payload.clone_from(payload);
        }
    }
    slips.specimen = false;
    let pdf = press.print(&slips).unwrap();
    let Some(read) = tools::codes_of(test, &pdf) else { return };
    assert_eq!(read.len(), 5 * 42, "{read}");
    assert!(payloads.iter().all(|payload| read.contains(payload.as_str())), "{read}");
}

#[test]
fn slips_of_instalments_go_two_to_a_page_and_none_is_parted() {
    let test = "instalments";
    let Some(press) = tools::press(test) else { return };
    let mut notice = slip_samples::notice();
    notice.slips = (1..=4).map(|at| slip_samples::slip(&format!("第{at}期"))).collect();
    let pdf = press.print(&notice).unwrap();
    assert_eq!(pdf.pages, 3);
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let pages: Vec<&str> = text.split('\u{c}').collect();
    for (page, instalments) in [(0, &[1][..]), (1, &[2, 3]), (2, &[4])] {
        let text = words(pages[page]);
        assert!(text.contains("発行番号20260508"), "{text}");
        for at in 1..=4 {
            let times = if instalments.contains(&at) { 3 } else { 0 };
            assert_eq!(text.matches(&format!("第{at}期")).count(), times, "page {page}: {text}");
        }
    }
}

#[test]
fn a_long_table_goes_on_and_its_slip_comes_after_it_whole() {
    let test = "long-notice";
    let Some(press) = tools::press(test) else { return };
    let mut notice = slip_samples::notice();
    notice.rows = (1..=60)
        .map(|at| vec![format!("標識{at:03}"), "二輪".to_owned(), "標準".to_owned(), "6,000".to_owned()])
        .collect();
    let pdf = press.print(&notice).unwrap();
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let pages: Vec<&str> = text.split('\u{c}').take(pdf.pages).collect();
    assert!((1..=60).all(|at| text.contains(&format!("標識{at:03}"))), "{text}");
    assert!(1 < pdf.pages && pages.last().is_some_and(|page| page.contains("領収済")), "{text}");
    assert_eq!(text.matches("上記のとおり領収しました").count(), 1);
}

#[test]
fn the_longest_names_and_amounts_are_printed_whole() {
    let test = "long-slip";
    let Some(press) = tools::press(test) else { return };
    let mut notice = slip_samples::notice();
    let long = format!("始{}終", "架".repeat(98));
    notice.recipient.name.clone_from(&long);
    notice.recipient.address = format!("始{}終", "空".repeat(120));
    notice.slips[0].payer = long;
    notice.slips[0].total = "999,999,999,999".to_owned();
    let with_code = press.print(&notice).unwrap();
    assert_eq!(with_code.pages, 1);
    let Some(read) = tools::codes_of("long-slip-code", &with_code) else { return };
    assert_eq!(read.trim(), slip_samples::PAYLOAD);
    notice.slips[0].bar_code = None;
    notice.slips[0].bar_code_note = "コンビニエンスストアでは使えません".to_owned();
    let pdf = press.print(&notice).unwrap();
    assert_eq!((pdf.pages, &pdf.findings), (1, &vec![]));
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let text = words(&text);
    let count = |part: &str| text.matches(part).count();
    assert_eq!((count("始"), count("終"), count("¥999999999999")), (5, 5, 3), "{text}");
    assert_eq!(count("架") - count("架空市"), 4 * 98, "{text}");
    assert!(text.contains("コンビニエンスストアでは使えません") && !text.contains("(91)"), "{text}");
}

#[test]
fn slips_alone_need_no_notice() {
    let test = "payment-slip";
    let Some(press) = tools::press(test) else { return };
    let pdf = press.print(&alone(2)).unwrap();
    assert_eq!((pdf.pages, &pdf.findings), (2, &vec![]));
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let text = words(&text);
    assert!(text.contains("先にお送りした納付書は使わないでください"), "{text}");
    assert_eq!(text.matches("領収済通知書").count(), 2);
}

#[test]
fn many_notices_in_one_file_are_the_same_pages_each_from_a_new_one() {
    let test = "many-notices";
    let Some(press) = tools::press(test) else { return };
    let mut sheets = vec![slip_samples::notice(); 5];
    for (at, sheet) in sheets.iter_mut().enumerate() {
        sheet.issue_number = format!("番号{at:06}");
        sheet.recipient.name = format!("宛名{at:03}様");
    }
    sheets[2].slips.push(slip_samples::slip("2期"));
    let pdf = press.print(&TaxNotices { sheets: sheets.clone() }).unwrap();
    assert_eq!(pdf.pages, 6);
    let Some(text) = tools::text_of(test, &pdf) else { return };
    let mut single = String::new();
    for sheet in &sheets {
        let Some(one) = tools::text_of("one-of-many", &press.print(sheet).unwrap()) else { return };
        single.push_str(&one);
    }
    assert_eq!(text, single);
}

#[test]
fn a_bar_code_of_anything_but_pairs_of_digits_is_refused_and_nobody_is_named() {
    let Some(press) = tools::press("bar-code-refused") else { return };
    let mut notice = slip_samples::notice();
    if let Some(code) = &mut notice.slips[0].bar_code {
        code.payload.push('1');
    }
    let error = press.print(&notice).unwrap_err();
    assert!(matches!(error, PressError::CodeNotDigits), "{error}");
    let shown = format!("{notice:?} {:?} {:?} {:?}", notice.slips, notice.facts, alone(1));
    assert!(
        !shown.contains("渡邊") && !shown.contains("0000000017") && !shown.contains("91912345"),
        "{shown}"
    );
}
