//! `daicho moji convert`.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use moji::{
    Charset, Cluster, CodecError, Converter, Field, Options, Overflow, Tables, Undefined, Unmappable,
};

use super::compare::Reverse;
use super::link::{GaijiFiles, Host};
use super::records::{self, Records};
use super::report::Ledger;
use super::words::{self, FieldKind};
use crate::input::{open, read_piece};
use crate::output;
use crate::told::{misused, refused};

/// Bytes read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// Converts a file or standard input.
#[derive(Args)]
pub(super) struct Arguments {
    /// Charset of the input: UTF-8, UTF-16, UCS-4, MS932, EUC-JP, IBM-930, JEF, J+, or a table pack's.
    #[arg(long, value_name = "CODE", value_parser = words::charset)]
    from: Charset,
    /// Charset of the output.
    #[arg(long, value_name = "CODE", value_parser = words::charset)]
    to: Charset,
    #[command(flatten)]
    host: Host,
    /// Characters the output's charset does not have: reject, substitute, shrink or keep.
    #[arg(long, visible_alias = "unmappable", default_value = "reject", value_parser = words::unmappable)]
    policy: Unmappable,
    /// Codes of the input that stand for no character: reject, substitute or keep.
    #[arg(long, default_value = "reject", value_parser = words::undefined)]
    undefined: Undefined,
    #[command(flatten)]
    gaiji: GaijiFiles,
    /// What is written for a lost character, instead of 〓, in X fields instead of ?.
    #[arg(long, value_name = "CHAR", value_parser = words::character)]
    substitute: Option<Cluster>,
    /// Write ASCII and half-width katakana full-width in N fields, and in M fields what has no single byte.
    #[arg(long)]
    widen: bool,
    /// Remove trailing spaces of each record. With --field or --bytes.
    #[arg(long)]
    trim: bool,
    /// Every record is one field: m mixed, x single bytes, n double bytes. Without it the input is a stream.
    #[arg(long, default_value = "stream", value_parser = words::field)]
    field: FieldKind,
    /// Length of a record in bytes, on the side that is further from Unicode: without line ends, padded.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=16_777_216))]
    bytes: Option<u32>,
    /// Records that are too long for --bytes: reject or truncate.
    #[arg(long, default_value = "reject", value_parser = words::overflow)]
    overflow: Overflow,
    /// Write one line for each character that does not make an exact round trip.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Convert back and compare; a difference is a finding, and no output file is made.
    #[arg(long)]
    check: bool,
    /// The input; standard input without it or with -.
    input: Option<PathBuf>,
    /// The output; standard output without it or with -.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Both sides with their options.
pub(super) struct Sides {
    pub from: Charset,
    pub to: Charset,
    pub read: Options,
    pub write: Options,
}

impl Arguments {
    fn sides(&self) -> anyhow::Result<Sides> {
        let (from, to) = (self.host.charset(&self.from), self.host.charset(&self.to));
        let [gaiji_from, gaiji_to] = self.gaiji.read(&from, &to)?;
        let options = Options {
            unmappable: self.policy,
            undefined: self.undefined,
            widen: self.widen,
            trim: self.trim,
            ..self.host.options()
        };
        let is_single = self.field == FieldKind(Some(Field::Single));
        let read = Options { gaiji: gaiji_from, ..options };
        let write = Options {
            substitute: self.substitute.filter(|_| !is_single),
            substitute_single: self.substitute.filter(|_| is_single),
            gaiji: gaiji_to,
            ..options
        };
        Ok(Sides { from, to, read, write })
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, tables: &Tables) -> anyhow::Result<ExitCode> {
    let sides = arguments.sides()?;
    let field = match (arguments.field, arguments.bytes) {
        (FieldKind(None), Some(_)) => Some(Field::Mixed),
        (FieldKind(field), _) => field,
    };
    if arguments.trim && field.is_none() {
        return Err(misused("--trim は --field か --bytes と一緒に使います"));
    }
    let mut input = open(arguments.input.as_deref())?;
    output::write_to(arguments.output.as_deref(), |out| match field {
        None => stream(arguments, tables, &sides, &mut *input, out),
        Some(field) => {
            let bytes = arguments.bytes.map(usize::try_from).transpose()?;
            let records = Records::new(tables, sides, field, bytes, arguments.overflow, arguments.check)?;
            let ledger = Ledger::open(arguments.report.as_deref(), records.table_versions())?;
            records::convert(records, &mut *input, out, ledger)
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A charset whose pack is not there cannot be asked for; a table that does not fit is a finding.
pub(super) fn no_codec(error: &CodecError) -> anyhow::Error {
    match error {
        CodecError::Gaiji { .. } => refused(error.to_string()),
        CodecError::NoTable { .. } | CodecError::Substitute { .. } => misused(error.to_string()),
    }
}

/// Converts a stream in pieces: what is kept of it does not grow with its length.
fn stream(
    arguments: &Arguments,
    tables: &Tables,
    sides: &Sides,
    input: &mut dyn Read,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let Sides { from, to, read, write } = sides;
    let mut converter =
        Converter::new(tables, (from, read), (to, write)).map_err(|error| no_codec(&error))?;
    let mut reverse = arguments.check.then(|| Reverse::new(tables, (from, read), (to, write))).transpose()?;
    let mut ledger = Ledger::open(arguments.report.as_deref(), converter.table_versions())?;
    let mut piece = vec![0; PIECE_BYTES];
    let (mut converted, mut events) = (Vec::new(), Vec::new());
    let outcome = loop {
        let count = read_piece(input, &mut piece)?;
        let bytes = piece.get(..count).unwrap_or_default();
        let done = if count == 0 {
            converter.finish(bytes, &mut converted, &mut events)
        } else {
            converter.push(bytes, &mut converted, &mut events)
        };
        for told in events.drain(..) {
            ledger.event(told.record, told.side, &told.event)?;
        }
        out.write_all(&converted)?;
        if let Some(reverse) = &mut reverse {
            reverse.take(bytes, &converted, count == 0);
        }
        converted.clear();
        if count == 0 || done.is_err() {
            break done;
        }
    };
    if let Err(error) = &outcome {
        ledger.error(error)?;
    }
    ledger.close()?;
    outcome.map_err(|error| refused(error.to_string()))?;
    match reverse.as_ref().and_then(|reverse| reverse.differences().sum()) {
        Some(found) => Err(refused(found)),
        None => Ok(()),
    }
}
