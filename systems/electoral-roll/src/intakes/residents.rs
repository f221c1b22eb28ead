//! The intake of residents (住民情報の受入).

use domain::{
    Address, AddresseeNo, Date, HouseholdNo, MovementReason, RegisterDate, ResidentKind, ResidentStatus, Sex,
};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::records::{Elector, Facts, LeaveReason, RemovalReason, Standing};
use crate::rules::{Arrival, Districts, Law, attains_on, districts, is_past, laws, next, qualifies_from};

/// Residents, as the resident register offers them (住民情報).
pub const RESIDENTS: Intake = Intake {
    id: "electoral-roll/residents",
    title: "住民情報（選挙人名簿）",
    needs: &[
        "addressee_no",
        "history_no",
        "resident_kind",
        "resident_status",
        "name",
        "birth_date",
        "resident_since",
        "moved_in_notified_on",
    ],
    apply,
};

/// Takes each row as the person's newest state and moves them on the roll.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let rows = batch.rows;
    let law = laws()?.of(context.today)?;
    let districts = districts()?;
    let mut applied = Applied { writes: Vec::with_capacity(rows.len()), refused: Vec::new() };
    for row in rows {
        let read = match read(row, law, districts, context.today) {
            Ok(read) => read,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let held = view.load::<Elector>(row.text("addressee_no"))?;
        if held.as_ref().is_some_and(|held| read.history_no <= held.record.history_no) {
            continue;
        }
        let (held, version) = held.map(|held| (held.record, held.version)).unzip();
        let mut standing = next(law, held.map(|held| held.standing), read.arrival, context.today);
        if too_young(&standing, &read.facts) {
            // The birth date was corrected: the registration should never have been. They may qualify later.
            standing = next(law, None, read.arrival, context.today);
        }
        if standing == Standing::Candidate && is_past(law, &read.facts) {
            standing = Standing::Outside;
        }
        let elector = Elector {
            addressee_no: read.addressee_no,
            history_no: read.history_no,
            household_no: HouseholdNo::parse(row.text("household_no")).ok(),
            // Of people the roll has nothing to do with, nothing is kept.
            facts: (standing != Standing::Outside).then_some(read.facts),
            standing,
        };
        applied.writes.push(Write::put(&elector, version)?);
    }
    Ok(applied)
}

/// Whether somebody is on the roll who had not attained the age on the base date, by what is known now.
///
/// Source: 公職選挙法 art. 28(iii).
fn too_young(standing: &Standing, facts: &Facts) -> bool {
    match standing {
        Standing::Registered { registration } | Standing::Marked { registration, .. } => {
            facts.attains_on.is_none_or(|attained| registration.base_date < attained)
        }
        Standing::Outside | Standing::Candidate | Standing::Removed { .. } => false,
    }
}

struct Read {
    addressee_no: AddresseeNo,
    history_no: u32,
    arrival: Arrival,
    facts: Facts,
}

fn read(row: &Incoming<'_>, law: &Law, districts: &Districts, today: Date) -> Result<Read, RefusedRow> {
    let refuse = |item: &str, message: String| RefusedRow {
        subject: row.text("addressee_no").to_owned(),
        item: item.to_owned(),
        message,
    };
    let unlisted = |item: &str, title: &str| {
        refuse(item, format!("{title}コード「{}」はコード表にありません。", row.text(item)))
    };
    let date = |item: &str, title: &str| -> Result<Option<RegisterDate>, RefusedRow> {
        match row.text(item) {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|error| refuse(item, format!("{title}「{text}」が読めません: {error}"))),
        }
    };
    let addressee_no = AddresseeNo::parse(row.text("addressee_no"))
        .map_err(|error| refuse("addressee_no", error.to_string()))?;
    let history_no = row.history_no().map_err(|message| refuse("history_no", message))?;
    let kind = ResidentKind::from_code(row.text("resident_kind"))
        .ok_or_else(|| unlisted("resident_kind", "住民種別"))?;
    let status = ResidentStatus::from_code(row.text("resident_status"))
        .ok_or_else(|| unlisted("resident_status", "住民状態"))?;
    let birth_date = date("birth_date", "生年月日")?
        .ok_or_else(|| refuse("birth_date", "生年月日がありません。".to_owned()))?;
    let since = date("resident_since", "住民となった日")?;
    let counted_from = date("moved_in_notified_on", "転入届出日")?.or(since);
    // The last day it may have been, so that nobody is removed too early; today when the record states none.
    let left = || {
        date("deletion_event_date", "消除の異動日").ok().flatten().and_then(|on| on.latest()).unwrap_or(today)
    };
    let arrival = arrival(kind, status, row.text("deletion_reason"), left);
    let optional = |item: &str| Some(row.text(item)).filter(|text| !text.is_empty()).map(str::to_owned);
    let address = Address {
        town_code: optional("town_code"),
        prefecture: row.text("prefecture").to_owned(),
        municipality: row.text("municipality").to_owned(),
        town: row.text("town").to_owned(),
        lot: row.text("lot").to_owned(),
        building: optional("building"),
        postcode: optional("postcode"),
        ..Address::default()
    };
    let facts = Facts {
        name: row.text("name").to_owned(),
        name_kana: row.text("name_kana").to_owned(),
        sex: Sex::from_code(row.text("sex")).unwrap_or(Sex::Unknown),
        district: districts.of(&address).to_owned(),
        address,
        left_on: match arrival {
            Arrival::Left(_, on) => Some(on),
            Arrival::Resident | Arrival::Gone(_) => None,
        },
        attains_on: attains_on(law, &birth_date),
        qualifies_from: qualifies_from(law, &birth_date, counted_from.as_ref()),
        birth_date,
        counted_from,
    };
    Ok(Read { addressee_no, history_no, arrival, facts })
}

/// What kind, status and reason of deletion mean for the roll.
fn arrival(kind: ResidentKind, status: ResidentStatus, reason: &str, left: impl Fn() -> Date) -> Arrival {
    match (kind, status, MovementReason::from_code(reason)) {
        // A foreign record of somebody on the roll means that the Japanese nationality was lost.
        (ResidentKind::Foreign, ..) => Arrival::Gone(RemovalReason::NationalityLost),
        (_, ResidentStatus::Resident, _) => Arrival::Resident,
        (_, ResidentStatus::MovedOut, _) => Arrival::Left(LeaveReason::MovedOut, left()),
        (_, ResidentStatus::Dead, _) => Arrival::Gone(RemovalReason::Dead),
        (_, ResidentStatus::Deleted, Some(MovementReason::NationalityLossDeletion)) => {
            Arrival::Gone(RemovalReason::NationalityLost)
        }
        (_, ResidentStatus::Deleted, Some(MovementReason::CancelEntry)) => {
            Arrival::Gone(RemovalReason::Wrong)
        }
        // Without a reason that says otherwise, the office knows only that they do not live here.
        (_, ResidentStatus::Deleted, _) => Arrival::Left(LeaveReason::DeletedExOfficio, left()),
    }
}
