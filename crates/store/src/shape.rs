//! The kinds a store was opened with, and what stands in their tables.

use std::borrow::Cow;
use std::collections::HashMap;

use register::{Body, Fault, Kind};

use crate::fields::Fields;
use crate::mark::{body_version, mark, unmark};
use crate::scan::surely_holds;
use crate::trouble::Trouble;
use crate::vault::Vault;

/// Columns of a `current_…` table that are a store's or its database's own, so that no kind may declare them.
const OWN_COLUMNS: [&str; 16] = [
    "row_no",
    "key",
    "version",
    "position",
    "recorded_us",
    "effective_on",
    "closed",
    "body",
    "rowid",
    "oid",
    "ctid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
    "tableoid",
];

/// Longest kind id or column name a store takes; they stand in every version and index.
const NAME_BYTES_MAX: usize = 100;

/// Longest key; keys stand in every version and index.
pub const KEY_BYTES_MAX: usize = 512;

/// Longest value of a declared column: an index of PostgreSQL takes no more, and nobody searches by such a text.
const COLUMN_BYTES_MAX: usize = 2_000;

/// One kind and its table.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The kind.
    pub kind: &'static Kind,
    /// Its `current_…` table. Checked to be a plain SQL name.
    pub table: String,
}

impl Shape {
    /// The row of `meta` that holds the version of the kind's newest bodies.
    pub fn version_note(&self) -> String {
        format!("body_version {}", self.kind.id)
    }

    /// The row of `meta` that holds the id of the key the kind's sealed columns are hashed with; none when no column is
    /// sealed.
    pub fn index_note(&self) -> Option<String> {
        let hashed = self.kind.columns.iter().any(|column| self.kind.is_sealed(column.name));
        hashed.then(|| format!("index_key {}", self.kind.id))
    }

    /// The shape of a kind.
    ///
    /// # Errors
    /// When a name of the kind cannot be one of SQL: names become SQL, so they are checked and not escaped.
    pub fn new(kind: &'static Kind) -> Result<Self, Fault> {
        check_names(kind)?;
        Ok(Self { kind, table: table_of(kind.id) })
    }

    /// The values of the declared columns of a readable body; those of sealed fields as keyed hashes.
    ///
    /// # Errors
    /// When the body does not read, or a column's field holds a list, an object or an overlong text.
    pub fn columns(&self, vault: Option<&Vault>, body: &str) -> Result<Vec<Option<String>>, Fault> {
        if self.kind.columns.is_empty() {
            return Ok(Vec::new());
        }
        let fields = Fields::of(body)?;
        let values = self.kind.columns.iter().map(|column| {
            let text = fields.text(column.name)?;
            let text = text.map(|text| self.column_value(vault, column.name, text)).transpose()?;
            if text.as_ref().is_some_and(|text| COLUMN_BYTES_MAX < text.len()) {
                return Err(Fault::because(format!(
                    "column {} of {} is longer than {COLUMN_BYTES_MAX} bytes",
                    column.name, self.kind.id
                )));
            }
            Ok(text)
        });
        values.collect()
    }

    /// The values of the declared columns of a body as it is stored.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`columns`](Self::columns) do; also without columns when the body is newer than this
    /// program.
    pub fn stored_columns(
        &self,
        vault: Option<&Vault>,
        key: &str,
        stored: &str,
    ) -> Result<Vec<Option<String>>, Fault> {
        self.check_version(stored)?;
        if self.kind.columns.is_empty() {
            return Ok(Vec::new());
        }
        self.read_columns(vault, key, stored)
    }

    /// The same of a body that is read in any case, also where no column asks for it: what cannot be read is a finding.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`columns`](Self::columns) do.
    pub fn read_columns(
        &self,
        vault: Option<&Vault>,
        key: &str,
        stored: &str,
    ) -> Result<Vec<Option<String>>, Fault> {
        if self.kind.sealed.is_empty() && self.kind.body_version() == 1 {
            self.check_version(stored)?;
            return self.columns(vault, stored);
        }
        let body = self.open(vault, key, stored.to_owned())?;
        self.columns(vault, body.as_str())
    }

