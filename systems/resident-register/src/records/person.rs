//! The resident record of one person (住民票).

use std::fmt;

use domain::{
    Address, AddresseeNo, Art30_45Class, Date, HouseholdNo, IndividualNumber, MovementReason, RegisterDate,
    Relation, ResidentKind, ResidentRecordCode, ResidentStatus, Sex,
};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use super::foreign::{EntryArticle, NamePreference};

/// 住民票, key 宛名番号. Every movement appends a full row with the next 履歴番号; nothing is ever closed: a deleted
/// record (除票) is a row with another 住民状態.
///
/// 住民票コード is unique over residents and 除票 alike, because a code once given is never given to another person.
/// 個人番号 is not: a 除票 brought over from an older system may carry the number of a living record.
///
/// Source: 住民記録システム標準仕様書 1.1.1, 1.1.2, 1.2.1.
pub static PERSON: Kind = Kind::new("resident-register/person", "住民票")
    .columns(&[
        Column::plain("household_no", "世帯番号"),
        Column::unique("resident_record_code", "住民票コード"),
        Column::plain("individual_number", "個人番号"),
    ])
    .sealed(&["resident_record_code", "individual_number"]);

/// One row of a person's resident record (住民票の1履歴): all items, every time.
///
/// Foreign residents have no 住民となった年月日, no 戸籍の表示 and no 旧氏; Japanese residents have no 通称 and none of the
/// items of article 30-45.
///
/// Source: 住民記録システム標準仕様書 1.1.1, 1.1.2, 1.1.5, 1.2.1; 住民基本台帳法 art. 7, 30-45.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// 宛名番号; for life in this municipality.
    pub addressee_no: AddresseeNo,
    /// 履歴番号, from 1 without gaps.
    pub history_no: u32,
    /// 世帯番号 of the household the person is or was last in.
    pub household_no: HouseholdNo,
    /// 記載順位 within the household, from 1; gaps are legal after someone left.
    pub member_order: u32,
    /// 住民種別.
    pub resident_kind: ResidentKind,
    /// 住民状態.
    pub resident_status: ResidentStatus,
    /// 氏名; full-width space between the parts; blank for a child without a name yet.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 氏 (Japanese).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub family_name: String,
    /// 名 (Japanese).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub given_name: String,
    /// 氏名のフリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kana: String,
    /// 氏名のフリガナの確認状況: whether it was confirmed with the person; none where nobody ever recorded it.
    ///
    /// Source: 住民記録システム標準仕様書 1.1.18.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana_confirmed: Option<bool>,
    /// 氏名のフリガナの公証確認状況: whether it was taken from the family register (Japanese).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kana_attested: bool,
    /// 氏名（外国人ローマ字）.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_roman: String,
    /// 氏名（外国人漢字）.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_kanji: String,
    /// 旧氏 (Japanese).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub former_family_name: String,
    /// 旧氏のフリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub former_family_kana: String,
    /// 旧氏のフリガナの確認状況.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_kana_confirmed: Option<bool>,
    /// 旧氏のフリガナの公証確認状況.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub former_kana_attested: bool,
    /// 通称 (foreign).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alias_name: String,
    /// 通称のフリガナ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alias_kana: String,
    /// 通称のフリガナの確認状況.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias_kana_confirmed: Option<bool>,
    /// 氏名優先区分 (foreign): which of several names other systems call the person by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_preference: Option<NamePreference>,
    /// 生年月日.
    pub birth_date: RegisterDate,
    /// 性別.
    pub sex: Sex,
    /// 世帯主との続柄.
    pub relation: Relation,
    /// Whether a document that proves the relation was seen (foreign).
    ///
    /// Source: 住民基本台帳法 art. 30-48; 住民記録システム標準仕様書 1.1.11.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub relation_proved: bool,
    /// 世帯主氏名, copied to each member's row; as it last was while the household has no head.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub head_name: String,
    /// 本籍; 「なし」 or 「不明」 stands in its `municipality`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_domicile: Option<Address>,
    /// 筆頭者.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub register_head: String,
    /// 住所.
    pub address: Address,
    /// 住民となった年月日 (Japanese).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_since: Option<RegisterDate>,
    /// 住所を定めた年月日; equal to 住民となった年月日 until the first 転居.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addr_since: Option<RegisterDate>,
    /// 届出の年月日 of the notification by which the person became a resident; of an ex officio record the day it was
    /// made (職権で記載した年月日).
    ///
    /// Source: 住民基本台帳法 art. 7(8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_in_notified_on: Option<Date>,
    /// 転入前住所.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_address: Option<Address>,
    /// 転入前の世帯主氏名.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prev_head_name: String,
    /// Whether 転入前住所 was never registered (未届転入).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unregistered_entry: bool,
    /// 最終登録住所地 of a 未届転入; no item of the 住民票 and in no certificate.
    ///
    /// Source: 住民記録システム標準仕様書 4.1.1.4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_registered: Option<Address>,
    /// 転居前住所.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from_address: Option<Address>,
    /// 住民票コード.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_record_code: Option<ResidentRecordCode>,
    /// 個人番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub individual_number: Option<IndividualNumber>,
    /// 国名コード, three letters (foreign).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub nationality_code: String,
    /// 国籍・地域 (foreign).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub nationality: String,
    /// 第30条45規定区分 (foreign).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub art30_45_class: Option<Art30_45Class>,
    /// 在留資格 code (foreign).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status_of_residence: String,
    /// 在留期間 in words, such as 3年 (foreign).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stay_period: String,
    /// 在留期間の満了の日 (foreign).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay_expires_on: Option<Date>,
    /// 在留カード等番号 (foreign).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub residence_card_no: String,
    /// 上陸期間, class 03 (foreign).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub landing_period: String,
    /// 仮滞在期間, class 04 (foreign).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provisional_stay_period: String,
    /// 外国人住民となった年月日 (foreign).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign_resident_since: Option<RegisterDate>,
    /// 旧外登法による登録年月日 (foreign); unknown where the old record does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_alien_registered_on: Option<RegisterDate>,
    /// 住居地届出の有無 (foreign); none where nobody recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence_notified: Option<bool>,
    /// 上陸許可証による転入の旨 (foreign).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub entered_by_landing_permit: bool,
    /// 法第30条の46又は47区分 (foreign).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_article: Option<EntryArticle>,
    /// 異動事由 of this row.
    pub movement_reason: MovementReason,
    /// 異動年月日 of this row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_date: Option<RegisterDate>,
    /// 届出年月日 of this row; none for ex officio movements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified_on: Option<Date>,
    /// 処理年月日 of this row: the day of 本登録.
    pub processed_on: Date,
    /// 届出 or 職権.
    #[serde(default)]
    pub basis: Basis,
    /// 操作者ID of the 本登録.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub operator: String,
    /// 届出番号 of the notification this row came from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notification_no: String,
    /// 入力場所: where the movement was entered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub input_place: String,
    /// 入力端末: at which terminal it was entered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub input_terminal: String,
    /// 地区管理コード1 to 10 of the address, as the town's table had them at this movement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub district_codes: Vec<String>,
    /// 消除事由.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_reason: Option<MovementReason>,
    /// 消除の異動年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_event_date: Option<RegisterDate>,
    /// 消除の届出年月日; stated as soon as a 転出 is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_notified_on: Option<Date>,
    /// 転出先住所（予定）.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dest_address_planned: Option<Address>,
    /// 転出予定年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moveout_planned_on: Option<Date>,
    /// 国内転出 or 国外転出 of a 転出 whose day has not come; kept apart because other movements may follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moveout_planned_reason: Option<MovementReason>,
    /// 特例転出: on the notification of a card holder, for which no paper is given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moveout_special: bool,
    /// 転出先住所（確定）, as the new municipality told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dest_address_confirmed: Option<Address>,
    /// 転出年月日（確定）: the day the person moved in elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moveout_confirmed_on: Option<Date>,
    /// 転入通知年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movein_notice_on: Option<Date>,
    /// 通称の記載・削除の履歴 (foreign), oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alias_events: Vec<AliasEvent>,
    /// 成年被後見人の該当有無.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adult_ward: bool,
    /// 改製番号; zero before the first 改製.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub renewal_no: u32,
    /// 改製記載年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_on: Option<Date>,
    /// 履歴番号 of the rows this row cancels (異動の取消し); newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancels: Vec<u32>,
    /// 事実上の世帯主, a remark (統合記載欄 C) of its own kind: of a household whose head is on no record.
    ///
    /// Source: 住民記録システム標準仕様書 4.1.4.3.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub de_facto_head: String,
    /// 統合記載欄 C 備考.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// 統合記載欄 A 異動履歴, written by the program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history_entries: Vec<HistoryEntry>,
}

