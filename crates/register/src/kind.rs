//! Kinds of records and their declared columns.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a declared column promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnRule {
    /// Searchable by equality.
    Plain,
    /// No two open records of the kind hold the same value.
    Unique,
}

/// A value a record is joined or kept unique by, taken from the body's top-level field of the same name.
///
/// Each column costs write speed (47,000 changes a second with none, 25,000 with two, 6,000 with ten), so a kind
/// declares the few it is really joined by; names and kana are searched in memory instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Field of the body, `snake_case` ASCII; also the SQL column.
    pub name: &'static str,
    /// The Japanese item name (項目名).
    pub title: &'static str,
    /// What the column promises.
    pub rule: ColumnRule,
}

impl Column {
    /// A column searchable by equality.
    pub const fn plain(name: &'static str, title: &'static str) -> Self {
        Self { name, title, rule: ColumnRule::Plain }
    }

    /// A column whose value only one open record may hold.
    pub const fn unique(name: &'static str, title: &'static str) -> Self {
        Self { name, title, rule: ColumnRule::Unique }
    }
}

/// Turns a body of one version into a body of the next (記録の形の読み替え): a pure function, JSON to JSON.
///
/// It sees the body opened, sealed fields in clear, and without the store's mark.
pub type Upcaster = fn(Value) -> Result<Value, UpcastError>;

/// Why an old body has no newer form: what was not as the upcaster expects it. A fixed text, so that nothing of the body
/// comes into a log with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UpcastError(pub &'static str);

/// One kind of record (台帳の記録の種類), owned by one system.
///
/// The shape of its bodies has a version, 1 at first. Who changes the shape appends the function that turns a body of the
/// former shape into the new one, and never removes one: the journal keeps bodies as they were written, for ever, and
/// every reading takes an old one through all functions from its version on.
///
/// ```
/// use register::{Kind, UpcastError};
/// use serde_json::{Value, json};
///
/// /// 2: the plate is an object, so that office and number can be searched apart.
/// fn plate_in_parts(mut body: Value) -> Result<Value, UpcastError> {
///     let plate = body.get("plate").and_then(Value::as_str).ok_or(UpcastError("no plate"))?;
///     let (office, number) = plate.split_once(' ').ok_or(UpcastError("the plate has no office"))?;
///     body["plate"] = json!({ "office": office, "number": number });
///     Ok(body)
/// }
///
/// static VEHICLE: Kind = Kind::new("light-vehicle-tax/vehicle", "軽自動車").upcasters(&[plate_in_parts]);
///
/// assert_eq!(VEHICLE.body_version(), 2);
/// let old = json!({ "plate": "鳥取 あ12-34" });
/// assert_eq!(VEHICLE.upcast(1, old), Ok(json!({ "plate": { "office": "鳥取", "number": "あ12-34" } })));
/// ```
///
/// A field that an older body sealed stays in `sealed` under its old name, or the body could not be opened.
#[derive(Debug)]
pub struct Kind {
    /// `system/kind`, lower-case ASCII with hyphens.
    pub id: &'static str,
    /// The Japanese name of the register or record.
    pub title: &'static str,
    /// Declared columns.
    pub columns: &'static [Column],
    /// Top-level body fields that are encrypted at rest and searched by keyed hash (個人番号, 住民票コード).
    pub sealed: &'static [&'static str],
    /// From version 1 to 2, from 2 to 3, and so on to the version bodies are written with.
    pub upcasters: &'static [Upcaster],
}

/// Two declarations are one when all they promise is the same. Functions cannot be compared; how many there are can.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        let promises = |kind: &Self| (kind.id, kind.title, kind.columns, kind.sealed, kind.upcasters.len());
        promises(self) == promises(other)
    }
}

impl Eq for Kind {}

impl Kind {
    /// A kind without columns or sealed fields.
    pub const fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, columns: &[], sealed: &[], upcasters: &[] }
    }

    /// The same kind with declared columns.
    #[must_use]
    pub const fn columns(mut self, columns: &'static [Column]) -> Self {
        self.columns = columns;
        self
    }

    /// The same kind with fields that are encrypted at rest.
    #[must_use]
    pub const fn sealed(mut self, fields: &'static [&'static str]) -> Self {
        self.sealed = fields;
        self
    }

    /// The same kind whose bodies changed their shape, once for each function.
    #[must_use]
    pub const fn upcasters(mut self, upcasters: &'static [Upcaster]) -> Self {
        self.upcasters = upcasters;
        self
    }

    /// The version of the shape bodies are written with: one more than there are upcasters, so that no step can be missing.
    pub fn body_version(&self) -> u32 {
        u32::try_from(self.upcasters.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// A body of version `from` in the newest shape. One of the newest version, or of one not known, is left as it is.
    ///
    /// # Errors
    /// What an upcaster says, and the version of the body it was given.
    pub fn upcast(&self, from: u32, body: Value) -> Result<Value, (u32, UpcastError)> {
        let steps = (1_u32..).zip(self.upcasters).filter(|(version, _)| from <= *version);
        let mut body = body;
        for (version, step) in steps {
            body = step(body).map_err(|error| (version, error))?;
        }
        Ok(body)
    }

    /// The declared column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether this body field is encrypted at rest.
    pub fn is_sealed(&self, field: &str) -> bool {
        self.sealed.contains(&field)
    }
}

/// A typed record: a serde type that knows its kind and its key.
pub trait Record: Serialize + DeserializeOwned {
    /// The kind it is stored as.
    const KIND: &'static Kind;

    /// The key it is stored under, unique within its kind.
    fn key(&self) -> String;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn add(body: &Value, letter: &str) -> Value {
        json!(format!("{}{letter}", body.as_str().unwrap_or_default()))
    }

    static THRICE: Kind = Kind::new("t/thrice", "").upcasters(&[
        |body| Ok(add(&body, "b")),
        |body| if body == "xb" { Err(UpcastError("an x")) } else { Ok(add(&body, "c")) },
        |body| Ok(add(&body, "d")),
    ]);

    #[test]
    fn a_body_passes_every_step_from_its_version_on() {
        let table = [
            (0, "a", Ok("abcd")),
            (1, "a", Ok("abcd")),
            (2, "a", Ok("acd")),
            (3, "a", Ok("ad")),
            (4, "a", Ok("a")),
            (9, "a", Ok("a")),
            (1, "x", Err((2, UpcastError("an x")))),
            (3, "xb", Ok("xbd")),
        ];
        assert_eq!(THRICE.body_version(), 4);
        for (from, body, wanted) in table {
            assert_eq!(THRICE.upcast(from, json!(body)), wanted.map(|text| json!(text)), "{from} {body}");
        }
    }

    #[test]
    fn declarations_are_one_when_they_promise_the_same() {
        static AGAIN: Kind = Kind::new("t/thrice", "").upcasters(&[Ok, Ok, Ok]);
        static FEWER: Kind = Kind::new("t/thrice", "").upcasters(&[Ok, Ok]);
        assert_eq!(THRICE, AGAIN);
        assert_ne!(THRICE, FEWER);
    }
}
