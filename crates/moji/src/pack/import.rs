//! Published mapping tables made into packs: those of the jef4j project (CC0-1.0) and of the same shape.

mod table;

use super::read::Report;
use crate::charset::{self, Charset};
use crate::cluster::{Cluster, is_selector, is_voiced_mark};
use crate::code::Code;
use crate::gaiji::TableError;

/// One row of a published mapping table (対応表), as its file has it: a pair of a code and a character. What a row does
/// not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappingRow {
    /// The line of the file, from 1.
    pub line: usize,
    /// Under which name the file has the code: `jef`, `keis`, `code`, ….
    pub key: String,
    /// The code in hex.
    pub code: String,
    /// The character in hex; `FFFD` says that Unicode has none.
    pub unicode: String,
    /// A combining voiced mark behind it, in hex.
    pub sp: String,
    /// A variation selector of the collection Hanyo-Denshi or Moji_Joho, in hex.
    pub hd: String,
    /// A variation selector of the collection Adobe-Japan1, in hex.
    pub aj1: String,
    /// How the character looks.
    pub text: String,
    /// Words about the pair: `encode_only`, `decode_only`, `cjk_ci` (a compatibility ideograph), `irreversible` or `oneway`
    /// (the character is rather written with another code), `substitution` (the glyph is only near).
    pub options: Vec<String>,
}

/// What a mapping table became (変換表の取り込み).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Name of its charset, such as `JEF` or `KEIS78`.
    pub charset: String,
    /// The files of the pack: name and text.
    pub files: Vec<(String, String)>,
    /// How many codes have a character.
    pub codes: usize,
    /// What was put right or left out, in Japanese, for a person to look at.
    pub remarks: Vec<String>,
}

/// Makes a mapping table into the files of a pack. `name` is the file's, for messages and, unless `charset` is given or
/// the code's key says it, for the charset.
///
/// # Errors
/// A [`TableError`] for each row that cannot be read, or one for the whole: a table of single bytes is refused.
pub fn import(name: &str, rows: &[MappingRow], charset: Option<&str>) -> Result<Imported, Vec<TableError>> {
    let mut report = Report::new(name);
    let Some(MappingRow { key, .. }) = rows.first() else {
        report.say(1, "変換の組が一つもありません");
        return Err(report.errors);
    };
    let mut mappings = Vec::with_capacity(rows.len());
    for row in rows {
        if row.key != *key {
            report.say(row.line, format!("コードの項目名「{}」が1件目（{key}）と違います", row.key));
        }
        match mapping(row) {
            Ok(mapping) => mappings.push(mapping),
            Err(rule) => report.say(row.line, rule),
        }
    }
    if mappings.iter().all(|mapping| mapping.code.as_single().is_some()) && report.errors.is_empty() {
        report.say(
            1,
            "1バイトの表はパックにできません（EBCDICなど1バイトのコード表は組み込みのものを使います）",
        );
    } else {
        for mapping in mappings.iter().filter(|mapping| mapping.code.as_double().is_none()) {
            report.say(mapping.line, format!("コード {} は2バイトではありません", mapping.code));
        }
    }
    match charset_name(name, key, charset) {
        Ok(charset) if report.errors.is_empty() => Ok(table::assemble(&charset, &mappings)),
        Ok(_) => Err(report.errors),
        Err(rule) => {
            report.say(1, rule);
            Err(report.errors)
        }
    }
}

/// A row that was read.
#[derive(Clone, Debug)]
struct Mapping {
    line: usize,
    code: Code,
    /// [`None`]: Unicode has no such character.
    text: Option<Cluster>,
    moji_joho: Option<char>,
    adobe_japan1: Option<char>,
    /// How the character looks, for comparing.
    sample: String,
    decode_only: bool,
    encode_only: bool,
    /// Not the code that the bare character is written with, if another row claims it.
    one_way: bool,
    /// A compatibility ideograph beside the row of its base.
    compatibility: bool,
    /// The glyph is only near.
    approximate: bool,
}

fn mapping(row: &MappingRow) -> Result<Mapping, String> {
    let code = Code::parse_hex(&row.code)
        .ok_or_else(|| format!("コード「{}」を16進数として読めません", row.code))?;
    let scalar = |name: &str, hex: &str| {
        if hex.is_empty() {
            return Ok(None);
        }
        let scalar = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        scalar.map(Some).ok_or_else(|| format!("{name}「{hex}」をコードポイントとして読めません"))
    };
    let selector = |name: &str, hex: &str| match scalar(name, hex) {
        Ok(Some(c)) if !is_selector(c) => Err(format!("{name}「{hex}」は異体字セレクタではありません")),
        other => other,
    };
    let mark = scalar("sp", &row.sp)?;
    if mark.is_some_and(|c| !is_voiced_mark(c)) {
        return Err(format!("sp「{}」は結合用の濁点・半濁点ではありません", row.sp));
    }
    let base = scalar("unicode", &row.unicode)?.filter(|&c| c != '\u{FFFD}');
    let text = match base {
        None => None,
        Some(base) => {
            let text: String = [Some(base), mark].into_iter().flatten().collect();
            Some(Cluster::parse(&text).ok_or("unicode が一つの文字ではありません")?)
        }
    };
    let has = |word: &str| row.options.iter().any(|other| other == word);
    Ok(Mapping {
        line: row.line,
        code,
        text,
        moji_joho: selector("hd", &row.hd)?,
        adobe_japan1: selector("aj1", &row.aj1)?,
        sample: row.text.clone(),
        decode_only: has("decode_only"),
        encode_only: has("encode_only"),
        // Editions of the source name it differently.
        one_way: has("irreversible") || has("oneway"),
        compatibility: has("cjk_ci"),
        approximate: has("substitution"),
    })
}

/// The charset that a table is of: as wanted, by the code's key, or by the file's name without vendors.
fn charset_name(file: &str, key: &str, wanted: Option<&str>) -> Result<String, String> {
    const OTHER_WORDS: [&str; 6] = ["FUJITSU", "HITACHI", "NEC", "IBM", "MAPPING", "MAPPINGS"];
    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".json");
    let words: Vec<String> = stem.split(['_', '-', '.', ' ']).map(charset::fold).collect();
    let by_file = words.into_iter().rfind(|word| !word.is_empty() && !OTHER_WORDS.contains(&word.as_str()));
    let name = match (wanted, key) {
        (Some(wanted), _) => charset::fold(wanted),
        (None, "jef") => "JEF".to_owned(),
        (None, key) => by_file.unwrap_or_else(|| charset::fold(key)),
    };
    match Charset::from_name(&name) {
        Ok(Charset::Jef(_)) => Ok("JEF".to_owned()),
        Ok(Charset::Pack(name)) => Ok(name.to_string()),
        Ok(built_in) => {
            Err(format!("文字コード「{built_in}」は組み込みのものです。別の名前を指定してください"))
        }
        Err(error) => Err(error.to_string()),
    }
}
