use std::collections::BTreeMap;

use crate::Problem;
use crate::fold::folded;
use crate::table::Table;

/// What a word in the character-code column of a list means (文字コードの言葉).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharsetWord {
    /// Identifier of the charset, such as `utf-16` or `jef-ebcdic`.
    pub charset: String,
    /// True when a conversion table for it comes with the program.
    pub convertible: bool,
}

/// The words lists use for charsets (文字コードの言葉の一覧).
#[derive(Debug, Clone, Default)]
pub struct Charsets {
    words: BTreeMap<String, CharsetWord>,
}

impl Charsets {
    /// Reads `charset_words.tsv`: `word`, `charset`, `convertible` (yes or no), `remark`.
    ///
    /// A row that cannot be read is a [`Problem`]; the rest is loaded.
    #[must_use]
    pub fn parse(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let mut table = Table::read(file, text);
        let mut charsets = Self::default();
        if !table.demand(&["word", "charset", "convertible"]) {
            return (charsets, table.problems);
        }
        for row in std::mem::take(&mut table.rows) {
            let (word, charset) = (table.cell(&row, "word"), table.cell(&row, "charset"));
            let convertible = table.cell(&row, "convertible");
            let fault = if word.is_empty() || charset.is_empty() {
                Some(("word", "言葉または文字コードが空です".to_owned()))
            } else if !matches!(convertible, "yes" | "no") {
                Some(("convertible", format!("「{convertible}」は yes でも no でもありません")))
            } else if charsets.words.contains_key(&key(word)) {
                Some(("word", format!("「{word}」が2度あります")))
            } else {
                None
            };
            if let Some((column, what)) = fault {
                let problem = table.at(&row, column, what).remedy("行を直してください");
                table.leave_out(&row, vec![problem]);
                continue;
            }
            let entry = CharsetWord { charset: charset.to_owned(), convertible: convertible == "yes" };
            charsets.words.insert(key(word), entry);
        }
        (charsets, table.problems)
    }

    /// What a word of a list means, however it is spelled: width, case, spaces, hyphens and underscores make no difference.
    /// `None` for a word nobody has explained.
    #[must_use]
    pub fn get(&self, word: &str) -> Option<&CharsetWord> {
        self.words.get(&key(word))
    }
}

/// A word as it is compared.
fn key(word: &str) -> String {
    folded(word).replace(['-', '_', '‐', '－'], "")
}
