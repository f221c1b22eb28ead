//! The fields of a body in their order, for readings of whole registers.

use std::borrow::Cow;

use memchr::memchr2;
use serde::de::Error as _;

use crate::{Body, BodyError};

impl Body {
    /// Walks over the fields of a body that is an object.
    ///
    /// To read a record into its type builds all of it. Who takes some texts of each record of a whole register asks for
    /// them in the order of their names, and everything else is passed over.
    ///
    /// ```
    /// use register::Body;
    ///
    /// let value = serde_json::json!({ "age": 7, "at": { "lot": "1", "town": "本町" }, "name": "葛󠄀城" });
    /// let body = Body::of(&value)?;
    /// let mut fields = body.walk();
    /// assert_eq!(fields.needed("age")?, "7");
    /// assert_eq!(fields.within("at")?.text("town")?, "本町");
    /// assert_eq!(fields.text("former_name")?, "");
    /// assert_eq!(fields.text("name")?, "葛󠄀城");
    /// # Ok::<(), register::BodyError>(())
    /// ```
    pub fn walk(&self) -> FieldWalk<'_> {
        FieldWalk { rest: self.as_str(), before: None, next: None }
    }
}

/// A walk over the fields of an object of canonical JSON, where they stand in the order of their names, each once, and there is
/// no white space. What is passed over is not held to be JSON any further than its end has to be found.
#[derive(Debug)]
pub struct FieldWalk<'a> {
    /// What was not walked over yet.
    rest: &'a str,
    /// The name of the last field that was passed or given.
    before: Option<&'a str>,
    /// The field that was walked over and not asked for yet.
    next: Option<Field<'a>>,
}

#[derive(Clone, Copy, Debug)]
struct Field<'a> {
    name: &'a str,
    json: &'a str,
    has_escapes: bool,
}

impl<'a> FieldWalk<'a> {
    /// The text of a field, or the digits of a number; empty where there is no such field or it is null.
    ///
    /// # Errors
    /// When the body is not canonical JSON up to there, the field is a list, an object, true or false, or a field of this or a
    /// later name was asked for before.
    pub fn text(&mut self, name: &str) -> Result<Cow<'a, str>, BodyError> {
        self.field(name)?.map_or(Ok(Cow::Borrowed("")), |field| field.text())
    }

    /// As [`text`](Self::text), of a field that must be there.
    ///
    /// # Errors
    /// As [`text`](Self::text); also when there is no such field.
    pub fn needed(&mut self, name: &str) -> Result<Cow<'a, str>, BodyError> {
        self.field(name)?.ok_or_else(|| missing(name))?.text()
    }

    /// A walk over the fields of a field; over none where there is no such field.
    ///
    /// # Errors
    /// As [`text`](Self::text), but for the field being an object.
    pub fn within(&mut self, name: &str) -> Result<FieldWalk<'a>, BodyError> {
        let rest = self.field(name)?.map_or("{}", |field| field.json);
        Ok(FieldWalk { rest, before: None, next: None })
    }

    /// As [`within`](Self::within), of a field that must be there.
    ///
    /// # Errors
    /// As [`within`](Self::within); also when there is no such field.
    pub fn needed_within(&mut self, name: &str) -> Result<FieldWalk<'a>, BodyError> {
        let rest = self.field(name)?.ok_or_else(|| missing(name))?.json;
        Ok(FieldWalk { rest, before: None, next: None })
    }

    fn field(&mut self, name: &str) -> Result<Option<Field<'a>>, BodyError> {
        if self.before.is_some_and(|before| name <= before) {
            return Err(unordered());
        }
        loop {
            if self.next.is_none() {
                self.next = self.step()?;
            }
            match self.next {
                Some(field) if field.name <= name => {
                    self.before = Some(field.name);
                    self.next = None;
                    if field.name == name {
                        return Ok(Some(field));
                    }
                }
                _ => return Ok(None),
            }
        }
    }

    /// Walks over the next field; none at the end of the object.
    fn step(&mut self) -> Result<Option<Field<'a>>, BodyError> {
        let begin = if self.before.is_none() { '{' } else { ',' };
        let rest = match self.rest.strip_prefix(begin) {
            Some("}") | None if self.rest == "{}" || self.rest == "}" => return Ok(None),
            Some(rest) => rest.strip_prefix('"').ok_or_else(unreadable)?,
            None => return Err(unreadable()),
        };
        let (length, has_escapes) = text_length(rest.as_bytes()).ok_or_else(unreadable)?;
        let (name, rest) = rest.split_at_checked(length).ok_or_else(unreadable)?;
        let rest = rest.strip_prefix("\":").filter(|_| !has_escapes).ok_or_else(unreadable)?;
        let (length, has_escapes) = value_length(rest.as_bytes()).ok_or_else(unreadable)?;
        let (json, rest) = rest.split_at_checked(length).ok_or_else(unreadable)?;
        if self.before.is_some_and(|before| name <= before) {
            return Err(unordered());
        }
        self.rest = rest;
        Ok(Some(Field { name, json, has_escapes }))
    }
}

impl<'a> Field<'a> {
    fn text(&self) -> Result<Cow<'a, str>, BodyError> {
        match self.json.as_bytes() {
            [b'"', ..] if self.has_escapes => Ok(Cow::Owned(serde_json::from_str(self.json)?)),
            [b'"', .., b'"'] => {
                let text = self.json.get(1..self.json.len().saturating_sub(1));
                text.map(Cow::Borrowed).ok_or_else(unreadable)
            }
            [b'-' | b'0'..=b'9', ..] => Ok(Cow::Borrowed(self.json)),
            b"null" => Ok(Cow::Borrowed("")),
            _ => Err(BodyError::from(serde_json::Error::custom(format!("field {} is no text", self.name)))),
        }
    }
}

