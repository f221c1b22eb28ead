//! What the register tells others of a movement (送信通知).

use std::fmt;

use domain::{
    Address, AddresseeNo, Art30_45Class, Date, MovementReason, RegisterDate, Relation, ResidentKind, Sex,
};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

/// 送信通知, key 通知番号. Written in the change that writes the row it tells, so that there is no row without its notice
/// and no notice without its row. It has neither 個人番号 nor 住民票コード.
///
/// Source: 住民記録システム標準仕様書 4.5.7, 7.1.1, 7.1.2.
pub static OUTBOUND_NOTICE: Kind = Kind::new("resident-register/outbound-notice", "送信通知")
    .columns(&[Column::plain("addressee_no", "宛名番号"), Column::plain("made_on", "作成日")]);

/// One notice to one receiver about one person.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboundNotice {
    /// 通知番号: rises in the order notices are made.
    pub message_no: String,
    /// 宛名番号 of the person it tells.
    pub addressee_no: AddresseeNo,
    /// 送信順序 of this person's notices, from 1 without gaps, whoever they go to.
    pub sequence: u32,
    /// 履歴番号 of the row it tells.
    pub history_no: u32,
    /// The kind of notice.
    pub notice: NoticeKind,
    /// 異動事由の区分 as the receiver knows it; of 市町村通知 the data set.
    pub category: String,
    /// 異動事由 of the row, or of the number that is asked for.
    pub reason: MovementReason,
    /// Whether the row records, deletes or corrects; none of what only asks for a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<NoticeChange>,
    /// By which way it goes.
    pub through: Channel,
    /// The receiver by name.
    pub to_name: String,
    /// 市区町村コード of the receiver, when it is a municipality and known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_code: Option<String>,
    /// 異動年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_date: Option<RegisterDate>,
    /// 異動届出年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified_on: Option<Date>,
    /// 作成日.
    pub made_on: Date,
    /// The function that made it.
    pub function: String,
    /// What it says.
    pub content: NoticeContent,
    /// What is known of it here; whether it was sent, the link tells.
    #[serde(default)]
    pub state: NoticeState,
    /// Why it was completed by hand.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub state_reason: String,
    /// Who completed it by hand or sent it again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub state_by: String,
    /// 通知番号 of the notice this one is sent instead of.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub resend_of: String,
    /// Why it is sent again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub resend_reason: String,
    /// The day the 個人番号 it asked for came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<Date>,
}

/// What a notice says of a person: the row it tells. What only some receivers get is blank for the others.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeContent {
    /// 住民種別.
    pub resident_kind: ResidentKind,
    /// 氏名.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 氏名のフリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 氏名（外国人ローマ字）.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_roman: String,
    /// 氏名（外国人漢字）.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kanji: String,
    /// 旧氏.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub former_family_name: String,
    /// 通称.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alias_name: String,
    /// 生年月日.
    pub birth_date: RegisterDate,
    /// 性別.
    pub sex: Sex,
    /// 住所.
    pub address: Address,
    /// 住所を定めた年月日 (附票, 転入通知).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addr_since: Option<RegisterDate>,
    /// 転入前住所 (転入通知).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_address: Option<Address>,
    /// 転出先住所 (転出証明書情報, 附票 of a 国外転出).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dest_address: Option<Address>,
    /// 転出予定年月日 (転出証明書情報).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moveout_planned_on: Option<Date>,
    /// 続柄 (転出証明書情報).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// 世帯主氏名 (転出証明書情報).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub head_name: String,
    /// 本籍 (附票, 転出証明書情報).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_domicile: Option<Address>,
    /// 筆頭者 (附票, 転出証明書情報).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub register_head: String,
    /// 国籍・地域 (市町村通知, 転出証明書情報).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub nationality: String,
    /// 第30条45規定区分 (市町村通知, 転出証明書情報).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub art30_45_class: Option<Art30_45Class>,
    /// 在留資格 (市町村通知, 転出証明書情報).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status_of_residence: String,
    /// 在留期間 (市町村通知, 転出証明書情報).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stay_period: String,
    /// 在留期間の満了の日 (市町村通知, 転出証明書情報).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay_expires_on: Option<Date>,
    /// 在留カード等番号 (市町村通知, 転出証明書情報).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub residence_card_no: String,
}

