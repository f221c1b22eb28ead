//! A charset of its own, or a charset with private characters, from one table.

use super::PackFile;
use super::read::{self, Report};
use crate::charset::{self, Charset};
use crate::cluster::Cluster;
use crate::code::Code;
use crate::gaiji::TableError;
use crate::jef::{Class, Reading};

/// A charset of a pack (SS明朝, XEK, a town's own).
#[derive(Clone, Debug)]
pub(crate) struct CodeTable {
    /// Its name, folded as charset names are.
    pub name: String,
    /// Name and hash of the files.
    pub version: String,
    /// The charset that has all codes that are not in the table, [`None`] if there are no others.
    pub base: Option<Charset>,
    pub readings: Vec<Reading>,
    pub writings: Vec<(Cluster, Code, Class)>,
    pub pairs: Vec<(char, char)>,
}

/// The value of a head line `#: key value`.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.trim_start_matches('\u{FEFF}')
        .lines()
        .take_while(|line| line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("#:"))
        .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix([' ', '\t', '=']))
        .map(str::trim)
}

/// The charset a file says it is the table of.
pub(super) fn head(text: &str) -> Option<&str> {
    value(text, "code")
}

pub(super) fn parse(main: PackFile<'_>, encode: Option<PackFile<'_>>) -> Result<CodeTable, Vec<TableError>> {
    let mut report = Report::new(main.name);
    let name = charset::fold(head(main.text).unwrap_or_default());
    match Charset::from_name(&name) {
        Ok(Charset::Pack(_)) => {}
        Ok(built_in) => report.say(1, format!("文字コード「{built_in}」は組み込みのものです")),
        Err(error) => report.say(1, error.to_string()),
    }
    let base = value(main.text, "base").filter(|base| *base != "none");
    let base = base.and_then(|base| match Charset::from_name(base) {
        Ok(charset @ (Charset::Pack(_) | Charset::Juki)) => {
            report.say(1, format!("base「{charset}」は土台にできません"));
            None
        }
        Ok(charset) => Some(charset.without_bom()),
        Err(error) => {
            report.say(1, error.to_string());
            None
        }
    });
    let readings = read::readings(main, &mut report);
    let fits = |code: &Code| match &base {
        None => code.as_double().is_some(),
        Some(base) if base.is_unicode() => private(*code).is_some(),
        Some(base) if base.is_host() => code.as_double().is_some_and(|code| 0x40 <= code.to_be_bytes()[0]),
        Some(_) => 2 <= code.bytes().len() && code.bytes().first().is_some_and(|lead| 0x80 < *lead),
    };
    for reading in readings.iter().filter(|reading| !fits(&reading.code)) {
        let rule = match &base {
            None => "2バイトではありません".to_owned(),
            Some(base) => format!("{base} の2バイト以上のコードではありません"),
        };
        report.say(1, format!("コード {} は{rule}", reading.code));
    }
    let mut errors = report.errors;
    let mut writings = Vec::new();
    if let Some(encode) = encode {
        let mut report = Report::new(encode.name);
        writings = read::writings(encode, &mut report);
        for (_, code, _) in writings.iter().filter(|(_, code, _)| !fits(code)) {
            report.say(1, format!("コード {code} は文字コード「{name}」に書けません"));
        }
        errors.extend(report.errors);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let texts = readings.iter().map(|reading| &reading.text);
    let pairs = read::pairs(writings.iter().map(|(cluster, ..)| cluster).chain(texts));
    Ok(CodeTable { name, version: String::new(), base, readings, writings, pairs })
}

/// The private scalar that a code of a Unicode charset is.
pub(crate) fn private(code: Code) -> Option<char> {
    let value = code.bytes().iter().fold(0_u32, |value, &byte| value << 8 | u32::from(byte));
    char::from_u32(value)
}
