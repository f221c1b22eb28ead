//! 証明書交付, 再発行: papers at the counter.

use domain::{Date, FiscalYear, Yen, wareki};
use register::{Fault, View, ViewExt, Write};
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use super::inquiry::charge_now;
use super::{day_or_today, no_levy, place};
use crate::letters::{Letter, issue_number, letter, levy_name, recipient, slip};
use crate::records::{Instalment, Issue, Part};
use crate::rules::levy_key_of;
use crate::tasks::ended;

/// 証明書交付.
pub(super) fn certificate() -> Function {
    let kinds = choices(&[
        ("paid", "納税証明書（税額・納付済額・未納額）"),
        ("no-arrears", "滞納のない証明書（完納証明書）"),
    ]);
    Function {
        id: "tax-collection/certificate",
        title: "納税証明書交付",
        place: place("交付", "証明書交付", ""),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "証明",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("kind", "証明の種類", FieldKind::Choice(kinds)).required(),
                Field::new("tax_item", "税目", FieldKind::Choice(super::transfer_apply::tax_items(true)))
                    .help("空のときは、すべての税目です。"),
                Field::new("from_year", "相当年度から（西暦）", FieldKind::Number(9998)),
                Field::new("until_year", "相当年度まで（西暦）", FieldKind::Number(9998)),
                Field::new("requested_by", "請求者", FieldKind::Text(100)).required(),
                Field::new("use", "使用目的", FieldKind::Text(100)),
            ],
        )]),
        in_menu: true,
        decide: decide_certificate,
    }
}

/// The instalments a certificate is about, in order.
fn levies_of(view: &dyn View, input: &Input) -> Result<Vec<Instalment>, Fault> {
    let item = Some(input.text("tax_item")).filter(|item| !item.is_empty() && *item != "00");
    let year = |name: &str| input.text(name).parse::<i16>().ok();
    let (from, until) = (year("from_year"), year("until_year"));
    let mut levies: Vec<Instalment> = view
        .load_by::<Instalment>("addressee_no", input.text("addressee_no"))?
        .into_iter()
        .map(|held| held.record)
        .filter(|levy| {
            item.is_none_or(|item| levy.tax_item == item)
                && from.is_none_or(|from| from <= levy.tax_year.0)
                && until.is_none_or(|until| levy.tax_year.0 <= until)
        })
        .collect();
    levies.sort_by(|a, b| a.levy_key.cmp(&b.levy_key));
    Ok(levies)
}

