//! Bytes and rows of a delivery, a piece at a time: what lies in a relay may be larger than the memory.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use transport::in_hex;

use crate::RelayError;
use crate::header::{Header, Measure};
use crate::schema::{DELIVERY_NO, ROW_NO, make_rows, rows_table};
use crate::session::{Session, Value, Whose, quoted};

/// Bytes of one piece of the content.
const PIECE_BYTES: usize = 1 << 20;
/// Rows of one statement, at most; and values, because PostgreSQL takes 65,535 and SQLite 32,766 of them.
const ROWS_AT_ONCE: usize = 200;
const VALUES_AT_ONCE: usize = 30_000;
/// Rows read at a time.
const ROWS_READ: i64 = 2_000;

/// Writes the exact bytes of a file, and tells what they are.
pub(crate) fn keep_content(
    session: &mut dyn Session,
    key: &[Value; 3],
    data: &Path,
) -> Result<Measure, RelayError> {
    let mut file = File::open(data).map_err(RelayError::Data)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    for piece in 1.. {
        let mut content = Vec::with_capacity(PIECE_BYTES);
        let limit = u64::try_from(PIECE_BYTES).unwrap_or(u64::MAX);
        let count = (&mut file).take(limit).read_to_end(&mut content).map_err(RelayError::Data)?;
        if count == 0 {
            break;
        }
        hash.update(&content);
        bytes = bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        let [direction, link, no] = key.clone();
        session.run(
            "INSERT INTO daicho_content (direction, link, no, piece, content) VALUES ($1, $2, $3, $4, $5)",
            &[direction, link, no, Value::Int(piece), Value::Bytes(content)],
        )?;
    }
    Ok(Measure { bytes, sha256: in_hex(hash) })
}

/// Writes a CSV file as rows; tells how many.
pub(crate) fn keep_rows(
    session: &mut dyn Session,
    header: (&str, &str, i64),
    data: &Path,
) -> Result<u64, RelayError> {
    let (direction, link, no) = header;
    let not_csv = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => RelayError::Data(error),
        csv::ErrorKind::Utf8 { .. } => RelayError::NotCsv("UTF-8ではありません".to_owned()),
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let record = pos.map_or(0, |pos| pos.record());
            RelayError::NotCsv(format!("{record}件目の項目が{len}個です。見出しは{expected_len}個です"))
        }
        _ => RelayError::NotCsv("CSVとして読めません".to_owned()),
    };
    let mut reader = csv::Reader::from_path(data).map_err(not_csv)?;
    let items: Vec<String> = reader.headers().map_err(not_csv)?.iter().map(str::to_owned).collect();
    check_items(&items)?;
    make_rows(session, direction, link, &items)?;
    let insert = Insert::new(&rows_table(direction, link), &items)?;
    let (mut count, mut waiting) = (0_u64, Vec::new());
    for record in reader.records() {
        let record = record.map_err(not_csv)?;
        count = count.saturating_add(1);
        waiting.push(Value::Int(no));
        waiting.push(Value::Int(i64::try_from(count).map_err(|_| RelayError::TooLarge)?));
        // What is empty is nothing, as the rules of these files say.
        let values =
            record.iter().map(|value| if value.is_empty() { Value::Null } else { Value::from(value) });
        waiting.extend(values);
        if insert.is_full(&waiting) {
            insert.send(session, &mut waiting)?;
        }
    }
    insert.send(session, &mut waiting)?;
    Ok(count)
}

fn check_items(items: &[String]) -> Result<(), RelayError> {
    if items.is_empty() {
        return Err(RelayError::NotCsv("見出し行がありません".to_owned()));
    }
    let mut seen = vec![DELIVERY_NO.to_owned(), ROW_NO.to_owned()];
    for item in items {
        quoted(item)?;
        // SQLite takes two names that differ only in case for one.
        let plain = item.to_ascii_lowercase();
        if seen.contains(&plain) {
            return Err(RelayError::Name(item.clone()));
        }
        seen.push(plain);
    }
    Ok(())
}

/// Rows that go in together.
struct Insert {
    begin: String,
    width: usize,
}

impl Insert {
    fn new(table: &str, items: &[String]) -> Result<Self, RelayError> {
        let names: Vec<String> = items.iter().map(|item| quoted(item)).collect::<Result<_, _>>()?;
        let begin =
            format!("INSERT INTO {} ({DELIVERY_NO}, {ROW_NO}, {}) VALUES ", quoted(table)?, names.join(", "));
        Ok(Self { begin, width: items.len().saturating_add(2) })
    }

    fn is_full(&self, waiting: &[Value]) -> bool {
        let most = self.width.saturating_mul(ROWS_AT_ONCE).min(VALUES_AT_ONCE.saturating_sub(self.width));
        most <= waiting.len()
    }

    fn send(&self, session: &mut dyn Session, waiting: &mut Vec<Value>) -> Result<(), RelayError> {
        if waiting.is_empty() {
            return Ok(());
        }
        let mut sql = self.begin.clone();
        for at in 1..=waiting.len() {
            let place_in_row = at.saturating_sub(1).checked_rem(self.width).unwrap_or(0);
            sql.push_str(match (at, place_in_row) {
                (1, _) => "(",
                (_, 0) => "), (",
                _ => ", ",
            });
            sql.push_str(&format!("${at}"));
        }
        sql.push(')');
        session.run(&sql, waiting)?;
        waiting.clear();
        Ok(())
    }
}

