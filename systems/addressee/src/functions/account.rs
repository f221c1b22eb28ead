//! 口座登録・変更, 口座の停止・再開・廃止: the account a tax is drawn from and repaid to.

use register::{Fault, View, Write};
use serde::Deserialize;
use system::{
    Choice, Context, Effect, Field, FieldKind, Finding, Form, Function, Input, Mode, Outcome, Section,
};

use super::per_tax::{self, key_fields, period_fields, running, start};
use crate::records::{Account, AccountState, AccountType, PayMethod};
use crate::rules::{AccountFault, account_numbers, branch, is_holder};

#[derive(Deserialize)]
struct Asked {
    bank: String,
    #[serde(default)]
    bank_name: String,
    branch: String,
    #[serde(default)]
    branch_name: String,
    account_type: AccountType,
    account_no: String,
    holder_kana: String,
    method: PayMethod,
}

/// 口座登録・変更.
pub fn set() -> Function {
    let types = AccountType::ALL
        .iter()
        .map(|one| Choice { code: one.code().to_owned(), label: one.label().to_owned() })
        .collect();
    let methods = PayMethod::ALL
        .iter()
        .map(|one| Choice { code: one.code().to_owned(), label: one.label().to_owned() })
        .collect();
    Function {
        id: "addressee/account-set",
        title: "口座登録・変更",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once("口座を登録する宛名", key_fields()),
            Section::once("期間", period_fields()),
            Section::once(
                "口座",
                vec![
                    Field::new("bank", "金融機関コード", FieldKind::Text(10)).required().help("4桁。"),
                    Field::new("bank_name", "金融機関名", FieldKind::Text(40))
                        .help("一覧にない金融機関のときだけ入力します。"),
                    Field::new("branch", "店舗コード", FieldKind::Text(10)).required().help("3桁。"),
                    Field::new("branch_name", "店舗名", FieldKind::Text(40)),
                    Field::new("account_type", "預金種目", FieldKind::Choice(types)).required(),
                    Field::new("account_no", "口座番号", FieldKind::Text(20)).required().help("7桁。"),
                    Field::new("holder_kana", "口座名義人カナ", FieldKind::Text(100)).required(),
                    Field::new("method", "振替方法", FieldKind::Choice(methods)).required(),
                ],
            ),
        ]),
        in_menu: true,
        decide: decide_set,
    }
}

/// 口座の停止・再開・廃止.
pub fn change_state() -> Function {
    let states = AccountState::ALL
        .iter()
        .map(|state| Choice { code: state.code().to_owned(), label: state.label().to_owned() })
        .collect();
    Function {
        id: "addressee/account-state",
        title: "口座の停止・再開・廃止",
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![
            Section::once("口座の宛名", key_fields()),
            Section::once(
                "状態",
                vec![
                    Field::new("state", "口座の状態", FieldKind::Choice(states)).required(),
                    Field::new("until", "終了年月日", FieldKind::Date).help("廃止のときの、使う最後の日。"),
                    Field::new("reason", "理由", FieldKind::Text(100)),
                ],
            ),
        ]),
        in_menu: true,
        decide: decide_state,
    }
}

fn decide_set(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let mut start = match start::<Account>(view, input, context)? {
        Ok(start) => start,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let numbers = match account_numbers(&asked.bank, &asked.branch, &asked.account_no, &asked.holder_kana) {
        Ok(numbers) => numbers,
        Err(faults) => return Ok(Outcome::refused(faults.into_iter().map(error).collect())),
    };
    let (bank_name, branch_name) = match branch(&numbers.bank, &numbers.branch, start.from.max(context.today))
    {
        Some(known) => (known.bank_name.to_owned(), known.branch_name.to_owned()),
        None if asked.bank_name.is_empty() || asked.branch_name.is_empty() => {
            return Ok(Outcome::refused(vec![Finding::error(
                "ADR56",
                "bank_name",
                "金融機関名",
                format!(
                    "金融機関 {}-{} は一覧になく、名前も入力されていません。",
                    numbers.bank, numbers.branch
                ),
                "コードを確かめてください。正しいなら金融機関名と店舗名を入力してください。",
            )]));
        }
        None => {
            start.found.push(Finding::alert(
                "ADR55",
                "bank",
                "金融機関コード",
                format!(
                    "金融機関 {}-{} は、この日に使える店舗の一覧にありません。",
                    numbers.bank, numbers.branch
                ),
                "統合や廃店がないか確かめてから進めてください。",
            ));
            (asked.bank_name, asked.branch_name)
        }
    };
    if !is_holder(&start.addressee.name_kana, &numbers.holder_kana) {
        start.found.push(Finding::alert(
            "ADR54",
            "holder_kana",
            "口座名義人カナ",
            format!(
                "口座名義人「{}」が、宛名の氏名フリガナと違います。還付もこの口座に振り込まれます。",
                numbers.holder_kana
            ),
            "本人の口座か、名義人の同意書があることを確かめてから進めてください。",
        ));
    }
    // What came from the collection system stays behind a newer row of it only.
    let source_history_no = start.held.as_ref().map_or(0, |held| held.record.source_history_no);
    let made = Account {
        addressee_no: start.addressee_no,
        tax_item: start.tax_item,
        from: start.from,
        until: start.until,
        bank: numbers.bank,
        bank_name,
        branch: numbers.branch,
        branch_name,
        account_type: asked.account_type,
        account_no: numbers.account_no,
        holder_kana: numbers.holder_kana,
        method: asked.method,
        state: AccountState::Active,
        source_history_no,
    };
    per_tax::registered("口座", &made, start.held, start.found)
}

fn error(fault: AccountFault) -> Finding {
    Finding::error(fault.code, fault.path, fault.item, fault.message, fault.remedy)
}

fn decide_state(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let held = match running::<Account>(view, input, "口座")? {
        Ok(held) => held,
        Err(finding) => return Ok(Outcome::refused(vec![finding])),
    };
    let state = AccountState::from_code(input.text("state")).unwrap_or(AccountState::Stopped);
    if state == held.record.state {
        return Ok(Outcome::refused(vec![Finding::error(
            "ADR58",
            "state",
            "口座の状態",
            format!("この口座はすでに{}です。", state.label()),
            "変える状態を選んでください。",
        )]));
    }
    let until = match state {
        AccountState::Abolished => Some(super::day(input, "until").unwrap_or(context.today)),
        AccountState::Active | AccountState::Stopped => held.record.until,
    };
    // An account that is given up before it began was used on no day.
    let until = until.map(|until| until.max(held.record.from));
    let changed = Account { state, until, ..held.record };
    let number = changed.addressee_no.to_string();
    let message = format!("{}の口座を{}にしました。", per_tax::tax_name(&changed.tax_item), state.label());
    let reason = match input.text("reason") {
        "" => format!("口座の{}", state.label()),
        reason => format!("口座の{}（{reason}）", state.label()),
    };
    Ok(super::done(&number, message, &reason, vec![Write::put(&changed, Some(held.version))?]))
}
