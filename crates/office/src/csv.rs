//! Cells of the CSV that staff open in a spreadsheet.

use std::borrow::Cow;

/// A cell as it stands in a line (RFC 4180): in quotes where it has to be.
pub fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ',', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

/// A text of a register that a spreadsheet would take for a formula, marked as a text.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
