#![doc = include_str!("../README.md")]

mod backward;
mod builtin;
mod charset;
mod cluster;
mod code;
mod compiled;
pub mod data;
mod decode;
mod encode;
mod error;
mod event;
mod forward;
mod gaiji;
pub mod identify;
mod jef;
mod lanes;
mod options;
mod pack;
mod policy;
pub mod show;
mod stream;
mod tables;
mod unicode;
mod widen;

pub use charset::{Charset, CharsetError, Ebcdic, Endian};
pub use cluster::{Cluster, Pairs, clusters, is_selector, is_voiced_mark};
pub use code::Code;
pub use decode::Decoder;
pub use encode::Encoder;
pub use error::{CodecError, DecodeError, DecodeRule, EncodeError};
pub use event::{CharEvent, Done, Piece, read_back};
pub use gaiji::{Gaiji, TableError};
pub use options::{Field, Ivs, JefMap, Options, Overflow, ShiftIn, Undefined, Unmappable};
pub use pack::{Imported, MappingRow, Pack, PackFile, Packs, import};
pub use stream::{ConvertError, Converter, Side, StreamEvent};
pub use tables::Tables;
