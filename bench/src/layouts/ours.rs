//! Our side of the layout benchmark: the one file that knows the API of `layout`.

use anyhow::Context;
use layout::{Layout, Plan, Record};
use moji::{Tables, Unmappable};

/// What was read, so that nothing of it can be left undone.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) records: usize,
    /// Bytes of the values in UTF-8.
    pub(crate) value_bytes: usize,
}

/// A compiled layout and buffers that are used again.
pub(crate) struct Records {
    plan: Plan,
    events: Vec<layout::RowEvent>,
}

impl Records {
    /// From a layout's file and the names of the values in a row.
    pub(crate) fn new(file: &str, items: &[&str]) -> anyhow::Result<Records> {
        let layout = Layout::parse(file, "bench").map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
        let plan = layout
            .compile(items, Unmappable::Substitute, &Tables::built_in())
            .map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
        Ok(Records { plan, events: Vec::new() })
    }

    /// Appends a record for each row; the count of characters not written exactly.
    pub(crate) fn write(&mut self, rows: &[Vec<&str>], out: &mut Vec<u8>) -> anyhow::Result<usize> {
        self.events.clear();
        let mut writer = self.plan.writer();
        for row in rows {
            writer.write_row(row, out, &mut self.events).context("a row cannot be written")?;
        }
        Ok(self.events.len())
    }

    /// Reads the values of whole records.
    pub(crate) fn read(&self, bytes: &[u8]) -> anyhow::Result<Seen> {
        let (mut reader, mut input) = (self.plan.reader(), bytes);
        let mut seen = Seen::default();
        while let Some(record) = reader.read(&mut input, true) {
            let Record::Good(good) = record else { anyhow::bail!("{record:?}") };
            seen.records += 1;
            seen.value_bytes += good.iter().map(|(_, value)| value.len()).sum::<usize>();
        }
        Ok(seen)
    }
}