/// Source: 地方税法 20条の10.
fn decide_certificate(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let number = input.text("addressee_no");
    let Some(to) = recipient(view, number, "99", context.today)? else {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC11",
            "addressee_no",
            "宛名番号",
            format!("宛名番号 {number} の宛名を、収滞納はまだ受け取っていません。"),
            "宛名番号を確かめてください。",
        )]));
    };
    let levies = levies_of(view, input)?;
    let mut findings = Vec::new();
    if levies.is_empty() {
        findings.push(Finding::error(
            "TXC40",
            "tax_item",
            "税目",
            "証明する課税がありません。",
            "税目と年度を確かめてください。課税がないことの証明は、課税の担当で交付します。",
        ));
    }
    for levy in &levies {
        for told in &levy.preliminary {
            findings.push(Finding::alert(
                "TXC41",
                &levy.levy_key,
                "速報",
                format!(
                    "{}は、{}に納付の速報がありますが、確報がまだです。未納として証明します。",
                    levy_name(levy),
                    wareki(told.paid_on)
                ),
                "領収証書を見せてもらい、証明の内容でよいかを確かめてください。",
            ));
        }
    }
    let mut overdue: Vec<&Instalment> = Vec::new();
    for levy in levies.iter().filter(|levy| levy.is_overdue(context.today) || behind(levy)) {
        // What has ended is no arrears, given up in the books or not.
        match ended(view, levy, context.today)? {
            Ok(None) => overdue.push(levy),
            Ok(Some(_)) => {}
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        }
    }
    let none = input.text("kind") == "no-arrears";
    if none && !overdue.is_empty() {
        let names: Vec<String> = overdue.iter().map(|levy| levy_name(levy)).collect();
        findings.push(Finding::error(
            "TXC42",
            "kind",
            "証明の種類",
            format!("納期限を過ぎた未納があります（{}）。", names.join("、")),
            "納付を確かめるか、納税証明書を交付してください。",
        ));
    }
    if findings.iter().any(Finding::stops) {
        return Ok(Outcome::refused(findings));
    }
    let rows: Vec<Vec<String>> = levies
        .iter()
        .map(|levy| {
            vec![
                levy_name(levy),
                levy.levied(Part::Tax).to_string(),
                levy.paid().to_string(),
                levy.open(Part::Tax).to_string(),
                if levy.due_on < context.today { String::new() } else { "納期未到来".to_owned() },
            ]
        })
        .collect();
    let total = Yen(levies.iter().map(|levy| levy.levied(Part::Tax).0).sum());
    let issue = issue_number(context, 0);
    let (title, opening) = if none {
        ("滞納のない証明書", "次の税について、今日までに納期限の来た未納の額がないことを証明します。")
    } else {
        ("納税証明書", "次のとおり相違ないことを証明します。")
    };
    let mut facts = vec![("請求者", input.text("requested_by").to_owned())];
    if !input.text("use").is_empty() {
        facts.push(("使用目的", input.text("use").to_owned()));
    }
    let document = letter(
        &to,
        Letter {
            title,
            opening: vec![opening.to_owned()],
            facts,
            columns: vec![
                ("年度・税目・期", 5, false),
                ("税額（円）", 2, true),
                ("納付済額（円）", 2, true),
                ("未納額（円）", 2, true),
                ("備考", 2, false),
            ],
            rows,
            notes: Vec::new(),
            slips: Vec::new(),
            issue_number: issue.clone(),
        },
        context,
    );
    let record = Issue {
        issue_number: issue,
        title: title.to_owned(),
        addressee_no: number.to_owned(),
        issued_on: context.today,
        levies: levies.iter().map(|levy| levy.levy_key.clone()).collect(),
        yen: total,
        requested_by: input.text("requested_by").to_owned(),
    };
    Ok(Outcome {
        findings,
        writes: vec![Write::put(&record, None)?],
        reason: title.to_owned(),
        message: format!("{title}を交付します。"),
        answer: Some(Answer {
            data: json!({ "issue_number": record.issue_number }),
            subjects: vec![number.to_owned()],
        }),
        documents: vec![document],
        ..Outcome::default()
    })
}

/// Whether something beside the tax is owed of what was due: fee, charge, costs.
fn behind(levy: &Instalment) -> bool {
    Yen::ZERO < levy.open_total() && levy.open(Part::Tax) == Yen::ZERO
}

/// 納付書の再発行, with the charge as of a day.
pub(super) fn reissue() -> Function {
    Function {
        id: "tax-collection/reissue",
        title: "納付書再発行",
        place: place("交付", "再発行", ""),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "再発行",
            vec![
                Field::new("slip", "調定番号・納付書の番号", FieldKind::Text(44))
                    .help("一つの期別だけのとき。04-2026-0000000017-01 の形、または20桁、44桁"),
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo)
                    .help("その人の未納すべての納付書を出すとき"),
                Field::new("limit", "使用期限", FieldKind::Date)
                    .required()
                    .help("延滞金は、この日に納めるものとして計算します。"),
            ],
        )]),
        in_menu: true,
        decide: decide_reissue,
    }
}

/// Most slips of one print.
const SLIPS_MAX: usize = 100;

