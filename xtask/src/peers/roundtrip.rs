//! What comes back: `standards/conversions/round-trips.tsv`.

use std::collections::HashMap;

use anyhow::{Context as _, bail};

use super::compare::Subject;
use super::program::Program;
use super::tokens::REFUSED;
use super::universe::{Item, hex, points, unhex};

/// How many codes and characters a program does not give back as they were, without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RoundTrip {
    pub charset: String,
    /// The program and its name for the charset; empty for us.
    pub program: String,
    pub codes: Counted,
    pub characters: Counted,
    /// Registered sequences of a kanji and a selector.
    pub sequences: Counted,
}

/// Of what is converted, what comes back as something else or not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub converted: usize,
    pub changed: usize,
    /// Changed, and nothing was said.
    pub silent: usize,
}

impl Counted {
    fn count(&mut self, changed: bool, said: bool) {
        self.converted += 1;
        self.changed += usize::from(changed);
        self.silent += usize::from(changed && !said);
    }
}

pub(super) const WHAT: &str = "How many codes and characters come back as they were (往復変換の結果).";
/// The rest of the head.
pub(super) const NOTES: &str = "\
# Of the codes that are read: how many are written back as another code or not at all, how many of these without a word.
# The same for the characters that are written, and for registered sequences of a kanji and a selector. No program: we.
# UTF-8, UTF-16 and UTF-32 give everything back; what programs do with their marks and limits is in differences.tsv.
# Columns:
";
/// The columns' names.
pub(super) const COLUMNS: &str =
    "charset\tprogram\tcodes\tchanged\tsilent\tcharacters\tchanged\tsilent\tsequences\tchanged\tsilent\n";

impl RoundTrip {
    /// Follows every code to its text and back, and every text to its code and back.
    ///
    /// `read` and `written` are what somebody makes of the items of the two subjects. Where it is we, what we say counts.
    pub(super) fn of(
        (decode, read): (&Subject, &[&str]),
        (encode, written): (&Subject, &[&str]),
        program: Option<Program>,
    ) -> Self {
        let (read, written) = (known(decode, read), known(encode, written));
        let texts: HashMap<&str, &str> = read.iter().map(|one| (one.input.as_str(), one.result)).collect();
        let codes: HashMap<&str, &str> = written.iter().map(|one| (one.input.as_str(), one.result)).collect();
        let said = |one: &Known<'_>| program.is_none() && !one.said.is_empty();
        let mut trip = Self {
            charset: decode.charset.to_string(),
            program: program.map(|program| program.to_string()).unwrap_or_default(),
            ..Self::default()
        };
        for one in &read {
            let back = codes.get(one.result);
            // Text that is no single thing asked for is that of several codes one behind another, each counted by itself.
            if back.is_some() || is_one_scalar(one.result) {
                trip.codes.count(back != Some(&one.input.as_str()), said(one));
            }
        }
        for one in &written {
            let changed = texts.get(one.result) != Some(&one.input.as_str());
            if one.item.scalar().is_some() {
                trip.characters.count(changed, said(one));
            } else if one.item.is_registered_sequence() {
                trip.sequences.count(changed, said(one));
            }
        }
        trip
    }

    pub(super) fn line(&self) -> String {
        let Self { charset, program, codes, characters, sequences } = self;
        let numbers = [codes, characters, sequences]
            .map(|counted| format!("{}\t{}\t{}", counted.converted, counted.changed, counted.silent));
        format!("{charset}\t{program}\t{}\n", numbers.join("\t"))
    }

    /// Reads a table; remarks and the columns' names are no rows.
    pub(super) fn parse(text: &str) -> anyhow::Result<Vec<Self>> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.skip(1).map(|line| Self::of_line(line).with_context(|| line.to_owned())).collect()
    }

    fn of_line(line: &str) -> anyhow::Result<Self> {
        let mut columns = line.split('\t');
        let (charset, program) = (columns.next().unwrap_or_default(), columns.next().context("no program")?);
        let numbers: Vec<usize> = columns.map(str::parse).collect::<Result<_, _>>()?;
        let ([codes, characters, sequences], []) = numbers.as_chunks::<3>() else {
            bail!("{} numbers", numbers.len());
        };
        let counted = |&[converted, changed, silent]: &[usize; 3]| Counted { converted, changed, silent };
        Ok(Self {
            charset: charset.to_owned(),
            program: program.to_owned(),
            codes: counted(codes),
            characters: counted(characters),
            sequences: counted(sequences),
        })
    }
}

/// An item that is not refused.
struct Known<'a> {
    item: &'a Item,
    input: String,
    result: &'a str,
    said: &'static str,
}

fn known<'a>(subject: &'a Subject, results: &[&'a str]) -> Vec<Known<'a>> {
    let items = subject.items.iter().zip(&subject.ours).zip(results);
    let known = items.filter(|(_, result)| **result != REFUSED);
    let known = known.map(|((item, ours), &result)| Known {
        item,
        input: hex(&item.input(&subject.charset, subject.direction)),
        result,
        said: ours.said,
    });
    known.collect()
}

fn is_one_scalar(text: &str) -> bool {
    !text.is_empty() && !points(&unhex(text).unwrap_or_default()).contains('+')
}
