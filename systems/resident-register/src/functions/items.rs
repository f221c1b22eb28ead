//! Items of a person as they are typed in, on whichever form.

use domain::{Address, Art30_45Class, RegisterDate, ResidentKind};
use serde::Deserialize;

use crate::records::{EntryArticle, NamePreference, Person};
use crate::rules::kana::{self, KanaStated};

/// Name, domicile and foreign items of a person who is recorded (記載される人の項目).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Items {
    family_name: String,
    given_name: String,
    name_kana: String,
    name_roman: String,
    name_kanji: String,
    former_family_name: String,
    former_family_kana: String,
    alias_name: String,
    alias_kana: String,
    domicile_prefecture: String,
    domicile_municipality: String,
    domicile_town: String,
    register_head: String,
    nationality_code: String,
    nationality: String,
    pub(crate) art30_45_class: Option<Art30_45Class>,
    status_of_residence: String,
    stay_period: String,
    stay_expires_on: Option<RegisterDate>,
    residence_card_no: String,
    landing_period: String,
    provisional_stay_period: String,
    name_preference: Option<NamePreference>,
    old_alien_registered_on: Option<RegisterDate>,
    residence_notified: Option<String>,
    entry_article: Option<EntryArticle>,
    entered_by_landing_permit: bool,
    #[serde(flatten)]
    pub(crate) kana: KanaStated,
}

impl Items {
    /// Fills a row. 氏名 of a Japanese is 氏 and 名 with a full-width space; of a foreigner the roman letters, or the
    /// characters when there are none.
    pub(crate) fn fill(&self, row: &mut Person) {
        match row.resident_kind {
            ResidentKind::Japanese => {
                row.family_name.clone_from(&self.family_name);
                row.given_name.clone_from(&self.given_name);
                row.name = joined(&self.family_name, &self.given_name);
            }
            // 氏 and 名 apart are items of Japanese records.
            ResidentKind::Foreign => {
                row.family_name.clear();
                row.given_name.clear();
                let stated = if self.name_roman.is_empty() { &self.name_kanji } else { &self.name_roman };
                row.name.clone_from(stated);
            }
        }
        row.name_kana.clone_from(&self.name_kana);
        row.name_roman.clone_from(&self.name_roman);
        row.name_kanji.clone_from(&self.name_kanji);
        row.former_family_name.clone_from(&self.former_family_name);
        row.former_family_kana.clone_from(&self.former_family_kana);
        row.alias_name.clone_from(&self.alias_name);
        row.alias_kana.clone_from(&self.alias_kana);
        row.registered_domicile = self.domicile();
        row.register_head.clone_from(&self.register_head);
        row.nationality_code.clone_from(&self.nationality_code);
        row.nationality.clone_from(&self.nationality);
        row.art30_45_class = self.art30_45_class;
        row.status_of_residence.clone_from(&self.status_of_residence);
        row.stay_period.clone_from(&self.stay_period);
        row.stay_expires_on = self.stay_expires_on.as_ref().and_then(RegisterDate::known);
        row.residence_card_no.clone_from(&self.residence_card_no);
        row.landing_period.clone_from(&self.landing_period);
        row.provisional_stay_period.clone_from(&self.provisional_stay_period);
        row.name_preference = self.name_preference;
        row.old_alien_registered_on = self.old_alien_registered_on;
        row.residence_notified = kana::yes(self.residence_notified.as_ref());
        row.entry_article = self.entry_article;
        row.entered_by_landing_permit = self.entered_by_landing_permit;
    }

