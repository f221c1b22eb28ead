//! 口座振替情報登録, 口座振替情報変更・取消.

use domain::Date;
use domain::bank::{HOLDER_CHARS_MAX, holder_kana};
use domain::slip::TaxItem;
use register::{Fault, View, ViewExt, Write};
use system::{
    Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
    choices,
};

use super::{day, day_or_today, place};
use crate::records::known::Addressee;
use crate::records::{ApplicationState, TransferApplication};
use crate::rules::branch_is_open;

/// The taxes as choices, with the one that stands for all when asked.
pub(super) fn tax_items(all: bool) -> Vec<Choice> {
    TaxItem::all()
        .filter(|item| all || !item.is_common())
        .map(|item| Choice { code: item.code().to_owned(), label: item.label().to_owned() })
        .collect()
}

/// 口座振替情報登録.
pub(super) fn register() -> Function {
    let types = choices(&[("1", "普通"), ("2", "当座"), ("3", "納税準備"), ("9", "その他")]);
    Function {
        id: "tax-collection/transfer-apply",
        title: "口座振替情報登録",
        place: place("収納", "口座振替収納・管理", "口座振替情報登録"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once(
                "申込",
                vec![
                    Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                    Field::new("tax_item", "税目", FieldKind::Choice(tax_items(true))).required(),
                    Field::new("applied_on", "申込日", FieldKind::Date).help("空のときは今日です。"),
                    Field::new("from", "振替開始日", FieldKind::Date).required(),
                    Field::new(
                        "method",
                        "振替方法",
                        FieldKind::Choice(choices(&[("1", "期別"), ("2", "全期")])),
                    )
                    .required(),
                    Field::new(
                        "confirmed",
                        "金融機関の確認",
                        FieldKind::Choice(choices(&[("asked", "照会中"), ("active", "確認済み")])),
                    )
                    .required(),
                ],
            ),
            Section::once(
                "口座",
                vec![
                    Field::new("bank", "金融機関コード", FieldKind::Text(4)).required(),
                    Field::new("bank_name", "金融機関名", FieldKind::Text(30)).required(),
                    Field::new("branch", "支店コード", FieldKind::Text(3)).required(),
                    Field::new("branch_name", "支店名", FieldKind::Text(30)).required(),
                    Field::new("account_type", "預金種目", FieldKind::Choice(types)).required(),
                    Field::new("account_no", "口座番号", FieldKind::Text(7)).required(),
                    Field::new("holder_kana", "口座名義人カナ", FieldKind::Kana(30)).required(),
                ],
            ),
        ]),
        in_menu: true,
        decide: decide_register,
    }
}

/// Digits of a set length, or the finding.
fn digits(findings: &mut Vec<Finding>, input: &Input, name: &str, item: &str, length: usize) -> String {
    let text = input.text(name);
    if text.len() != length || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        findings.push(Finding::error(
            "TXC10",
            name,
            item,
            format!("{item}「{text}」が{length}桁の数字ではありません。"),
            "申込書を確かめて入力してください。7桁より短い口座番号は、前に0を付けます。",
        ));
    }
    text.to_owned()
}

/// A branch that is not in the table of the town on a day. Codes that are no codes have their own finding.
pub(super) fn no_branch(code: &str, bank: &str, branch: &str, on: Date) -> Option<Finding> {
    let codes = bank.len() == 4 && branch.len() == 3;
    (codes && !branch_is_open(bank, branch, on)).then(|| {
        Finding::alert(
            code,
            "bank",
            "金融機関コード",
            format!("金融機関 {bank}-{branch} は、{}に使える店舗の一覧にありません。", domain::wareki(on)),
            "コードの誤り、統合や廃店がないか確かめてから進めてください。",
        )
    })
}

