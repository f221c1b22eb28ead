//! The registers this system owns (台帳), as record types.

mod household;
mod issuance;
mod numbers;
mod person;
mod provisional;

pub use household::{HOUSEHOLD, Household};
pub use issuance::{ISSUANCE, Issuance};
pub use numbers::{CODE_SLOT, COUNTER, CodeSlot, Counter, HOLD, Hold};
pub use person::{AliasEvent, Basis, HistoryEntry, PERSON, Person};
pub use provisional::{PROVISIONAL, Provisional, ProvisionalStatus, ReadVersion};