    /// Whether the columns of a stored body hold these values; a body that does not read holds none.
    pub fn holds_columns(
        &self,
        vault: Option<&Vault>,
        key: &str,
        stored: &str,
        values: &[Option<&str>],
    ) -> bool {
        // What stands in the body as it is stored stands in the columns.
        let is_plain = self.kind.sealed.is_empty() && self.kind.body_version() == 1;
        let is_short = |value: &&str| value.len() <= COLUMN_BYTES_MAX;
        if is_plain
            && body_version(stored) == 1
            && values.iter().flatten().all(is_short)
            && surely_holds(stored, self.kind.columns, values)
        {
            return true;
        }
        let read = self.read_columns(vault, key, stored);
        read.is_ok_and(|own| own.iter().map(Option::as_deref).eq(values.iter().copied()))
    }

    /// What stands in a column for a value: itself, or its keyed hash when the field is sealed.
    ///
    /// # Errors
    /// When the field is sealed and there is no vault.
    pub fn column_value(&self, vault: Option<&Vault>, column: &str, text: String) -> Result<String, Fault> {
        if self.kind.is_sealed(column) {
            vault_of(vault, self.kind)?.index(self.kind, column, &text)
        } else {
            Ok(text)
        }
    }

    /// The body as it is stored: marked with the version of its shape, sealed fields sealed. None when that is the body as
    /// it is.
    ///
    /// # Errors
    /// When a field is sealed and there is no vault, the body does not read, has a field of the store's, or holds what
    /// not every database takes.
    pub fn stored(&self, vault: Option<&Vault>, key: &str, body: &str) -> Result<Option<Body>, Fault> {
        check_letters(self.kind, body)?;
        let marked = mark(self.kind, body)?;
        if !self.kind.sealed.is_empty() {
            return vault_of(vault, self.kind)?.seal(self.kind, key, &marked).map(Some);
        }
        Ok(match marked {
            Cow::Borrowed(_) => None,
            Cow::Owned(marked) => Some(Body::from_stored(marked)),
        })
    }

    /// The body as it is read: sealed fields in clear, in the shape of this program however old it is.
    ///
    /// # Errors
    /// When a field is sealed and there is no vault, it does not open, or the body is newer than this program
    /// ([`Trouble::NewerBodies`]) or has no newer form.
    pub fn open(&self, vault: Option<&Vault>, key: &str, stored: String) -> Result<Body, Fault> {
        let version = self.check_version(&stored)?;
        let opened = if self.kind.sealed.is_empty() {
            Body::from_stored(stored)
        } else {
            vault_of(vault, self.kind)?.open(self.kind, key, &stored)?
        };
        if version == 1 && self.kind.body_version() == 1 {
            return Ok(opened);
        }
        let (version, body) = unmark(opened.as_str());
        if version == self.kind.body_version() {
            return Ok(Body::from_stored(body.into_owned()));
        }
        let what = |version: u32| {
            format!("{} {key}: the body has no newer form than version {version}", self.kind.id)
        };
        let value = serde_json::from_str(&body).map_err(|error| Fault::new(what(version), error))?;
        let value =
            self.kind.upcast(version, value).map_err(|(version, error)| Fault::new(what(version), error))?;
        Ok(Body::of_value(&value)?)
    }

    /// The body as [`open`](Self::open) gives it, but for sealed fields, which stay sealed. Only a body of a former shape has
    /// them in clear, because upcasters work on those.
    ///
    /// # Errors
    /// When the body is newer than this program; one of a former shape as [`open`](Self::open).
    pub fn leave_sealed(&self, vault: Option<&Vault>, key: &str, stored: String) -> Result<Body, Fault> {
        let version = self.check_version(&stored)?;
        if version != self.kind.body_version() {
            return self.open(vault, key, stored);
        }
        match unmark(&stored) {
            (_, Cow::Owned(body)) => Ok(Body::from_stored(body)),
            (_, Cow::Borrowed(_)) => Ok(Body::from_stored(stored)),
        }
    }

