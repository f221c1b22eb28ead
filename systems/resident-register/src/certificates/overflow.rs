//! Texts too long for their place (文字溢れ): A156 and the page they are printed on whole (別紙).
//!
//! A template shrinks a text to its least size and wraps it; what is longer than the place's lines hold is told here,
//! before it is printed, so that nothing on a form is cut or grows over the form.

use serde::Serialize;

use crate::desk::Desk;
use crate::rules::data::print_fit;

/// A place of a form, by how much it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Name,
    Kana,
    Address,
    Half,
    Cell,
}

impl Fit {
    /// Its row of the table.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kana => "kana",
            Self::Address => "address",
            Self::Half => "half",
            Self::Cell => "cell",
        }
    }
}

/// One text on the page of what did not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Over {
    pub(crate) no: usize,
    pub(crate) person: String,
    pub(crate) item: String,
    pub(crate) text: String,
}

/// Gathers what does not fit while a document is put into words.
#[derive(Debug, Default)]
pub(crate) struct Overflow {
    /// Print as much as fits before the reference; otherwise the reference alone.
    to_the_limit: bool,
    list: Vec<Over>,
}

impl Overflow {
    /// As the municipality has it set: `overflow_print` is `limit` or, otherwise, the place stays blank but for the
    /// reference.
    ///
    /// Source: 住民記録システム標準仕様書 5.8.
    pub(crate) fn new(desk: &Desk<'_>) -> Self {
        let to_the_limit = desk.context.municipality_text("overflow_print") == "limit";
        Self { to_the_limit, list: Vec::new() }
    }

    /// The text when it fits; otherwise a reference to the page it stands on whole.
    pub(crate) fn fit(&mut self, whose: &str, item: &str, place: Fit, text: &str) -> String {
        let max = print_fit(place.place()).saturating_mul(2);
        if width(text) <= max {
            return text.to_owned();
        }
        let no = self.list.len().saturating_add(1);
        self.list.push(Over { no, person: whose.to_owned(), item: item.to_owned(), text: text.to_owned() });
        let reference = format!("（別紙{no}）");
        if !self.to_the_limit {
            return reference;
        }
        let room = max.saturating_sub(width(&reference).saturating_add(2));
        format!("{}…{reference}", beginning(text, room))
    }

    /// Tells of each text that did not fit (A156) and yields the list.
    pub(crate) fn told(self, desk: &mut Desk<'_>) -> Vec<Over> {
        for one in &self.list {
            desk.alert(
                "A156",
                "",
                &one.item,
                format!("{}さんの{}は、紙面の欄に収まりません。", one.person, one.item),
                "全文は別紙に印字されます。紙面と別紙を確かめてください。",
            );
        }
        self.list
    }
}

/// Half-width units; a variation selector takes no room.
fn width(text: &str) -> usize {
    text.chars().map(units).sum()
}

fn units(c: char) -> usize {
    match c {
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => 0,
        c if c.is_ascii() => 1,
        _ => 2,
    }
}

/// The characters that fit from the start, none without its selector.
fn beginning(text: &str, room: usize) -> String {
    let mut used = 0_usize;
    text.chars()
        .take_while(|c| {
            used = used.saturating_add(units(*c));
            used <= room
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_is_printed_and_one_more_character_is_not() {
        let max = print_fit("cell");
        for (to_the_limit, text, printed) in [
            (false, "架".repeat(max), "架".repeat(max)),
            (false, "a".repeat(2 * max), "a".repeat(2 * max)),
            (false, "葛\u{E0102}".repeat(max), "葛\u{E0102}".repeat(max)),
            (false, "架".repeat(max + 1), "（別紙1）".to_owned()),
            (true, "架".repeat(max + 1), format!("{}…（別紙1）", "架".repeat(max - 6))),
            (true, "葛\u{E0102}".repeat(max + 1), format!("{}…（別紙1）", "葛\u{E0102}".repeat(max - 6))),
        ] {
            let mut overflow = Overflow { to_the_limit, list: Vec::new() };
            assert_eq!(overflow.fit("山田", "在留期間", Fit::Cell, &text), printed);
            // Whatever is printed, the whole text is somewhere.
            assert_eq!(overflow.list.iter().any(|one| one.text == text), printed != text);
        }
    }

    #[test]
    fn every_place_stands_in_the_table() {
        for place in [Fit::Name, Fit::Kana, Fit::Address, Fit::Half, Fit::Cell] {
            assert!(0 < print_fit(place.place()), "{place:?}");
        }
    }
}
