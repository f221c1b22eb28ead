//! Households (世帯).

use domain::{Address, AddresseeNo, Date, HouseholdNo};
use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 世帯, key 世帯番号. Closed when its last member left; a number is not used again.
pub static HOUSEHOLD: Kind = Kind::new("resident-register/household", "世帯");

/// A household (世帯): who belongs to it now, in the order of the record (記載順位).
///
/// Planned movers belong to it until their day. A household without a head is legal.
///
/// Source: 住民記録システム標準仕様書 1.1.1, 1.1.10, 5.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Household {
    /// 世帯番号.
    pub household_no: HouseholdNo,
    /// 世帯主; none while the household has no head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<AddresseeNo>,
    /// The residents of the household in order.
    pub members: Vec<AddresseeNo>,
    /// 住所.
    pub address: Address,
    /// The day it was formed under this number.
    pub formed_on: Date,
}

impl Record for Household {
    const KIND: &'static Kind = &HOUSEHOLD;

    fn key(&self) -> String {
        self.household_no.to_string()
    }
}
