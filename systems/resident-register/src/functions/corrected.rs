//! Items of a resident that can be put right one by one (修正できる項目).

use domain::{Address, Art30_45Class, Date, RegisterDate, Relation, ResidentKind, Sex};
use serde::Deserialize;
use system::{Choice, Field, FieldKind};

use super::forms;
use super::items::joined;
use crate::records::{Basis, EntryArticle, NamePreference, Person};
use crate::rules::kana::{self, KanaStated};

/// Whose item it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Of one person alone.
    Own,
    /// On Japanese records only.
    Japanese,
    /// On foreign records only.
    Foreign,
}

/// An item by its name in the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    scopes: &'static [Scope],
    /// Whether 軽微な修正 may touch it: characters of names, the spelling of places.
    minor: bool,
    /// Whether it may be emptied.
    clears: bool,
}

const fn item(
    name: &'static str,
    title: &'static str,
    scopes: &'static [Scope],
    minor: bool,
    clears: bool,
) -> Item {
    Item { name, title, scopes, minor, clears }
}

use Scope::{Foreign, Japanese, Own};

static ITEMS: &[Item] = &[
    item("family_name", "氏", &[Japanese], true, false),
    item("given_name", "名", &[Own, Japanese], true, false),
    item("name_kana", "氏名フリガナ", &[Own], false, true),
    item("kana_confirmed", "フリガナの確認状況", &[Own], false, false),
    item("kana_attested", "フリガナの公証確認状況", &[Own, Japanese], false, false),
    item("alias_kana_confirmed", "通称フリガナの確認状況", &[Own, Foreign], false, false),
    item("name_roman", "氏名（ローマ字）", &[Own, Foreign], false, true),
    item("name_kanji", "氏名（漢字）", &[Own, Foreign], true, true),
    item("birth_date", "生年月日", &[Own], false, false),
    item("sex", "性別", &[Own], false, false),
    item("relation", "続柄", &[Own], false, false),
    item("relation_proved", "続柄を証する文書の確認", &[Own, Foreign], false, true),
    item("resident_since", "住民となった年月日", &[Japanese], false, false),
    item("foreign_resident_since", "外国人住民となった年月日", &[Foreign], false, false),
    item("addr_since", "住所を定めた年月日", &[], false, true),
    item("domicile", "本籍", &[Japanese], true, false),
    item("register_head", "筆頭者", &[Japanese], true, false),
    item("nationality", "国籍・地域", &[Foreign], false, true),
    item("art30_45_class", "第30条45規定区分", &[Foreign], false, false),
    item("status_of_residence", "在留資格", &[Foreign], false, true),
    item("stay_period", "在留期間", &[Foreign], false, true),
    item("stay_expires_on", "在留期間の満了の日", &[Foreign], false, true),
    item("residence_card_no", "在留カード等番号", &[Own, Foreign], false, true),
    item("landing_period", "上陸期間", &[Foreign], false, true),
    item("provisional_stay_period", "仮滞在期間", &[Foreign], false, true),
    item("name_preference", "氏名優先区分", &[Own, Foreign], false, true),
    item("old_alien_registered_on", "旧外登法による登録年月日", &[Own, Foreign], false, true),
    item("residence_notified", "住居地届出の有無", &[Foreign], false, true),
    item("entry_article", "法第30条の46又は47区分", &[Foreign], false, true),
    item("entered_by_landing_permit", "上陸許可証による転入", &[Foreign], false, true),
    item("last_registered", "最終登録住所地", &[], false, true),
    item("de_facto_head", "事実上の世帯主", &[], false, true),
    item("adult_ward", "成年被後見人", &[Own], false, true),
    item("add_remark", "備考に加える記載", &[], true, false),
    item("remarks", "備考", &[], true, true),
];

