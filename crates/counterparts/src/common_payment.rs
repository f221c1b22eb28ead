//! 模擬eLTAX 共通納税: takes what may be paid, lets people pay it, and sends the files by day of payment and by day of money.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;

use crate::chance::drawn;

/// Why a payment by eL番号 is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommonPaymentRefusal {
    /// Nobody sent this number.
    #[error("納付番号{0}の納付情報がありません")]
    Unknown(String),
    /// It is paid, told of as paid, or asked of a bank.
    #[error("納付番号{0}は、いまは納付できません")]
    NotPayable(String),
}

/// One line of a file to the municipality (納付情報).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommonLine {
    /// 納付整理番号: the same in both files.
    pub payment_no: String,
    /// 納付番号.
    pub customer_no: String,
    /// 納付年月日.
    pub paid_on: Date,
    /// 入金年月日; none in the file by day of payment.
    pub received_on: Option<Date>,
    /// 納付額.
    pub yen: i64,
}

/// A simulated 共通納税 (模擬eLTAX 共通納税). What may be paid is what the municipality told last.
#[derive(Clone, Debug, Default)]
pub struct CommonPayment {
    seed: u64,
    demands: BTreeMap<String, (i64, bool)>,
    paid: Vec<(CommonLine, Date)>,
}

impl CommonPayment {
    /// One that was told nothing yet.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Takes a row of 納付情報: the number, the yen that are asked for, whether they may be paid now.
    pub fn take(&mut self, customer_no: &str, yen: i64, payable: bool) {
        self.demands.insert(customer_no.to_owned(), (yen, payable));
    }

    /// Somebody pays by the number: 納付整理番号 and the yen, which are those asked for. A number is paid once until the
    /// municipality tells of it again.
    ///
    /// # Errors
    /// [`CommonPaymentRefusal`]: nothing was paid.
    pub fn pay(&mut self, customer_no: &str, on: Date) -> Result<(String, i64), CommonPaymentRefusal> {
        let unknown = || CommonPaymentRefusal::Unknown(customer_no.to_owned());
        let (yen, payable) = self.demands.get_mut(customer_no).ok_or_else(unknown)?;
        if !std::mem::take(payable) {
            return Err(CommonPaymentRefusal::NotPayable(customer_no.to_owned()));
        }
        let payment_no = format!("EL{:08}", self.paid.len() + 1);
        let days = 1 + drawn(self.seed, &payment_no, 5);
        let money_on = on.checked_add(Span::new().days(i64::try_from(days).unwrap_or(1))).unwrap_or(on);
        let (customer_no, yen) = (customer_no.to_owned(), *yen);
        let line =
            CommonLine { payment_no: payment_no.clone(), customer_no, paid_on: on, received_on: None, yen };
        self.paid.push((line, money_on));
        Ok((payment_no, yen))
    }

    /// The file by day of payment (納付日のファイル): what was paid on a day.
    pub fn paid_on(&self, day: Date) -> Vec<CommonLine> {
        self.paid.iter().filter(|(line, _)| line.paid_on == day).map(|(line, _)| line.clone()).collect()
    }

    /// The file by day of money (入金日のファイル): what is paid over on a day.
    pub fn received_on(&self, day: Date) -> Vec<CommonLine> {
        let of_day = self.paid.iter().filter(|(_, money_on)| *money_on == day);
        of_day.map(|(line, _)| CommonLine { received_on: Some(day), ..line.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_told_last_may_be_paid_once() {
        let (mut payment, on) = (CommonPayment::new(1), date(2026, 5, 20));
        payment.take("04202600000000170151", 10_800, true);
        payment.take("04202600000000240130", 7_200, false);
        for (number, wanted) in [
            ("04202600000000170151", "EL00000001 10800"),
            ("04202600000000170151", "納付番号04202600000000170151は、いまは納付できません"),
            ("04202600000000240130", "納付番号04202600000000240130は、いまは納付できません"),
            ("04202600000000310110", "納付番号04202600000000310110の納付情報がありません"),
        ] {
            let said = payment.pay(number, on);
            let said = said.map_or_else(|why| why.to_string(), |(no, yen)| format!("{no} {yen}"));
            assert_eq!(said, wanted);
        }
        let told = payment.paid_on(on);
        assert_eq!((told.len(), told[0].received_on), (1, None));
        let days = (0..10).map(|day| on.checked_add(Span::new().days(day)).unwrap());
        let received: Vec<CommonLine> = days.flat_map(|day| payment.received_on(day)).collect();
        assert_eq!(received.len(), 1);
        assert!(Some(on) < received[0].received_on);
    }
}
