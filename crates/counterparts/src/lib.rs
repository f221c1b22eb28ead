#![doc = include_str!("../README.md")]

mod folder_receiver;
mod http_receiver;
mod intermediate_server;
mod numbers;
mod seen;
mod sender;

pub use folder_receiver::{FolderReceiver, ReceiverError, Taken, Temper};
pub use http_receiver::HttpReceiver;
pub use intermediate_server::{IntermediateServer, ServerOrders};
pub use sender::{Mishap, Sender, SenderError};
