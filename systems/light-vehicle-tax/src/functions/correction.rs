//! 更正申告受付登録: 課税漏れ, 職権抹消, 課税取消, 税額の誤り; and the list of what waits.

use std::ops::ControlFlow;

use domain::{FiscalYear, Yen};
use register::{Fault, View, ViewExt};
use serde::Deserialize;
use serde_json::{Value, json};
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section, choices,
};

use super::scrap::chosen;
use super::tax_change::too_late;
use crate::codes::{self, List, reason};
use crate::desk::{Desk, Wish};
use crate::records::{CORRECTION, Correction, CorrectionState, Levy, Vehicle};
use crate::rules::{Assessed, Way, assess, rates};

const PLACE: Place =
    Place { unit: "軽自動車税", level1: "更正", level2: "更正申告受付登録", level3: "" };

/// The most corrections one answer lists.
const ROWS_MAX: usize = 1_000;

/// 更正申告受付登録.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/correction",
        title: "更正申告受付登録",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "更正の申告",
            vec![
                Field::new("vehicle_no", "車両番号", FieldKind::Text(10)).required(),
                Field::new("tax_year", "年度", FieldKind::Number(9_999)).required(),
                Field::new("reason", "事由", codes::correction_field()).required(),
                Field::new("note", "内容", FieldKind::Text(200)).required(),
                Field::new("evaded", "偽りその他不正の行為による", FieldKind::Flag)
                    .help("賦課決定の期間が、3年・5年ではなく7年になります（地方税法17条の5第7項）。内容に事実を書いてください"),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

/// 更正の取下げ.
pub(crate) fn withdraw() -> Function {
    Function {
        id: "light-vehicle-tax/correction-withdraw",
        title: "更正申告の取下げ",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "取下げ",
            vec![
                Field::new("correction_no", "受付番号", FieldKind::Text(10)).required(),
                Field::new("note", "取り下げる理由", FieldKind::Text(200)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_withdraw,
    }
}

/// 更正受付一覧.
pub(crate) fn list() -> Function {
    let states = choices(&[("pending", "未処理"), ("applied", "税額変更済み"), ("withdrawn", "取下げ")]);
    Function {
        id: "light-vehicle-tax/correction-list",
        title: "更正受付一覧",
        place: Some(PLACE),
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "一覧の条件",
            vec![Field::new("state", "状態", FieldKind::Choice(states)).help("空のときは未処理です")],
        )]),
        in_menu: true,
        decide: decide_list,
    }
}

#[derive(Deserialize)]
struct Request {
    vehicle_no: String,
    tax_year: String,
    reason: String,
    note: String,
    #[serde(default)]
    evaded: bool,
}

/// The levy of a vehicle and a year that stands.
pub(crate) fn standing(
    view: &dyn View,
    vehicle_no: &str,
    tax_year: i16,
) -> Result<Option<register::Versioned<Levy>>, Fault> {
    let key = Levy::vehicle_year_of(vehicle_no, tax_year);
    Ok(view.load_by::<Levy>("vehicle_year", &key)?.into_iter().next())
}

/// LVT09, LVT11, LVT20, LVT21, LVT35, LVT37, LVT48.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let tax_year: i16 = given.tax_year.parse().unwrap_or_default();
    let Some((vehicle, _)) = chosen(&mut desk, &given.vehicle_no)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    if rates()?.day_of(tax_year).is_err() || FiscalYear::of(context.today) < FiscalYear(tax_year) {
        let why = format!("{tax_year}年度は、更正できる年度ではありません。");
        desk.error("LVT11", "tax_year", "年度", why, "今年度までの年度を西暦で入力してください。");
        return Ok(Outcome::refused(desk.findings));
    }
    // Which way 税額の誤り goes is known when the tax is changed; here only what is too late either way is turned back.
    let way = if given.reason == reason::MISSED { Way::More } else { Way::Less };
    if desk.decidable(tax_year, way, given.evaded)? {
        fits(&mut desk, &vehicle, tax_year, &given.reason)?;
    }
    if desk.stopped() {
        return Ok(Outcome::refused(desk.findings));
    }
    let cancels = codes::cancels(&given.reason);
    let wish = Wish { note: &given.note, cancels, evaded: given.evaded };
    if !desk.wait(&vehicle, tax_year, &given.reason, wish)? {
        desk.error(
            "LVT21",
            "vehicle_no",
            "車両番号",
            format!("車両番号{}の{tax_year}年度には、未処理の更正があります。", vehicle.vehicle_no),
            "先に税額変更をするか、更正を取り下げてください。",
        );
    }
    let label = List::LevyReasons.label(&given.reason);
    desk.outcome(
        &facts_reason(&given.reason, &given.note),
        format!(
            "車両番号{}の{tax_year}年度について、{label}を受け付けました。税額変更をしてください。",
            vehicle.vehicle_no
        ),
    )
}

