//! The ledger (帳簿): every yen moves from one account to another, so that no movement can fail to balance.

use domain::{Date, FiscalYear, Yen};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word in records and inputs.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            /// The Japanese word.
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }

            /// The value of a word; `None` for another.
            pub fn from_code(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// An account of the ledger (勘定). What is owed and what was received stand on the debit side, what was levied and what
    /// is owed to others on the credit side.
    Account {
        /// 調定額: what was levied.
        Levied = "levied" "調定額",
        /// 収入未済額（現年度）: what is owed of the running year's levies.
        Receivable = "receivable" "収入未済額",
        /// 収入未済額（滞納繰越分）: what is owed and was carried over.
        Carried = "carried" "収入未済額（滞納繰越）",
        /// 収納金: money that came in, less what was paid back.
        Cash = "cash" "収納金",
        /// 消込待ち: received and not yet put to a levy; what stays here is 仮受.
        Unapplied = "unapplied" "消込待ち・仮受",
        /// 過誤納金: what is owed to those who paid too much.
        Overpaid = "overpaid" "過誤納金",
        /// 還付加算金: what is paid on top of refunds.
        Addition = "addition" "還付加算金",
        /// 不納欠損額.
        WrittenOff = "written-off" "不納欠損額",
    }
}

words! {
    /// What a yen is owed as.
    Part {
        /// 滞納処分費.
        Costs = "costs" "滞納処分費",
        /// 本税.
        Tax = "tax" "本税",
        /// 督促手数料.
        Fee = "fee" "督促手数料",
        /// 延滞金.
        Delinquency = "delinquency" "延滞金",
    }
}

words! {
    /// Why money moved (仕訳の理由).
    Cause {
        /// 賦課.
        Levy = "levy" "賦課",
        /// 更正（増額・減額）.
        Correction = "correction" "更正",
        /// 収納.
        Receipt = "receipt" "収納",
        /// 消込.
        Clearing = "clearing" "消込",
        /// 収納の取消し.
        Cancellation = "cancellation" "収納取消",
        /// 督促手数料の発生.
        Reminder = "reminder" "督促",
        /// 延滞金の確定.
        Charge = "charge" "延滞金確定",
        /// 延滞金の減免.
        Remission = "remission" "延滞金減免",
        /// 滞納処分費の発生.
        Disposition = "disposition" "滞納処分",
        /// 充当.
        Appropriation = "appropriation" "充当",
        /// 還付.
        Refund = "refund" "還付",
        /// 不納欠損.
        WriteOff = "write-off" "不納欠損",
        /// 滞納繰越.
        CarryOver = "carry-over" "滞納繰越",
    }
}

/// One movement (仕訳): an amount from one account to another. It balances by its shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The day it counts on (収入日、決定日).
    pub on: Date,
    /// 会計年度.
    pub year: FiscalYear,
    /// 借方.
    pub debit: Account,
    /// 貸方.
    pub credit: Account,
    /// As what it is owed.
    pub part: Part,
    /// How much; never nothing and never less.
    pub yen: Yen,
    /// Why.
    pub cause: Cause,
    /// What it rests on: a payment, another levy, a decision; empty when the record itself says it.
    #[serde(default, rename = "ref", skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// The movements of one record, oldest first (元帳).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Book(Vec<Entry>);

/// What all movements of one decision share.
#[derive(Clone, Copy, Debug)]
pub struct Posting<'a> {
    /// The day they count on.
    pub on: Date,
    /// 会計年度.
    pub year: FiscalYear,
    /// Why.
    pub cause: Cause,
    /// What they rest on.
    pub reference: &'a str,
}

impl Book {
    /// The movements, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Moves an amount; nothing is not moved, and less than nothing goes the other way.
    pub fn post(&mut self, posting: Posting<'_>, debit: Account, credit: Account, part: Part, yen: Yen) {
        let (debit, credit) = if yen < Yen::ZERO { (credit, debit) } else { (debit, credit) };
        let yen = Yen(yen.0.saturating_abs());
        if yen == Yen::ZERO {
            return;
        }
        let Posting { on, year, cause, reference } = posting;
        let reference = reference.to_owned();
        self.0.push(Entry { on, year, debit, credit, part, yen, cause, reference });
    }

    /// What stands on the debit side of an account more than on its credit side, of one part or of all.
    pub fn balance(&self, account: Account, part: Option<Part>) -> Yen {
        let of_part = self.0.iter().filter(|entry| part.is_none_or(|part| entry.part == part));
        of_part.fold(Yen::ZERO, |sum, entry| {
            let signed = match (entry.debit == account, entry.credit == account) {
                (true, false) => entry.yen.0,
                (false, true) => entry.yen.0.saturating_neg(),
                _ => 0,
            };
            Yen(sum.0.saturating_add(signed))
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn posting() -> Posting<'static> {
        Posting { on: date(2026, 5, 1), year: FiscalYear(2026), cause: Cause::Levy, reference: "" }
    }

    #[test]
    fn less_than_nothing_goes_the_other_way() {
        let mut book = Book::default();
        book.post(posting(), Account::Receivable, Account::Levied, Part::Tax, Yen(10_800));
        book.post(posting(), Account::Receivable, Account::Levied, Part::Tax, Yen::ZERO);
        book.post(posting(), Account::Receivable, Account::Levied, Part::Tax, Yen(-800));
        assert_eq!(book.balance(Account::Receivable, Some(Part::Tax)), Yen(10_000));
        assert_eq!(book.balance(Account::Levied, None), Yen(-10_000));
        assert_eq!(book.balance(Account::Receivable, Some(Part::Fee)), Yen::ZERO);
        assert_eq!(book.entries().len(), 2);
        assert!(book.entries().iter().all(|entry| Yen::ZERO < entry.yen));
    }

    proptest! {
        #[test]
        fn every_book_balances(moves in proptest::collection::vec((0..8_usize, 0..8_usize, -1_000_i64..1_000), 0..40)) {
            let mut book = Book::default();
            for (debit, credit, yen) in moves {
                book.post(posting(), Account::ALL[debit], Account::ALL[credit], Part::Tax, Yen(yen));
            }
            let sum: i64 = Account::ALL.iter().map(|account| book.balance(*account, None).0).sum();
            prop_assert_eq!(sum, 0);
        }
    }
}
