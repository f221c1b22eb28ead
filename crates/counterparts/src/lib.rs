#![doc = include_str!("../README.md")]

mod folder_receiver;

pub use folder_receiver::{FolderReceiver, ReceiverError, Taken, Temper};
