//! 書損の記録: a certificate was spoilt and withdrawn.

use register::{Fault, View, ViewExt, Write};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::records::{Disposal, Issuance, WideAreaIssuance};

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/issuance-dispose",
        title: "証明書の書損",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "書損",
            vec![
                Field::new("issue_number", "発行番号", FieldKind::Text(100)).required(),
                Field::new("reason", "理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Notes it as a new version. The certificate stays in the history with its number: no function removes one (E160), and
/// the number is not given again (E158).
///
/// Source: 住民記録システム標準仕様書 1.3.8.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    // An input method types full-width spaces.
    let no = &input.text("issue_number").replace('\u{3000}', " ");
    let refuse = |message: String| {
        Ok(Outcome::refused(vec![Finding::error(
            "D054",
            "issue_number",
            "発行番号",
            message,
            "交付履歴照会で発行番号を確かめてください。",
        )]))
    };
    let reason = input.text("reason").to_owned();
    let note =
        Disposal { reason: reason.clone(), noted_by: context.actor.id().to_owned(), noted_at: context.now };
    let spoilt = |before: &Disposal| {
        format!(
            "発行番号「{no}」は、もう書損と記録されています（担当 {}、{}）。",
            before.noted_by, before.reason
        )
    };
    let (write, certificate, subjects) = if let Some(held) = view.load::<Issuance>(no)? {
        if let Some(before) = &held.record.disposed {
            return refuse(spoilt(before));
        }
        let issuance = Issuance { disposed: Some(note), ..held.record };
        let subjects = issuance.persons.iter().map(ToString::to_string).collect();
        (Write::put(&issuance, Some(held.version))?, issuance.certificate, subjects)
    } else if let Some(held) = view.load::<WideAreaIssuance>(no)? {
        // 広域交付: whose record it was is not kept.
        if let Some(before) = &held.record.disposed {
            return refuse(spoilt(before));
        }
        let issuance = WideAreaIssuance { disposed: Some(note), ..held.record };
        (Write::put(&issuance, Some(held.version))?, issuance.title(), Vec::new())
    } else {
        return refuse(format!("発行番号「{no}」の交付はありません。"));
    };
    Ok(Outcome {
        writes: vec![write],
        reason,
        message: format!("{certificate}（発行番号 {no}）を書損と記録しました。"),
        answer: Some(Answer { data: serde_json::json!({ "issue_number": no }), subjects }),
        ..Outcome::default()
    })
}
