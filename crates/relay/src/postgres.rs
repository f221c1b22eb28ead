//! A relay database on a server of PostgreSQL.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use postgres::config::Host;
use postgres::error::SqlState;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, IsolationLevel, NoTls, Row, Transaction};

use crate::RelayError;
use crate::session::{Database, Dialect, Purpose, Session, Value, Whose, Work, quoted};

static DIALECT: Dialect = Dialect {
    bytes: "bytea",
    now: "to_char(clock_timestamp() AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD\"T\"HH24:MI:SS\"+09:00\"')",
    view: &["CREATE OR REPLACE VIEW"],
    making: "SELECT pg_advisory_xact_lock(hashtext('daicho_delivery'))::text",
};

/// What is no plain table of ours: its owner's triggers would run in our name.
const NOT_OURS: &str = "SELECT 1::bigint FROM pg_class
     WHERE oid = to_regclass(quote_ident($1)) AND NOT (relkind = 'r' AND pg_has_role(relowner, 'USAGE'))";

/// What is no plain table of plain types. A view's functions would run in our name, and so would a cast of a type of its
/// owner's, or an operator of one.
const NOT_PLAIN: &str =
    "SELECT 1::bigint FROM pg_class WHERE oid = to_regclass(quote_ident($1)) AND relkind <> 'r'
     UNION ALL
     SELECT 1::bigint FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
     WHERE attrelid = to_regclass(quote_ident($1)) AND 0 < attnum AND NOT attisdropped
       AND CASE
         WHEN attname IN ('delivery_no', 'row_no') THEN typname NOT IN ('int2', 'int4', 'int8', 'numeric')
           OR typnamespace <> 'pg_catalog'::regnamespace
         WHEN typnamespace <> 'pg_catalog'::regnamespace THEN EXISTS (
           SELECT FROM pg_cast JOIN pg_proc ON pg_proc.oid = castfunc
           WHERE casttarget = 'text'::regtype AND pronamespace <> 'pg_catalog'::regnamespace)
         ELSE false
       END";

/// The server. Its connection is kept, and made anew after anything went wrong with it.
pub(crate) struct Server {
    config: Config,
    client: Mutex<Option<Client>>,
    wait: Duration,
}

/// The address may hold a password.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

struct OnServer<'a> {
    transaction: Transaction<'a>,
}

impl Server {
    pub(crate) fn at(address: &str, password: Option<&str>, wait: Duration) -> Result<Self, RelayError> {
        let mut config: Config = address.parse().map_err(|_| RelayError::Address)?;
        if let Some(password) = password {
            config.password(password);
        }
        config.application_name("daicho").connect_timeout(wait).tcp_user_timeout(wait);
        Ok(Self { config, client: Mutex::new(None), wait })
    }

    /// The server and database, without user and password.
    pub(crate) fn describe(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(path)) => path.display().to_string(),
            None => String::new(),
        };
        format!("postgres://{host}/{}", self.config.get_dbname().unwrap_or_default())
    }

    fn connect(&self) -> Result<Client, RelayError> {
        let mut client = self.config.connect(NoTls).map_err(|error| {
            let known = error.code().map(|code| {
                if [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(code)
                {
                    "利用者かパスワードが違います"
                } else if *code == SqlState::INVALID_CATALOG_NAME {
                    "データベースの名前が違います"
                } else {
                    "サーバーが断りました"
                }
            });
            let words =
                known.unwrap_or("サーバーが動いているか、アドレス、パスワードの指定を確かめてください");
            RelayError::Connect(words, error)
        })?;
        // Nobody who holds a lock, and no server that went to sleep, may hold a link for ever.
        // A policy of a table's owner would choose rows by a function of its own, in our name.
        client.batch_execute(&format!(
            "SET lock_timeout = {}; SET row_security = off",
            self.wait.as_millis()
        ))?;
        Ok(client)
    }
}

impl Database for Server {
    fn within(&self, purpose: Purpose, work: &mut Work<'_>) -> Result<(), RelayError> {
        let mut kept = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let mut client = match kept.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => self.connect()?,
        };
        in_transaction(&mut client, purpose, work)?;
        *kept = Some(client);
        Ok(())
    }
}

fn in_transaction(client: &mut Client, purpose: Purpose, work: &mut Work<'_>) -> Result<(), RelayError> {
    // What is read in pieces must be one state of the tables.
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(purpose == Purpose::Reading)
        .start()?;
    let mut session = OnServer { transaction };
    // Without a commit it is rolled back, by us or by the server that misses us.
    work(&mut session)?;
    session.transaction.commit()?;
    Ok(())
}

fn value(row: &Row, at: usize) -> Result<Value, RelayError> {
    let kind = row.columns().get(at).map_or(&Type::TEXT, postgres::Column::type_);
    let value = match *kind {
        Type::INT8 => row.try_get::<_, Option<i64>>(at)?.map(Value::Int),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Bytes),
        _ => row.try_get::<_, Option<String>>(at)?.map(Value::Text),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// A value as the driver takes it. Nothing is a text that is not there; no column but those of texts takes one.
fn bound(value: &Value) -> Box<dyn ToSql + Sync + '_> {
    match value {
        Value::Null => Box::new(None::<&str>),
        Value::Int(number) => Box::new(number),
        Value::Text(text) => Box::new(text),
        Value::Bytes(bytes) => Box::new(bytes),
    }
}

impl Session for OnServer<'_> {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }

    fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, RelayError> {
        let bound: Vec<_> = values.iter().map(bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(AsRef::as_ref).collect();
        Ok(self.transaction.execute(sql, &bound)?)
    }

    fn ask(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, RelayError> {
        let bound: Vec<_> = values.iter().map(bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(AsRef::as_ref).collect();
        let found = self.transaction.query(sql, &bound)?;
        found.iter().map(|row| (0..row.len()).map(|at| value(row, at)).collect()).collect()
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, RelayError> {
        let rows = self.ask(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass(quote_ident($1))
             AND 0 < attnum AND NOT attisdropped ORDER BY attnum",
            &[Value::from(table)],
        )?;
        Ok(rows.iter().filter_map(|row| row.first().and_then(Value::text)).collect())
    }

    fn trust(&mut self, table: &str, whose: Whose) -> Result<(), RelayError> {
        if self.columns(table)?.is_empty() {
            return Ok(());
        }
        // As long as we hold this, nobody puts another thing there under the name.
        self.run(&format!("LOCK TABLE {} IN ACCESS SHARE MODE", quoted(table)?), &[])?;
        let distrust = match whose {
            Whose::Ours => NOT_OURS,
            Whose::Theirs => NOT_PLAIN,
        };
        let found = self.ask(distrust, &[Value::from(table)])?;
        if found.is_empty() { Ok(()) } else { Err(RelayError::Foreign(table.to_owned())) }
    }
}
