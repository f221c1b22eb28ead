//! 受付データ over links: what マイナポータル took in (申請管理), and what 出入国在留管理庁 tells (法務省通知).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::desk::Desk;
use crate::functions::applications::{form_of, received};
use crate::records::{Application, ApplicationKind, ApplicationStatus, PERSON, Person};
use crate::rules::application;
use crate::rules::inbound_order::Orders;
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

/// Item of the application a withdrawal takes back.
const WITHDRAWS: &str = "withdraws";

/// Keeps each application as received. It changes no register: a clerk compares it and enters it (10.9), and a withdrawal
/// of what nobody has entered yet ends it.
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
    let mut taken: BTreeMap<(usize, String), Application> = BTreeMap::new();
    // Held ones that this batch ends already: two withdrawals of one application are one end.
    let mut ended: BTreeSet<String> = BTreeSet::new();
    for (at, rows) in &by_kind {
        let Some(kind) = kinds.get(*at).copied() else { continue };
        let (read, refused) = read(kind, rows)?;
        applied.refused.extend(refused);
        for (one, withdraws, subject) in read {
            let before = view.load_by::<Application>("external_no", &one.external_no)?;
            if before.iter().any(|held| held.record.what == kind) {
                continue;
            }
            let external_no = one.external_no.clone();
            let mut kept = received(&mut desk, kind, one, &find)?;
            if let Some(target) = kind.withdraws() {
                match withdraw(view, context, (&mut taken, &mut ended), kinds, target, &withdraws)? {
                    Withdrawn::Ended(write) => {
                        applied.writes.extend(write);
                        kept.status = ApplicationStatus::Ended;
                        kept.end_reason = format!("申請番号{withdraws}の{}を終了にしました。", target.label());
                    }
                    Withdrawn::Entered(no) => kept.differences.push(format!(
                        "申請番号{withdraws}の{}は、もう仮登録しています（受付番号{no}）。本登録の前なら仮登録を取り消し、後なら異動の取消しを入力してください。",
                        target.label()
                    )),
                    Withdrawn::Unknown => {
                        applied.refused.push(RefusedRow {
                            subject,
                            item: WITHDRAWS.to_owned(),
                            message: format!(
                                "E180 取り消される申請（申請番号{withdraws}、{}）が、まだ届いていません。先に届くはずの申請を送ってから、この取消しを送り直すよう頼んでください。",
                                target.label()
                            ),
                        });
                        continue;
                    }
                }
            }
            taken.insert((*at, external_no), kept);
        }
    }
    for kept in taken.values() {
        applied.writes.push(Write::put(kept, None)?);
    }
    applied.writes.extend(desk.writes()?);
    applied.writes.extend(orders.writes()?);
    Ok(applied)
}

fn subject_of(row: &Incoming<'_>) -> String {
    row.text("row_no").chars().take(60).collect()
}

/// A notification that was read, what it takes back, and the row its trouble is told at.
type ReadRow = (application::Read, String, String);

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
    let mut spoilt: BTreeSet<String> = BTreeSet::new();
    for one in wrong {
        // The first line is the heading.
        let at = one.line.and_then(|line| usize::try_from(line.saturating_sub(2)).ok());
        let subject = at.and_then(|at| rows.get(at)).map(|row| subject_of(row)).unwrap_or_default();
        spoilt.insert(one.external_no);
        refused.push(RefusedRow { subject, item: one.item, message: format!("E174 {}", one.message) });
    }
    let mut kept = Vec::new();
    // A file that is wrong as a whole has no row that can be told from another.
    if spoilt.contains("") {
        return Ok((kept, refused));
    }
    for one in read.into_iter().filter(|one| !spoilt.contains(&one.external_no)) {
        let row = rows.iter().find(|row| row.text("application_no").trim() == one.external_no);
        let withdraws = row.map(|row| row.text(WITHDRAWS).to_owned()).unwrap_or_default();
        let subject = row.map(|row| subject_of(row)).unwrap_or_default();
        kept.push((one, withdraws, subject));
    }
    Ok((kept, refused))
}

/// What became of the application a withdrawal names.
enum Withdrawn {
    /// Nobody had entered it, and it is ended; no write of what came in the same batch.
    Ended(Option<Write>),
    /// A clerk had entered it: 受付番号.
    Entered(String),
    Unknown,
}

fn withdraw(
    view: &dyn View,
    context: &Context<'_>,
    (taken, ended): (&mut BTreeMap<(usize, String), Application>, &mut BTreeSet<String>),
    kinds: &[ApplicationKind],
    target: ApplicationKind,
    external_no: &str,
) -> Result<Withdrawn, Fault> {
    let reason = format!("申請者が取り消しました（{}）。", domain::wareki(context.today));
    let at = kinds.iter().position(|kind| *kind == target).unwrap_or_default();
    if let Some(fresh) = taken.get_mut(&(at, external_no.to_owned())) {
        fresh.status = ApplicationStatus::Ended;
        fresh.end_reason = reason;
        return Ok(Withdrawn::Ended(None));
    }
    let held = view.load_by::<Application>("external_no", external_no)?;
    let Some(held) = held.into_iter().find(|held| held.record.what == target) else {
        return Ok(Withdrawn::Unknown);
    };
    Ok(match held.record.status {
        ApplicationStatus::Entered => Withdrawn::Entered(held.record.provisional_no),
        ApplicationStatus::Ended => Withdrawn::Ended(None),
        ApplicationStatus::Open if !ended.insert(held.record.application_no.clone()) => {
            Withdrawn::Ended(None)
        }
        ApplicationStatus::Open => {
            let gone = Application { status: ApplicationStatus::Ended, end_reason: reason, ..held.record };
            Withdrawn::Ended(Some(Write::put(&gone, Some(held.version))?))
        }
    })
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
