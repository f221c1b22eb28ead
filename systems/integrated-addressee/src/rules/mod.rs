//! What may go to 中間サーバー, and when.

pub(crate) mod affairs;
pub(crate) mod blocks;
pub(crate) mod copies;
pub(crate) mod hold;
pub(crate) mod inquiries;
pub(crate) mod numbering;
pub(crate) mod registrations;

pub(crate) use hold::Hold;

use domain::AddresseeNo;
use register::Fault;
use system::Context;

use crate::desk::Desk;
use crate::records::{IntegratedNo, LINK};

/// A 宛名番号 has got its integrated number: the number itself and the block of the person first, then what waited for the number. A 宛名番号
/// that was linked before sends its copies again, as the server may have deleted them with the number.
pub(crate) fn numbered(
    desk: &mut Desk<'_>,
    addressee_no: AddresseeNo,
    integrated_no: IntegratedNo,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let is_new = desk.view.get(&LINK, addressee_no.as_str())?.is_none();
    registrations::register(desk, integrated_no, context.today)?;
    blocks::settle(desk, integrated_no, Some(addressee_no), context.today)?;
    copies::release(desk, addressee_no, context.today)?;
    if is_new {
        copies::again(desk, addressee_no, context.today)?;
    }
    inquiries::release(desk, addressee_no, integrated_no)
}
