//! A relay database in a file of SQLite.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};
use transport::{Access, make_folders};

use crate::RelayError;
use crate::session::{Database, Dialect, Purpose, Session, Value, Whose, Work};

static DIALECT: Dialect = Dialect {
    bytes: "BLOB",
    now: "strftime('%Y-%m-%dT%H:%M:%S+09:00', 'now', '+9 hours')",
    view: &["DROP VIEW IF EXISTS", "CREATE VIEW"],
    // A writing transaction is the only one there is.
    making: "",
};

/// The file. It is opened for each transaction: the other side may have put another file there meanwhile, and an open
/// one would go on being written where nobody reads it.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// How long to wait for the other side to let go.
    pub(crate) wait: Duration,
}

struct InFile {
    connection: Connection,
}

impl File {
    fn open(&self) -> Result<Connection, RelayError> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folders(folder, Access::Shared).map_err(RelayError::Folder)?;
        }
        let is_new = !self.path.exists();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(RelayError::Open)?;
        connection.busy_timeout(self.wait)?;
        if is_new {
            // Readers do not hold up the writer then. A file the other side made stays as it was made.
            connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        }
        // Views and triggers of the other side call nothing that reaches beyond the file.
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF")?;
        Ok(connection)
    }
}

impl Database for File {
    fn within(&self, purpose: Purpose, work: &mut Work<'_>) -> Result<(), RelayError> {
        let connection = self.open()?;
        let begin = match purpose {
            Purpose::Reading => "BEGIN",
            Purpose::Writing => "BEGIN IMMEDIATE",
        };
        connection.execute_batch(begin)?;
        let mut session = InFile { connection };
        // What errs is rolled back when the connection goes.
        work(&mut session)?;
        session.connection.execute_batch("COMMIT")?;
        Ok(())
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// Placeholders as SQLite numbers them: to it, `$2` is a name like any other. What stands in quotes is left alone.
fn numbered(sql: &str) -> String {
    let mut quote = None;
    sql.chars()
        .map(|character| match (quote, character) {
            (None, '$') => '?',
            (None, '\'' | '"') => {
                quote = Some(character);
                character
            }
            (Some(open), _) if open == character => {
                quote = None;
                character
            }
            _ => character,
        })
        .collect()
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

impl Session for InFile {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, RelayError> {
        let count = self.connection.prepare_cached(&numbered(sql))?.execute(params_from_iter(values))?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    fn ask(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, RelayError> {
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        let width = statement.column_count();
        let mut found = statement.query(params_from_iter(values))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push((0..width).map(|at| row.get_ref(at).map(value)).collect::<Result<_, _>>()?);
        }
        Ok(rows)
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, RelayError> {
        let rows = self.ask("SELECT name FROM pragma_table_info($1) ORDER BY cid", &[Value::from(table)])?;
        Ok(rows.iter().filter_map(|row| row.first().and_then(Value::text)).collect())
    }

    /// A file knows no users, and its functions are this program's own.
    fn trust(&mut self, _table: &str, _whose: Whose) -> Result<(), RelayError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn placeholders_are_numbers_and_names_are_left() {
        let sql = r#"UPDATE "a$1""b" SET x = $2, y = '$3' WHERE z = $1"#;
        assert_eq!(numbered(sql), r#"UPDATE "a$1""b" SET x = ?2, y = '$3' WHERE z = ?1"#);
    }
}
