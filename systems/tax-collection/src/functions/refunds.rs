//! 還付準備, 口座振込依頼書受付, 還付.

use domain::bank::{HOLDER_CHARS_MAX, holder_kana};
use domain::{Date, Yen, wareki};
use register::{Fault, View, ViewExt, Write};
use serde_json::json;
use system::{
    Answer, Context, DocumentRequest, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode,
    Outcome, Section, choices,
};

use super::overpayments::{decided_addition, shown};
use super::{day_or_today, place};
use crate::letters::{Letter, issue_number, letter, levy_name, recipient};
use crate::records::known::Addressee;
use crate::records::{Instalment, OVERPAYMENT, Overpayment, OverpaymentState, Payee};
use crate::rules::rates;

/// Most letters of one run.
const LETTERS_MAX: usize = 200;

/// 還付準備.
pub(super) fn prepare() -> Function {
    Function {
        id: "tax-collection/refund-notices",
        title: "還付準備（還付通知）",
        place: place("収納", "還付・充当", "還付準備"),
        mode: Mode::Both,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "還付",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo)
                    .help("空のときは、未処理の過誤納すべてです。先に充当を実行してください。"),
                Field::new("claim_by", "請求書の提出期限", FieldKind::Date).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_prepare,
    }
}

/// Source: 地方税法 17条, 17条の4; 自治法施行令 165条の7.
fn decide_prepare(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let claim_by = day_or_today(input, "claim_by", context);
    if let Some(finding) = past("TXC35", "claim_by", "請求書の提出期限", claim_by, context.today) {
        return Ok(Outcome::refused(vec![finding]));
    }
    let only = Some(input.text("addressee_no")).filter(|number| !number.is_empty());
    let mut bundle = Vec::new();
    let mut unknown = Vec::new();
    let mut left = 0_usize;
    for stored in view.find(&OVERPAYMENT, "state", OverpaymentState::Found.code())? {
        let held = stored.typed::<Overpayment>()?;
        let over = held.record;
        if only.is_some_and(|only| only != over.addressee_no) || over.yen == Yen::ZERO {
            continue;
        }
        if LETTERS_MAX <= bundle.len() {
            left += 1;
            continue;
        }
        let item = over.levy_key.get(..2).unwrap_or_default();
        match recipient(view, &over.addressee_no, item, context.today)? {
            Some(to) => bundle.push((to, over, held.version)),
            None => {
                unknown.push(json!({ "addressee_no": over.addressee_no, "why": "宛名がまだ届いていません" }));
            }
        }
    }
    bundle.sort_by(|a, b| (&a.0, &a.1.overpayment_key).cmp(&(&b.0, &b.1.overpayment_key)));
    let (mut writes, mut documents, mut rows) = (Vec::new(), Vec::<DocumentRequest>::new(), Vec::new());
    let mut subjects = Vec::new();
    let rates = rates()?;
    for (to, mut over, version) in bundle {
        over.addition = match decided_addition(rates, &over, context.today) {
            Ok(addition) => addition,
            Err(missing) => return Ok(Outcome::refused(vec![missing.finding()])),
        };
        over.state = OverpaymentState::Noticed;
        let of_receipt = over.of_receipt().map(|no| format!("期別の分からない納付（収納番号{no}）"));
        let levy = match of_receipt {
            Some(words) => Some(words),
            None => view.load::<Instalment>(&over.levy_key)?.map(|held| levy_name(&held.record)),
        };
        let total = Yen(over.left().0.saturating_add(over.addition.0));
        documents.push(letter(
            &to,
            Letter {
                title: "過誤納金還付通知書",
                opening: vec![format!(
                    "納め過ぎになった次の金額をお返しします。同封の請求書兼口座振込依頼書を、{}までに出してください。",
                    wareki(claim_by)
                )],
                facts: vec![
                    ("税目", levy.unwrap_or_default()),
                    ("納付日", wareki(over.paid_on)),
                    ("還付する額", format!("{}円", over.left())),
                    ("還付加算金", format!("{}円", over.addition)),
                    ("合計", format!("{total}円")),
                    ("整理番号", over.overpayment_key.clone()),
                ],
                columns: Vec::new(),
                rows: Vec::new(),
                notes: vec![
                    "請求する権利は、請求できる日から5年を過ぎると時効で消えます（地方税法 18条の3）。".to_owned(),
                ],
                slips: Vec::new(),
                issue_number: issue_number(context, documents.len()),
            },
            context,
        ));
        rows.push(shown(&over));
        subjects.push(over.addressee_no.clone());
        writes.push(Write::put(&over, Some(version))?);
    }
    Ok(Outcome {
        writes,
        reason: "還付準備".to_owned(),
        message: format!("{}通の還付通知書を作成しました。", documents.len()),
        answer: Some(Answer { data: json!({ "rows": rows, "unknown": unknown }), subjects }),
        documents,
        left,
        ..Outcome::default()
    })
}

