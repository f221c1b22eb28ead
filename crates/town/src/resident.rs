//! What a town consists of.

use domain::{
    Address, Art30_45Class, Date, IndividualNumber, RegisterDate, Relation, ResidentRecordCode, Sex,
};
use serde::Serialize;

/// A household (世帯): who shares a living, in the order of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Household {
    /// The address of all members (住所).
    pub address: Address,
    /// The members (世帯員). The first is the head, unless the household is headless.
    pub members: Vec<Resident>,
    /// The day the household was formed (世帯を構成した日), today at the latest.
    pub formed_on: Date,
}

impl Household {
    /// The head (世帯主); `None` when the head has left and no other is set.
    pub fn head(&self) -> Option<&Resident> {
        self.members.first().filter(|member| member.relation.is_head())
    }
}

/// A resident (住民), Japanese or foreign, who does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resident {
    /// 氏. Empty for foreign residents and a child not yet named.
    pub family_name: String,
    /// 名. Empty for foreign residents and a child not yet named.
    pub given_name: String,
    /// 氏のフリガナ, katakana; of foreign residents too. May be empty.
    pub family_kana: String,
    /// 名のフリガナ, katakana; of foreign residents too. May be empty.
    pub given_kana: String,
    /// 氏名（ローマ字）, ASCII capitals as on the card; foreign residents only.
    pub name_roman: Option<String>,
    /// 氏名（漢字）, foreign residents only.
    pub name_kanji: Option<String>,
    /// 通称, foreign residents only.
    pub alias: Option<String>,
    /// 通称のフリガナ; with every alias.
    pub alias_kana: Option<String>,
    /// 生年月日, possibly unknown in part.
    pub birth: RegisterDate,
    /// 性別.
    pub sex: Sex,
    /// 続柄.
    pub relation: Relation,
    /// 外国人住民の項目; `None` for Japanese residents.
    pub foreign: Option<Foreign>,
    /// 住民となった年月日; for foreign residents 外国人住民となった年月日.
    pub resident_since: RegisterDate,
    /// 住所を定めた年月日; `resident_since` until the first move inside the town.
    pub addr_since: RegisterDate,
    /// 届出の年月日, of the notification by which the person became a resident.
    pub notified_on: Date,
    /// 転入前住所; `None` for who was born here.
    pub moved_in_from: Option<Address>,
    /// 本籍, Japanese residents only.
    pub registered_domicile: Option<Address>,
    /// 筆頭者, Japanese residents only: family and given name with a full-width space.
    pub register_head: Option<String>,
    /// 住民票コード, unique in the town.
    pub resident_record_code: ResidentRecordCode,
    /// 個人番号, unique in the town.
    pub individual_number: IndividualNumber,
    /// 旧氏, Japanese residents only.
    pub former_family_name: Option<String>,
    /// 旧氏のフリガナ; with every former family name.
    pub former_family_kana: Option<String>,
}

impl Resident {
    /// The name of the register (氏名): of a foreign resident the kanji, else the Latin letters; empty for a child
    /// not yet named.
    pub fn name(&self) -> String {
        let foreign = self.name_kanji.as_ref().or(self.name_roman.as_ref());
        foreign.cloned().unwrap_or_else(|| joined(&self.family_name, &self.given_name))
    }

    /// The kana of the name (フリガナ), with a full-width space; may be empty.
    pub fn kana(&self) -> String {
        joined(&self.family_kana, &self.given_kana)
    }
}

/// Two parts of a name with a full-width space, or the one there is.
pub(crate) fn joined(family: &str, given: &str) -> String {
    if family.is_empty() || given.is_empty() {
        return format!("{family}{given}");
    }
    format!("{family}\u{3000}{given}")
}

/// The items of a foreign resident (外国人住民).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Foreign {
    /// 国名コード, three characters.
    pub nationality_code: String,
    /// 国籍・地域.
    pub nationality: String,
    /// 在留資格等コード.
    pub status_of_residence: String,
    /// 第30条45規定区分.
    pub art30_45_class: Art30_45Class,
    /// 在留期間 in months; `None` without expiry.
    pub stay_months: Option<u16>,
    /// 在留期間の満了の日; `None` without expiry.
    pub stay_expires_on: Option<Date>,
    /// 在留カード等の番号: two letters, eight digits, two letters.
    pub card_no: Option<String>,
}
