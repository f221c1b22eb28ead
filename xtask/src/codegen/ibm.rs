//! IBM's Japanese host code sets, by asking ICU's `uconv` for every code and every character.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use super::chart::{COLUMNS, Chart, Way, plain_next};
use super::sources::Sources;

const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;

/// The user-defined cells and their characters.
const USER_DEFINED: std::ops::RangeInclusive<u32> = 0x6941..=0x7FFE;

/// IBM's own private-use alias of a character that has a scalar: not for exchange.
const PRIVATE_ALIAS: char = '\u{F86F}';

pub(super) fn ibm_930(sources: &Sources) -> anyhow::Result<String> {
    single(sources, "ibm-930", "CCSID 290: half-width katakana, lower-case letters one cell off (EBCDICカナ)")
}

pub(super) fn ibm_939(sources: &Sources) -> anyhow::Result<String> {
    single(
        sources,
        "ibm-939",
        "CCSID 1027: lower-case letters in their places, half-width katakana around them",
    )
}

fn single(sources: &Sources, name: &str, what: &str) -> anyhow::Result<String> {
    let sweep = Sweep::of(sources, name)?;
    let mut lines = String::new();
    let mut cells = 0;
    for (&code, &c) in sweep.decode.range(..=0xFF) {
        let way = if sweep.encode.get(&c) == Some(&code) { '=' } else { '>' };
        writeln!(lines, "{code:02X}\t{:04X}\t{way}", u32::from(c))?;
        cells += 1;
    }
    for (&c, &code) in
        sweep.encode.iter().filter(|&(c, &code)| code <= 0xFF && sweep.decode.get(&code) != Some(c))
    {
        writeln!(lines, "{code:02X}\t{:04X}\t<", u32::from(c))?;
        cells += 1;
    }
    Ok(format!(
        "\
# Single-byte part of {name} ({what}): {cells} rows.
# 0E and 0F are the shift codes. The double-byte part is ibm-kanji.tsv.
# Columns: byte (hex), Unicode scalar (hex), way (= both ways, > decode only, < encode only).
# Source: converter {name}_P120-1999 of ICU, asked through uconv. Facts, no licence claimed.
{lines}"
    ))
}

pub(super) fn ibm_kanji(sources: &Sources) -> anyhow::Result<String> {
    let [kana, latin] = [Sweep::of(sources, "ibm-930")?, Sweep::of(sources, "ibm-939")?].map(Sweep::double);
    if kana != latin {
        bail!("the double-byte parts of ibm-930 and ibm-939 differ");
    }
    let (listed, user_defined): (BTreeMap<_, _>, BTreeMap<_, _>) =
        kana.decode.iter().map(|(&code, &c)| (code, c)).partition(|(code, _)| !USER_DEFINED.contains(code));
    let formula = USER_DEFINED.filter(|code| 0x41 <= code & 0xFF && code & 0xFF <= 0xFE).zip('\u{E000}'..);
    if !user_defined.into_iter().eq(formula) {
        bail!("the user-defined cells are not in order");
    }
    let mut chart = Chart::decoding(&listed, |code| code);
    for (&code, &c) in &listed {
        if kana.encode.get(&c) != Some(&code) {
            bail!("{code:X} is not written for what it reads as");
        }
    }
    for (&c, &code) in kana.fallback.iter().filter(|&(c, code)| kana.decode.get(code) != Some(c)) {
        let is_kanji = ('\u{3400}'..='\u{9FFF}').contains(&c);
        if c != PRIVATE_ALIAS {
            chart.add(code, c, if is_kanji { Way::EncodeForm } else { Way::Encode });
        }
    }
    let (both, encode, form) =
        (chart.count(Way::Both), chart.count(Way::Encode), chart.count(Way::EncodeForm));
    Ok(format!(
        "\
# Double-byte part of ibm-930 and of ibm-939 (IBM漢字, CCSID 300): {both} cells both ways, {encode} other spellings and {form} other forms
# of kanji encode only. The single-byte parts are ibm-930.tsv and ibm-939.tsv.
# By formula, not listed: user-defined cells 6941-7FFE (last byte 41-FE) are U+E000-F111 in order.
{COLUMNS}\
# Source: converters ibm-930_P120-1999 and ibm-939_P120-1999 of ICU, asked through uconv; encode only: its fallbacks.
# Facts, no licence claimed.
{}",
        chart.lines(plain_next)?
    ))
}

/// All that a converter does. Codes past FF are double-byte.
#[derive(PartialEq, Eq)]
struct Sweep {
    decode: BTreeMap<u32, char>,
    encode: BTreeMap<char, u32>,
    /// As `encode`, with the converter's one-way mappings.
    fallback: BTreeMap<char, u32>,
}

