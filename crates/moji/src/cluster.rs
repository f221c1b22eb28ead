//! Clusters: the units that policies, truncation and reports act on.

use std::fmt;

/// Whether `c` is a variation selector (異体字セレクタ): U+FE00-FE0F or U+E0100-E01EF.
#[must_use]
pub fn is_selector(c: char) -> bool {
    // The cheap comparison first: nearly every character of a register is below U+FE00 or a plain ideograph.
    '\u{FE00}' <= c && (c <= '\u{FE0F}' || ('\u{E0100}'..='\u{E01EF}').contains(&c))
}

/// Whether `c` is a combining voiced mark (結合用濁点・半濁点): U+3099 or U+309A.
#[must_use]
pub fn is_voiced_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309A}')
}

/// A cluster (文字のまとまり): one scalar, at most one combining voiced mark that forms one character with it, at most one
/// variation selector.
///
/// It is what a person calls a character, and it fits in three scalars, so that events need no memory of their own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cluster {
    base: char,
    mark: Option<char>,
    selector: Option<char>,
}

impl Cluster {
    /// A cluster of one scalar.
    #[must_use]
    pub const fn of(base: char) -> Self {
        Self { base, mark: None, selector: None }
    }

    /// A scalar with a variation selector, [`None`] if `selector` is none or follows another selector.
    #[must_use]
    pub fn with_selector(base: char, selector: char) -> Option<Self> {
        (is_selector(selector) && !is_selector(base)).then_some(Self {
            base,
            mark: None,
            selector: Some(selector),
        })
    }

    /// Reads a text that is exactly one cluster, whatever pairs a table knows.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.chars().peekable();
        let base = rest.next()?;
        let mark = if is_selector(base) { None } else { rest.next_if(|&c| is_voiced_mark(c)) };
        let selector = if is_selector(base) { None } else { rest.next_if(|&c| is_selector(c)) };
        rest.peek().is_none().then_some(Self { base, mark, selector })
    }

    /// A scalar and what follows it, [`None`] if that is neither a voiced mark nor a selector.
    pub(crate) fn parse_parts(base: char, next: char) -> Option<Self> {
        let mark = is_voiced_mark(next).then_some(next);
        let selector = (is_selector(next) && !is_selector(base)).then_some(next);
        (mark.is_some() || selector.is_some()).then_some(Self { base, mark, selector })
    }

    /// Reads code points in hex, joined by `+`, as tables write them: `845B+E0102`.
    #[must_use]
    pub fn parse_hex(text: &str) -> Option<Self> {
        let mut joined = String::new();
        for part in text.split('+') {
            joined.push(char::from_u32(u32::from_str_radix(part, 16).ok()?)?);
        }
        Self::parse(&joined)
    }

    /// The first scalar (基底文字).
    #[must_use]
    pub fn base(self) -> char {
        self.base
    }

    /// The combining voiced mark (結合用濁点).
    #[must_use]
    pub fn mark(self) -> Option<char> {
        self.mark
    }

    /// The variation selector (異体字セレクタ).
    #[must_use]
    pub fn selector(self) -> Option<char> {
        self.selector
    }

    /// The same without its selector.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { selector: None, ..self }
    }

    /// The scalar, if the cluster is one scalar only.
    #[must_use]
    pub fn single(self) -> Option<char> {
        (self.mark.is_none() && self.selector.is_none()).then_some(self.base)
    }

    /// Its scalars in order.
    pub fn chars(self) -> impl Iterator<Item = char> {
        [Some(self.base), self.mark, self.selector].into_iter().flatten()
    }

    /// How many scalars it has.
    #[must_use]
    pub fn scalars(self) -> usize {
        1 + usize::from(self.mark.is_some()) + usize::from(self.selector.is_some())
    }

    /// How many bytes it has in UTF-8.
    #[must_use]
    pub fn len_utf8(self) -> usize {
        self.chars().map(char::len_utf8).sum()
    }

    /// Its code points for reports, `U+845B U+E0102`.
    #[must_use]
    pub fn code_points(self) -> String {
        let parts: Vec<String> = self.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
        parts.join(" ")
    }

    /// Appends it in UTF-8.
    pub(crate) fn put(self, out: &mut Vec<u8>) {
        for c in self.chars() {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

impl From<crate::data::Sequence> for Cluster {
    fn from(sequence: crate::data::Sequence) -> Self {
        Self { base: sequence.base, mark: None, selector: sequence.selector }
    }
}

impl From<char> for Cluster {
    fn from(base: char) -> Self {
        Self::of(base)
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| fmt::Write::write_char(f, c))
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({})", self.code_points())
    }
}

/// Which scalars form one cluster with a combining voiced mark behind them. The JEF pack knows such hentaigana; without
/// it a mark stands alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(char, char)>);

impl Pairs {
    /// From (scalar, mark) in any order.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (char, char)>) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self(pairs)
    }

    fn has(&self, base: char, mark: char) -> bool {
        self.0.binary_search(&(base, mark)).is_ok()
    }

    /// The first cluster of a text and the rest behind it.
    ///
    /// A selector that follows no base stands alone.
    #[must_use]
    pub fn split_first<'text>(&self, text: &'text str) -> Option<(Cluster, &'text str)> {
        let mut chars = text.chars();
        let mut cluster = Cluster::of(chars.next()?);
        if is_selector(cluster.base) {
            return Some((cluster, chars.as_str()));
        }
        let mut next = chars.clone();
        if let Some(mark) = next.next().filter(|&c| is_voiced_mark(c) && self.has(cluster.base, c)) {
            cluster.mark = Some(mark);
            chars = next.clone();
        } else {
            next = chars.clone();
        }
        if let Some(selector) = next.next().filter(|&c| is_selector(c)) {
            cluster.selector = Some(selector);
            chars = next;
        }
        Some((cluster, chars.as_str()))
    }
}

