//! Any list in the one shape this program writes.

use crate::words::{ARROWS, ASSURANCES, YES_NO, word_of};
use crate::{Direction, LinkList, LinkRow, ListKind};

impl LinkList {
    /// The rows in the general shape ([`ListKind::General`]), tab-separated (一覧を共通の様式で). Read again it gives the
    /// same links; what was assumed on reading is in it as if it had been printed.
    #[must_use]
    pub fn to_general_tsv(&self) -> String {
        let mut text = columns().collect::<Vec<_>>().join("\t") + "\n";
        for row in &self.rows {
            let cells = columns().map(|column| plain(&cell(row, column)));
            text.push_str(&cells.collect::<Vec<_>>().join("\t"));
            text.push('\n');
        }
        text
    }
}

/// The columns of the general shape: those a list of it must have, and the hour and day, which older ones lack.
pub(crate) fn columns() -> impl Iterator<Item = &'static str> {
    ListKind::General.columns().iter().copied().chain(["when"])
}

/// A cell without what would end it.
fn plain(cell: &str) -> String {
    cell.split(['\t', '\n', '\r'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The cell of a row in the general shape.
pub(crate) fn cell(row: &LinkRow, column: &str) -> String {
    let owned = |text: &str| text.to_owned();
    match column {
        "no" => owned(&row.no),
        "source" => owned(&row.source),
        "via" => owned(&row.via),
        "target" => owned(&row.target),
        // The ends are turned round already.
        "direction" => {
            let both = row.direction == Some(Direction::Both);
            owned(word_of(ARROWS, if both { Direction::Both } else { Direction::Out }))
        }
        "data" => owned(&row.data),
        "method" => row.method.map_or_else(String::new, |method| owned(method.word())),
        "timing" => row.timing.iter().map(|word| word.word()).collect::<Vec<_>>().join("・"),
        "extent" => row.extent.map_or_else(String::new, |extent| owned(extent.word())),
        "channel" => owned(&row.channel),
        "conversion" => match row.conversion {
            Some(true) => owned("有"),
            Some(false) => owned("無"),
            None => String::new(),
        },
        "charset" => owned(&row.charset),
        "volume_text" => row.volume.as_ref().map_or_else(String::new, |volume| owned(&volume.text)),
        "volume_max" => {
            row.volume.as_ref().and_then(|volume| volume.max).map_or_else(String::new, |max| max.to_string())
        }
        "volume_per" => row.volume.as_ref().map_or_else(String::new, |volume| owned(&volume.per)),
        "exclusive_lock" => row.exclusive_lock.map_or_else(String::new, |lock| owned(word_of(YES_NO, lock))),
        "delivery_assurance" => {
            row.delivery_assurance.map_or_else(String::new, |assurance| owned(word_of(ASSURANCES, assurance)))
        }
        "scope" => owned(&row.scope),
        "note" => owned(&row.note),
        "when" => owned(&row.when),
        _ => String::new(),
    }
}

/// The Japanese name of a column of the general shape.
pub(crate) fn item_title(column: &str) -> &'static str {
    match column {
        "no" => "番号",
        "source" => "送り元",
        "via" => "経由",
        "target" => "受け側",
        "direction" => "方向",
        "data" => "データ",
        "method" => "方式",
        "timing" => "時期",
        "extent" => "全件・差分",
        "channel" => "経路",
        "conversion" => "文字変換",
        "charset" => "文字コード",
        "volume_text" => "件数",
        "volume_max" => "最大件数",
        "volume_per" => "件数の単位",
        "exclusive_lock" => "排他制御",
        "delivery_assurance" => "到達保障",
        "scope" => "範囲",
        "when" => "時刻・日",
        _ => "備考",
    }
}