    /// Fills the row of a 回復: with what is stated, and otherwise with what the deleted record holds. A reading goes with its
    /// name, and so with a changed name only when it is stated.
    pub(crate) fn fill_over(&self, row: &mut Person, held: &Person) {
        fn keep(stated: &mut String, held: &str) {
            if stated.is_empty() {
                held.clone_into(stated);
            }
        }
        let mut items = self.clone();
        for (stated, held) in [
            (&mut items.family_name, &held.family_name),
            (&mut items.given_name, &held.given_name),
            (&mut items.name_roman, &held.name_roman),
            (&mut items.name_kanji, &held.name_kanji),
            (&mut items.former_family_name, &held.former_family_name),
            (&mut items.alias_name, &held.alias_name),
            (&mut items.register_head, &held.register_head),
            (&mut items.status_of_residence, &held.status_of_residence),
            (&mut items.stay_period, &held.stay_period),
            (&mut items.residence_card_no, &held.residence_card_no),
            (&mut items.landing_period, &held.landing_period),
            (&mut items.provisional_stay_period, &held.provisional_stay_period),
        ] {
            keep(stated, held);
        }
        let named = [&items.family_name, &items.given_name, &items.name_roman, &items.name_kanji];
        if named == [&held.family_name, &held.given_name, &held.name_roman, &held.name_kanji] {
            keep(&mut items.name_kana, &held.name_kana);
        }
        if items.former_family_name == held.former_family_name {
            keep(&mut items.former_family_kana, &held.former_family_kana);
        }
        if items.alias_name == held.alias_name {
            keep(&mut items.alias_kana, &held.alias_kana);
        }
        if items.nationality.is_empty() && items.nationality_code.is_empty() {
            items.nationality.clone_from(&held.nationality);
            items.nationality_code.clone_from(&held.nationality_code);
        }
        let notified = held.residence_notified.map(|yes| if yes { "1" } else { "0" }.to_owned());
        items.art30_45_class = items.art30_45_class.or(held.art30_45_class);
        items.stay_expires_on = items.stay_expires_on.or(held.stay_expires_on.map(RegisterDate::Day));
        items.name_preference = items.name_preference.or(held.name_preference);
        items.old_alien_registered_on = items.old_alien_registered_on.or(held.old_alien_registered_on);
        items.residence_notified = items.residence_notified.or(notified);
        items.entry_article = items.entry_article.or(held.entry_article);
        items.entered_by_landing_permit |= held.entered_by_landing_permit;
        items.fill(row);
        if self.domicile().is_none() {
            row.registered_domicile.clone_from(&held.registered_domicile);
        }
    }

    /// The first item stated that only a foreigner's record has: its field and its name.
    pub(crate) fn only_foreign(&self) -> Option<(&'static str, &'static str)> {
        let stated = |text: &str| !text.is_empty();
        [
            (stated(&self.name_roman), ("name_roman", "氏名（ローマ字）")),
            (stated(&self.name_kanji), ("name_kanji", "氏名（漢字）")),
            (stated(&self.nationality), ("nationality", "国籍・地域")),
            (stated(&self.nationality_code), ("nationality_code", "国籍・地域")),
            (self.art30_45_class.is_some(), ("art30_45_class", "第30条45規定区分")),
            (stated(&self.status_of_residence), ("status_of_residence", "在留資格")),
            (stated(&self.stay_period), ("stay_period", "在留期間")),
            (self.stay_expires_on.is_some(), ("stay_expires_on", "在留期間の満了の日")),
            (stated(&self.residence_card_no), ("residence_card_no", "在留カード等番号")),
            (stated(&self.landing_period), ("landing_period", "上陸期間")),
            (stated(&self.provisional_stay_period), ("provisional_stay_period", "仮滞在期間")),
            (self.name_preference.is_some(), ("name_preference", "氏名優先区分")),
            (self.old_alien_registered_on.is_some(), ("old_alien_registered_on", "旧外登法による登録年月日")),
            (self.residence_notified.is_some(), ("residence_notified", "住居地届出の有無")),
            (self.entry_article.is_some(), ("entry_article", "法第30条の46又は47区分")),
            (self.entered_by_landing_permit, ("entered_by_landing_permit", "上陸許可証による転入")),
        ]
        .into_iter()
        .find_map(|(stated, item)| stated.then_some(item))
    }

    /// The first item stated that only a Japanese record has: its field and its name.
    pub(crate) fn only_japanese(&self) -> Option<(&'static str, &'static str)> {
        if self.domicile().is_some() {
            return Some(("domicile_municipality", "本籍"));
        }
        (!self.register_head.is_empty()).then_some(("register_head", "筆頭者"))
    }

    fn domicile(&self) -> Option<Address> {
        let domicile = Address {
            prefecture: self.domicile_prefecture.clone(),
            municipality: self.domicile_municipality.clone(),
            town: self.domicile_town.clone(),
            ..Address::default()
        };
        (!domicile.is_empty()).then_some(domicile)
    }
}

/// 氏 and 名 with a full-width space between; one alone as it is.
pub(crate) fn joined(family: &str, given: &str) -> String {
    if family.is_empty() || given.is_empty() {
        format!("{family}{given}")
    } else {
        format!("{family}\u{3000}{given}")
    }
}
