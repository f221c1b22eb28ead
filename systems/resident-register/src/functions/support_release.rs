//! 支援措置の解除審査: one issue for a protected person is let through after somebody with this right reviewed it.

use domain::AddresseeNo;
use jiff::ToSpan;
use register::{Fault, View, Write};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::desk::Desk;
use crate::records::{Counter, SupportRelease, SupportReleaseStatus};
use crate::rules::{Limit, protection};

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/support-release",
        title: "支援措置の解除審査",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once("対象者", vec![Field::new("targets", "対象者", FieldKind::Persons).required()]),
            Section::once(
                "審査",
                vec![
                    Field::new("requested_by", "請求者", FieldKind::Text(100))
                        .required()
                        .help("この請求者への次の一回の交付だけができます"),
                    Field::new("reason", "審査の内容", FieldKind::Lines(500)).required(),
                ],
            ),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Review {
    #[serde(default)]
    targets: Vec<AddresseeNo>,
    requested_by: String,
    reason: String,
}

/// Source: 住民記録システム標準仕様書 3.4.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Review = input.read()?;
    let mut desk = Desk::new(view, context);
    for no in &given.targets {
        let path = format!("targets.{no}");
        let measures = protection::measures_of(&mut desk, *no)?;
        if measures.is_empty() {
            desk.error(
                "D031",
                &path,
                "対象者",
                format!("宛名番号{no}の人は、支援措置の対象者ではありません。"),
                "対象者を確かめて選び直してください。抑止なら、抑止一時解除を使います。",
            );
        }
        protection::warn_of_ends(&mut desk, &measures, &path);
    }
    desk.check_words(&given.reason, "reason", "審査の内容");
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let minutes = Limit::SupportRelease.value();
    let until = context
        .now
        .checked_add(i64::from(minutes).minutes())
        .map_err(|error| Fault::new("the end of a release is out of range", error))?;
    let release = SupportRelease {
        release_no: format!("{:08}", desk.next_serial(Counter::SUPPORT_RELEASE)?),
        persons: given.targets,
        requested_by: given.requested_by,
        reason: given.reason,
        released_by: context.actor.id().to_owned(),
        released_at: context.now,
        until,
        status: SupportReleaseStatus::Open,
        used_for: Vec::new(),
        used_at: None,
    };
    let mut writes = desk.writes()?;
    writes.push(Write::put(&release, None)?);
    Ok(Outcome {
        findings: desk.findings,
        writes,
        reason: format!("支援措置の解除審査（{}）", release.requested_by),
        message: format!(
            "{}への次の一回の交付ができます（{minutes}分以内）。解除番号 {}",
            release.requested_by, release.release_no
        ),
        ..Outcome::default()
    })
}
