//! Named cases of whole texts: `standards/conversions/cases.tsv` and `streams.tsv`.

use anyhow::{Context as _, bail};
use moji::{Charset, ConvertError, Converter, Options, StreamEvent, Tables};

use super::program::{Peer, Program, Workshop};
use super::table::shown;
use super::tokens::REFUSED;
use super::universe::{Direction, compared, hex, unhex};

pub(super) const WHAT: &str = "How programs convert the texts of cases.tsv (文字コード変換の事例の結果).";
/// The rest of the head.
pub(super) const NOTES: &str = "\
# Results: bytes in hex, or code points joined by +; ! refused, - nothing, · not a charset of the program; ≠: the program itself
# converts its result back to something else, or not at all. Java refuses in its careful calls; Java String is the everyday
# `new String(bytes, charset)` and `getBytes(charset)`. Columns:
";

/// Said of a result that the same program converts back to something else, or not at all.
pub(super) const NOT_BACK: &str = " ≠";
/// A program that does not have the charset.
pub(super) const ABSENT: &str = "·";

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub charset: String,
    pub direction: Direction,
    /// Bytes in hex or code points, as a person writes them.
    pub input: String,
    pub what: String,
}

/// A case with what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    pub case: Case,
    pub ours: String,
    /// What we say: the rule that refuses it, or what the events tell.
    pub said: String,
    /// In the order of [`Peer::ALL`].
    pub theirs: Vec<String>,
}

/// Programs for charsets that only streams have: with a byte order mark.
const UTF_16: &[Program] = &[
    Program { peer: Peer::Glibc, name: "UTF-16" },
    Program { peer: Peer::Python, name: "utf-16" },
    Program { peer: Peer::Java, name: "UTF-16" },
    Program { peer: Peer::Icu, name: "UTF-16" },
];

impl Case {
    /// Reads the cases; remarks and the columns' names are none.
    pub(super) fn parse(text: &str) -> anyhow::Result<Vec<Self>> {
        rows(text).map(|line| Self::of_columns(&line.split('\t').collect::<Vec<_>>())).collect()
    }

    fn of_columns(columns: &[&str]) -> anyhow::Result<Self> {
        let [charset, direction, input, what] = columns else { bail!("no case: {}", columns.join(" ")) };
        Ok(Self {
            charset: (*charset).to_owned(),
            direction: Direction::of_word(direction).with_context(|| format!("no way: {direction}"))?,
            input: (*input).to_owned(),
            what: (*what).to_owned(),
        })
    }

    /// The input as hex digits, on encoding those of UTF-8.
    fn digits(&self) -> anyhow::Result<String> {
        match self.direction {
            Direction::Decode => Ok(self.input.replace(' ', "")),
            Direction::Encode => {
                let points = self.input.split(' ').map(|point| {
                    let number = u32::from_str_radix(point.strip_prefix("U+")?, 16).ok()?;
                    char::from_u32(number)
                });
                let text: Option<String> = points.collect();
                Ok(hex(text.with_context(|| self.input.clone())?.as_bytes()))
            }
        }
    }

    /// What we make of it under the default options, and what we say.
    pub(super) fn ours(&self, tables: &Tables) -> anyhow::Result<(String, String)> {
        let (charset, options) = (Charset::from_name(&self.charset)?, Options::default());
        let (from, to) = match self.direction {
            Direction::Decode => (&charset, &Charset::UTF_8),
            Direction::Encode => (&Charset::UTF_8, &charset),
        };
        let mut converter = Converter::new(tables, (from, &options), (to, &options))?;
        let (mut out, mut events) = (Vec::new(), Vec::new());
        let input = unhex(&self.digits()?).with_context(|| self.input.clone())?;
        Ok(match converter.finish(&input, &mut out, &mut events) {
            Ok(()) => (shown(self.direction, &hex(&out)), said(&events)),
            Err(error) => {
                let word = match error {
                    ConvertError::Decode { source, .. } => source.rule.word(),
                    ConvertError::Encode { source, .. } => source.word(),
                };
                (REFUSED.to_owned(), word.to_owned())
            }
        })
    }
}