/// Whether all bytes of a delivery lie here.
pub(crate) fn content_bytes(session: &mut dyn Session, header: &Header) -> Result<Option<i64>, RelayError> {
    let found = session.ask(
        "SELECT CAST(sum(length(content)) AS BIGINT) FROM daicho_content
         WHERE direction = $1 AND link = $2 AND no = $3",
        &header.key(),
    )?;
    Ok(found.first().and_then(|row| row.first()).and_then(Value::int))
}

/// How many rows of a delivery lie here.
pub(crate) fn rows_there(session: &mut dyn Session, header: &Header) -> Result<i64, RelayError> {
    let table = rows_table(&header.direction, &header.link);
    if session.columns(&table)?.is_empty() {
        return Ok(0);
    }
    let sql = format!("SELECT count(*) FROM {} WHERE {DELIVERY_NO} = $1", quoted(&table)?);
    let found = session.ask(&sql, &[Value::Int(header.no)])?;
    Ok(found.first().and_then(|row| row.first()).and_then(Value::int).unwrap_or_default())
}

/// The bytes of a delivery: those that were kept, or those its rows make.
pub(crate) fn write_out(
    session: &mut dyn Session,
    header: &Header,
    to: &mut dyn Write,
) -> Result<(), RelayError> {
    if content_bytes(session, header)?.is_none() {
        return write_rows(session, header, to);
    }
    for piece in 1.. {
        let [direction, link, no] = header.key();
        let found = session.ask(
            "SELECT content FROM daicho_content WHERE direction = $1 AND link = $2 AND no = $3 AND piece = $4",
            &[direction, link, no, Value::Int(piece)],
        )?;
        let Some(Value::Bytes(content)) = found.first().and_then(|row| row.first()) else { break };
        to.write_all(content).map_err(RelayError::Passing)?;
    }
    Ok(())
}

fn write_rows(session: &mut dyn Session, header: &Header, to: &mut dyn Write) -> Result<(), RelayError> {
    let table = rows_table(&header.direction, &header.link);
    session.trust(&table, Whose::Theirs)?;
    let columns = session.columns(&table)?;
    let items: Vec<&String> =
        columns.iter().filter(|name| ![DELIVERY_NO, ROW_NO].contains(&name.as_str())).collect();
    // A header of a delivery without rows needs no table of them.
    if items.is_empty() {
        return Ok(());
    }
    let passing = |error: csv::Error| RelayError::Passing(io::Error::other(error));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    writer.write_record(&items).map_err(passing)?;
    // Whatever types the other side gave its columns: as text they are what its own programs print.
    let values: Vec<String> = items
        .iter()
        .map(|item| Ok(format!("CAST({} AS TEXT)", quoted(item)?)))
        .collect::<Result<_, RelayError>>()?;
    let sql = format!(
        "SELECT CAST({ROW_NO} AS BIGINT), {} FROM {}
         WHERE {DELIVERY_NO} = CAST($1 AS BIGINT) AND CAST($2 AS BIGINT) < {ROW_NO}
         ORDER BY {ROW_NO} LIMIT {ROWS_READ}",
        values.join(", "),
        quoted(&table)?
    );
    let mut last = i64::MIN;
    loop {
        let found = session.ask(&sql, &[Value::Int(header.no), Value::Int(last)])?;
        let Some(newest) = found.last().and_then(|row| row.first()).and_then(Value::int) else { break };
        last = newest;
        for row in &found {
            let values = row.iter().skip(1).map(|value| value.text().unwrap_or_default());
            writer.write_record(values).map_err(passing)?;
        }
    }
    writer.flush().map_err(RelayError::Passing)
}

/// Nothing is kept of what is written; only what it comes to.
#[derive(Default)]
pub(crate) struct Meter {
    hash: Sha256,
    bytes: u64,
}

impl Meter {
    pub(crate) fn measure(self) -> Measure {
        Measure { bytes: self.bytes, sha256: in_hex(self.hash) }
    }
}

impl Write for Meter {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.hash.update(piece);
        self.bytes = self.bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes a delivery away, with the answers that were put aside.
pub(crate) fn remove(session: &mut dyn Session, header: &Header) -> Result<(), RelayError> {
    remove_body(session, header)?;
    for table in ["daicho_answer", "daicho_delivery"] {
        let sql = format!("DELETE FROM {table} WHERE direction = $1 AND link = $2 AND no = $3");
        session.run(&sql, &header.key())?;
    }
    Ok(())
}

/// Takes away bytes and rows of a delivery.
pub(crate) fn remove_body(session: &mut dyn Session, header: &Header) -> Result<(), RelayError> {
    session
        .run("DELETE FROM daicho_content WHERE direction = $1 AND link = $2 AND no = $3", &header.key())?;
    let table = rows_table(&header.direction, &header.link);
    if !session.columns(&table)?.is_empty() {
        let sql = format!("DELETE FROM {} WHERE {DELIVERY_NO} = $1", quoted(&table)?);
        session.run(&sql, &[Value::Int(header.no)])?;
    }
    Ok(())
}
