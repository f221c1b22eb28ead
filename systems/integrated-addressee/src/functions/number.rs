//! 団体内統合宛名番号付番: one number per 個人番号, and the facts of the task that asks (0320001 to 0320004).

use std::collections::BTreeMap;

use domain::{IndividualNumber, RegisterDate, ResidentStatus, Sex};
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{
    Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use crate::desk::Desk;
use crate::records::{Counter, Link, PENDING, Pending, Person};
use crate::{findings, flag, rules};

#[derive(Deserialize)]
struct Asked {
    individual_number: IndividualNumber,
    addressee_no: domain::AddresseeNo,
    task_id: String,
    #[serde(default)]
    resident_status: Option<ResidentStatus>,
    name: String,
    #[serde(default)]
    name_kana: String,
    #[serde(default)]
    birth_date: Option<RegisterDate>,
    #[serde(default)]
    sex: Option<Sex>,
    #[serde(default)]
    address: String,
}

/// 団体内統合宛名番号付番.
pub fn function() -> Function {
    let choice = |code: &str, label: &str| Choice { code: code.to_owned(), label: label.to_owned() };
    let statuses = ResidentStatus::ALL.iter().map(|one| choice(one.code(), one.label())).collect();
    let sexes = Sex::ALL.iter().map(|one| choice(one.code(), one.label())).collect();
    Function {
        id: "integrated-addressee/number",
        title: "団体内統合宛名番号付番",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "付番の依頼",
            vec![
                Field::new("individual_number", "個人番号", FieldKind::IndividualNumber).required(),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("task_id", "業務ID", FieldKind::Text(3)).required(),
                Field::new("resident_status", "住民状態", FieldKind::Choice(statuses))
                    .help("住民の宛名番号のときに入力します。"),
                Field::new("name", "氏名", FieldKind::Text(100)).required(),
                Field::new("name_kana", "氏名フリガナ", FieldKind::Kana(100)),
                Field::new("birth_date", "生年月日", FieldKind::RegisterDate),
                Field::new("sex", "性別", FieldKind::Choice(sexes)),
                Field::new("address", "住所", FieldKind::Text(300)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let addressee_no = asked.addressee_no.to_string();
    if let Some(finding) = findings::task_id(&asked.task_id) {
        return Ok(Outcome::refused(vec![finding]));
    }
    let known = view.load_by::<Person>("individual_number", asked.individual_number.expose())?.pop();
    let link = view.load::<Link>(&addressee_no)?;
    if let Some(link) = &link
        && known.as_ref().is_none_or(|known| known.record.integrated_no != link.record.integrated_no)
    {
        return Ok(Outcome::refused(vec![findings::other_person(&addressee_no)]));
    }
    let mut writes = Vec::new();
    let mut found = Vec::new();
    let own = asked.resident_status.or(link.as_ref().and_then(|link| link.record.status));
    let elsewhere = match &known {
        Some(known) => flag::is_resident_elsewhere(view, known.record.integrated_no, &addressee_no)?,
        None => false,
    };
    let counts = flag::represents(&asked.task_id, own == Some(ResidentStatus::Resident) || elsewhere);
    if let Some(pending) = view.load::<Pending>(&addressee_no)? {
        writes.push(Write::close(&PENDING, &addressee_no, pending.version));
    }
    let integrated_no = match known {
        None => {
            let (number, counter) = Counter::next(view)?;
            writes.push(Write::put(&person(&asked, number), None)?);
            writes.push(counter);
            number
        }
        Some(known) => {
            let number = known.record.integrated_no;
            found.extend(doubts(&asked, &known.record));
            let now = person(&asked, number);
            if counts && now != known.record {
                writes.push(Write::put(&now, Some(known.version))?);
            }
            number
        }
    };
    let mut now = link.as_ref().map_or_else(
        || Link {
            addressee_no: asked.addressee_no,
            integrated_no,
            status: None,
            tasks: Vec::new(),
            received: BTreeMap::new(),
        },
        |link| link.record.clone(),
    );
    now.status = asked.resident_status.or(now.status);
    if counts && !now.tasks.contains(&asked.task_id) {
        now.tasks.push(asked.task_id);
        now.tasks.sort_unstable();
    }
    // What waited for the number goes out with it.
    let mut desk = Desk::new(view);
    desk.put(&now)?;
    rules::numbered(&mut desk, asked.addressee_no, integrated_no, context)?;
    writes.extend(desk.writes()?);
    let message = format!("宛名番号 {addressee_no} の団体内統合宛名番号は {integrated_no} です。");
    let outcome = super::done(&addressee_no, integrated_no, message, "団体内統合宛名番号付番", writes);
    Ok(Outcome { findings: found, ..outcome })
}

fn person(asked: &Asked, integrated_no: crate::records::IntegratedNo) -> Person {
    Person {
        integrated_no,
        individual_number: asked.individual_number,
        name: asked.name.clone(),
        name_kana: asked.name_kana.clone(),
        birth_date: asked.birth_date,
        sex: asked.sex,
        address: asked.address.clone(),
    }
}

/// A birth date or sex that contradicts what is known of the number.
fn doubts(asked: &Asked, known: &Person) -> Option<Finding> {
    let day = |date: Option<RegisterDate>| date.and_then(|date| date.known());
    let mut items = Vec::new();
    if day(asked.birth_date).is_some_and(|born| day(known.birth_date).is_some_and(|known| known != born)) {
        items.push("生年月日");
    }
    let stated = |sex: Option<Sex>| sex.filter(|sex| *sex != Sex::Unknown);
    if stated(asked.sex).is_some_and(|sex| stated(known.sex).is_some_and(|known| known != sex)) {
        items.push("性別");
    }
    (!items.is_empty()).then(|| findings::facts_differ(&items.join("・")))
}
