//! An empty database made the copy of another journal, change by change.

use register::{ChainWalk, Fault, Kind, KindNote, RawChange, Restore, RestoreError, Standing};
use store::{
    Kinds, OrFault, RESTORING, Trouble, Vault, check_change, check_cursors, check_origin, int, random,
    short_name as name, unknown_table, version,
};
use tokio_postgres::types::Type;
use tokio_postgres::{Error, Row};

use crate::Options;
use crate::conn::{Conn, OpenError, Param};
use crate::copy::Copy;
use crate::cursor::Cursor;
use crate::error::{OrSaid, cannot_open};
use crate::kinds::{KindSql, ROW};
use crate::server::Server;

const WHAT: &str = "the restore cannot be written";

const CHANGES: &str =
    "changes (position, at_us, effective_on, system, function, actor, reason, cause, hash, batch)";
const CHANGE: [Type; 10] = [
    Type::INT8,
    Type::INT8,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::BYTEA,
    Type::BYTEA,
];
const VERSIONS: &str = "versions (position, ordinal, kind, key, version, effective_on, closed, body)";
const VERSION: [Type; 8] =
    [Type::INT8, Type::INT4, Type::TEXT, Type::TEXT, Type::INT8, Type::TEXT, Type::BOOL, Type::TEXT];
/// As [`ROW`] has it.
const RECORD: [Type; 7] =
    [Type::TEXT, Type::INT8, Type::INT8, Type::INT8, Type::TEXT, Type::BOOL, Type::TEXT];

/// A journal's database on its way to become the copy of another journal.
///
/// The tables are made and marked before the first change, so that whoever opens the database meanwhile, or after the
/// restore was cut off, is refused. What `finish` does is one transaction: with it the mark goes, or nothing happened.
pub struct Restorer {
    conn: Conn,
    kinds: Kinds<KindSql>,
    vault: Option<Vault>,
    reached: ChainWalk,
}

