//! 納付情報の受取: payments from the window, banks, convenience stores and MPN.

use std::collections::BTreeSet;

use domain::{FiscalYear, Yen, wareki};
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
                match desk.take(told)? {
                    // Two partners may tell of one payment, each in a file of its own; twice in one file is a slip of who made it.
                    Ok(Taken::Again { here: true }) => {
                        refused.push(super::refuse(&subject, "payment_no", again(&subject)));
                    }
                    Ok(_) => {}
                    Err(why) => {
                        let message = format!("{}{}", why.what, why.remedy);
                        refused.push(super::refuse(&subject, why.item, message));
                    }
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
    let received_on = reading.day("received_on", "収入日")?;
    // A file by the day of payment and one by the day the money came look alike but for this day: without it nothing came.
    if received_on.is_none() && channel == Channel::CommonPayment && stage == Stage::Final {
        return Err(reading.refuse(
            "received_on",
            "共通納税の確報なのに、入金年月日がありません。納付日のファイル（速報）を入金日のファイルとして受け取っていないか、確かめてください。",
        ));
    }
    let received_on = received_on.unwrap_or(paid_on);
    if let Some((item, message)) = in_future(stage, paid_on, received_on, today) {
        return Err(reading.refuse(item, message));
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
    // The key as it came is kept even when a clerk puts the payment to another levy: a row that is told again is known by it.
    let slip = if slip.is_empty() { levy_key.clone() } else { slip.to_owned() };
    Ok(Told {
        payment_no: reading.owned("payment_no"),
        channel,
        stage,
        levy_key,
        slip,
        paid_on,
        received_on,
        yen,
    })
}

/// Which of the two days of a payment lies ahead, and the words: nothing is paid or received before it is. A 速報 may name the
/// day its money is expected on.
pub(crate) fn in_future(
    stage: Stage,
    paid_on: domain::Date,
    received_on: domain::Date,
    today: domain::Date,
) -> Option<(&'static str, String)> {
    let received = (stage != Stage::Preliminary).then_some(("received_on", "収入日", received_on));
    let mut days = [Some(("paid_on", "納付日", paid_on)), received].into_iter().flatten();
    let (item, title, day) = days.find(|(_, _, day)| today < *day)?;
    Some((item, format!("{title}{}が、今日より後です。", wareki(day))))
}

/// What became of a payment that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It was booked, noted or taken back.
    New,
    /// It was taken before and changed nothing; `here` when it stood in the same list already.
    Again { here: bool },
}

/// Why a payment is not taken: which item, what is so, what to do.
#[derive(Clone, Debug)]
pub(crate) struct NotTaken {
    pub(crate) item: &'static str,
    pub(crate) what: String,
    pub(crate) remedy: &'static str,
}

impl NotTaken {
    fn of_number(what: String, remedy: &'static str) -> Self {
        Self { item: "payment_no", what, remedy }
    }
}

/// Money that is said to have come before it was paid: one of the two days is wrong, and the account year and the charge go by
/// them.
fn received_early(told: &Told) -> Option<NotTaken> {
    (told.received_on < told.paid_on).then(|| NotTaken {
        item: "received_on",
        what: format!("収入日{}が、納付日{}より前です。", wareki(told.received_on), wareki(told.paid_on)),
        remedy: "どちらの日が正しいかを、送り元に確かめてください。",
    })
}

/// The words for a payment that was taken before.
pub(crate) fn again(payment_no: &str) -> String {
    format!("収納番号{payment_no}は、受け取り済みです。二度は入れません。")
}

/// The words for a payment whose surplus the accounting was asked to pay back.
fn asked_for(payment_no: &str, overpayment_key: &str) -> NotTaken {
    NotTaken::of_number(
        format!(
            "収納番号{payment_no}の過納分（整理番号{overpayment_key}）は、会計に還付の支払を依頼しています。"
        ),
        "会計に支払の取りやめを頼み、「還付済みの登録」で振込不能・組戻しを登録してから、取り消してください。支払われたときは、戻入の手続きをしてください。",
    )
}

/// What a used number says differently this time; none when it is the same payment.
///
/// A final word is the last one on the day of the payment, but what it pays is never guessed: both words have to name one levy.
fn differs(held: &Receipt, told: &Told) -> Option<NotTaken> {
    let names_none = |key: &str, slip: &str| key.is_empty() && slip.is_empty();
    let one_levy = held.levy_key == told.levy_key && !told.levy_key.is_empty()
        || held.slip == told.slip && !told.slip.is_empty()
        || names_none(&held.levy_key, &held.slip)
        || names_none(&told.levy_key, &told.slip);
    let told_before = match told.stage {
        Stage::Preliminary => held.state == ReceiptState::Preliminary,
        Stage::Final => held.state != ReceiptState::Preliminary,
        Stage::Cancelled => false,
    };
    let apart: Vec<&str> = [
        ("収納チャネル", held.channel != told.channel),
        ("納付の対象", !one_levy),
        ("納付日", told_before && held.paid_on != told.paid_on),
        ("金額", held.yen != told.yen),
    ]
    .into_iter()
    .filter_map(|(item, apart)| apart.then_some(item))
    .collect();
    if apart.is_empty() {
        return None;
    }
    let words = |channel: Channel, key: &str, slip: &str, paid_on, yen| {
        let of = if key.is_empty() { slip } else { key };
        format!("{}・{of}・{}納付・{yen}円", channel.label(), wareki(paid_on))
    };
    let what = format!(
        "収納番号{}は、{}としてすでに受け取っています。今度は{}です（違うもの: {}）。",
        told.payment_no,
        words(held.channel, &held.levy_key, &held.slip, held.paid_on, held.yen),
        words(told.channel, &told.levy_key, &told.slip, told.paid_on, told.yen),
        apart.join("、")
    );
    Some(NotTaken::of_number(
        what,
        "送り元に、どちらが正しいかを確かめてください。別の納付なら、別の収納番号で取り込みます。",
    ))
}