/// 口座振込依頼書受付.
pub(super) fn claim() -> Function {
    let types = choices(&[("1", "普通"), ("2", "当座"), ("9", "その他")]);
    Function {
        id: "tax-collection/refund-claim",
        title: "口座振込依頼書受付",
        place: place("収納", "還付・充当", "口座振込依頼書受付"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "請求",
                vec![Field::new("overpayment_key", "整理番号", FieldKind::Text(70)).required()],
            ),
            Section::once(
                "振込先",
                vec![
                    Field::new("bank", "金融機関コード", FieldKind::Text(4)).required(),
                    Field::new("branch", "支店コード", FieldKind::Text(3)).required(),
                    Field::new("account_type", "預金種目", FieldKind::Choice(types)).required(),
                    Field::new("account_no", "口座番号", FieldKind::Text(7)).required(),
                    Field::new("holder_kana", "口座名義人カナ", FieldKind::Kana(30)).required(),
                ],
            ),
        ]),
        in_menu: true,
        decide: decide_claim,
    }
}

/// An account of somebody else is entered by two people, each from the paper: the second entry has to be the same as the first.
///
/// Source: taxes.md 0.8 (sensitive change: hold for a second person), 5.5 (refund account of another person).
fn decide_claim(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut findings = Vec::new();
    let key = input.text("overpayment_key");
    let Some(held) = view.load::<Overpayment>(key)? else {
        return Ok(Outcome::refused(vec![no_overpayment(key)]));
    };
    let version = held.version;
    let mut over = held.record;
    let claimable = [OverpaymentState::Noticed, OverpaymentState::Checking, OverpaymentState::Claimed];
    if !claimable.contains(&over.state) {
        return Ok(Outcome::refused(vec![Finding::error(
            "TXC31",
            "overpayment_key",
            "整理番号",
            format!("この過誤納は「{}」です。請求を受け付けられません。", over.state.label()),
            "還付通知を出したものだけを受け付けます。過誤納一覧で確かめてください。",
        )]));
    }
    for (name, item, length) in
        [("bank", "金融機関コード", 4), ("branch", "支店コード", 3), ("account_no", "口座番号", 7)]
    {
        let text = input.text(name);
        if text.len() != length || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            findings.push(Finding::error(
                "TXC10",
                name,
                item,
                format!("{item}「{text}」が{length}桁の数字ではありません。"),
                "依頼書を確かめて入力してください。7桁より短い口座番号は、前に0を付けます。",
            ));
        }
    }
    findings.extend(super::transfer_apply::no_branch(
        "TXC37",
        input.text("bank"),
        input.text("branch"),
        context.today,
    ));
    let holder = input.text("holder_kana");
    let half = holder_kana(holder).ok().filter(|half| half.chars().count() <= HOLDER_CHARS_MAX);
    if half.is_none() {
        findings.push(Finding::error(
            "TXC14",
            "holder_kana",
            "口座名義人カナ",
            format!("口座名義人カナ「{holder}」が、半角30文字までの片仮名になりません（濁点・半濁点も1文字です）。"),
            "通帳の口座名義人の片仮名を入力してください。",
        ));
    }
    let kana = view.load::<Addressee>(&over.addressee_no)?.map(|held| held.record.name_kana);
    let same = |text: &str| text.replace(['\u{3000}', ' '], "");
    let kana = kana.unwrap_or_default();
    // Whose reading nobody knows may be anybody's account.
    let of_another = kana.is_empty() || same(&kana) != same(holder);
    if of_another {
        let why = if kana.is_empty() {
            format!("還付を受ける人のフリガナがないので、口座名義人「{holder}」と比べられません。")
        } else {
            format!("口座名義人「{holder}」が、還付を受ける人のフリガナと違います。")
        };
        findings.push(Finding::alert(
            "TXC32",
            "holder_kana",
            "口座名義人カナ",
            why,
            "通帳の写しや委任状を確かめてください。別の職員も同じ内容で受け付けると、登録されます。",
        ));
    }
    let payee = Payee {
        bank: input.text("bank").to_owned(),
        branch: input.text("branch").to_owned(),
        account_type: input.text("account_type").to_owned(),
        account_no: input.text("account_no").to_owned(),
        holder_kana: half.unwrap_or_default(),
    };
    let actor = context.actor.id();
    let checking = over.state == OverpaymentState::Checking && over.payee.as_ref() == Some(&payee);
    if of_another && checking && over.entered_by == actor {
        findings.push(Finding::error(
            "TXC38",
            "overpayment_key",
            "整理番号",
            "この振込先は、同じ職員が入力したままで、別の職員の審査を待っています。",
            "別の職員が、依頼書と委任状を見て、口座振込依頼書受付に同じ内容を入力してください。",
        ));
    }
    over.payee = Some(payee);
    let message = if of_another && !checking {
        over.state = OverpaymentState::Checking;
        actor.clone_into(&mut over.entered_by);
        "本人の名義と確かめられない振込先です。別の職員が、口座振込依頼書受付に同じ内容を入力すると、登録されます。"
    } else {
        over.state = OverpaymentState::Claimed;
        over.entered_by.clear();
        "振込先を登録しました。還付で支払を依頼します。"
    };
    Ok(Outcome {
        writes: vec![Write::put(&over, Some(version))?],
        findings,
        reason: "口座振込依頼書受付".to_owned(),
        message: message.to_owned(),
        opens: Some(over.addressee_no),
        ..Outcome::default()
    })
}

