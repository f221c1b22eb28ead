//! 要確認判定: a person decides where a birth date is unknown in part.

use domain::RegisterDate;
use register::{Fault, View, ViewExt};
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use crate::derivation::{self, Changed};
use crate::records::{Judged, Person};

/// 要確認判定: a birth date to reckon with, or that the person is no child.
pub fn function() -> Function {
    Function {
        id: "child-allowance/judge",
        title: "生年月日不詳者の判定",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "判定",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("birth_date", "みなし生年月日", FieldKind::Date)
                    .help("書類などで確かめた日。住民記録の生年月日は変わりません。"),
                Field::new("not_child", "児童でない", FieldKind::Flag),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let refuse = |path: &str, item: &str, message: &str, remedy: &str| {
        Ok(Outcome::refused(vec![Finding::error("CHA02", path, item, message, remedy)]))
    };
    let Some(held) = view.load::<Person>(number)? else {
        return refuse(
            "addressee_no",
            "宛名番号",
            "その番号の人はありません。",
            "宛名番号を確かめてください。",
        );
    };
    if held.record.birth_date.known().is_some() {
        return refuse(
            "addressee_no",
            "宛名番号",
            "この人の生年月日は分かっています。判定は要りません。",
            "生年月日が違うときは、住民記録で修正してください。",
        );
    }
    let day = input.text("birth_date").parse::<RegisterDate>().ok().and_then(|date| date.known());
    let not_child = input.0.get("not_child").and_then(serde_json::Value::as_bool).unwrap_or(false);
    let judged = match (day, not_child) {
        (Some(day), false) => Judged::Born(day),
        (None, true) => Judged::NotChild,
        _ => {
            let remedy = "みなし生年月日か「児童でない」の、どちらか一つを入力してください。";
            return refuse("birth_date", "みなし生年月日", "判定の内容が一つに決まりません。", remedy);
        }
    };
    let mut changed = Changed::default();
    changed.add(Person { judged: Some(judged), ..held.record.clone() }, Some(&held));
    Ok(Outcome {
        writes: derivation::writes(view, &changed, context.today)?,
        reason: "生年月日不詳者の判定".to_owned(),
        message: "判定を登録しました。".to_owned(),
        opens: Some(number.to_owned()),
        ..Outcome::default()
    })
}