/// On what a movement rests (届出・職権等の別); it names the day the row keeps as 届出年月日, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// 届出.
    #[default]
    Notification,
    /// 職権.
    ExOfficio,
    /// 申出, such as of a 通称.
    Application,
    /// 通知 of another office, such as under article 9(2).
    Notice,
    /// 請求, such as of a 旧氏 or of another number.
    Request,
}

impl Basis {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Notification => "届出",
            Self::ExOfficio => "職権",
            Self::Application => "申出",
            Self::Notice => "通知",
            Self::Request => "請求",
        }
    }
}

/// One line of 統合記載欄 A.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// 異動事由.
    pub reason: MovementReason,
    /// 異動年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_date: Option<RegisterDate>,
    /// The line as printed.
    pub text: String,
    /// 統合記載欄 B 留意事項: what is to be known about this one movement.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A 通称 that was recorded, and its end.
///
/// Source: 住民記録システム標準仕様書 1.1.2; 住民基本台帳法施行令 art. 30-17.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AliasEvent {
    /// The 通称.
    pub alias: String,
    /// 記載年月日.
    pub recorded_on: Date,
    /// 記載市区町村名.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recorded_at: String,
    /// 削除年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_on: Option<Date>,
    /// 削除市区町村名.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub deleted_at: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Record for Person {
    const KIND: &'static Kind = &PERSON;

    fn key(&self) -> String {
        self.addressee_no.to_string()
    }
}