/// The fields of the form, in the order of the items.
pub(crate) fn fields() -> Vec<Field> {
    let mut fields = vec![
        Field::new("family_name", "氏", FieldKind::Text(50)).wide(),
        Field::new("given_name", "名", FieldKind::Text(50)).wide(),
        Field::new("name_kana", "氏名フリガナ", FieldKind::Kana(100)),
        Field::new("name_roman", "氏名（ローマ字）", FieldKind::Text(100)).wide(),
        Field::new("name_kanji", "氏名（漢字）", FieldKind::Text(100)).wide(),
        Field::new("birth_date", "生年月日", FieldKind::RegisterDate),
        Field::new("sex", "性別", FieldKind::Choice(forms::sexes())),
        Field::new("relation", "続柄", FieldKind::Relation),
        Field::new("relation_proved", "続柄を証する文書を確認した（外国人）", FieldKind::Flag),
        Field::new("resident_since", "住民となった年月日", FieldKind::RegisterDate),
        Field::new("foreign_resident_since", "外国人住民となった年月日", FieldKind::RegisterDate),
        Field::new("addr_since", "住所を定めた年月日", FieldKind::RegisterDate),
    ];
    fields.extend(forms::domicile());
    fields.extend(forms::foreign());
    fields.extend(forms::kana());
    fields.extend([
        Field::new("last_prefecture", "最終登録住所地 都道府県", FieldKind::Text(4)),
        Field::new("last_municipality", "最終登録住所地 市区町村", FieldKind::Text(12)),
        Field::new("last_municipality_code", "最終登録住所地 市区町村コード", FieldKind::Text(6)),
        Field::new("last_town", "最終登録住所地 町字", FieldKind::Text(120)),
        Field::new("last_lot", "最終登録住所地 番地号", FieldKind::Text(50)),
        Field::new("de_facto_head", "事実上の世帯主", FieldKind::Text(100))
            .help("世帯主が住民票に載らない世帯（外交官、施設長など）の備考"),
        Field::new("adult_ward", "成年被後見人に該当する", FieldKind::Flag),
        Field::new("add_remark", "備考に加える記載", FieldKind::Text(200)),
    ]);
    fields
}

/// The items that may be emptied, as choices.
pub(crate) fn clearable() -> Vec<Choice> {
    ITEMS
        .iter()
        .filter(|item| item.clears)
        .map(|item| Choice { code: item.name.to_owned(), label: item.title.to_owned() })
        .collect()
}

/// What is put right; an item that is not stated stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Changes {
    family_name: Option<String>,
    given_name: Option<String>,
    name_kana: Option<String>,
    name_roman: Option<String>,
    name_kanji: Option<String>,
    birth_date: Option<RegisterDate>,
    sex: Option<Sex>,
    relation: Option<Relation>,
    relation_proved: bool,
    resident_since: Option<RegisterDate>,
    foreign_resident_since: Option<RegisterDate>,
    addr_since: Option<RegisterDate>,
    domicile_prefecture: Option<String>,
    domicile_municipality: Option<String>,
    domicile_town: Option<String>,
    register_head: Option<String>,
    nationality_code: Option<String>,
    nationality: Option<String>,
    art30_45_class: Option<Art30_45Class>,
    status_of_residence: Option<String>,
    stay_period: Option<String>,
    stay_expires_on: Option<RegisterDate>,
    residence_card_no: Option<String>,
    landing_period: Option<String>,
    provisional_stay_period: Option<String>,
    name_preference: Option<NamePreference>,
    old_alien_registered_on: Option<RegisterDate>,
    residence_notified: Option<String>,
    entry_article: Option<EntryArticle>,
    entered_by_landing_permit: bool,
    last_prefecture: Option<String>,
    last_municipality: Option<String>,
    last_municipality_code: Option<String>,
    last_town: Option<String>,
    last_lot: Option<String>,
    de_facto_head: Option<String>,
    #[serde(flatten)]
    kana: KanaStated,
    adult_ward: bool,
    add_remark: Option<String>,
    clears: Vec<Cleared>,
}

#[derive(Clone, Debug, Deserialize)]
struct Cleared {
    item: String,
}

impl Changes {
    fn states(&self, name: &str) -> bool {
        let stated = match name {
            "family_name" => self.family_name.is_some(),
            "given_name" => self.given_name.is_some(),
            "name_kana" => self.name_kana.is_some(),
            "kana_confirmed" => {
                self.kana.kana_confirmed.is_some() || self.kana.former_kana_confirmed.is_some()
            }
            "kana_attested" => self.kana.kana_attested.is_some() || self.kana.former_kana_attested.is_some(),
            "alias_kana_confirmed" => self.kana.alias_kana_confirmed.is_some(),
            "name_roman" => self.name_roman.is_some(),
            "name_kanji" => self.name_kanji.is_some(),
            "birth_date" => self.birth_date.is_some(),
            "sex" => self.sex.is_some(),
            "relation_proved" => self.relation_proved,
            "relation" => self.relation.is_some(),
            "resident_since" => self.resident_since.is_some(),
            "foreign_resident_since" => self.foreign_resident_since.is_some(),
            "addr_since" => self.addr_since.is_some(),
            "domicile" => self.domicile().is_some(),
            "register_head" => self.register_head.is_some(),
            "nationality" => self.nationality.is_some() || self.nationality_code.is_some(),
            "art30_45_class" => self.art30_45_class.is_some(),
            "status_of_residence" => self.status_of_residence.is_some(),
            "stay_period" => self.stay_period.is_some(),
            "stay_expires_on" => self.stay_expires_on.is_some(),
            "residence_card_no" => self.residence_card_no.is_some(),
            "landing_period" => self.landing_period.is_some(),
            "provisional_stay_period" => self.provisional_stay_period.is_some(),
            "name_preference" => self.name_preference.is_some(),
            "old_alien_registered_on" => self.old_alien_registered_on.is_some(),
            "residence_notified" => self.residence_notified.is_some(),
            "entry_article" => self.entry_article.is_some(),
            "entered_by_landing_permit" => self.entered_by_landing_permit,
            "last_registered" => self.last_registered().is_some(),
            "de_facto_head" => self.de_facto_head.is_some(),
            "adult_ward" => self.adult_ward,
            "add_remark" => self.add_remark.is_some(),
            _ => false,
        };
        stated || self.clears.iter().any(|cleared| cleared.item == name)
    }

