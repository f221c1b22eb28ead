//! What the views are called that staff ask by SQL (EUC), and their columns: the same on every database.

use std::collections::BTreeSet;

use register::{Kind, hex};
use sha2::{Digest, Sha256};

/// Longest name of PostgreSQL; it cuts longer ones without a word, and two cut names may be one.
const NAME_BYTES_MAX: usize = 63;

/// The columns every view begins with: key, version, effective day, time of recording.
pub const LIST_FRONT: [&str; 4] = ["記録キー", "版番号", "適用日", "記録日時"];

/// The column every view ends with: the body as JSON, without sealed fields.
pub const LIST_BODY: &str = "記録内容";

/// A name every database keeps whole: a long one ends in digits of its hash instead.
pub fn short_name(text: &str) -> String {
    if text.len() <= NAME_BYTES_MAX {
        return text.to_owned();
    }
    let hash = hex(Sha256::digest(text.as_bytes()).get(..4).unwrap_or_default());
    let mut end = NAME_BYTES_MAX - 9;
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    format!("{}_{hash}", text.get(..end).unwrap_or_default())
}

/// The name of a kind's view: that of its table with `list_` in front instead of `current_`.
pub fn list_name(table: &str) -> String {
    short_name(&table.replacen("current_", "list_", 1))
}

/// The declared columns a view shows, with their titles. Sealed ones hold keyed hashes and are left out; a title that is
/// taken or empty gets the column's name behind it.
pub fn list_titles(kind: &Kind) -> Vec<(&'static str, String)> {
    let own = LIST_FRONT.into_iter().chain([LIST_BODY]);
    let mut taken: BTreeSet<String> = own.map(str::to_owned).collect();
    let shown = kind.columns.iter().filter(|column| !kind.is_sealed(column.name));
    shown
        .map(|column| {
            let mut title = short_name(column.title);
            if title.is_empty() || !taken.insert(title.clone()) {
                title = short_name(&format!("{} {}", column.title, column.name));
                taken.insert(title.clone());
            }
            (column.name, title)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use register::Column;

    use super::*;

    #[test]
    fn names_stay_whole_and_apart() {
        let long = "current_light_vehicle_tax__".repeat(3);
        for (text, whole) in [("current_a__b", true), (long.as_str(), false), (&"台".repeat(22), false)] {
            let name = short_name(text);
            assert!(name.len() <= NAME_BYTES_MAX, "{name}");
            assert_eq!(name == text, whole);
        }
        assert_ne!(short_name(&format!("{long}a")), short_name(&format!("{long}b")));
        assert_eq!(list_name("current_t__current_x"), "list_t__current_x");
    }

    #[test]
    fn every_column_has_a_title_of_its_own() {
        static KIND: Kind = Kind::new("t/a-b", "人").sealed(&["number"]).columns(&[
            Column::plain("a", "氏\"名"),
            Column::plain("b", "氏\"名"),
            Column::unique("number", "番号"),
            Column::plain("c", "版番号"),
            Column::plain("d", ""),
        ]);
        let wanted = [("a", "氏\"名"), ("b", "氏\"名 b"), ("c", "版番号 c"), ("d", " d")];
        assert_eq!(list_titles(&KIND), wanted.map(|(column, title)| (column, title.to_owned())));
    }
}
