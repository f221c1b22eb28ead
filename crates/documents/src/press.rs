use std::path::PathBuf;
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Smart};
use typst::syntax::{FileId, Source};
use typst::text::{FontBook, FontInstance};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt};
use typst_layout::{Page, PagedDocument};
use typst_pdf::PdfOptions;

use crate::batch::{Forms, MANY, Many, prepare};
use crate::codes;
use crate::coverage;
use crate::font;
use crate::world::{DATA_FILE, Job, Stock, file_id};
use crate::{
    GlyphFinding, ItemCertificate, Letter, LinkAcceptance, Listing, PaymentSlips, PressError,
    ResidentRecordCopies, ResidentRecordCopy, TaxNotice, TaxNotices,
};

/// The most JSON one document may have: some 200 full persons, far above any household, or a few thousand rows of a list.
/// A list of the whole town is a batch of documents and not one.
pub const DATA_BYTES_MAX: usize = 1 << 20;

/// How many documents ago a remembered piece of typesetting was last used when it is dropped. The pieces hold names;
/// a small number keeps both the memory and that time short, while what every document uses stays.
const REMEMBERED_DOCUMENTS: usize = 2;

/// Files of the typesetter: pieces shared by the templates, and the templates by name.
const SOURCES: [(&str, &str); 9] = [
    ("sheet.typ", include_str!("../templates/sheet.typ")),
    ("slip.typ", include_str!("../templates/slip.typ")),
    ("item-certificate.typ", include_str!("../templates/item-certificate.typ")),
    ("letter.typ", include_str!("../templates/letter.typ")),
    ("link-acceptance.typ", include_str!("../templates/link-acceptance.typ")),
    ("listing.typ", include_str!("../templates/listing.typ")),
    ("payment-slip.typ", include_str!("../templates/payment-slip.typ")),
    ("resident-record-copy.typ", include_str!("../templates/resident-record-copy.typ")),
    ("tax-notice.typ", include_str!("../templates/tax-notice.typ")),
];

/// Sources that are pieces of others and no templates.
const PIECES: [&str; 2] = ["sheet", "slip"];

/// Templates whose files bear no tags for readers aloud: they are for paper, by the ten thousand, and the tags of their
/// tables would take more time and room than the pages.
const UNTAGGED: [&str; 2] = ["payment-slip", "tax-notice"];

/// A value with a template of its own.
pub trait Sheet: Serialize {
    /// The template's name, as [`Press::render`] takes it.
    const TEMPLATE: &'static str;
}

/// One printed document.
#[derive(Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file. The same data gives the same bytes.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Characters in the data that are **not printed as written**. When this is not empty, the document must not be
    /// issued before a person has looked at it.
    pub findings: Vec<GlyphFinding>,
}

/// The bytes are a certificate, so they are counted and not shown.
impl std::fmt::Debug for Pdf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pdf")
            .field("bytes", &self.bytes.len())
            .field("pages", &self.pages)
            .field("findings", &self.findings.len())
            .finish()
    }
}

/// The font and the templates, loaded once and shared by all threads.
pub struct Press {
    stock: Stock,
    instance: FontInstance,
    templates: Vec<(&'static str, FileId)>,
    data_id: FileId,
    forms: Forms,
}

impl Press {
    /// Loads the font from the first of `font_dirs` that holds it, its subfolders included; see
    /// [`font_dirs`](crate::font_dirs). Takes some 40 ms and 46 MB, so keep the value.
    ///
    /// # Errors
    /// [`FontMissing`](PressError::FontMissing) and [`FontUnreadable`](PressError::FontUnreadable).
    pub fn open(font_dirs: &[PathBuf]) -> Result<Self, PressError> {
        let font::Loaded { font, instance } = font::load(font_dirs)?;
        let mut sources = Vec::new();
        let mut templates = Vec::new();
        for (file, text) in SOURCES {
            let id = file_id(file).ok_or_else(|| unknown(file))?;
            sources.push(Source::new(id, text.to_owned()));
            if let Some(name) = file.strip_suffix(".typ").filter(|name| !PIECES.contains(name)) {
                templates.push((name, id));
            }
        }
        let stock = Stock {
            library: LazyHash::new(<Library as LibraryExt>::default()),
            book: LazyHash::new(FontBook::from_fonts([&font])),
            font,
            sources,
        };
        let data_id = file_id(DATA_FILE).ok_or_else(|| unknown(DATA_FILE))?;
        Ok(Self { stock, instance, templates, data_id, forms: Forms::default() })
    }

