#![doc = include_str!("../README.md")]

mod acceptance;
mod ask;
mod audit;
mod audit_read;
mod audit_reports;
mod begin;
mod bring;
mod certificate;
mod clock;
mod concern;
pub mod csv;
mod euc;
mod events;
mod evidence;
mod exclusive;
mod factor;
mod history;
mod index;
mod intake;
mod kept;
mod lane;
mod ledger;
mod links;
mod login;
mod media_view;
mod monitor;
mod office;
mod packs;
mod policy;
mod prepare;
mod probe;
mod prune;
mod receipt;
mod reconcile;
mod remembered;
mod repeat;
mod resend;
mod rights;
mod rows;
mod run;
mod shared;
mod staff;
mod strays;
mod succession;
mod take;
mod timetable;
mod trace;
mod trial;
mod turns;
mod users;
mod wire;
mod worker;

pub use acceptance::Facts as AcceptanceFacts;
pub use acceptance::{Acceptance, Check, Outcome, RowFact, Verdict, checks};
pub use ask::Answered;
pub use audit::{AUDIT, AuditEntry, AuditResult, LogKind, PrintLog};
pub use audit_read::{AuditPage, AuditQuery};
pub use audit_reports::{DayCount, LoginCount, Logins, Masses, is_disclosed, outside_hours};
pub use bring::Brought;
pub use certificate::{BoundCertificate, Certificate, CertificateFault};
pub use clock::{Clock, Entropy, SystemClock, SystemEntropy};
pub use concern::Concerns;
pub use euc::{
    Condition, EUC, EUC_PROTECTED, EUC_QUERY, EUC_RUN, EUC_TITLE, EucAsk, EucQuery, EucRun, FileForm,
    Offered, Preview, TakenFile, Test, Unmappable, euc_right,
};
pub use evidence::evidence_problems;
pub use exclusive::IntakeUnderWay;
pub use factor::{SECOND_FACTOR, SecondFactor, code_at, in_groups};
pub use history::ShownVersion;
pub use ledger::LedgerLine;
pub use links::{BrokenLink, Inward, LinkSources, Links, ListFile, Places, Ready, RunningLink};
pub use login::{LoggedIn, LoginError};
pub use monitor::{DeliveryView, LinkStanding, LinkView};
pub use office::{Office, OfficeParts, OpenError};
pub use packs::Packings;
pub use policy::{AuditPolicy, SecondFactorRule, UserPolicy};
pub use probe::Probe;
pub use prune::Pruned;
pub use reconcile::{Mismatch, Reconciliation, Tell};
pub use remembered::{REMEMBERED, Remembered};
pub use repeat::{CALL, Call, KEY_MAX, key_fault};
pub use resend::Resend;
pub use rights::{
    AUDIT_EXPORT_RIGHT, AUDIT_RIGHT, GROUP, Group, Groups, NAMED_RIGHTS, Placed, Rights, Scheduled, Staffing,
    USERS_RIGHT, UserState,
};
pub use run::{Caller, Ran, RunError, RunOptions};
pub use staff::{UserDraft, UserVersion};
pub use succession::{Cutover, Lacking};
pub use timetable::{LinkDay, MadeRun, PlannedRun, RareRun, RunStanding};
pub use trace::TraceLine;
pub use trial::{Change, Sides, Trial, Tried, TriedDelivery};
pub use users::{USER, User, UserError};
pub use worker::{LinkWorker, Turn};
