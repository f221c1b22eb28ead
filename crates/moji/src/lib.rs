#![doc = include_str!("../README.md")]

mod charset;
mod cluster;
pub mod data;
mod decode;
mod encode;
mod error;
mod jef;
mod options;
mod widen;

pub use charset::{Charset, CharsetError, Endian};
pub use cluster::{clusters, is_selector};
pub use decode::Decoder;
pub use encode::Encoder;
pub use error::{DecodeError, DecodeRule, EncodeError};
pub use options::{CharEvent, Done, Field, JefMap, Options, Overflow, ShiftIn, Undefined, Unmappable};