/// Logs and panics name a person by number and row only.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({} row {})", self.addressee_no, self.history_no)
    }
}

impl Person {
    /// A first row with what every record has; the caller fills in the rest.
    pub fn new(
        addressee_no: AddresseeNo,
        household_no: HouseholdNo,
        birth_date: RegisterDate,
        sex: Sex,
    ) -> Self {
        Self {
            addressee_no,
            history_no: 1,
            household_no,
            member_order: 1,
            resident_kind: ResidentKind::Japanese,
            resident_status: ResidentStatus::Resident,
            name: String::new(),
            family_name: String::new(),
            given_name: String::new(),
            name_kana: String::new(),
            kana_confirmed: None,
            kana_attested: false,
            name_roman: String::new(),
            name_kanji: String::new(),
            former_family_name: String::new(),
            former_family_kana: String::new(),
            former_kana_confirmed: None,
            former_kana_attested: false,
            alias_name: String::new(),
            alias_kana: String::new(),
            alias_kana_confirmed: None,
            name_preference: None,
            birth_date,
            sex,
            relation: Relation::HEAD,
            relation_proved: false,
            head_name: String::new(),
            registered_domicile: None,
            register_head: String::new(),
            address: Address::default(),
            resident_since: None,
            addr_since: None,
            moved_in_notified_on: None,
            prev_address: None,
            prev_head_name: String::new(),
            unregistered_entry: false,
            last_registered: None,
            moved_from_address: None,
            resident_record_code: None,
            individual_number: None,
            nationality_code: String::new(),
            nationality: String::new(),
            art30_45_class: None,
            status_of_residence: String::new(),
            stay_period: String::new(),
            stay_expires_on: None,
            residence_card_no: String::new(),
            landing_period: String::new(),
            provisional_stay_period: String::new(),
            foreign_resident_since: None,
            old_alien_registered_on: None,
            residence_notified: None,
            entered_by_landing_permit: false,
            entry_article: None,
            movement_reason: MovementReason::MoveInDomestic,
            event_date: None,
            notified_on: None,
            processed_on: Date::ZERO,
            basis: Basis::Notification,
            operator: String::new(),
            notification_no: String::new(),
            input_place: String::new(),
            input_terminal: String::new(),
            district_codes: Vec::new(),
            deletion_reason: None,
            deletion_event_date: None,
            deletion_notified_on: None,
            dest_address_planned: None,
            moveout_planned_on: None,
            moveout_planned_reason: None,
            moveout_special: false,
            dest_address_confirmed: None,
            moveout_confirmed_on: None,
            movein_notice_on: None,
            alias_events: Vec::new(),
            adult_ward: false,
            renewal_no: 0,
            renewed_on: None,
            cancels: Vec::new(),
            de_facto_head: String::new(),
            remarks: Vec::new(),
            history_entries: Vec::new(),
        }
    }

    /// Whether the person is a resident now (住登者); a planned mover is one until the day.
    pub fn is_resident(&self) -> bool {
        self.resident_status == ResidentStatus::Resident
    }

    /// The name as messages say it; words in its place for a child without a name yet.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { "（氏名未定）" } else { &self.name }
    }

    /// 住民となった年月日 or, of a foreign resident, 外国人住民となった年月日.
    pub fn since(&self) -> Option<&RegisterDate> {
        self.resident_since.as_ref().or(self.foreign_resident_since.as_ref())
    }
}
