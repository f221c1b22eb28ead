//! 抑止一時解除: a suppression is let through for a while and then stands again by itself.

use jiff::ToSpan;
use register::{Fault, View, Write};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use super::suppression_end;
use crate::desk::Desk;
use crate::records::{Counter, TemporaryRelease};
use crate::rules::Limit;
use crate::texts::fold_text;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/suppression-release",
        title: "抑止一時解除",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "一時解除",
            vec![
                Field::new("suppression_no", "抑止番号", FieldKind::Text(20)).required(),
                Field::new("minutes", "解除する時間（分）", FieldKind::Text(3))
                    .help("空なら決められた時間。過ぎると自動で抑止に戻ります"),
                Field::new("reason", "一時解除の理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 住民記録システム標準仕様書 3.2.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let no = input.text("suppression_no");
    let (suppression, _) = match suppression_end::open(view, no)? {
        Ok(open) => open,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    let mut desk = Desk::new(view, context);
    let max = Limit::SuppressionReleaseMax.value();
    let minutes = match input.text("minutes") {
        "" => Limit::SuppressionRelease.value(),
        stated => fold_text(stated).parse().unwrap_or_default(),
    };
    if !(1..=max).contains(&minutes) {
        desk.error(
            "F005",
            "minutes",
            "解除する時間",
            format!("解除する時間は1分から{max}分までです。"),
            "時間を分の数字で入力してください。長く解除するときは、抑止解除をして設定し直してください。",
        );
        return Ok(Outcome::refused(desk.findings));
    }
    let until = context
        .now
        .checked_add(i64::from(minutes).minutes())
        .map_err(|error| Fault::new("the end of a temporary release is out of range", error))?;
    let release = TemporaryRelease {
        release_no: format!("{:08}", desk.next_serial(Counter::TEMPORARY_RELEASE)?),
        suppression_no: suppression.suppression_no,
        released_at: context.now,
        until,
        released_by: context.actor.id().to_owned(),
        reason: input.text("reason").to_owned(),
    };
    let mut writes = desk.writes()?;
    writes.push(Write::put(&release, None)?);
    Ok(Outcome {
        writes,
        reason: format!("抑止の一時解除（{}）", release.reason),
        message: format!(
            "{minutes}分だけ抑止を解除しました。抑止番号 {no}。ほかのシステムには知らせません。"
        ),
        ..Outcome::default()
    })
}
