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
use typst_pdf::PdfOptions;

use crate::codes;
use crate::coverage;
use crate::font;
use crate::world::{DATA_FILE, Job, Stock, file_id};
use crate::{
    GlyphFinding, ItemCertificate, Letter, LinkAcceptance, Listing, PaymentSlips, PressError,
    ResidentRecordCopy, TaxNotice, TaxNotices,
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
        Ok(Self { stock, instance, templates, data_id })
    }

    /// Prints `data` with the template of that name: `resident-record-copy` takes a [`ResidentRecordCopy`],
    /// `item-certificate` an [`ItemCertificate`], `letter` a [`Letter`], `link-acceptance` a [`LinkAcceptance`], `listing` a
    /// [`Listing`], `tax-notice` a [`TaxNotice`] or [`TaxNotices`], `payment-slip` a [`PaymentSlips`].
    ///
    /// # Errors
    /// [`UnknownTemplate`](PressError::UnknownTemplate), [`DataTooLarge`](PressError::DataTooLarge),
    /// [`CodeTooLong`](PressError::CodeTooLong), [`CodeNotDigits`](PressError::CodeNotDigits), and [`Typeset`](PressError::Typeset) when the data has not the template's
    /// shape.
    pub fn render(&self, template: &str, data: &Value) -> Result<Pdf, PressError> {
        let found = self.templates.iter().find(|(name, _)| *name == template);
        let (name, id) = *found.ok_or_else(|| unknown(template))?;
        let mut data = data.clone();
        codes::draw(&mut data)?;
        let json = serde_json::to_vec(&data).map_err(PressError::Data)?;
        if DATA_BYTES_MAX < json.len() {
            return Err(PressError::DataTooLarge { bytes: json.len(), max: DATA_BYTES_MAX });
        }
        let job = Job { stock: &self.stock, template: id, data_id: self.data_id, data: Bytes::new(json) };
        let printed = typeset(&job, !UNTAGGED.contains(&name));
        // Also after an error: what a failed document left behind is dropped like any other.
        typst::comemo::evict(REMEMBERED_DOCUMENTS);
        let (bytes, pages) =
            printed.map_err(|messages| PressError::Typeset { template: name.to_owned(), messages })?;
        Ok(Pdf { bytes, pages, findings: coverage::uncovered_in(&self.instance, &data) })
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

impl Sheet for TaxNotice {
    const TEMPLATE: &'static str = "tax-notice";
}

impl Sheet for TaxNotices {
    const TEMPLATE: &'static str = "tax-notice";
}

fn typeset(job: &Job<'_>, tagged: bool) -> Result<(Vec<u8>, usize), Vec<String>> {
    let document = typst::compile(job).output.map_err(|errors| messages(&errors))?;
    let creator = Smart::Custom(Some("Daicho".to_owned()));
    let options = PdfOptions { creator, tagged, ..PdfOptions::default() };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| messages(&errors))?;
    Ok((bytes, document.pages().len()))
}

fn messages(errors: &[SourceDiagnostic]) -> Vec<String> {
    errors.iter().map(|error| error.message.to_string()).collect()
}

fn unknown(name: &str) -> PressError {
    PressError::UnknownTemplate { name: name.to_owned() }
}
