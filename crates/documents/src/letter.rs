//! Letters of the office (通知): what is printed, already put into words.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::resident_record_copy::{Cell, Overflow};

/// A letter (通知書, 通知票, 照会書).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The title, such as 住民票コード通知票.
    pub title: String,
    /// Prints 「見本」 across every page.
    pub specimen: bool,
    /// To whom.
    pub recipient: Recipient,
    /// The day, as printed.
    pub date: String,
    /// Prefecture, municipality and office of the sender.
    pub office: String,
    /// Name of the mayor or of who acts for the mayor.
    pub name: String,
    /// Words in place of the seal (「公印省略」).
    pub seal_note: Option<String>,
    /// Paragraphs before the facts.
    pub opening: Vec<String>,
    /// What the letter tells.
    pub facts: Vec<LetterFact>,
    /// Paragraphs after the facts.
    pub closing: Vec<String>,
    /// Lines an answer is written on; none when no answer is asked for.
    pub reply: Vec<String>,
    /// Whom to ask; empty when nothing is set.
    pub contact: String,
    /// The issue number (発行番号), at the foot of every page.
    pub issue_number: String,
    /// Texts too long for their place (別紙).
    pub overflow: Vec<Overflow>,
}

/// To whom a letter goes, as it shows in the window of an envelope.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// 郵便番号 as printed; may be empty.
    pub postcode: String,
    /// Address on one line.
    pub address: String,
    /// Name with 様 or 御中.
    pub name: String,
}

/// One line of what a letter tells.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterFact {
    /// What it is.
    pub label: String,
    /// Its words.
    pub value: Cell,
}

// `Debug` shows no person: these values travel through logs of failed jobs.

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("title", &self.title)
            .field("issue_number", &self.issue_number)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient(..)")
    }
}

impl fmt::Debug for LetterFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LetterFact").field("label", &self.label).finish_non_exhaustive()
    }
}
