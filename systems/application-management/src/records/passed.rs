//! What was handed to the system that owns the procedure.

use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// 引き渡した申請の行, key 申請番号 and the number of the row. What it states is sealed.
pub static PASSED: Kind = Kind::new("application-management/passed", "引き渡した申請").sealed(&["data"]);

/// One row, of one person, as it was handed on: what was received, and in its place what a clerk had confirmed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// 申請番号.
    pub application_no: String,
    /// Which of the application's rows, from 1.
    pub row: usize,
    /// 手続.
    pub procedure: String,
    /// Items and values as JSON text.
    pub data: String,
}

/// Logs and panics name it by its number only.
impl std::fmt::Debug for Passed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passed({} {})", self.application_no, self.row)
    }
}

impl Record for Passed {
    const KIND: &'static Kind = &PASSED;

    fn key(&self) -> String {
        format!("{}-{:02}", self.application_no, self.row)
    }
}
