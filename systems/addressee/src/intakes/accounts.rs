//! The intake of accounts that the collection system registers (口座情報の連絡).

use domain::Date;
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::refusal;
use crate::records::{ADDRESSEE, Account, AccountState, AccountType, PayMethod, key_of};
use crate::rules::{account_numbers, branch, tax_item_label};

const SUBJECT: &str = "account_key";

/// Accounts, with the items of the dataset `addressee/account`.
pub const ACCOUNTS: Intake = Intake {
    id: "addressee/accounts",
    title: "口座情報（宛名）",
    needs: &[
        "account_key",
        "history_no",
        "addressee_no",
        "tax_item",
        "from",
        "bank",
        "branch",
        "account_type",
        "account_no",
        "holder_kana",
        "state",
    ],
    apply,
};

/// Takes each row as the newest state of the account, unless a row of the sender as new is held already. An account that is
/// so already is left as it is, so that our own rows coming back change nothing.
fn apply(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    for row in batch.rows {
        let arrived = match read(row) {
            Ok(arrived) => arrived,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        if view.get(&ADDRESSEE, arrived.addressee_no.as_str())?.is_none() {
            let message = format!(
                "宛名番号 {} の宛名がありません。宛名の登録を先に送ってください。",
                arrived.addressee_no
            );
            applied.refused.push(refusal(row, SUBJECT, "addressee_no", message));
            continue;
        }
        let key = key_of(arrived.addressee_no.as_str(), &arrived.tax_item);
        let held = view.load::<Account>(&key)?;
        if let Some(held) = &held {
            let same = Account { source_history_no: arrived.source_history_no, ..held.record.clone() };
            if arrived.source_history_no <= held.record.source_history_no || same == arrived {
                continue;
            }
        }
        applied.writes.push(Write::put(&arrived, held.map(|held| held.version))?);
    }
    Ok(applied)
}

fn read(row: &Incoming<'_>) -> Result<Account, RefusedRow> {
    let refuse = |item: &str, message: String| refusal(row, SUBJECT, item, message);
    let addressee_no = super::addressee_no(row, SUBJECT)?;
    let source_history_no = super::history_no(row, SUBJECT)?;
    let tax_item = row.text("tax_item");
    if tax_item_label(tax_item).is_none() {
        let message =
            format!("税目コード「{tax_item}」はコード表にありません。送信元の記録を確かめてください。");
        return Err(refuse("tax_item", message));
    }
    let key = key_of(addressee_no.as_str(), tax_item);
    if key != row.text("account_key") {
        let message =
            format!("口座の鍵「{}」が宛名番号と税目（{key}）と合いません。", row.text("account_key"));
        return Err(refuse("account_key", message));
    }
    let from = day(row, "from")?
        .ok_or_else(|| refuse("from", "開始年月日がありません。いつから使うか分かりません。".into()))?;
    let until = day(row, "until")?;
    if let Some(until) = until.filter(|until| *until < from) {
        return Err(refuse("until", format!("終了年月日「{until}」が開始年月日「{from}」より前です。")));
    }
    let numbers = account_numbers(
        row.text("bank"),
        row.text("branch"),
        row.text("account_no"),
        row.text("holder_kana"),
    )
    .map_err(|faults| match faults.into_iter().next() {
        Some(fault) => refuse(fault.path, fault.message),
        None => refuse("account_no", "口座番号が読めません。".into()),
    })?;
    let code = |item: &str, title: &str| {
        format!("{title}コード「{}」はコード表にありません。送信元の記録を確かめてください。", row.text(item))
    };
    let known = branch(&numbers.bank, &numbers.branch, from);
    let name = |item: &str, known: Option<&str>| match row.text(item) {
        "" => known.unwrap_or_default().to_owned(),
        stated => stated.to_owned(),
    };
    Ok(Account {
        addressee_no,
        tax_item: tax_item.to_owned(),
        from,
        until,
        bank_name: name("bank_name", known.map(|known| known.bank_name)),
        branch_name: name("branch_name", known.map(|known| known.branch_name)),
        bank: numbers.bank,
        branch: numbers.branch,
        account_type: AccountType::from_code(row.text("account_type"))
            .ok_or_else(|| refuse("account_type", code("account_type", "預金種目")))?,
        account_no: numbers.account_no,
        holder_kana: numbers.holder_kana,
        method: match row.text("method") {
            // A sender without it draws each instalment, as everybody does who does not ask for the whole year.
            "" => PayMethod::Instalments,
            text => PayMethod::from_code(text).ok_or_else(|| refuse("method", code("method", "振替方法")))?,
        },
        state: AccountState::from_code(row.text("state"))
            .ok_or_else(|| refuse("state", code("state", "口座の状態")))?,
        source_history_no,
    })
}

fn day(row: &Incoming<'_>, item: &str) -> Result<Option<Date>, RefusedRow> {
    match row.text(item) {
        "" => Ok(None),
        text => match text.parse::<domain::RegisterDate>().ok().and_then(|date| date.known()) {
            Some(day) => Ok(Some(day)),
            None => Err(refusal(row, SUBJECT, item, format!("日付「{text}」が暦にある日として読めません。"))),
        },
    }
}
