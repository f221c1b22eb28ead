//! Bodies of records: JSON in one canonical spelling, so that a hash over it means something.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The content of one version as canonical JSON: keys sorted, no white space, nulls and empty fields as given.
///
/// The spelling is fixed because the hash chain is computed over it, and a database may reorder what it is given.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(String);

/// A value that cannot be a body, or a body that is not the expected type.
#[derive(Debug, thiserror::Error)]
#[error("the body of a record does not have the expected shape")]
pub struct BodyError(#[from] serde_json::Error);

impl Body {
    /// Writes a value as a body.
    ///
    /// # Errors
    /// When the value cannot be JSON (a map with keys that are not strings).
    pub fn of<T: Serialize>(value: &T) -> Result<Self, BodyError> {
        Self::of_value(&serde_json::to_value(value)?)
    }

    /// Writes a JSON value as a body.
    ///
    /// # Errors
    /// When a string cannot be written as JSON, which no `String` can cause.
    pub fn of_value(value: &Value) -> Result<Self, BodyError> {
        let mut text = String::with_capacity(512);
        write_canonical(value, &mut text)?;
        Ok(Self(text))
    }

    /// A body from text a store wrote before; the text must have come out of a `Body`.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The canonical JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the body as a type.
    ///
    /// # Errors
    /// When the body does not have the type's shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, BodyError> {
        Ok(serde_json::from_str(&self.0)?)
    }

    /// Reads the body as a JSON value.
    ///
    /// # Errors
    /// When the stored text is not JSON.
    pub fn value(&self) -> Result<Value, BodyError> {
        self.read()
    }
}

/// Bodies hold personal data: logs and panics see only the length.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

fn write_canonical(value: &Value, out: &mut String) -> Result<(), serde_json::Error> {
    match value {
        Value::Object(map) => {
            // Sorted here and not by the map: another crate of the build may switch `preserve_order` on.
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_unstable_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (index, (name, field)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::to_string(name)?);
                out.push(':');
                write_canonical(field, out)?;
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out)?;
            }
            out.push(']');
        }
        plain => out.push_str(&serde_json::to_string(plain)?),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let body =
            Body::of(&serde_json::json!({"b": {"z": 1, "a": [{"y": 1, "x": "𠮷"}]}, "a": null})).unwrap();
        assert_eq!(body.as_str(), r#"{"a":null,"b":{"a":[{"x":"𠮷","y":1}],"z":1}}"#);
    }

    #[test]
    fn debug_shows_no_content() {
        let body = Body::of(&"葛󠄀城").unwrap();
        assert_eq!(format!("{body:?}"), "Body(12 bytes)");
    }
}
