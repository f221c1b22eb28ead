//! Addresses as they are entered.

use domain::Address;
use register::Fault;
use serde::Deserialize;
use system::Context;

use crate::concealment::{Concealment, HIDDEN};
use crate::desk::Desk;
use crate::records::Household;
use crate::rules::town_tables::{self, Lot};

/// 「不明」 as a stated value.
pub(crate) const UNKNOWN: &str = "不明";
/// 「なし」 as a stated value.
pub(crate) const NONE: &str = "なし";

/// The new address (住所) in parts; prefecture and municipality are this municipality's when blank.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewAddress {
    postcode: Option<String>,
    prefecture: String,
    municipality: String,
    town: String,
    town_code: Option<String>,
    lot: String,
    building: Option<String>,
}

impl NewAddress {
    /// Whether nothing is stated.
    pub(crate) fn is_empty(&self) -> bool {
        self.town.is_empty() && self.lot.is_empty() && self.building.is_none()
    }

    /// The address, completed by the municipality's own name and code unless it names another one.
    pub(crate) fn complete(&self, desk: &Desk<'_>) -> Address {
        let own = |name: &str| desk.context.municipality_text(name).to_owned();
        let mut address = Address {
            municipality_code: None,
            town_code: self.town_code.clone(),
            prefecture: self.prefecture.clone(),
            municipality: self.municipality.clone(),
            town: self.town.clone(),
            lot: self.lot.clone(),
            building: self.building.clone(),
            postcode: self.postcode.clone(),
            ..Address::default()
        };
        if address.prefecture.is_empty() {
            address.prefecture = own("prefecture");
        }
        if address.municipality.is_empty() || is_here(desk, &address) {
            address.municipality = own("name");
            address.municipality_code = Some(own("code")).filter(|code| !code.is_empty());
        }
        address
    }
}

/// An address elsewhere (転入前住所・転出先), whose input names carry a prefix.
#[derive(Clone, Debug, Default)]
pub(crate) struct Elsewhere {
    pub(crate) address: Address,
    pub(crate) head_name: String,
}

/// Reads an address elsewhere from an input whose names begin with `prefix`.
pub(crate) fn elsewhere(input: &system::Input, prefix: &str) -> Elsewhere {
    let text = |name: &str| input.text(&format!("{prefix}{name}")).to_owned();
    let some = |name: &str| Some(text(name)).filter(|value| !value.is_empty());
    Elsewhere {
        address: Address {
            municipality_code: some("municipality_code"),
            town_code: None,
            prefecture: text("prefecture"),
            municipality: text("municipality"),
            town: text("town"),
            lot: text("lot"),
            building: some("building"),
            postcode: some("postcode"),
            country: some("country"),
            overseas: some("overseas"),
        },
        head_name: text("head_name"),
    }
}

/// E044: a 団体コード that is stated must be one.
pub(crate) fn check_code(desk: &mut Desk<'_>, address: &Address, prefix: &str) {
    let Some(code) = address.municipality_code.as_deref() else { return };
    if let Err(error) = domain::MunicipalityCode::parse(code) {
        desk.error(
            "E044",
            &format!("{prefix}municipality_code"),
            "市区町村コード",
            error.to_string(),
            "市区町村コード（検査数字を含む6桁）を確かめてください。分からないときは空にしてください。",
        );
    }
}

/// E133: a lot that the town's lot master does not have; A133 where the master says that the 町字 has special lots.
/// Nothing where the town has no master, or none of this 町字.
///
/// Source: 住民記録システム標準仕様書 1.3.2.
pub(crate) fn check_lot(desk: &mut Desk<'_>, address: &Address) {
    if !is_here(desk, address) {
        return;
    }
    let message = format!("番地号「{}」は、地番マスタの「{}」にありません。", address.lot, address.town);
    match town_tables::lot(desk.context, address) {
        Lot::NoMaster | Lot::Known => {}
        Lot::Unknown { special: true } => desk.alert(
            "A133",
            "lot",
            "番地号",
            message,
            "特殊な地番か確かめてください。正しければ、このまま登録できます。",
        ),
        Lot::Unknown { special: false } => desk.error(
            "E133",
            "lot",
            "番地号",
            message,
            "番地号を確かめてください。新しい地番なら、先に地番マスタに加えてください。",
        ),
    }
}

/// Whether an address lies in this municipality, by code or by name.
pub(crate) fn is_here(desk: &Desk<'_>, address: &Address) -> bool {
    is_in(desk.context, address)
}

/// The same without a desk.
pub(crate) fn is_in(context: &Context<'_>, address: &Address) -> bool {
    let own_code = context.municipality_text("code");
    if let Some(code) = address.municipality_code.as_deref() {
        return !own_code.is_empty() && code == own_code;
    }
    let own = context.municipality_text("name");
    let own_prefecture = context.municipality_text("prefecture");
    let stated = address.municipality.as_str();
    if own.is_empty() || stated.is_empty() {
        return false;
    }
    // A town may be written without its county (郡) when the prefecture stands before it.
    let written_short = !address.prefecture.is_empty() && own.ends_with(stated);
    (stated == own || written_short)
        && (address.prefecture.is_empty()
            || own_prefecture.is_empty()
            || address.prefecture == own_prefecture)
}

/// Whether an address that is not said to lie here may do so after all: the name with or without its county or prefecture, and
/// no prefecture that says otherwise.
pub(crate) fn may_be_here(desk: &Desk<'_>, address: &Address) -> bool {
    let own = desk.context.municipality_text("name");
    let own_prefecture = desk.context.municipality_text("prefecture");
    let stated = address.municipality.as_str();
    if own.is_empty() || stated.is_empty() || address.municipality_code.is_some() || is_here(desk, address) {
        return false;
    }
    (own.ends_with(stated) || stated.ends_with(own))
        && (address.prefecture.is_empty() || address.prefecture == own_prefecture)
}

/// A093: warns when somebody joins a household on another lot. The building is not compared.
///
/// Source: 住民記録システム標準仕様書 4.1.4.1 (building names are not checked).
pub(crate) fn warn_of_other_lot(
    desk: &mut Desk<'_>,
    address: &Address,
    joined: &Household,
) -> Result<(), Fault> {
    if !same_lot(address, &joined.address) {
        let hidden = Concealment::new(desk.view, desk.context).hides_household(joined.household_no)?;
        let there = if hidden { HIDDEN.to_owned() } else { joined.address.one_line() };
        desk.alert(
            "A093",
            "lot",
            "住所",
            format!("加わる世帯の住所（{there}）と、町字か番地号が違います。"),
            "住所を確かめてください。加わる世帯と同じ住所なら、住所を空にしてください。",
        );
    }
    Ok(())
}

/// Whether two addresses are one place: the same lot and the same building.
pub(crate) fn same_place(one: &Address, other: &Address) -> bool {
    same_lot(one, other)
        && one.building.as_deref().unwrap_or_default() == other.building.as_deref().unwrap_or_default()
}

/// Whether two addresses are one lot, whatever the building.
pub(crate) fn same_lot(one: &Address, other: &Address) -> bool {
    (&one.municipality, &one.town, &one.lot) == (&other.municipality, &other.town, &other.lot)
}
