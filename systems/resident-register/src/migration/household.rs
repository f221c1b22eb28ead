//! Households from their members, and both as writes.

use domain::{Address, AddresseeNo, Date, HouseholdNo};
use register::{BodyError, Write};
use system::Finding;

use super::items::{address_of, address_values};
use crate::load::Serials;
use crate::records::{Household, Person};

/// What a table of households says of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdRow {
    /// 世帯番号.
    pub household_no: HouseholdNo,
    /// 世帯主, where the table names one.
    pub head: Option<AddresseeNo>,
    /// The day it was formed, where the table has it.
    pub formed_on: Option<Date>,
    /// 住所, empty where the table has none.
    pub address: Address,
}

/// A row of households from its values, in the order of [`household_table`](super::household_table).
///
/// # Errors
/// A finding for each value that is none of its item.
pub fn household_row(values: &[String]) -> Result<HouseholdRow, Vec<Finding>> {
    let [no, head, formed_on, address @ ..] = values else { return Err(Vec::new()) };
    let mut findings = Vec::new();
    let no = HouseholdNo::parse(no)
        .map_err(|error| {
            findings.push(Finding::worded("E040", "household_no", "世帯番号", &error.to_string()))
        })
        .ok();
    let head = if head.is_empty() {
        None
    } else {
        AddresseeNo::parse(head)
            .map_err(|error| {
                findings.push(Finding::worded("E040", "head", "世帯主_宛名番号", &error.to_string()))
            })
            .ok()
    };
    let formed_on = formed_on.parse().ok();
    let address = match address_of(address) {
        Ok(address) => address,
        Err(more) => {
            findings.extend(more);
            Address::default()
        }
    };
    match no {
        Some(household_no) if findings.is_empty() => {
            Ok(HouseholdRow { household_no, head, formed_on, address })
        }
        _ => Err(findings),
    }
}

/// The values of a household, in the order of [`household_table`](super::household_table).
pub fn household_values(household: &Household) -> Vec<String> {
    let head = household.head.map(|head| head.to_string()).unwrap_or_default();
    let mut values = vec![household.household_no.to_string(), head, household.formed_on.to_string()];
    values.extend(address_values(&household.address));
    values
}

/// Makes the household of its residents, in the order of 記載順位, and puts in them what follows from it: a 記載順位 where the old
/// system had none, and 世帯主氏名.
///
/// A household without a head is legal (A082). Two heads are refused (E081), and a table of households that names another
/// head than the relations (D073).
///
/// Source: 住民記録システム標準仕様書 1.1.1, 1.1.10, 5.2.
pub fn gather(
    household_no: HouseholdNo,
    row: Option<&HouseholdRow>,
    members: &mut [&mut Person],
) -> (Household, Vec<Finding>) {
    let mut found = Vec::new();
    members.sort_by_key(|member| {
        // Who has no place comes behind who has; the head first among those.
        let place = if member.member_order == 0 { u32::MAX } else { member.member_order };
        (place, !member.relation.is_head(), member.addressee_no)
    });
    let heads: Vec<AddresseeNo> =
        members.iter().filter(|member| member.relation.is_head()).map(|member| member.addressee_no).collect();
    if 1 < heads.len() {
        let told: Vec<String> = heads.iter().map(AddresseeNo::to_string).collect();
        found.push(Finding::error(
            "E081",
            "relation",
            "続柄",
            format!("世帯に世帯主が{}人います（{}）。", heads.len(), told.join("・")),
            "一人のほかの続柄を確かめてください。",
        ));
    }
    let head = heads.first().copied();
    if head.is_none() {
        found.push(Finding::alert(
            "A082",
            "relation",
            "続柄",
            "世帯主のいない世帯です。",
            "このまま移せます。移行の後に世帯主変更をしてください。",
        ));
    }
    if let Some(named) = row.and_then(|row| row.head)
        && Some(named) != head
    {
        found.push(Finding::error(
            "D073",
            "head",
            "世帯主_宛名番号",
            format!("世帯の表の世帯主{named}は、続柄が世帯主の人ではありません。"),
            "続柄か世帯の表を確かめてください。",
        ));
    }
    let named = members.iter().find(|member| Some(member.addressee_no) == head);
    let head_name = named.map(|head| head.name.clone()).filter(|name| !name.is_empty());
    let mut place = 0;
    let mut order_twice = false;
    for member in members.iter_mut() {
        order_twice |= member.member_order != 0 && member.member_order == place;
        if member.member_order == 0 {
            member.member_order = place.saturating_add(1);
        }
        place = member.member_order;
        // A household without a head, or whose head has no name, keeps the name it last had.
        if let Some(name) = &head_name {
            if !member.head_name.is_empty() && member.head_name != *name {
                found.push(Finding::alert(
                    "A073",
                    "head_name",
                    "世帯主氏名",
                    format!(
                        "宛名番号{}の世帯主氏名が、世帯主の氏名と違うので、世帯主の氏名にします。",
                        member.addressee_no
                    ),
                    "世帯主の氏名が正しいか確かめてください。",
                ));
            }
            member.head_name.clone_from(name);
        }
    }
    if order_twice {
        found.push(Finding::alert(
            "E098",
            "member_order",
            "記載順位",
            "記載順位が同じ人がいます。宛名番号の順に並べます。",
            "移行の後に世帯員の並び順を確かめてください。",
        ));
    }
    let first = members.iter().find(|member| Some(member.addressee_no) == head).or_else(|| members.first());
    let address = match row.map(|row| &row.address).filter(|address| !address.is_empty()) {
        Some(address) => address.clone(),
        None => first.map(|member| member.address.clone()).unwrap_or_default(),
    };
    let parts = |address: &Address| (address.municipality.clone(), address.town.clone(), address.lot.clone());
    if members.iter().any(|member| parts(&member.address) != parts(&address)) {
        found.push(Finding::alert(
            "A093",
            "address_lot",
            "住所",
            "住所の違う世帯員がいます。",
            "このまま移します。移行の後に世帯を分けるか住所を確かめてください。",
        ));
    }
    let since = members.iter().flat_map(|member| [member.addr_since, member.since().copied()]).flatten();
    let formed_on = row.and_then(|row| row.formed_on);
    let formed_on = formed_on
        .or_else(|| since.filter_map(|date| date.sort_key()).min())
        .or_else(|| members.iter().map(|member| member.processed_on).min())
        .unwrap_or(Date::ZERO);
    let household = Household {
        household_no,
        head,
        members: members.iter().map(|member| member.addressee_no).collect(),
        address,
        formed_on,
    };
    (household, found)
}

/// A household, if there is one, and persons with all their rows as writes: each row a version, so from its 異動年月日.
/// Remembers the largest serials.
///
/// # Errors
/// When a record cannot be written as JSON, which no person or household can cause.
pub fn writes(
    household: Option<&Household>,
    persons: &[Vec<Person>],
    serials: &mut Serials,
) -> Result<Vec<Write>, BodyError> {
    let mut writes = Vec::new();
    for rows in persons {
        let mut version = None;
        for row in rows {
            serials.addressee_no = serials.addressee_no.max(row.addressee_no.serial());
            serials.household_no = serials.household_no.max(row.household_no.serial());
            let write = Write::put(row, version)?;
            writes.push(match row.event_date.and_then(|date| date.sort_key()) {
                Some(day) => write.effective(day),
                None => write,
            });
            version = Some(row.history_no);
        }
    }
    if let Some(household) = household {
        serials.household_no = serials.household_no.max(household.household_no.serial());
        writes.push(Write::put(household, None)?.effective(household.formed_on));
    }
    Ok(writes)
}
