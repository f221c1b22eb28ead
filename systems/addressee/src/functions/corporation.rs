//! 法人登録・法人修正・法人の解散・閉鎖.

use domain::{CorporateNumber, Date};
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{
    Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    TextQuery, choices,
};

use super::non_resident_close::left_behind;
use super::people::{AddressAsked, address_fields, cleared};
use crate::candidates;
use crate::findings;
use crate::linked;
use crate::numbering::Numbering;
use crate::records::{ADDRESSEE, Addressee, AddresseeClass, ClosingReason};
use crate::rules::{Sought, display_name, letter_name};

/// Why a corporation is closed.
const REASONS: [ClosingReason; 4] =
    [ClosingReason::Dissolved, ClosingReason::OfficeClosed, ClosingReason::Mistaken, ClosingReason::Other];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    name: String,
    name_kana: String,
    corporate_no: String,
    office_name: String,
    representative: String,
    contact: String,
    #[serde(flatten)]
    address: AddressAsked,
}

fn fields(new: bool) -> Vec<Field> {
    let need = |field: Field| if new { field.required() } else { field };
    vec![
        need(Field::new("name", "法人名", FieldKind::Text(100))),
        need(Field::new("name_kana", "法人名フリガナ", FieldKind::Kana(100))),
        Field::new("corporate_no", "法人番号", FieldKind::Text(20)).help("13桁。ない団体は空欄にします。"),
        Field::new("office_name", "本店・支店名", FieldKind::Text(60)),
        Field::new("representative", "代表者", FieldKind::Text(100)),
        Field::new("contact", "連絡先", FieldKind::Text(50)),
    ]
}

/// 法人登録.
pub fn register() -> Function {
    Function {
        id: "addressee/corporation-register",
        title: "法人登録",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once("法人", fields(true)), Section::once("所在地", address_fields())]),
        in_menu: true,
        decide: decide_register,
    }
}

/// 法人修正. Only what is given changes.
pub fn correct() -> Function {
    let clearable = choices(&[
        ("corporate_no", "法人番号"),
        ("office_name", "本店・支店名"),
        ("representative", "代表者"),
        ("contact", "連絡先"),
    ]);
    Function {
        id: "addressee/corporation-correct",
        title: "法人修正",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "修正する法人",
                vec![
                    Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                    Field::new("changed_on", "異動年月日", FieldKind::Date),
                    Field::new("clear", "空にする項目", FieldKind::Choice(clearable)),
                ],
            ),
            Section::once("変わる項目", fields(false)),
            Section::once("新しい所在地（変わるときは全体を入力）", address_fields()),
        ]),
        in_menu: true,
        decide: decide_correct,
    }
}

/// 法人の解散・閉鎖.
pub fn close() -> Function {
    let reasons = REASONS
        .iter()
        .map(|reason| Choice { code: reason.code().to_owned(), label: reason.label().to_owned() })
        .collect();
    Function {
        id: "addressee/corporation-close",
        title: "法人の解散・閉鎖",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "解散・閉鎖する法人",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("closing_reason", "解散・閉鎖の別", FieldKind::Choice(reasons)).required(),
                Field::new("closed_on", "解散・閉鎖年月日", FieldKind::Date).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_close,
    }
}

