//! Conversion of characters in memory, in alternating rounds with ICU, glibc and simdutf.

mod corpus;
mod ours;
mod peers;
mod rounds;
mod shares;

use std::path::{Path, PathBuf};

use ours::Charset;
use peers::{Library, Programs};
use rounds::{Pass, Rival, alternate, row};

pub(crate) use corpus::{half_width, residents, town};

/// A stream's block, cut behind a line's end. The peers cut theirs alike.
const BLOCK_BYTES: usize = 64 * 1024;

/// A peer for one charset, its name for it, and how many times its speed is wanted each way.
struct Measure {
    library: Library,
    charset: &'static str,
    to: Option<f64>,
    from: Option<f64>,
}

struct Comparison {
    charset: Charset,
    name: &'static str,
    /// Whether the text is the one that every charset has.
    common: bool,
    peers: &'static [Measure],
}

const COMPARISONS: &[Comparison] = &[
    Comparison {
        charset: Charset::Jef,
        name: "JEF+EBCDIC",
        common: true,
        peers: &[
            Measure { library: Library::Icu, charset: "ibm-930_P120-1999", to: Some(4.0), from: Some(3.5) },
            Measure { library: Library::Glibc, charset: "IBM930", to: Some(60.0), from: None },
        ],
    },
    Comparison {
        charset: Charset::Cp932,
        name: "CP932",
        common: true,
        peers: &[
            Measure { library: Library::Glibc, charset: "CP932", to: Some(2.0), from: None },
            Measure { library: Library::Glibc, charset: "IBM943", to: None, from: None },
            Measure { library: Library::Icu, charset: "ibm-943_P15A-2003", to: None, from: None },
        ],
    },
    Comparison {
        charset: Charset::Utf16,
        name: "UTF-16LE",
        common: false,
        peers: &[
            Measure { library: Library::Simdutf, charset: "UTF-16LE", to: Some(1.0 / 1.5), from: None },
            Measure { library: Library::Glibc, charset: "UTF-16LE", to: None, from: None },
            Measure { library: Library::Icu, charset: "UTF-16LE", to: None, from: None },
        ],
    },
    Comparison {
        charset: Charset::EucJp,
        name: "EUC-JP",
        common: true,
        peers: &[Measure { library: Library::Glibc, charset: "EUC-JP-MS", to: None, from: None }],
    },
    // What no peer has: selectors, and characters beyond IBM's.
    Comparison { charset: Charset::Jef, name: "JEF+EBCDIC, full", common: false, peers: &[] },
];

/// How much and how often.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) text_bytes: usize,
    pub(crate) rounds: usize,
}

/// A text in memory and in a file.
struct Text {
    path: PathBuf,
    text: String,
}

pub(crate) fn bench(dir: &Path, size: Size) -> anyhow::Result<()> {
    let programs = Programs::build()?;
    let dir = dir.join("characters");
    std::fs::create_dir_all(&dir)?;
    let full =
        Text::keep(dir.join("full.csv"), corpus::head(corpus::text(size.text_bytes), size.text_bytes))?;
    println!("full text: {}", shares::Shares::of(&full.text));
    let common = common(&programs, &dir, size.text_bytes)?;
    println!("common text: {}", shares::Shares::of(&common.text));
    println!(
        "{} rounds, alternating; MB of UTF-8 a second, medians; ratio: ours by the peer's\n",
        size.rounds
    );
    println!("{}", row(["conversion", "ours MB/s", "peer", "peer MB/s", "ratio", "target", "reached"]));
    println!("{}", row(["---", "--:", "---", "--:", "--:", "--:", "---"]));
    let mut notes = Vec::new();
    for comparison in COMPARISONS {
        let text = if comparison.common { &common } else { &full };
        compare(&programs, comparison, text, size.rounds, &mut notes)?;
    }
    println!();
    notes.iter().for_each(|note| println!("{note}"));
    Ok(())
}

