//! 住登外者宛名番号付番: the official interface of the function that numbers non-residents (住登外者宛名番号管理機能).

use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use super::PersonAsked;
use super::carry_over::carried;
use super::non_resident_register::{item_wrong, stated_wrong};
use super::people::{address_fields, person_fields};
use crate::candidates::{self, Candidate};
use crate::findings;
use crate::linked;
use crate::numbering::Numbering;
use crate::records::{Addressee, AddresseeClass, Merge};
use crate::rules::{may_mark, may_refer};

#[derive(Deserialize)]
struct Asked {
    shorikubun: Step,
    #[serde(default)]
    addressee_no: String,
    #[serde(default)]
    municipality_code: String,
    #[serde(default = "no_policy")]
    policy_id: String,
    #[serde(default)]
    merge_source: bool,
    #[serde(default)]
    merge_into: String,
    #[serde(default)]
    different_person: bool,
    #[serde(default)]
    operator_id: String,
    #[serde(flatten)]
    person: PersonAsked,
}

/// 独自施策ID of a task without one.
fn no_policy() -> String {
    "000".to_owned()
}

/// 処理区分.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Step {
    /// A number is asked for.
    #[serde(rename = "0")]
    Number,
    /// The number is known; the base items are those of its person.
    #[serde(rename = "1")]
    Known,
    /// One of the candidates was chosen.
    #[serde(rename = "2")]
    Chosen,
}

/// 住登外者宛名番号付番. With 処理区分 0 the answer is a number, or the candidates when somebody may be the person; the caller
/// chooses one and calls again with 2, or says that it is another person.
///
/// Source: 共通機能標準仕様書, 住登外者宛名番号管理機能, API `app_submit/v10/jutogaishaatenabangofuban`.
pub fn function() -> Function {
    let steps = choices(&[("0", "付番依頼"), ("1", "既知の宛名番号"), ("2", "候補から選んだ宛名番号")]);
    Function {
        id: "addressee/non-resident-number",
        title: "住登外者宛名番号付番",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "処理",
                vec![
                    Field::new("shorikubun", "処理区分", FieldKind::Choice(steps)).required(),
                    Field::new("municipality_code", "市区町村コード", FieldKind::Text(6)),
                    Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo)
                        .help("処理区分が1か2のときは必ず入力します。"),
                    Field::new("policy_id", "独自施策ID", FieldKind::Text(3)),
                    Field::new("different_person", "候補とは別の人", FieldKind::Flag),
                ],
            ),
            Section::once("住登外者", person_fields(false)),
            Section::once("住所", address_fields()),
            Section::once(
                "名寄せと操作者",
                vec![
                    Field::new("merge_source", "名寄せ元フラグ", FieldKind::Flag),
                    Field::new("merge_into", "名寄せ先宛名番号", FieldKind::AddresseeNo),
                    Field::new("operator_id", "操作者ID", FieldKind::Text(20)),
                ],
            ),
        ]),
        in_menu: false,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    match asked.shorikubun {
        Step::Number => number(view, &asked, context),
        Step::Known | Step::Chosen => known(view, &asked, context),
    }
}

fn number(view: &dyn View, asked: &Asked, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut found = Vec::new();
    if asked.person.name.is_empty() {
        found.push(Finding::error(
            "ADR63",
            "name",
            "氏名",
            "氏名がありません。付番依頼（処理区分0）には氏名が要ります。",
            "氏名を付けて送ってください。",
        ));
    }
    found.extend(stated_wrong(&asked.person, context.today));
    if !found.is_empty() {
        return Ok(Outcome::refused(found));
    }
    let candidates = candidates::find(view, &asked.person.sought(), &asked.person.task_id, context)?;
    if !candidates.is_empty() && !asked.different_person {
        return Ok(chosen_from(asked, &candidates));
    }
    let mut numbering = Numbering::of(view, Numbering::NON_RESIDENT)?;
    let number = numbering.next()?;
    let made = linked::marked(view, asked.person.non_resident(number))?;
    let mut writes = vec![Write::put(&made, None)?];
    writes.extend(numbering.write()?);
    match merged(view, asked, &made, context)? {
        Ok(link) => writes.extend(link),
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    }
    let message = format!("宛名番号 {number} を付番しました。");
    Ok(answered(asked, number.as_str(), 1, message, writes))
}

/// The answer with candidates: nothing is written.
fn chosen_from(asked: &Asked, candidates: &[Candidate]) -> Outcome {
    let subjects: Vec<String> = candidates.iter().map(|found| found.held.addressee_no.to_string()).collect();
    let candidates: Vec<Value> = candidates
        .iter()
        .map(|found| {
            let mut shown = super::shown(&found.held, found.hidden);
            if let Some(fields) = shown.as_object_mut() {
                fields.insert("agreement".to_owned(), found.agreement.label().into());
                fields.insert("past".to_owned(), found.past.into());
            }
            shown
        })
        .collect();
    let data = json!({
        "municipality_code": asked.municipality_code,
        "addressee_no": null,
        "history_no": null,
        "candidates": candidates,
    });
    Outcome {
        message: format!("同じ人かもしれない宛名が{}件あります。", subjects.len()),
        answer: Some(Answer { data, subjects }),
        ..Outcome::default()
    }
}

