//! What mailing addresses, agents and accounts have in common: whose, which tax, from when to when.

use domain::{AddresseeNo, Date};
use register::{Fault, Versioned, View, ViewExt, Write};
use system::{Context, Field, FieldKind, Finding, Input, Outcome};

use crate::findings::{self, wareki};
use crate::records::{Addressee, PerTax, key_of};
use crate::rules::{tax_item_label, tax_items};

/// The fields that say whose and which.
pub(super) fn key_fields() -> Vec<Field> {
    vec![
        Field::new("addressee_no", "宛名番号", FieldKind::AddresseeNo).required(),
        Field::new("tax_item", "税目", FieldKind::Choice(tax_items()))
            .required()
            .help("「共通」は、その税目の登録がないときに使います。"),
    ]
}

/// The fields that say from when to when.
pub(super) fn period_fields() -> Vec<Field> {
    vec![
        Field::new("from", "開始年月日", FieldKind::Date).required(),
        Field::new("until", "終了年月日", FieldKind::Date).help("終わりが決まっているときだけ入力します。"),
    ]
}

/// What a registration or change starts from.
pub(super) struct Start<R> {
    /// The addressee.
    pub(super) addressee: Addressee,
    /// What is held for the tax.
    pub(super) held: Option<Versioned<R>>,
    /// 宛名番号.
    pub(super) addressee_no: AddresseeNo,
    /// 税目.
    pub(super) tax_item: String,
    /// 開始年月日.
    pub(super) from: Date,
    /// 終了年月日.
    pub(super) until: Option<Date>,
    /// Alerts so far.
    pub(super) found: Vec<Finding>,
}

/// Reads what a registration starts from; the refusal when it cannot be.
pub(super) fn start<R: PerTax>(
    view: &dyn View,
    input: &Input,
    context: &Context<'_>,
) -> Result<Result<Start<R>, Finding>, Fault> {
    let number = input.text("addressee_no");
    let tax_item = input.text("tax_item").to_owned();
    let Some(addressee) = view.load::<Addressee>(number)?.map(|held| held.record) else {
        return Ok(Err(findings::unknown("addressee_no", "宛名番号", number)));
    };
    let from = super::day(input, "from").unwrap_or(context.today);
    let until = super::day(input, "until");
    if let Some(until) = until.filter(|until| *until < from) {
        return Ok(Err(ends_before(until, from)));
    }
    let held = view.load::<R>(&key_of(number, &tax_item))?;
    let mut found = Vec::new();
    if addressee.closed_on.is_some() {
        found.push(Finding::alert(
            "ADR49",
            "addressee_no",
            "宛名番号",
            format!("宛名番号 {number} は閉鎖されています。"),
            "滞納の整理などで必要なときだけ進めてください。",
        ));
    }
    if let Some(held) = &held
        && in_force(&held.record, context.today)
        && context.today < from
    {
        found.push(Finding::alert(
            "ADR44",
            "from",
            "開始年月日",
            format!(
                "開始年月日「{}」が今日より後です。今の登録は置き換えられ、その日まで何も使われません。",
                wareki(from)
            ),
            "開始の日になってから登録するか、空白の期間に問題がないことを確かめて進めてください。",
        ));
    }
    let addressee_no = addressee.addressee_no;
    Ok(Ok(Start { addressee, held, addressee_no, tax_item, from, until, found }))
}

/// Whether something holds on a day.
pub(super) fn in_force<R: PerTax>(record: &R, on: Date) -> bool {
    !record.is_ended() && record.from() <= on && record.until().is_none_or(|until| on <= until)
}

/// ADR40: an end before its beginning.
pub(super) fn ends_before(until: Date, from: Date) -> Finding {
    Finding::error(
        "ADR40",
        "until",
        "終了年月日",
        format!("終了年月日「{}」が開始年月日「{}」より前です。", wareki(until), wareki(from)),
        "二つの日付を確かめてください。",
    )
}

/// What is held for the tax and still runs, to be ended; the refusal when there is nothing.
pub(super) fn running<R: PerTax>(
    view: &dyn View,
    input: &Input,
    what: &str,
) -> Result<Result<Versioned<R>, Finding>, Fault> {
    let (number, tax_item) = (input.text("addressee_no"), input.text("tax_item"));
    match view.load::<R>(&key_of(number, tax_item))? {
        Some(held) if !held.record.is_ended() => Ok(Ok(held)),
        _ => Ok(Err(Finding::error(
            "ADR42",
            "tax_item",
            "税目",
            format!("宛名番号 {number} に、{}の{what}の登録がありません。", tax_name(tax_item)),
            "宛名照会で、登録されている税目を確かめてください。",
        ))),
    }
}

/// The name of a tax item.
pub(super) fn tax_name(code: &str) -> &str {
    tax_item_label(code).unwrap_or(code)
}

/// The outcome of a registration: new, changed, or nothing to do.
pub(super) fn registered<R: PerTax + PartialEq>(
    what: &str,
    made: &R,
    start_held: Option<Versioned<R>>,
    found: Vec<Finding>,
) -> Result<Outcome, Fault> {
    if start_held.as_ref().is_some_and(|held| held.record == *made) {
        return Ok(Outcome::refused(vec![findings::unchanged()]));
    }
    let verb = if start_held.is_some() { "変更" } else { "登録" };
    let message = format!("{}の{what}を{verb}しました。", tax_name(made.tax_item()));
    let writes = vec![Write::put(made, start_held.map(|held| held.version))?];
    let number = made.addressee_no().to_string();
    Ok(super::with(super::done(&number, message, &format!("{what}の{verb}"), writes), found))
}
