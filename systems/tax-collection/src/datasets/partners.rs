//! What goes to systems beside this one: the case files (滞納管理), and the payments of light vehicle tax (軽JNKS).

use register::{Fault, Stored, View};
use system::{Dataset, Fate, Item, ItemType, Row};

use crate::records::known::{ADDRESSEE, Addressee};
use crate::records::{INSTALMENT, Instalment, Part};

/// 調定情報（滞納管理へ）: what is levied now, instalment by instalment.
pub(super) const ASSESSMENT: Dataset = Dataset {
    id: "tax-collection/assessment",
    title: "調定情報",
    kind: &INSTALMENT,
    items: &[
        Item::new("levy_key", "調定番号", ItemType::Text),
        Item::new("history_no", "履歴番号", ItemType::Number),
        Item::new("tax_item", "税目", ItemType::Code),
        Item::new("tax_year", "相当年度", ItemType::Number),
        Item::new("levy_year", "調定年度", ItemType::Number),
        Item::new("notice_no", "通知書番号", ItemType::Text),
        Item::new("instalment", "期", ItemType::Code),
        Item::new("addressee_no", "宛名番号", ItemType::Text),
        Item::new("levied", "調定額", ItemType::Number),
        Item::new("due_on", "納期限", ItemType::Date),
        Item::new("decided_on", "決定日", ItemType::Date),
        Item::new("reminded_on", "督促の発付日", ItemType::Date),
        Item::new("carried_into", "繰越先の年度", ItemType::Number),
    ],
    subject: "levy_key",
    reads_sealed: false,
    row: assessment,
};

fn assessment(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let versioned = stored.typed::<Instalment>()?;
    let held = &versioned.record;
    row.push(&held.levy_key);
    row.push_display(&versioned.version);
    row.push(&held.tax_item);
    row.push_display(&held.tax_year.0);
    row.push_display(&held.levy_year.0);
    row.push(&held.notice_no);
    row.push(&held.instalment);
    row.push(&held.addressee_no);
    row.push_display(&held.levied(Part::Tax).0);
    row.push_display(&held.due_on);
    row.push_display(&held.decided_on);
    row.push_optional(held.reminder.map(|reminder| reminder.sent_on));
    row.push_optional(held.carried_into.map(|year| year.0));
    Ok(Fate::Row)
}

/// 宛名情報（滞納管理へ）: whom the levies are of, as 宛名管理 told it last.
pub(super) const ADDRESSEES: Dataset = Dataset {
    id: "tax-collection/addressee",
    title: "宛名情報（収滞納）",
    kind: &ADDRESSEE,
    items: &[
        Item::new("addressee_no", "宛名番号", ItemType::Text),
        Item::new("history_no", "履歴番号", ItemType::Number),
        Item::new("class", "住民区分", ItemType::Code),
        Item::new("status", "住民状態", ItemType::Code),
        Item::new("name", "氏名", ItemType::Text),
        Item::new("name_kana", "氏名フリガナ", ItemType::Text),
        Item::new("postcode", "郵便番号", ItemType::Code),
        Item::new("address", "住所", ItemType::Text),
        Item::new("moved_out_to", "転出先住所", ItemType::Text),
        Item::new("departed_on", "消除の異動年月日", ItemType::Date),
        Item::new("protected", "支援措置対象", ItemType::Code),
    ],
    subject: "addressee_no",
    reads_sealed: false,
    row: addressee,
};

/// The address of a protected person is in it, marked: letters still need it, screens and lists must not show it.
fn addressee(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let held = stored.typed::<Addressee>()?.record;
    row.push(&held.addressee_no);
    row.push_display(&held.history_no);
    row.push(&held.class);
    row.push(&held.status);
    row.push(&held.name);
    row.push(&held.name_kana);
    row.push(&held.postcode);
    row.push(&held.address);
    row.push(&held.moved_out_to);
    row.push(&held.departed_on);
    row.push(if held.protected { "1" } else { "" });
    Ok(Fate::Row)
}

/// 軽自動車税（種別割）: the only tax 軽JNKS asks about.
const LIGHT_VEHICLE: &str = "04";

/// 軽自動車税の納付情報（軽JNKSへ）: whether the tax of a plate and year is paid, for the inspection of the vehicle (継続検査).
/// Nobody is named.
pub(super) const LIGHT_VEHICLE_PAYMENT: Dataset = Dataset {
    id: "tax-collection/light-vehicle-payment",
    title: "軽自動車税納付情報（軽JNKS）",
    kind: &INSTALMENT,
    items: &[
        Item::new("levy_key", "調定番号", ItemType::Text),
        Item::new("history_no", "履歴番号", ItemType::Number),
        Item::new("plate", "標識番号", ItemType::Text),
        Item::new("tax_year", "相当年度", ItemType::Number),
        Item::new("levied", "調定額", ItemType::Number),
        Item::new("paid", "収納額", ItemType::Number),
        Item::new("due_on", "納期限", ItemType::Date),
        Item::new("last_paid_on", "最終納付日", ItemType::Date),
        Item::new("payment_standing", "納付状況", ItemType::Code),
    ],
    subject: "levy_key",
    reads_sealed: false,
    row: light_vehicle_payment,
};

/// 納付状況: 1 nothing is owed, 2 something is owed, 3 a payment is told of and not final (速報). Whether the due date has passed
/// the reader sees by its own day; a charge on a late payment that is not fixed yet is not known here and holds nobody up.
fn light_vehicle_payment(_: &dyn View, stored: &Stored, row: &mut Row) -> Result<Fate, Fault> {
    let versioned = stored.typed::<Instalment>()?;
    let held = &versioned.record;
    // Without a plate there is nothing the inspection could ask by.
    if held.tax_item != LIGHT_VEHICLE || held.object.is_empty() {
        return Ok(Fate::Skip);
    }
    let owed = 0 < held.open_total().0;
    let standing = match (held.preliminary.is_empty(), owed) {
        (_, false) => "1",
        (false, true) => "3",
        (true, true) => "2",
    };
    row.push(&held.levy_key);
    row.push_display(&versioned.version);
    row.push(&held.object);
    row.push_display(&held.tax_year.0);
    row.push_display(&held.levied(Part::Tax).0);
    row.push_display(&held.paid().0);
    row.push_display(&held.due_on);
    row.push_optional(held.last_paid_on());
    row.push(standing);
    Ok(Fate::Row)
}
