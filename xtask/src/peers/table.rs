//! The table of differences: `standards/conversions/differences.tsv`.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};

use super::class::class;
use super::compare::{Difference, Subject};
use super::program::Program;
use super::tokens::{BASE, List, NOTHING, REFUSED, SEQUENCES, word};
use super::universe::{Direction, points, unhex};

/// Ranges a row may have in one column, so that a line can still be read.
const RANGES_MAX: usize = 48;

/// One row: codes or characters that a program converts otherwise, all in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Our charset.
    pub charset: String,
    /// The program and its name for the charset.
    pub program: String,
    pub direction: Direction,
    /// Codes on decoding, code points on encoding.
    pub items: String,
    pub count: usize,
    /// What we make of them, in the same order.
    pub ours: String,
    /// What we say about it.
    pub said: String,
    /// What the program makes of them.
    pub theirs: String,
    /// Why: a key of `reasons.tsv`.
    pub class: String,
}

pub(super) const WHAT: &str = "Where other programs convert otherwise than we do (文字コード変換の相違).";
/// The rest of the head.
pub(super) const NOTES: &str = "\
# Asked of each: every code of one and of two bytes alone, EUC-JP's of three, hosts' of two between their shift codes; of UTF-8,
# UTF-16 and UTF-32 every scalar's code and what lies beside; every scalar alone; every sequence of a kanji and a selector that
# is registered, and kana with a combining voiced mark. Bytes that are several codes one behind another stand here only as those.
# A row: what one program does with items that share a class. Lists run in step: items, what we make of them, what they make.
# F040-F07E is a range, 7F*3 three times the same, 304B+309A a sequence; ! refused, - nothing, =base the code of the kanji without
# its selector, IVD registered sequences whose kanji the program writes. Of ours, default options, and what an event says.
# Why: reasons.tsv, by class. Columns:
";
/// The columns' names.
pub(super) const COLUMNS: &str = "charset\tprogram\tdirection\titems\tcount\tours\twe say\ttheirs\tclass\n";

impl Row {
    pub(super) fn line(&self) -> String {
        let Self { charset, program, items, count, ours, said, theirs, class, .. } = self;
        let direction = self.direction.word();
        format!("{charset}\t{program}\t{direction}\t{items}\t{count}\t{ours}\t{said}\t{theirs}\t{class}\n")
    }

    /// Reads a table; remarks and the columns' names are no rows.
    pub(super) fn parse(text: &str) -> anyhow::Result<Vec<Self>> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.skip(1).map(|line| Self::of_line(line).with_context(|| line.to_owned())).collect()
    }

    fn of_line(line: &str) -> anyhow::Result<Self> {
        let columns: Vec<&str> = line.split('\t').collect();
        let [charset, program, direction, items, count, ours, said, theirs, class] = columns[..] else {
            bail!("{} columns", columns.len());
        };
        Ok(Self {
            charset: charset.to_owned(),
            program: program.to_owned(),
            direction: Direction::of_word(direction).context("no direction")?,
            items: items.to_owned(),
            count: count.parse()?,
            ours: ours.to_owned(),
            said: said.to_owned(),
            theirs: theirs.to_owned(),
            class: class.to_owned(),
        })
    }
}

/// What all items of a row have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    class: &'static str,
    said: &'static str,
    /// The word that stands for every result of ours, where it is not codes or characters.
    ours: Option<&'static str>,
    theirs: Option<&'static str>,
}

/// A row that still grows.
#[derive(Default)]
struct Draft {
    items: List,
    count: usize,
    ours: List,
    theirs: List,
}

impl Draft {
    fn is_full(&self) -> bool {
        RANGES_MAX <= self.items.len().max(self.ours.len()).max(self.theirs.len())
    }

    fn push(&mut self, item: &str, ours: &str, theirs: &str) {
        self.items.push(item);
        self.ours.push(ours);
        self.theirs.push(theirs);
        self.count += 1;
    }
}

/// The rows of one comparison.
///
/// # Errors
/// If a difference has no class: nobody has said why it is there.
pub(super) fn rows(
    subject: &Subject,
    program: Program,
    found: &[Difference<'_>],
) -> anyhow::Result<Vec<Row>> {
    let mut drafts: BTreeMap<Kind, Vec<Draft>> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for difference in found {
        let (item, ours) = (difference.item, difference.ours);
        let mut shown_item = item.name(subject.direction);
        let shown_ours = shown(subject.direction, &ours.result);
        let mut theirs = shown(subject.direction, difference.theirs);
        if difference.is_base {
            BASE.clone_into(&mut theirs);
            if item.is_registered_sequence() {
                SEQUENCES.clone_into(&mut shown_item);
            }
        }
        let Some(class) = class(subject, program, difference) else {
            unexplained.push(format!("{shown_item}: we {shown_ours} {}, they {theirs}", ours.said));
            continue;
        };
        let kind = Kind { class, said: ours.said, ours: word(&shown_ours), theirs: word(&theirs) };
        let drafts = drafts.entry(kind).or_default();
        if drafts.last().is_none_or(Draft::is_full) {
            drafts.push(Draft::default());
        }
        if let Some(draft) = drafts.last_mut() {
            draft.push(&shown_item, &shown_ours, &theirs);
        }
    }
    if !unexplained.is_empty() {
        let (count, direction) = (unexplained.len(), subject.direction.word());
        unexplained.truncate(20);
        bail!("{program} {direction}: {count} differences without a class\n{}", unexplained.join("\n"));
    }
    let row = |kind: Kind, draft: Draft| Row {
        charset: subject.charset.to_string(),
        program: program.to_string(),
        direction: subject.direction,
        items: draft.items.render(),
        count: draft.count,
        ours: draft.ours.render(),
        said: kind.said.to_owned(),
        theirs: draft.theirs.render(),
        class: kind.class.to_owned(),
    };
    let rows =
        drafts.into_iter().flat_map(|(kind, drafts)| drafts.into_iter().map(move |draft| row(kind, draft)));
    Ok(rows.collect())
}

/// A result as the table shows it: bytes as hex, text as code points.
pub(super) fn shown(direction: Direction, result: &str) -> String {
    match (direction, result) {
        (_, REFUSED) => REFUSED.to_owned(),
        (_, "") => NOTHING.to_owned(),
        (Direction::Encode, bytes) => bytes.to_owned(),
        (Direction::Decode, text) => points(&unhex(text).unwrap_or_default()),
    }
}
