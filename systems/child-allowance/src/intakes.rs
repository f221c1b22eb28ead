//! The intake of residents (住民情報の受入).

use domain::{AddresseeNo, Date, HouseholdNo, RegisterDate, Relation, ResidentStatus};
use register::{Fault, View, ViewExt};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::derivation::{self, Changed};
use crate::records::Person;

/// Residents, as the resident register offers them (住民情報).
pub const RESIDENTS: Intake = Intake {
    id: "child-allowance/residents",
    title: "住民情報（児童手当）",
    needs: &[
        "addressee_no",
        "history_no",
        "household_no",
        "resident_status",
        "name",
        "birth_date",
        "relation",
    ],
    apply,
};

/// Takes each row as the person's newest state and derives the entitlements of the households it touches.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let rows = batch.rows;
    let mut refused = Vec::new();
    let mut changed = Changed::default();
    for row in rows {
        let mut arrived = match read(row, context.today) {
            Ok(arrived) => arrived,
            Err(refusal) => {
                refused.push(refusal);
                continue;
            }
        };
        let held = view.load::<Person>(row.text("addressee_no"))?;
        if let Some(held) = &held {
            if arrived.history_no <= held.record.history_no {
                continue;
            }
            arrived.household_no = arrived.household_no.or(held.record.household_no);
            // A decision of staff stands while the record still says what it was made for.
            if arrived.birth_date == held.record.birth_date {
                arrived.judged = held.record.judged;
            }
        }
        if arrived.is_resident() && arrived.household_no.is_none() {
            refused.push(refusal(
                row,
                "household_no",
                "世帯番号がありません。送信元の記録を確かめてください。".into(),
            ));
            continue;
        }
        changed.add(arrived, held.as_ref());
    }
    Ok(Applied { writes: derivation::writes(view, &changed, context.today)?, refused })
}

fn refusal(row: &Incoming<'_>, item: &str, message: String) -> RefusedRow {
    RefusedRow { subject: row.text("addressee_no").to_owned(), item: item.to_owned(), message }
}

fn read(row: &Incoming<'_>, today: Date) -> Result<Person, RefusedRow> {
    let refuse = |item: &str, message: String| refusal(row, item, message);
    let addressee_no = AddresseeNo::parse(row.text("addressee_no"))
        .map_err(|error| refuse("addressee_no", error.to_string()))?;
    let history_no = row.history_no().map_err(|message| refuse("history_no", message))?;
    let household_no = match row.text("household_no") {
        "" => None,
        text => Some(HouseholdNo::parse(text).map_err(|error| refuse("household_no", error.to_string()))?),
    };
    let status = ResidentStatus::from_code(row.text("resident_status")).ok_or_else(|| {
        let message = format!("住民状態コード「{}」はコード表にありません。", row.text("resident_status"));
        refuse("resident_status", message)
    })?;
    let birth_date = row.text("birth_date").parse::<RegisterDate>().map_err(|error| {
        refuse("birth_date", format!("生年月日「{}」が読めません: {error}", row.text("birth_date")))
    })?;
    let day = |item: &str| row.text(item).parse::<RegisterDate>().ok();
    // A record has one or the other, by nationality; a child is entitled with either.
    let since = day("resident_since").or_else(|| day("foreign_resident_since"));
    // The last day it may have been, so that no month is lost; the day we heard of it when the record states none.
    let left = || day("deletion_event_date").and_then(|date| date.latest()).unwrap_or(today);
    Ok(Person {
        addressee_no,
        history_no,
        household_no,
        status,
        name: row.text("name").to_owned(),
        name_kana: row.text("name_kana").to_owned(),
        birth_date,
        judged: None,
        // A relation that does not read costs the proposal of a payee, not the child's entitlement.
        relation: Relation::parse(row.text("relation")).ok(),
        member_order: row.text("member_order").parse().unwrap_or(u32::MAX),
        resident_since: since.and_then(|date| date.known()),
        departed_on: (status != ResidentStatus::Resident).then(left),
    })
}