fn decide_reissue(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let limit: Date = day_or_today(input, "limit", context);
    if limit < context.today {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC43",
            "limit",
            "使用期限",
            format!("使用期限{}が、今日より前です。", wareki(limit)),
            "納める予定の日以後の日を入力してください。",
        )]));
    }
    let held: Vec<_> = match input.text("slip") {
        "" => view.load_by::<Instalment>("addressee_no", input.text("addressee_no"))?,
        slip => {
            let key = levy_key_of(slip).map(|key| key.to_string()).unwrap_or_default();
            view.load::<Instalment>(&key)?.into_iter().collect()
        }
    };
    if held.is_empty() {
        let asked = [input.text("slip"), input.text("addressee_no")].concat();
        return Ok(Outcome::refused(vec![no_levy("slip", &asked)]));
    }
    let mut open = Vec::new();
    for held in held.into_iter().filter(|held| Yen::ZERO < held.record.open_total()) {
        match ended(view, &held.record, context.today)? {
            Ok(None) => open.push(held),
            // Nothing can be paid on it: a slip would bring money that is to be given back.
            Ok(Some(ended)) if !input.text("slip").is_empty() => {
                return Ok(Outcome::refused(vec![Finding::error(
                    "TXC82",
                    "slip",
                    "期別",
                    format!("{}の納付書は出せません。{}。", levy_name(&held.record), ended.words()),
                    "不納欠損の手続きをしてください。納付があったときは、誤納として還付します。",
                )]));
            }
            Ok(Some(_)) => {}
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        }
    }
    let Some(number) = open.first().map(|held| held.record.addressee_no.clone()) else {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC44",
            "slip",
            "期別",
            "未納の額がありません。",
            "収滞納情報照会で納付の状況を確かめてください。",
        )]));
    };
    open.sort_by(|a, b| (a.record.due_on, &a.record.levy_key).cmp(&(b.record.due_on, &b.record.levy_key)));
    open.truncate(SLIPS_MAX);
    let mut findings = Vec::new();
    let (mut slips, mut writes, mut total) = (Vec::new(), Vec::new(), 0_i64);
    let item = open.first().map(|held| held.record.tax_item.clone()).unwrap_or_default();
    let to = recipient(view, &number, &item, context.today)?.unwrap_or_default();
    let issue = issue_number(context, 0);
    let mut levies = Vec::new();
    for held in open {
        let (mut levy, version) = (held.record, held.version);
        for told in &levy.preliminary {
            findings.push(Finding::alert(
                "TXC45",
                &levy.levy_key,
                "速報",
                format!(
                    "{}は、{}に{}円の納付の速報があります。",
                    levy_name(&levy),
                    wareki(told.paid_on),
                    told.yen
                ),
                "二重に納めないよう、本人に確かめてください。",
            ));
        }
        if levy.transfer.is_some() {
            findings.push(Finding::alert(
                "TXC46",
                &levy.levy_key,
                "口座振替",
                format!("{}は、口座振替を請求しています。", levy_name(&levy)),
                "振替日までに納めるときは、口座振替の停止を依頼してください。",
            ));
        }
        let charge = match charge_now(&levy, limit)? {
            Ok(charge) => charge,
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        };
        levy.reissues = levy.reissues.saturating_add(1);
        slips.push(slip(&levy, &to.data(), charge, limit, context));
        total = total.saturating_add(levy.open_total().0).saturating_add(charge.0);
        levies.push(levy.levy_key.clone());
        writes.push(Write::put(&levy, Some(version))?);
    }
    let record = Issue {
        issue_number: issue.clone(),
        title: "納付書（再発行）".to_owned(),
        addressee_no: number.clone(),
        issued_on: context.today,
        levies,
        yen: Yen(total),
        requested_by: String::new(),
    };
    writes.push(Write::put(&record, None)?);
    let count = slips.len();
    let mut document = letter(
        &to,
        Letter {
            title: "納付書",
            opening: vec![format!("{}までに納めてください。", wareki(limit))],
            facts: vec![
                ("年度", FiscalYear::of(context.today).label()),
                ("合計", format!("{}円", Yen(total))),
            ],
            columns: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
            slips,
            issue_number: issue,
        },
        context,
    );
    "payment-slip".clone_into(&mut document.template);
    Ok(Outcome {
        findings,
        writes,
        reason: "納付書再発行".to_owned(),
        message: format!("{count}枚、{}円の納付書を出します。", Yen(total)),
        answer: Some(Answer {
            data: json!({ "issue_number": record.issue_number, "total_yen": total }),
            subjects: vec![number],
        }),
        documents: vec![document],
        ..Outcome::default()
    })
}