/// The lines that every charset of every peer has: a peer stops at a character it lacks.
fn common(programs: &Programs, dir: &Path, text_bytes: usize) -> anyhow::Result<Text> {
    // About a fifth of the lines hold a character that some peer lacks.
    let candidates = text_bytes / 2 * 3;
    let all = Text::keep(dir.join("candidates.csv"), corpus::text(candidates))?;
    let charsets: Vec<String> = COMPARISONS
        .iter()
        .filter(|comparison| comparison.common)
        .flat_map(|comparison| comparison.peers)
        .map(|peer| match peer.library {
            Library::Icu => format!("icu:{}", peer.charset),
            Library::Glibc | Library::Simdutf => format!("iconv:{}", peer.charset),
        })
        .collect();
    let charsets: Vec<&str> = charsets.iter().map(String::as_str).collect();
    let path = dir.join("common.csv");
    let lacked = programs.common(&all.path, &path, &charsets)?;
    println!("of {} candidate lines {lacked}", all.text.lines().count());
    let text = std::fs::read_to_string(&path)?;
    Text::keep(path, corpus::head(text, text_bytes))
}

impl Text {
    fn keep(path: PathBuf, text: String) -> anyhow::Result<Text> {
        std::fs::write(&path, &text)?;
        Ok(Text { path, text })
    }

    fn blocks(&self) -> Vec<Vec<u8>> {
        let mut blocks = Vec::new();
        let mut rest = self.text.as_str();
        while !rest.is_empty() {
            let head = rest.as_bytes().get(..BLOCK_BYTES).unwrap_or(rest.as_bytes());
            let end = head.iter().rposition(|byte| *byte == b'\n').map_or(rest.len(), |last| last + 1);
            let (block, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            blocks.push(block.as_bytes().to_vec());
            rest = behind;
        }
        blocks
    }
}

/// Both directions of one charset: once whole, to see what comes out, then against the clock.
fn compare(
    programs: &Programs,
    comparison: &Comparison,
    text: &Text,
    rounds: usize,
    notes: &mut Vec<String>,
) -> anyhow::Result<()> {
    let name = comparison.name;
    let blocks = text.blocks();
    let mut to = Some(ours::to(comparison.charset)?);
    let written = to.as_mut().map(|to| Pass::of(to, &blocks)).transpose()?;
    let encoded = written.as_ref().map(|pass| pass.blocks.as_slice()).unwrap_or_default();
    let mut from = Some(ours::from(comparison.charset)?);
    let read = from.as_mut().map(|from| Pass::of(from, encoded)).transpose()?;
    let returned = read.as_ref().map(|read| match lines_lost(&blocks, &read.blocks) {
        0 => "the text as before".to_owned(),
        lost => format!("{lost} lines other than before"),
    });
    for (direction, arrow, mut ours, input, pass, returned) in [
        ("to", format!("→ {name}"), to, blocks.as_slice(), &written, None),
        ("from", format!("{name} →"), from, encoded, &read, returned),
    ] {
        let mut rivals = Vec::new();
        for peer in comparison.peers {
            let process = programs.start(peer.library, peer.charset, direction, &text.path)?;
            let shown = format!("{} {} {}", peer.library.name(), peer.charset, process.kernel);
            let target = if direction == "to" { peer.to } else { peer.from };
            rivals.push(Rival { name: shown.trim_end().to_owned(), process, target });
        }
        if let (Some(pass), Some(ours)) = (pass, &ours) {
            let same = rivals.iter().filter(|rival| rival.process.hash == pass.hash());
            let same: Vec<&str> = same.map(|rival| rival.name.as_str()).collect();
            notes.push(format!(
                "{arrow} by {}: {} bytes, {} events{}; same bytes as: {}",
                ours.name,
                pass.bytes,
                pass.events,
                returned.map(|returned| format!(", {returned}")).unwrap_or_default(),
                if same.is_empty() { "no peer".to_owned() } else { same.join(", ") },
            ));
        }
        alternate(&mut ours, input, &mut rivals, rounds)?.print(&arrow, text.text.len(), &rivals);
    }
    Ok(())
}

/// How many lines did not come back as they were.
fn lines_lost(before: &[Vec<u8>], after: &[Vec<u8>]) -> usize {
    let (before, after) = (before.concat(), after.concat());
    let pairs = before.split(|byte| *byte == b'\n').zip(after.split(|byte| *byte == b'\n'));
    pairs.filter(|(before, after)| before != after).count()
}
