//! The intake of requests of task systems (住登外の登録依頼の受入).

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::{Address, AddresseeNo, Date, RegisterDate, Sex};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Finding, Incoming, Intake, RefusedRow};

use super::refusal;
use crate::findings;
use crate::functions::{became, carried, request_person};
use crate::linked;
use crate::numbering::Numbering;
use crate::records::{ADDRESSEE, Addressee, AddresseeClass, Closing, ClosingReason, Request, RequestState};
use crate::rules::{candidate, may_mark, may_refer};

const SUBJECT: &str = "request_no";

/// Requests for the number of a non-resident, changed facts of one, and its end. Without 宛名番号 a number is asked for; with it
/// the facts of that number are changed, and with 削除事由 it is closed (flows 1 to 4 of the data linkage standard).
pub const NON_RESIDENTS: Intake = Intake {
    id: "addressee/non-residents",
    title: "住登外の登録依頼",
    needs: &["request_no", "history_no", "task_id", "name"],
    apply,
};

/// The most candidates a request keeps; who has more is looked for on the screen.
const CANDIDATES_MAX: usize = 20;

/// Numbers who is certainly new, changes who is known, and leaves to staff who may be somebody already.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut asked = Vec::new();
    for row in batch.rows {
        match read(row, context) {
            Ok((request, number)) => asked.push((row, request, number)),
            Err(refused) => applied.refused.push(refused),
        }
    }
    // In one order however they came, so that numbers do not depend on it.
    asked.sort_by(|(_, one, _), (_, other, _)| one.request_no.cmp(&other.request_no));
    let mut people = People { view, today: context.today, changed: BTreeMap::new(), links: Vec::new() };
    let mut numbering = Numbering::of(view, Numbering::NON_RESIDENT)?;
    let mut pending = Vec::new();
    for (row, request, number) in asked {
        let held = view.load::<Request>(&request.request_no)?;
        if held.as_ref().is_some_and(|held| request.history_no <= held.record.history_no) {
            continue;
        }
        let version = held.as_ref().map(|held| held.version);
        let answered = held.and_then(|held| held.record.addressee_no);
        match number.or(answered) {
            Some(number) => match people.change(&request, number)? {
                Ok(()) => {
                    let done =
                        Request { state: RequestState::Answered, addressee_no: Some(number), ..request };
                    applied.writes.push(Write::put(&done, version)?);
                }
                Err(message) => applied.refused.push(refusal(row, SUBJECT, "addressee_no", message)),
            },
            None => pending.push((request, version)),
        }
    }
    for (request, write) in people.number(pending, &mut numbering)? {
        applied.writes.push(Write::put(&request, write)?);
    }
    applied.writes.extend(people.writes()?);
    applied.writes.extend(numbering.write()?);
    Ok(applied)
}

/// Addressees as this call leaves them.
struct People<'a> {
    view: &'a dyn View,
    today: Date,
    changed: BTreeMap<String, (Addressee, Option<u32>)>,
    links: Vec<Write>,
}

