//! From the file to the layout: every rule a layout must keep, all breaches reported at once.

mod field;
mod head;
mod records;
mod tree;

use std::sync::Arc;

use crate::error::LayoutError;
use crate::model::Layout;

use tree::{Node, Table, Tree};

/// Gives the text of a file beside the layout (外字表, コード表, 項目表), or says in Japanese why it cannot.
pub type Beside<'a> = dyn FnMut(&str) -> Result<String, String> + 'a;

impl Layout {
    /// Reads a layout file (レイアウト定義) that needs no other files, and checks it. `file_name` is for messages only.
    ///
    /// # Errors
    /// Every [`LayoutError`] found, in the order of the file.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, Vec<LayoutError>> {
        Self::parse_with(text, file_name, &mut |_| Err("この場所からは他のファイルを読めません".to_owned()))
    }

    /// As [`parse`](Self::parse); `beside` gives the files the layout names: tables of fields, code lists, the table of
    /// user-defined characters.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), errors of those files included.
    pub fn parse_with(
        text: &str,
        file_name: &str,
        beside: &mut Beside<'_>,
    ) -> Result<Self, Vec<LayoutError>> {
        let file: Arc<str> = file_name.into();
        let mut checker = Checker { file: file.clone(), beside, errors: Vec::new() };
        match tree::from_toml(&file, text.trim_start_matches('\u{FEFF}')) {
            Ok(head) => {
                let layout = checker.layout(&head);
                if checker.errors.is_empty() { Ok(layout) } else { Err(checker.errors) }
            }
            Err(errors) => {
                for (line, rule) in errors {
                    checker.report(&file, line, "", rule);
                }
                Err(checker.errors)
            }
        }
    }
}

struct Checker<'a> {
    file: Arc<str>,
    beside: &'a mut Beside<'a>,
    errors: Vec<LayoutError>,
}

/// Other words for a key.
const ALIASES: [(&str, &str); 3] = [("start_byte", "start"), ("bytes", "length"), ("charset", "encoding")];

/// One table of the file, with the item it describes, for messages.
#[derive(Clone, Copy)]
struct Keys<'t> {
    table: &'t Table,
    item: &'t str,
}

impl<'t> Keys<'t> {
    fn get(self, key: &str) -> Option<&'t Node> {
        self.table.get(key).or_else(|| {
            let (_, alias) = ALIASES.iter().find(|(known, _)| *known == key)?;
            self.table.get(alias)
        })
    }

    fn line(self, key: &str) -> usize {
        self.get(key).map_or(self.table.line, |node| node.line)
    }
}

impl Checker<'_> {
    fn report(&mut self, file: &str, line: Option<usize>, item: &str, rule: String) {
        self.errors.push(LayoutError { file: file.to_owned(), line, item: item.to_owned(), rule });
    }

    fn report_at(&mut self, keys: Keys<'_>, key: &str, rule: String) {
        self.report(&keys.table.file, Some(keys.line(key)), keys.item, rule);
    }

    /// Complains of keys nobody knows: a slip of the keyboard must not pass for a default.
    fn only(&mut self, keys: Keys<'_>, known: &[&str]) {
        for (key, node) in &keys.table.entries {
            let alias = ALIASES.iter().any(|(of, alias)| alias == key && known.contains(of));
            if !alias && !known.contains(&key.as_str()) {
                let rule = format!("キー「{key}」は使えません（使えるのは {}）", known.join(", "));
                self.report(&keys.table.file, Some(node.line), keys.item, rule);
            }
        }
    }

    /// A text; numbers and yes or no are texts too.
    fn text(&mut self, keys: Keys<'_>, key: &str) -> Option<String> {
        match &keys.get(key)?.value {
            Tree::Text(text) => Some(text.clone()),
            Tree::List(_) | Tree::Table(_) => {
                self.report_at(keys, key, format!("{key} は文字列で書きます"));
                None
            }
        }
    }

    fn whole(&mut self, keys: Keys<'_>, key: &str) -> Option<usize> {
        let text = self.text(keys, key)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.report_at(keys, key, format!("{key}「{text}」は0以上の整数ではありません"));
        }
        number
    }

    fn flag(&mut self, keys: Keys<'_>, key: &str) -> Option<bool> {
        let text = self.text(keys, key)?;
        match text.to_lowercase().as_str() {
            "true" | "yes" | "○" | "〇" | "必須" => Some(true),
            "false" | "no" | "" | "－" | "-" => Some(false),
            _ => {
                self.report_at(keys, key, format!("{key}「{text}」は true でも false でもありません"));
                None
            }
        }
    }

    /// One of some words; [`None`] if it does not stand there or is none of them. Capitals do not matter.
    fn choose<T: Clone>(&mut self, keys: Keys<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let word = self.text(keys, key).filter(|word| !word.is_empty())?;
        let found = words.iter().find(|(known, _)| known.eq_ignore_ascii_case(&word));
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
            self.report_at(keys, key, format!("{key}「{word}」は {} のどれでもありません", known.join(", ")));
        }
        found.map(|(_, value)| value.clone())
    }

    /// The text of a file beside the layout.
    fn file_beside(&mut self, keys: Keys<'_>, key: &str, name: &str) -> Option<String> {
        match (self.beside)(name) {
            Ok(text) => Some(text),
            Err(why) => {
                self.report_at(keys, key, format!("{key} のファイル「{name}」が読めません（{why}）"));
                None
            }
        }
    }
}
