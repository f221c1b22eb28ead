//! 名寄せ解除: two numbers were not one person after all (flow 6 of the data linkage standard).

use register::{Fault, View, ViewExt, Write};
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::corporation::taken;
use crate::linked;
use crate::records::{Addressee, Merge};

/// 名寄せ解除. The link stays in the history.
pub fn function() -> Function {
    Function {
        id: "addressee/unmerge",
        title: "名寄せ解除",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "解除する名寄せ",
            vec![
                Field::new("sub_no", "名寄せ元宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("reason", "解除の理由", FieldKind::Text(100)).required(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("sub_no");
    let Some(held) = linked::merged_into(view, number)? else {
        return Ok(Outcome::refused(vec![Finding::error(
            "ADR25",
            "sub_no",
            "名寄せ元宛名番号",
            format!("宛名番号 {number} は、どこにも名寄せされていません。"),
            "宛名照会で名寄せ元の番号を確かめてください。",
        )]));
    };
    if let Some(sub) = view.load::<Addressee>(number)?.filter(|sub| sub.record.closed_on.is_none())
        && let Some(taken) = taken(view, sub.record.corporate_no, number, context)?
    {
        return Ok(Outcome::refused(vec![Finding::error(
            "ADR28",
            "sub_no",
            "名寄せ元宛名番号",
            format!("解除すると、使われている二つの宛名が同じ法人番号を持ちます。{}", taken.message),
            "先に、どちらかの法人番号を法人修正で直すか、使わない方を閉鎖してください。",
        )]));
    }
    let main_no = held.record.main_no.to_string();
    let ended =
        Merge { unmerged_on: Some(context.today), reason: input.text("reason").to_owned(), ..held.record };
    let message = format!("宛名番号 {number} の {main_no} への名寄せを解除しました。");
    let mut writes = vec![Write::put(&ended, Some(held.version))?];
    if let Some(sub) = view.load::<Addressee>(number)? {
        writes.push(linked::told_anew(&sub)?);
    }
    let outcome = super::done(number, message, "名寄せ解除", writes);
    let subjects = vec![number.to_owned(), main_no];
    let answer = outcome.answer.map(|answer| Answer { subjects, ..answer });
    Ok(Outcome { answer, ..outcome })
}