    /// Whether the columns of records last written with bodies of version `found` must be computed anew, because they
    /// are taken from bodies in the shape of this program.
    ///
    /// # Errors
    /// [`Trouble::NewerBodies`] when this program does not know that version.
    pub fn is_behind(&self, found: u32) -> Result<bool, Fault> {
        let known = self.kind.body_version();
        if known < found {
            return Err(Trouble::NewerBodies { kind: self.kind.id.to_owned(), found, known }.into());
        }
        Ok(found < known && !self.kind.columns.is_empty())
    }

    /// The version of a stored body's shape.
    ///
    /// # Errors
    /// [`Trouble::NewerBodies`] when this program does not know it.
    pub fn check_version(&self, stored: &str) -> Result<u32, Fault> {
        let found = body_version(stored);
        self.is_behind(found).map(|_| found)
    }
}

/// How a stored body is read: [`Shape::open`] or [`Shape::leave_sealed`].
pub type ReadBody = fn(&Shape, Option<&Vault>, &str, String) -> Result<Body, Fault>;

/// Refuses the character NUL, written as `\u0000`: PostgreSQL's JSON does not take it, and what one database does not take,
/// no record holds.
fn check_letters(kind: &Kind, body: &str) -> Result<(), Fault> {
    let has_nul = |(place, _): (usize, &str)| {
        let before = body.get(..place).unwrap_or_default();
        // An even number of backslashes in front is a text about the escape, not the escape.
        before.bytes().rev().take_while(|byte| *byte == b'\\').count().is_multiple_of(2)
    };
    if body.match_indices("\\u0000").any(has_nul) {
        return Err(Fault::because(format!("a record of {} holds the character NUL", kind.id)));
    }
    Ok(())
}

fn vault_of<'a>(vault: Option<&'a Vault>, kind: &Kind) -> Result<&'a Vault, Fault> {
    vault.ok_or_else(|| Trouble::NoKey { kind: kind.id.to_owned() }.into())
}

/// The table of a kind's current records.
fn table_of(id: &str) -> String {
    format!("current_{}", id.replace('-', "_").replace('/', "__"))
}

/// The table of a kind this program does not know.
///
/// # Errors
/// When the id is none: ids become SQL, so they are checked and not escaped.
pub fn unknown_table(id: &str) -> Result<String, Fault> {
    check_id(id)?;
    Ok(table_of(id))
}

fn check_id(id: &str) -> Result<(), Fault> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'/';
    if id.is_empty() || NAME_BYTES_MAX < id.len() || !id.bytes().all(fits) {
        return Err(Fault::because(format!("{id:?} is no kind id: lower-case ASCII, digits, - and /")));
    }
    Ok(())
}

/// Whether a text can be a name in SQL and in a JSON path as it is.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    starts && text.len() <= NAME_BYTES_MAX && text.bytes().all(fits)
}

fn check_names(kind: &Kind) -> Result<(), Fault> {
    check_id(kind.id)?;
    if let Some(field) = kind.sealed.iter().find(|field| !is_name(field)) {
        return Err(Fault::because(format!(
            "{}: {field:?} is no name of a sealed field: snake_case ASCII",
            kind.id
        )));
    }
    for (index, column) in kind.columns.iter().enumerate() {
        let name = column.name;
        if !is_name(name) {
            return Err(Fault::because(format!("{}: {name:?} is no column name: snake_case ASCII", kind.id)));
        }
        if OWN_COLUMNS.contains(&name) {
            return Err(Fault::because(format!("{}: column name {name} is the store's own", kind.id)));
        }
        if kind.columns.iter().take(index).any(|other| other.name == name) {
            return Err(Fault::because(format!("{}: column {name} is declared twice", kind.id)));
        }
    }
    Ok(())
}

/// What a store holds per kind, such as the text of its SQL.
pub trait OfKind {
    /// The kind's shape.
    fn shape(&self) -> &Shape;
}

impl OfKind for Shape {
    fn shape(&self) -> &Shape {
        self
    }
}

