//! The texts addressees are searched by.

use domain::{fold_kana, fold_name, is_katakana_name};
use register::{Body, Fault};
use system::IndexedKind;

use crate::records::{ADDRESSEE, Addressee};

/// Addressees, searched by names, reading and address.
pub(crate) const INDEXED: IndexedKind = IndexedKind {
    kind: &ADDRESSEE,
    fields: &["name", "name_kana", "address", "addressee_no", "status"],
    texts,
    past: &[],
    anywhere: &["name", "name_kana", "address", "addressee_no"],
};

fn texts(body: &Body) -> Result<Vec<String>, Fault> {
    let held: Addressee = body.read()?;
    let names = [&held.name, &held.name_roman, &held.former_family_name, &held.alias_name];
    let stated = || names.iter().filter(|name| !name.is_empty());
    // A line break separates the names, so that no fragment matches across two of them.
    let folded: Vec<String> = stated().map(|name| fold_name(name)).collect();
    // A name written in katakana is found by its reading too.
    let mut kana = vec![fold_kana(&held.name_kana)];
    kana.extend(stated().filter(|name| is_katakana_name(name)).map(|name| fold_kana(name)));
    Ok(vec![
        folded.join("\n"),
        kana.join("\n"),
        fold_name(&held.address.one_line()),
        held.addressee_no.to_string(),
        status_word(held.is_current()).to_owned(),
    ])
}

/// The word the index holds for a resident, or for somebody who is one no more. Letters, because a clerk's digits must
/// not find it.
pub(crate) fn status_word(resident: bool) -> &'static str {
    if resident { "residentstatus" } else { "formerstatus" }
}

/// The question to ask of one word a clerk typed: the field (empty for all) and the folded fragment.
pub(crate) fn term(word: &str) -> (&'static str, String) {
    let kana = domain::hiragana_to_katakana(&domain::to_full_width_kana(word));
    if is_katakana_name(&kana) { ("name_kana", fold_kana(word)) } else { ("", fold_name(word)) }
}
