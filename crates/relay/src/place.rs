//! The place.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use transport::{Arrival, Control, Place, PlaceError, Receipt, SlipError};

use crate::RelayError;
use crate::header::Header;
use crate::postgres::Server;
use crate::rows::{
    Meter, content_bytes, keep_content, keep_rows, remove, remove_body, rows_there, write_out,
};
use crate::schema::{IN, OUT, TAKEN, WAITING, make, trust};
use crate::session::{Database, Purpose, Session, Value};
use crate::sqlite::File;

/// What a relay database is used with.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many taken deliveries of a link stay before the oldest goes; at least one does.
    pub keep: u32,
    /// How long to wait for a program that holds what is needed, and for a server.
    pub wait: Duration,
    /// Bytes only, of any form: no tables of rows are made.
    pub content_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { keep: 10, wait: Duration::from_secs(30), content_only: false }
    }
}

/// A relay database (DB中継) that two systems share.
#[derive(Clone)]
pub struct Relay {
    database: Arc<dyn Database>,
    name: String,
    options: Options,
    /// The direction of what this side puts.
    own: &'static str,
    /// The direction of what the other side puts.
    other: &'static str,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}, {})", self.name, self.own)
    }
}

impl Relay {
    /// A relay in a file of SQLite. Nothing is touched yet.
    pub fn in_file(path: impl Into<PathBuf>, options: Options) -> Self {
        let path = path.into();
        let name = format!("sqlite:{}", path.display());
        let database = Arc::new(File { path, wait: options.wait });
        Self { database, name, options, own: OUT, other: IN }
    }

    /// A relay in a database of PostgreSQL, by its address: `postgres://user@host/base` or `host=… dbname=…`. Nothing
    /// is connected yet.
    ///
    /// # Errors
    /// When the address does not read.
    pub fn on_server(address: &str, password: Option<&str>, options: Options) -> Result<Self, RelayError> {
        let server = Server::at(address, password, options.wait)?;
        let name = server.describe();
        Ok(Self { database: Arc::new(server), name, options, own: OUT, other: IN })
    }

    /// The same database as the system at the other end sees it, for systems that use this crate, and for tests.
    #[must_use]
    pub fn other_side(&self) -> Self {
        Self { own: self.other, other: self.own, ..self.clone() }
    }

    /// Does the work in one transaction, on tables that are there.
    fn within<T>(
        &self,
        what: &'static str,
        purpose: Purpose,
        mut work: impl FnMut(&mut dyn Session) -> Result<T, RelayError>,
    ) -> Result<T, PlaceError> {
        let mut done = None;
        let result = self.database.within(purpose, &mut |session| {
            // A reader does not make tables: where there are none, there is nothing.
            if purpose == Purpose::Writing {
                make(session)?;
            } else if session.columns("daicho_delivery")?.is_empty() {
                return Ok(());
            } else {
                trust(session)?;
            }
            done = Some(work(session)?);
            Ok(())
        });
        match result {
            Ok(()) => match done {
                Some(value) => Ok(value),
                None => self.made_then(what, work),
            },
            Err(error) => Err(error.told(what, &self.name)),
        }
    }

    /// Makes the tables, so that the other side can use them, then does the work.
    fn made_then<T>(
        &self,
        what: &'static str,
        mut work: impl FnMut(&mut dyn Session) -> Result<T, RelayError>,
    ) -> Result<T, PlaceError> {
        let mut done = None;
        let result = self.database.within(Purpose::Writing, &mut |session| {
            make(session)?;
            done = Some(work(session)?);
            Ok(())
        });
        result.map_err(|error| error.told(what, &self.name))?;
        let nothing = || RelayError::Foreign("daicho_delivery".to_owned()).told(what, &self.name);
        done.ok_or_else(nothing)
    }

    fn put_within(
        &self,
        session: &mut dyn Session,
        name: &str,
        data: &Path,
        control: &Control,
    ) -> Result<(), RelayError> {
        let no = i64::try_from(control.no).map_err(|_| RelayError::TooLarge)?;
        let named = Header::named(session, self.own, name)?;
        let there = match named {
            Some(header) => Some(header),
            None => Header::numbered(session, self.own, &control.link, no)?,
        };
        if let Some(header) = &there {
            if header.name != name || header.control(None).as_ref() != Ok(control) {
                return Err(RelayError::Taken(name.to_owned()));
            }
            if header.status != WAITING || self.is_whole(session, header)? {
                return Ok(());
            }
            // Something went wrong with it, and that is why it is sent again.
            remove_body(session, header)?;
        }
        let key = [Value::from(self.own), Value::from(&*control.link), Value::Int(no)];
        let measure = keep_content(session, &key, data)?;
        if measure.sha256 != control.sha256 || measure.bytes != control.bytes {
            return Err(RelayError::Altered(name.to_owned()));
        }
        if !self.options.content_only {
            let found = keep_rows(session, (self.own, &control.link, no), data)?;
            if found != control.rows {
                return Err(RelayError::Count { stated: control.rows, found });
            }
        }
        if there.is_none() {
            Header::insert(session, self.own, name, control)?;
        }
        self.clear_up(session, &control.link)
    }

