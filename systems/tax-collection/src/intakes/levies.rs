//! 賦課情報の受取: the levies of all taxes.

use domain::slip::LevyKey;
use domain::{FiscalYear, Yen};
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, Context, Incoming, Intake, RefusedRow};

use super::Reading;
use crate::drafts::Drafts;
use crate::records::{Book, Cause, Instalment, Overpayment, Part, Posting, RefundDays};
use crate::rules::{self, Missing, Rates};
use crate::tasks::{Closed, Over, overpaid};

/// Levies, as any tax offers them (賦課情報).
pub const LEVIES: Intake = Intake {
    id: "tax-collection/levies",
    title: "賦課情報の受取",
    needs: &[
        "levy_key",
        "history_no",
        "tax_item",
        "tax_year",
        "levy_year",
        "notice_no",
        "instalment",
        "addressee_no",
        "amount",
        "due_on",
        "decided_on",
    ],
    apply,
};

/// Takes each row as what is levied now: the first as a levy, a later one as a correction by the difference.
fn apply(view: &dyn View, batch: &Batch<'_>, context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied { writes: Vec::with_capacity(batch.rows.len()), refused: Vec::new() };
    let closed = Closed::read(view)?;
    let rates = rules::rates()?;
    let mut found: Drafts<Overpayment> = Drafts::default();
    for row in batch.rows {
        let arrived = match read(row) {
            Ok(arrived) => arrived,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        let held = view.load::<Instalment>(&arrived.key)?;
        match held {
            None => applied.writes.push(Write::put(&arrived.levied(&closed), None)?),
            Some(held) if arrived.history_no <= held.record.history_no => {}
            Some(held) => {
                if held.record.addressee_no != arrived.addressee_no {
                    let message = format!(
                        "納税義務者が{}から{}に変わっています。元の賦課を取り消し、新しい通知書番号で送ってください。",
                        held.record.addressee_no, arrived.addressee_no
                    );
                    applied.refused.push(super::refuse(&arrived.key, "addressee_no", message));
                    continue;
                }
                let version = held.version;
                let before = held.record.overpaid();
                let (changed, over) = match arrived.corrected(held.record, &closed, rates) {
                    Ok(corrected) => corrected,
                    Err(missing) => {
                        let message = missing.finding().message;
                        applied.refused.push(super::refuse(&arrived.key, "decided_on", message));
                        continue;
                    }
                };
                let usual = changed.last_paid_on().unwrap_or(arrived.decided_on);
                for (paid_on, yen) in rules::surplus(&changed, before, over, usual) {
                    let over = Over {
                        yen,
                        cause: arrived.cause,
                        reference: &format!("履歴{}", arrived.history_no),
                        found_on: context.today,
                        paid_on,
                        days: arrived.days,
                    };
                    overpaid(view, &mut found, &changed, over)?;
                }
                applied.writes.push(Write::put(&changed, Some(version))?);
            }
        }
    }
    applied.writes.extend(found.writes()?);
    Ok(applied)
}

/// A row that reads.
struct Levy {
    key: String,
    history_no: u32,
    tax_item: String,
    tax_year: FiscalYear,
    levy_year: FiscalYear,
    notice_no: String,
    instalment: String,
    addressee_no: String,
    amount: Yen,
    due_on: domain::Date,
    collection_class: String,
    reason: String,
    decided_on: domain::Date,
    object: String,
    /// Why a reduction was made, where the sender says so.
    cause: rules::Cause,
    days: RefundDays,
}

impl Levy {
    fn levied(self, closed: &Closed) -> Instalment {
        let year = closed.open_from(self.levy_year);
        let reference =
            if self.history_no == 1 { String::new() } else { format!("履歴{}", self.history_no) };
        let posting = Posting { on: self.decided_on, year, cause: Cause::Levy, reference: &reference };
        let amount = self.amount;
        let mut instalment = Instalment {
            levy_key: self.key,
            history_no: self.history_no,
            tax_item: self.tax_item,
            tax_year: self.tax_year,
            levy_year: self.levy_year,
            notice_no: self.notice_no,
            instalment: self.instalment,
            addressee_no: self.addressee_no,
            due_on: self.due_on,
            due_parts: Vec::new(),
            collection_class: self.collection_class,
            object: self.object,
            reason: self.reason,
            decided_on: self.decided_on,
            tax_paid: Vec::new(),
            preliminary: Vec::new(),
            reminder: None,
            carried_into: None,
            deferments: Vec::new(),
            write_off: None,
            transfer: None,
            reissues: 0,
            book: Book::default(),
        };
        instalment.levy(posting, Part::Tax, amount);
        instalment
    }

    /// Source: 地方税法 17条の6 (更正), 地方自治法施行令 154条 (調定の変更).
    fn corrected(
        &self,
        mut held: Instalment,
        closed: &Closed,
        rates: &Rates,
    ) -> Result<(Instalment, Yen), Missing> {
        let year = closed.open_from(FiscalYear::of(self.decided_on).max(held.levy_year));
        let reference = format!("履歴{}", self.history_no);
        let posting = Posting { on: self.decided_on, year, cause: Cause::Correction, reference: &reference };
        let over = rules::correct(rates, &mut held, posting, self.amount, self.due_on)?;
        held.history_no = self.history_no;
        held.reason.clone_from(&self.reason);
        held.object.clone_from(&self.object);
        held.decided_on = self.decided_on;
        Ok((held, over))
    }
}

/// Why a reduction was made (減額の原因), by the number of 地方税法 17条の4第1項, and the days it goes by. Not said, it is 1.
fn cause(reading: &Reading<'_>, decided_on: domain::Date) -> Result<(rules::Cause, RefundDays), RefusedRow> {
    let days = RefundDays {
        decided_on: Some(decided_on),
        claimed_on: reading.day("refund_claimed_on", "更正の請求の日")?,
        noticed_on: reading.day("refund_noticed_on", "所得税の通知・申告の日")?,
    };
    let missing = |item: &str, title: &str| {
        Err(reading.refuse(item, format!("減額の原因に要る{title}がありません。{title}を入れてください。")))
    };
    let cause = match reading.text("refund_cause") {
        "" | "1" => rules::Cause::Correction,
        "2" if days.claimed_on.is_none() => return missing("refund_claimed_on", "更正の請求の日"),
        "2" => rules::Cause::CorrectionOnRequest,
        "3" if days.noticed_on.is_none() => return missing("refund_noticed_on", "所得税の通知・申告の日"),
        "3" => rules::Cause::IncomeTax,
        other => {
            let message = format!(
                "減額の原因「{other}」は、1（更正・決定・賦課決定）、2（更正の請求）、3（所得税の更正・申告）のどれでもありません。"
            );
            return Err(reading.refuse("refund_cause", message));
        }
    };
    Ok((cause, days))
}

fn read(row: &Incoming<'_>) -> Result<Levy, RefusedRow> {
    let reading = Reading::new(row, "levy_key");
    let year = |item: &str, title: &str| {
        let text = reading.text(item);
        let year: Option<i16> = text.parse().ok().filter(|year| (1950..=9998).contains(year));
        year.map(FiscalYear)
            .ok_or_else(|| reading.refuse(item, format!("{title}「{text}」が西暦4桁の年度ではありません。")))
    };
    let tax_item = reading.digits("tax_item", "税目", 2)?;
    let tax_year = year("tax_year", "相当年度")?;
    let levy_year = year("levy_year", "調定年度")?;
    let notice_no = reading.digits("notice_no", "通知書番号", 10)?;
    let instalment = reading.digits("instalment", "期", 2)?;
    let key = format!("{tax_item}-{}-{notice_no}-{instalment}", tax_year.0);
    if key != reading.subject() {
        let message = format!(
            "賦課の番号「{}」が、税目・年度・通知書番号・期から作る「{key}」と違います。",
            reading.subject()
        );
        return Err(reading.refuse("levy_key", message));
    }
    if let Err(error) = LevyKey::parse(&key) {
        return Err(reading.refuse("levy_key", error.to_string()));
    }
    if levy_year < tax_year {
        let message = format!("調定年度{}が、相当年度{}より前です。", levy_year.label(), tax_year.label());
        return Err(reading.refuse("levy_year", message));
    }
    let decided_on = reading.needed_day("decided_on", "決定日")?;
    let (cause, days) = cause(&reading, decided_on)?;
    Ok(Levy {
        key,
        history_no: reading.history_no()?,
        tax_item,
        tax_year,
        levy_year,
        notice_no,
        instalment,
        addressee_no: reading.addressee_no("addressee_no")?,
        amount: reading.yen("amount", "税額")?,
        due_on: rules::days::effective_due(reading.needed_day("due_on", "納期限")?),
        collection_class: reading.owned("collection_class"),
        reason: reading.owned("reason"),
        decided_on,
        object: reading.owned("object"),
        cause,
        days,
    })
}
