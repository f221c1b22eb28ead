//! What all tables have: a name, an edition, a text.

use sha2::{Digest as _, Sha256};

use super::number::MjNumber;

/// Bytes of the hash that [`Table::version`] shows: enough to tell editions apart.
const HASH_BYTES: usize = 6;

/// A table as it is compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    name: &'static str,
    edition: &'static str,
    text: &'static str,
}

impl Table {
    pub(crate) const fn new(name: &'static str, edition: &'static str, text: &'static str) -> Self {
        Self { name, edition, text }
    }

    /// The name: that of the file without its ending.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Name, edition and the first six bytes of the SHA-256 of the text, such as `mj 006.02 sha256:0123456789ab`: what the
    /// evidence of a conversion (変換の証跡) says about the table it used.
    pub fn version(&self) -> String {
        let hash = Sha256::digest(self.text);
        let short: String = hash.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("{} {} sha256:{short}", self.name, self.edition)
    }

    /// The lines that are not remarks.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &'static str> + use<> {
        let mut lines = Columns(self.text);
        let lines = std::iter::from_fn(move || lines.until(b'\n'));
        lines.filter(|line| !line.starts_with('#') && !line.is_empty())
    }

    /// The lines of a table whose first column is an MJ number, or empty for the number before + 1: number and the rest.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (MjNumber, &'static str)> + use<> {
        numbered(self.lines())
    }
}

/// A text on the way through its columns. Columns are a few bytes long, and for these this is twice as fast as `split`.
pub(super) struct Columns(pub(super) &'static str);

impl Columns {
    pub(super) fn next(&mut self) -> Option<&'static str> {
        self.until(b'\t')
    }

    /// What stands before the next `mark`, or the rest; an empty rest is `None`.
    fn until(&mut self, mark: u8) -> Option<&'static str> {
        let Some(at) = self.0.bytes().position(|byte| byte == mark) else {
            let rest = std::mem::take(&mut self.0);
            return (!rest.is_empty()).then_some(rest);
        };
        let column = self.0.get(..at);
        self.0 = self.0.get(at + 1..).unwrap_or_default();
        column
    }
}

/// See [`Table::numbered`].
pub(super) fn numbered(
    lines: impl Iterator<Item = &'static str>,
) -> impl Iterator<Item = (MjNumber, &'static str)> {
    let mut before = 0;
    lines.filter_map(move |line| {
        let mut columns = Columns(line);
        let column = columns.next()?;
        let number =
            if column.is_empty() { MjNumber::new(before + 1)? } else { MjNumber::of_digits(column)? };
        before = number.get();
        Some((number, columns.0))
    })
}

/// The text of a number among lines in the order of numbers.
pub(super) fn of_number<T: Copy>(rows: &[(MjNumber, T)], number: MjNumber) -> Option<T> {
    let at = rows.binary_search_by_key(&number, |&(number, _)| number).ok()?;
    rows.get(at).map(|&(_, row)| row)
}

/// A text of one scalar.
pub(super) fn one_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.as_str().is_empty())
}