fn known(view: &dyn View, asked: &Asked, context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = asked.addressee_no.as_str();
    if number.is_empty() {
        return Ok(Outcome::refused(vec![Finding::error(
            "ADR64",
            "addressee_no",
            "宛名番号",
            "宛名番号がありません。処理区分1と2には宛名番号が要ります。",
            "使う宛名番号を付けるか、処理区分0で付番を依頼してください。",
        )]));
    }
    let Some(held) = view.load::<Addressee>(number)? else {
        return Ok(Outcome::refused(vec![findings::unknown("addressee_no", "宛名番号", number)]));
    };
    let found = item_wrong(&asked.person, context.today);
    if !found.is_empty() {
        return Ok(Outcome::refused(found));
    }
    let record = held.record;
    let task_id = asked.person.task_id.as_str();
    if !may_refer(&record, task_id) {
        return Ok(Outcome::refused(vec![findings::not_referred("addressee_no", "宛名番号", number)]));
    }
    if asked.shorikubun == Step::Known && !may_mark(&record, asked.person.no_reference, task_id) {
        return Ok(Outcome::refused(vec![findings::not_marked("addressee_no", "宛名番号", number)]));
    }
    let before = match record.class {
        AddresseeClass::Corporation => {
            return Ok(Outcome::refused(vec![findings::wrong_class(&record, AddresseeClass::NonResident)]));
        }
        AddresseeClass::NonResident if record.closed_on.is_some() => {
            return Ok(Outcome::refused(vec![findings::closed(&record)]));
        }
        AddresseeClass::Resident if record.is_current() => {
            return Ok(Outcome::refused(vec![findings::still_resident(&record)]));
        }
        AddresseeClass::Resident => carried(&record, None, &asked.person.task_id),
        AddresseeClass::NonResident => record.clone(),
    };
    // A chosen candidate is somebody else's record already: what another task says of it changes it only as known data.
    let now = match asked.shorikubun {
        Step::Known => Addressee { task_id: before.task_id.clone(), ..asked.person.applied_to(&before) },
        Step::Number | Step::Chosen => before,
    };
    let mut writes = Vec::new();
    let link = match merged(view, asked, &now, context)? {
        Ok(link) => link,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let mut history_no = held.version;
    if now != record || link.is_some() {
        writes.push(Write::put(&now, Some(held.version))?);
        history_no = held.version.saturating_add(1);
    }
    writes.extend(link);
    let message = format!("宛名番号 {number} を使います。");
    Ok(answered(asked, number, history_no, message, writes))
}

/// The link to 名寄せ先 that the caller asks for.
fn merged(
    view: &dyn View,
    asked: &Asked,
    sub: &Addressee,
    context: &Context<'_>,
) -> Result<Result<Option<Write>, Finding>, Fault> {
    if !asked.merge_source && asked.merge_into.is_empty() {
        return Ok(Ok(None));
    }
    let error =
        |message: String, remedy| Finding::error("ADR65", "merge_into", "名寄せ先宛名番号", message, remedy);
    let remedy = "名寄せ先の宛名番号を確かめて、付番とは別に名寄せしてください。";
    let main_no = asked.merge_into.as_str();
    if !asked.merge_source || main_no.is_empty() {
        let message = "名寄せ元フラグと名寄せ先宛名番号は、両方があるかどちらもないかです。".to_owned();
        return Ok(Err(error(message, "両方を付けるか、どちらも除いてください。")));
    }
    let sub_no = sub.addressee_no.to_string();
    let held = view.load::<Merge>(&sub_no)?;
    if held.as_ref().is_some_and(|held| held.record.is_active() && held.record.main_no.as_str() == main_no) {
        return Ok(Ok(None));
    }
    let Some(main) = view.load::<Addressee>(main_no)? else {
        return Ok(Err(findings::unknown("merge_into", "名寄せ先宛名番号", main_no)));
    };
    let impossible = main_no == sub_no
        || main.record.class == AddresseeClass::Corporation
        || held.as_ref().is_some_and(|held| held.record.is_active())
        || linked::merged_into(view, main_no)?.is_some()
        || !linked::merged_from(view, &sub_no)?.is_empty();
    if impossible {
        let message = format!(
            "宛名番号 {sub_no} は {main_no} に名寄せできません（本人どうし、法人、または二段の名寄せ）。"
        );
        return Ok(Err(error(message, remedy)));
    }
    let link = Merge {
        sub_no: sub.addressee_no,
        main_no: main.record.addressee_no,
        merged_on: context.today,
        unmerged_on: None,
        reason: "付番の依頼による".to_owned(),
    };
    Ok(Ok(Some(Write::put(&link, held.map(|held| held.version))?)))
}

fn answered(asked: &Asked, number: &str, history_no: u32, message: String, writes: Vec<Write>) -> Outcome {
    let outcome = super::done(number, message, "住登外者宛名番号付番", writes);
    let data = json!({
        "municipality_code": asked.municipality_code,
        "addressee_no": number,
        "history_no": history_no,
        "task_id": asked.person.task_id,
        "policy_id": asked.policy_id,
        "operator_id": asked.operator_id,
        "candidates": [],
    });
    Outcome { answer: Some(Answer { data, subjects: vec![number.to_owned()] }), ..outcome }
}
