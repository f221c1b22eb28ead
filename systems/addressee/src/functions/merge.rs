//! 名寄せ: two numbers are one person or corporation (flow 5 of the data linkage standard).

use domain::Date;
use register::{Fault, View, ViewExt, Write};
use serde::Deserialize;
use system::{Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section};

use crate::findings;
use crate::linked;
use crate::records::{Addressee, AddresseeClass, Merge};

#[derive(Deserialize)]
struct Asked {
    sub_no: String,
    main_no: String,
    #[serde(default)]
    reason: String,
}

/// 名寄せ. A main number is nobody's sub number, so that links never run in circles or chains.
pub fn function() -> Function {
    Function {
        id: "addressee/merge",
        title: "名寄せ",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "同じ人の二つの宛名番号",
            vec![
                Field::new("sub_no", "名寄せ元宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("main_no", "名寄せ先宛名番号", FieldKind::AddresseeNo)
                    .required()
                    .help("これから主に使う番号です。どちらの番号も書き換えません。"),
                Field::new("reason", "名寄せの理由", FieldKind::Text(100)),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let (write, found) = linked(view, &asked.sub_no, &asked.main_no, context.today, &asked.reason)?;
    let mut writes: Vec<Write> = write.into_iter().collect();
    if !writes.is_empty()
        && let Some(sub) = view.load::<Addressee>(&asked.sub_no)?
    {
        writes.push(linked::told_anew(&sub)?);
    }
    let message = format!("宛名番号 {} を {} に名寄せしました。", asked.sub_no, asked.main_no);
    let outcome = super::done(&asked.main_no, message, "名寄せ", writes);
    let outcome = Outcome {
        answer: outcome.answer.map(|answer| system::Answer {
            subjects: vec![asked.main_no.clone(), asked.sub_no.clone()],
            ..answer
        }),
        ..outcome
    };
    Ok(super::with(outcome, found))
}

/// The link between two numbers, and what stands against it. Whoever writes it writes the sub number's record too.
pub(super) fn linked(
    view: &dyn View,
    sub_no: &str,
    main_no: &str,
    today: Date,
    reason: &str,
) -> Result<(Option<Write>, Vec<Finding>), Fault> {
    let (Some(sub), Some(main)) = (view.load::<Addressee>(sub_no)?, view.load::<Addressee>(main_no)?) else {
        let mut found = Vec::new();
        for (path, item, number) in
            [("sub_no", "名寄せ元宛名番号", sub_no), ("main_no", "名寄せ先宛名番号", main_no)]
        {
            if view.load::<Addressee>(number)?.is_none() {
                found.push(findings::unknown(path, item, number));
            }
        }
        return Ok((None, found));
    };
    let (sub, main) = (sub.record, main.record);
    let held = view.load::<Merge>(sub_no)?;
    if let Some(against) = against(view, &sub, &main, held.as_ref().map(|held| &held.record))? {
        return Ok((None, vec![against]));
    }
    let link = Merge {
        sub_no: sub.addressee_no,
        main_no: main.addressee_no,
        merged_on: today,
        unmerged_on: None,
        reason: reason.to_owned(),
    };
    let write = Write::put(&link, held.map(|held| held.version))?;
    Ok((Some(write), doubts(&sub, &main)))
}

/// Why two numbers cannot be linked.
fn against(
    view: &dyn View,
    sub: &Addressee,
    main: &Addressee,
    held: Option<&Merge>,
) -> Result<Option<Finding>, Fault> {
    let error = |code, path, item, message: String, remedy| {
        Ok(Some(Finding::error(code, path, item, message, remedy)))
    };
    let (sub_no, main_no) = (sub.addressee_no, main.addressee_no);
    if sub_no == main_no {
        let message =
            format!("名寄せ元と名寄せ先がどちらも {sub_no} です。同じ番号どうしは名寄せできません。");
        return error("ADR20", "main_no", "名寄せ先宛名番号", message, "二つの違う番号を入力してください。");
    }
    let is_corporation = |one: &Addressee| one.class == AddresseeClass::Corporation;
    if is_corporation(sub) != is_corporation(main) {
        let message = format!(
            "宛名番号 {sub_no} は{}、{main_no} は{}です。個人と法人は名寄せできません。",
            sub.class.label(),
            main.class.label()
        );
        return error("ADR26", "sub_no", "名寄せ元宛名番号", message, "番号を確かめてください。");
    }
    if let Some(held) = held.filter(|held| held.is_active()) {
        let message = format!("宛名番号 {sub_no} はすでに {} に名寄せされています。", held.main_no);
        return error("ADR22", "sub_no", "名寄せ元宛名番号", message, "先に名寄せを解除してください。");
    }
    if let Some(above) = linked::merged_into(view, main_no.as_str())? {
        let message = format!(
            "名寄せ先の {main_no} は、それ自身が {} に名寄せされています。名寄せは一段だけです。",
            above.record.main_no
        );
        return error(
            "ADR21",
            "main_no",
            "名寄せ先宛名番号",
            message,
            "その名寄せ先の番号を入力してください。",
        );
    }
    if let Some(below) = linked::merged_from(view, sub_no.as_str())?.first() {
        let message =
            format!("名寄せ元の {sub_no} には {} が名寄せされています。名寄せは一段だけです。", below.sub_no);
        let remedy = "二つの番号を逆にするか、先にその名寄せを解除してください。";
        return error("ADR23", "sub_no", "名寄せ元宛名番号", message, remedy);
    }
    Ok(None)
}

/// What makes it doubtful that two numbers are one person.
fn doubts(sub: &Addressee, main: &Addressee) -> Vec<Finding> {
    let mut found = Vec::new();
    let known = |one: &Addressee| one.birth_date.and_then(|date| date.known());
    let mut differ = Vec::new();
    if let (Some(one), Some(other)) = (known(sub), known(main))
        && one != other
    {
        differ.push("生年月日");
    }
    if domain::fold_name(&sub.name) != domain::fold_name(&main.name) {
        differ.push("氏名");
    }
    if sub.corporate_no.is_some() && main.corporate_no.is_some() && sub.corporate_no != main.corporate_no {
        differ.push("法人番号");
    }
    if !differ.is_empty() {
        found.push(Finding::alert(
            "ADR24",
            "sub_no",
            "名寄せ元宛名番号",
            format!("二つの宛名の{}が違います。", differ.join("・")),
            "同じ人（法人）であることを書類で確かめてから進めてください。",
        ));
    }
    if sub.class == AddresseeClass::Resident && sub.is_current() {
        found.push(Finding::alert(
            "ADR27",
            "sub_no",
            "名寄せ元宛名番号",
            format!("名寄せ元の {} は住登者です。住民の番号は名寄せ先にします。", sub.addressee_no),
            "二つの番号を逆にしてください。住登者が二重に記録されているなら、住民記録に知らせてください。",
        ));
    }
    found
}
