//! The version of a body's shape, as it stands in the stored text.
//!
//! It is a field of the body, `{"#":2,…`, always the first. So the hash chain covers it as it covers every other field,
//! and archives, restores and offline checks carry it without knowing of it. A body of version 1 has no mark, which is
//! what every body had before there were marks. See docs/adr/0010.

use std::borrow::Cow;

use register::{Fault, Kind};

use crate::fields::Fields;

/// The field of the mark; no body may have one of this name at its top.
const FIELD: &str = "#";

/// How a marked text begins.
const BEGIN: &str = "{\"#\":";

/// Bytes of a stored body that [`body_version`] needs to see.
pub const MARK_BYTES_MAX: usize = 16;

/// The version of a stored body, told by its first [`MARK_BYTES_MAX`] bytes.
pub fn body_version(stored: &str) -> u32 {
    split(stored).map_or(1, |(version, _)| version)
}

/// The version of a marked text, and what stands behind the number.
fn split(stored: &str) -> Option<(u32, &str)> {
    let behind = stored.strip_prefix(BEGIN)?;
    let end = behind.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(behind.len());
    let (digits, rest) = behind.split_at_checked(end)?;
    // A number that does not fit is of no program there is; it must not pass for version 1.
    (!digits.is_empty()).then(|| (digits.parse().unwrap_or(u32::MAX), rest))
}

/// A body with the mark of its kind's version.
///
/// # Errors
/// When the body has a field of the mark's name, or is no object and its version needs a mark.
pub(crate) fn mark<'a>(kind: &Kind, body: &'a str) -> Result<Cow<'a, str>, Fault> {
    if body.contains("\"#\":") && Fields::of(body)?.json(FIELD).is_some() {
        return Err(Fault::because(format!(
            "a record of {} has a field {FIELD}, which is the store's",
            kind.id
        )));
    }
    let version = kind.body_version();
    if version == 1 {
        return Ok(Cow::Borrowed(body));
    }
    let rest = body.strip_prefix('{').ok_or_else(|| {
        Fault::because(format!("a record of {} is no object, and its body has version {version}", kind.id))
    })?;
    let comma = if rest == "}" { "" } else { "," };
    Ok(Cow::Owned(format!("{BEGIN}{version}{comma}{rest}")))
}

/// A stored body without its mark, and the version the mark tells.
pub(crate) fn unmark(stored: &str) -> (u32, Cow<'_, str>) {
    match split(stored) {
        None => (1, Cow::Borrowed(stored)),
        Some((version, rest)) => {
            (version, Cow::Owned(format!("{{{}", rest.strip_prefix(',').unwrap_or(rest))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FIRST: Kind = Kind::new("t/first", "");
    static THIRD: Kind = Kind::new("t/third", "").upcasters(&[Ok, Ok]);

    #[test]
    fn a_mark_goes_in_front_and_comes_off_again() {
        for (body, marked) in [
            (r#"{"a":1}"#, r##"{"#":3,"a":1}"##),
            ("{}", r##"{"#":3}"##),
            (r##"{" ":1,"a":{"#":9}}"##, r##"{"#":3," ":1,"a":{"#":9}}"##),
            (r##"{"a":"\"#\":"}"##, r##"{"#":3,"a":"\"#\":"}"##),
        ] {
            assert_eq!(mark(&THIRD, body).unwrap(), marked);
            assert_eq!(unmark(marked), (3, body.into()));
            assert_eq!(body_version(marked.get(..MARK_BYTES_MAX).unwrap_or(marked)), 3);
            assert_eq!(mark(&FIRST, body).unwrap(), body);
            assert_eq!(unmark(body), (1, body.into()));
            assert_eq!(body_version(body), 1);
        }
    }

    #[test]
    fn what_has_no_room_for_a_mark_is_refused() {
        for (kind, body, accepted) in [
            (&FIRST, r#""text""#, true),
            (&FIRST, "[1]", true),
            (&THIRD, r#""text""#, false),
            (&THIRD, "[1]", false),
            (&FIRST, r##"{"#":1}"##, false),
            (&FIRST, r##"{" ":1,"#":1}"##, false),
            (&THIRD, r##"{"#":3}"##, false),
        ] {
            assert_eq!(mark(kind, body).is_ok(), accepted, "{} {body}", kind.id);
        }
    }

    #[test]
    fn a_number_too_large_is_newer_than_everything() {
        assert_eq!(body_version(r##"{"#":4294967296,"a":1}"##), u32::MAX);
        assert_eq!(body_version(r##"{"#":99999999999999"##), u32::MAX);
        assert_eq!(body_version(r##"{"#":-1}"##), 1);
    }
}