fn said(events: &[StreamEvent]) -> String {
    let mut words: Vec<&str> = events.iter().map(|told| told.event.done.word()).collect();
    words.dedup();
    words.join(", ")
}

impl Stream {
    pub(super) fn columns() -> String {
        let peers = Peer::ALL.map(Peer::name).join("\t");
        format!("charset\tway\tinput\twhat\tours\twe say\t{peers}\n")
    }

    pub(super) fn line(&self) -> String {
        let Self { case: Case { charset, direction, input, what }, ours, said, theirs } = self;
        let direction = direction.word();
        format!("{charset}\t{direction}\t{input}\t{what}\t{ours}\t{said}\t{}\n", theirs.join("\t"))
    }

    /// Reads a table; remarks and the columns' names are no rows.
    pub(super) fn parse(text: &str) -> anyhow::Result<Vec<Self>> {
        let row = |line: &str| {
            let columns: Vec<&str> = line.split('\t').collect();
            let (case, results) = columns.split_at_checked(4).with_context(|| line.to_owned())?;
            let [ours, said, theirs @ ..] = results else { bail!("no results: {line}") };
            Ok(Self {
                case: Case::of_columns(case)?,
                ours: (*ours).to_owned(),
                said: (*said).to_owned(),
                theirs: theirs.iter().map(|&result| result.to_owned()).collect(),
            })
        };
        rows(text).map(row).collect()
    }
}

fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#')).skip(1)
}

/// Asks every program that has the charset.
pub(super) fn ask_all(workshop: &Workshop, tables: &Tables, cases: &[Case]) -> anyhow::Result<Vec<Stream>> {
    let mut streams = Vec::with_capacity(cases.len());
    // All cases of one charset and way are one question.
    for cases in cases.chunk_by(|a, b| a.charset == b.charset && a.direction == b.direction) {
        let Some(first) = cases.first() else { continue };
        let mut answers = Vec::with_capacity(Peer::ALL.len());
        for peer in Peer::ALL {
            answers.push(ask(workshop, peer, first, cases)?);
        }
        for (at, case) in cases.iter().enumerate() {
            let (ours, said) = case.ours(tables)?;
            let theirs = answers.iter().map(|answers| answers.get(at).cloned().unwrap_or_default());
            streams.push(Stream { case: case.clone(), ours, said, theirs: theirs.collect() });
        }
    }
    Ok(streams)
}

fn ask(workshop: &Workshop, peer: Peer, first: &Case, cases: &[Case]) -> anyhow::Result<Vec<String>> {
    let (charset, direction) = (Charset::from_name(&first.charset)?, first.direction);
    let all = compared();
    let programs = all.iter().find(|one| one.charset == charset).map_or(UTF_16, |one| one.programs);
    // The everyday calls of Java know charsets by the same names as the careful ones.
    let of = if peer == Peer::JavaString { Peer::Java } else { peer };
    let Some(program) = programs.iter().find(|program| program.peer == of) else {
        return Ok(vec![ABSENT.to_owned(); cases.len()]);
    };
    let program = Program { peer, ..*program };
    let inputs = cases.iter().map(Case::digits).collect::<anyhow::Result<Vec<String>>>()?;
    let there = workshop.ask(program, direction, &lines(&inputs))?;
    // What was refused is asked back as nothing, which costs no special case.
    let back = workshop.ask(program, direction.other(), &there.replace(REFUSED, ""))?;
    let cells = there.lines().zip(back.lines()).zip(&inputs).map(|((there, back), input)| {
        let mark = if there == REFUSED || back == input { "" } else { NOT_BACK };
        format!("{}{mark}", shown(direction, there))
    });
    Ok(cells.collect())
}

fn lines(texts: &[String]) -> String {
    texts.iter().map(|text| format!("{text}\n")).collect()
}