/// All kinds by id, each with what the store holds of it.
#[derive(Debug)]
pub struct Kinds<K>(HashMap<&'static str, K>);

impl<K: OfKind> Kinds<K> {
    /// The kinds of a store.
    ///
    /// # Errors
    /// When a name does not fit, or two kinds are one by name.
    pub fn new(kinds: &[&'static Kind], of: impl Fn(Shape) -> K) -> Result<Self, Fault> {
        let mut all: HashMap<&'static str, K> = HashMap::new();
        let mut tables = HashMap::new();
        for kind in kinds {
            let shape = Shape::new(kind)?;
            if let Some(other) = tables.insert(shape.table.clone(), kind.id)
                && other != kind.id
            {
                return Err(Fault::because(format!("kinds {other} and {} would share a table", kind.id)));
            }
            if all.insert(kind.id, of(shape)).is_some_and(|before| before.shape().kind != *kind) {
                return Err(Fault::because(format!("kind {} is declared twice, differently", kind.id)));
            }
        }
        Ok(Self(all))
    }

    /// The kind of this declaration.
    ///
    /// # Errors
    /// When the store was not opened with it.
    pub fn of(&self, kind: &Kind) -> Result<&K, Fault> {
        let known = self
            .0
            .get(kind.id)
            .ok_or_else(|| Fault::because(format!("kind {} is unknown to this store", kind.id)))?;
        let declared = known.shape().kind;
        if !std::ptr::eq(declared, kind) && declared != kind {
            return Err(Fault::because(format!(
                "kind {} differs from what the store was opened with",
                kind.id
            )));
        }
        Ok(known)
    }

    /// The kind of this id.
    pub fn get(&self, id: &str) -> Option<&K> {
        self.0.get(id)
    }

    /// All kinds, in the order of their ids.
    pub fn all(&self) -> Vec<&K> {
        let mut all: Vec<_> = self.0.values().collect();
        all.sort_unstable_by_key(|of| of.shape().kind.id);
        all
    }
}

#[cfg(test)]
mod tests {
    use register::UpcastError;
    use serde_json::{Value, json};

    use super::*;

    static NEWER: Kind = Kind::new("t/person", "").upcasters(&[|mut body: Value| {
        let name = body.get("name").cloned().ok_or(UpcastError("no name"))?;
        body["names"] = json!([name]);
        Ok(body)
    }]);
    static PLAIN: Kind = Kind::new("t/person", "");

    #[test]
    fn an_old_body_is_read_in_the_new_shape_and_a_newer_one_not_at_all() {
        let [old, new] = [&PLAIN, &NEWER].map(|kind| Shape::new(kind).unwrap());
        let open = |shape: &Shape, text: &str| shape.open(None, "P1", text.to_owned());
        let stored = new.stored(None, "P1", r#"{"name":"甲"}"#).unwrap().unwrap();
        assert_eq!(stored.as_str(), r##"{"#":2,"name":"甲"}"##);
        assert_eq!(open(&new, stored.as_str()).unwrap().as_str(), r#"{"name":"甲"}"#);
        assert_eq!(open(&new, r#"{"name":"甲"}"#).unwrap().as_str(), r#"{"name":"甲","names":["甲"]}"#);
        let newer = Trouble::NewerBodies { kind: "t/person".to_owned(), found: 2, known: 1 };
        assert_eq!(Trouble::of(&open(&old, stored.as_str()).unwrap_err()), Some(&newer));

        let fault = open(&new, "{}").unwrap_err();
        assert_eq!(fault.to_string(), "t/person P1: the body has no newer form than version 1");
        assert_eq!(std::error::Error::source(&fault).unwrap().to_string(), "no name");
    }

    #[test]
    fn nul_is_refused_and_a_text_about_it_is_not() {
        let shape = Shape::new(&PLAIN).unwrap();
        for (value, accepted) in
            [("\0", false), ("\\u0000", true), ("\\\0", false), ("\\\\u0000", true), ("u0000", true)]
        {
            let body = Body::of(&json!({ "a": value })).unwrap();
            assert_eq!(shape.stored(None, "P1", body.as_str()).is_ok(), accepted, "{value:?}");
        }
    }
}
