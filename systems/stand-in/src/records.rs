//! Records: what is offered, what was received.

use std::collections::BTreeMap;

use register::{Kind, Record};
use serde::{Deserialize, Serialize};

/// What came over links (受信データ).
pub static RECEIVED: Kind = Kind::new("stand-in/received", "代役の受信データ");

/// A row offered for another system: its values in the order of the dataset's items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The values.
    pub values: Vec<String>,
}

/// The newest row of one subject that came over one link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The link's id.
    pub link: String,
    /// What the row is about, such as a 宛名番号.
    pub subject: String,
    /// The delivery that brought it.
    pub no: u64,
    /// Its values by item name.
    pub values: BTreeMap<String, String>,
}

impl Received {
    /// The key of a subject on a link.
    pub fn key_of(link: &str, subject: &str) -> String {
        format!("{link}/{subject}")
    }
}

impl Record for Received {
    const KIND: &'static Kind = &RECEIVED;

    fn key(&self) -> String {
        Self::key_of(&self.link, &self.subject)
    }
}
