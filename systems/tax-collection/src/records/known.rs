//! What this system knows of others, as their newest rows have it: whom a letter goes to, and which account pays.

use domain::Date;
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// Addressees (宛名), by 宛名番号.
pub static ADDRESSEE: Kind = Kind::new("tax-collection/addressee", "宛名（収滞納）");

/// Mailing addresses (送付先), by 宛名番号 and 税目.
pub static MAILING: Kind = Kind::new("tax-collection/mailing", "送付先（収滞納）")
    .columns(&[Column::plain("addressee_no", "宛名番号")]);

/// Tax agents (納税管理人), by 宛名番号 and 税目.
pub static TAX_AGENT: Kind = Kind::new("tax-collection/tax-agent", "納税管理人（収滞納）")
    .columns(&[Column::plain("addressee_no", "宛名番号")]);

/// Accounts that pay (口座), by 宛名番号 and 税目.
pub static ACCOUNT: Kind = Kind::new("tax-collection/account", "口座（収滞納）")
    .columns(&[Column::plain("addressee_no", "宛名番号")]);

/// An addressee as known here (宛名).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Addressee {
    /// 宛名番号.
    pub addressee_no: String,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 住民区分: 1 住民, 2 住登外, 3 法人.
    pub class: String,
    /// 住民状態コード; empty of who is no resident.
    pub status: String,
    /// 宛名氏名.
    pub name: String,
    /// フリガナ.
    pub name_kana: String,
    /// 郵便番号.
    pub postcode: String,
    /// 住所, on one line.
    pub address: String,
    /// 転出先.
    pub moved_out_to: String,
    /// 消除の異動年月日, in register notation.
    pub departed_on: String,
    /// Whether the address must not be shown (支援措置).
    pub protected: bool,
    /// Whether screens must not show the address, because it would tell that of a protected person.
    #[serde(default)]
    pub hidden: bool,
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
        self.addressee_no.clone()
    }
}

/// Where letters of a tax go instead of the register's address (送付先).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mailing {
    /// `{宛名番号}-{税目}`.
    pub mailing_key: String,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 宛名番号.
    pub addressee_no: String,
    /// 税目; `00` for all.
    pub tax_item: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// Name.
    pub name: String,
    /// 郵便番号.
    pub postcode: String,
    /// 住所.
    pub address: String,
    /// Taken back.
    pub ended: bool,
}

impl Record for Mailing {
    const KIND: &'static Kind = &MAILING;

    fn key(&self) -> String {
        self.mailing_key.clone()
    }
}

/// Who acts for a taxpayer (納税管理人、相続人代表者).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxAgent {
    /// `{宛名番号}-{税目}`.
    pub agent_key: String,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 宛名番号.
    pub addressee_no: String,
    /// 税目; `00` for all.
    pub tax_item: String,
    /// 1 納税管理人, 2 相続人代表者, 3 相続財産清算人等.
    pub kind: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// Name.
    pub name: String,
    /// 郵便番号.
    pub postcode: String,
    /// 住所.
    pub address: String,
    /// Taken back.
    pub ended: bool,
}

impl Record for TaxAgent {
    const KIND: &'static Kind = &TAX_AGENT;

    fn key(&self) -> String {
        self.agent_key.clone()
    }
}

/// An account that pays a tax (口座).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PayingAccount {
    /// `{宛名番号}-{税目}`.
    pub account_key: String,
    /// 履歴番号 of the row.
    pub history_no: u32,
    /// 宛名番号.
    pub addressee_no: String,
    /// 税目; `00` for all.
    pub tax_item: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// 金融機関コード, four digits.
    pub bank: String,
    /// 金融機関名.
    pub bank_name: String,
    /// 支店コード, three digits.
    pub branch: String,
    /// 支店名.
    pub branch_name: String,
    /// 預金種目: 1 普通, 2 当座, 3 納税準備, 9 その他.
    pub account_type: String,
    /// 口座番号, seven digits.
    pub account_no: String,
    /// 口座名義人カナ.
    pub holder_kana: String,
    /// 1 期別, 2 全期.
    pub method: String,
    /// 1 有効, 2 停止, 9 廃止.
    pub state: String,
}

impl Record for PayingAccount {
    const KIND: &'static Kind = &ACCOUNT;

    fn key(&self) -> String {
        self.account_key.clone()
    }
}

/// Whether something with a first and a last day is in force on a day.
fn in_force(from: Option<Date>, until: Option<Date>, on: Date) -> bool {
    from.is_none_or(|from| from <= on) && until.is_none_or(|until| on <= until)
}

impl Mailing {
    /// Whether letters of this tax go there on a day.
    pub fn holds(&self, on: Date) -> bool {
        !self.ended && in_force(self.from, self.until, on)
    }
}

impl TaxAgent {
    /// Whether the agent acts on a day.
    pub fn holds(&self, on: Date) -> bool {
        !self.ended && in_force(self.from, self.until, on)
    }
}

impl PayingAccount {
    /// Whether the account pays on a day.
    pub fn holds(&self, on: Date) -> bool {
        self.state == "1" && in_force(self.from, self.until, on)
    }
}