impl Sweep {
    fn of(sources: &Sources, name: &str) -> anyhow::Result<Self> {
        let digits = Digits::of(sources, name)?;
        Ok(Self {
            decode: decode(sources, name, &digits)?,
            encode: encode(sources, name, &digits, false)?,
            fallback: encode(sources, name, &digits, true)?,
        })
    }

    fn double(mut self) -> Self {
        self.decode.retain(|&code, _| 0xFF < code);
        self.encode.retain(|_, code| 0xFF < *code);
        self.fallback.retain(|_, code| 0xFF < *code);
        self
    }
}

/// The code set's `0`-`9`, `A`-`F`, `<` and `>`: every question carries its own number as a label, so that a left-out
/// answer cannot shift the others.
struct Digits {
    digits: Vec<u8>,
    open: u8,
    close: u8,
}

impl Digits {
    fn of(sources: &Sources, name: &str) -> anyhow::Result<Self> {
        let mut digits = sources.uconv("ascii", name, false, b"0123456789ABCDEF<>")?;
        let (Some(close), Some(open), 16) = (digits.pop(), digits.pop(), digits.len()) else {
            bail!("{name} has no hexadecimal digits");
        };
        Ok(Self { digits, open, close })
    }

    fn label(&self, code: u32) -> impl Iterator<Item = u8> {
        let digits = (0..6).rev().filter_map(move |place| {
            let value = code >> (4 * place) & 0xF;
            self.digits.get(usize::try_from(value).ok()?).copied()
        });
        [self.open].into_iter().chain(digits).chain([self.close])
    }
}

fn decode(sources: &Sources, name: &str, digits: &Digits) -> anyhow::Result<BTreeMap<u32, char>> {
    let mut input = Vec::new();
    let mut codes = Vec::new();
    for byte in (0..=0xFF_u8).filter(|&byte| byte != SHIFT_OUT && byte != SHIFT_IN) {
        codes.push(u32::from(byte));
        input.extend(digits.label(u32::from(byte)));
        input.push(byte);
    }
    for lead in 0x40..=0xFE_u8 {
        for trail in 0x40..=0xFE_u8 {
            let code = u32::from(lead) << 8 | u32::from(trail);
            codes.push(code);
            input.extend(digits.label(code));
            input.extend([SHIFT_OUT, lead, trail, SHIFT_IN]);
        }
    }
    let output = String::from_utf8(sources.uconv(name, "utf-8", false, &input)?)?;
    let mut rest = output.as_str();
    let mut cells = BTreeMap::new();
    for (at, &code) in codes.iter().enumerate() {
        rest =
            rest.strip_prefix(&format!("<{code:06X}>")).with_context(|| format!("no answer for {code:X}"))?;
        let next = codes.get(at + 1).map(|code| format!("<{code:06X}>"));
        let answered = next.is_none_or(|label| !rest.starts_with(&label));
        if let Some(c) = rest.chars().next().filter(|_| answered) {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            cells.insert(code, c);
        }
    }
    if !rest.is_empty() {
        bail!("{name} says more than it was asked");
    }
    Ok(cells)
}

fn encode(
    sources: &Sources,
    name: &str,
    digits: &Digits,
    fallback: bool,
) -> anyhow::Result<BTreeMap<char, u32>> {
    // The shift codes' own characters would shift the answer.
    let asked = || ('\0'..=char::MAX).filter(|&c| u32::from(c) != 0x0E && u32::from(c) != 0x0F);
    let mut input = String::new();
    for c in asked() {
        write!(input, "{c}<{:06X}>", u32::from(c))?;
    }
    let tokens = tokens(&sources.uconv("utf-8", name, fallback, input.as_bytes())?)?;
    let mut rest = tokens.as_slice();
    let mut codes = BTreeMap::new();
    for c in asked() {
        let label: Vec<u32> = digits.label(u32::from(c)).map(u32::from).collect();
        rest = if let Some(rest) = rest.strip_prefix(label.as_slice()) {
            rest
        } else {
            let (&code, rest) = rest.split_first().context("the answers end early")?;
            codes.insert(c, code);
            let told = rest.strip_prefix(label.as_slice());
            told.with_context(|| format!("no answer for U+{:04X}", u32::from(c)))?
        };
    }
    Ok(codes)
}

/// Host bytes as codes, shift codes taken out.
fn tokens(bytes: &[u8]) -> anyhow::Result<Vec<u32>> {
    let mut tokens = Vec::new();
    let mut double = false;
    let mut bytes = bytes.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            SHIFT_OUT => double = true,
            SHIFT_IN => double = false,
            lead if double => {
                let trail = bytes.next().context("half a code at the end")?;
                tokens.push(u32::from(lead) << 8 | u32::from(*trail));
            }
            single => tokens.push(u32::from(single)),
        }
    }
    Ok(tokens)
}