fn facts_reason(code: &str, note: &str) -> String {
    format!("{code} {}: {note}", List::LevyReasons.label(code))
}

fn fits(desk: &mut Desk<'_>, vehicle: &Vehicle, tax_year: i16, why: &str) -> Result<(), Fault> {
    let levied = standing(desk.view, &vehicle.vehicle_no, tax_year)?;
    if why != reason::MISSED {
        if levied.is_none() {
            no_levy(desk, "vehicle_no", &format!("車両番号{}の{tax_year}年度", vehicle.vehicle_no));
        }
        return Ok(());
    }
    if levied.is_some() {
        desk.error(
            "LVT37",
            "vehicle_no",
            "車両番号",
            format!("車両番号{}は、{tax_year}年度を課税してあります。", vehicle.vehicle_no),
            "税額が違うときは、事由を「税額の誤り」にしてください。",
        );
        return Ok(());
    }
    let reductions = desk.reductions_of(vehicle)?;
    let not_taxed = match assess(rates()?, tax_year, vehicle, &reductions) {
        Assessed::NotTaxable(why) => Some(why),
        Assessed::Taxable(levied) if levied.amount == Yen::ZERO => Some("全額が減免".to_owned()),
        Assessed::Taxable(_) => None,
        Assessed::Exception(finding) => {
            desk.findings.push(finding);
            None
        }
    };
    if let Some(not_taxed) = not_taxed {
        desk.error(
            "LVT35",
            "tax_year",
            "年度",
            format!("車両番号{}の{tax_year}年度は、課税になりません（{not_taxed}）。", vehicle.vehicle_no),
            "車両の登録・廃車の日と、所有者を確かめてください。",
        );
    }
    Ok(())
}

/// LVT20.
pub(crate) fn no_levy(desk: &mut Desk<'_>, path: &str, what: &str) {
    desk.error(
        "LVT20",
        path,
        "賦課",
        format!("{what}の賦課はありません。"),
        "年度と番号を確かめてください。車両照会で、課税の状況が見られます。",
    );
}

/// LVT22; what follows from the facts of a vehicle is not withdrawn.
fn decide_withdraw(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut desk = Desk::new(view, context);
    let no = input.text("correction_no");
    let held = view.load::<Correction>(no)?;
    // What followed from a change is put right where it came from, unless it is too late to decide on it.
    let received = |one: &Correction| List::LevyReasons.cell(&one.reason, 3) == "1";
    let pending = held.filter(|held| held.record.state == CorrectionState::Pending);
    let held = match pending {
        Some(held) if received(&held.record) || too_late(view, context, held.clone())? => Some(held),
        _ => None,
    };
    let Some(held) = held else {
        let why = format!("受付番号「{no}」の、窓口で受け付けた未処理の更正はありません。");
        desk.error(
            "LVT22",
            "correction_no",
            "受付番号",
            why,
            "更正受付一覧で確かめてください。車両の異動や減免による更正は、元の登録を直してください。",
        );
        return Ok(Outcome::refused(desk.findings));
    };
    let version = held.version;
    let withdrawn = Correction { state: CorrectionState::Withdrawn, pending: None, ..held.record };
    let today = context.today;
    desk.put(&withdrawn, Some(version), today)?;
    desk.outcome(
        &format!("更正申告の取下げ: {}", input.text("note")),
        format!("受付番号{no}を取り下げました。"),
    )
}

fn decide_list(view: &dyn View, input: &Input, _context: &Context<'_>) -> Result<Outcome, Fault> {
    let wanted = match input.text("state") {
        "applied" => CorrectionState::Applied,
        "withdrawn" => CorrectionState::Withdrawn,
        _ => CorrectionState::Pending,
    };
    let (mut rows, mut count) = (Vec::new(), 0_usize);
    view.scan(&CORRECTION, None, &mut |stored| {
        let correction = stored.typed::<Correction>()?.record;
        if correction.state == wanted {
            count += 1;
            if rows.len() < ROWS_MAX {
                rows.push(shown(&correction));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let data = json!({ "count": count, "rows": rows });
    Ok(Outcome {
        message: format!("{count}件です。"),
        answer: Some(Answer { data, subjects: Vec::new() }),
        ..Outcome::default()
    })
}

/// What an answer shows of a correction.
pub(crate) fn shown(correction: &Correction) -> Value {
    json!({
        "correction_no": correction.correction_no,
        "vehicle_no": correction.vehicle_no,
        "tax_year": correction.tax_year,
        "reason": List::LevyReasons.label(&correction.reason),
        "received_on": correction.received_on,
        "note": correction.note,
        "levy_keys": correction.levy_keys,
    })
}
