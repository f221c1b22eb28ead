//! What links and deliveries ask of the register.

use register::{Fault, View, ViewExt};

use crate::records::Medium;
use crate::rules::State;

/// Media of a link that are lost and not dealt with, in order of their numbers.
///
/// # Errors
/// When storage fails.
pub fn lost_of_link(view: &dyn View, link: &str) -> Result<Vec<Medium>, Fault> {
    of_link(view, link, |medium| medium.state == State::Lost)
}

/// Media a delivery is on, or was on until they were erased or destroyed, in order of their numbers.
///
/// # Errors
/// When storage fails.
pub fn of_delivery(view: &dyn View, link: &str, no: u64) -> Result<Vec<Medium>, Fault> {
    of_link(view, link, |medium| medium.deliveries.contains(&no))
}

fn of_link(view: &dyn View, link: &str, wanted: impl Fn(&Medium) -> bool) -> Result<Vec<Medium>, Fault> {
    let held = view.load_by::<Medium>("link_id", link)?;
    let mut media: Vec<Medium> = held.into_iter().map(|held| held.record).filter(wanted).collect();
    media.sort_by(|a, b| a.medium_no.cmp(&b.medium_no));
    Ok(media)
}
