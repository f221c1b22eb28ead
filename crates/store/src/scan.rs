//! The quick way to hold a stored body against its declared columns.
//!
//! A verification asks this of every record, and nearly always they fit. So a body is only walked over, in one pass and without
//! a copy of anything; what is unusual in it — escapes, white space, another order of fields — is left to the way that reads it.

use register::Column;

/// Lists and objects within each other that are still looked into.
const DEPTH_MAX: usize = 16;

/// Whether a body, as it is stored, surely is whole JSON and holds these values in its columns. `false` says nothing.
///
/// Canonical JSON has no white space, and its fields stand in their order, each once.
pub(crate) fn surely_holds(body: &str, columns: &[Column], values: &[Option<&str>]) -> bool {
    let mut scan = Scan(body.as_bytes());
    let held = values.iter().filter(|value| value.is_some()).count();
    columns.len() == values.len() && scan.fields(columns, values) == Some(held) && scan.0.is_empty()
}

/// What is left of a body. Each step is none where it is not JSON, or not of the usual sort.
struct Scan<'a>(&'a [u8]);

/// A value at the top of a body, as a column sees it.
enum Found<'a> {
    Null,
    Text(&'a [u8]),
    /// A text with escapes, a list, an object.
    Other,
}

impl<'a> Scan<'a> {
    /// Walks over the object; tells how many columns have the value they should. None where one has not.
    fn fields(&mut self, columns: &[Column], values: &[Option<&str>]) -> Option<usize> {
        let (mut held, mut before) = (0, None);
        self.byte(b'{')?;
        if self.byte(b'}').is_some() {
            return Some(0);
        }
        loop {
            self.byte(b'"')?;
            let name = self.text()?.filter(|name| before < Some(*name))?;
            before = Some(name);
            self.byte(b':')?;
            let found = self.found()?;
            if let Some(place) = columns.iter().position(|column| column.name.as_bytes() == name) {
                match (found, values.get(place)?) {
                    (Found::Null, None) => {}
                    (Found::Text(text), Some(value)) if text == value.as_bytes() => held += 1,
                    _ => return None,
                }
            }
            if self.byte(b',').is_none() {
                return self.byte(b'}').map(|()| held);
            }
        }
    }

    fn found(&mut self) -> Option<Found<'a>> {
        let before = self.0;
        if self.byte(b'"').is_some() {
            return Some(self.text()?.map_or(Found::Other, Found::Text));
        }
        self.value(DEPTH_MAX)?;
        let value = before.get(..before.len().checked_sub(self.0.len())?)?;
        Some(match value.first()? {
            b'n' => Found::Null,
            b'[' | b'{' => Found::Other,
            _ => Found::Text(value),
        })
    }

    /// Passes a value.
    fn value(&mut self, depth: usize) -> Option<()> {
        let first = *self.0.first()?;
        match first {
            b'"' => {
                self.byte(b'"')?;
                self.text().map(drop)
            }
            b'[' | b'{' => self.parts(first == b'{', depth.checked_sub(1)?),
            b'n' => self.word(b"null"),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            _ => self.number(),
        }
    }

    /// Passes a list or an object.
    fn parts(&mut self, is_object: bool, depth: usize) -> Option<()> {
        self.0 = self.0.get(1..)?;
        let end = if is_object { b'}' } else { b']' };
        if self.byte(end).is_some() {
            return Some(());
        }
        loop {
            if is_object {
                self.byte(b'"')?;
                self.text()?;
                self.byte(b':')?;
            }
            self.value(depth)?;
            if self.byte(b',').is_none() {
                return self.byte(end);
            }
        }
    }

    /// Passes a text behind its first quotation mark; tells it, when it stands there as it is.
    fn text(&mut self) -> Option<Option<&'a [u8]>> {
        let before = self.0;
        let mut is_plain = true;
        loop {
            let (_, rest) = self.0.split_at_checked(plain(self.0))?;
            let (byte, rest) = rest.split_first()?;
            let length = before.len().checked_sub(rest.len())?.checked_sub(1)?;
            self.0 = rest;
            match byte {
                b'"' => return Some(before.get(..length).filter(|_| is_plain)),
                b'\\' => self.escape()?,
                _ => return None,
            }
            is_plain = false;
        }
    }

    /// Passes what stands behind a backslash.
    fn escape(&mut self) -> Option<()> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let (digits, rest) = self.0.split_at_checked(4)?;
                self.0 = rest;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    /// Passes a number.
    fn number(&mut self) -> Option<()> {
        let _ = self.byte(b'-');
        if self.byte(b'0').is_none() {
            self.digits()?;
        }
        if self.byte(b'.').is_some() {
            self.digits()?;
        }
        if self.byte(b'e').or_else(|| self.byte(b'E')).is_some() {
            let _ = self.byte(b'+').or_else(|| self.byte(b'-'));
            self.digits()?;
        }
        Some(())
    }

    /// Passes digits, one at least.
    fn digits(&mut self) -> Option<()> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.0 = self.0.get(count..)?;
        (0 < count).then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        if *first != byte {
            return None;
        }
        self.0 = rest;
        Some(())
    }
}

