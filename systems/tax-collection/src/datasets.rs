//! What this system offers to others.

use register::{Fault, Stored, View};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::{INSTALMENT, Instalment, Part};

/// Every dataset.
pub(crate) fn all() -> Vec<Dataset> {
    vec![BALANCE]
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
    row.push(flag(held.preliminary.is_some()));
    row.push(held.state().code());
    row.push(flag(held.reminder.is_some()));
    row.push(flag(!held.deferments.is_empty()));
    Ok(Fate::Row)
}
