//! The functions, one per file.

pub mod block_list;
pub mod change_number;
pub mod convert;
pub mod copy_list;
pub mod information_answer;
pub mod information_inquiries;
pub mod information_inquiry;
pub mod inquiry;
pub mod number;
pub mod number_list;
pub mod pending;
pub mod remove;
pub mod resend;

use register::Write;
use serde_json::json;
use system::{Answer, Outcome};

use crate::records::IntegratedNo;

/// What is done: the audit log takes the 宛名番号 as the subject.
fn done(
    addressee_no: &str,
    number: IntegratedNo,
    message: String,
    reason: &str,
    writes: Vec<Write>,
) -> Outcome {
    Outcome {
        message,
        reason: reason.to_owned(),
        answer: Some(Answer {
            data: json!({ "addressee_no": addressee_no, "integrated_no": number }),
            subjects: vec![addressee_no.to_owned()],
        }),
        writes,
        ..Outcome::default()
    }
}
