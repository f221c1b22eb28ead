//! 受付データ over links: what マイナポータル took in (申請管理), and what 出入国在留管理庁 tells (法務省通知).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::desk::Desk;
use crate::functions::applications::{form_of, received};
use crate::records::{Application, ApplicationKind, PERSON, Person};
use crate::rules::inbound_order::Orders;
use crate::rules::{application, withdrawal};
use crate::texts::fold_text;

/// 申請データ: 転出届, 転入予定連絡, 転居予定連絡 and their withdrawals; one row per person, the rows of one application in
/// one file.
pub(crate) const APPLICATIONS: Intake = Intake {
    id: "resident-register/applications",
    title: "申請データ（マイナポータル）",
    needs: &["row_no", "application_no", "procedure"],
    apply: apply_applications,
};

/// 法務省通知: what changed of a foreign resident, or that somebody lost the status of residence.
pub(crate) const IMMIGRATION_NOTICES: Intake = Intake {
    id: "resident-register/immigration-notices",
    title: "法務省通知（出入国在留管理庁）",
    needs: &["row_no", "application_no", "procedure", "name", "birth_date"],
    apply: apply_immigration,
};

/// 法9条2項の通知, of a family-register event that was accepted here or elsewhere (N-92).
pub(crate) const FAMILY_REGISTER_NOTICES: Intake = Intake {
    id: "resident-register/family-register-notices",
    title: "戸籍の通知（法9条2項）",
    needs: &["row_no", "application_no", "procedure", "name", "birth_date"],
    apply: apply_family_register,
};

/// Kinds that come from マイナポータル.
const OF_PORTAL: [ApplicationKind; 6] = [
    ApplicationKind::OneStopMoveOut,
    ApplicationKind::MoveOutWithdrawal,
    ApplicationKind::MoveInPlan,
    ApplicationKind::MoveInPlanWithdrawal,
    ApplicationKind::MoveWithinPlan,
    ApplicationKind::MoveWithinPlanWithdrawal,
];

/// Kinds that come from 出入国在留管理庁.
const OF_IMMIGRATION: [ApplicationKind; 2] =
    [ApplicationKind::ImmigrationNotice, ApplicationKind::ImmigrationLoss];

fn apply_applications(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    apply(view, batch, context, "portal", &OF_PORTAL)
}

fn apply_immigration(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    apply(view, batch, context, "immigration", &OF_IMMIGRATION)
}

fn apply_family_register(
    view: &dyn View,
    batch: &Batch<'_>,
    context: &Context<'_>,
) -> Result<Applied, Fault> {
    apply(view, batch, context, "family-register", &[ApplicationKind::FamilyRegisterNotice])
}

/// Keeps each application as received. It changes no register: a clerk compares it and enters it (10.9), and a withdrawal
/// of what nobody has entered yet ends it. What does not fit its form is kept with what is wrong (受付不可).
///
/// Source: 住民記録システム標準仕様書 4.1.3.0.5, 4.5.6, 10.9.
fn apply(
    view: &dyn View,
    batch: &Batch<'_>,
    context: &Context<'_>,
    channel: &'static str,
    kinds: &[ApplicationKind],
) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut orders = Orders::new(view, channel);
    let mut by_kind: BTreeMap<usize, Vec<&Incoming<'_>>> = BTreeMap::new();
    for row in batch.rows {
        let subject = subject_of(row);
        if let Some(refused) = orders.admit(row, &subject)? {
            applied.refused.push(refused);
            continue;
        }
        let stated = row.text("procedure");
        let kind = ApplicationKind::from_code(stated);
        match kinds.iter().position(|known| Some(*known) == kind) {
            Some(at) => by_kind.entry(at).or_default().push(row),
            None => applied.refused.push(RefusedRow {
                subject,
                item: "procedure".to_owned(),
                message: format!("E174 手続「{stated}」は、この連携の手続ではありません。"),
            }),
        }
    }
    let residents = residents_called(view, batch)?;
    let find = |name: &str| Ok(residents.get(&fold_text(name)).cloned().unwrap_or_default());
    let mut desk = Desk::new(view, context);
    let mut taken: BTreeMap<(usize, String), (Application, Option<u32>)> = BTreeMap::new();
    let mut ended: BTreeSet<String> = BTreeSet::new();
    for (at, rows) in &by_kind {
        let Some(kind) = kinds.get(*at).copied() else { continue };
        let (read, refused) = read(kind, rows)?;
        applied.refused.extend(refused);
        for ReadRow { one, faults, subject } in read {
            let held = view.load_by::<Application>("external_no", &one.external_no)?;
            let held = held.into_iter().find(|held| held.record.what == kind);
            // One that could not be read as it came is replaced when it comes corrected.
            if held.as_ref().is_some_and(|held| !held.record.is_unfit()) {
                continue;
            }
            let (external_no, withdraws) = (one.external_no.clone(), one.withdraws.clone());
            let mut kept = received(&mut desk, kind, one, &find)?;
            kept.faults = faults;
            let version = held.as_ref().map(|held| held.version);
            if let Some(held) = held {
                kept.application_no.clone_from(&held.record.application_no);
                if (&kept.input, &kept.faults) == (&held.record.input, &held.record.faults) {
                    continue;
                }
            }
            if let Some(target) = kind.withdraws() {
                let target_at = kinds.iter().position(|kind| *kind == target).unwrap_or_default();
                let fresh = taken.get_mut(&(target_at, withdraws.clone())).map(|(fresh, _)| fresh);
                match withdrawal::carry_out(
                    view,
                    context,
                    (fresh, &mut ended),
                    (&mut kept, target),
                    &withdraws,
                )? {
                    Ok(write) => applied.writes.extend(write),
                    Err(message) => {
                        applied.refused.push(RefusedRow {
                            subject,
                            item: application::WITHDRAWS.0.to_owned(),
                            message: format!(
                                "E180 {message}先に届くはずの申請を送ってから、この取消しを送り直すよう頼んでください。"
                            ),
                        });
                        continue;
                    }
                }
            }
            taken.insert((*at, external_no), (kept, version));
        }
    }
    for (kept, version) in taken.values() {
        applied.writes.push(Write::put(kept, *version)?);
    }
    applied.writes.extend(desk.writes()?);
    applied.writes.extend(orders.writes()?);
    Ok(applied)
}

