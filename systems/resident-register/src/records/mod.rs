//! The registers this system owns (台帳), as record types.

mod application;
mod archive;
mod card;
mod certificate_stop;
mod consistency;
mod foreign;
mod household;
mod inbound_order;
mod inspection;
mod issuance;
mod memo;
mod migration;
mod non_resident;
mod numbers;
mod outbound_notice;
mod person;
mod person_query;
mod provisional;
mod qualification;
mod received_notice;
mod sign_request;
mod support_measure;
mod suppression;
mod transfer;
mod wide_area;

pub use application::{APPLICATION, Application, ApplicationKind, ApplicationStatus};
pub(crate) use archive::key as former_key;
pub use archive::{FORMER_ARCHIVE, FORMER_NOTE, FormerArchive, FormerNote};
pub use card::{CARD, Card};
pub use certificate_stop::{CERTIFICATE_STOP, CertificateStop};
pub use consistency::{CONSISTENCY_DIFFERENCE, ConsistencyDifference, DifferenceKind, DifferenceStatus};
pub use foreign::{EntryArticle, NamePart, NamePreference};
pub use household::{HOUSEHOLD, Household};
pub use inbound_order::{INBOUND_ORDER, InboundOrder};
pub use inspection::{INSPECTION, Inspection, InspectionBasis};
pub use issuance::{Disposal, ISSUANCE, Issuance};
pub use memo::{MEMO, Memo};
pub use migration::{MIGRATION, MIGRATION_KEY, Migration};
pub use non_resident::{NON_RESIDENT, NonResident};
pub use numbers::{CODE_SLOT, COUNTER, CodeSlot, Counter, HOLD, Hold};
pub use outbound_notice::{
    Channel, NoticeChange, NoticeContent, NoticeKind, NoticeState, OUTBOUND_NOTICE, OutboundNotice,
};
pub use person::{AliasEvent, Basis, HistoryEntry, PERSON, Person};
pub use person_query::{PERSON_ANSWER, PERSON_QUERY, PersonAnswer, PersonQuery};
pub use provisional::{PROVISIONAL, Provisional, ProvisionalStatus, ReadVersion};
pub(crate) use qualification::key as qualification_key;
pub use qualification::{QUALIFICATION, Qualification, Scheme};
pub use received_notice::{RECEIVED_NOTICE, ReceivedKind, ReceivedNotice, ReceivedStatus};
pub use sign_request::{CODE_REQUEST, CodeRequest, SIGN_REQUEST, SignRequest};
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
pub use wide_area::{WIDE_AREA_ANSWER, WIDE_AREA_ISSUANCE, WideAreaAnswer, WideAreaIssuance};