    fn stated(&self) -> impl Iterator<Item = &'static Item> {
        ITEMS.iter().filter(|item| self.states(item.name))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.stated().next().is_none()
    }

    /// The first stated item of a scope.
    pub(crate) fn first_of(&self, scope: Scope) -> Option<&'static Item> {
        self.stated().find(|item| item.scopes.contains(&scope))
    }

    /// The first stated item that 軽微な修正 may not touch.
    pub(crate) fn first_not_minor(&self) -> Option<&'static Item> {
        self.stated().find(|item| !item.minor)
    }

    /// The titles of what is stated, for the summary.
    pub(crate) fn told(&self, address: bool) -> String {
        let titles = self.stated().map(|item| item.title);
        address.then_some("住所").into_iter().chain(titles).collect::<Vec<_>>().join("・")
    }

    /// The domicile as stated; one that names a place says all of it, so that no part of the old one stays by mistake.
    fn domicile(&self) -> Option<Address> {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let domicile = Address {
            prefecture: part(&self.domicile_prefecture),
            municipality: part(&self.domicile_municipality),
            town: part(&self.domicile_town),
            ..Address::default()
        };
        (!domicile.is_empty()).then_some(domicile)
    }

    /// 最終登録住所地 as stated, all of it anew.
    fn last_registered(&self) -> Option<Address> {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let place = Address {
            municipality_code: self.last_municipality_code.clone(),
            prefecture: part(&self.last_prefecture),
            municipality: part(&self.last_municipality),
            town: part(&self.last_town),
            lot: part(&self.last_lot),
            ..Address::default()
        };
        (!place.is_empty()).then_some(place)
    }

    /// Puts the stated items on a row. `basis` is what the correction rests on, which tells what a new reading is worth.
    pub(crate) fn apply(&self, row: &mut Person, basis: Basis, today: Date) {
        let before = row.clone();
        fn set<T: Clone>(place: &mut T, stated: &Option<T>) {
            if let Some(stated) = stated {
                place.clone_from(stated);
            }
        }
        for cleared in &self.clears {
            clear(row, &cleared.item);
        }
        set(&mut row.family_name, &self.family_name);
        set(&mut row.given_name, &self.given_name);
        set(&mut row.name_kana, &self.name_kana);
        set(&mut row.name_roman, &self.name_roman);
        set(&mut row.name_kanji, &self.name_kanji);
        set(&mut row.birth_date, &self.birth_date);
        set(&mut row.sex, &self.sex);
        set(&mut row.relation, &self.relation);
        set(&mut row.register_head, &self.register_head);
        set(&mut row.nationality, &self.nationality);
        set(&mut row.nationality_code, &self.nationality_code);
        set(&mut row.status_of_residence, &self.status_of_residence);
        set(&mut row.stay_period, &self.stay_period);
        set(&mut row.residence_card_no, &self.residence_card_no);
        set(&mut row.landing_period, &self.landing_period);
        set(&mut row.provisional_stay_period, &self.provisional_stay_period);
        row.resident_since = self.resident_since.or(row.resident_since);
        row.foreign_resident_since = self.foreign_resident_since.or(row.foreign_resident_since);
        row.addr_since = self.addr_since.or(row.addr_since);
        row.art30_45_class = self.art30_45_class.or(row.art30_45_class);
        row.stay_expires_on =
            self.stay_expires_on.as_ref().and_then(RegisterDate::known).or(row.stay_expires_on);
        row.registered_domicile = self.domicile().or_else(|| row.registered_domicile.take());
        row.name_preference = self.name_preference.or(row.name_preference);
        row.old_alien_registered_on = self.old_alien_registered_on.or(row.old_alien_registered_on);
        row.residence_notified = kana::yes(self.residence_notified.as_ref()).or(row.residence_notified);
        row.entry_article = self.entry_article.or(row.entry_article);
        row.entered_by_landing_permit |= self.entered_by_landing_permit;
        row.last_registered = self.last_registered().or_else(|| row.last_registered.take());
        set(&mut row.de_facto_head, &self.de_facto_head);
        kana::correct(row, &before, &self.kana, basis, today);
        row.adult_ward |= self.adult_ward;
        row.relation_proved |= self.relation_proved;
        row.remarks.extend(self.add_remark.clone());
        // A record from an older system may hold its name whole, without the parts.
        if ["family_name", "given_name", "name_roman", "name_kanji"].iter().any(|part| self.states(part)) {
            row.name = match row.resident_kind {
                ResidentKind::Japanese => joined(&row.family_name, &row.given_name),
                ResidentKind::Foreign if row.name_roman.is_empty() => row.name_kanji.clone(),
                ResidentKind::Foreign => row.name_roman.clone(),
            };
        }
        // A head's own row states their own name.
        if row.relation.is_head() {
            row.head_name.clone_from(&row.name);
        }
    }
}