fn decide_register(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let mut findings = Vec::new();
    let addressee_no = input.text("addressee_no");
    let held = view.load::<Addressee>(addressee_no)?;
    if held.is_none() {
        findings.push(Finding::error(
            "TXC11",
            "addressee_no",
            "宛名番号",
            format!("宛名番号 {addressee_no} の宛名を、収滞納はまだ受け取っていません。"),
            "宛名番号を確かめ、登録したばかりのときは宛名からの連携を待ってください。",
        ));
    }
    let applied_on = day_or_today(input, "applied_on", context);
    let from = day(input, "from").unwrap_or(context.today);
    if from < applied_on {
        findings.push(Finding::error(
            "TXC12",
            "from",
            "振替開始日",
            format!("振替開始日{}が、申込日{}より前です。", domain::wareki(from), domain::wareki(applied_on)),
            "日付を確かめてください。",
        ));
    }
    let tax_item = input.text("tax_item");
    let account_key = format!("{addressee_no}-{tax_item}");
    let before = view.load::<TransferApplication>(&account_key)?;
    let in_force = |state| matches!(state, ApplicationState::Asked | ApplicationState::Active);
    if before.as_ref().is_some_and(|held| in_force(held.record.state)) {
        findings.push(Finding::error(
            "TXC13",
            "tax_item",
            "税目",
            "この税目の口座振替は、すでに申し込まれています。",
            "口座を変えるときは、口座振替情報変更・取消で、今の申込を取り消してから登録してください。",
        ));
    }
    let bank = digits(&mut findings, input, "bank", "金融機関コード", 4);
    let branch = digits(&mut findings, input, "branch", "支店コード", 3);
    let account_no = digits(&mut findings, input, "account_no", "口座番号", 7);
    findings.extend(no_branch("TXC19", &bank, &branch, from));
    let holder = input.text("holder_kana");
    // What banks take is half width; 濁点 count as characters of their own.
    let holder_kana = holder_kana(holder).ok().filter(|half| half.chars().count() <= HOLDER_CHARS_MAX);
    match &holder_kana {
        Some(_) => {}
        None => findings.push(Finding::error(
            "TXC14",
            "holder_kana",
            "口座名義人カナ",
            format!("口座名義人カナ「{holder}」が、半角30文字までの片仮名になりません（濁点・半濁点も1文字です）。"),
            "通帳の口座名義人の片仮名を入力してください。",
        )),
    }
    let same = |text: &str| text.replace(['\u{3000}', ' '], "");
    let kana = held.map(|held| held.record.name_kana).unwrap_or_default();
    if !kana.is_empty() && same(&kana) != same(holder) {
        findings.push(Finding::alert(
            "TXC15",
            "holder_kana",
            "口座名義人カナ",
            format!("口座名義人「{holder}」が、納税義務者のフリガナ「{kana}」と違います。"),
            "口座名義人の承諾があることを、申込書で確かめてください。",
        ));
    }
    let text = |name: &str| input.text(name).to_owned();
    let application = TransferApplication {
        account_key,
        addressee_no: addressee_no.to_owned(),
        tax_item: tax_item.to_owned(),
        applied_on,
        from,
        until: None,
        bank,
        bank_name: text("bank_name"),
        branch,
        branch_name: text("branch_name"),
        account_type: text("account_type"),
        account_no,
        holder_kana: holder_kana.unwrap_or_default(),
        method: text("method"),
        state: ApplicationState::from_code(input.text("confirmed")).unwrap_or(ApplicationState::Asked),
        why: String::new(),
    };
    Ok(Outcome {
        writes: vec![Write::put(&application, before.map(|held| held.version))?],
        findings,
        reason: "口座振替情報登録".to_owned(),
        message: format!("口座振替の申込を登録しました（{}）。", application.state.label()),
        opens: Some(application.addressee_no),
        ..Outcome::default()
    })
}

/// 口座振替情報変更・取消.
pub(super) fn change() -> Function {
    let states = [
        ApplicationState::Active,
        ApplicationState::Refused,
        ApplicationState::Paused,
        ApplicationState::Ended,
    ];
    let states = states
        .map(|state| Choice { code: state.code().to_owned(), label: state.label().to_owned() })
        .to_vec();
    Function {
        id: "tax-collection/transfer-change",
        title: "口座振替情報変更・取消",
        place: place("収納", "口座振替収納・管理", "口座振替情報変更・取消"),
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once(
            "変更・取消",
            vec![
                Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
                Field::new("tax_item", "税目", FieldKind::Choice(tax_items(true))).required(),
                Field::new("state", "変更後の状態", FieldKind::Choice(states)).required(),
                Field::new("on", "変更日", FieldKind::Date).help("空のときは今日です。"),
                Field::new("why", "理由", FieldKind::Text(100)).required(),
            ],
        )]),
        in_menu: true,
        decide: decide_change,
    }
}

fn decide_change(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let key = format!("{}-{}", input.text("addressee_no"), input.text("tax_item"));
    let refuse = |message: &str, remedy: &str| {
        Ok(Outcome::refused(vec![Finding::error("TXC16", "tax_item", "口座振替の申込", message, remedy)]))
    };
    let Some(held) = view.load::<TransferApplication>(&key)? else {
        return refuse("この税目の口座振替の申込はありません。", "宛名番号と税目を確かめてください。");
    };
    let version = held.version;
    let mut application = held.record;
    let to = ApplicationState::from_code(input.text("state")).unwrap_or(application.state);
    let possible = match (application.state, to) {
        (from, to) if from == to => false,
        (ApplicationState::Asked, _) => true,
        (ApplicationState::Active, to) => to != ApplicationState::Refused,
        (ApplicationState::Paused, to) => matches!(to, ApplicationState::Active | ApplicationState::Ended),
        (ApplicationState::Review, to) => to != ApplicationState::Refused,
        (ApplicationState::Refused | ApplicationState::Ended, _) => false,
    };
    if !possible {
        let message =
            format!("今の状態「{}」から「{}」にはできません。", application.state.label(), to.label());
        return refuse(
            &message,
            "取り消した申込や不受理の申込は、口座振替情報登録で改めて登録してください。",
        );
    }
    let on: Date = day_or_today(input, "on", context);
    application.state = to;
    application.why = input.text("why").to_owned();
    application.until = (to == ApplicationState::Ended).then_some(on);
    Ok(Outcome {
        writes: vec![Write::put(&application, Some(version))?],
        reason: "口座振替情報変更・取消".to_owned(),
        message: format!("口座振替の申込を「{}」にしました。", to.label()),
        opens: Some(application.addressee_no),
        ..Outcome::default()
    })
}
