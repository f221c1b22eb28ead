//! What a receiver sees of a delivery, and its answer.

use layout::{Plan, Record};
use transport::{Control, Verdict};

/// What came, and what the receiver has from before.
pub(crate) struct Seen {
    /// SHA-256 of the bytes that came.
    pub(crate) sha256: String,
    /// How many they are.
    pub(crate) bytes: u64,
    /// Rows in them, or why they do not read.
    pub(crate) rows: Result<u64, String>,
    /// The newest number of the link that was taken.
    pub(crate) last: u64,
    /// Up to where the dataset is held, by whichever link it came.
    pub(crate) holds: u64,
    /// Whether other bytes were taken under this number.
    pub(crate) took_another: bool,
}

impl Seen {
    /// The answer of a receiver that is well.
    pub(crate) fn verdict(&self, control: &Control) -> Verdict {
        let repeat = control.no <= self.last;
        let refused = if self.sha256 != control.sha256 {
            "SHA-256が管理ファイルと違います".to_owned()
        } else if control.bytes != self.bytes {
            format!("大きさが{}バイトです（管理ファイルは{}）", self.bytes, control.bytes)
        } else if control.parts != 1 {
            format!("分割された配信（{}個）は受けられません", control.parts)
        } else if let Err(why) = &self.rows {
            why.clone()
        } else if let Ok(rows) = self.rows
            && rows != control.rows
        {
            format!("件数が{rows}件です（管理ファイルは{}件）", control.rows)
        } else if self.last + 1 < control.no {
            format!("配信{}番が届いていません", self.last + 1)
        } else if repeat && self.took_another {
            format!("配信{}番は、別の内容（SHA-256が違うもの）を取り込み済みです", control.no)
        } else if !repeat && control.as_of < self.holds {
            let (came, dataset, holds) = (control.as_of, &control.dataset, self.holds);
            format!("手元の内容（{dataset}の記録位置{holds}）より古い時点（{came}）のものです")
        } else {
            return Verdict::Applied;
        };
        Verdict::Refused(refused)
    }
}

/// Reads a file by the layout agreed for its link: how many rows it has, or why there is no layout or the first bad record is
/// none.
pub(crate) fn counted(plan: Option<&Plan>, link: &str, bytes: &[u8]) -> Result<u64, String> {
    let plan = plan.ok_or_else(|| format!("連携「{link}」のレイアウトを取り決めていません"))?;
    let (mut reader, mut input) = (plan.reader(), bytes);
    while let Some(record) = reader.read(&mut input, true) {
        if let Record::Bad(bad) = record {
            let why = bad.errors.first().map(ToString::to_string);
            return Err(why.unwrap_or_default());
        }
    }
    Ok(reader.tally().rows)
}
