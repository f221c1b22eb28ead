//! Tax notices with their slips (納税通知書兼納付書), and slips alone (納付書): what is printed, already put into words.
//!
//! Which levy is told to whom, whether a slip has a bar code, and every word is decided before.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Code;
use crate::letter::Recipient;
use crate::listing::ListingColumn;

/// A tax notice (納税通知書): what is taxed and why above, the first slip below, further slips on pages of their own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxNotice {
    /// The title, such as 軽自動車税（種別割）納税通知書.
    pub title: String,
    /// Prints 「見本」 across every page.
    pub specimen: bool,
    /// To whom, as it shows in the window of an envelope.
    pub recipient: Recipient,
    /// The day, as printed.
    pub date: String,
    /// Prefecture and municipality; the slips name its treasurer (会計管理者).
    pub office: String,
    /// Office and name of the mayor.
    pub name: String,
    /// Words in place of the seal (「公印省略」).
    pub seal_note: Option<String>,
    /// Paragraphs under the title.
    pub opening: Vec<String>,
    /// What holds for the whole notice, two to a line.
    pub facts: Vec<NoticeFact>,
    /// The columns of the table of what is taxed (課税明細); none for no table.
    pub columns: Vec<ListingColumn>,
    /// One text for each column.
    pub rows: Vec<Vec<String>>,
    /// How to object (教示), how to pay.
    pub notes: Vec<String>,
    /// Whom to ask; empty when nothing is set.
    pub contact: String,
    /// One for each instalment.
    pub slips: Vec<Slip>,
    /// The issue number (発行番号), at the head of every page.
    pub issue_number: String,
}

/// Many notices in one file, each beginning on a page of its own. What they share, the font above all, is in the file once:
/// a page takes a tenth of the room it takes alone. Sheets of one form are typeset once and filled, which takes a tenth of the
/// time (`cargo bench -p documents -- notices`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxNotices {
    /// The notices in the order they are printed.
    pub sheets: Vec<TaxNotice>,
}

/// Payment slips alone (納付書), with the recipient and notes above the first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentSlips {
    /// The title, such as 納付書（再発行）.
    pub title: String,
    /// Prints 「見本」 across every page.
    pub specimen: bool,
    /// To whom.
    pub recipient: Recipient,
    /// The day, as printed.
    #[serde(default)]
    pub date: String,
    /// Prefecture and municipality; the slips name its treasurer (会計管理者).
    #[serde(default)]
    pub office: String,
    /// Sentences above the first slip.
    pub notes: Vec<String>,
    /// Whom to ask; empty when nothing is set.
    #[serde(default)]
    pub contact: String,
    /// The slips.
    pub slips: Vec<Slip>,
    /// The issue number (発行番号), at the head of every page.
    pub issue_number: String,
}

/// One fact of a notice.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeFact {
    /// What it is.
    pub label: String,
    /// Its words.
    pub value: String,
}

/// A slip in three parts: 領収証書 for the payer, 納付書 for who takes the money, 領収済通知書 for the municipality.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// The heading of the part in the middle, such as 納付書.
    pub caption: String,
    /// The tax (税目).
    pub tax: String,
    /// The fiscal year, as printed.
    pub year: String,
    /// 通知書番号.
    pub notice_no: String,
    /// The instalment (期別), as printed.
    pub instalment: String,
    /// 宛名番号.
    pub addressee_no: String,
    /// Who pays, with 様.
    pub payer: String,
    /// What is paid, part by part.
    pub amounts: Vec<SlipAmount>,
    /// The sum in yen; commas are left out in the boxes.
    pub total: String,
    /// The last day of payment (納期限), as printed.
    pub due: String,
    /// The code a shop reads; `None` for a slip that shops do not take.
    pub bar_code: Option<Code>,
    /// What stands in place of a bar code.
    pub bar_code_note: String,
}

/// One line of digits on a slip.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipAmount {
    /// 税額, 督促手数料, 延滞金.
    pub label: String,
    /// Yen; commas are left out in the boxes.
    pub yen: String,
}

// `Debug` shows no person: these values travel through logs of failed jobs.

impl fmt::Debug for TaxNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaxNotice")
            .field("title", &self.title)
            .field("issue_number", &self.issue_number)
            .field("slips", &self.slips.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TaxNotices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaxNotices").field("sheets", &self.sheets.len()).finish()
    }
}

impl fmt::Debug for PaymentSlips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentSlips")
            .field("title", &self.title)
            .field("issue_number", &self.issue_number)
            .field("slips", &self.slips.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NoticeFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoticeFact").field("label", &self.label).finish_non_exhaustive()
    }
}

impl fmt::Debug for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slip").field("tax", &self.tax).finish_non_exhaustive()
    }
}

impl fmt::Debug for SlipAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlipAmount").field("label", &self.label).finish_non_exhaustive()
    }
}
