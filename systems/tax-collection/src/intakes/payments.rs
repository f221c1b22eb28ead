//! 納付情報の受取: payments from the window, banks, convenience stores and MPN.

use domain::{FiscalYear, Yen};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::Reading;
use crate::drafts::Drafts;
use crate::records::{
    Book, Cause, Channel, Instalment, Overpayment, OverpaymentState, Preliminary, Receipt, ReceiptState,
    Stage,
};
use crate::rules::{self, account_year};
use crate::tasks::Closed;

/// Payments, as a channel tells them (納付情報).
pub const PAYMENTS: Intake = Intake {
    id: "tax-collection/payments",
    title: "納付情報の受取（消込データ作成）",
    needs: &["payment_no", "channel", "stage", "paid_on", "amount"],
    apply,
};

/// A payment that reads.
pub(crate) struct Told {
    pub(crate) payment_no: String,
    pub(crate) channel: Channel,
    pub(crate) stage: Stage,
    pub(crate) levy_key: String,
    pub(crate) slip: String,
    pub(crate) paid_on: domain::Date,
    pub(crate) received_on: domain::Date,
    pub(crate) yen: Yen,
}

fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut desk = Desk::new(view, context.today)?;
    let mut refused = Vec::new();
    for row in batch.rows {
        match read(row, context.today) {
            Ok(told) => {
                let subject = told.payment_no.clone();
                if let Err((item, message)) = desk.take(told)? {
                    refused.push(super::refuse(&subject, item, message));
                }
            }
            Err(refusal) => refused.push(refusal),
        }
    }
    Ok(Applied { writes: desk.writes()?, refused })
}

fn read(row: &Incoming<'_>, today: domain::Date) -> Result<Told, RefusedRow> {
    let reading = Reading::new(row, "payment_no");
    if reading.subject().is_empty() {
        return Err(reading.refuse("payment_no", "収納番号がありません。"));
    }
    let channel = Channel::from_code(reading.text("channel")).ok_or_else(|| {
        reading.refuse("channel", format!("収納チャネル「{}」はありません。", reading.text("channel")))
    })?;
    let stage = Stage::from_code(reading.text("stage")).ok_or_else(|| {
        reading.refuse(
            "stage",
            format!("速報・確報の区分「{}」は1、2、3のどれでもありません。", reading.text("stage")),
        )
    })?;
    let paid_on = reading.needed_day("paid_on", "納付日")?;
    let received_on = reading.day("received_on", "収入日")?.unwrap_or(paid_on);
    if today < paid_on {
        let message = format!("納付日{}が、今日より後です。", domain::wareki(paid_on));
        return Err(reading.refuse("paid_on", message));
    }
    let yen = reading.yen("amount", "納付額")?;
    if yen == Yen::ZERO {
        return Err(reading.refuse("amount", "納付額が0円です。"));
    }
    let slip = ["code44", "customer_no"].iter().map(|item| reading.text(item)).find(|text| !text.is_empty());
    let slip = slip.unwrap_or_default();
    let levy_key = match reading.text("levy_key") {
        "" => rules::levy_key_of(slip).map(|key| key.to_string()).unwrap_or_default(),
        key => key.to_owned(),
    };
    Ok(Told {
        payment_no: reading.owned("payment_no"),
        channel,
        stage,
        levy_key,
        slip: slip.to_owned(),
        paid_on,
        received_on,
        yen,
    })
}

