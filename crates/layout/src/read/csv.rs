//! One record of CSV to its values, by RFC 4180.

use super::text::Cells;
use crate::error::ReadRule;

/// Splits a record. The error is an offset and its rule.
pub(super) fn split(
    text: &str,
    delimiter: char,
    quotes: bool,
    cells: &mut Cells,
) -> Result<(), (usize, ReadRule)> {
    let mut rest = text;
    loop {
        let start = text.len() - rest.len();
        let name_end = cells.text.len();
        match rest.strip_prefix('"').filter(|_| quotes) {
            None => {
                let end = rest.find(delimiter).unwrap_or(rest.len());
                let (value, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
                cells.text.push_str(value);
                rest = behind;
            }
            Some(mut inner) => loop {
                let (part, behind) = inner.split_once('"').ok_or((start, ReadRule::Quote))?;
                cells.text.push_str(part);
                match behind.strip_prefix('"') {
                    Some(next) => {
                        cells.text.push('"');
                        inner = next;
                    }
                    None => {
                        rest = behind;
                        break;
                    }
                }
            },
        }
        cells.push(start, name_end);
        match rest.strip_prefix(delimiter) {
            Some(next) => rest = next,
            None if rest.is_empty() => return Ok(()),
            None => return Err((text.len() - rest.len(), ReadRule::Quote)),
        }
    }
}
