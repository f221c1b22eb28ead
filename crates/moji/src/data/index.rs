//! From a number to rows of a table.

/// Rows by key, in one sorted array: key and row share a number, so that a search touches nothing else.
pub(super) struct Index(Vec<u64>);

impl Index {
    pub(super) fn new(entries: impl Iterator<Item = (u32, u16)>) -> Self {
        let mut entries: Vec<u64> = entries.map(|(key, row)| entry(key, row)).collect();
        entries.sort_unstable();
        Self(entries)
    }

    /// The first row of a key.
    pub(super) fn first(&self, key: u32) -> Option<u16> {
        self.all(key).next()
    }

    /// All rows of a key, ascending.
    pub(super) fn all(&self, key: u32) -> impl Iterator<Item = u16> {
        let (from, to) = (entry(key, 0), entry(key, u16::MAX));
        let start = self.0.partition_point(|&held| held < from);
        let held = self.0.get(start..).unwrap_or_default().iter();
        held.take_while(move |&&held| held <= to).filter_map(|held| u16::try_from(held & 0xFFFF).ok())
    }
}

fn entry(key: u32, row: u16) -> u64 {
    u64::from(key) << 16 | u64::from(row)
}
