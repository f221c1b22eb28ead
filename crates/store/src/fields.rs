//! The top-level fields of a body, read without building the whole value.

use std::borrow::Cow;
use std::fmt;

use register::Fault;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Top-level fields in the order of the body, each with its JSON text as it stands.
///
/// Bodies are canonical JSON, so a field's text can be copied into another canonical body as it is.
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Reads a body; one that is not an object has no fields.
    ///
    /// # Errors
    /// When the body is not JSON.
    pub fn of(body: &'a str) -> Result<Self, Fault> {
        if !body.starts_with('{') {
            return Ok(Self(Vec::new()));
        }
        serde_json::from_str(body).map_err(|error| Fault::new("a record's body is not JSON", error))
    }

    /// All fields, in the order of the body.
    pub(crate) fn all(self) -> Vec<(Cow<'a, str>, &'a RawValue)> {
        self.0
    }

    /// The JSON text of a field.
    pub fn json(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, raw)| raw.get())
    }

    /// A field as the text of a column: a string's own text, the digits of a number, nothing for null.
    ///
    /// A list or an object has no text to be searched by, and is a fault rather than a record nobody finds.
    ///
    /// # Errors
    /// When the field holds a list or an object, or does not read.
    pub fn text(&self, name: &str) -> Result<Option<String>, Fault> {
        let Some(json) = self.json(name) else { return Ok(None) };
        match json.as_bytes().first() {
            None | Some(b'n') => Ok(None),
            Some(b'"') => serde_json::from_str(json)
                .map(Some)
                .map_err(|error| Fault::new(format!("field {name} does not read"), error)),
            Some(b'[' | b'{') => Err(Fault::because(format!("column {name} holds a list or an object"))),
            Some(_) => Ok(Some(json.to_owned())),
        }
    }
}

/// A column's value looked for in bodies, where no index helps.
#[derive(Debug)]
pub struct FormerValue<'a> {
    name: &'a str,
    value: &'a str,
    as_text: String,
    as_number: String,
}

impl<'a> FormerValue<'a> {
    /// This value in the field of this name.
    ///
    /// # Errors
    /// When the value cannot be JSON.
    pub fn new(name: &'a str, value: &'a str) -> Result<Self, Fault> {
        let quoted = serde_json::to_string(value)
            .map_err(|error| Fault::new("the value cannot be searched", error))?;
        let (as_text, as_number) = (format!("\"{name}\":{quoted}"), format!("\"{name}\":{value}"));
        Ok(Self { name, value, as_text, as_number })
    }

    /// Whether a body has it. Most that have not are told by their text alone, without being read.
    ///
    /// # Errors
    /// Those of [`Fields::text`].
    pub fn is_in(&self, body: &str) -> Result<bool, Fault> {
        if !body.contains(&self.as_text) && !body.contains(&self.as_number) {
            return Ok(false);
        }
        Ok(Fields::of(body)?.text(self.name)?.as_deref() == Some(self.value))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(32);
                while let Some((Name(name), raw)) = map.next_entry()? {
                    fields.push((name, raw));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Walk).map(Fields)
    }
}

/// A field name, borrowed unless it is escaped; serde's own `Cow` always copies.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Text).map(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_fields() {
        let body = r#"{"a":"鳥取 \"x\"","b":12,"c":true,"d":null,"e":[1],"f\"":{"a":1}}"#;
        let fields = Fields::of(body).unwrap();
        for (name, want) in
            [("a", Some("鳥取 \"x\"")), ("b", Some("12")), ("c", Some("true")), ("d", None), ("none", None)]
        {
            assert_eq!(fields.text(name).unwrap().as_deref(), want, "{name}");
        }
        assert!(fields.text("e").is_err());
        assert_eq!(fields.json("f\""), Some(r#"{"a":1}"#));
        assert!(Fields::of("[1]").unwrap().0.is_empty());
        assert!(Fields::of("{broken").is_err());
    }
}
