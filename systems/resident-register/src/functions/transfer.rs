//! 転出証明書情報: received before the people come, listed, and let go after its time.

use std::ops::ControlFlow;

use domain::{Date, RegisterDate};
use register::{Fault, View, Write};
use serde::Deserialize;
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use super::forms;
use crate::desk::Desk;
use crate::records::{Counter, TRANSFER, Transfer, TransferPerson, TransferSource};
use crate::rules::{Limit, transfer};

const PLACE: Place =
    Place { unit: "住民基本台帳", level1: "異動（増加）", level2: "転入", level3: "" };

/// 転出証明書情報の受信: what comes from the other municipality over 住基ネット.
pub(crate) fn receive() -> Function {
    let mut person = vec![
        Field::new("family_name", "氏", FieldKind::Text(50)).wide().required(),
        Field::new("given_name", "名", FieldKind::Text(50)).wide().required(),
        Field::new("name_kana", "氏名フリガナ", FieldKind::Kana(100)),
        Field::new("birth_date", "生年月日", FieldKind::RegisterDate).required(),
        Field::new("sex", "性別", FieldKind::Choice(forms::sexes())).required(),
    ];
    person.extend(forms::domicile());
    person.extend([
        Field::new("resident_record_code", "住民票コード", FieldKind::ResidentRecordCode).required(),
        Field::new("individual_number", "個人番号", FieldKind::IndividualNumber),
    ]);
    Function {
        id: "resident-register/transfer-receive",
        title: "転出証明書情報の受信",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "転出証明書情報",
                vec![
                    Field::new(
                        "source",
                        "転出の届出",
                        FieldKind::Choice(choices(&[
                            ("card", "特例転出"),
                            ("one-stop", "引越しワンストップ"),
                        ])),
                    )
                    .required(),
                    Field::new("from_municipality", "転出元の市区町村", FieldKind::Text(20)).required(),
                    Field::new("planned_on", "転出予定年月日", FieldKind::Date).required(),
                    Field::new("visit_on", "来庁予定日", FieldKind::Date),
                ],
            ),
            Section::repeated("persons", "転入する人", forms::MEMBERS_MAX, person),
        ]),
        in_menu: true,
        decide: decide_receive,
    }
}

#[derive(Deserialize)]
struct Received {
    source: TransferSource,
    from_municipality: String,
    planned_on: RegisterDate,
    #[serde(default)]
    visit_on: Option<RegisterDate>,
    #[serde(default)]
    persons: Vec<TransferPerson>,
}

fn decide_receive(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Received = input.read()?;
    let mut desk = Desk::new(view, context);
    if given.persons.is_empty() {
        desk.error(
            "E124",
            "persons",
            "転入する人",
            "転入する人が一人もいません。",
            "転出証明書情報の人を一人以上入力してください。",
        );
    }
    let Some(planned_on) = given.planned_on.known().filter(|_| !desk.stopped()) else {
        return Ok(Outcome::refused(desk.findings));
    };
    let transfer_no = format!("{:08}", desk.next_serial(Counter::TRANSFER)?);
    let transfer = Transfer {
        transfer_no: transfer_no.clone(),
        source: given.source,
        received_on: context.today,
        from_municipality: given.from_municipality,
        planned_on,
        visit_on: given.visit_on.and_then(|date| date.known()),
        persons: serde_json::to_string(&given.persons)
            .map_err(|error| Fault::new("persons are not JSON", error))?,
        used_by: Vec::new(),
        used_on: None,
    };
    let mut writes = desk.writes()?;
    writes.push(Write::put(&transfer, None)?);
    Ok(Outcome {
        findings: desk.findings,
        writes,
        reason: "転出証明書情報の受信".to_owned(),
        message: format!("転出証明書情報を受け取りました。受信番号 {transfer_no}"),
        ..Outcome::default()
    })
}

/// 転出証明書情報一覧.
pub(crate) fn list() -> Function {
    Function {
        id: "resident-register/transfer-list",
        title: "転出証明書情報一覧",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "条件",
            vec![Field::new("used", "使ったものも示す", FieldKind::Flag)],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

fn decide_list(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let all = input.0.get("used").is_some_and(|used| used == &json!(true));
    let mut rows = Vec::new();
    let open = transfer::open(view)?;
    view.scan(&TRANSFER, None, &mut |stored| {
        let one = stored.typed::<Transfer>()?.record;
        if all || one.used_on.is_none() {
            let persons = transfer::persons(&one)?;
            let twice = transfer::twice(&one, &persons, &open);
            let names: Vec<String> =
                persons.iter().map(|one| format!("{}　{}", one.family_name, one.given_name)).collect();
            rows.push(json!({
                "transfer_no": one.transfer_no,
                "source": one.source.label(),
                "received_on": domain::wareki(one.received_on),
                "from_municipality": one.from_municipality,
                "planned_on": domain::wareki(one.planned_on),
                "visit_on": one.visit_on.map(domain::wareki).unwrap_or_default(),
                "names": names.join("、"),
                "open_until": transfer::last_day(&one).map(domain::wareki).unwrap_or_default(),
                "over": transfer::last_day(&one).is_some_and(|last| last < context.today),
                "used_on": one.used_on.map(domain::wareki).unwrap_or_default(),
                "rule": if twice.is_empty() { "" } else { "D088" },
                "to_check": twice,
            }));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Outcome {
        answer: Some(Answer { data: json!({ "rows": rows }), subjects: Vec::new() }),
        ..Outcome::default()
    })
}

/// 転出証明書情報の消去: what nobody came for.
pub(crate) fn erase() -> Function {
    Function {
        id: "resident-register/transfer-erase",
        title: "転出証明書情報の消去",
        place: None,
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::default(),
        in_menu: true,
        decide: decide_erase,
    }
}

/// Source: 住民記録システム標準仕様書 4.1.1.5 (erased after a period that is set).
fn decide_erase(view: &dyn View, _input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut writes = Vec::new();
    view.scan(&TRANSFER, None, &mut |stored| {
        let held = stored.typed::<Transfer>()?;
        let over = |from: Date| {
            crate::rules::notice::days_after(from, Limit::TransferKeep.value())
                .is_some_and(|last| last < context.today)
        };
        if over(held.record.planned_on) {
            writes.push(Write::close(&TRANSFER, stored.key.clone(), held.version));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let count = writes.len();
    Ok(Outcome {
        writes,
        reason: "転出証明書情報の消去".to_owned(),
        message: format!("期間を過ぎた転出証明書情報{count}件を消しました。"),
        ..Outcome::default()
    })
}
