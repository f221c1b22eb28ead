//! Questions about characters as people write them.

use crate::charset::Charset;
use crate::cluster::Cluster;
use crate::code::Code;
use crate::data::{self, JukiCode, Mj, MjNumber, X0213};
use crate::options::{Field, Options};
use crate::tables::Tables;

/// A character that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question as it was put.
    pub question: String,
    /// The character, where Unicode text shows it.
    pub cluster: Option<Cluster>,
    /// The MJ number, where it was asked by a number of a list.
    pub number: Option<MjNumber>,
}

/// A question nobody can answer (読めない指定).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("「{question}」: {rule}")]
pub struct AskError {
    /// The question as it was put.
    pub question: String,
    /// What is wrong with it, in Japanese.
    pub rule: String,
}

/// Reads a question: characters as themselves, code points (`U+845B`, `845B+E0102`), an MJ number (`MJ022335`), a code of
/// the resident network (`J+845B`), `戸籍 123456`, `登記 00123456`, a place of JIS X 0213 (`1-19-75`), a JEF code
/// (`X'B3EB'`), or a code of any charset (`MS932:8A8B`).
///
/// # Errors
/// [`AskError`] for a number that no list has, and for what could be two things.
pub fn ask(tables: &Tables, question: &str) -> Result<Vec<Asked>, AskError> {
    let question = question.trim();
    let wrong = |rule: String| AskError { question: question.to_owned(), rule };
    if question.is_empty() {
        return Err(wrong("文字がありません".to_owned()));
    }
    let one = |cluster: Option<Cluster>, number: Option<MjNumber>| {
        Ok(vec![Asked { question: question.to_owned(), cluster, number }])
    };
    if let Some(cluster) = Cluster::parse(question) {
        return one(Some(cluster), None);
    }
    match number(tables, &folded(question)) {
        Some(Ok(Found::Character(cluster))) => one(Some(cluster), None),
        Some(Ok(Found::Glyph(mj))) => one(mj.sequence().map(Cluster::from), Some(mj.number)),
        Some(Ok(Found::Kana(number, c))) => one(c.map(Cluster::of), Some(number)),
        Some(Err(rule)) => Err(wrong(rule)),
        None => {
            let mut rest = question;
            let mut found = Vec::new();
            while let Some((cluster, behind)) = tables.pairs().split_first(rest) {
                if !cluster.base().is_whitespace() {
                    found.push(Asked { question: cluster.to_string(), cluster: Some(cluster), number: None });
                }
                rest = behind;
            }
            Ok(found)
        }
    }
}

enum Found {
    Character(Cluster),
    Glyph(&'static Mj),
    Kana(MjNumber, Option<char>),
}

/// Half width, upper case, single spaces.
fn folded(question: &str) -> String {
    let half = question.chars().map(|c| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{3000}' => ' ',
        other => other,
    });
    let half: String = half.flat_map(char::to_uppercase).collect();
    half.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a question that is a number of some kind, [`None`] if it is text.
fn number(tables: &Tables, text: &str) -> Option<Result<Found, String>> {
    let list = data::mj();
    let glyph =
        |mj: Option<&'static Mj>| mj.map(Found::Glyph).ok_or_else(|| "その番号の文字はありません".to_owned());
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(hex) = text.strip_prefix("X'").and_then(|rest| rest.strip_suffix('\'')) {
        return Some(code(tables, "JEF", hex));
    }
    if let Some(digits) = text.strip_prefix("MJ").map(str::trim).filter(|digits| is_digits(digits)) {
        return Some(mj_number(digits));
    }
    if let Some(hex) = text.strip_prefix("J+") {
        let code = u16::from_str_radix(hex, 16).map(JukiCode);
        return Some(glyph(code.ok().filter(|_| hex.len() == 4).and_then(|code| list.by_juki(code))));
    }
    for (names, length) in [(["戸籍", "KOSEKI"], 6), (["登記", "TOUKI"], 8)] {
        let digits = names.iter().find_map(|name| text.strip_prefix(name));
        if let Some(digits) =
            digits.map(|rest| rest.trim_start_matches([' ', ':'])).filter(|rest| is_digits(rest))
        {
            let digits = format!("{digits:0>length$}");
            return Some(glyph(if length == 6 {
                digits.parse().ok().and_then(|number| list.by_koseki(number))
            } else {
                digits.parse().ok().and_then(|number| list.by_touki(number))
            }));
        }
    }
    if let Ok(place) = text.parse::<X0213>() {
        let at_place = |mj: &&Mj| mj.x0213 == Some(place);
        let base = list.all().find(at_place).and_then(|mj| mj.ucs);
        let rule = || format!("{place} の漢字はMJ文字情報一覧表にありません");
        return Some(base.map(|c| Found::Character(Cluster::of(c))).ok_or_else(rule));
    }
    code_points(text).or_else(|| {
        // A charset and a code: `MS932:8A8B`, `JEF B3EB`.
        let (charset, hex) = text.rsplit_once([':', ' '])?;
        let is_hex = 2 <= hex.len() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hex && charset.is_ascii()).then(|| code(tables, charset, hex))
    })
}

/// The MJ number of up to six digits; those from 090001 on are hentaigana.
fn mj_number(digits: &str) -> Result<Found, String> {
    let number = digits.parse().ok().and_then(MjNumber::new).filter(|_| digits.len() <= 6);
    let missing = || "その番号の文字はありません".to_owned();
    let number = number.ok_or_else(missing)?;
    if let Some(mj) = data::mj().get(number) {
        return Ok(Found::Glyph(mj));
    }
    let kana = data::hentaigana().iter().find(|kana| kana.number == number);
    kana.map(|kana| Found::Kana(number, kana.char)).ok_or_else(missing)
}

/// Reads `U+845B`, `U+845B U+E0102`, `845B+E0102`, `845B`.
fn code_points(text: &str) -> Option<Result<Found, String>> {
    let plain = text.replace("U+", " ");
    let parts: Vec<&str> = plain.split([' ', '+']).filter(|part| !part.is_empty()).collect();
    let is_hex =
        |part: &&str| (4..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if parts.is_empty() || !parts.iter().all(is_hex) {
        return None;
    }
    let is_bare_number = !text.contains("U+")
        && parts.len() == 1
        && parts.iter().all(|part| part.len() == 6 && part.bytes().all(|byte| byte.is_ascii_digit()));
    if is_bare_number {
        return Some(Err("何の番号か決まりません。U+、MJ、「戸籍 」のどれかを前に付けてください".to_owned()));
    }
    let cluster = Cluster::parse_hex(&parts.join("+"));
    Some(cluster.map(Found::Character).ok_or_else(|| "一つの文字のコードポイントではありません".to_owned()))
}

/// What a code of a charset reads as.
fn code(tables: &Tables, charset: &str, hex: &str) -> Result<Found, String> {
    let charset = Charset::from_name(charset).map_err(|error| error.to_string())?;
    let code = Code::parse_hex(hex).ok_or_else(|| format!("コード「{hex}」を16進数として読めません"))?;
    let decoder = tables.decoder(&charset, &Options::default()).map_err(|error| error.to_string())?;
    let field = match (charset.is_host(), code.as_single()) {
        (true, Some(_)) => Field::Single,
        (true, None) => Field::Double,
        (false, _) => Field::Mixed,
    };
    let mut text = String::new();
    let read = decoder.decode(field, code.bytes(), &mut text, &mut Vec::new());
    let found = read.ok().and_then(|()| Cluster::parse(&text));
    found.map(Found::Character).ok_or_else(|| format!("文字コード「{charset}」の {code} に文字はありません"))
}