fn subject_of(row: &Incoming<'_>) -> String {
    row.text("row_no").chars().take(60).collect()
}

/// A notification that was read, what of it does not fit its form, and the row its trouble is told at.
struct ReadRow {
    one: application::Read,
    faults: Vec<String>,
    subject: String,
}

/// Reads the rows of one kind as a file of the same columns is read.
fn read(kind: ApplicationKind, rows: &[&Incoming<'_>]) -> Result<(Vec<ReadRow>, Vec<RefusedRow>), Fault> {
    let form = form_of(kind);
    let Some(first) = rows.first() else { return Ok((Vec::new(), Vec::new())) };
    let names: Vec<&str> =
        first.names().iter().copied().filter(|name| application::is_column(kind, &form, name)).collect();
    let broken = |error| Fault::new("rows of a link cannot be written as text", error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&names).map_err(broken)?;
    for row in rows {
        writer.write_record(names.iter().map(|name| row.text(name))).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|error| Fault::because(error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    let (read, wrong) = application::read(kind, &form, &text);
    let mut refused = Vec::new();
    // What has a number is kept, so that a clerk sees it: its sender has passed it on and looks at it no more.
    let mut faults: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in wrong {
        if one.is_of_file() || one.external_no.is_empty() {
            // The first line is the heading.
            let at = one.line.and_then(|line| usize::try_from(line.saturating_sub(2)).ok());
            let subject = at.and_then(|at| rows.get(at)).map(|row| subject_of(row)).unwrap_or_default();
            refused.push(RefusedRow { subject, item: one.item, message: format!("E174 {}", one.message) });
        } else {
            faults.entry(one.external_no).or_default().push(format!("{}: {}", one.item, one.message));
        }
    }
    let kept = read.into_iter().map(|one| {
        let row = rows.iter().find(|row| row.text("application_no").trim() == one.external_no);
        let subject = row.map(|row| subject_of(row)).unwrap_or_default();
        ReadRow { faults: faults.remove(&one.external_no).unwrap_or_default(), one, subject }
    });
    Ok((kept.collect(), refused))
}

/// The residents who are called as somebody in the batch is, by folded name. A link has no search index: the register is
/// read once for all rows.
fn residents_called(view: &dyn View, batch: &Batch<'_>) -> Result<BTreeMap<String, Vec<Person>>, Fault> {
    let mut found: BTreeMap<String, Vec<Person>> = batch
        .rows
        .iter()
        .map(|row| fold_text(row.text("name")))
        .filter(|name| !name.is_empty())
        .map(|name| (name, Vec::new()))
        .collect();
    if found.is_empty() {
        return Ok(found);
    }
    view.scan(&PERSON, None, &mut |stored| {
        let person = stored.typed::<Person>()?.record;
        if person.is_resident() {
            for name in [&person.name, &person.name_roman, &person.alias_name] {
                if let Some(called) = found.get_mut(&fold_text(name))
                    && called.iter().all(|known| known.addressee_no != person.addressee_no)
                {
                    called.push(person.clone());
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
