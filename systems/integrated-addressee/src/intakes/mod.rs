//! What this system takes from others (受入データ). A row of the register of residents may have a 個人番号, over a link inside
//! the house only: what lies in a delivery has none.

mod answers;
mod copies;
mod people;
mod requests;

pub use answers::{INFORMATION_ANSWERS, TRANSMISSION_RESULTS};
pub use copies::{COPIES, NON_DISCLOSURE, RESIDENT_COPIES};
pub use people::{NON_RESIDENTS, RESIDENTS};
pub use requests::{INFORMATION_REQUESTS, REMOVALS, SIGN_REQUESTS};

use domain::AddresseeNo;
use system::{Incoming, Intake, RefusedRow};

/// Everything the system takes.
pub(crate) fn all() -> Vec<Intake> {
    vec![
        RESIDENTS,
        NON_RESIDENTS,
        RESIDENT_COPIES,
        COPIES,
        NON_DISCLOSURE,
        TRANSMISSION_RESULTS,
        INFORMATION_REQUESTS,
        INFORMATION_ANSWERS,
        SIGN_REQUESTS,
        REMOVALS,
    ]
}

/// The longest number of another system that is kept.
const NO_CHARS_MAX: usize = 40;

fn refused(subject: &str, item: &str, message: impl Into<String>) -> RefusedRow {
    let subject = subject.chars().take(NO_CHARS_MAX).collect();
    RefusedRow { subject, item: item.to_owned(), message: message.into() }
}

fn addressee_no(row: &Incoming<'_>, subject: &str) -> Result<AddresseeNo, RefusedRow> {
    AddresseeNo::parse(row.text("addressee_no"))
        .map_err(|error| refused(subject, "addressee_no", error.to_string()))
}

/// A number another system gave: one to forty letters, digits or hyphens.
fn plain_no<'r>(row: &Incoming<'r>, item: &str, title: &str) -> Result<&'r str, RefusedRow> {
    let text = row.text(item);
    let plain = text.chars().all(|one| one.is_ascii_alphanumeric() || one == '-');
    if text.is_empty() || NO_CHARS_MAX < text.len() || !plain {
        let message = format!(
            "{title}が空か、{NO_CHARS_MAX}文字までの英数字ではありません。送信元の記録を確かめてください。"
        );
        return Err(refused(text, item, message));
    }
    Ok(text)
}

/// A count from 1.
fn send_no(row: &Incoming<'_>, subject: &str) -> Result<u32, RefusedRow> {
    row.text("send_no").parse().ok().filter(|number| 0 < *number).ok_or_else(|| {
        let text = row.text("send_no");
        let message =
            format!("送信回数「{text}」が1以上の整数ではありません。中間サーバーの結果を確かめてください。");
        refused(subject, "send_no", message)
    })
}
