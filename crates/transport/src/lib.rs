#![doc = include_str!("../README.md")]

mod durable;
mod folder;
mod ftp;
pub mod http;
mod index;
mod place;
mod question;
mod rehearsal;
mod remote;
mod s3;
mod sftp;
mod slip;

pub use durable::{Beside, flush, write_durably};
pub use folder::{Access, Folder, in_hex, make_folders, sha256_of};
pub use ftp::{FTP_PORT, Ftp, FtpSecurity};
pub use index::FolderIndex;
pub use place::{Arrival, Place, PlaceError};
pub use question::{Answer, Question};
pub use rehearsal::{Mischief, Rehearsal};
pub use remote::{Cause, Network, Patience, Remote, SecretFile};
pub use s3::{S3, S3Bucket};
pub use sftp::{HostKeys, SFTP_PORT, Sftp, SftpLogin};
pub use slip::{Content, Control, Receipt, SlipError, Verdict};