impl Restorer {
    /// Begins in a database, or schema, that holds nothing. `origin` says what the copied store knew: its key and
    /// kinds. Of the options keys, password and scratch count.
    ///
    /// # Errors
    /// When a key the origin was sealed with is missing or a kind was sealed there and is not here; nothing was
    /// touched then. With a [`Trouble`] as cause: when there is something in the database, also a restore that was cut
    /// off, and as [`Store::open`](crate::Store::open) does for the server.
    pub fn begin(
        url: &str,
        kinds: &[&'static Kind],
        options: Options,
        origin: &Standing,
    ) -> Result<Self, Fault> {
        let Options { keys, password, tls, scratch, .. } = options;
        let vault = keys.as_ref().map(Vault::new).transpose()?;
        let kinds = Kinds::new(kinds, KindSql::new)?;
        let sealed_with = check_origin(&kinds, vault.as_ref(), origin)?;
        let server = Server::new(url, password, tls)?;
        let conn = Conn::open_for_writing(&server).map_err(|error| match error {
            OpenError::Thread(error) => Fault::new(WHAT, error),
            OpenError::Server(error) => cannot_open(&error),
        })?;
        crate::schema::check_server(&conn, scratch)?;
        // A transaction that fails ends with its connection.
        crate::schema::begin(&conn)?;
        if !crate::schema::tables(&conn)?.is_empty() {
            return Err(match crate::schema::check_owner(&conn) {
                Err(fault) if Trouble::of(&fault) == Some(&Trouble::HalfRestored) => fault,
                _ => Trouble::NotEmpty.into(),
            });
        }
        crate::schema::create(&conn)?;
        crate::schema::set_meta(&conn, RESTORING, "half").or_said(WHAT)?;
        if let Some(known) = sealed_with {
            crate::schema::set_meta(&conn, crate::schema::VAULT_KEYS, &known).or_said(WHAT)?;
        }
        note_kinds(&conn, &kinds, &origin.kinds)?;
        conn.batch("COMMIT").or_said(WHAT)?;
        Ok(Self { conn, kinds, vault, reached: ChainWalk::START })
    }

    /// Writes changes in one transaction.
    fn write(&self, changes: &[RawChange]) -> Result<(), Fault> {
        let conn = &self.conn;
        let batch: [u8; 16] = random()?;
        // Not waited for: what a crash takes of it is taken together with the end that is to come.
        conn.batch("BEGIN; SET LOCAL synchronous_commit = off").or_said(WHAT)?;
        let what = |change: &RawChange| format!("change {} cannot be written", change.position);
        let mut copy = Copy::into(conn, CHANGES, &CHANGE).or_said(WHAT)?;
        for change in changes {
            copy.row(&[
                &int(change.position.0),
                &change.at.as_microsecond(),
                &change.effective_on.to_string(),
                &change.system,
                &change.function,
                &change.actor,
                &change.reason,
                &change.cause,
                &change.hash.0.as_slice(),
                &batch.as_slice(),
            ])
            .or_said(&what(change))?;
        }
        copy.finish().or_said(WHAT)?;
        let mut copy = Copy::into(conn, VERSIONS, &VERSION).or_said(WHAT)?;
        for change in changes {
            for (ordinal, version) in (0_i32..).zip(&change.versions) {
                copy.row(&[
                    &int(change.position.0),
                    &ordinal,
                    &version.kind,
                    &version.key,
                    &i64::from(version.version),
                    &version.effective_on.to_string(),
                    &version.closed,
                    &version.body,
                ])
                .or_said(&what(change))?;
            }
        }
        copy.finish().or_said(WHAT)?;
        conn.batch("COMMIT").or_said(WHAT)
    }

    /// All that comes behind the last change.
    fn build(&self, standing: &Standing) -> Result<(), Fault> {
        let (conn, vault) = (&self.conn, self.vault.as_ref());
        // Here whole tables are walked, once, to their ends.
        conn.batch("SET LOCAL enable_seqscan = on; SET LOCAL cursor_tuple_fraction = 1").or_said(WHAT)?;
        crate::schema::index_versions(conn)?;
        conn.batch("ANALYZE changes; ANALYZE versions").or_said(WHAT)?;
        crate::schema::check_vault(conn, vault)?;
        let all = self.kinds.all();
        let name_it = |sql: &KindSql, fault| {
            Fault::new(format!("kind {} cannot be prepared", sql.shape.kind.id), fault)
        };
        for sql in &all {
            crate::schema::prepare_columns(conn, sql, vault).map_err(|fault| name_it(sql, fault))?;
        }
        for kind in crate::verify::kinds_stored(conn)? {
            match self.kinds.get(&kind) {
                Some(sql) => fill(conn, &kind, &sql.table, Some((sql, vault)))?,
                // Its records are there when a program comes that knows it; the columns are made then.
                None => {
                    let table = name(&unknown_table(&kind)?);
                    crate::schema::create_current(conn, &table)?;
                    fill(conn, &kind, &table, None)?;
                }
            }
        }
        for sql in &all {
            crate::schema::prepare_indexes(conn, sql).map_err(|fault| name_it(sql, fault))?;
        }
        let declared = crate::schema::declaration(&self.kinds, vault);
        crate::schema::set_meta(conn, "declared", &declared).or_said(WHAT)?;
        for (reader, place) in &standing.cursors {
            conn.query("INSERT INTO cursors VALUES ($1, $2)", &[reader, &int(place.0)]).or_said(WHAT)?;
        }
        for (lease, token) in &standing.leases {
            // Free to be taken, by a token larger than every one granted before.
            conn.query("INSERT INTO leases VALUES ($1, '', $2, 0)", &[lease, &int(*token)]).or_said(WHAT)?;
        }
        conn.query("DELETE FROM meta WHERE name = $1", &[&RESTORING]).map(drop).or_said(WHAT)
    }
}

impl Restore for Restorer {
    fn reached(&self) -> ChainWalk {
        self.reached
    }

    fn append(&mut self, changes: &[RawChange]) -> Result<(), RestoreError> {
        let mut walk = self.reached;
        for change in changes {
            walk.step(change)?;
            check_change(change)?;
            check_texts(change)?;
        }
        if changes.is_empty() {
            return Ok(());
        }
        if let Err(fault) = self.write(changes) {
            // When even this fails there is no connection any more, and so no transaction.
            let _ended_with_its_connection = self.conn.batch("ROLLBACK").is_err();
            return Err(fault.into());
        }
        self.reached = walk;
        Ok(())
    }