fn decide_register(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let mut numbering = Numbering::of(view, Numbering::CORPORATION)?;
    let number = numbering.next()?;
    let corporate_no = match corporate_no(&asked.corporate_no) {
        Ok(corporate_no) => corporate_no,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    if let Some(taken) = taken(view, corporate_no, number.as_str(), context)? {
        return Ok(Outcome::refused(vec![taken]));
    }
    let Some(address) = asked.address.given() else {
        return Ok(Outcome::refused(vec![Finding::error(
            "ADR32",
            "town",
            "所在地",
            "所在地がありません。どこにある法人か分からないので登録できません。",
            "所在地を入力してください。",
        )]));
    };
    let sought = Sought {
        name: asked.name.clone(),
        name_kana: asked.name_kana.clone(),
        address: address.one_line(),
        ..Sought::default()
    };
    let alike = candidates::find(view, &sought, "", context)?;
    let alike = alike.iter().filter(|found| found.held.class == AddresseeClass::Corporation);
    let found = alike.map(findings::candidate).collect();
    let mut made = Addressee {
        name: asked.name,
        name_kana: asked.name_kana,
        corporate_no,
        office_name: asked.office_name,
        representative: asked.representative,
        contact: asked.contact,
        address,
        ..Addressee::blank(number, AddresseeClass::Corporation)
    };
    made.display_name = display_name(&made);
    let made = linked::marked(view, made)?;
    let mut writes = vec![Write::put(&made, None)?];
    writes.extend(numbering.write()?);
    let message = format!("{}を宛名番号 {number} で登録しました。", letter_name(&made));
    Ok(super::with(super::done(number.as_str(), message, "法人登録", writes), found))
}

fn decide_correct(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let number = input.text("addressee_no");
    let (held, version) = match open_corporation(view, number)? {
        Ok(held) => held,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let given = match corporate_no(&asked.corporate_no) {
        Ok(given) => given,
        Err(finding) => return Ok(Outcome::refused(vec![*finding])),
    };
    if let Some(taken) = taken(view, given, number, context)? {
        return Ok(Outcome::refused(vec![taken]));
    }
    let changed_on = super::day(input, "changed_on");
    let mut found: Vec<Finding> =
        findings::not_future("changed_on", "異動年月日", changed_on, context.today).into_iter().collect();
    let base = cleared(&held, input.text("clear"));
    let text = |given: String, held: &String| if given.is_empty() { held.clone() } else { given };
    let mut changed = Addressee {
        name: text(asked.name, &base.name),
        name_kana: text(asked.name_kana, &base.name_kana),
        corporate_no: given.or(base.corporate_no),
        office_name: text(asked.office_name, &base.office_name),
        representative: text(asked.representative, &base.representative),
        contact: text(asked.contact, &base.contact),
        address: asked.address.given().unwrap_or_else(|| base.address.clone()),
        ..base
    };
    changed.display_name = display_name(&changed);
    if changed == held {
        found.push(findings::unchanged());
    }
    if !found.is_empty() {
        return Ok(Outcome::refused(found));
    }
    let message = format!("{}を修正しました。", letter_name(&changed));
    let writes = vec![Write::put(&changed, Some(version))?];
    Ok(Outcome { effective_on: changed_on, ..super::done(number, message, "法人修正", writes) })
}

fn decide_close(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let (held, version) = match open_corporation(view, number)? {
        Ok(held) => held,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let closed_on: Date = super::day(input, "closed_on").unwrap_or(context.today);
    let reason = ClosingReason::from_code(input.text("closing_reason")).unwrap_or(ClosingReason::Other);
    if let Some(future) =
        findings::not_future("closed_on", "解散・閉鎖年月日", Some(closed_on), context.today)
    {
        return Ok(Outcome::refused(vec![future]));
    }
    let found: Vec<Finding> = left_behind(view, held.addressee_no)?.into_iter().collect();
    let message = format!("{}を{}で閉鎖しました。", letter_name(&held), reason.label());
    let closed = Addressee { closed_on: Some(closed_on), closing_reason: Some(reason), ..held };
    let writes = vec![Write::put(&closed, Some(version))?];
    let outcome = super::done(number, message, reason.label(), writes);
    Ok(Outcome { effective_on: Some(closed_on), ..super::with(outcome, found) })
}

fn open_corporation(view: &dyn View, number: &str) -> Result<Result<(Addressee, u32), Finding>, Fault> {
    let Some(held) = view.load::<Addressee>(number)? else {
        return Ok(Err(findings::unknown("addressee_no", "宛名番号", number)));
    };
    if held.record.class != AddresseeClass::Corporation {
        return Ok(Err(findings::wrong_class(&held.record, AddresseeClass::Corporation)));
    }
    if held.record.closed_on.is_some() {
        return Ok(Err(findings::closed(&held.record)));
    }
    Ok(Ok((held.record, held.version)))
}

/// ADR30: reads what staff typed.
fn corporate_no(text: &str) -> Result<Option<CorporateNumber>, Box<Finding>> {
    if text.is_empty() {
        return Ok(None);
    }
    CorporateNumber::parse_input(text).map(Some).map_err(|error| {
        // What is so is its first sentence; what to do is better told for the office than in general.
        let error = error.to_string();
        let what = error.split_once('。').map_or(error.as_str(), |(what, _)| what);
        Box::new(Finding::error(
            "ADR30",
            "corporate_no",
            "法人番号",
            format!("{what}。"),
            "国税庁法人番号公表サイトか届出書で13桁を確かめてください。",
        ))
    })
}

/// ADR31: another addressee that is open and no sub number has the corporate number.
pub(super) fn taken(
    view: &dyn View,
    corporate_no: Option<CorporateNumber>,
    but: &str,
    context: &Context<'_>,
) -> Result<Option<Finding>, Fault> {
    let Some(corporate_no) = corporate_no else { return Ok(None) };
    let (hits, _) = context.search.find(&TextQuery {
        kind: ADDRESSEE.id,
        terms: vec![("corporate_no", corporate_no.to_string())],
        limit: candidates::CANDIDATES_MAX,
        ..TextQuery::default()
    });
    for hit in hits.iter().filter(|hit| hit.key != but) {
        let Some(held) = view.load::<Addressee>(&hit.key)? else { continue };
        let held = held.record;
        let open = held.closed_on.is_none() && linked::merged_into(view, &hit.key)?.is_none();
        if open && held.corporate_no == Some(corporate_no) {
            return Ok(Some(Finding::error(
                "ADR31",
                "corporate_no",
                "法人番号",
                format!(
                    "法人番号 {corporate_no} は、宛名番号 {}（{}）がすでに持っています。",
                    hit.key, held.display_name
                ),
                "その宛名番号を使ってください。二重に登録したものは、先に名寄せするか閉鎖してください。",
            )));
        }
    }
    Ok(None)
}
