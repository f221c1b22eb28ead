//! The records of the system.

mod application;
mod known;
mod passed;
mod state;

pub use application::{
    APPLICATION, Applicant, Application, Attachment, Hold, MatchedBy, Signature, Step, Values,
};
pub use known::{CERTIFICATE, Certificate, RESIDENT, Resident};
pub use passed::{PASSED, Passed};
pub use state::{Action, State};
