//! Layouts that files are read and written by: every form and every way a charset is built, with an item of every kind.

use std::sync::LazyLock;

use layout::{Layout, Plan};
use moji::Unmappable;

/// What stands beside a layout.
pub fn beside(name: &str) -> Result<String, String> {
    match name {
        "sex.tsv" => Ok("1\tM\n2\tF\n9\tF\n".to_owned()),
        "fields.tsv" => {
            Ok("no\titem\tname\ttype\tbytes\n1\t番号\tno\t9\t4\n2\t氏名\tname\tN\t6\n".to_owned())
        }
        "gaiji.tsv" => Ok("𠮷\t80A1\n".to_owned()),
        _ => Err("none".to_owned()),
    }
}

/// The items a row has, in order.
pub const ITEMS: [&str; 11] = ["x", "n", "m", "k", "w", "d", "p", "day", "era", "sex", "z"];

/// Every plan there is.
pub fn plans() -> &'static [Plan] {
    static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| {
        let fixed = ["JEF/EBCDIC", "IBM-930", "MS932", "EUC-JP", "UTF-8", "UTF-16LE", "UCS-4"].map(fixed);
        let forms = ["csv", "tsv", "jsonl", "xml"];
        let charsets = ["UTF-8", "UTF-16", "MS932"];
        let texts = forms.iter().flat_map(|form| charsets.map(|charset| text(form, charset)));
        fixed.into_iter().chain(texts).map(|file| plan(&file)).collect()
    });
    &PLANS
}

fn plan(file: &str) -> Plan {
    let layout = Layout::parse_with(file, "f.toml", &mut beside).unwrap();
    layout.compile(&ITEMS, Unmappable::Substitute, crate::tables()).unwrap()
}

/// A header and a trailer with counts around two kinds of detail records.
fn fixed(charset: &str) -> String {
    let unit = match charset {
        "UTF-16LE" => 2,
        "UCS-4" => 4,
        _ => 1,
    };
    let newline = if unit == 1 { "lf" } else { "none" };
    let bytes = |count: usize| count * unit;
    let (mark, twelve, count) = (bytes(1), bytes(12), bytes(8));
    format!(
        r#"form = "fixed"
charset = "{charset}"
newline = "{newline}"
widen = true
[[record]]
name = "head"
role = "header"
fields = [
  {{ name = "mark", type = "X", bytes = {mark}, literal = "1" }},
  {{ name = "date", type = "9", bytes = {count}, fact = "date", format = "yyyymmdd" }},
  {{ name = "rest", type = "X", bytes = {}, literal = "" }},
]
[[record]]
name = "person"
role = "detail"
fields = [
  {{ name = "mark", type = "X", bytes = {mark}, literal = "2" }},
  {{ name = "x", type = "X", bytes = {twelve} }},
  {{ name = "n", type = "N", bytes = 24, overflow = "truncate" }},
  {{ name = "m", type = "M", bytes = {}, justify = "right" }},
  {{ name = "day", type = "9", bytes = {count}, format = "yyyymmdd", unknown = "zero" }},
  {{ name = "sex", type = "X", bytes = {mark}, codes = "sex.tsv" }},
]
[[record]]
name = "money"
role = "detail"
fields = [
  {{ name = "mark", type = "X", bytes = {mark}, literal = "3" }},
  {{ name = "k", type = "K", bytes = {} }},
  {{ name = "w", type = "W", bytes = 24 }},
  {{ name = "d", type = "9", bytes = {} }},
  {{ name = "p", type = "P", digits = 7, decimals = 2 }},
  {{ name = "era", type = "X", bytes = {}, format = "wareki-letter" }},
  {{ name = "rest", type = "X", bytes = {}, literal = "" }},
]
[[record]]
name = "tail"
role = "trailer"
fields = [
  {{ name = "mark", type = "X", bytes = {mark}, literal = "9" }},
  {{ name = "count", type = "9", bytes = {count}, fact = "row_count" }},
  {{ name = "sum", type = "9", bytes = {count}, total = "d" }},
  {{ name = "rest", type = "X", bytes = {}, literal = "" }},
]
"#,
        // Each kind fills a record of 24 bytes and 42 characters.
        24 + bytes(33),
        bytes(20),
        bytes(16),
        bytes(9),
        bytes(7),
        bytes(9) - 4,
        24 + bytes(25),
    )
}

fn text(form: &str, charset: &str) -> String {
    format!(
        r#"form = "{form}"
charset = "{charset}"
detail = [
  {{ name = "x", type = "X" }},
  {{ name = "n", type = "N" }},
  {{ name = "m", type = "M", chars_max = 30, overflow = "truncate" }},
  {{ name = "k", type = "K" }},
  {{ name = "w", type = "W" }},
  {{ name = "d", type = "9" }},
  {{ name = "p", type = "S9", digits = 7, decimals = 2 }},
  {{ name = "day", type = "9", format = "yyyymmdd", unknown = "zero" }},
  {{ name = "era", type = "X", format = "wareki-letter" }},
  {{ name = "sex", type = "T", codes = "sex.tsv" }},
  {{ name = "z", type = "S9", decimals = 1 }},
]
"#
    )
}

/// A record as it is compared: number, offset, whether it is good, values or rules.
pub fn shown(plan: &Plan, pieces: &[&[u8]]) -> Vec<String> {
    let (mut reader, mut records) = (plan.reader(), Vec::new());
    for (at, piece) in pieces.iter().enumerate() {
        let (mut input, last) = (*piece, at + 1 == pieces.len());
        while let Some(record) = reader.read(&mut input, last) {
            records.push(match record {
                layout::Record::Good(good) => {
                    let values: Vec<&str> = good.iter().map(|(_, value)| value).collect();
                    format!("{} {} {:?} {:?}", good.number, good.offset, good.bytes, values)
                }
                layout::Record::Bad(bad) => {
                    assert!(!bad.errors.is_empty());
                    let errors: Vec<String> = bad.errors.iter().map(ToString::to_string).collect();
                    format!("{} {} {:?} {errors:?}", bad.number, bad.offset, bad.bytes)
                }
            });
        }
        assert!(input.is_empty());
    }
    records
}

#[test]
fn plans_compile() {
    assert_eq!(plans().len(), 19);
}