impl People<'_> {
    /// Changes the facts of a number, or says why it cannot.
    fn change(&mut self, request: &Request, number: AddresseeNo) -> Result<Result<(), String>, Fault> {
        let key = number.to_string();
        let (held, version) = match self.changed.get(&key) {
            Some((held, version)) => (held.clone(), *version),
            None => match self.view.load::<Addressee>(&key)? {
                Some(held) => (held.record, Some(held.version)),
                None => {
                    return Ok(Err(format!("宛名番号 {key} の宛名がありません。番号を確かめてください。")));
                }
            },
        };
        if !may_refer(&held, &request.task_id) {
            return Ok(Err(coded(findings::not_referred("addressee_no", "宛名番号", &key))));
        }
        if !may_mark(&held, request.no_reference, &request.task_id) {
            return Ok(Err(coded(findings::not_marked("addressee_no", "宛名番号", &key))));
        }
        let before = match held.class {
            AddresseeClass::NonResident if held.closed_on.is_none() => held.clone(),
            AddresseeClass::Resident if !held.is_current() => carried(&held, None, &request.task_id),
            AddresseeClass::NonResident => {
                return Ok(Err(format!("宛名番号 {key} は閉鎖されています。今の番号を照会してください。")));
            }
            AddresseeClass::Resident => {
                let message = format!("宛名番号 {key} は住登者です。住民の記録は住民記録で直します。");
                return Ok(Err(message));
            }
            AddresseeClass::Corporation => {
                return Ok(Err(format!("宛名番号 {key} は法人です。住登外者の依頼では変えられません。")));
            }
        };
        let person = request_person(request);
        let now = person.applied_to(&before);
        // The task that registered the person stays its owner.
        let mut now = Addressee { task_id: before.task_id, ..now };
        if let Some(closing) = &request.closing {
            if let Some(resident_no) = closing.resident_no {
                let (link, found) = became(self.view, &now, resident_no.as_str(), self.today)?;
                if let Some(against) = found.into_iter().find(Finding::stops) {
                    return Ok(Err(against.message));
                }
                self.links.extend(link);
            }
            now.closed_on = Some(closing.closed_on);
            now.closing_reason = Some(closing.closing_reason);
        }
        if now != held {
            self.changed.insert(key, (now, version));
        }
        Ok(Ok(()))
    }

    /// Answers the requests for numbers: a new one where nobody comes into question.
    fn number(
        &mut self,
        pending: Vec<(Request, Option<u32>)>,
        numbering: &mut Numbering<'_>,
    ) -> Result<Vec<(Request, Option<u32>)>, Fault> {
        let mut candidates = self.candidates(&pending)?;
        let mut decided = Vec::with_capacity(pending.len());
        for (at, (request, version)) in pending.into_iter().enumerate() {
            let person = request_person(&request);
            let mut found = candidates.get_mut(at).map(std::mem::take).unwrap_or_default();
            let sought = person.sought();
            // Somebody numbered a moment ago in this very call comes into question too.
            let new = self.changed.values().filter(|(held, version)| {
                version.is_none()
                    && may_refer(held, &request.task_id)
                    && candidate(held, &sought, true).is_some()
            });
            found.extend(new.map(|(held, _)| held.addressee_no));
            let request = if found.is_empty() {
                let number = numbering.next()?;
                let made = linked::marked(self.view, person.non_resident(number))?;
                self.changed.insert(number.to_string(), (made, None));
                Request { state: RequestState::Answered, addressee_no: Some(number), ..request }
            } else {
                found.truncate(CANDIDATES_MAX);
                Request { candidates: found, ..request }
            };
            decided.push((request, version));
        }
        Ok(decided)
    }

    /// Who comes into question for each request: one reading of the register for all, because rows that come over a link
    /// have no index.
    fn candidates(&self, pending: &[(Request, Option<u32>)]) -> Result<Vec<Vec<AddresseeNo>>, Fault> {
        let mut found = vec![Vec::new(); pending.len()];
        if pending.is_empty() {
            return Ok(found);
        }
        let sought: Vec<_> = pending
            .iter()
            .map(|(request, _)| (request_person(request).sought(), request.task_id.as_str()))
            .collect();
        self.view.scan(&ADDRESSEE, None, &mut |stored| {
            let held = stored.typed::<Addressee>()?.record;
            for ((sought, task_id), found) in sought.iter().zip(&mut found) {
                if may_refer(&held, task_id) && candidate(&held, sought, true).is_some() {
                    found.push(held.addressee_no);
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    fn writes(self) -> Result<Vec<Write>, Fault> {
        let mut writes = self.links;
        for (held, version) in self.changed.values() {
            writes.push(Write::put(held, *version)?);
        }
        Ok(writes)
    }
}

/// A finding as the words of a refused row.
fn coded(finding: Finding) -> String {
    format!("{}（{}）{}", finding.message, finding.code, finding.remedy)
}

fn read(row: &Incoming<'_>, context: &Context<'_>) -> Result<(Request, Option<AddresseeNo>), RefusedRow> {
    let refuse = |item: &str, message: String| refusal(row, SUBJECT, item, message);
    let owned = |item: &str| row.text(item).to_owned();
    let optional = |item: &str| Some(row.text(item)).filter(|text| !text.is_empty()).map(str::to_owned);
    if row.text("request_no").is_empty() {
        return Err(refuse("request_no", "依頼番号がありません。".into()));
    }
    let number = match row.text("addressee_no") {
        "" => None,
        _ => Some(super::addressee_no(row, SUBJECT)?),
    };
    let task_id = row.text("task_id");
    if task_id.len() != 3 || !task_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse("task_id", format!("業務ID「{task_id}」が3桁の数字ではありません。")));
    }
    let birth_date = match row.text("birth_date") {
        "" => None,
        text => Some(
            text.parse::<RegisterDate>()
                .map_err(|error| refuse("birth_date", format!("生年月日「{text}」が読めません: {error}")))?,
        ),
    };
    if birth_date.and_then(|date| date.earliest()).is_some_and(|born| context.today < born) {
        return Err(refuse(
            "birth_date",
            format!("生年月日「{}」が今日より後です。", row.text("birth_date")),
        ));
    }
    let sex = match row.text("sex") {
        "" => None,
        text => Some(Sex::from_code(text).ok_or_else(|| {
            refuse(
                "sex",
                format!("性別コード「{text}」はコード表にありません。送信元の記録を確かめてください。"),
            )
        })?),
    };
    let request = Request {
        request_no: owned("request_no"),
        history_no: super::history_no(row, SUBJECT)?,
        task_id: task_id.to_owned(),
        state: RequestState::Pending,
        addressee_no: None,
        candidates: Vec::new(),
        name: owned("name"),
        name_kana: owned("name_kana"),
        name_roman: owned("name_roman"),
        alias_name: owned("alias_name"),
        birth_date,
        sex,
        address: Address {
            municipality_code: None,
            town_code: optional("town_code"),
            prefecture: owned("prefecture"),
            municipality: owned("municipality"),
            town: owned("town"),
            lot: owned("lot"),
            building: optional("building"),
            postcode: optional("postcode"),
            country: optional("country"),
            overseas: optional("overseas"),
        },
        contact: owned("contact"),
        no_reference: row.text("no_reference") == "1",
        closing: closing(row, context.today)?,
    };
    if number.is_none() && request.closing.is_some() {
        return Err(refuse(
            "addressee_no",
            "宛名番号がありません。どの番号を閉鎖するか分かりません。".into(),
        ));
    }
    if number.is_none() && request.name.is_empty() {
        return Err(refuse("name", "氏名がありません。番号を付けられません。".into()));
    }
    if number.is_none() && request.birth_date.is_none() && request.address.is_empty() {
        let message = "生年月日も住所もありません。同じ氏名の人と区別できません。";
        return Err(refuse("birth_date", message.into()));
    }
    Ok((request, number))
}

/// What ends the number, if the row says so.
fn closing(row: &Incoming<'_>, today: Date) -> Result<Option<Closing>, RefusedRow> {
    let refuse = |item: &str, message: String| refusal(row, SUBJECT, item, message);
    let text = row.text("closing_reason");
    if text.is_empty() {
        return Ok(None);
    }
    let closing_reason = ClosingReason::from_code(text).ok_or_else(|| {
        refuse(
            "closing_reason",
            format!("削除事由コード「{text}」はコード表にありません。送信元の記録を確かめてください。"),
        )
    })?;
    let day = row.text("closed_on").parse::<RegisterDate>().ok().and_then(|date| date.known());
    let Some(closed_on) = day.filter(|day| *day <= today) else {
        let message = format!("削除年月日「{}」が今日までの日ではありません。", row.text("closed_on"));
        return Err(refuse("closed_on", message));
    };
    let resident_no = match row.text("resident_no") {
        "" => None,
        text => Some(AddresseeNo::parse(text).map_err(|error| refuse("resident_no", error.to_string()))?),
    };
    if (closing_reason == ClosingReason::BecameResident) != resident_no.is_some() {
        let message = "住民の宛名番号は、削除事由が住民化のときに要り、ほかのときにはありません。";
        return Err(refuse("resident_no", message.into()));
    }
    Ok(Some(Closing { closing_reason, closed_on, resident_no }))
}
