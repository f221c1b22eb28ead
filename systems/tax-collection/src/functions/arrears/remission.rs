//! 延滞金減免: of the charge as it stands on a day, what is not asked for; and the fee of a reminder that crossed its payment.

use domain::{FiscalYear, Yen, wareki};
use register::{Fault, View};
use system::{
    Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section, choices,
};

use super::{
    Debtor, day_or_today, disorder, in_future, keys_field, person_field, place, refuse, reopen, yen,
};
use crate::records::{Cause, Decision, Instalment, Part, Posting, Remission};
use crate::rules::{REMISSION_REASONS, charge_missing, rates};
use crate::tasks::Closed;

/// 延滞金減免.
pub(super) fn function() -> Function {
    let decisions = choices(&[("granted", "承認"), ("refused", "不承認")]);
    let parts = [Part::Delinquency, Part::Fee].map(|part| (part.code(), part.label()));
    let parts = choices(&parts);
    let shares = choices(&[("all", "全額"), ("half", "2分の1"), ("yen", "金額を指定")]);
    Function {
        id: "tax-collection/remission",
        title: "延滞金減免",
        place: place("滞納整理", "相談対応", "延滞金減免"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "減免",
            vec![
                person_field(),
                keys_field(
                    "空のときは、延滞金のかかる未納の期別すべてです。金額を指定するときは1件にします。",
                ),
                Field::new("part", "減免するもの", FieldKind::Choice(parts)).help(
                    "空のときは延滞金です。督促手数料は、納付と行き違いの督促などで取り消すときに選びます。",
                ),
                Field::new("reason", "事由", FieldKind::Choice(REMISSION_REASONS.choices())).required(),
                Field::new("applied_on", "申請日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("decided_on", "決定日", FieldKind::Date)
                    .help("空のときは今日です。この日までの延滞金を減免します。"),
                Field::new("decision", "審査結果", FieldKind::Choice(decisions)).required(),
                Field::new("share", "減免の割合", FieldKind::Choice(shares))
                    .help("承認のとき。空のときは全額です。"),
                Field::new("amount", "減免額", FieldKind::Yen).help("金額を指定するとき。"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 地方税法 326条4項, 369条2項, 463条の24第2項など (延滞金の減免).
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let applied_on = day_or_today(input, "applied_on", context);
    let decided_on = day_or_today(input, "decided_on", context);
    let mut debtor = match Debtor::load(view, input, context)? {
        Ok(debtor) => debtor,
        Err(finding) => return refuse(finding),
    };
    let part = Part::from_code(input.text("part")).unwrap_or(Part::Delinquency);
    let fee = part == Part::Fee;
    let fits = |held: &Instalment| held.due_on < decided_on && (!fee || Yen::ZERO < held.open(part));
    let keys = match debtor.chosen(input, fits) {
        Ok(keys) => keys,
        Err(findings) => return Ok(Outcome::refused(findings)),
    };
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(in_future("decided_on", "決定日", decided_on, context.today));
    if decided_on < applied_on {
        let message = format!("決定日{}が、申請日{}より前です。", wareki(decided_on), wareki(applied_on));
        findings.push(disorder("decided_on", "決定日", message));
    }
    let granted = input.text("decision") == "granted";
    let share = input.text("share");
    let amount_wrong = |message: String| {
        Finding::error("TXC63", "amount", "減免額", message, "減免する額と期別を確かめてください。")
    };
    if granted && share == "yen" && keys.len() != 1 {
        findings.push(amount_wrong(format!("金額を指定する減免の対象が{}件あります。", keys.len())));
    }
    if share != "yen" && Yen::ZERO < yen(input, "amount") {
        let message = format!(
            "減免額{}円がありますが、減免の割合が「金額を指定」ではありません。",
            yen(input, "amount")
        );
        findings.push(amount_wrong(message));
    }
    if !findings.is_empty() {
        return Ok(Outcome::refused(findings));
    }
    let rates = rates()?;
    let year = Closed::read(view)?.open_from(FiscalYear::of(decided_on));
    let mut remitted = Yen::ZERO;
    for held in debtor.of(&keys) {
        if !granted {
            break;
        }
        // The charge of a tax that is paid was fixed on the day it was paid.
        let more = if !fee && Yen::ZERO < held.open(Part::Tax) {
            match charge_missing(rates, &held, decided_on) {
                Ok(more) => more,
                Err(missing) => return refuse(missing.finding()),
            }
        } else {
            Yen::ZERO
        };
        let charge = Yen(held.open(part).0.saturating_add(more.0));
        let remit = match share {
            "half" => Yen(charge.0 / 2),
            "yen" => yen(input, "amount"),
            _ => charge,
        };
        if charge < remit {
            let message = format!(
                "減免額{remit}円が、{}現在の{}{charge}円を超えます。",
                wareki(decided_on),
                part.label()
            );
            return refuse(amount_wrong(message));
        }
        let posting = Posting { on: decided_on, year, cause: Cause::Charge, reference: "減免" };
        debtor.change(&held.levy_key, |held| {
            if Yen::ZERO < remit {
                held.levy(posting, part, more);
                held.levy(
                    Posting { cause: Cause::Remission, ..posting },
                    part,
                    Yen(remit.0.saturating_neg()),
                );
            }
        });
        remitted = Yen(remitted.0.saturating_add(remit.0));
    }
    if granted && remitted == Yen::ZERO {
        return refuse(amount_wrong(format!(
            "{}現在、減免する{}がありません。",
            wareki(decided_on),
            part.label()
        )));
    }
    reopen(&mut debtor.case, context.today);
    let decision = if granted { Decision::Granted } else { Decision::Refused };
    debtor.case.remissions.push(Remission {
        applied_on,
        decided_on,
        decision,
        reason: input.text("reason").to_owned(),
        levy_keys: keys,
        part,
        yen: remitted,
    });
    let message = if granted {
        format!("{}{remitted}円を減免しました。", part.label())
    } else {
        format!("{}の減免の不承認を記録しました。", part.label())
    };
    debtor.done("延滞金減免", message)
}
