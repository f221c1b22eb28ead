//! 課税者情報登録: 送付に関する記事, 記事, 定置場.

use register::{Fault, View};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Place, Section};

use super::scrap::chosen;
use crate::desk::Desk;

/// 課税者情報登録.
pub(crate) fn function() -> Function {
    Function {
        id: "light-vehicle-tax/details",
        title: "課税者情報登録",
        place: Some(Place {
            unit: "軽自動車税",
            level1: "当初課税準備",
            level2: "課税者情報登録",
            level3: "",
        }),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "課税者情報（空の項目は変わりません）",
            vec![
                Field::new("vehicle_no", "車両番号", FieldKind::Text(10)).required(),
                Field::new("place_kept", "定置場", FieldKind::Text(100)),
                Field::new("clear_place_kept", "定置場を削除", FieldKind::Flag),
                Field::new("mailing_note", "送付に関する記事", FieldKind::Text(200)),
                Field::new("clear_mailing_note", "送付に関する記事を削除", FieldKind::Flag),
                Field::new("note", "記事", FieldKind::Text(200)),
                Field::new("clear_note", "記事を削除", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

#[derive(Deserialize)]
struct Request {
    vehicle_no: String,
    #[serde(default)]
    place_kept: String,
    #[serde(default)]
    clear_place_kept: bool,
    #[serde(default)]
    mailing_note: String,
    #[serde(default)]
    clear_mailing_note: bool,
    #[serde(default)]
    note: String,
    #[serde(default)]
    clear_note: bool,
}

/// LVT09, LVT17.
fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let given: Request = input.read()?;
    let mut desk = Desk::new(view, context);
    let Some((vehicle, version)) = chosen(&mut desk, &given.vehicle_no)? else {
        return Ok(Outcome::refused(desk.findings));
    };
    let mut next = vehicle.clone();
    let lay = |held: &mut String, said: &str, clear: bool| {
        if clear {
            held.clear();
        } else if !said.is_empty() {
            said.clone_into(held);
        }
    };
    lay(&mut next.place_kept, &given.place_kept, given.clear_place_kept);
    lay(&mut next.mailing_note, &given.mailing_note, given.clear_mailing_note);
    lay(&mut next.note, &given.note, given.clear_note);
    if next == vehicle {
        desk.error("LVT17", "", "課税者情報", "変わる項目がありません。", "変える項目を入力してください。");
        return Ok(Outcome::refused(desk.findings));
    }
    let no = next.vehicle_no.clone();
    desk.put_vehicle(next, version, context.today)?;
    let mut outcome =
        desk.outcome("課税者情報の登録", format!("車両番号{no}の課税者情報を登録しました。"))?;
    outcome.effective_on = Some(context.today);
    outcome.opens = Some(no);
    Ok(outcome)
}