/// Takes payments one after another; what one does is seen by the next.
pub(crate) struct Desk<'a> {
    view: &'a dyn View,
    today: domain::Date,
    closed: Closed,
    receipts: Drafts<Receipt>,
    instalments: Drafts<Instalment>,
    overpayments: Drafts<Overpayment>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(view: &'a dyn View, today: domain::Date) -> Result<Self, Fault> {
        Ok(Self {
            view,
            today,
            closed: Closed::read(view)?,
            receipts: Drafts::default(),
            instalments: Drafts::default(),
            overpayments: Drafts::default(),
        })
    }

    /// A transfer that was asked of a bank is answered.
    pub(crate) fn end_transfer(&mut self, levy_key: &str, transfer_key: &str) -> Result<(), Fault> {
        let Some(mut levy) = self.instalments.load(self.view, levy_key)? else { return Ok(()) };
        if levy.transfer.as_deref() == Some(transfer_key) {
            levy.transfer = None;
            self.instalments.put(levy);
        }
        Ok(())
    }

    /// Whether a payment of this number was taken before.
    pub(crate) fn holds(&mut self, payment_no: &str) -> Result<bool, Fault> {
        Ok(self.receipts.load(self.view, payment_no)?.is_some())
    }

    pub(crate) fn writes(self) -> Result<Vec<Write>, Fault> {
        let mut writes = self.receipts.writes()?;
        writes.extend(self.instalments.writes()?);
        writes.extend(self.overpayments.writes()?);
        Ok(writes)
    }

    /// Takes one payment; the item and the words when it cannot be taken.
    ///
    /// A payment that is told of again changes nothing; the preliminary word only stops reminders; the final word is money;
    /// a cancellation takes back what was done.
    pub(crate) fn take(&mut self, told: Told) -> Result<Result<(), (&'static str, String)>, Fault> {
        let held = self.receipts.load(self.view, &told.payment_no)?;
        if let Some(held) = &held
            && (held.yen != told.yen || held.channel != told.channel)
        {
            let message = format!(
                "収納番号{}は、{}の{}円としてすでに受け取っています。今度は{}の{}円です。",
                told.payment_no,
                held.channel.label(),
                held.yen,
                told.channel.label(),
                told.yen
            );
            return Ok(Err(("amount", message)));
        }
        match (told.stage, held) {
            (Stage::Preliminary, Some(_)) => {}
            (Stage::Preliminary, None) => {
                let mut receipt = self.receipt(&told)?;
                receipt.state = ReceiptState::Preliminary;
                self.tell(&told, true)?;
                self.receipts.put(receipt);
            }
            (Stage::Final, None) => {
                let mut receipt = self.receipt(&told)?;
                receipt.receive();
                self.receipts.put(receipt);
            }
            (Stage::Final, Some(mut receipt)) => match receipt.state {
                ReceiptState::Preliminary => {
                    receipt.paid_on = told.paid_on;
                    receipt.received_on = told.received_on;
                    receipt.year = self.year(&receipt.levy_key, told.received_on)?;
                    receipt.receive();
                    self.receipts.put(receipt);
                }
                ReceiptState::Cancelled => {
                    let message = format!("収納番号{}は取り消されています。", told.payment_no);
                    return Ok(Err(("payment_no", message)));
                }
                _ => {}
            },
            (Stage::Cancelled, None) => {
                let message = format!("取り消す収納番号{}を受け取っていません。", told.payment_no);
                return Ok(Err(("payment_no", message)));
            }
            (Stage::Cancelled, Some(receipt)) => return self.cancel(receipt),
        }
        Ok(Ok(()))
    }

    fn year(&mut self, levy_key: &str, received_on: domain::Date) -> Result<FiscalYear, Fault> {
        let levy = self.instalments.load(self.view, levy_key)?;
        let carried = levy.as_ref().is_some_and(|levy| levy.carried_into.is_some());
        let levy_year = levy.map(|levy| levy.levy_year);
        Ok(account_year(received_on, levy_year, carried, |year| self.closed.is(year)))
    }

    fn receipt(&mut self, told: &Told) -> Result<Receipt, Fault> {
        Ok(Receipt {
            payment_no: told.payment_no.clone(),
            channel: told.channel,
            levy_key: told.levy_key.clone(),
            slip: told.slip.clone(),
            paid_on: told.paid_on,
            received_on: told.received_on,
            year: self.year(&told.levy_key, told.received_on)?,
            yen: told.yen,
            state: ReceiptState::Waiting,
            why: String::new(),
            put_to: Vec::new(),
            book: Book::default(),
        })
    }

    /// Notes on the instalment that a payment is told of, or no more.
    fn tell(&mut self, told: &Told, there: bool) -> Result<(), Fault> {
        let Some(mut levy) = self.instalments.load(self.view, &told.levy_key)? else { return Ok(()) };
        levy.preliminary = there.then(|| Preliminary {
            payment_no: told.payment_no.clone(),
            paid_on: told.paid_on,
            yen: told.yen,
        });
        self.instalments.put(levy);
        Ok(())
    }

    fn cancel(&mut self, mut receipt: Receipt) -> Result<Result<(), (&'static str, String)>, Fault> {
        let keys: Vec<String> = match receipt.state {
            ReceiptState::Cancelled | ReceiptState::Returned => return Ok(Ok(())),
            ReceiptState::Preliminary => vec![receipt.levy_key.clone()],
            _ => receipt.put_to.iter().map(|put| put.levy_key.clone()).collect(),
        };
        let year = self.closed.open_from(receipt.year);
        for key in &keys {
            let Some(mut levy) = self.instalments.load(self.view, key)? else { continue };
            if levy.preliminary.as_ref().is_some_and(|told| told.payment_no == receipt.payment_no) {
                levy.preliminary = None;
            }
            // What was levied in a year that is closed is owed as carried over from now on.
            if self.closed.is(levy.levy_year) && levy.carried_into.is_none() {
                levy.carried_into = Some(year);
            }
            let taken = rules::take_back(&mut levy, &receipt.payment_no, self.today, year);
            if !taken {
                let message = format!(
                    "収納番号{}の過納分は、すでに還付か充当をしています。還付・充当を確かめ、戻入の手続きをしてください。",
                    receipt.payment_no
                );
                return Ok(Err(("payment_no", message)));
            }
            for held in self.view.load_by::<Overpayment>("addressee_no", &levy.addressee_no)? {
                let Some(mut over) = self.overpayments.load(self.view, &held.record.overpayment_key)? else {
                    continue;
                };
                if over.levy_key == *key && over.reference == receipt.payment_no {
                    over.yen = Yen::ZERO;
                    over.state = OverpaymentState::Settled;
                    self.overpayments.put(over);
                }
            }
            self.instalments.put(levy);
        }
        receipt.take_back_in(year, self.today, Cause::Cancellation, ReceiptState::Cancelled);
        self.receipts.put(receipt);
        Ok(Ok(()))
    }
}
