//! The registers this system owns (台帳), as record types.

mod household;
mod issuance;
mod migration;
mod numbers;
mod person;
mod provisional;
mod support_measure;
mod suppression;
mod transfer;

pub use household::{HOUSEHOLD, Household};
pub use issuance::{Disposal, ISSUANCE, Issuance};
pub use migration::{MIGRATION, MIGRATION_KEY, Migration};
pub use numbers::{CODE_SLOT, COUNTER, CodeSlot, Counter, HOLD, Hold};
pub use person::{AliasEvent, Basis, HistoryEntry, PERSON, Person};
pub use provisional::{PROVISIONAL, Provisional, ProvisionalStatus, ReadVersion};
pub use support_measure::{
    PROTECTED_PERSON, ProtectedPerson, ProtectedTogether, SUPPORT_MEASURE, SUPPORT_RELEASE, SupportClass,
    SupportEnd, SupportForwarding, SupportMeasure, SupportRelease, SupportReleaseStatus, SupportRequests,
    SupportStanding,
};
pub use suppression::{
    SUPPRESSION, SuppressedProcess, Suppression, SuppressionLevel, SuppressionLevels, SuppressionStatus,
    TEMPORARY_RELEASE, TemporaryRelease,
};
pub use transfer::{TRANSFER, Transfer, TransferPerson, TransferSource};
