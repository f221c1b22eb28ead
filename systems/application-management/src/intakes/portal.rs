//! The intake of applications (ぴったりサービスの申請の受入).

use std::collections::BTreeMap;

use domain::{Date, RegisterDate, Sex};
use register::{Fault, View, ViewExt};
use system::{Applied, Batch, Context, Incoming, Intake};

use super::refusal;
use crate::records::{Applicant, Application, Attachment, Signature, State, Step, Values};
use crate::resolve::Desk;
use crate::rules::{Procedure, check};

const SUBJECT: &str = "row_no";

/// The most characters of an application's number.
const NO_CHARACTERS_MAX: usize = 40;

/// Applications: one row per person, the rows of one application in one file.
pub const PORTAL: Intake = Intake {
    id: "application-management/portal",
    title: "ぴったりサービスの申請",
    needs: &["row_no", "application_no", "procedure"],
    apply,
};

/// Keeps every application as it came and says of each what is wrong with it. One whose number is here already is passed over, and
/// when it says something else than what is here, told. No register of another system is changed.
///
/// Source: 共通機能標準仕様書 029; `insurance-welfare` §18 of the project's notes.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut order: Vec<&str> = Vec::new();
    let mut by_no: BTreeMap<&str, Vec<&Incoming<'_>>> = BTreeMap::new();
    for row in batch.rows {
        let no = row.text("application_no");
        if !is_number(no) {
            let message = format!(
                "申請番号が、{NO_CHARACTERS_MAX}文字までの英数字とハイフンではありません。送信元の記録を確かめてください。"
            );
            applied.refused.push(refusal(row, SUBJECT, "application_no", message));
            continue;
        }
        let rows = by_no.entry(no).or_default();
        if rows.is_empty() {
            order.push(no);
        }
        rows.push(row);
    }
    let mut desk = Desk::new(view, context);
    let mut fresh: Vec<String> = Vec::new();
    for no in order {
        let Some((first, rows)) = by_no.get(no).and_then(|rows| rows.first().map(|first| (*first, rows)))
        else {
            continue;
        };
        let read = read(first, rows, context.today)?;
        match view.load::<Application>(no)? {
            Some(held) if held.record.data == read.data => {}
            Some(_) => {
                let message = format!(
                    "{} 申請番号{no}は受付済みで、届いた内容が受け付けた内容と違います。送信元に、別の申請なら番号を変えて、訂正なら取下げと出し直しを頼んでください。",
                    check::SAME_NUMBER
                );
                applied.refused.push(refusal(first, SUBJECT, "application_no", message));
            }
            None => {
                desk.add(read);
                desk.look_for_person(no)?;
                fresh.push(no.to_owned());
            }
        }
    }
    // Withdrawals first, those of this file and those that waited: what is taken back already is not handed on at all.
    let takes_back = |desk: &mut Desk<'_>, no: &str| -> Result<bool, Fault> {
        let procedure = desk.get(no)?.and_then(|one| Procedure::find(&one.procedure));
        Ok(procedure.is_some_and(|procedure| procedure.withdraws.is_some()))
    };
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for no in &fresh {
        if takes_back(&mut desk, no)? { first.push(no) } else { second.push(no) }
    }
    for no in first {
        desk.advance(no)?;
    }
    for no in second {
        desk.wake_withdrawals_of(no)?;
        desk.advance(no)?;
    }
    applied.writes = desk.writes()?;
    Ok(applied)
}

fn is_number(no: &str) -> bool {
    !no.is_empty()
        && no.len() <= NO_CHARACTERS_MAX
        && no.chars().all(|one| one.is_ascii_alphanumeric() || one == '-')
}

/// The rows of one application as a record, with what is wrong with its form.
fn read(first: &Incoming<'_>, rows: &[&Incoming<'_>], today: Date) -> Result<Application, Fault> {
    let rows: Vec<Values> = rows.iter().map(|row| values(row)).collect();
    let data = serde_json::to_string(&rows)
        .map_err(|error| Fault::new("an application cannot be written as text", error))?;
    let owned = |item: &str| first.text(item).to_owned();
    let day = |text: &str| text.parse::<RegisterDate>().ok();
    let received_at = owned("received_at");
    let received_on = received_at.get(..10).and_then(day).and_then(|date| date.known());
    let mut one = Application {
        application_no: owned("application_no"),
        procedure: owned("procedure"),
        form_version: owned("form_version"),
        received_on: received_on.unwrap_or(today),
        received_at,
        expires_on: day(first.text("expires_on")).and_then(|date| date.known()),
        applicant: applicant(first),
        certificate_serial: owned("certificate_serial"),
        signature: Signature::read(first.text("signature")),
        attachments: attachments(first.text("attachments")),
        withdraws: owned("withdraws"),
        data,
        confirmed: Values::new(),
        holds: Vec::new(),
        candidates: Vec::new(),
        addressee_no: None,
        matched_by: None,
        state: State::Received,
        reference: String::new(),
        reason: String::new(),
        passed: false,
        history: vec![Step {
            state: State::Received,
            on: today,
            by: "portal".to_owned(),
            note: String::new(),
        }],
    };
    one.holds = check::holds(&one, &rows, today);
    Ok(one)
}

/// Every item that is not blank, but the number of the row, which is the file's and not the application's.
fn values(row: &Incoming<'_>) -> Values {
    let names = row.names().iter().filter(|name| **name != SUBJECT);
    names
        .map(|name| ((*name).to_owned(), row.text(name).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// 申請者; where the file does not say who applies, the first person of it.
fn applicant(row: &Incoming<'_>) -> Applicant {
    let either = |item: &str, other: &str| match row.text(item) {
        "" => row.text(other),
        text => text,
    };
    Applicant {
        name: either("applicant_name", "name").to_owned(),
        name_kana: either("applicant_kana", "name_kana").to_owned(),
        birth_date: either("applicant_birth_date", "birth_date").parse().ok(),
        sex: Sex::from_code(either("applicant_sex", "sex")),
        address: either("applicant_address", "address").to_owned(),
    }
}

/// 添付: name and SHA-256 with `|` between them, `;` between two.
fn attachments(text: &str) -> Vec<Attachment> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, sha256) = part.rsplit_once('|').unwrap_or((part, ""));
            Attachment { name: name.to_owned(), sha256: sha256.to_owned() }
        })
        .collect()
}
