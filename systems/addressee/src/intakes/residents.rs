//! The intake of residents (住民情報の受入).

use std::collections::{BTreeMap, BTreeSet};

use domain::{Address, HouseholdNo, RegisterDate, ResidentKind, ResidentStatus, Sex};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::refusal;
use crate::linked;
use crate::records::{Addressee, AddresseeClass};
use crate::rules::display_name;

const SUBJECT: &str = "addressee_no";

/// Residents, as the resident register offers them (住民情報).
pub const RESIDENTS: Intake = Intake {
    id: "addressee/residents",
    title: "住民情報（宛名）",
    needs: &["addressee_no", "history_no", "resident_kind", "resident_status", "name", "birth_date", "sex"],
    apply,
};

/// Takes each row as the person's newest state, unless a row as new is held already. When somebody protected joins or leaves a
/// household, who lives there is told anew.
fn apply(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let rows = batch.rows;
    let mut applied = Applied { writes: Vec::with_capacity(rows.len()), refused: Vec::new() };
    let (mut written, mut beside) = (BTreeSet::new(), BTreeMap::new());
    for row in rows {
        let arrived = match read(row) {
            Ok(arrived) => arrived,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let held = view.load::<Addressee>(row.text("addressee_no"))?;
        let mut now = match &held {
            Some(held) if arrived.history_no <= held.record.history_no => continue,
            Some(held) => match joined(arrived, &held.record) {
                Ok(now) => now,
                Err(message) => {
                    applied.refused.push(refusal(row, SUBJECT, "addressee_no", message));
                    continue;
                }
            },
            None => linked::marked(view, arrived)?,
        };
        now.display_name = display_name(&now);
        let before = held.as_ref().map(|held| &held.record);
        if now.protected && before.and_then(|before| before.household_no) != now.household_no {
            for household in before.into_iter().chain([&now]) {
                for other in linked::hidden_with(view, household)? {
                    beside.insert(other.record.addressee_no, linked::told_anew(&other)?);
                }
            }
        }
        written.insert(now.addressee_no);
        applied.writes.push(Write::put(&now, held.map(|held| held.version))?);
    }
    beside.retain(|number, _| !written.contains(number));
    applied.writes.extend(beside.into_values());
    Ok(applied)
}

/// What a newer row makes of the record held, or why it cannot be of the same person.
fn joined(arrived: Addressee, held: &Addressee) -> Result<Addressee, String> {
    let numbered_here = held.history_no == 0;
    match held.class {
        AddresseeClass::Corporation => Err(taken(held)),
        AddresseeClass::NonResident if numbered_here => Err(taken(held)),
        // Whoever left is looked after by the tasks; a correction of the old resident record does not move it back.
        AddresseeClass::NonResident if arrived.status != Some(ResidentStatus::Resident) => {
            Ok(Addressee { history_no: arrived.history_no, ..held.clone() })
        }
        AddresseeClass::NonResident | AddresseeClass::Resident => Ok(Addressee {
            name_preference: held.name_preference,
            contact: held.contact.clone(),
            protected: held.protected,
            ..arrived
        }),
    }
}

fn taken(held: &Addressee) -> String {
    format!(
        "この宛名番号は{}の番号として使われています。住民の番号と重なることはないので、送信元と番号帯を確かめてください。",
        held.class.label()
    )
}

/// Reads a row; the display name is left to the caller, who knows the preference.
fn read(row: &Incoming<'_>) -> Result<Addressee, RefusedRow> {
    let refuse = |item: &str, message: String| refusal(row, SUBJECT, item, message);
    let code = |item: &str, title: &str| {
        format!("{title}コード「{}」はコード表にありません。送信元の記録を確かめてください。", row.text(item))
    };
    let addressee_no = super::addressee_no(row, SUBJECT)?;
    let history_no = super::history_no(row, SUBJECT)?;
    let household_no = match row.text("household_no") {
        "" => None,
        text => Some(HouseholdNo::parse(text).map_err(|error| refuse("household_no", error.to_string()))?),
    };
    let birth_date = row.text("birth_date").parse::<RegisterDate>().map_err(|error| {
        refuse("birth_date", format!("生年月日「{}」が読めません: {error}", row.text("birth_date")))
    })?;
    let owned = |item: &str| row.text(item).to_owned();
    let optional = |item: &str| Some(row.text(item)).filter(|text| !text.is_empty()).map(str::to_owned);
    let kind = ResidentKind::from_code(row.text("resident_kind"))
        .ok_or_else(|| refuse("resident_kind", code("resident_kind", "住民種別")))?;
    let status = ResidentStatus::from_code(row.text("resident_status"))
        .ok_or_else(|| refuse("resident_status", code("resident_status", "住民状態")))?;
    let sex = Sex::from_code(row.text("sex")).ok_or_else(|| refuse("sex", code("sex", "性別")))?;
    Ok(Addressee {
        history_no,
        household_no,
        resident_kind: Some(kind),
        status: Some(status),
        name: owned("name"),
        name_kana: owned("name_kana"),
        name_roman: owned("name_roman"),
        former_family_name: owned("former_family_name"),
        alias_name: owned("alias_name"),
        birth_date: Some(birth_date),
        sex: Some(sex),
        address: Address {
            town_code: optional("town_code"),
            prefecture: owned("prefecture"),
            municipality: owned("municipality"),
            town: owned("town"),
            lot: owned("lot"),
            building: optional("building"),
            postcode: optional("postcode"),
            ..Address::default()
        },
        moved_out_to: owned("dest_address_planned"),
        moveout_planned_on: owned("moveout_planned_on"),
        deletion_event_date: owned("deletion_event_date"),
        ..Addressee::blank(addressee_no, AddresseeClass::Resident)
    })
}