/// Splits text into clusters: one scalar and at most one variation selector behind it. The pieces joined are the text
/// again. Combining voiced marks are clusters of their own; a codec that knows [`Pairs`] splits by those.
pub fn clusters(text: &str) -> impl Iterator<Item = &str> {
    static NO_PAIRS: Pairs = Pairs(Vec::new());
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, behind) = NO_PAIRS.split_first(rest)?;
        let (cluster, behind) = rest.split_at_checked(rest.len() - behind.len())?;
        rest = behind;
        Some(cluster)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_belongs_to_the_scalar_before_it() {
        for (text, want) in [
            ("", vec![]),
            ("東京", vec!["東", "京"]),
            ("葛\u{E0100}城", vec!["葛\u{E0100}", "城"]),
            ("葛\u{E0100}\u{E0101}", vec!["葛\u{E0100}", "\u{E0101}"]),
            ("\u{E0100}葛", vec!["\u{E0100}", "葛"]),
            ("\u{E0100}\u{E0101}", vec!["\u{E0100}", "\u{E0101}"]),
            ("𠮷\u{FE00}野", vec!["𠮷\u{FE00}", "野"]),
            ("か\u{3099}", vec!["か", "\u{3099}"]),
        ] {
            assert_eq!(clusters(text).collect::<Vec<_>>(), want, "{text:?}");
        }
    }

    #[test]
    fn a_voiced_mark_belongs_to_a_scalar_that_a_table_pairs_with_it() {
        let pairs = Pairs::new([('\u{1B019}', '\u{3099}')]);
        let split = |text| {
            let (cluster, rest) = pairs.split_first(text).unwrap();
            (cluster.to_string(), rest)
        };
        assert_eq!(split("\u{1B019}\u{3099}\u{FE00}x"), ("\u{1B019}\u{3099}\u{FE00}".to_owned(), "x"));
        assert_eq!(split("\u{1B019}\u{309A}x"), ("\u{1B019}".to_owned(), "\u{309A}x"));
        assert_eq!(split("\u{1B01A}\u{3099}x"), ("\u{1B01A}".to_owned(), "\u{3099}x"));
    }

    #[test]
    fn tables_write_clusters_in_hex() {
        let kuzu = Cluster::with_selector('葛', '\u{E0102}').unwrap();
        for (text, want) in [
            ("845B", Some(Cluster::of('葛'))),
            ("845B+E0102", Some(kuzu)),
            ("1B019+3099", Cluster::parse("\u{1B019}\u{3099}")),
            ("E0102+E0102", None),
            ("845B+845B", None),
            ("D800", None),
            ("", None),
        ] {
            assert_eq!(Cluster::parse_hex(text), want, "{text}");
        }
        assert_eq!((kuzu.scalars(), kuzu.len_utf8(), kuzu.plain()), (2, 7, Cluster::of('葛')));
        assert_eq!(kuzu.code_points(), "U+845B U+E0102");
    }
}
