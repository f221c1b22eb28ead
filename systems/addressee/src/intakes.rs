//! The intake of residents (住民情報の受入).

use domain::{Address, AddresseeNo, HouseholdNo, RegisterDate, ResidentKind, ResidentStatus, Sex};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use crate::records::{Addressee, AddresseeClass};
use crate::rules::display_name;

/// Residents, as the resident register offers them (住民情報).
pub const RESIDENTS: Intake = Intake {
    id: "addressee/residents",
    title: "住民情報（宛名）",
    needs: &["addressee_no", "history_no", "resident_kind", "resident_status", "name", "birth_date", "sex"],
    apply,
};

/// Takes each row as the person's newest state, unless a row as new is held already.
fn apply(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let rows = batch.rows;
    let mut applied = Applied { writes: Vec::with_capacity(rows.len()), refused: Vec::new() };
    for row in rows {
        let mut arrived = match read(row) {
            Ok(arrived) => arrived,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let held = view.load::<Addressee>(row.text("addressee_no"))?;
        if let Some(held) = &held {
            if arrived.history_no <= held.record.history_no {
                continue;
            }
            arrived.name_preference = held.record.name_preference;
        }
        arrived.display_name = display_name(&arrived);
        applied.writes.push(Write::put(&arrived, held.map(|held| held.version))?);
    }
    Ok(applied)
}

/// Reads a row; the display name is left to the caller, who knows the preference.
fn read(row: &Incoming<'_>) -> Result<Addressee, RefusedRow> {
    let refuse = |item: &str, message: String| RefusedRow {
        subject: row.text("addressee_no").to_owned(),
        item: item.to_owned(),
        message,
    };
    let code = |item: &str, title: &str| {
        format!("{title}コード「{}」はコード表にありません。送信元の記録を確かめてください。", row.text(item))
    };
    let addressee_no = AddresseeNo::parse(row.text("addressee_no"))
        .map_err(|error| refuse("addressee_no", error.to_string()))?;
    let history_no = match row.text("history_no").parse() {
        Ok(0) | Err(_) => {
            let message = format!("履歴番号「{}」が1以上の整数ではありません。", row.text("history_no"));
            return Err(refuse("history_no", message));
        }
        Ok(history_no) => history_no,
    };
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
