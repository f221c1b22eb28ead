//! What an addressee has for one tax item or for all: mailing address, agent, account (送付先, 納税管理人, 口座).

use domain::{AddresseeNo, Date};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

use super::{AccountState, AccountType, AgentKind, PayMethod};

/// 送付先, by 宛名番号 and 税目.
pub static MAILING: Kind = Kind::new("addressee/mailing", "送付先");

/// 納税管理人, by 宛名番号 and 税目.
pub static TAX_AGENT: Kind = Kind::new("addressee/tax-agent", "納税管理人");

/// 口座, by 宛名番号 and 税目.
pub static ACCOUNT: Kind = Kind::new("addressee/account", "口座");

/// The key of what an addressee has for a tax item, `000000000000019-04`; 税目 `00` is all of them.
pub fn key_of(addressee_no: &str, tax_item: &str) -> String {
    format!("{addressee_no}-{tax_item}")
}

/// A record an addressee has once for each tax item.
pub trait PerTax: Record {
    /// Whose it is.
    fn addressee_no(&self) -> AddresseeNo;
    /// 税目, two digits.
    fn tax_item(&self) -> &str;
    /// 開始年月日.
    fn from(&self) -> Date;
    /// 終了年月日, the last day it holds.
    fn until(&self) -> Option<Date>;
    /// Whether it was taken back.
    fn is_ended(&self) -> bool;
}

macro_rules! per_tax {
    ($name:ident, $kind:ident, $ended:expr) => {
        impl Record for $name {
            const KIND: &'static Kind = &$kind;

            fn key(&self) -> String {
                key_of(self.addressee_no.as_str(), &self.tax_item)
            }
        }

        impl PerTax for $name {
            fn addressee_no(&self) -> AddresseeNo {
                self.addressee_no
            }

            fn tax_item(&self) -> &str {
                &self.tax_item
            }

            fn from(&self) -> Date {
                self.from
            }

            fn until(&self) -> Option<Date> {
                self.until
            }

            fn is_ended(&self) -> bool {
                let ended: fn(&Self) -> bool = $ended;
                ended(self)
            }
        }
    };
}

/// Where letters of a tax go instead of the address (送付先).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 税目.
    pub tax_item: String,
    /// 開始年月日.
    pub from: Date,
    /// 終了年月日, the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// 送付先氏名, when another than the addressee's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 郵便番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub postcode: String,
    /// 送付先住所, one line.
    pub address: String,
    /// 設定理由.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
}
per_tax!(Mailing, MAILING, |record| record.ended);

/// Who acts for the taxpayer (納税管理人, 相続人代表者 and the like).
///
/// Source: 地方税法 art. 9-2, 300, 355.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxAgent {
    /// 宛名番号 of the taxpayer.
    pub addressee_no: AddresseeNo,
    /// 税目.
    pub tax_item: String,
    /// 区分.
    pub kind: AgentKind,
    /// 開始年月日.
    pub from: Date,
    /// 終了年月日, the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// 宛名番号 of the agent, when the agent has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_no: Option<AddresseeNo>,
    /// 氏名 of the agent.
    pub name: String,
    /// 郵便番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub postcode: String,
    /// 住所 of the agent, one line.
    pub address: String,
    /// Taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
}
per_tax!(TaxAgent, TAX_AGENT, |record| record.ended);

/// The account a tax is drawn from and repaid to (口座).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// 宛名番号.
    pub addressee_no: AddresseeNo,
    /// 税目.
    pub tax_item: String,
    /// 開始年月日.
    pub from: Date,
    /// 終了年月日, the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// 金融機関コード, four digits.
    pub bank: String,
    /// 金融機関名.
    pub bank_name: String,
    /// 店舗コード, three digits.
    pub branch: String,
    /// 店舗名.
    pub branch_name: String,
    /// 預金種目.
    pub account_type: AccountType,
    /// 口座番号, seven digits.
    pub account_no: String,
    /// 口座名義人カナ, half-width.
    pub holder_kana: String,
    /// 振替方法.
    pub method: PayMethod,
    /// 状態.
    pub state: AccountState,
    /// 履歴番号 of the row of the collection system it was taken from, 0 when staff registered it here.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub source_history_no: u32,
}
per_tax!(Account, ACCOUNT, |record| record.state == AccountState::Abolished);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
