//! What this system takes from others: 宛名, 送付先, 納税管理人, 口座, 収納.

use std::str::FromStr;

use domain::{AddresseeNo, Date, RegisterDate, ResidentStatus, Yen};
use register::{Fault, Record, View, ViewExt, Write};
use system::{Applied, Batch, Incoming, Intake, RefusedRow};

use crate::functions::import;
use crate::records::{ALL_ITEMS, Account, Addressee, Balance, Mailing, TAX_ITEM, TaxAgent};

/// The intakes of the system.
pub(crate) fn intakes() -> Vec<Intake> {
    vec![
        Intake {
            id: "light-vehicle-tax/addressees",
            title: "宛名情報（軽自動車税）",
            needs: &["addressee_no", "history_no", "class", "display_name"],
            apply: |view, batch, _| apply(view, batch, "addressee_no", addressee, |one| one.history_no),
        },
        Intake {
            id: "light-vehicle-tax/mailings",
            title: "送付先情報（軽自動車税）",
            needs: &["mailing_key", "history_no", "addressee_no", "tax_item", "address"],
            apply: |view, batch, _| apply(view, batch, "mailing_key", mailing, |one| one.history_no),
        },
        Intake {
            id: "light-vehicle-tax/tax-agents",
            title: "納税管理人情報（軽自動車税）",
            needs: &["agent_key", "history_no", "addressee_no", "tax_item", "kind", "name"],
            apply: |view, batch, _| apply(view, batch, "agent_key", tax_agent, |one| one.history_no),
        },
        Intake {
            id: "light-vehicle-tax/accounts",
            title: "口座情報（軽自動車税）",
            needs: &["account_key", "history_no", "addressee_no", "tax_item", "state"],
            apply: |view, batch, _| apply(view, batch, "account_key", account, |one| one.history_no),
        },
        Intake {
            id: "light-vehicle-tax/balances",
            title: "収納情報（軽自動車税）",
            needs: &["levy_key", "history_no", "tax_item", "levied", "paid", "state"],
            apply: |view, batch, _| apply(view, batch, "levy_key", balance, |one| one.history_no),
        },
        import::INTAKE,
    ]
}

/// What a row says, or why it cannot be read as item and words. None when the row is of another tax.
type Reading<R> = Result<Option<R>, (&'static str, String)>;

/// Takes each row as the newest state of its record; an older row than the one held says nothing new.
fn apply<R: Record>(
    view: &dyn View,
    batch: &Batch<'_>,
    subject: &str,
    read: fn(&Incoming<'_>) -> Reading<R>,
    history_no: fn(&R) -> u32,
) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    for row in batch.rows {
        match read(row) {
            Ok(None) => {}
            Ok(Some(arrived)) => {
                let held = view.load::<R>(&arrived.key())?;
                if held.as_ref().is_none_or(|held| history_no(&held.record) < history_no(&arrived)) {
                    applied.writes.push(Write::put(&arrived, held.map(|held| held.version))?);
                }
            }
            Err((item, message)) => applied.refused.push(RefusedRow {
                subject: row.text(subject).to_owned(),
                item: item.to_owned(),
                message,
            }),
        }
    }
    Ok(applied)
}

fn history_no(row: &Incoming<'_>) -> Result<u32, (&'static str, String)> {
    row.history_no().map_err(|message| ("history_no", message))
}

/// A value that may be blank.
fn optional<T: FromStr>(
    row: &Incoming<'_>,
    item: &'static str,
    title: &str,
) -> Result<Option<T>, (&'static str, String)> {
    match row.text(item) {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| (item, format!("{title}「{text}」が読めません。送信元の記録を確かめてください。"))),
    }
}

fn needed(
    row: &Incoming<'_>,
    item: &'static str,
    title: &str,
) -> Result<AddresseeNo, (&'static str, String)> {
    AddresseeNo::parse(row.text(item)).map_err(|error| (item, format!("{title}: {error}")))
}

fn flag(row: &Incoming<'_>, item: &str) -> bool {
    row.text(item) == "1"
}

fn yen(row: &Incoming<'_>, item: &'static str, title: &str) -> Result<Yen, (&'static str, String)> {
    Ok(Yen(optional::<i64>(row, item, title)?.unwrap_or_default()))
}

/// Whether a row is of this tax or of all of them, with its key as it must be spelled.
fn of_this_tax(row: &Incoming<'_>, key: &'static str) -> Result<bool, (&'static str, String)> {
    let item = row.text("tax_item");
    if item != TAX_ITEM && item != ALL_ITEMS {
        return Ok(false);
    }
    let no = needed(row, "addressee_no", "宛名番号")?;
    if row.text(key) != format!("{no}-{item}") {
        return Err((key, format!("キー「{}」が、宛名番号{no}と税目{item}に合いません。", row.text(key))));
    }
    Ok(true)
}

