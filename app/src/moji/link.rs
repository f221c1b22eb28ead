//! What a conversion decides, from options: two charsets, and how each side is written or read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use moji::{Charset, Ebcdic, Gaiji, Ivs, JefMap, Options, ShiftIn};

use super::words;
use crate::told::refused;

/// Options of the side that is a host.
#[derive(Args, Clone, Default)]
pub(super) struct Host {
    /// EBCDIC beside JEF: kana, lower or ascii.
    #[arg(long, value_parser = words::ebcdic)]
    ebcdic: Option<Ebcdic>,
    /// Code written to enter kanji: 28 or 38.
    #[arg(long, value_parser = words::shift_in)]
    kin: Option<ShiftIn>,
    /// Variation selectors the text carries: mj, plain or aj1.
    #[arg(long, value_parser = words::ivs)]
    ivs: Option<Ivs>,
    /// View of the cells that JIS changed in 1983: face, pc or area.
    #[arg(long, value_parser = words::map)]
    map: Option<JefMap>,
}

impl Host {
    /// A charset with the EBCDIC that was asked for.
    pub(super) fn charset(&self, charset: &Charset) -> Charset {
        match (charset, self.ebcdic) {
            (Charset::Jef(_), Some(ebcdic)) => Charset::Jef(ebcdic),
            (other, _) => other.clone(),
        }
    }

    pub(super) fn options(&self) -> Options {
        Options {
            shift_in: self.kin.unwrap_or_default(),
            ivs: self.ivs.unwrap_or_default(),
            map: self.map.unwrap_or_default(),
            ..Options::default()
        }
    }
}

/// One of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    From,
    To,
}

/// How far a charset is from text in Unicode: Unicode itself, charsets of PCs and Unix, codes of their own, hosts.
fn distance(charset: &Charset) -> u8 {
    match charset {
        Charset::Utf8 { .. } | Charset::Utf16 { .. } | Charset::Utf32 { .. } => 0,
        Charset::Windows31J | Charset::EucJp => 1,
        Charset::Juki | Charset::Pack(_) => 2,
        Charset::Ibm930 | Charset::Ibm939 | Charset::Jef(_) => 3,
    }
}

/// The side whose records have a fixed length: the one further from Unicode, the output where both are alike.
pub(super) fn fixed_end(from: &Charset, to: &Charset) -> End {
    if distance(to) < distance(from) { End::From } else { End::To }
}

/// The side whose user-defined characters a table (外字表) is about: the one further from Unicode. Where both are
/// Unicode, the table says what the input's private scalars stand for.
pub(super) fn gaiji_end(from: &Charset, to: &Charset) -> End {
    if distance(from) == 0 && distance(to) == 0 { End::From } else { fixed_end(from, to) }
}

/// Reads a table of user-defined characters.
pub(super) fn gaiji(path: &Path) -> anyhow::Result<Arc<Gaiji>> {
    let text = fs::read_to_string(path).with_context(|| format!("外字表 {} が読めません", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Gaiji::parse(&name, &text).map(Arc::new).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        refused(lines.join("\n"))
    })
}

/// Tables of user-defined characters as options name them.
#[derive(Args, Clone, Default)]
pub(super) struct GaijiFiles {
    /// Table of user-defined characters of the side that is not Unicode (外字表).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gaiji_from", "gaiji_to"])]
    gaiji: Option<PathBuf>,
    /// Table of user-defined characters of the input.
    #[arg(long, value_name = "FILE")]
    gaiji_from: Option<PathBuf>,
    /// Table of user-defined characters of the output.
    #[arg(long, value_name = "FILE")]
    gaiji_to: Option<PathBuf>,
}

impl GaijiFiles {
    /// The tables of both sides.
    pub(super) fn read(&self, from: &Charset, to: &Charset) -> anyhow::Result<[Option<Arc<Gaiji>>; 2]> {
        let own = |end: End| self.gaiji.as_deref().filter(|_| gaiji_end(from, to) == end);
        let path_from = self.gaiji_from.as_deref().or(own(End::From));
        let path_to = self.gaiji_to.as_deref().or(own(End::To));
        Ok([path_from.map(gaiji).transpose()?, path_to.map(gaiji).transpose()?])
    }
}
