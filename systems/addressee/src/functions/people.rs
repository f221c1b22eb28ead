//! What is asked of a non-resident, by several functions and rows alike.

use domain::{Address, AddresseeNo, RegisterDate, Sex};
use serde::Deserialize;
use system::{Choice, Field, FieldKind, choices};

use crate::records::{Addressee, AddresseeClass};
use crate::rules::{Sought, display_name};

/// An address as forms have it, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct AddressAsked {
    pub(crate) postcode: Option<String>,
    pub(crate) prefecture: String,
    pub(crate) municipality: String,
    pub(crate) town_code: Option<String>,
    pub(crate) town: String,
    pub(crate) lot: String,
    pub(crate) building: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) overseas: Option<String>,
}

impl AddressAsked {
    /// The address.
    pub(crate) fn address(&self) -> Address {
        Address {
            municipality_code: None,
            town_code: self.town_code.clone(),
            prefecture: self.prefecture.clone(),
            municipality: self.municipality.clone(),
            town: self.town.clone(),
            lot: self.lot.clone(),
            building: self.building.clone(),
            postcode: self.postcode.clone(),
            country: self.country.clone(),
            overseas: self.overseas.clone(),
        }
    }

    /// The address, if any part was given.
    pub(crate) fn given(&self) -> Option<Address> {
        (*self != Self::default()).then(|| self.address())
    }
}

/// The fields of an address.
pub(crate) fn address_fields() -> Vec<Field> {
    vec![
        Field::new("postcode", "郵便番号", FieldKind::Postcode),
        Field::new("prefecture", "都道府県", FieldKind::Text(4)),
        Field::new("municipality", "市区町村", FieldKind::Text(40)),
        Field::new("town_code", "町字コード", FieldKind::Hidden),
        Field::new("town", "町字", FieldKind::Text(120)),
        Field::new("lot", "番地号", FieldKind::Text(50)),
        Field::new("building", "方書", FieldKind::Text(100)),
        Field::new("country", "国名", FieldKind::Text(50)).help("国外の住所だけに入力します。"),
        Field::new("overseas", "国外住所", FieldKind::Text(200)),
    ]
}

/// The base items of a natural person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PersonAsked {
    pub(crate) name: String,
    pub(crate) name_kana: String,
    pub(crate) name_roman: String,
    pub(crate) alias_name: String,
    pub(crate) birth_date: Option<RegisterDate>,
    pub(crate) sex: Option<Sex>,
    pub(crate) contact: String,
    pub(crate) task_id: String,
    pub(crate) no_reference: bool,
    #[serde(flatten)]
    pub(crate) address: AddressAsked,
}

impl PersonAsked {
    /// The four base items, to look for who it may be.
    pub(crate) fn sought(&self) -> Sought {
        Sought {
            name: self.name.clone(),
            name_kana: self.name_kana.clone(),
            alias_name: self.alias_name.clone(),
            birth_date: self.birth_date,
            sex: self.sex,
            address: self.address.address().one_line(),
        }
    }

    /// A non-resident of these items.
    pub(crate) fn non_resident(&self, addressee_no: AddresseeNo) -> Addressee {
        let mut made = Addressee {
            name: self.name.clone(),
            name_kana: self.name_kana.clone(),
            name_roman: self.name_roman.clone(),
            alias_name: self.alias_name.clone(),
            birth_date: self.birth_date,
            sex: Some(self.sex.unwrap_or(Sex::Unknown)),
            address: self.address.address(),
            contact: self.contact.clone(),
            task_id: self.task_id.clone(),
            no_reference: self.no_reference,
            ..Addressee::blank(addressee_no, AddresseeClass::NonResident)
        };
        made.display_name = display_name(&made);
        made
    }

    /// The addressee with the items that were given; the others stay. An address is given whole.
    pub(crate) fn applied_to(&self, held: &Addressee) -> Addressee {
        let text = |given: &String, held: &String| if given.is_empty() { held } else { given }.clone();
        let mut changed = Addressee {
            name: text(&self.name, &held.name),
            name_kana: text(&self.name_kana, &held.name_kana),
            name_roman: text(&self.name_roman, &held.name_roman),
            alias_name: text(&self.alias_name, &held.alias_name),
            birth_date: self.birth_date.or(held.birth_date),
            sex: self.sex.or(held.sex),
            contact: text(&self.contact, &held.contact),
            task_id: text(&self.task_id, &held.task_id),
            no_reference: self.no_reference || held.no_reference,
            address: self.address.given().unwrap_or_else(|| held.address.clone()),
            ..held.clone()
        };
        changed.display_name = display_name(&changed);
        changed
    }
}

/// The choices of 性別.
pub(crate) fn sexes() -> Vec<Choice> {
    Sex::ALL.iter().map(|sex| Choice { code: sex.code().to_owned(), label: sex.label().to_owned() }).collect()
}

/// The fields of a natural person; the name is demanded where somebody new is registered.
pub(crate) fn person_fields(new: bool) -> Vec<Field> {
    let name = Field::new("name", "氏名", FieldKind::Text(100));
    vec![
        if new { name.required() } else { name },
        Field::new("name_kana", "氏名フリガナ", FieldKind::Kana(100)),
        Field::new("name_roman", "氏名ローマ字", FieldKind::Text(100)),
        Field::new("alias_name", "通称", FieldKind::Text(100)),
        Field::new("birth_date", "生年月日", FieldKind::RegisterDate),
        Field::new("sex", "性別", FieldKind::Choice(sexes())),
        Field::new("contact", "連絡先", FieldKind::Text(50)),
        Field::new("task_id", "業務ID", FieldKind::Text(3)).help("登録を依頼した業務（3桁）。"),
        Field::new("no_reference", "他業務参照不可", FieldKind::Flag)
            .help("住基ネットの本人確認情報から得たときに付けます。"),
    ]
}

/// Items of a person that can be made blank by a correction.
pub(crate) fn person_clearable() -> Vec<Choice> {
    choices(&[
        ("name_kana", "氏名フリガナ"),
        ("name_roman", "氏名ローマ字"),
        ("alias_name", "通称"),
        ("birth_date", "生年月日"),
        ("address", "住所"),
        ("contact", "連絡先"),
        ("no_reference", "他業務参照不可"),
    ])
}

/// The addressee with one item made blank.
pub(crate) fn cleared(held: &Addressee, item: &str) -> Addressee {
    let mut changed = held.clone();
    match item {
        "name_kana" => changed.name_kana.clear(),
        "name_roman" => changed.name_roman.clear(),
        "alias_name" => changed.alias_name.clear(),
        "birth_date" => changed.birth_date = None,
        "address" => changed.address = Address::default(),
        "contact" => changed.contact.clear(),
        "no_reference" => changed.no_reference = false,
        "corporate_no" => changed.corporate_no = None,
        "office_name" => changed.office_name.clear(),
        "representative" => changed.representative.clear(),
        _ => {}
    }
    changed.display_name = display_name(&changed);
    changed
}