fn addressee(row: &Incoming<'_>) -> Reading<Addressee> {
    let status = match row.text("status") {
        "" => None,
        code => Some(
            ResidentStatus::from_code(code)
                .ok_or_else(|| ("status", format!("住民状態コード「{code}」はコード表にありません。")))?,
        ),
    };
    let class = row.text("class");
    if !matches!(class, "1" | "2" | "3") {
        return Err(("class", format!("住民区分「{class}」は1、2、3のどれでもありません。")));
    }
    let text = |item: &str| row.text(item).to_owned();
    Ok(Some(Addressee {
        addressee_no: needed(row, "addressee_no", "宛名番号")?,
        history_no: history_no(row)?,
        class: class.to_owned(),
        status,
        name: text("display_name"),
        name_kana: text("name_kana"),
        birth_date: optional::<RegisterDate>(row, "birth_date", "生年月日")?,
        postcode: text("postcode"),
        address: text("address"),
        moved_out_to: text("moved_out_to"),
        departed_on: optional::<RegisterDate>(row, "departed_on", "消除の異動年月日")?,
        corporate_no: text("corporate_no"),
        protected: flag(row, "protected"),
        hidden: matches!(row.text("protected"), "1" | "2"),
        merged_into: optional::<AddresseeNo>(row, "merged_into", "統合先の宛名番号")?,
    }))
}

fn mailing(row: &Incoming<'_>) -> Reading<Mailing> {
    if !of_this_tax(row, "mailing_key")? {
        return Ok(None);
    }
    let text = |item: &str| row.text(item).to_owned();
    Ok(Some(Mailing {
        mailing_key: text("mailing_key"),
        history_no: history_no(row)?,
        from: optional::<Date>(row, "from", "開始年月日")?,
        until: optional::<Date>(row, "until", "終了年月日")?,
        name: text("name"),
        postcode: text("postcode"),
        address: text("address"),
        ended: flag(row, "ended"),
    }))
}

fn tax_agent(row: &Incoming<'_>) -> Reading<TaxAgent> {
    if !of_this_tax(row, "agent_key")? {
        return Ok(None);
    }
    let text = |item: &str| row.text(item).to_owned();
    Ok(Some(TaxAgent {
        agent_key: text("agent_key"),
        history_no: history_no(row)?,
        kind: text("kind"),
        from: optional::<Date>(row, "from", "開始年月日")?,
        until: optional::<Date>(row, "until", "終了年月日")?,
        agent_no: optional::<AddresseeNo>(row, "agent_no", "納税管理人の宛名番号")?,
        name: text("name"),
        postcode: text("postcode"),
        address: text("address"),
        ended: flag(row, "ended"),
    }))
}

fn account(row: &Incoming<'_>) -> Reading<Account> {
    if !of_this_tax(row, "account_key")? {
        return Ok(None);
    }
    let text = |item: &str| row.text(item).to_owned();
    Ok(Some(Account {
        account_key: text("account_key"),
        history_no: history_no(row)?,
        from: optional::<Date>(row, "from", "開始年月日")?,
        until: optional::<Date>(row, "until", "終了年月日")?,
        bank_name: text("bank_name"),
        branch_name: text("branch_name"),
        state: text("state"),
    }))
}

fn balance(row: &Incoming<'_>) -> Reading<Balance> {
    if row.text("tax_item") != TAX_ITEM {
        return Ok(None);
    }
    let key = row.text("levy_key");
    if !key.starts_with(TAX_ITEM) || key.split('-').count() != 4 {
        return Err(("levy_key", format!("賦課のキー「{key}」が、この税のものではありません。")));
    }
    let state = row.text("state");
    if !matches!(state, "1" | "2" | "3" | "4" | "5" | "6") {
        return Err(("state", format!("収納の状態「{state}」はコード表にありません。")));
    }
    Ok(Some(Balance {
        levy_key: key.to_owned(),
        history_no: history_no(row)?,
        levied: yen(row, "levied", "調定額")?,
        paid: yen(row, "paid", "収納額")?,
        fee_due: yen(row, "fee_due", "督促手数料")?,
        last_paid_on: optional::<Date>(row, "last_paid_on", "最終収納日")?,
        preliminary: flag(row, "preliminary"),
        state: state.to_owned(),
    }))
}
