//! What this system offers to others.

mod accounts;
mod partners;

use register::{Fault, Stored, View};
use system::{Dataset, Extract, Fate, Item, ItemType, Row};

use crate::records::{
    ApplicationState, INSTALMENT, Instalment, OVERPAYMENT, Overpayment, OverpaymentState, Part, TRANSFER,
    TRANSFER_APPLICATION, Transfer, TransferApplication, TransferState,
};

/// Every dataset.
pub(crate) fn all() -> Vec<Dataset> {
    vec![
        BALANCE,
        DEMAND,
        ACCOUNT,
        TRANSFERS,
        REFUND,
        accounts::WRITE_OFF,
        accounts::STANDING,
        partners::ASSESSMENT,
        partners::ADDRESSEES,
        partners::LIGHT_VEHICLE_PAYMENT,
    ]
}

/// What staff may take out (EUC). None of it has a name, an address or an account.
pub(crate) fn extracts() -> Vec<Extract> {
    vec![
        Extract::plain("tax-collection/balance", "addressee_no"),
        Extract::plain("tax-collection/write-off", ""),
        Extract::plain("tax-collection/standing", "addressee_no"),
    ]
}

/// 収納情報: how much of each instalment is paid, for the taxes that levied it and for who asks.
pub const BALANCE: Dataset = Dataset {
    id: "tax-collection/balance",
    title: "収納情報",
    kind: &INSTALMENT,
    items: &[
        Item::new("levy_key", "調定番号", ItemType::Text),
        Item::new("history_no", "履歴番号", ItemType::Number),
        Item::new("tax_item", "税目", ItemType::Code),
        Item::new("tax_year", "相当年度", ItemType::Number),
        Item::new("notice_no", "通知書番号", ItemType::Text),
        Item::new("instalment", "期", ItemType::Code),
        Item::new("addressee_no", "宛名番号", ItemType::Text),
        Item::new("levied", "調定額", ItemType::Number),
        Item::new("paid", "収納額", ItemType::Number),
        Item::new("fee_due", "未納の督促手数料・延滞金", ItemType::Number),
        Item::new("due_on", "納期限", ItemType::Date),
        Item::new("last_paid_on", "最終納付日", ItemType::Date),
        Item::new("preliminary", "速報あり", ItemType::Code),
        Item::new("state", "収納状態", ItemType::Code),
        Item::new("overdue", "督促済み", ItemType::Code),
        Item::new("deferred", "猶予あり", ItemType::Code),
    ],
    subject: "levy_key",
    reads_sealed: false,
    row: balance,
};

fn balance(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let versioned = stored.typed::<Instalment>()?;
    let held = &versioned.record;
    let flag = |set: bool| if set { "1" } else { "" };
    row.push(&held.levy_key);
    row.push_display(&versioned.version);
    row.push(&held.tax_item);
    row.push_display(&held.tax_year.0);
    row.push(&held.notice_no);
    row.push(&held.instalment);
    row.push(&held.addressee_no);
    row.push_display(&held.levied(Part::Tax).0);
    row.push_display(&held.paid().0);
    let others = [Part::Costs, Part::Fee, Part::Delinquency].map(|part| held.open(part).0);
    row.push_display(&others.iter().sum::<i64>());
    row.push_display(&held.due_on);
    row.push_optional(held.last_paid_on());
    row.push(flag(!held.preliminary.is_empty()));
    row.push(held.state().code());
    row.push(flag(held.reminder.is_some()));
    row.push(flag(!held.deferments.is_empty()));
    Ok(Fate::Row)
}

/// 納付情報（ＭＰＮ・共通納税へ）: what can be paid by its numbers, and how much.
pub const DEMAND: Dataset = Dataset {
    id: "tax-collection/demand",
    title: "納付情報（ＭＰＮ・共通納税）",
    kind: &INSTALMENT,
    items: &[
        Item::new("levy_key", "調定番号", ItemType::Text),
        Item::new("payment_no", "納付番号", ItemType::Text),
        Item::new("tax_item", "税目", ItemType::Code),
        Item::new("tax_year", "相当年度", ItemType::Number),
        Item::new("amount", "納付額", ItemType::Number),
        Item::new("due_on", "納期限", ItemType::Date),
        Item::new("payable", "納付可", ItemType::Code),
    ],
    subject: "levy_key",
    reads_sealed: false,
    row: demand,
};

fn demand(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Instalment>()?.record;
    let Ok(key) = domain::slip::LevyKey::parse(&held.levy_key) else { return Ok(Fate::Skip) };
    let open = held.open_total();
    row.push(&held.levy_key);
    row.push(&key.customer_no());
    row.push(&held.tax_item);
    row.push_display(&held.tax_year.0);
    row.push_display(&open.0.max(0));
    row.push_display(&held.due_on);
    // Paid, told of as paid, or asked of a bank: not to be paid a second time.
    let payable = 0 < open.0 && held.preliminary.is_empty() && held.transfer.is_none();
    row.push(if payable { "1" } else { "0" });
    Ok(Fate::Row)
}

/// 口座情報（宛名へ）: what payers applied for, as the register of accounts takes it.
pub const ACCOUNT: Dataset = Dataset {
    id: "tax-collection/transfer-application",
    title: "口座振替の申込",
    kind: &TRANSFER_APPLICATION,
    items: &[
        Item::new("account_key", "口座番号キー", ItemType::Text),
        Item::new("history_no", "履歴番号", ItemType::Number),
        Item::new("addressee_no", "宛名番号", ItemType::Text),
        Item::new("tax_item", "税目", ItemType::Code),
        Item::new("from", "開始日", ItemType::Date),
        Item::new("until", "終了日", ItemType::Date),
        Item::new("bank", "金融機関コード", ItemType::Code),
        Item::new("bank_name", "金融機関名", ItemType::Text),
        Item::new("branch", "支店コード", ItemType::Code),
        Item::new("branch_name", "支店名", ItemType::Text),
        Item::new("account_type", "預金種目", ItemType::Code),
        Item::new("account_no", "口座番号", ItemType::Text),
        Item::new("holder_kana", "口座名義人カナ", ItemType::Text),
        Item::new("method", "振替方法", ItemType::Code),
        Item::new("state", "口座の状態", ItemType::Code),
    ],
    subject: "account_key",
    reads_sealed: false,
    row: account,
};

