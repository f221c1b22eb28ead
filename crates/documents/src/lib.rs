#![doc = include_str!("../README.md")]

mod batch;
mod brackets;
mod codes;
mod coverage;
mod error;
mod font;
mod form;
pub mod item_certificate;
pub mod letter;
pub mod link_acceptance;
pub mod listing;
mod press;
pub mod resident_record_copy;
pub mod tax_notice;
mod world;

pub use codes::{Code, CodeKind};
pub use coverage::{GlyphFinding, GlyphFindingKind};
pub use error::PressError;
pub use font::{FONT_DIRS_VARIABLE, FONT_PACKAGE, font_dirs};
pub use item_certificate::ItemCertificate;
pub use letter::Letter;
pub use link_acceptance::LinkAcceptance;
pub use listing::Listing;
pub use press::{DATA_BYTES_MAX, LazyPress, Pdf, Press, Sheet};
pub use resident_record_copy::{ResidentRecordCopies, ResidentRecordCopy};
pub use tax_notice::{PaymentSlips, TaxNotice, TaxNotices};

#[cfg(test)]
extern crate self as documents;
#[cfg(test)]
#[path = "../tests/it/samples.rs"]
mod samples;
#[cfg(test)]
#[path = "../tests/it/slip_samples.rs"]
mod slip_samples;
