//! The intakes of what applications are matched with.

use domain::{AddresseeNo, RegisterDate, ResidentStatus, Sex};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::refusal;
use crate::records::{Certificate, Resident};
use crate::resolve::Desk;
use crate::rules::matching::Known;

const SUBJECT: &str = "addressee_no";

/// 宛名情報, of which residents are kept to match applications with.
pub const RESIDENTS: Intake = Intake {
    id: "application-management/residents",
    title: "宛名情報（申請の照合）",
    needs: &["addressee_no", "history_no", "name"],
    apply: residents,
};

/// 電子証明書のシリアル番号, which only the register of residents has, from 住基ネット.
pub const CERTIFICATES: Intake = Intake {
    id: "application-management/certificates",
    title: "電子証明書シリアル番号（申請の照合）",
    needs: &["addressee_no", "history_no"],
    apply: certificates,
};

/// What waits for its person is looked through again: whoever comes may be the one.
fn residents(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut come) = (Applied::default(), Vec::new());
    // A corporation signs with no card of a person.
    for row in batch.rows.iter().filter(|row| row.text("class") != "3") {
        match resident(row) {
            Err(refused) => applied.refused.push(refused),
            Ok(now) => {
                let held = view.load::<Resident>(now.addressee_no.as_str())?;
                if held.as_ref().is_none_or(|held| held.record.history_no < now.history_no) {
                    applied.writes.push(Write::put(&now, held.map(|held| held.version))?);
                    come.push(now);
                }
            }
        }
    }
    let mut desk = Desk::knowing(view, Known::with(view, come, Vec::new()), context);
    desk.match_again()?;
    applied.writes.extend(desk.writes()?);
    Ok(applied)
}

fn certificates(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let (mut applied, mut come) = (Applied::default(), Vec::new());
    for row in batch.rows {
        match numbers(row) {
            Err(refused) => applied.refused.push(refused),
            Ok((addressee_no, history_no)) => {
                let now = Certificate {
                    addressee_no,
                    history_no,
                    sig_cert_serial: row.text("sig_cert_serial").to_owned(),
                    auth_cert_serial: row.text("auth_cert_serial").to_owned(),
                };
                let held = view.load::<Certificate>(addressee_no.as_str())?;
                if held.as_ref().is_none_or(|held| held.record.history_no < history_no) {
                    applied.writes.push(Write::put(&now, held.map(|held| held.version))?);
                    come.push(now);
                }
            }
        }
    }
    let mut desk = Desk::knowing(view, Known::with(view, Vec::new(), come), context);
    desk.match_again()?;
    applied.writes.extend(desk.writes()?);
    Ok(applied)
}

fn numbers(row: &Incoming<'_>) -> Result<(AddresseeNo, u32), RefusedRow> {
    let refuse = |item: &str, message: String| refusal(row, SUBJECT, item, message);
    let number = AddresseeNo::parse(row.text(SUBJECT)).map_err(|error| refuse(SUBJECT, error.to_string()))?;
    let history_no = row.history_no().map_err(|message| refuse("history_no", message))?;
    Ok((number, history_no))
}

fn resident(row: &Incoming<'_>) -> Result<Resident, RefusedRow> {
    let (addressee_no, history_no) = numbers(row)?;
    let protected = row.text("protected") == "1";
    let birth_date = match row.text("birth_date") {
        "" => None,
        text => Some(text.parse::<RegisterDate>().map_err(|error| {
            refusal(row, SUBJECT, "birth_date", format!("生年月日「{text}」が読めません: {error}"))
        })?),
    };
    Ok(Resident {
        addressee_no,
        history_no,
        status: ResidentStatus::from_code(row.text("status")),
        name: row.text("name").to_owned(),
        name_kana: row.text("name_kana").to_owned(),
        birth_date,
        sex: Sex::from_code(row.text("sex")),
        address: if protected { String::new() } else { row.text("address").to_owned() },
        protected,
    })
}