fn clear(row: &mut Person, item: &str) {
    match item {
        "name_kana" => row.name_kana.clear(),
        "name_roman" => row.name_roman.clear(),
        "name_kanji" => row.name_kanji.clear(),
        "addr_since" => row.addr_since = None,
        "nationality" => {
            row.nationality.clear();
            row.nationality_code.clear();
        }
        "status_of_residence" => row.status_of_residence.clear(),
        "stay_period" => row.stay_period.clear(),
        "stay_expires_on" => row.stay_expires_on = None,
        "residence_card_no" => row.residence_card_no.clear(),
        "landing_period" => row.landing_period.clear(),
        "provisional_stay_period" => row.provisional_stay_period.clear(),
        "name_preference" => row.name_preference = None,
        "old_alien_registered_on" => row.old_alien_registered_on = None,
        "residence_notified" => row.residence_notified = None,
        "entry_article" => row.entry_article = None,
        "entered_by_landing_permit" => row.entered_by_landing_permit = false,
        "last_registered" => row.last_registered = None,
        "de_facto_head" => row.de_facto_head.clear(),
        "adult_ward" => row.adult_ward = false,
        "relation_proved" => row.relation_proved = false,
        "remarks" => row.remarks.clear(),
        // The form offers no others.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_held_whole_stays_when_something_else_is_put_right() {
        let no = domain::AddresseeNo::from_serial(1).unwrap();
        let home = domain::HouseholdNo::from_serial(1).unwrap();
        let mut row = Person::new(no, home, RegisterDate::Day(jiff::civil::date(1980, 1, 1)), Sex::Male);
        row.name = "山田　太郎".to_owned();
        Changes { register_head: Some("山田　一".to_owned()), ..Changes::default() }.apply(
            &mut row,
            Basis::ExOfficio,
            jiff::civil::date(2026, 4, 1),
        );
        assert_eq!((row.name.as_str(), row.register_head.as_str()), ("山田　太郎", "山田　一"));
        Changes { family_name: Some("佐藤".to_owned()), ..Changes::default() }.apply(
            &mut row,
            Basis::ExOfficio,
            jiff::civil::date(2026, 4, 1),
        );
        assert_eq!(row.name, "佐藤");
    }

    #[test]
    fn what_can_be_emptied_is_emptied_and_nothing_else() {
        let day = jiff::civil::date(2026, 4, 1);
        let full = || {
            let no = |serial| domain::AddresseeNo::from_serial(serial).unwrap();
            let home = domain::HouseholdNo::from_serial(1).unwrap();
            let mut row = Person::new(no(1), home, RegisterDate::Day(day), Sex::Male);
            for text in [
                &mut row.name_kana,
                &mut row.name_roman,
                &mut row.name_kanji,
                &mut row.nationality,
                &mut row.status_of_residence,
                &mut row.stay_period,
                &mut row.residence_card_no,
                &mut row.landing_period,
                &mut row.provisional_stay_period,
            ] {
                text.push('字');
            }
            row.addr_since = Some(RegisterDate::Day(day));
            row.stay_expires_on = Some(day);
            row.name_preference = NamePreference::from_code("01");
            row.old_alien_registered_on = Some(RegisterDate::Day(day));
            row.residence_notified = Some(true);
            row.entry_article = Some(EntryArticle::NewAddress);
            row.entered_by_landing_permit = true;
            row.last_registered = Some(Address::default());
            row.de_facto_head.push('字');
            row.adult_ward = true;
            row.relation_proved = true;
            row.remarks.push("字".to_owned());
            row
        };
        let mut empty = full();
        for choice in clearable() {
            let before = empty.clone();
            clear(&mut empty, &choice.code);
            assert!(empty != before, "{} is offered and does nothing", choice.code);
        }
        for item in ITEMS.iter().filter(|item| !item.clears) {
            let mut row = full();
            clear(&mut row, item.name);
            assert!(row == full(), "{} is emptied and not offered", item.name);
        }
    }
}
