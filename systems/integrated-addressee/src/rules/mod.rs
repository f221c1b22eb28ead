//! What may go to 中間サーバー, and when.

pub(crate) mod affairs;
pub(crate) mod blocks;
pub(crate) mod copies;
pub(crate) mod hold;
pub(crate) mod inquiries;

pub(crate) use hold::Hold;

use domain::AddresseeNo;
use register::Fault;
use system::Context;

use crate::desk::Desk;
use crate::records::IntegratedNo;

/// A 宛名番号 has got its integrated number: the block of the person first, then what waited for the number.
pub(crate) fn numbered(
    desk: &mut Desk<'_>,
    addressee_no: AddresseeNo,
    integrated_no: IntegratedNo,
    context: &Context<'_>,
) -> Result<(), Fault> {
    blocks::settle(desk, integrated_no, Some(addressee_no), context.today)?;
    copies::release(desk, addressee_no, context.today)?;
    inquiries::release(desk, addressee_no, integrated_no)
}