fn unreadable() -> BodyError {
    serde_json::Error::custom("not canonical JSON").into()
}

fn unordered() -> BodyError {
    serde_json::Error::custom("fields do not stand in their order, or were not asked for in it").into()
}

fn missing(name: &str) -> BodyError {
    serde_json::Error::custom(format!("field {name} is missing")).into()
}

/// Bytes of a text up to the quotation mark at its end, and whether there are escapes among them.
fn text_length(bytes: &[u8]) -> Option<(usize, bool)> {
    let (mut at, mut has_escapes) = (0, false);
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some((at, has_escapes));
        }
        has_escapes = true;
        at += 2;
    }
}

/// Bytes of a value, and whether a text has escapes.
fn value_length(bytes: &[u8]) -> Option<(usize, bool)> {
    match bytes.first()? {
        b'"' => text_length(bytes.get(1..)?).map(|(length, has_escapes)| (length + 2, has_escapes)),
        b'{' | b'[' => nested_length(bytes).map(|length| (length, false)),
        _ => {
            let length = bytes.iter().position(|byte| matches!(byte, b',' | b'}' | b']'))?;
            (length != 0).then_some((length, false))
        }
    }
}

/// Bytes of an object or a list.
fn nested_length(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let byte = bytes.get(at)?;
        at += 1;
        match byte {
            b'"' => at += text_length(bytes.get(at..)?)?.0 + 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn fields_are_found_in_their_order_and_others_passed_over() {
        let value = json!({
            "a": "", "b": { "x": ["]}", { "y": "\"" }], "z": "後" }, "c": [1, [2, "}"]], "d": -12, "e": null, "f": true,
            "g": "改\n行 \"引用\" \\", "name": "葛󠄀城", "name_kana": "カツラギ",
        });
        let body = Body::of(&value).unwrap();
        let mut fields = body.walk();
        assert_eq!(fields.text("a").unwrap(), "");
        assert_eq!(fields.needed_within("b").unwrap().text("z").unwrap(), "後");
        assert_eq!(fields.text("d").unwrap(), "-12");
        assert_eq!(fields.needed("e").unwrap(), "");
        assert_eq!(fields.text("ee").unwrap(), "");
        assert_eq!(fields.text("g").unwrap(), "改\n行 \"引用\" \\");
        assert_eq!(fields.text("name").unwrap(), "葛󠄀城");
        assert_eq!(fields.needed("name_kana").unwrap(), "カツラギ");
        assert_eq!(fields.within("there").unwrap().text("z").unwrap(), "");
        assert_eq!(fields.text("zz").unwrap(), "");
    }

    #[test]
    fn every_text_comes_as_it_would_by_reading_the_value() {
        let texts = ["", "\\", "\"", "\\\"", "a\\", "\u{1}", "鳥取\t市", "𠮷", "{", "}", "[,]", ":", ","];
        for (first, second) in texts.iter().flat_map(|first| texts.iter().map(move |second| (first, second)))
        {
            let body = Body::of(&json!({ "b": first, "d": { "x": second }, "f": second })).unwrap();
            let mut fields = body.walk();
            assert_eq!(fields.text("b").unwrap(), *first);
            assert_eq!(fields.within("d").unwrap().needed("x").unwrap(), *second);
            assert_eq!(fields.needed("f").unwrap(), *second);
        }
    }

    #[test]
    fn what_is_not_as_asked_is_an_error() {
        let walk = |json: &str, names: &[&str]| {
            let body = Body::from_stored(json.to_owned());
            let mut fields = body.walk();
            names.iter().try_for_each(|name| fields.needed(name).map(drop)).map_err(|_| ())
        };
        assert_eq!(walk(r#"{"a":1,"b":2}"#, &["a", "b"]), Ok(()));
        // Fields that are no text or not there, or asked for in another order.
        for (json, names) in [
            (r#"{"a":[]}"#, &["a"][..]),
            (r#"{"a":{}}"#, &["a"]),
            (r#"{"a":true}"#, &["a"]),
            (r#"{"a":1}"#, &["b"]),
            ("{}", &["a"]),
            (r#"{"a":1,"b":2}"#, &["b", "a"]),
            (r#"{"a":1,"b":2}"#, &["a", "a"]),
        ] {
            assert_eq!(walk(json, names), Err(()), "{json}");
        }
        // No canonical JSON.
        for json in
            ["", "[]", "1", r#"{"b":1,"a":2}"#, r#"{"a":1,"a":2,"c":3}"#, r#"{ "a":1}"#, r#"{"a" :1}"#, "{"]
        {
            assert_eq!(walk(json, &["c"]), Err(()), "{json}");
        }
        // Cut anywhere before the end of the last field.
        let whole = r#"{"a":"x\"","b":{"c":[1]},"d":1}"#;
        for end in 0..whole.len() - 1 {
            assert_eq!(walk(&whole[..end], &["d"]), Err(()), "{}", &whole[..end]);
        }
    }

    #[test]
    fn an_object_in_an_object_is_walked_alike() {
        let body = Body::of(&json!({ "a": { "b": { "c": "1" } } })).unwrap();
        let mut deep = body.walk().needed_within("a").unwrap().needed_within("b").unwrap();
        assert_eq!(deep.text("c").unwrap(), "1");
        assert!(body.walk().needed_within("b").is_err());
        assert!(Body::of(&Value::Null).unwrap().walk().text("a").is_err());
    }
}