    /// Whether nobody took anything away of a delivery that waits.
    fn is_whole(&self, session: &mut dyn Session, header: &Header) -> Result<bool, RelayError> {
        let bytes = content_bytes(session, header)?.unwrap_or_default();
        let stated = header.control(None).map(|control| control.bytes);
        let rows = if self.options.content_only { header.rows } else { rows_there(session, header)? };
        Ok(u64::try_from(bytes).ok() == stated.ok() && rows == header.rows)
    }

    /// Takes away this side's deliveries that were taken long ago.
    fn clear_up(&self, session: &mut dyn Session, link: &str) -> Result<(), RelayError> {
        let keep = i64::from(self.options.keep.max(1));
        let old = session.ask(
            "SELECT no FROM daicho_delivery WHERE direction = $1 AND link = $2 AND status = $3
             ORDER BY no DESC LIMIT 1000 OFFSET $4",
            &[Value::from(self.own), Value::from(link), Value::from(TAKEN), Value::Int(keep)],
        )?;
        for no in old.iter().filter_map(|row| row.first().and_then(Value::int)) {
            if let Some(header) = Header::numbered(session, self.own, link, no)? {
                remove(session, &header)?;
            }
        }
        Ok(())
    }
}

/// A delivery as it arrived: what its header leaves open is found out from its bytes.
fn arrival(session: &mut dyn Session, header: &Header) -> Result<Arrival, RelayError> {
    let control = match header.control(None) {
        Ok(control) => Ok(control),
        Err(_) => {
            let mut meter = Meter::default();
            match write_out(session, header, &mut meter) {
                Ok(()) => header.control(Some(&meter.measure())),
                // Rows that cannot be read keep nobody else's from arriving.
                Err(error @ (RelayError::Foreign(_) | RelayError::Name(_))) => {
                    Err(SlipError::BadValue { name: "link", value: format!("{}: {error}", header.link) })
                }
                Err(error) => return Err(error),
            }
        }
    };
    Ok(Arrival { name: header.name.clone(), control })
}

impl Place for Relay {
    fn describe(&self) -> String {
        self.name.clone()
    }

    fn put(&self, name: &str, data: &Path, control: &Control) -> Result<Option<Receipt>, PlaceError> {
        self.within("書き込み", Purpose::Writing, |session| {
            self.put_within(session, name, data, control)
        })?;
        Ok(None)
    }

    fn receipt(&self, name: &str) -> Result<Option<Receipt>, PlaceError> {
        self.within("読み取り", Purpose::Reading, |session| {
            let Some(header) = Header::named(session, self.own, name)? else { return Ok(None) };
            header.receipt().map_err(|error| RelayError::Answer(name.to_owned(), error))
        })
    }

    fn retire_receipt(&self, name: &str) -> Result<(), PlaceError> {
        self.within("書き込み", Purpose::Writing, |session| {
            Header::named(session, self.own, name)?.map_or(Ok(()), |header| header.retire(session))
        })
    }

    fn arrivals(&self, prefix: &str) -> Result<Vec<Arrival>, PlaceError> {
        self.within("読み取り", Purpose::Reading, |session| {
            let mut waiting = Header::waiting(session, self.other)?;
            waiting.retain(|header| header.name.starts_with(prefix));
            waiting.sort_by(|a, b| a.name.cmp(&b.name));
            waiting.iter().map(|header| arrival(session, header)).collect()
        })
    }

    fn fetch(&self, name: &str, to: &mut dyn Write) -> Result<(), PlaceError> {
        self.within("読み取り", Purpose::Reading, |session| {
            let header = Header::named(session, self.other, name)?
                .ok_or_else(|| RelayError::Missing(name.to_owned()))?;
            write_out(session, &header, to)
        })
    }

    fn answer(&self, name: &str, receipt: &Receipt) -> Result<(), PlaceError> {
        self.within("書き込み", Purpose::Writing, |session| {
            let header = Header::named(session, self.other, name)?
                .ok_or_else(|| RelayError::Missing(name.to_owned()))?;
            match header.receipt() {
                Ok(None) => header.answer(session, receipt),
                Ok(Some(there)) if there.agrees(receipt) => Ok(()),
                _ => Err(RelayError::Taken(format!("{name}.receipt"))),
            }
        })
    }

    fn retire_answer(&self, name: &str) -> Result<(), PlaceError> {
        self.within("書き込み", Purpose::Writing, |session| {
            Header::named(session, self.other, name)?.map_or(Ok(()), |header| header.retire(session))
        })
    }
}
