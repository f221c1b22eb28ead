//! 情報照会: how far one is, and what waits too long.

use domain::{AddresseeNo, Date};
use register::{Fault, ViewExt};

use crate::desk::Desk;
use crate::records::{InformationAnswer, InformationInquiry, InquiryState, IntegratedNo};

/// Inquiries about a 宛名番号 that waited for its integrated number go out.
pub(crate) fn release(
    desk: &mut Desk<'_>,
    addressee_no: AddresseeNo,
    integrated_no: IntegratedNo,
) -> Result<(), Fault> {
    for held in desk.view.load_by::<InformationInquiry>("addressee_no", addressee_no.as_str())? {
        if held.record.integrated_no.is_none() {
            desk.put(&InformationInquiry { integrated_no: Some(integrated_no), ..held.record })?;
        }
    }
    Ok(())
}

/// How far an inquiry is.
pub(crate) fn state(answer: Option<&InformationAnswer>) -> InquiryState {
    answer.map_or(InquiryState::Received, |answer| answer.state)
}

/// Whether an inquiry has waited longer than its last day.
pub(crate) fn is_late(inquiry: &InformationInquiry, state: InquiryState, today: Date) -> bool {
    !state.is_final() && inquiry.answer_by < today
}
