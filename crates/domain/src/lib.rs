#![doc = include_str!("../README.md")]

pub mod address;
pub mod age;
pub mod bank;
pub mod calendar;
pub mod date;
pub mod delivery;
pub mod era;
pub mod guarded;
mod input;
pub mod money;
pub mod name;
pub mod number;
pub mod period;
pub mod person;
pub mod relation;
pub mod slip;
mod text;
mod tsv;
mod unknown;

pub use address::Address;
pub use age::{age_at_end_of, age_on, attains_on, fiscal_year_end_after_attaining};
pub use calendar::{BusinessCalendar, CalendarError};
pub use date::{DateError, RegisterDate, UnknownDate, parse_input};
pub use era::{Era, EraDate, EraError, EraTable, eras, wareki};
/// A day of the calendar (暦日).
pub use jiff::civil::Date;
pub use money::{FiscalYear, YEN_MAX, Yen};
pub use name::{
    cluster_count, clusters, fold_kana, fold_name, hiragana_to_katakana, is_katakana_name, kana_keys,
    kana_query, to_full_width, to_full_width_kana,
};
pub use number::{
    AddresseeNo, CorporateNumber, HouseholdNo, IndividualNumber, MunicipalityCode, NoticeNo, NumberError,
    ResidentRecordCode,
};
pub use period::period_end;
pub use person::{Art30_45Class, MovementClass, MovementReason, ResidentKind, ResidentStatus, Sex};
pub use relation::{Relation, RelationError, RelationStep};
pub use slip::{LevyKey, TaxItem};
pub use text::narrow;