/// Takes payments one after another; what one does is seen by the next.
pub(crate) struct Desk<'a> {
    view: &'a dyn View,
    today: domain::Date,
    /// What this list told so far.
    told: BTreeSet<(String, Stage)>,
    /// Whether a clerk has confirmed that a payment was made before its levy was decided.
    early_is_confirmed: bool,
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
            told: BTreeSet::new(),
            early_is_confirmed: false,
            closed: Closed::read(view)?,
            receipts: Drafts::default(),
            instalments: Drafts::default(),
            overpayments: Drafts::default(),
        })
    }

    /// The same where a clerk confirms on a screen that a payment was made before its levy was decided (見込納付).
    pub(crate) fn at_counter(view: &'a dyn View, today: domain::Date) -> Result<Self, Fault> {
        Ok(Self { early_is_confirmed: true, ..Self::new(view, today)? })
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

    /// Takes one payment, or says why not.
    ///
    /// A payment that is told of again changes nothing; the preliminary word only stops reminders; the final word is money;
    /// a cancellation takes back what was done.
    pub(crate) fn take(&mut self, told: Told) -> Result<Result<Taken, NotTaken>, Fault> {
        let held = self.receipts.load(self.view, &told.payment_no)?;
        if let Some(why) = held.as_ref().and_then(|held| differs(held, &told)) {
            return Ok(Err(why));
        }
        let new = held.as_ref().is_none_or(|held| held.state == ReceiptState::Preliminary);
        if held.is_none()
            && told.stage != Stage::Cancelled
            && let Some(why) = rules::against_slip(&told.slip, &told.levy_key, told.channel, told.yen)
        {
            let rules::NotOfSlip { item, what, remedy } = why;
            return Ok(Err(NotTaken { item, what, remedy }));
        }
        if new
            && told.stage != Stage::Cancelled
            && let Some(why) = received_early(&told)
        {
            return Ok(Err(why));
        }
        if held.is_none()
            && told.stage != Stage::Cancelled
            && let Some(why) = self.early(&told)?
        {
            return Ok(Err(why));
        }
        let again = Taken::Again { here: !self.told.insert((told.payment_no.clone(), told.stage)) };
        match (told.stage, held) {
            (Stage::Preliminary, Some(_)) => return Ok(Ok(again)),
            (Stage::Preliminary, None) => {
                let mut receipt = self.receipt(&told)?;
                receipt.state = ReceiptState::Preliminary;
                if let Some(mut levy) = self.instalments.load(self.view, &told.levy_key)? {
                    let Told { payment_no, paid_on, yen, .. } = told;
                    levy.preliminary.push(Preliminary { payment_no, paid_on, yen });
                    self.instalments.put(levy);
                }
                self.receipts.put(receipt);
            }
            (Stage::Final, None) => {
                let mut receipt = self.receipt(&told)?;
                receipt.receive();
                self.receipts.put(receipt);
            }
            (Stage::Final, Some(mut receipt)) => match receipt.state {
                ReceiptState::Preliminary => {
                    if receipt.levy_key.is_empty() && receipt.slip.is_empty() {
                        receipt.levy_key = told.levy_key;
                        receipt.slip = told.slip;
                    }
                    receipt.paid_on = told.paid_on;
                    receipt.received_on = told.received_on;
                    receipt.year = self.year(&receipt.levy_key, told.received_on)?;
                    receipt.receive();
                    self.receipts.put(receipt);
                }
                ReceiptState::Cancelled => {
                    return Ok(Err(NotTaken::of_number(
                        format!("収納番号{}は取り消されています。", told.payment_no),
                        "送り元に、取消しの後の納付かどうかを確かめてください。納付があったなら、別の収納番号で取り込みます。",
                    )));
                }
                _ => return Ok(Ok(again)),
            },
            (Stage::Cancelled, None) => {
                return Ok(Err(NotTaken::of_number(
                    format!("取り消す収納番号{}を受け取っていません。", told.payment_no),
                    "収納番号を送り元に確かめてください。",
                )));
            }
            (Stage::Cancelled, Some(receipt)) => {
                if receipt.state == ReceiptState::Cancelled {
                    return Ok(Ok(again));
                }
                return Ok(self.cancel(receipt)?.map(|()| Taken::New));
            }
        }
        Ok(Ok(Taken::New))
    }

    /// A payment made before its levy was decided is no payment of that slip, unless a clerk knows better.
    ///
    /// Source: taxes.md 5.5 (payment dated before the levy).
    fn early(&mut self, told: &Told) -> Result<Option<NotTaken>, Fault> {
        let levy = self.instalments.load(self.view, &told.levy_key)?;
        let decided_on = levy.and_then(|levy| levy.first_decided_on());
        Ok(decided_on.filter(|decided_on| !self.early_is_confirmed && told.paid_on < *decided_on).map(
            |decided_on| NotTaken {
                item: "paid_on",
                what: format!(
                    "納付日{}が、調定番号{}の決定日{}より前です。",
                    wareki(told.paid_on),
                    told.levy_key,
                    wareki(decided_on)
                ),
                remedy: "納付日と納付書を確かめてください。見込納付なら、窓口収納で確認して登録します。",
            },
        ))
    }

    fn year(&mut self, levy_key: &str, received_on: domain::Date) -> Result<FiscalYear, Fault> {
        let levy = self.instalments.load(self.view, levy_key)?;
        let carried = levy.as_ref().is_some_and(|levy| levy.carried_into.is_some());
        let levy_year = levy.map(|levy| levy.levy_year);
        Ok(account_year(received_on, levy_year, carried, |year| self.closed.open_from(year)))
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

    /// What was too much of a payment on a levy.
    fn overs_of(&mut self, levy: &Instalment, payment_no: &str) -> Result<Vec<Overpayment>, Fault> {
        let mut overs = Vec::new();
        for held in self.view.load_by::<Overpayment>("addressee_no", &levy.addressee_no)? {
            let over = self.overpayments.load(self.view, &held.record.overpayment_key)?;
            overs.extend(over.filter(|over| over.levy_key == levy.levy_key && over.reference == payment_no));
        }
        Ok(overs)
    }

    fn cancel(&mut self, mut receipt: Receipt) -> Result<Result<(), NotTaken>, Fault> {
        let keys: Vec<String> = match receipt.state {
            ReceiptState::Cancelled => return Ok(Ok(())),
            // The money is on its way back to who paid it, or is there: it would leave twice.
            ReceiptState::Returned if receipt.overpaid() == Yen::ZERO => {
                return Ok(Err(NotTaken::of_number(
                    format!("収納番号{}は、納めた人に返還済みです。", receipt.payment_no),
                    "返した相手を確かめ、戻入の手続きをしてください。",
                )));
            }
            ReceiptState::Returned => {
                return Ok(Err(NotTaken::of_number(
                    format!("収納番号{}は、納めた人への返還の手続きをしています。", receipt.payment_no),
                    "過誤納一覧で返還の状況を確かめ、戻入の手続きをしてください。",
                )));
            }
            ReceiptState::Preliminary => vec![receipt.levy_key.clone()],
            _ => receipt.put_to.iter().map(|put| put.levy_key.clone()).collect(),
        };
        let year = self.closed.open_from(receipt.year);
        let rates = rules::rates()?;
        let given_back = || {
            NotTaken::of_number(
                format!("収納番号{}の過納分は、すでに還付か充当をしています。", receipt.payment_no),
                "還付・充当を確かめ、戻入の手続きをしてください。",
            )
        };
        // All of it or nothing: what is changed is kept when no levy refuses.
        let (mut levies, mut overs) = (Vec::new(), Vec::new());
        for key in &keys {
            let Some(mut levy) = self.instalments.load(self.view, key)? else { continue };
            levy.settle_preliminary(&receipt.payment_no);
            // What was levied in a year that is closed is owed as carried over from now on.
            if self.closed.is(levy.levy_year) && levy.carried_into.is_none() {
                levy.carried_into = Some(year);
            }
            for mut over in self.overs_of(&levy, &receipt.payment_no)? {
                // The accounting pays what it was asked: the cancellation would not stop the money.
                if over.state == OverpaymentState::Requested {
                    return Ok(Err(asked_for(&receipt.payment_no, &over.overpayment_key)));
                }
                if over.left() != over.yen {
                    return Ok(Err(given_back()));
                }
                (over.yen, over.addition) = (Yen::ZERO, Yen::ZERO);
                over.state = OverpaymentState::Settled;
                overs.push(over);
            }
            match rules::take_back(rates, &mut levy, &receipt.payment_no, self.today, year) {
                Ok(true) => levies.push(levy),
                Ok(false) => return Ok(Err(given_back())),
                Err(missing) => {
                    let what = missing.finding().message;
                    let remedy = "割合の表に年を加えてから、取り消してください。";
                    return Ok(Err(NotTaken::of_number(what, remedy)));
                }
            }
        }
        for levy in levies {
            self.instalments.put(levy);
        }
        for over in overs {
            self.overpayments.put(over);
        }
        receipt.take_back_in(year, self.today, Cause::Cancellation, ReceiptState::Cancelled);
        self.receipts.put(receipt);
        Ok(Ok(()))
    }
}
