#![doc = include_str!("../README.md")]

mod folder_receiver;
mod sender;

pub use folder_receiver::{FolderReceiver, ReceiverError, Taken, Temper};
pub use sender::{Mishap, Sender, SenderError};
