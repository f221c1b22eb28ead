//! What the accounting is told, and how a person stands as a whole.

use std::collections::BTreeMap;

use register::{Fault, Stored, View, ViewExt};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::known::ADDRESSEE;
use crate::records::{Account, INSTALMENT, Instalment, Part};

/// 不納欠損（会計へ）: what was given up, levy by levy.
pub(super) const WRITE_OFF: Dataset = Dataset {
    id: "tax-collection/write-off",
    title: "不納欠損",
    kind: &INSTALMENT,
    items: &[
        Item::new("levy_key", "調定番号", ItemType::Text),
        Item::new("tax_item", "税目", ItemType::Code),
        Item::new("tax_year", "相当年度", ItemType::Number),
        Item::new("levy_year", "調定年度", ItemType::Number),
        Item::new("carried", "滞納繰越分", ItemType::Code),
        Item::new("decided_on", "決定日", ItemType::Date),
        Item::new("decision_no", "決裁番号", ItemType::Text),
        Item::new("reason", "事由", ItemType::Code),
        Item::new("tax", "不納欠損額（本税）", ItemType::Number),
        Item::new("others", "不納欠損額（督促手数料・延滞金等）", ItemType::Number),
    ],
    subject: "levy_key",
    reads_sealed: false,
    row: write_off,
};

fn write_off(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Instalment>()?.record;
    let Some(given_up) = &held.write_off else { return Ok(Fate::Skip) };
    let of = |part| held.book.balance(Account::WrittenOff, Some(part)).0;
    row.push(&held.levy_key);
    row.push(&held.tax_item);
    row.push_display(&held.tax_year.0);
    row.push_display(&held.levy_year.0);
    row.push(if held.carried_into.is_some() { "1" } else { "" });
    row.push_display(&given_up.on);
    row.push(&given_up.decision_no);
    row.push(&given_up.reason);
    row.push_display(&of(Part::Tax));
    row.push_display(&[Part::Costs, Part::Fee, Part::Delinquency].map(of).iter().sum::<i64>());
    Ok(Fate::Row)
}

/// 収滞納情報（照会）: how a person stands, for who has to know before a certificate is issued or somebody moves out. No more than
/// that: sums, and the oldest day that passed.
pub(super) const STANDING: Dataset = Dataset {
    id: "tax-collection/standing",
    title: "収滞納情報（個人ごと）",
    kind: &ADDRESSEE,
    items: &[
        Item::new("addressee_no", "宛名番号", ItemType::Text),
        Item::new("levied", "調定額", ItemType::Number),
        Item::new("paid", "収納額", ItemType::Number),
        Item::new("open", "未納額", ItemType::Number),
        Item::new("overdue", "督促済みの未納あり", ItemType::Code),
        Item::new("oldest_due_on", "最も古い未納の納期限", ItemType::Date),
        Item::new("preliminary", "速報あり", ItemType::Code),
        Item::new("by_tax", "税目ごと（税目:調定額:収納額:未納額）", ItemType::Text),
    ],
    subject: "addressee_no",
    reads_sealed: false,
    row: standing,
};

fn standing(view: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let levies = view.load_by::<Instalment>("addressee_no", &stored.key)?;
    let mut taxes: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    let (mut oldest, mut overdue, mut preliminary) = (None, false, false);
    for levy in levies.into_iter().map(|held| held.record) {
        let sums = [levy.levied(Part::Tax).0, levy.paid().0, levy.open_total().0.max(0)];
        let of_tax = taxes.entry(levy.tax_item.clone()).or_default();
        for (sum, yen) in of_tax.iter_mut().zip(sums) {
            *sum = sum.saturating_add(yen);
        }
        preliminary |= !levy.preliminary.is_empty();
        let [_, _, open] = sums;
        if 0 < open {
            overdue |= levy.reminder.is_some();
            oldest = oldest.into_iter().chain([levy.due_on]).min();
        }
    }
    let total = |at: usize| taxes.values().filter_map(|sums| sums.get(at)).sum::<i64>();
    let flag = |set: bool| if set { "1" } else { "" };
    let by_tax: Vec<String> =
        taxes.iter().map(|(item, [levied, paid, open])| format!("{item}:{levied}:{paid}:{open}")).collect();
    row.push(&stored.key);
    row.push_display(&total(0));
    row.push_display(&total(1));
    row.push_display(&total(2));
    row.push(flag(overdue));
    row.push_optional(oldest);
    row.push(flag(preliminary));
    row.push(&by_tax.join(" "));
    Ok(Fate::Row)
}