    /// Prints `data` with the template of that name: `resident-record-copy` takes a [`ResidentRecordCopy`] or
    /// [`ResidentRecordCopies`], `item-certificate` an [`ItemCertificate`], `letter` a [`Letter`], `link-acceptance` a [`LinkAcceptance`], `listing` a
    /// [`Listing`], `tax-notice` a [`TaxNotice`] or [`TaxNotices`], `payment-slip` a [`PaymentSlips`].
    ///
    /// # Errors
    /// [`UnknownTemplate`](PressError::UnknownTemplate), [`DataTooLarge`](PressError::DataTooLarge),
    /// [`CodeTooLong`](PressError::CodeTooLong), [`CodeNotDigits`](PressError::CodeNotDigits), and [`Typeset`](PressError::Typeset) when the data has not the template's
    /// shape.
    pub fn render(&self, template: &str, data: &Value) -> Result<Pdf, PressError> {
        let found = self.templates.iter().find(|(name, _)| *name == template);
        let (name, id) = *found.ok_or_else(|| unknown(template))?;
        let mut drawn = data.clone();
        codes::draw(&mut drawn)?;
        let findings = coverage::uncovered_in(&self.instance, &drawn);
        match drawn.get_mut("sheets").and_then(Value::as_array_mut) {
            Some(sheets) => sheets.iter_mut().for_each(|sheet| prepare(name, sheet)),
            None => prepare(name, &mut drawn),
        }
        let bytes = serde_json::to_vec(&drawn).map_err(PressError::Data)?.len();
        if DATA_BYTES_MAX < bytes {
            return Err(PressError::DataTooLarge { bytes, max: DATA_BYTES_MAX });
        }
        let many = MANY.iter().find(|many| many.template == name && drawn.get("sheets").is_some());
        let filled = many.and_then(|many| self.filled(many, id, &drawn));
        // A filled sheet has no tags, so that a file of many has none.
        let is_tagged = !UNTAGGED.contains(&name) && many.is_none();
        let printed = filled
            .unwrap_or_else(|| self.typeset(id, &drawn))
            .and_then(|document| exported(&document, is_tagged));
        // Also after an error: what a failed document left behind is dropped like any other.
        typst::comemo::evict(REMEMBERED_DOCUMENTS);
        let (bytes, pages) =
            printed.map_err(|messages| PressError::Typeset { template: name.to_owned(), messages })?;
        Ok(Pdf { bytes, pages, findings })
    }

    fn typeset(&self, template: FileId, data: &Value) -> Result<PagedDocument, Vec<String>> {
        let json = serde_json::to_vec(data).map_err(|error| vec![error.to_string()])?;
        let job = Job { stock: &self.stock, template, data_id: self.data_id, data: Bytes::new(json) };
        typst::compile(&job).output.map_err(|errors| messages(&errors))
    }

