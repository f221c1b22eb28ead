#![doc = include_str!("../README.md")]

mod ask;
mod audit;
mod clock;
mod evidence;
mod exclusive;
mod history;
mod index;
mod intake;
mod lane;
mod links;
mod monitor;
mod office;
mod prepare;
mod prune;
mod reconcile;
mod resend;
mod run;
mod take;
mod users;
mod wire;
mod worker;

pub use ask::Answered;
pub use audit::{AUDIT, AuditEntry, AuditResult};
pub use clock::{Clock, Entropy, SystemClock, SystemEntropy};
pub use evidence::evidence_problems;
pub use exclusive::IntakeUnderWay;
pub use history::ShownVersion;
pub use links::{BrokenLink, Inward, LinkSources, Links, ListFile, Places, Ready, RunningLink};
pub use monitor::{DeliveryView, LinkStanding, LinkView, TraceLine};
pub use office::{Office, OfficeParts, OpenError};
pub use prune::Pruned;
pub use reconcile::{Mismatch, Reconciliation, Tell};
pub use resend::Resend;
pub use run::{Caller, Ran, RunError, RunOptions};
pub use users::{LoginError, Rights, USER, User, UserError};
pub use worker::{LinkWorker, Turn};
