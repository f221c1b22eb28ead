//! Who attests a certificate (認証者), and the statement.

use domain::wareki;
use serde::Serialize;
use system::Context;

use crate::desk::Desk;

#[derive(Serialize)]
pub(crate) struct Attestation {
    pub(crate) text: String,
    pub(crate) date: String,
    pub(crate) office: String,
    pub(crate) name: String,
    pub(crate) seal_note: Option<String>,
}

/// The statement of today's attester.
pub(crate) fn attestation(context: &Context<'_>, text: impl Into<String>) -> Attestation {
    Attestation {
        text: text.into(),
        date: wareki(context.today),
        office: office(context),
        name: context.municipality_text("attester_name").to_owned(),
        seal_note: seal_note(context),
    }
}

/// Prefecture, municipality and office.
pub(crate) fn office(context: &Context<'_>) -> String {
    format!("{}{}", context.municipality_text("prefecture"), context.municipality_text("attester_title"))
}

/// Words in place of the seal.
pub(crate) fn seal_note(context: &Context<'_>) -> Option<String> {
    Some(context.municipality_text("seal_note").to_owned()).filter(|note| !note.is_empty())
}

/// Whether everything printed is a specimen.
pub(crate) fn is_specimen(context: &Context<'_>) -> bool {
    context.municipality.get("specimen").and_then(serde_json::Value::as_bool).unwrap_or_default()
}

/// E155: nothing is issued without an attester.
///
/// Source: 住民記録システム標準仕様書 1.3.9.
pub(crate) fn check(desk: &mut Desk<'_>) {
    if desk.context.municipality_text("attester_name").is_empty() {
        desk.error(
            "E155",
            "",
            "認証者",
            "認証者（市区町村長）の氏名が設定されていません。",
            "設定に市区町村長または職務代理者の氏名を入れてください。",
        );
    }
}
