//! Rows that the list itself takes back: 廃止, 連携要否 不要, struck through, hidden.

use crate::fold::{bracketed, folded, parts};
use crate::heading::{Item, Role};
use crate::sheet::Sheet;
use crate::vocabulary::{About, Sense};
use crate::{Question, QuestionKind};

impl Sheet<'_> {
    /// Whether a cell says that the row does not run (廃止, 未定): by itself, or with 予定 and 済. Names, data and who is
    /// in charge may hold the same words. So does a row struck through or hidden, and one that a column such as 連携要否 does
    /// not want.
    pub(crate) fn withdrawn(&self, index: usize, cells: &[String], doubts: &mut Vec<Question>) {
        const CHARS_MAX: usize = 8;
        let asked = |said: String| Question::new(QuestionKind::Withdrawn, said);
        if self.grid.struck.contains(&index) {
            let said = "行が取り消し線で消されているので、動かしていません。連携しますか。";
            doubts.push(asked(said.to_owned()));
        } else if self.grid.hidden.contains(&index) {
            let said = "表で非表示にされている行なので、動かしていません。連携しますか。";
            doubts.push(asked(said.to_owned()));
        }
        for (column, (role, cell)) in self.heading.roles.iter().zip(cells).enumerate() {
            let name = self.heading.name(column).replace('\n', "");
            let need = self.need(role, &name, cell);
            if need == Some(true) {
                continue;
            }
            if need == Some(false) {
                let said = format!("「{name}」に「{cell}」とあるので、動かしていません。連携しますか。");
                doubts.push(asked(said));
                continue;
            }
            // 暗号化 不要 says nothing of the row.
            let of_row = !matches!(role, Role::Item(Item::Aside));
            let exact = |text: &str| {
                let text = text.trim_start_matches(['※', '＊', '*']).trim_end_matches(['。', '．']).trim();
                let word = self.words.vocabulary.exact(About::Withdrawn, text);
                word.is_some_and(|word| word != "row" || of_row)
            };
            // Nor do those of other things that are wanted or not: 文字変換 不要.
            let names = matches!(
                role,
                Role::Item(
                    Item::No
                        | Item::Data
                        | Item::DataOut
                        | Item::DataIn
                        | Item::Route
                        | Item::File
                        | Item::Source
                        | Item::Target
                        | Item::Conversion
                        | Item::Charset
                        | Item::ExclusiveLock
                        | Item::Assurance
                )
            );
            let people = *role == Role::Item(Item::Aside)
                && self.words.vocabulary.sense(About::People, &name).is_some();
            if names || people || cell.is_empty() {
                continue;
            }
            let outer = bracketed(cell).map_or(cell.as_str(), |(outer, _)| outer);
            let guessed =
                self.words.vocabulary.sense(About::Withdrawn, cell) == Some(Sense::Guessed("anywhere"));
            let planned =
                cell.chars().count() <= CHARS_MAX && ["予定", "済"].iter().any(|word| cell.contains(word));
            let whole = exact(cell)
                || exact(outer)
                || parts(cell).iter().any(|part| exact(part))
                || (guessed && planned);
            if !whole && !guessed {
                if *role == Role::Item(Item::Need) {
                    let said = format!(
                        "「{name}」の「{cell}」が何を指すか分からないので、動かしていません。連携しますか。"
                    );
                    doubts.push(asked(said));
                }
                continue;
            }
            if whole {
                let said = format!("「{name}」に「{cell}」とあるので、動かしていません。連携しますか。");
                doubts.push(asked(said));
            } else {
                let said = format!("「{name}」に「{cell}」とあります。この行は今も使いますか。");
                doubts.push(Question::new(QuestionKind::Assumed, said));
            }
        }
    }

    /// Whether a cell of a column that asks for it wants the row: a column such as 連携要否, and of a scope (調達範囲) what
    /// says no in so many words. Where the column does not ask, or the cell is no such word, nothing.
    fn need(&self, role: &Role, name: &str, cell: &str) -> Option<bool> {
        match role {
            Role::Item(Item::Need) => {
                let outer = bracketed(cell).map_or(cell, |(outer, _)| outer);
                let word = |text: &str| self.words.vocabulary.exact(About::Need, text);
                Some(word(cell).or_else(|| word(outer))? == "yes")
            }
            // × below 調達範囲外 says that the row is within.
            Role::Item(Item::Scope) if !folded(name).contains('外') => {
                const NOT: [&str; 5] = ["対象外", "×", "✕", "不要", "否"];
                NOT.contains(&cell).then_some(false)
            }
            _ => None,
        }
    }
}
