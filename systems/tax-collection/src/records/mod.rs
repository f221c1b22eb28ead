//! The records of the system, and the ledger inside them.

mod closing;
mod instalment;
mod issue;
pub mod known;
mod ledger;
mod overpayment;
mod receipt;
mod transfer;

pub use closing::{CLOSING, Closing};
pub use instalment::{DeferredDays, INSTALMENT, Instalment, Preliminary, Reminder, State, TaxPaid};
pub use issue::{ISSUE, Issue};
pub use ledger::{Account, Book, Cause, Entry, Part, Posting};
pub use overpayment::{OVERPAYMENT, Overpayment, OverpaymentState, Payee, Settlement};
pub use receipt::{Channel, PutTo, RECEIPT, Receipt, ReceiptState, Stage};
pub use transfer::{
    ApplicationState, TRANSFER, TRANSFER_APPLICATION, Transfer, TransferApplication, TransferState,
};
