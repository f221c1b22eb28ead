//! Characters of what a row says anew (文字): the standard's set, and signs that stand for a character nobody had.

use serde_json::Value;
use system::Finding;

use crate::desk::Desk;
use crate::records::Person;

/// The sign that stands for a character that could not be written (げた).
const GETA: char = '〓';

/// E065, A066: checks every text that a movement writes and that its row did not hold before, whichever way it came in: typed,
/// from an application, from a certificate. What a row took over stays as it was brought along.
///
/// Source: 共通機能標準仕様書 (文字要件); 住民記録システム標準仕様書 5.8.
pub(crate) fn check(desk: &mut Desk<'_>) {
    let mut findings: Vec<Finding> = Vec::new();
    for (before, after) in desk.rows_after() {
        for (path, text) in new_texts(before, after) {
            let called = after.called();
            let new = match told(&text) {
                Some(Told::Outside(why)) => Finding::error(
                    "E065",
                    path,
                    "文字",
                    format!("{called}さんの記載に使えない文字があります。{why}。"),
                    "標準の文字（文字情報基盤の漢字、かな、英数字、記号）で入力してください。外字は、同定した文字で入力してください。",
                ),
                Some(Told::Geta) => Finding::alert(
                    "A066",
                    path,
                    "文字",
                    format!(
                        "{called}さんの記載に「〓」があります。登録のない外字の代わりの記号で、証明書にもそのまま印字します。"
                    ),
                    "届書や戸籍で字形を確かめ、同定した文字で入力してください。文字が定まっていなければ、そのまま登録できます。",
                ),
                None => continue,
            };
            if !findings.iter().any(|held| (&held.code, &held.message) == (&new.code, &new.message)) {
                findings.push(new);
            }
        }
    }
    desk.findings.extend(findings);
}

/// What is to be said of a text.
pub(crate) enum Told {
    /// It holds a character that is not of the set, with the reason.
    Outside(String),
    /// It holds 〓.
    Geta,
}

/// What is to be said of a text, if anything.
pub(crate) fn told(text: &str) -> Option<Told> {
    match system::first_outside_standard(text) {
        Some(why) => Some(Told::Outside(why)),
        None => text.contains(GETA).then_some(Told::Geta),
    }
}

/// The texts of a row that the row before it does not hold, each with the name of its item.
fn new_texts(before: Option<&Person>, after: &Person) -> Vec<(String, String)> {
    let Ok(after) = serde_json::to_value(after) else { return Vec::new() };
    let before = before.and_then(|before| serde_json::to_value(before).ok()).unwrap_or_default();
    let mut held = Vec::new();
    texts(&before, "", &mut held);
    let mut found = Vec::new();
    texts(&after, "", &mut found);
    found.retain(|(_, text)| !held.iter().any(|(_, other)| other == text));
    found
}

fn texts(value: &Value, item: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if !text.is_ascii() => found.push((item.to_owned(), text.clone())),
        Value::Array(list) => list.iter().for_each(|one| texts(one, item, found)),
        Value::Object(fields) => {
            for (name, one) in fields {
                texts(one, if item.is_empty() { name } else { item }, found);
            }
        }
        _ => {}
    }
}
