//! Reading answers of functions: what is missing is blank, so that a page shows what there is.

use serde_json::Value;

/// A text member; numbers as their digits, anything else blank.
pub(crate) fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A yes-or-no member; absent is no.
pub(crate) fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The elements of an array member; absent is none.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A text member of an object member.
pub(crate) fn inner(value: &Value, object: &str, name: &str) -> String {
    value.get(object).map(|object| text(object, name)).unwrap_or_default()
}
