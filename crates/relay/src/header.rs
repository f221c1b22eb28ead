//! The header of one delivery: what a control file says, and the answer to it.

use transport::{Control, Receipt, SlipError, Verdict};

use crate::RelayError;
use crate::schema::{REFUSED, TAKEN, WAITING};
use crate::session::{Session, Value};

/// The columns of [`Header`], in the order of its reading.
const COLUMNS: &str =
    "direction, link, no, file_name, dataset, extent, as_of, rows, bytes, sha256, part, parts,
    status, reason, rows_taken, sha256_taken";

/// A row of `daicho_delivery`.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) direction: String,
    pub(crate) link: String,
    pub(crate) no: i64,
    pub(crate) name: String,
    dataset: String,
    extent: String,
    as_of: i64,
    pub(crate) rows: i64,
    bytes: Option<i64>,
    pub(crate) sha256: Option<String>,
    part: i64,
    parts: i64,
    pub(crate) status: String,
    reason: String,
    rows_taken: Option<i64>,
    sha256_taken: Option<String>,
}

/// The bytes of a delivery as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

fn read(row: &[Value]) -> Option<Header> {
    let text = |at: usize| row.get(at).and_then(Value::text);
    let int = |at: usize| row.get(at).and_then(Value::int);
    let (link, no) = (text(1)?, int(2)?);
    // Who puts rows by hand need not invent a file's name.
    let name = text(3).filter(|name| !name.is_empty()).unwrap_or_else(|| format!("{link}_{no:06}.csv"));
    Some(Header {
        direction: text(0)?,
        link,
        no,
        name,
        dataset: text(4).unwrap_or_default(),
        extent: text(5).unwrap_or_default(),
        as_of: int(6).unwrap_or_default(),
        rows: int(7).unwrap_or_default(),
        bytes: int(8),
        sha256: text(9).filter(|sha256| !sha256.is_empty()),
        part: int(10).unwrap_or(1),
        parts: int(11).unwrap_or(1),
        status: text(12).unwrap_or_default(),
        reason: text(13).unwrap_or_default(),
        rows_taken: int(14),
        sha256_taken: text(15).filter(|sha256| !sha256.is_empty()),
    })
}

impl Header {
    /// The delivery of this name in this direction, if there is one.
    pub(crate) fn named(
        session: &mut dyn Session,
        direction: &str,
        name: &str,
    ) -> Result<Option<Self>, RelayError> {
        let found = session.ask(
            &format!("SELECT {COLUMNS} FROM daicho_delivery WHERE direction = $1 AND file_name IN ($2, '')"),
            &[Value::from(direction), Value::from(name)],
        )?;
        Ok(found.iter().filter_map(|row| read(row)).find(|header| header.name == name))
    }

    /// The delivery of this number.
    pub(crate) fn numbered(
        session: &mut dyn Session,
        direction: &str,
        link: &str,
        no: i64,
    ) -> Result<Option<Self>, RelayError> {
        let found = session.ask(
            &format!("SELECT {COLUMNS} FROM daicho_delivery WHERE direction = $1 AND link = $2 AND no = $3"),
            &[Value::from(direction), Value::from(link), Value::Int(no)],
        )?;
        Ok(found.iter().find_map(|row| read(row)))
    }

    /// All that wait for an answer.
    pub(crate) fn waiting(session: &mut dyn Session, direction: &str) -> Result<Vec<Self>, RelayError> {
        let found = session.ask(
            &format!("SELECT {COLUMNS} FROM daicho_delivery WHERE direction = $1 AND status = $2"),
            &[Value::from(direction), Value::from(WAITING)],
        )?;
        Ok(found.iter().filter_map(|row| read(row)).collect())
    }

    /// Link, direction and number, as statements take them.
    pub(crate) fn key(&self) -> [Value; 3] {
        [Value::from(&*self.direction), Value::from(&*self.link), Value::Int(self.no)]
    }

