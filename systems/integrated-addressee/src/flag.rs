//! 統合宛名フラグの規則: whose data represent a person.

use domain::ResidentStatus;
use register::Fault;

use crate::desk::Desk;
use crate::records::{IntegratedNo, Link};

/// 業務ID of the register of residents, whose updates always count.
pub(crate) const REGISTER_TASK: &str = "001";

/// Whether a task's data represent the person: the register's always, another task's only when the person is no resident.
///
/// Source: 共通機能標準仕様書 032 (0320001, 0320003).
pub(crate) fn represents(task_id: &str, is_resident: bool) -> bool {
    task_id == REGISTER_TASK || !is_resident
}

/// Whether a person is a resident (住登者) under any of the person's numbers but one.
pub(crate) fn is_resident_elsewhere(desk: &Desk<'_>, person: IntegratedNo, but: &str) -> Result<bool, Fault> {
    let links = desk.by::<Link>("integrated_no", person.as_str())?;
    Ok(links
        .iter()
        .any(|link| link.addressee_no.as_str() != but && link.status == Some(ResidentStatus::Resident)))
}
