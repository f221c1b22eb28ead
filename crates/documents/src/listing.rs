//! Lists over many pages (一覧, 名簿, 送付件数表): what is printed, already put into words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A list: a table whose heading stands on every page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The title, such as 住民基本台帳の一部の写し.
    pub title: String,
    /// Prints 「見本」 across every page.
    pub specimen: bool,
    /// Lines under the title: of what, on which day.
    pub lines: Vec<String>,
    /// The columns in order.
    pub columns: Vec<ListingColumn>,
    /// One text for each column.
    pub rows: Vec<Vec<String>>,
    /// Sentences behind the last row.
    pub notes: Vec<String>,
    /// The number at the foot of every page.
    pub issue_number: String,
}

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingColumn {
    /// Its heading.
    pub title: String,
    /// Its share of the width.
    pub share: u32,
    /// Sets its texts to the right, as numbers are.
    pub right: bool,
}

/// Rows are people's records.
impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("title", &self.title)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