    /// Many sheets, most of them filled into forms. `None`: the template takes all of them, and there are few or most would have to be
    /// typeset one by one, which takes longer than all of them together.
    fn filled(
        &self,
        many: &Many,
        template: FileId,
        data: &Value,
    ) -> Option<Result<PagedDocument, Vec<String>>> {
        let sheets = data.get("sheets")?.as_array()?;
        let pages_of = |sheet: &Value| -> Option<Vec<Page>> {
            Some(self.typeset(template, sheet).ok()?.pages().to_vec())
        };
        let filled = self.forms.fill(many, sheets, &self.instance, pages_of);
        if !many.is_alone && 2 * filled.iter().flatten().count() <= sheets.len() {
            return None;
        }
        let all = || -> Result<PagedDocument, Vec<String>> {
            // The title of the file comes from the first sheet.
            let first = sheets.first().ok_or_else(|| vec!["no sheet".to_owned()])?;
            let mut first = self.typeset(template, first)?;
            let mut pages = Vec::new();
            for (sheet, filled) in sheets.iter().zip(filled) {
                match filled {
                    Some(filled) => pages.extend(filled),
                    None => pages.extend(self.typeset(template, sheet)?.pages().to_vec()),
                }
            }
            Ok(PagedDocument::new(pages.into_iter().collect(), first.info_mut().clone()))
        };
        Some(all())
    }

    /// Prints a typed value with its own template.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn print<S: Sheet>(&self, sheet: &S) -> Result<Pdf, PressError> {
        self.render(S::TEMPLATE, &serde_json::to_value(sheet).map_err(PressError::Data)?)
    }

    /// The characters of `text` that would not be printed as written. Ask this where a name is entered, long before
    /// somebody waits for a certificate.
    pub fn uncovered(&self, text: &str) -> Vec<GlyphFinding> {
        coverage::uncovered(&self.instance, text)
    }
}

/// A [`Press`] that is opened when it is first needed, so that a program without the font starts and does all else.
#[derive(Default)]
pub struct LazyPress {
    font_dirs: Vec<PathBuf>,
    press: OnceLock<Press>,
}

impl LazyPress {
    /// Remembers where to look; nothing is read yet.
    pub fn new(font_dirs: Vec<PathBuf>) -> Self {
        Self { font_dirs, press: OnceLock::new() }
    }

    /// The press. After an error it is tried again at the next call: a font installed meanwhile is found.
    ///
    /// # Errors
    /// As [`Press::open`].
    pub fn get(&self) -> Result<&Press, PressError> {
        if let Some(press) = self.press.get() {
            return Ok(press);
        }
        // Two threads may both load it; the second copy is dropped, which is cheaper than holding a lock forever.
        let press = Press::open(&self.font_dirs)?;
        Ok(self.press.get_or_init(|| press))
    }
}

impl Sheet for ItemCertificate {
    const TEMPLATE: &'static str = "item-certificate";
}

impl Sheet for Letter {
    const TEMPLATE: &'static str = "letter";
}

impl Sheet for LinkAcceptance {
    const TEMPLATE: &'static str = "link-acceptance";
}

impl Sheet for Listing {
    const TEMPLATE: &'static str = "listing";
}

impl Sheet for PaymentSlips {
    const TEMPLATE: &'static str = "payment-slip";
}

impl Sheet for ResidentRecordCopy {
    const TEMPLATE: &'static str = "resident-record-copy";
}

impl Sheet for ResidentRecordCopies {
    const TEMPLATE: &'static str = "resident-record-copy";
}

impl Sheet for TaxNotice {
    const TEMPLATE: &'static str = "tax-notice";
}

impl Sheet for TaxNotices {
    const TEMPLATE: &'static str = "tax-notice";
}

fn exported(document: &PagedDocument, tagged: bool) -> Result<(Vec<u8>, usize), Vec<String>> {
    let creator = Smart::Custom(Some("Daicho".to_owned()));
    let options = PdfOptions { creator, tagged, ..PdfOptions::default() };
    let bytes = typst_pdf::pdf(document, &options).map_err(|errors| messages(&errors))?;
    Ok((bytes, document.pages().len()))
}

fn messages(errors: &[SourceDiagnostic]) -> Vec<String> {
    errors.iter().map(|error| error.message.to_string()).collect()
}

