//! One view per kind for those who ask by SQL (EUC): Japanese names, open records only.

use std::collections::BTreeSet;

use register::{Fault, Kind};

use crate::conn::Conn;
use crate::error::OrSaid;
use crate::kinds::{KindSql, name};

/// Makes the view of a kind. Its name is that of the table with `list_` in front instead of `current_`.
///
/// Sealed columns hold keyed hashes and are left out; the body is there as JSON, with sealed fields sealed.
pub(crate) fn prepare(conn: &Conn, sql: &KindSql) -> Result<(), Fault> {
    conn.batch(&text(sql)).or_said("the view for queries cannot be made")
}

/// A view stands on its table's columns, so it goes before they change.
pub(crate) fn drop_text(sql: &KindSql) -> String {
    format!("DROP VIEW IF EXISTS {}", view(sql))
}

fn view(sql: &KindSql) -> String {
    name(&sql.shape.table.replacen("current_", "list_", 1))
}

fn text(sql: &KindSql) -> String {
    let (view, kind) = (view(sql), sql.shape.kind);
    let columns: String =
        titles(kind).iter().map(|(column, title)| format!(", \"{column}\" AS {}", quoted(title))).collect();
    format!(
        "CREATE VIEW {view} AS SELECT key AS \"記録キー\", version AS \"版番号\",
           effective_on::date AS \"適用日\", to_timestamp(recorded_us / 1000000.0) AS \"記録日時\"{columns},
           body::jsonb AS \"記録内容\" FROM {} WHERE NOT closed;
         COMMENT ON VIEW {view} IS '{}'",
        sql.table,
        kind.title.replace('\'', "''")
    )
}

/// The shown columns and their titles; one that is taken already gets the column's name behind it.
fn titles(kind: &Kind) -> Vec<(&'static str, String)> {
    let own = ["記録キー", "版番号", "適用日", "記録日時", "記録内容"];
    let mut taken: BTreeSet<String> = own.iter().map(|&title| title.to_owned()).collect();
    let shown = kind.columns.iter().filter(|column| !kind.is_sealed(column.name));
    shown
        .map(|column| {
            let mut title = name(column.title);
            if title.is_empty() || !taken.insert(title.clone()) {
                title = name(&format!("{} {}", column.title, column.name));
                taken.insert(title.clone());
            }
            (column.name, title)
        })
        .collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use register::Column;
    use store::Shape;

    use super::*;

    #[test]
    fn every_column_has_a_title_of_its_own() {
        static KIND: Kind = Kind::new("t/a-b", "人'台帳").sealed(&["number"]).columns(&[
            Column::plain("a", "氏\"名"),
            Column::plain("b", "氏\"名"),
            Column::unique("number", "番号"),
            Column::plain("c", "版番号"),
        ]);
        let sql = KindSql::new(Shape::new(&KIND).unwrap());
        let titles: Vec<_> = titles(&KIND);
        let wanted = [("a", "氏\"名"), ("b", "氏\"名 b"), ("c", "版番号 c")];
        assert_eq!(titles, wanted.map(|(column, title)| (column, title.to_owned())));
        let text = text(&sql);
        assert!(text.contains("CREATE VIEW list_t__a_b") && text.contains("\"a\" AS \"氏\"\"名\""), "{text}");
        assert!(text.contains("IS '人''台帳'"), "{text}");
    }
}
