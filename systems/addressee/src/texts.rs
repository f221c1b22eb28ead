//! The texts addressees are searched by.

use domain::{Address, fold_name, is_katakana_name, kana_keys, kana_query};
use register::{Body, Fault};
use system::{IndexedKind, TextQuery};

use crate::records::{ADDRESSEE, Addressee};

/// Addressees, searched by names, reading and address.
pub(crate) const INDEXED: IndexedKind = IndexedKind {
    kind: &ADDRESSEE,
    fields: &[
        "name",
        "name_kana",
        "address",
        "addressee_no",
        "status",
        "corporate_no",
        "past_name",
        "past_kana",
        "past_address",
    ],
    texts,
    past: &[("name", "past_name"), ("name_kana", "past_kana"), ("address", "past_address")],
    anywhere: &["name", "name_kana", "address", "addressee_no", "corporate_no"],
};

fn texts(body: &Body) -> Result<Vec<String>, Fault> {
    let held: Addressee = body.read()?;
    let names = [
        &held.name,
        &held.name_roman,
        &held.former_family_name,
        &held.alias_name,
        &held.office_name,
        &held.representative,
    ];
    let stated = || names.iter().filter(|name| !name.is_empty());
    // A line break separates the names, so that no fragment matches across two of them.
    let folded: Vec<String> = stated().map(|name| fold_name(name)).collect();
    // A name written in katakana is found by its reading too.
    let mut kana = kana_keys(&held.name_kana);
    kana.extend(stated().filter(|name| is_katakana_name(name)).flat_map(|name| kana_keys(name)));
    Ok(vec![
        folded.join("\n"),
        kana.join("\n"),
        address_text(&held),
        held.addressee_no.to_string(),
        status_word(held.is_current()).to_owned(),
        held.corporate_no.map(|number| number.to_string()).unwrap_or_default(),
    ])
}

/// Where the addressee is or has gone to, one line each.
fn address_text(held: &Addressee) -> String {
    let lines = [held.address.one_line(), held.moved_out_to.clone()];
    lines.iter().filter(|line| !line.is_empty()).map(|line| fold_name(line)).collect::<Vec<_>>().join("\n")
}

/// Whether words find an addressee without its address: what may be told of somebody whose address is hidden.
pub(crate) fn found_without_address(held: &Addressee, terms: &[(&str, String)]) -> Result<bool, Fault> {
    let bare = Addressee { address: Address::default(), moved_out_to: String::new(), ..held.clone() };
    let texts = texts(&Body::of(&bare)?)?;
    Ok(INDEXED.fits(&TextQuery { terms: terms.to_vec(), ..TextQuery::default() }, &texts))
}

/// The word the index holds for a resident, or for somebody who is one no more. Letters, because a clerk's digits must
/// not find it.
pub(crate) fn status_word(resident: bool) -> &'static str {
    if resident { "residentstatus" } else { "formerstatus" }
}

/// The question to ask of one word a clerk typed: the field (empty for all) and the folded fragment.
pub(crate) fn term(word: &str) -> (&'static str, String) {
    let kana = domain::hiragana_to_katakana(&domain::to_full_width_kana(word));
    if is_katakana_name(&kana) { ("name_kana", kana_query(word)) } else { ("", fold_name(word)) }
}