/// The kind of a notice, by the tags of `standards/codes/resident-register/notice-kinds.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NoticeKind {
    /// 本人確認情報.
    #[serde(rename = "HON")]
    Identity,
    /// 転出証明書情報.
    #[serde(rename = "TSK")]
    MoveOutCertificate,
    /// 転入通知.
    #[serde(rename = "TNY")]
    MoveIn,
    /// 戸籍の附票記載事項通知.
    #[serde(rename = "FUH")]
    Annex,
    /// 個人番号の要求.
    #[serde(rename = "KBG")]
    NumberRequest,
    /// 送付先情報.
    #[serde(rename = "SOF")]
    SendTo,
    /// 市町村通知.
    #[serde(rename = "ISA")]
    Immigration,
    /// 成年被後見人の転出通知.
    #[serde(rename = "KEN")]
    AdultWard,
}

impl NoticeKind {
    /// Every kind, in the order in which the notices of one row are made.
    pub const ALL: &'static [Self] = &[
        Self::Identity,
        Self::MoveOutCertificate,
        Self::MoveIn,
        Self::Annex,
        Self::NumberRequest,
        Self::SendTo,
        Self::Immigration,
        Self::AdultWard,
    ];

    /// The tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Identity => "HON",
            Self::MoveOutCertificate => "TSK",
            Self::MoveIn => "TNY",
            Self::Annex => "FUH",
            Self::NumberRequest => "KBG",
            Self::SendTo => "SOF",
            Self::Immigration => "ISA",
            Self::AdultWard => "KEN",
        }
    }

    /// The kind of a tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.tag() == tag)
    }
}

/// What the row a notice tells does to the record (記載・消除・修正の別).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeChange {
    /// 記載.
    Record,
    /// 消除.
    Delete,
    /// 修正.
    Correct,
}

impl NoticeChange {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Record => "記載",
            Self::Delete => "消除",
            Self::Correct => "修正",
        }
    }

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Delete => "delete",
            Self::Correct => "correct",
        }
    }
}

/// By which way a notice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// 住基ネット.
    JukiNet,
    /// Inside the office: the 附票 is this municipality's own.
    InHouse,
    /// 出入国在留管理庁.
    Immigration,
    /// On paper.
    Paper,
}

impl Channel {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::JukiNet => "住基ネット",
            Self::InHouse => "庁内",
            Self::Immigration => "出入国在留管理庁",
            Self::Paper => "書面",
        }
    }

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::JukiNet => "juki-net",
            Self::InHouse => "in-house",
            Self::Immigration => "immigration",
            Self::Paper => "paper",
        }
    }
}

/// What is known of a notice here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeState {
    /// 有効: it is to be sent or was.
    #[default]
    Valid,
    /// 手作業で完了: staff told the receiver by other means.
    ByHand,
    /// 再送で置き換え: another notice is sent instead.
    Resent,
}

impl NoticeState {
    /// Every state, as (code, label).
    pub const CHOICES: &'static [(&'static str, &'static str)] =
        &[("valid", "有効"), ("by-hand", "手作業で完了"), ("resent", "再送で置き換え")];

    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Valid => "有効",
            Self::ByHand => "手作業で完了",
            Self::Resent => "再送で置き換え",
        }
    }

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::ByHand => "by-hand",
            Self::Resent => "resent",
        }
    }
}

impl OutboundNotice {
    /// The key of a notice: as many digits each, so that notices are scanned in the order they were made.
    pub fn key_of(serial: u64) -> String {
        format!("{serial:012}")
    }

    /// Whether it is still to go out, or went out and stands.
    pub fn is_valid(&self) -> bool {
        self.state == NoticeState::Valid
    }
}

impl Record for OutboundNotice {
    const KIND: &'static Kind = &OUTBOUND_NOTICE;

    fn key(&self) -> String {
        self.message_no.clone()
    }
}

/// Logs name it by numbers only.
impl fmt::Debug for OutboundNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "OutboundNotice({} {} of {} row {})",
            self.message_no,
            self.notice.tag(),
            self.addressee_no,
            self.history_no
        )
    }
}

/// Logs name nobody.
impl fmt::Debug for NoticeContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoticeContent")
    }
}