/// A day that is still to come and lies before today.
fn past(code: &str, path: &str, item: &str, on: Date, today: Date) -> Option<Finding> {
    (on < today).then(|| {
        let message = format!("{item}{}が、今日より前です。", wareki(on));
        Finding::error(code, path, item, message, "今日か、これからの日付を入力してください。")
    })
}

pub(super) fn no_overpayment(key: &str) -> Finding {
    Finding::error(
        "TXC30",
        "overpayment_key",
        "整理番号",
        format!("整理番号「{key}」の過誤納はありません。"),
        "還付通知書の整理番号か、過誤納一覧を確かめてください。",
    )
}

/// 還付: asks the accounting to pay; what came of it is taken by `refund_results`.
pub(super) fn request() -> Function {
    Function {
        id: "tax-collection/refund",
        title: "還付（支払依頼）",
        place: place("収納", "還付・充当", "還付"),
        mode: Mode::Batch,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "支払依頼",
            vec![Field::new("pay_on", "支払予定日", FieldKind::Date).required()],
        )]),
        in_menu: true,
        decide: decide_request,
    }
}

fn decide_request(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let pay_on = day_or_today(input, "pay_on", context);
    if let Some(finding) = past("TXC34", "pay_on", "支払予定日", pay_on, context.today) {
        return Ok(Outcome::refused(vec![finding]));
    }
    let (mut writes, mut rows, mut subjects, mut total) = (Vec::new(), Vec::new(), Vec::new(), 0_i64);
    for stored in view.find(&OVERPAYMENT, "state", OverpaymentState::Claimed.code())? {
        let held = stored.typed::<Overpayment>()?;
        let mut over = held.record;
        over.state = OverpaymentState::Requested;
        over.requested_on = Some(pay_on);
        over.asked_on = Some(context.today);
        total = total.saturating_add(over.left().0).saturating_add(over.addition.0);
        rows.push(shown(&over));
        subjects.push(over.addressee_no.clone());
        writes.push(Write::put(&over, Some(held.version))?);
    }
    Ok(Outcome {
        writes,
        reason: "還付".to_owned(),
        message: format!("{}件、{}円の支払を会計に依頼します。", rows.len(), Yen(total)),
        answer: Some(Answer { data: json!({ "rows": rows, "total_yen": total }), subjects }),
        ..Outcome::default()
    })
}
