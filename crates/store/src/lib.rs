#![doc = include_str!("../README.md")]

mod fields;
mod jobs;
mod keys;
mod lists;
mod mark;
mod opener;
mod restore;
mod scan;
mod shape;
mod text;
mod tip;
mod trouble;
mod vault;
mod verify;

pub use fields::{Fields, FormerValue};
pub use jobs::{Answer, LeaseHeld, LeaseRequest, Reply, ask, lease_token};
pub use keys::{KeyRing, VaultKey};
pub use lists::{LIST_BODY, LIST_FRONT, list_name, list_titles, short_name};
pub use mark::{MARK_BYTES_MAX, body_version};
pub use opener::Opener;
pub use restore::{RESTORING, check_change, check_cursors, check_origin};
pub use shape::{KEY_BYTES_MAX, Kinds, OfKind, ReadBody, Shape, unknown_table};
pub use text::{Days, OrFault, WRITES_MAX, date, int, row_mark, time, uint, version};
pub use tip::{Found, Place, Sealed, Tip, conflict, conflict_holder, next_version};
pub use trouble::Trouble;
pub use vault::{Vault, random};
pub use verify::{Chain, ChangeRow, Current, Line, Source, Walk};
