#![doc = include_str!("../README.md")]

mod bank;
mod chance;
mod common_payment;
mod convenience_stores;
mod folder_receiver;
mod http_receiver;
mod intermediate_server;
mod numbers;
mod seen;
mod sender;
mod vehicle_inspection;

pub use bank::{Bank, BankAnswer, BankRefusal};
pub use common_payment::{CommonLine, CommonPayment, CommonPaymentRefusal};
pub use convenience_stores::{ConvenienceStores, StoreLine, TillRefusal};
pub use folder_receiver::{FolderReceiver, ReceiverError, Taken, Temper};
pub use http_receiver::HttpReceiver;
pub use intermediate_server::{IntermediateServer, ServerOrders};
pub use sender::{Mishap, Sender, SenderError};
pub use vehicle_inspection::{InspectionAnswer, VehicleInspection, VehiclePayment, VehiclePaymentRefusal};
