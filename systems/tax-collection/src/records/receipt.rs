//! A payment (収納): where it came in, what it was put to.

use domain::{Date, FiscalYear, Yen};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::ledger::{Account, Book, Cause, Part, Posting, words};

/// Payments, by 収納番号.
pub static RECEIPT: Kind = Kind::new("tax-collection/receipt", "収納")
    .columns(&[Column::plain("state", "処理状態"), Column::plain("levy_key", "期別")]);

words! {
    /// Where a payment came in (収納チャネル).
    Channel {
        /// 窓口.
        Window = "window" "窓口",
        /// 金融機関.
        Bank = "bank" "金融機関",
        /// 口座振替.
        Transfer = "transfer" "口座振替",
        /// コンビニエンスストア.
        Convenience = "convenience" "コンビニ",
        /// マルチペイメント.
        Mpn = "mpn" "ＭＰＮ",
        /// 地方税共通納税（eLTAX）.
        CommonPayment = "eltax" "共通納税",
        /// 郵便.
        Post = "post" "郵便",
        /// 換価代金・配当金.
        Disposition = "disposition" "換価・配当",
    }
}

words! {
    /// How final a payment is (速報・確報・取消).
    Stage {
        /// 速報.
        Preliminary = "1" "速報",
        /// 確報.
        Final = "2" "確報",
        /// 速報取消.
        Cancelled = "3" "取消",
    }
}

words! {
    /// What became of a payment (処理状態).
    ReceiptState {
        /// Told of, not final.
        Preliminary = "preliminary" "速報",
        /// Received, not yet put to a levy.
        Waiting = "waiting" "消込待ち",
        /// Put to a levy.
        Cleared = "cleared" "消込済み",
        /// Received for nothing that is known: a person has to say what for (仮受).
        Suspense = "suspense" "仮受",
        /// Taken back by who told of it.
        Cancelled = "cancelled" "取消",
        /// Owed back to who paid it, without a levy, or given back already.
        Returned = "returned" "返還",
    }
}

/// To what a payment was put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutTo {
    /// The instalment.
    pub levy_key: String,
    /// How much, what was too much included.
    pub yen: Yen,
    /// How much of it was too much (過誤納).
    #[serde(default)]
    pub over: Yen,
    /// When.
    pub on: Date,
}

/// A payment (収納).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// 収納番号: one for each payment, given by who received it.
    pub payment_no: String,
    /// 収納チャネル.
    pub channel: Channel,
    /// The instalment it says it is for; empty when it does not say.
    #[serde(default)]
    pub levy_key: String,
    /// The key as it came: bar code, 顧客番号, 納付番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub slip: String,
    /// 納付日.
    pub paid_on: Date,
    /// 収入日: when the money is the municipality's.
    pub received_on: Date,
    /// 会計年度.
    pub year: FiscalYear,
    /// How much.
    pub yen: Yen,
    /// 処理状態.
    pub state: ReceiptState,
    /// Why it waits for a person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// To what it was put.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_to: Vec<PutTo>,
    /// The movements.
    pub book: Book,
}

impl Record for Receipt {
    const KIND: &'static Kind = &RECEIPT;

    fn key(&self) -> String {
        self.payment_no.clone()
    }
}

impl Receipt {
    /// What came in and was put to nothing.
    pub fn unapplied(&self) -> Yen {
        let put = self.put_to.iter().fold(0_i64, |sum, one| sum.saturating_add(one.yen.0));
        Yen(self.book.balance(Account::Unapplied, None).0.saturating_neg().saturating_sub(put))
    }

    /// The posting of its own movements.
    fn posting(&self, on: Date, cause: Cause) -> Posting<'static> {
        Posting { on, year: self.year, cause, reference: "" }
    }

    /// The money is there.
    pub fn receive(&mut self) {
        let posting = self.posting(self.received_on, Cause::Receipt);
        self.book.post(posting, Account::Cash, Account::Unapplied, Part::Tax, self.yen);
        self.state = ReceiptState::Waiting;
    }

    /// What is owed back to who paid it, of what is not refunded yet.
    pub fn overpaid(&self) -> Yen {
        Yen(self.book.balance(Account::Overpaid, None).0.saturating_neg())
    }

    /// All that waits is owed back to who paid it (仮受の返還). It leaves the till when the refund is paid, and not before.
    pub fn owe_back(&mut self, on: Date) -> Yen {
        let there = self.unapplied();
        let posting = self.posting(on, Cause::Refund);
        self.book.post(posting, Account::Unapplied, Account::Overpaid, Part::Tax, there);
        self.state = ReceiptState::Returned;
        there
    }

    /// The money waits in the next account year for what it is for (仮受金の繰越).
    pub fn carry(&mut self, on: Date, into: FiscalYear) {
        let there = self.unapplied();
        let posting = self.posting(on, Cause::CarryOver);
        self.book.post(posting, Account::Unapplied, Account::Cash, Part::Tax, there);
        self.year = into;
        let posting = self.posting(on, Cause::CarryOver);
        self.book.post(posting, Account::Cash, Account::Unapplied, Part::Tax, there);
    }

    /// The money is taken back, all that came in, counted in an account year that is open still.
    pub fn take_back_in(&mut self, year: FiscalYear, on: Date, cause: Cause, state: ReceiptState) {
        let there = Yen(self.book.balance(Account::Unapplied, None).0.saturating_neg());
        let posting = Posting { year, ..self.posting(on, cause) };
        self.book.post(posting, Account::Unapplied, Account::Cash, Part::Tax, there);
        self.put_to.clear();
        self.state = state;
    }
}
