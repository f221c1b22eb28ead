//! Files packed for their way (梱包) as links name it: keys found, delivery packed, arrivals opened.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use catalog::{Link, Packing};
use linkage::{Delivery, Packed};
use packing::{KeyError, Keys, Packer, UnpackError, Unpacker};
use transport::{Beside, sha256_of};

use crate::evidence::short;
use crate::prepare::{Prepared, kept_data};
use crate::shared::share;
use crate::worker::{Failure, with_causes};

/// Keys of packed files (梱包の鍵) by the names link files use, or in Japanese why one cannot be used: only its links stop.
pub type Packings = BTreeMap<String, Result<Keys, String>>;

/// The longest content of a packed file that comes in. It is never in memory or on the disk whole, so this bounds the time only.
const CONTENT_BYTES_MAX: u64 = 4 << 30;

/// How a link packs what it sends.
pub(crate) fn packer(link: &Link, keys: &Packings) -> Result<Option<Packer>, String> {
    by_link(link, keys, Packer::zip, Packer::zip_aes, Packer::age)
}

/// How a link opens what comes in.
pub(crate) fn unpacker(link: &Link, keys: &Packings) -> Result<Option<Unpacker>, String> {
    by_link(link, keys, Unpacker::zip, Unpacker::zip_aes, Unpacker::age)
}

/// Makes by the way a link names, with the keys it names.
fn by_link<T>(
    link: &Link,
    keys: &Packings,
    zip: fn() -> T,
    zip_aes: fn(&Keys) -> Result<T, KeyError>,
    age: fn(&Keys) -> Result<T, KeyError>,
) -> Result<Option<T>, String> {
    let Some(packing) = link.packing() else { return Ok(None) };
    let (name, make) = match packing {
        Packing::Zip => return Ok(Some(zip())),
        Packing::ZipAes(name) => (name, zip_aes),
        Packing::Age(name) => (name, age),
    };
    make(find(name, keys)?).map(Some).map_err(|error| format!("梱包の鍵「{name}」が使えません: {error}"))
}

fn find<'k>(name: &str, keys: &'k Packings) -> Result<&'k Keys, String> {
    match keys.get(name) {
        None => Err(format!("梱包の鍵「{name}」が設定の [packing] にありません")),
        Some(Err(what)) => Err(format!("梱包の鍵「{name}」が使えません: {what}")),
        Some(Ok(keys)) => Ok(keys),
    }
}

/// The file that goes on its way, as a delivery records it: size, SHA-256, and what is in it when it is packed.
pub(crate) struct Lying {
    pub bytes: u64,
    pub sha256: String,
    pub packed: Option<Packed>,
}

/// Packs what was prepared, beside it in the evidence folder. Its name follows its content, and a packed file is never the
/// same twice: of two processes that prepare one delivery, each has its own, until the number is recorded.
pub(crate) fn pack(
    packer: Option<&Packer>,
    (link, file_name): (&Link, &str),
    (evidence, no, attempt): (&Path, u64, u64),
    prepared: &Prepared,
) -> Result<Lying, Failure> {
    let (bytes, sha256) = (prepared.bytes, prepared.sha256.clone());
    let Some((packer, packing)) = packer.zip(link.packing()) else {
        return Ok(Lying { bytes, sha256, packed: None });
    };
    let broken = |error: io::Error| Failure::Link(format!("梱包したファイルを書けません（{error}）"));
    let mut content = File::open(kept_data(evidence, no, &sha256)).map_err(broken)?;
    let ending = packing.ending();
    let mut beside =
        Beside::create(&evidence.join(format!("{no:012}.{attempt:016x}{ending}"))).map_err(broken)?;
    let done = packer.pack(packing.inner_name(file_name), &mut content, bytes, &mut beside.file);
    let summed = done.map_err(|error| with_causes(&error)).and_then(|()| {
        let measured =
            beside.file.metadata().and_then(|about| Ok((about.len(), sha256_of(beside.beside())?)));
        measured.map_err(|error| format!("梱包したファイルが読めません（{error}）"))
    });
    let (lying_bytes, lying_sha256) = match summed {
        Ok(measured) => measured,
        Err(what) => {
            // One that stays goes when this number is recorded.
            let _ = beside.remove();
            return Err(Failure::Link(what));
        }
    };
    let path = packed_path(evidence, no, &lying_sha256, packing);
    beside.finish_as(&path).map_err(broken)?;
    share(&path, &lying_sha256);
    let packed = Packed { packing: packing.clone(), bytes, sha256 };
    Ok(Lying { bytes: lying_bytes, sha256: lying_sha256, packed: Some(packed) })
}

/// Where the packed file of a delivery lies, as it was sent.
fn packed_path(evidence: &Path, no: u64, sha256: &str, packing: &Packing) -> PathBuf {
    evidence.join(format!("{no:012}.{}{}", short(sha256), packing.ending()))
}

/// The file a recorded delivery sends: the packed one, or the data themselves.
pub(crate) fn sent_file(evidence: &Path, delivery: &Delivery) -> PathBuf {
    match &delivery.packed {
        Some(packed) => packed_path(evidence, delivery.no, &delivery.sha256, &packed.packing),
        None => kept_data(evidence, delivery.no, &delivery.sha256),
    }
}

/// Why the content of a file was not read to its end.
pub(crate) enum Unread {
    /// What was done with a record.
    Failure(Failure),
    /// The file is not as agreed; its sender has to mend it.
    Unfit(String),
}

impl From<UnpackError> for Unread {
    fn from(error: UnpackError) -> Self {
        match error {
            UnpackError::Unfit(unfit) => Self::Unfit(unfit.to_string()),
            // Our key or machine: nothing is said to the sender.
            error => Self::Failure(Failure::Link(with_causes(&error))),
        }
    }
}

impl From<Unread> for Failure {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Failure(failure) => failure,
            Unread::Unfit(what) => Self::Link(what),
        }
    }
}

/// Gives `each` the content of a packed file, which may be as long as the sender says.
pub(crate) fn open(
    unpacker: &Unpacker,
    path: &Path,
    stated: Option<u64>,
    each: &mut dyn FnMut(&mut dyn Read) -> Result<(), Unread>,
) -> Result<(), Unread> {
    let max = stated.map_or(CONTENT_BYTES_MAX, |bytes| bytes.min(CONTENT_BYTES_MAX));
    unpacker.unpack(path, max, each)
}

/// An error of a reader that [`open`] gave.
pub(crate) fn unread(error: io::Error) -> Unread {
    UnpackError::from(error).into()
}