/// An application a bank is still asked about is no account yet.
fn account(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let versioned = stored.typed::<TransferApplication>()?;
    let held = &versioned.record;
    let state = match held.state {
        ApplicationState::Asked | ApplicationState::Refused => return Ok(Fate::Skip),
        ApplicationState::Active => "1",
        // Nobody debits an account that has to be looked at first.
        ApplicationState::Paused | ApplicationState::Review => "2",
        ApplicationState::Ended => "9",
    };
    row.push(&held.account_key);
    row.push_display(&versioned.version);
    row.push(&held.addressee_no);
    row.push(&held.tax_item);
    row.push_display(&held.from);
    row.push_optional(held.until);
    row.push(&held.bank);
    row.push(&held.bank_name);
    row.push(&held.branch);
    row.push(&held.branch_name);
    row.push(&held.account_type);
    row.push(&held.account_no);
    row.push(&held.holder_kana);
    row.push(&held.method);
    row.push(state);
    Ok(Fate::Row)
}

/// 口座振替請求（金融機関へ）: what banks are asked to debit.
pub const TRANSFERS: Dataset = Dataset {
    id: "tax-collection/transfer",
    title: "口座振替請求",
    kind: &TRANSFER,
    items: &[
        Item::new("transfer_key", "請求番号", ItemType::Text),
        Item::new("debit_on", "振替日", ItemType::Date),
        Item::new("bank", "金融機関コード", ItemType::Code),
        Item::new("bank_name", "金融機関名（カナ）", ItemType::Text),
        Item::new("branch", "支店コード", ItemType::Code),
        Item::new("branch_name", "支店名（カナ）", ItemType::Text),
        Item::new("account_type", "預金種目", ItemType::Code),
        Item::new("account_no", "口座番号", ItemType::Text),
        Item::new("holder_kana", "預金者名", ItemType::Text),
        Item::new("amount", "引落金額", ItemType::Number),
        Item::new("new_code", "新規コード", ItemType::Code),
        Item::new("customer_no", "顧客番号", ItemType::Text),
        Item::new("result", "振替結果コード", ItemType::Code),
        Item::new("debit_day", "引落日（月日）", ItemType::Code),
        Item::new("client_code", "委託者コード", ItemType::Code),
        Item::new("client_name", "委託者名", ItemType::Text),
    ],
    subject: "transfer_key",
    reads_sealed: false,
    row: transfer,
};

fn transfer(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Transfer>()?.record;
    // What is answered or stopped is no request any more.
    if held.state != TransferState::Asked {
        return Ok(Fate::Skip);
    }
    row.push(&held.transfer_key);
    row.push_display(&held.debit_on);
    row.push(&held.bank);
    row.push(kana_only(&held.bank_name));
    row.push(&held.branch);
    row.push(kana_only(&held.branch_name));
    row.push(&held.account_type);
    row.push(&held.account_no);
    row.push(&held.holder_kana);
    row.push_display(&held.yen.0);
    row.push(&held.new_code);
    row.push(&held.customer_no);
    row.push("0");
    row.push(&held.debit_on.strftime("%m%d").to_string());
    row.push(&held.client_code);
    row.push(&held.client_name);
    Ok(Fate::Row)
}

/// A name as banks' files take it. They have kana alone, and the code says which bank it is: a name with kanji is left out.
fn kana_only(name: &str) -> &str {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.' | '　' | 'ァ'..='ー' | '｡'..='ﾟ');
    if name.chars().all(fits) { name } else { "" }
}

/// 還付情報（会計へ）: what the accounting is asked to pay.
pub const REFUND: Dataset = Dataset {
    id: "tax-collection/refund",
    title: "還付の支払依頼",
    kind: &OVERPAYMENT,
    items: &[
        Item::new("overpayment_key", "整理番号", ItemType::Text),
        Item::new("addressee_no", "宛名番号", ItemType::Text),
        Item::new("pay_on", "支払予定日", ItemType::Date),
        Item::new("amount", "還付額", ItemType::Number),
        Item::new("addition", "還付加算金", ItemType::Number),
        Item::new("bank", "金融機関コード", ItemType::Code),
        Item::new("branch", "支店コード", ItemType::Code),
        Item::new("account_type", "預金種目", ItemType::Code),
        Item::new("account_no", "口座番号", ItemType::Text),
        Item::new("holder_kana", "口座名義人カナ", ItemType::Text),
    ],
    subject: "overpayment_key",
    reads_sealed: false,
    row: refund,
};

fn refund(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Overpayment>()?.record;
    let (OverpaymentState::Requested, Some(payee)) = (held.state, &held.payee) else {
        return Ok(Fate::Skip);
    };
    row.push(&held.overpayment_key);
    row.push(&held.addressee_no);
    row.push_optional(held.requested_on);
    row.push_display(&held.left().0);
    row.push_display(&held.addition.0);
    row.push(&payee.bank);
    row.push(&payee.branch);
    row.push(&payee.account_type);
    row.push(&payee.account_no);
    row.push(&payee.holder_kana);
    Ok(Fate::Row)
}
