//! The kinds of letters (通知) and their words, compiled in from `standards/codes/resident-register/letters.tsv`.

use serde::Serialize;
use system::Choice;

use super::overflow::Over;
use crate::copy::Cell;
use crate::rules::Limit;

const LETTERS: &str = include_str!("../../../../standards/codes/resident-register/letters.tsv");

/// A kind of letter.
///
/// Source: 住民記録システム標準仕様書 20.4, 20.5, 4.0.5, 4.1.0.3, 4.1.3.1.4, 4.2.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LetterKind {
    /// 住民票コード通知票.
    CodeNotice,
    /// 住民票コード変更通知票.
    CodeChange,
    /// 住民票コード修正通知票.
    CodeCorrection,
    /// 住民異動届受理通知書.
    MovementAccepted,
    /// 世帯主変更通知書.
    HeadChanged,
    /// 世帯主変更依頼通知書.
    HeadRequest,
    /// 職権記載等通知書.
    ExOfficio,
    /// 転入通知未着照会書.
    MoveInInquiry,
    /// 支援措置期間終了通知書.
    SupportEnding,
}

impl LetterKind {
    pub(crate) const ALL: [Self; 9] = [
        Self::CodeNotice,
        Self::CodeChange,
        Self::CodeCorrection,
        Self::MovementAccepted,
        Self::HeadChanged,
        Self::HeadRequest,
        Self::ExOfficio,
        Self::MoveInInquiry,
        Self::SupportEnding,
    ];

    /// The code of the form and the table.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::CodeNotice => "code-notice",
            Self::CodeChange => "code-change",
            Self::CodeCorrection => "code-correction",
            Self::MovementAccepted => "movement-accepted",
            Self::HeadChanged => "head-changed",
            Self::HeadRequest => "head-request",
            Self::ExOfficio => "ex-officio",
            Self::MoveInInquiry => "move-in-inquiry",
            Self::SupportEnding => "support-ending",
        }
    }

    pub(crate) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The title as printed and as the history of issuance calls it.
    pub(crate) fn title(self) -> &'static str {
        self.part("title").next().unwrap_or_default()
    }

    /// 様 or 御中.
    pub(crate) fn honorific(self) -> &'static str {
        self.part("honorific").next().unwrap_or("様")
    }

    /// The paragraphs of a part.
    pub(crate) fn paragraphs(self, part: &str) -> Vec<String> {
        let days = Limit::MoveInNotice.value().to_string();
        let months = Limit::SupportLead.value().to_string();
        self.part(part).map(|text| text.replace("{days}", &days).replace("{months}", &months)).collect()
    }

    fn part(self, wanted: &str) -> impl Iterator<Item = &'static str> {
        LETTERS.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| {
            let mut cells = line.split('\t');
            let (kind, part) = (cells.next()?, cells.next()?);
            cells.next().filter(|_| kind == self.code() && part == wanted)
        })
    }
}

/// The kinds as choices.
pub(crate) fn kinds() -> Vec<Choice> {
    LetterKind::ALL
        .into_iter()
        .map(|kind| Choice { code: kind.code().to_owned(), label: kind.title().to_owned() })
        .collect()
}

/// The data of the template `letter`.
#[derive(Serialize)]
pub(crate) struct Letter {
    pub(crate) title: &'static str,
    pub(crate) specimen: bool,
    pub(crate) recipient: Recipient,
    pub(crate) date: String,
    pub(crate) office: String,
    pub(crate) name: String,
    pub(crate) seal_note: Option<String>,
    pub(crate) opening: Vec<String>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) closing: Vec<String>,
    pub(crate) reply: Vec<String>,
    pub(crate) contact: String,
    pub(crate) overflow: Vec<Over>,
}

/// To whom, as it shows in the window of an envelope.
#[derive(Serialize)]
pub(crate) struct Recipient {
    pub(crate) postcode: String,
    pub(crate) address: String,
    pub(crate) name: String,
}

#[derive(Serialize)]
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: Cell,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_title_and_words() {
        for kind in LetterKind::ALL {
            assert!(!kind.title().is_empty(), "{kind:?}");
            assert!(!kind.paragraphs("opening").is_empty() && !kind.paragraphs("closing").is_empty());
            assert_eq!(LetterKind::of_code(kind.code()), Some(kind));
        }
        let words: String = LetterKind::ALL.into_iter().flat_map(|kind| kind.paragraphs("closing")).collect();
        assert!(!words.contains('{') && words.contains("14日以内"), "{words}");
        for line in LETTERS.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert!(LetterKind::of_code(cells[0]).is_some() && 3 <= cells.len(), "{line}");
            assert!(["title", "honorific", "opening", "closing", "reply"].contains(&cells[1]), "{line}");
        }
    }
}
