//! 協会データの保留の解決: a person completes a line, or drops it.

use domain::{FiscalYear, RegisterDate};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use system::{
    Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use crate::association::{self, Said};
use crate::desk::{Desk, day};
use crate::facts::Facts;
use crate::records::{ImportFile, ImportLine, LineState};

/// 協会データの保留の解決.
pub(crate) fn function() -> Function {
    let what = choices(&[("settle", "登録する"), ("drop", "破棄する")]);
    Function {
        id: "light-vehicle-tax/import-settle",
        title: "協会データの保留の解決",
        place: Some(Place {
            unit: "軽自動車税", level1: "当初課税準備", level2: "新規車両登録", level3: ""
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "保留の明細",
                vec![
                    Field::new("line_no", "明細番号", FieldKind::Text(40)).required(),
                    Field::new("action", "処理", FieldKind::Choice(what)).required(),
                    Field::new("note", "処理の理由", FieldKind::Text(200)).required(),
                    Field::new("event_on", "異動年月日", FieldKind::Date).help("明細と違うときだけ"),
                    Field::new("compared", "所有者の氏名・住所を比べて確かめた", FieldKind::Flag),
                ],
            ),
            Section::once("明細を補う項目（空の項目は明細のとおり）", association::said_fields()),
        ]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    line_no: String,
    action: String,
    note: String,
    #[serde(default)]
    event_on: Option<RegisterDate>,
    #[serde(default)]
    compared: bool,
}

/// LVT29, and whatever is against the line still.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let held = view.load::<ImportLine>(&given.line_no)?.filter(|held| held.record.state == LineState::Held);
    let Some(held) = held else {
        desk.error(
            "LVT29",
            "line_no",
            "明細番号",
            format!("保留の明細「{}」はありません。", given.line_no),
            "取込明細一覧で、保留の明細を確かめてください。",
        );
        return Ok(Outcome::refused(desk.findings));
    };
    let mut line = ImportLine { note: given.note.clone(), processed_on: context.today, ..held.record };
    if given.action == "drop" {
        line.state = LineState::Dropped;
    } else {
        let file_no = line.line_no.rsplit_once('-').map_or("", |(file, _)| file);
        let file = view.load::<ImportFile>(file_no)?.map(|held| held.record.fiscal_year);
        let event_on = day(given.event_on);
        // What came over a link has no file; what a person says is of the day they say, or of this year.
        let fiscal_year = event_on.map(|day| FiscalYear::of(day).0).or(file);
        let fiscal_year = fiscal_year.unwrap_or(FiscalYear::of(context.today).0);
        let said = Said { facts: input.read::<Facts>()?, event_on, compared: given.compared };
        let vehicle_no = association::apply_confirmed(&mut desk, &line.text, fiscal_year, &said)?;
        let Some(vehicle_no) = vehicle_no else { return Ok(Outcome::refused(desk.findings)) };
        line.state = LineState::Settled;
        line.vehicle_no = vehicle_no;
    }
    let message = format!("明細{}を{}にしました。", line.line_no, line.state.label());
    let today = context.today;
    desk.put(&line, Some(held.version), today)?;
    let mut outcome = desk.outcome(&format!("協会データの保留の解決: {}", given.note), message)?;
    outcome.opens = Some(line.vehicle_no).filter(|no| !no.is_empty());
    Ok(outcome)
}