/// How many bytes stand in front of the first quotation mark, backslash or control character. Eight are looked at at once: a
/// byte below a limit borrows from its highest bit when the limit is taken off, and bytes behind the first do not count.
fn plain(bytes: &[u8]) -> usize {
    let (eights, rest) = bytes.as_chunks();
    for (place, eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(*eight);
        let is_zero = |bytes: u64| bytes.wrapping_sub(eight_of(1)) & !bytes;
        let quotation = is_zero(eight ^ eight_of(b'"'));
        let backslash = is_zero(eight ^ eight_of(b'\\'));
        let control = eight.wrapping_sub(eight_of(0x20)) & !eight;
        let found = (quotation | backslash | control) & eight_of(0x80);
        if found != 0 {
            return place * 8 + usize::try_from(found.trailing_zeros() / 8).unwrap_or_default();
        }
    }
    let tail = rest.iter().take_while(|byte| 0x20 <= **byte && !matches!(byte, b'"' | b'\\')).count();
    bytes.len() - rest.len() + tail
}

/// A byte eight times.
const fn eight_of(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use register::Kind;

    use super::*;
    use crate::Shape;

    static PERSON: Kind =
        Kind::new("t/person", "").columns(&[Column::plain("b", ""), Column::plain("n", "")]);

    /// Whether the quick way and the other say that a body has these values.
    fn both(body: &str, values: &[Option<&str>]) -> (bool, bool) {
        let read = Shape::new(&PERSON).unwrap().read_columns(None, "P1", body);
        let same = read.is_ok_and(|own| own.iter().map(Option::as_deref).eq(values.iter().copied()));
        (surely_holds(body, PERSON.columns, values), same)
    }

    #[test]
    fn usual_bodies_are_told_quickly() {
        for (body, values) in [
            (r#"{}"#, [None, None]),
            (r#"{"b":null,"n":"鳥取"}"#, [None, Some("鳥取")]),
            (r#"{"a":{"b":[1,-0.5e+3,{}],"c":[]},"b":12,"n":true}"#, [Some("12"), Some("true")]),
            (r#"{"a":"\"\\\/\b\f\n\r\t\u00e9","b":"","n":"12345678"}"#, [Some(""), Some("12345678")]),
        ] {
            assert_eq!(both(body, &values), (true, true), "{body}");
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_the_other_way() {
        let deep = format!(r#"{{"a":{}1{},"b":"1"}}"#, "[".repeat(20), "]".repeat(20));
        for (body, fits) in [
            (r#"{"b":"\u0031"}"#, true),
            (r#"{"b": "1"}"#, true),
            (r#"{"n":null,"b":"1"}"#, true),
            (r#"{"b":"1","b":"2"}"#, true),
            (r#"{"\u0062":"1"}"#, true),
            (&deep, true),
            (r#"{"b":"2"}"#, false),
            (r#"{"b":["1"]}"#, false),
            (r#"{"b":null}"#, false),
            (r#"{}"#, false),
            (r#"{"b":"1"}x"#, false),
            (r#"{"b":"1""#, false),
            (r#"[1]"#, false),
            ("", false),
        ] {
            assert_eq!(both(body, &[Some("1"), None]), (false, fits), "{body}");
        }
    }

    /// Each byte of a body replaced by each that means something, left out and doubled: the quick way says no more than the other.
    #[test]
    fn whatever_is_done_to_a_body_it_is_never_told_too_quickly() {
        let body = r#"{"a":[0,-1.5e+2,"\"\u00e9x"],"b":"12","c":{"d":null,"e":{}},"n":12,"z":"01234567"}"#;
        let values = [Some("12"), Some("12")];
        assert_eq!(both(body, &values), (true, true));
        let mut told = 0;
        for place in 0..body.len() {
            let (front, rest) = body.split_at(place);
            let behind = &rest[1..];
            let others =
                "\"\\{}[]:,.-+eEu09abnt \t\n\u{1}é".chars().map(|other| format!("{front}{other}{behind}"));
            let more = [format!("{front}{behind}"), format!("{front}{}{rest}", &rest[..1])];
            for changed in others.chain(more) {
                let (quickly, surely) = both(&changed, &values);
                assert!(!quickly || surely, "{changed}");
                told += usize::from(quickly);
            }
        }
        assert!(200 < told, "{told} were told quickly");
    }

    #[test]
    fn a_text_ends_at_its_mark_wherever_that_stands() {
        for length in 0..40 {
            for end in ["\"", "\\", "\n", "\u{1f}"] {
                let text = format!("{}{end}{}", "x".repeat(length), "版\u{7f}\"".repeat(3));
                assert_eq!(plain(text.as_bytes()), length, "{text:?}");
            }
            let text = "é".repeat(length);
            assert_eq!(plain(text.as_bytes()), text.len(), "no mark");
        }
    }
}
