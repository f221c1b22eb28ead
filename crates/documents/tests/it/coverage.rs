use documents::GlyphFindingKind::{NoGlyph, NoSequence};
use documents::{LazyPress, PressError};
use proptest::prelude::*;

use crate::{samples, tools};

#[test]
fn a_character_the_font_cannot_show_is_reported_where_it_stands() {
    let Some(press) = tools::press("coverage table") else { return };
    for (text, expected) in [
        ("", vec![]),
        ("髙橋\u{3000}渡邊 𠮷田", vec![]),
        ("Dela Cruz (1/2)\n二行目", vec![]),
        ("葛\u{E0102}城 辻\u{E0102} 邊\u{E0108}", vec![]),
        // This font has 葛 with E0102-E0108 and 辻 with E0102-E0103; these two sequences are of another collection.
        ("葛\u{E0100}城", vec![("葛\u{E0100}", 0, NoSequence)]),
        ("十字 辻\u{E0100}", vec![("辻\u{E0100}", 3, NoSequence)]),
        ("𠮷\u{E01EF}葛\u{E0100}", vec![("𠮷\u{E01EF}", 0, NoSequence), ("葛\u{E0100}", 2, NoSequence)]),
        ("渡邊\u{FE00}", vec![("邊\u{FE00}", 1, NoSequence)]),
        ("山\u{1F004}田\u{F0001}", vec![("\u{1F004}", 1, NoGlyph), ("\u{F0001}", 3, NoGlyph)]),
        // A missing character is not half there because it has a selector, and a selector alone is not a character.
        ("\u{E000}\u{E0100}", vec![("\u{E000}\u{E0100}", 0, NoGlyph)]),
        ("葛\u{E0102}\u{E0103}", vec![("\u{E0103}", 2, NoGlyph)]),
        ("山\t田", vec![("\t", 1, NoGlyph)]),
    ] {
        let found = press.uncovered(text);
        let found: Vec<_> = found.iter().map(|f| (f.cluster.as_str(), f.position, f.kind)).collect();
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn a_printed_document_names_the_field_of_each_finding() {
    let Some(press) = tools::press("findings in a document") else { return };
    let mut copy = samples::household();
    assert_eq!(press.print(&copy).unwrap().findings, vec![]);
    copy.persons[3].name = samples::name("渡邊\u{3000}葛\u{E0100}子", "");
    copy.address = documents::resident_record_copy::Cell::text("架空市\u{1F004}町");
    let pdf = press.print(&copy).unwrap();
    let found: Vec<_> = pdf.findings.iter().map(|f| (f.field.as_str(), f.position, f.kind)).collect();
    assert_eq!(found, [("/address/text", 3, NoGlyph), ("/persons/3/name/text", 3, NoSequence)]);
}

/// The words of the form itself are not in the data, so nothing else would notice a character the font lacks there.
#[test]
fn the_font_shows_every_character_of_the_templates() {
    let Some(press) = tools::press("template coverage") else { return };
    for template in [
        include_str!("../../templates/sheet.typ"),
        include_str!("../../templates/item-certificate.typ"),
        include_str!("../../templates/letter.typ"),
        include_str!("../../templates/resident-record-copy.typ"),
    ] {
        assert_eq!(press.uncovered(template), vec![]);
    }
}

#[test]
fn without_the_font_the_press_says_so_at_each_call() {
    let press = LazyPress::new(vec!["/nowhere".into()]);
    for _ in 0..2 {
        assert!(matches!(press.get(), Err(PressError::FontMissing { .. })));
    }
}

proptest! {
    #[test]
    fn findings_lie_in_the_text_in_order_and_once(text in "\\PC{0,40}") {
        let Some(press) = tools::press("coverage properties") else { return Ok(()) };
        let scalars: Vec<char> = text.chars().collect();
        let mut end = 0;
        for finding in press.uncovered(&text) {
            prop_assert!(end <= finding.position);
            let cluster: Vec<char> = finding.cluster.chars().collect();
            end = finding.position + cluster.len();
            prop_assert_eq!(scalars.get(finding.position..end), Some(cluster.as_slice()));
        }
    }
}
