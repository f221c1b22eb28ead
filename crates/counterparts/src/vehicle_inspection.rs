//! 模擬軽JNKS: takes the payments of light vehicle tax by plate and year, and answers who inspects a vehicle.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// A row as a municipality sends it (軽自動車税納付情報).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehiclePayment {
    /// 調定番号.
    pub levy_key: String,
    /// 履歴番号.
    pub history_no: u64,
    /// 標識番号.
    pub plate: String,
    /// 相当年度.
    pub tax_year: i16,
    /// 調定額.
    pub levied: i64,
    /// 収納額.
    pub paid: i64,
    /// 納期限.
    pub due_on: Date,
    /// 納付状況: 1 nothing owed, 2 something owed, 3 told of as paid.
    pub standing: u8,
}

/// Why a row is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VehiclePaymentRefusal {
    /// Something newer is held.
    #[error("{levy_key}は、履歴番号{held}を受け取っています。{told}は古い行です")]
    Older {
        /// Which levy.
        levy_key: String,
        /// What is held.
        held: u64,
        /// What came.
        told: u64,
    },
    /// The standing contradicts the yen of its own row.
    #[error("{levy_key}の納付状況{standing}が、調定額{levied}円・収納額{paid}円と合いません")]
    Contradiction {
        /// Which levy.
        levy_key: String,
        /// What it says.
        standing: u8,
        /// 調定額.
        levied: i64,
        /// 収納額.
        paid: i64,
    },
}

/// What is answered to who inspects a vehicle (継続検査).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InspectionAnswer {
    /// 納付あり: the inspection goes on.
    Paid,
    /// 未納: a certificate is asked for.
    Owed,
    /// 納付確認中: told of as paid, the money is not there yet.
    Announced,
    /// 納期限前: nothing is overdue.
    NotDue,
    /// 情報なし.
    Unknown,
}

/// A simulated 軽JNKS (模擬軽JNKS). It holds the newest row of each levy and nobody's name.
#[derive(Clone, Debug, Default)]
pub struct VehicleInspection {
    held: BTreeMap<String, VehiclePayment>,
}

impl VehicleInspection {
    /// Takes a row, or says why not; the same row again changes nothing.
    ///
    /// # Errors
    /// [`VehiclePaymentRefusal`].
    pub fn take(&mut self, row: VehiclePayment) -> Result<(), VehiclePaymentRefusal> {
        let held = self.held.get(&row.levy_key).map_or(0, |held| held.history_no);
        let VehiclePayment { levy_key, history_no: told, standing, levied, paid, .. } = row.clone();
        if told < held {
            return Err(VehiclePaymentRefusal::Older { levy_key, held, told });
        }
        let fits = match standing {
            // What was given up or cancelled is owed no more, without having been paid.
            1 => paid <= levied,
            // A fee or a charge may be owed where all of the tax is paid.
            2 | 3 => paid <= levied && 0 < levied,
            _ => false,
        };
        if !fits {
            return Err(VehiclePaymentRefusal::Contradiction { levy_key, standing, levied, paid });
        }
        self.held.insert(levy_key, row);
        Ok(())
    }

    /// The answer about a plate on a day, over all years that are held.
    pub fn answer(&self, plate: &str, on: Date) -> InspectionAnswer {
        let rows: Vec<&VehiclePayment> = self.held.values().filter(|row| row.plate == plate).collect();
        let any = |standing: u8| rows.iter().any(|row| row.standing == standing && row.due_on < on);
        match (rows.is_empty(), any(2), any(3)) {
            (true, ..) => InspectionAnswer::Unknown,
            (_, true, _) => InspectionAnswer::Owed,
            (_, _, true) => InspectionAnswer::Announced,
            _ if rows.iter().any(|row| row.standing != 1) => InspectionAnswer::NotDue,
            _ => InspectionAnswer::Paid,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn row(history_no: u64, tax_year: i16, paid: i64, standing: u8) -> VehiclePayment {
        VehiclePayment {
            levy_key: format!("04-{tax_year}-0000000017-01"),
            history_no,
            plate: "鳥取 580 あ 1001".to_owned(),
            tax_year,
            levied: 10_800,
            paid,
            due_on: date(tax_year, 5, 31),
            standing,
        }
    }

    #[test]
    fn the_newest_row_of_each_year_answers() {
        let on = date(2026, 5, 20);
        let mut inspection = VehicleInspection::default();
        assert_eq!(inspection.answer("鳥取 580 あ 1001", on), InspectionAnswer::Unknown);
        for (told, wanted) in [
            (row(1, 2026, 0, 2), InspectionAnswer::NotDue),
            (row(1, 2025, 0, 2), InspectionAnswer::Owed),
            (row(2, 2025, 0, 3), InspectionAnswer::Announced),
            (row(3, 2025, 10_800, 1), InspectionAnswer::NotDue),
            (row(2, 2026, 10_800, 1), InspectionAnswer::Paid),
        ] {
            inspection.take(told.clone()).unwrap();
            inspection.take(told).unwrap();
            assert_eq!(inspection.answer("鳥取 580 あ 1001", on), wanted);
        }
        let older = inspection.take(row(2, 2025, 0, 2)).unwrap_err().to_string();
        assert_eq!(older, "04-2025-0000000017-01は、履歴番号3を受け取っています。2は古い行です");
        let wrong = inspection.take(row(4, 2025, 10_801, 1)).unwrap_err().to_string();
        assert_eq!(wrong, "04-2025-0000000017-01の納付状況1が、調定額10800円・収納額10801円と合いません");
    }
}