    /// When the connection is lost at the very end it may be done nevertheless; what is opened then is whole.
    fn finish(self: Box<Self>, standing: &Standing) -> Result<(), Fault> {
        check_cursors(standing, self.reached.position)?;
        self.conn.batch("BEGIN").or_said(WHAT)?;
        // A transaction that fails ends with its connection, which goes with this value.
        self.build(standing)?;
        self.conn.batch("COMMIT").or_said(WHAT)
    }
}

/// Tells the one character that PostgreSQL has no place for, with where it stands.
fn check_texts(change: &RawChange) -> Result<(), Fault> {
    let own = [&change.system, &change.function, &change.actor, &change.reason, &change.cause];
    let versions = change.versions.iter().flat_map(|version| [&version.kind, &version.key, &version.body]);
    if own.into_iter().chain(versions).any(|text| text.contains('\0')) {
        return Err(Fault::because(format!(
            "change {} holds the character NUL, which PostgreSQL does not store",
            change.position
        )));
    }
    Ok(())
}

/// Keeps the names and sealed fields of kinds this program does not know.
fn note_kinds(conn: &Conn, kinds: &Kinds<KindSql>, notes: &[KindNote]) -> Result<(), Fault> {
    for note in notes.iter().filter(|note| kinds.get(&note.id).is_none()) {
        let table = name(&unknown_table(&note.id)?);
        let sealed = serde_json::to_string(&note.sealed).or_fault(WHAT)?;
        conn.query(
            "INSERT INTO kinds (id, table_name, title, sealed) VALUES ($1, $2, $3, $4)",
            &[&note.id, &table, &note.title, &sealed],
        )
        .or_said(WHAT)?;
    }
    Ok(())
}

/// Writes the newest version of every key into a kind's table, in key order. The kind's id has been checked to be one.
fn fill(
    conn: &Conn,
    kind: &str,
    table: &str,
    known: Option<(&KindSql, Option<&Vault>)>,
) -> Result<(), Fault> {
    let what = format!("the current records of {kind} cannot be built");
    let columns = known.map_or(&[][..], |(sql, _)| sql.shape.kind.columns);
    let listed: String = columns.iter().map(|column| format!(", \"{}\"", column.name)).collect();
    let place = format!("{table} ({ROW}{listed})");
    let types: Vec<Type> = RECORD.into_iter().chain(std::iter::repeat_n(Type::TEXT, columns.len())).collect();
    let mut newest = Cursor::open(
        conn,
        "newest",
        &format!(
            "SELECT v.key, v.version, v.position, c.at_us, v.effective_on, v.closed, v.body, n.versions
             FROM (SELECT key, max(version) AS version, count(*) AS versions FROM versions
                   WHERE kind = '{kind}' GROUP BY key) n
             JOIN versions v ON v.kind = '{kind}' AND v.key = n.key AND v.version = n.version
             JOIN changes c ON c.position = v.position
             ORDER BY v.key"
        ),
        "the newest versions cannot be read",
    )?;
    loop {
        let page = newest.page()?;
        if page.is_empty() {
            break;
        }
        let mut copy = Copy::into(conn, &place, &types).or_said(&what)?;
        for row in &page {
            let record = Newest::of(row).or_said(&what)?;
            if record.versions != record.version {
                let (key, version) = (record.key, record.version);
                return Err(Fault::because(format!("{kind} {key}: versions are missing before {version}")));
            }
            version(record.version)?;
            let filled = match known {
                None => Vec::new(),
                Some((sql, vault)) => sql.shape.stored_columns(vault, record.key, record.body)?,
            };
            let mut values = record.values();
            values.extend(filled.iter().map(|value| -> Param<'_> { value }));
            copy.row(&values).or_said(&what)?;
        }
        copy.finish().or_said(&what)?;
    }
    conn.batch(&format!("ANALYZE {table}")).or_said(&what)
}

/// The newest version of a key, as it is copied, and how many versions there are.
struct Newest<'a> {
    key: &'a str,
    version: i64,
    position: i64,
    recorded_us: i64,
    effective_on: &'a str,
    closed: bool,
    body: &'a str,
    versions: i64,
}

impl<'a> Newest<'a> {
    fn of(row: &'a Row) -> Result<Self, Error> {
        Ok(Self {
            key: row.try_get(0)?,
            version: row.try_get(1)?,
            position: row.try_get(2)?,
            recorded_us: row.try_get(3)?,
            effective_on: row.try_get(4)?,
            closed: row.try_get(5)?,
            body: row.try_get(6)?,
            versions: row.try_get(7)?,
        })
    }

    /// In the order of [`ROW`].
    fn values(&self) -> Vec<Param<'_>> {
        vec![
            &self.key,
            &self.version,
            &self.position,
            &self.recorded_us,
            &self.effective_on,
            &self.closed,
            &self.body,
        ]
    }
}
