//! What is known from other systems: 宛名, 送付先, 納税管理人, 口座, 収納.

use domain::{AddresseeNo, Date, RegisterDate, ResidentStatus, Yen};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// Addressees (宛名) by 宛名番号.
pub static ADDRESSEE: Kind = Kind::new("light-vehicle-tax/addressee", "宛名（軽自動車税）");

/// Mailing addresses (送付先) by 宛名番号 and 税目.
pub static MAILING: Kind = Kind::new("light-vehicle-tax/mailing", "送付先（軽自動車税）");

/// Tax agents (納税管理人) and representative heirs by 宛名番号 and 税目.
pub static TAX_AGENT: Kind = Kind::new("light-vehicle-tax/tax-agent", "納税管理人（軽自動車税）");

/// Accounts (口座) by 宛名番号 and 税目.
pub static ACCOUNT: Kind = Kind::new("light-vehicle-tax/account", "口座（軽自動車税）");

/// What collection says of each instalment (収納情報), by the key of the levy.
pub static BALANCE: Kind = Kind::new("light-vehicle-tax/balance", "収納（軽自動車税）");

fn blank(text: &str) -> bool {
    text.is_empty()
}

/// An addressee (宛名) as the newest row has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 住民区分: 1 住民, 2 住登外, 3 法人.
    pub class: String,
    /// 住民状態; none of somebody who is no resident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ResidentStatus>,
    /// 宛名氏名.
    pub name: String,
    /// 氏名フリガナ.
    #[serde(default, skip_serializing_if = "blank")]
    pub name_kana: String,
    /// 生年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<RegisterDate>,
    /// 郵便番号.
    #[serde(default, skip_serializing_if = "blank")]
    pub postcode: String,
    /// 住所, on one line.
    #[serde(default, skip_serializing_if = "blank")]
    pub address: String,
    /// 転出先, on one line.
    #[serde(default, skip_serializing_if = "blank")]
    pub moved_out_to: String,
    /// 消除の異動年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departed_on: Option<RegisterDate>,
    /// 法人番号.
    #[serde(default, skip_serializing_if = "blank")]
    pub corporate_no: String,
    /// Whether the address must not be shown or printed (支援措置).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// Whether screens must not show the address, because it would tell that of a protected person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// The number that stands for this one since two were found to be one person (名寄せ).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<AddresseeNo>,
}

impl Addressee {
    /// Whether the person was dead at the beginning of a day; of a death on an unknown day from its latest day on.
    pub fn is_dead_before(&self, day: Date) -> bool {
        self.is_dead() && self.departed_on.is_none_or(|date| date.latest().is_none_or(|died| died < day))
    }

    /// Whether the person is dead.
    pub fn is_dead(&self) -> bool {
        self.status == Some(ResidentStatus::Dead)
    }

    /// 様 or 御中.
    pub fn honorific(&self) -> &'static str {
        if self.class == "3" { "御中" } else { "様" }
    }
}

/// A mailing address (送付先) of one tax or of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    /// `{宛名番号}-{税目}`.
    pub mailing_key: String,
    /// 履歴番号.
    pub history_no: u32,
    /// From when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// 送付先氏名; blank when the person's own.
    #[serde(default, skip_serializing_if = "blank")]
    pub name: String,
    /// 郵便番号.
    #[serde(default, skip_serializing_if = "blank")]
    pub postcode: String,
    /// 住所.
    pub address: String,
    /// Taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
}

/// Who acts for a taxpayer (納税管理人, 相続人代表者, 相続財産清算人等).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxAgent {
    /// `{宛名番号}-{税目}`.
    pub agent_key: String,
    /// 履歴番号.
    pub history_no: u32,
    /// 1 納税管理人, 2 相続人代表者, 3 相続財産清算人等.
    pub kind: String,
    /// From when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// 宛名番号 of the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_no: Option<AddresseeNo>,
    /// 氏名.
    pub name: String,
    /// 郵便番号.
    #[serde(default, skip_serializing_if = "blank")]
    pub postcode: String,
    /// 住所.
    pub address: String,
    /// Taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
}

/// An account taxes are debited from (口座振替). The number of the account stays with collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// `{宛名番号}-{税目}`.
    pub account_key: String,
    /// 履歴番号.
    pub history_no: u32,
    /// From when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// 金融機関名.
    pub bank_name: String,
    /// 支店名.
    #[serde(default, skip_serializing_if = "blank")]
    pub branch_name: String,
    /// 1 有効, 2 停止, 9 廃止.
    pub state: String,
}

/// Whether something that holds from a day until a day holds on this one.
fn within(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}

impl Mailing {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        !self.ended && within(self.from, self.until, day)
    }
}

impl TaxAgent {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        !self.ended && within(self.from, self.until, day)
    }
}

impl Account {
    /// Whether it is debited on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.state == "1" && within(self.from, self.until, day)
    }
}

/// What collection says of an instalment (収納情報).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// The key of the levy.
    pub levy_key: String,
    /// 履歴番号.
    pub history_no: u32,
    /// 調定額, as collection has it.
    pub levied: Yen,
    /// 収納額.
    pub paid: Yen,
    /// 督促手数料 that is due.
    pub fee_due: Yen,
    /// The last payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_paid_on: Option<Date>,
    /// Paid by 速報 only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preliminary: bool,
    /// 1 未納, 2 一部納付, 3 完納, 4 過納, 5 不納欠損, 6 繰越.
    pub state: String,
}

impl Addressee {
    /// Whether screens must not show the address. Rows of before the mark of households tell the own one only.
    pub fn hides_address(&self) -> bool {
        self.protected || self.hidden
    }
}

impl Record for Addressee {
    const KIND: &'static Kind = &ADDRESSEE;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

impl Record for Mailing {
    const KIND: &'static Kind = &MAILING;

    fn key(&self) -> String {
        self.mailing_key.clone()
    }
}

impl Record for TaxAgent {
    const KIND: &'static Kind = &TAX_AGENT;

    fn key(&self) -> String {
        self.agent_key.clone()
    }
}

impl Record for Account {
    const KIND: &'static Kind = &ACCOUNT;

    fn key(&self) -> String {
        self.account_key.clone()
    }
}

impl Record for Balance {
    const KIND: &'static Kind = &BALANCE;

    fn key(&self) -> String {
        self.levy_key.clone()
    }
}