fn unknown(name: &str) -> PressError {
    PressError::UnknownTemplate { name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use typst::layout::{Abs, Frame, FrameItem, Point};
    use typst::visualize::ImageKind;

    use super::*;
    use crate::resident_record_copy::Cell;
    use crate::slip_samples;

    /// What a page shows, for comparing two of them: each glyph with its place, size and colour, everything else by its look.
    fn shown(pages: &[Page]) -> Vec<String> {
        let mut all = Vec::new();
        for (number, page) in pages.iter().enumerate() {
            show(number, &page.frame, Point::zero(), &mut all);
        }
        all.sort();
        all
    }

    fn show(page: usize, frame: &Frame, from: Point, all: &mut Vec<String>) {
        let place = |at: Point| format!("{page} {:.2} {:.2}", at.x.to_pt() + 1e-6, at.y.to_pt() + 1e-6);
        for (at, item) in frame.items() {
            let at = from + *at;
            match item {
                FrameItem::Group(group) => {
                    let moved = group.transform;
                    show(page, &group.frame, at + Point::new(moved.tx, moved.ty), all);
                }
                FrameItem::Text(text) => {
                    let mut x = Abs::zero();
                    for glyph in &text.glyphs {
                        let at = at + Point::with_x(x + glyph.x_offset.at(text.size));
                        all.push(format!("{} glyph {} {:?} {:?}", place(at), glyph.id, text.size, text.fill));
                        x += glyph.x_advance.at(text.size);
                    }
                }
                FrameItem::Shape(shape, _) => all.push(format!("{} {shape:?}", place(at))),
                FrameItem::Image(image, size, _) => {
                    let drawn =
                        if let ImageKind::Svg(svg) = image.kind() { svg.data().as_slice().len() } else { 0 };
                    all.push(format!("{} image {size:?} {drawn}", place(at)));
                }
                FrameItem::Tag(_) | FrameItem::Link(..) => {}
            }
        }
    }

    /// The press; without the font, which `cargo xtask packages` installs, a word that nothing was tested.
    fn opened() -> Option<Press> {
        let press = Press::open(&crate::font_dirs());
        press.inspect_err(|error| eprintln!("left out: {error}")).ok()
    }

    /// The pages as they are filled, and as the template alone makes them; how many sheets were filled.
    fn both<S: Sheet>(press: &Press, sheets: &[S]) -> (usize, Vec<Vec<String>>, Vec<Vec<String>>) {
        let many = MANY.iter().find(|many| many.template == S::TEMPLATE).unwrap();
        let template = press.templates.iter().find(|(name, _)| *name == S::TEMPLATE).unwrap().1;
        let sheets: Vec<Value> = sheets
            .iter()
            .map(|sheet| {
                let mut sheet = serde_json::to_value(sheet).unwrap();
                codes::draw(&mut sheet).unwrap();
                prepare(S::TEMPLATE, &mut sheet);
                sheet
            })
            .collect();
        let typeset = |sheet: &Value| press.typeset(template, sheet).unwrap().pages().to_vec();
        let filled = press.forms.fill(many, &sheets, &press.instance, |sheet| Some(typeset(sheet)));
        let count = filled.iter().flatten().count();
        let pairs = sheets.iter().zip(filled).filter_map(|(sheet, filled)| Some((filled?, typeset(sheet))));
        let (filled, plain) = pairs.map(|(filled, plain)| (shown(&filled), shown(&plain))).unzip();
        (count, filled, plain)
    }

    fn notice(slips: usize, name: &str, address: &str, plate: &str, yen: &str, payload: &str) -> TaxNotice {
        let mut notice = slip_samples::notice();
        notice.recipient.name = name.to_owned();
        notice.recipient.address = address.to_owned();
        notice.rows[0][0] = plate.to_owned();
        notice.rows[0][3] = yen.to_owned();
        notice.slips = (1..=slips).map(|at| slip_samples::slip(&format!("{at}期"))).collect();
        for slip in &mut notice.slips {
            slip.payer = name.to_owned();
            slip.amounts[0].yen = yen.to_owned();
            slip.total = yen.to_owned();
            slip.bar_code.as_mut().unwrap().payload = payload.to_owned();
        }
        notice
    }

    /// Copies of resident records of all kinds, blank or left out, of one person and of several.
    #[test]
    fn a_filled_copy_is_the_copy_the_template_makes() {
        let Some(press) = opened() else { return };
        type Change = fn(&mut ResidentRecordCopy);
        let alone = || {
            let mut copy = crate::samples::individual();
            copy.persons[0].nationality = crate::samples::japanese("", "", "", "", "").nationality;
            copy
        };
        let family = || {
            let mut copy = crate::samples::household();
            copy.specimen = false;
            copy.persons.remove(4);
            // Her whole name is set smaller, which makes a sheet of its own.
            copy.persons[1].name.text = "DELA CRUZ MARIA".to_owned();
            copy
        };
        #[rustfmt::skip]
        let cases: [(&str, Change, bool); 14] = [
            ("as it is", |_| {}, true),
            ("another name", |copy| copy.persons[0].name.text = "田中一".to_owned(), true),
            ("another reading", |copy| copy.persons[0].name.kana = Some("タナカ ハジメ".to_owned()), true),
            ("a long reading", |copy| copy.persons[0].name.kana = Some("カクウ".repeat(40)), false),
            ("a long name", |copy| copy.persons[0].name.text = "架空".repeat(40), false),
            ("a name of letters", |copy| copy.persons[0].name.text = "NGUYEN VAN AN".to_owned(), true),
            ("another number", |copy| copy.issue_number = "20251120 架空市 本庁2 プリンタ012 123456".to_owned(), true),
            ("blank", |copy| copy.persons[0].previous_address = Cell::Blank, true),
            ("left out", |copy| copy.persons[0].birth_date = Cell::Omitted, true),
            ("all blank", |copy| {
                let one = &mut copy.persons[0];
                for cell in [&mut one.birth_date, &mut one.sex, &mut one.relation, &mut one.address_since, &mut one.notified_on] {
                    *cell = Cell::Blank;
                }
            }, true),
            ("told", |copy| copy.persons[0].record_code = Cell::text("10000000009"), true),
            ("brackets", |copy| copy.address = Cell::text("架空市（飛地）一番"), false),
            ("without a reading", |copy| copy.persons[0].name.kana = None, false),
            ("a remark", |copy| copy.persons[0].remarks = vec!["令和8年1月31日に転出予定".to_owned()], false),
        ];
        for usual in [alone(), family()] {
            assert_eq!(both(&press, &vec![usual.clone(); 40]).0, 40, "{usual:?}");
            for (what, change, is_filled) in cases {
                let mut copy = usual.clone();
                change(&mut copy);
                let (count, filled, plain) = both(&press, &[copy]);
                assert_eq!(count == 1, is_filled, "{what} {usual:?}");
                assert_eq!(filled, plain, "{what} {usual:?}");
            }
        }
    }

    /// Names and numbers of all kinds. What is filled is what the template makes, glyph by glyph; what is not plain, or too
    /// long for its place, is not filled.
    #[test]
    fn a_filled_sheet_is_the_sheet_the_template_makes() {
        let Some(press) = opened() else { return };
        let long = "架空市".repeat(20);
        let code = slip_samples::PAYLOAD;
        let other = "91912345042026000000999901100026060100108009";
        #[rustfmt::skip]
        let cases: [(&str, &str, &str, &str, &str, bool); 14] = [
            ("渡邊\u{3000}𠮷之助\u{3000}様", "山梨県架空市東町二丁目3番4号", "山梨 580 あ 12-34", "10,800", code, true),
            ("葛\u{E0102}城花子 様", "山梨県架空市東町二丁目3番4号 コーポ髙橋 101号", "山梨 580 い 1", "2,000", other, true),
            ("Nguyen Van An 様", "山梨県架空市西町1-2-3", "架空 あ 1234", "0", code, true),
            ("架空市カクウ有限会社 様", "山梨県架空市西町1-2-3", "架空市 999", "123,456,789", code, false),
            ("田中 様", "山", "1", "12,345,678", other, true),
            ("一 様", "", "山梨 580 あ 12-34", "10,800", code, false),
            ("株式会社ー々 様", "架空市ａＢ１－２", "架空市 あ", "1", code, true),
            (long.as_str(), "山梨県架空市", "山梨 580 あ 12-34", "10,800", code, false),
            ("田中 様", long.as_str(), "山梨 580 あ 12-34", "10,800", code, false),
            ("田中（山田） 様", "山梨県架空市", "山梨 580 あ 12-34", "10,800", code, false),
            ("田中・山田 様", "山梨県架空市", "山梨 580 あ 12-34", "10,800", code, false),
            ("ガ\u{3099}田中 様", "山梨県架空市", "山梨 580 あ 12-34", "10,800", code, false),
            ("田中 様", "山梨県、架空市", "山梨 580 あ 12-34", "10,800", code, false),
            (" 田中 様", "山梨県架空市", "山梨 580 あ 12-34", "10,800", code, false),
        ];
        for slips in [1, 3] {
            // The press learns a form from what it has seen before.
            let usual: Vec<TaxNotice> = (0..40)
                .map(|_| notice(slips, cases[0].0, cases[0].1, cases[0].2, cases[0].3, code))
                .collect();
            assert_eq!(both(&press, &usual).0, 40);
            // With more slips only where they matter.
            for (name, address, plate, yen, payload, is_filled) in
                cases.into_iter().take(if slips == 1 { 14 } else { 3 })
            {
                let (count, filled, plain) =
                    both(&press, &[notice(slips, name, address, plate, yen, payload)]);
                assert_eq!(count == 1, is_filled, "{name} {address} {plate} {yen}");
                assert_eq!(filled, plain, "{name} {address} {plate} {yen}");
            }
        }
    }

    /// The same of whatever may stand in a name, an address or a plate; and what holds nothing but
    /// letters that stand side by side is filled, whoever it is.
    #[test]
    fn whatever_is_filled_is_what_the_template_makes() {
        let Some(press) = opened() else { return };
        let usual: Vec<TaxNotice> =
            (0..40).map(|_| notice(1, "田中 様", "架空市", "あ", "1", slip_samples::PAYLOAD)).collect();
        assert_eq!(both(&press, &usual).0, 40);
        let text = |most: usize| {
            format!("[ -~\u{3000}一-鿿ぁ-ゖァ-ヺー々（）・、0-9０-９\u{20000}-\u{20100}]{{1,{most}}}")
        };
        let (name, address) = (text(14), text(30));
        let anything = (name.as_str(), address.as_str(), "[ 0-9あ-ん一-丙-]{1,16}", Just(false));
        let simple = (
            "[あ-んア-ン東西南北上中下山川田村本木林森]{1,6}",
            "[あ-ん東西南北上中下山川町字]{1,12}",
            "[あ-ん]{1,4}",
            Just(true),
        );
        let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
        runner
            .run(
                &(prop_oneof![anything, simple], 0_u32..2_000_000),
                |((name, address, plate, is_simple), yen)| {
                    let one = notice(1, &name, &address, &plate, &yen.to_string(), slip_samples::PAYLOAD);
                    let (count, there, plain) = both(&press, &[one]);
                    prop_assert!(!is_simple || count == 1, "not filled");
                    prop_assert_eq!(there, plain);
                    Ok(())
                },
            )
            .unwrap();
    }
}
