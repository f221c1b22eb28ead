//! The records of the system, and the ledger inside them.

mod case;
mod closing;
mod disposition;
mod instalment;
mod issue;
pub mod known;
mod ledger;
mod overpayment;
mod payment_control;
mod receipt;
mod transfer;

pub use case::{
    CASE, Case, CaseState, Contact, ContactKind, Decision, Deferment, DefermentKind, Demand, Pledge,
    PledgeRow, Remission, Summary, Suspension,
};
pub use closing::{CLOSING, Closing};
pub use disposition::{
    DISPOSITION, Disposition, DispositionKind, Ended, PropertyKind, SURVEY, Sale, SaleMethod, Survey,
};
pub use instalment::{
    DeferredDays, DuePart, INSTALMENT, Instalment, Preliminary, Reminder, State, TaxPaid, WriteOff,
};
pub use issue::{ISSUE, Issue};
pub use ledger::{Account, Book, Cause, Entry, Part, Posting};
pub use overpayment::{OVERPAYMENT, Overpayment, OverpaymentState, Payee, RefundDays, Settlement};
pub use payment_control::{ControlKind, PAYMENT_CONTROL, PaymentControl};
pub use receipt::{Channel, PutTo, RECEIPT, Receipt, ReceiptState, Stage};
pub use transfer::{
    ApplicationState, TRANSFER, TRANSFER_APPLICATION, Transfer, TransferApplication, TransferState,
};
