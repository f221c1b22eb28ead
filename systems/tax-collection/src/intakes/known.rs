//! Whom letters go to and which account pays, as the addressee register has it.

use register::{Fault, Record, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::Reading;
use crate::records::known::{Addressee, Mailing, PayingAccount, TaxAgent};

/// 宛名情報の受入.
pub const ADDRESSEES: Intake = Intake {
    id: "tax-collection/addressees",
    title: "宛名情報（収滞納）",
    needs: &["addressee_no", "history_no", "display_name", "address"],
    apply: |view, batch, _| newest(view, batch, |held: &Addressee| held.history_no, addressee),
};

/// 送付先情報の受入.
pub const MAILINGS: Intake = Intake {
    id: "tax-collection/mailings",
    title: "送付先情報（収滞納）",
    needs: &["mailing_key", "history_no", "addressee_no", "tax_item", "name", "address"],
    apply: |view, batch, _| newest(view, batch, |held: &Mailing| held.history_no, mailing),
};

/// 納税管理人情報の受入.
pub const TAX_AGENTS: Intake = Intake {
    id: "tax-collection/tax-agents",
    title: "納税管理人情報（収滞納）",
    needs: &["agent_key", "history_no", "addressee_no", "tax_item", "name", "address"],
    apply: |view, batch, _| newest(view, batch, |held: &TaxAgent| held.history_no, tax_agent),
};

/// 口座情報の受入.
pub const ACCOUNTS: Intake = Intake {
    id: "tax-collection/accounts",
    title: "口座情報（収滞納）",
    needs: &[
        "account_key",
        "history_no",
        "addressee_no",
        "tax_item",
        "bank",
        "branch",
        "account_type",
        "account_no",
        "holder_kana",
        "state",
    ],
    apply: |view, batch, _: &Context<'_>| {
        newest(view, batch, |held: &PayingAccount| held.history_no, account)
    },
};

/// Takes each row as the newest state, unless one as new is held already.
fn newest<R: Record>(
    view: &dyn View,
    batch: &Batch<'_>,
    history_no: fn(&R) -> u32,
    read: fn(&Incoming<'_>) -> Result<R, RefusedRow>,
) -> Result<Applied, Fault> {
    let mut applied = Applied { writes: Vec::with_capacity(batch.rows.len()), refused: Vec::new() };
    for row in batch.rows {
        let arrived = match read(row) {
            Ok(arrived) => arrived,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let held = view.load::<R>(&arrived.key())?;
        if held.as_ref().is_some_and(|held| history_no(&arrived) <= history_no(&held.record)) {
            continue;
        }
        applied.writes.push(Write::put(&arrived, held.map(|held| held.version))?);
    }
    Ok(applied)
}

fn addressee(row: &Incoming<'_>) -> Result<Addressee, RefusedRow> {
    let reading = Reading::new(row, "addressee_no");
    Ok(Addressee {
        addressee_no: reading.addressee_no("addressee_no")?,
        history_no: reading.history_no()?,
        class: reading.owned("class"),
        status: reading.owned("status"),
        name: reading.owned("display_name"),
        name_kana: reading.owned("name_kana"),
        postcode: reading.owned("postcode"),
        address: reading.owned("address"),
        moved_out_to: reading.owned("moved_out_to"),
        departed_on: reading.owned("departed_on"),
        protected: reading.text("protected") == "1",
        hidden: matches!(reading.text("protected"), "1" | "2"),
    })
}

fn mailing(row: &Incoming<'_>) -> Result<Mailing, RefusedRow> {
    let reading = Reading::new(row, "mailing_key");
    Ok(Mailing {
        mailing_key: reading.owned("mailing_key"),
        history_no: reading.history_no()?,
        addressee_no: reading.addressee_no("addressee_no")?,
        tax_item: reading.digits("tax_item", "税目", 2)?,
        from: reading.day("from", "開始日")?,
        until: reading.day("until", "終了日")?,
        name: reading.owned("name"),
        postcode: reading.owned("postcode"),
        address: reading.owned("address"),
        ended: reading.text("ended") == "1",
    })
}

fn tax_agent(row: &Incoming<'_>) -> Result<TaxAgent, RefusedRow> {
    let reading = Reading::new(row, "agent_key");
    Ok(TaxAgent {
        agent_key: reading.owned("agent_key"),
        history_no: reading.history_no()?,
        addressee_no: reading.addressee_no("addressee_no")?,
        tax_item: reading.digits("tax_item", "税目", 2)?,
        kind: reading.owned("kind"),
        from: reading.day("from", "開始日")?,
        until: reading.day("until", "終了日")?,
        name: reading.owned("name"),
        postcode: reading.owned("postcode"),
        address: reading.owned("address"),
        ended: reading.text("ended") == "1",
    })
}

fn account(row: &Incoming<'_>) -> Result<PayingAccount, RefusedRow> {
    let reading = Reading::new(row, "account_key");
    Ok(PayingAccount {
        account_key: reading.owned("account_key"),
        history_no: reading.history_no()?,
        addressee_no: reading.addressee_no("addressee_no")?,
        tax_item: reading.digits("tax_item", "税目", 2)?,
        from: reading.day("from", "開始日")?,
        until: reading.day("until", "終了日")?,
        bank: reading.digits("bank", "金融機関コード", 4)?,
        bank_name: reading.owned("bank_name"),
        branch: reading.digits("branch", "支店コード", 3)?,
        branch_name: reading.owned("branch_name"),
        account_type: reading.digits("account_type", "預金種目", 1)?,
        account_no: reading.digits("account_no", "口座番号", 7)?,
        holder_kana: reading.owned("holder_kana"),
        method: reading.owned("method"),
        state: reading.digits("state", "口座の状態", 1)?,
    })
}
