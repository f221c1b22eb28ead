//! 番号検索: who holds a 個人番号, a 住民票コード.
//!
//! A function of its own with a right of its own: numbers are asked for by those who may use them, they never stand in an
//! address or in a search history, and the answer does not repeat them.

use register::{Fault, View, ViewExt};
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Place, Section,
};

use crate::concealment::Concealment;
use crate::records::Person;

/// The function.
pub(crate) fn function() -> Function {
    Function {
        id: "resident-register/number-search",
        title: "番号検索",
        place: Some(Place {
            unit: "住民基本台帳", level1: "照会", level2: "住民票情報照会", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "番号",
            vec![
                Field::new("individual_number", "個人番号", FieldKind::IndividualNumber),
                Field::new("resident_record_code", "住民票コード", FieldKind::ResidentRecordCode),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// Source: 住民記録システム標準仕様書 2.1.1 (both numbers are keys of the search). 除票 are found, too: a number stays with
/// whoever had it.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut persons: Option<Vec<Person>> = None;
    for column in ["individual_number", "resident_record_code"] {
        let number = input.text(column);
        if number.is_empty() {
            continue;
        }
        let held = view.load_by::<Person>(column, number)?.into_iter().map(|held| held.record);
        persons = Some(match persons {
            Some(before) => {
                held.filter(|one| before.iter().any(|held| held.addressee_no == one.addressee_no)).collect()
            }
            None => held.collect(),
        });
    }
    let Some(persons) = persons else {
        return Ok(Outcome::refused(vec![Finding::error(
            "D006",
            "individual_number",
            "番号検索",
            "検索の条件がありません。",
            "個人番号か住民票コードを入力してください。",
        )]));
    };
    let mut concealment = Concealment::new(view, context);
    let rows = persons.iter().map(|person| concealment.row(person)).collect::<Result<Vec<Value>, Fault>>()?;
    let message = match rows.len() {
        0 => "この番号の人はいません。".to_owned(),
        count => format!("{count}人"),
    };
    let subjects = persons.iter().map(|person| person.addressee_no.to_string()).collect();
    Ok(Outcome {
        message,
        answer: Some(Answer { data: json!({ "rows": rows, "count": persons.len() }), subjects }),
        ..Outcome::default()
    })
}
