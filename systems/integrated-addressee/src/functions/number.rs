//! 団体内統合宛名番号付番: one number per 個人番号, and the facts of the task that asks (0320001 to 0320004).

use domain::{IndividualNumber, RegisterDate, ResidentStatus, Sex};
use register::{Fault, View};
use serde::Deserialize;
use system::{Choice, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section};

use crate::desk::Desk;
use crate::findings;
use crate::records::Link;
use crate::rules::numbering::{self, Facts, Request};

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
    let mut desk = Desk::new(view);
    let known = numbering::holder(&desk, asked.individual_number)?;
    if let Some(link) = desk.get::<Link>(&addressee_no)?
        && known.as_ref().is_none_or(|known| known.integrated_no != link.integrated_no)
    {
        return Ok(Outcome::refused(vec![findings::other_person(&addressee_no)]));
    }
    let facts = Facts {
        name: asked.name,
        name_kana: asked.name_kana,
        birth_date: asked.birth_date,
        sex: asked.sex,
        address: asked.address,
    };
    let differs = known.map_or_else(Vec::new, |known| facts.contradictions(&known));
    let request = Request {
        individual_number: asked.individual_number,
        addressee_no: asked.addressee_no,
        task_id: &asked.task_id,
        status: asked.resident_status,
        facts: &facts,
    };
    let integrated_no = numbering::number(&mut desk, &request, context)?;
    let message = format!("宛名番号 {addressee_no} の団体内統合宛名番号は {integrated_no} です。");
    let outcome =
        super::done(&addressee_no, integrated_no, message, "団体内統合宛名番号付番", desk.writes()?);
    let found = (!differs.is_empty()).then(|| findings::facts_differ(&differs.join("・")));
    Ok(Outcome { findings: found.into_iter().collect(), ..outcome })
}
