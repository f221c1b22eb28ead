//! One line per change and per version: parts between tabs, in which tab, line end and backslash are written `\t`, `\n`
//! and `\\`.

use register::{ChainHash, Position, RawChange, RawVersion};

/// Appends a part, with the tab or line mark in front of it already there.
fn part(out: &mut Vec<u8>, text: &str) {
    out.push(b'\t');
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memchr3(b'\t', b'\n', b'\\', rest) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else { break };
        out.extend_from_slice(match byte {
            b'\t' => b"\\t",
            b'\n' => b"\\n",
            _ => b"\\\\",
        });
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Writes a change and its versions, each with its line end.
pub(crate) fn write(out: &mut Vec<u8>, change: &RawChange) {
    out.push(b'C');
    part(out, &change.position.to_string());
    part(out, &change.at.as_microsecond().to_string());
    part(out, &change.effective_on.to_string());
    for text in [&change.system, &change.function, &change.actor, &change.reason, &change.cause] {
        part(out, text);
    }
    part(out, &change.hash.to_string());
    out.push(b'\n');
    for version in &change.versions {
        out.push(b'V');
        part(out, &version.kind);
        part(out, &version.key);
        part(out, &version.version.to_string());
        part(out, &version.effective_on.to_string());
        part(out, if version.closed { "1" } else { "0" });
        part(out, &version.body);
        out.push(b'\n');
    }
}

/// The parts of a line behind its mark, to be taken one by one.
struct Parts<'a>(Option<&'a str>);

impl Parts<'_> {
    fn next(&mut self) -> Option<String> {
        let rest = self.0?;
        let (part, rest) = match memchr::memchr(b'\t', rest.as_bytes()) {
            Some(at) => (rest.get(..at)?, rest.get(at.checked_add(1)?..)),
            None => (rest, None),
        };
        self.0 = rest;
        if !part.contains('\\') {
            return Some(part.to_owned());
        }
        let mut text = String::with_capacity(part.len());
        let mut chars = part.chars();
        while let Some(char) = chars.next() {
            text.push(match char {
                '\\' => match chars.next()? {
                    't' => '\t',
                    'n' => '\n',
                    '\\' => '\\',
                    _ => return None,
                },
                plain => plain,
            });
        }
        Some(text)
    }

    fn end(&self) -> Option<()> {
        self.0.is_none().then_some(())
    }
}

/// Digits as this writer writes them: no sign, no leading zero.
fn number<T: std::str::FromStr + std::fmt::Display>(text: &str) -> Option<T> {
    let number: T = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Reads the line of a change, without its line end; none when it is malformed.
pub(crate) fn change(line: &str) -> Option<RawChange> {
    let mut parts = Parts(Some(line.strip_prefix("C\t")?));
    let change = RawChange {
        position: Position(number(&parts.next()?)?),
        at: jiff::Timestamp::from_microsecond(number(&parts.next()?)?).ok()?,
        effective_on: parts.next()?.parse().ok()?,
        system: parts.next()?,
        function: parts.next()?,
        actor: parts.next()?,
        reason: parts.next()?,
        cause: parts.next()?,
        hash: ChainHash::parse(&parts.next()?)?,
        versions: Vec::new(),
    };
    parts.end()?;
    Some(change)
}

/// Reads the line of a version, without its line end; none when it is malformed.
pub(crate) fn version(line: &str) -> Option<RawVersion> {
    let mut parts = Parts(Some(line.strip_prefix("V\t")?));
    let version = RawVersion {
        kind: parts.next()?,
        key: parts.next()?,
        version: number(&parts.next()?)?,
        effective_on: parts.next()?.parse().ok()?,
        closed: match parts.next()?.as_str() {
            "1" => true,
            "0" => false,
            _ => return None,
        },
        body: parts.next()?,
    };
    parts.end()?;
    Some(version)
}