    /// The control file it stands for; what its writer left open is as the bytes are.
    pub(crate) fn control(&self, measure: Option<&Measure>) -> Result<Control, SlipError> {
        let number = |name: &'static str, value: i64| {
            u64::try_from(value).map_err(|_| SlipError::BadValue { name, value: value.to_string() })
        };
        let small = |name: &'static str, value: i64| {
            u32::try_from(value).map_err(|_| SlipError::BadValue { name, value: value.to_string() })
        };
        let bytes = match (self.bytes, measure) {
            (Some(bytes), _) => number("bytes", bytes)?,
            (None, Some(measure)) => measure.bytes,
            (None, None) => return Err(SlipError::Missing("bytes")),
        };
        let sha256 = self.sha256.clone().or_else(|| measure.map(|measure| measure.sha256.clone()));
        let control = Control {
            link: self.link.clone(),
            no: number("no", self.no)?,
            dataset: self.dataset.clone(),
            extent: self.extent.clone(),
            as_of: number("as_of", self.as_of)?,
            rows: number("rows", self.rows)?,
            bytes,
            sha256: sha256.ok_or(SlipError::Missing("sha256"))?,
            content: None,
            part: small("part", self.part)?,
            parts: small("parts", self.parts)?,
        };
        // The rules of a control file are those of its reader.
        Control::parse(&control.to_text())
    }

    /// The answer, once there is one. Whoever reads by plain SQL has no checksum to give: its count must fit then.
    pub(crate) fn receipt(&self) -> Result<Option<Receipt>, SlipError> {
        let verdict = match self.status.as_str() {
            WAITING => return Ok(None),
            TAKEN => Verdict::Applied,
            REFUSED => Verdict::Refused(self.reason.clone()),
            other => return Err(SlipError::BadValue { name: "status", value: other.to_owned() }),
        };
        let rows = match (self.rows_taken, &verdict) {
            (Some(rows), _) => rows,
            (None, Verdict::Refused(_)) => 0,
            (None, Verdict::Applied) => return Err(SlipError::Missing("rows_taken")),
        };
        let number = |name: &'static str, value: i64| {
            u64::try_from(value).map_err(|_| SlipError::BadValue { name, value: value.to_string() })
        };
        let sha256 = self.sha256_taken.clone().or_else(|| self.sha256.clone());
        Ok(Some(Receipt {
            link: Some(self.link.clone()),
            no: number("no", self.no)?,
            rows: number("rows_taken", rows)?,
            sha256: sha256.unwrap_or_default(),
            verdict,
        }))
    }

    /// Puts the answer among those that were put aside; the delivery waits again.
    pub(crate) fn retire(&self, session: &mut dyn Session) -> Result<(), RelayError> {
        if self.status == WAITING {
            return Ok(());
        }
        let now = session.dialect().now;
        let mut key = self.key().to_vec();
        session.run(
            &format!(
                "INSERT INTO daicho_answer
                     (direction, link, no, retired_at, status, taken_at, reason, rows_taken, sha256_taken)
                 SELECT direction, link, no, {now}, status, taken_at, reason, rows_taken, sha256_taken
                 FROM daicho_delivery WHERE direction = $1 AND link = $2 AND no = $3"
            ),
            &key,
        )?;
        key.push(Value::from(WAITING));
        session.run(
            "UPDATE daicho_delivery
             SET status = $4, taken_at = NULL, reason = '', rows_taken = NULL, sha256_taken = NULL
             WHERE direction = $1 AND link = $2 AND no = $3",
            &key,
        )?;
        Ok(())
    }

    /// Writes an answer.
    pub(crate) fn answer(&self, session: &mut dyn Session, receipt: &Receipt) -> Result<(), RelayError> {
        let (status, reason) = match &receipt.verdict {
            Verdict::Applied => (TAKEN, ""),
            Verdict::Refused(reason) => (REFUSED, reason.as_str()),
        };
        let now = session.dialect().now;
        let rows = i64::try_from(receipt.rows).map_err(|_| RelayError::TooLarge)?;
        let mut values = self.key().to_vec();
        values.extend([
            Value::from(status),
            Value::from(reason),
            Value::Int(rows),
            Value::from(&*receipt.sha256),
        ]);
        session.run(
            &format!(
                "UPDATE daicho_delivery
                 SET status = $4, reason = $5, rows_taken = $6, sha256_taken = $7, taken_at = {now}
                 WHERE direction = $1 AND link = $2 AND no = $3"
            ),
            &values,
        )?;
        Ok(())
    }

    /// Writes the header of what is put.
    pub(crate) fn insert(
        session: &mut dyn Session,
        direction: &str,
        name: &str,
        control: &Control,
    ) -> Result<(), RelayError> {
        let int = |value: u64| i64::try_from(value).map(Value::Int).map_err(|_| RelayError::TooLarge);
        let now = session.dialect().now;
        let values = [
            Value::from(direction),
            Value::from(&*control.link),
            int(control.no)?,
            Value::from(name),
            Value::from(&*control.dataset),
            Value::from(&*control.extent),
            int(control.as_of)?,
            int(control.rows)?,
            int(control.bytes)?,
            Value::from(&*control.sha256),
            int(control.part.into())?,
            int(control.parts.into())?,
        ];
        session.run(
            &format!(
                "INSERT INTO daicho_delivery (direction, link, no, file_name, dataset, extent, as_of, rows, bytes,
                     sha256, part, parts, put_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, {now})"
            ),
            &values,
        )?;
        Ok(())
    }
}
