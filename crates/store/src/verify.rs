//! The walk over everything: the chain, the version numbers, the current records.
//!
//! A store brings the rows; what is wrong with them is told here, in the same words for every database.

use register::{ChainHash, Chained, Fault, Position, Verification, VersionLine, change_hash};

use crate::shape::Shape;
use crate::text::{date, time};
use crate::vault::Vault;

/// Problems told; a thoroughly broken file would have one per row.
const PROBLEMS_MAX: usize = 1_000;

/// Rows of a table, one after the other.
pub type Source<'a, T> = &'a mut dyn FnMut() -> Result<Option<T>, Fault>;

/// A row of `changes`, as it is stored.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// Its number.
    pub position: u64,
    /// Microseconds since 1970.
    pub at_us: i64,
    /// A day as text.
    pub effective_on: String,
    /// System.
    pub system: String,
    /// Function.
    pub function: String,
    /// Actor as JSON.
    pub actor: String,
    /// Reason.
    pub reason: String,
    /// Cause as JSON.
    pub cause: String,
    /// The stored hash.
    pub hash: ChainHash,
}

/// A row of `versions`.
#[derive(Clone, Debug)]
pub struct Line {
    /// The change it belongs to.
    pub position: u64,
    /// Its place among the change's versions.
    pub ordinal: u64,
    /// Kind id.
    pub kind: String,
    /// Key.
    pub key: String,
    /// Version number.
    pub version: u32,
    /// From which day.
    pub effective_on: domain::Date,
    /// Whether it closes the record.
    pub closed: bool,
    /// The body as stored.
    pub body: String,
    /// When its change was recorded; none where it was not asked, or the change is missing.
    pub recorded_us: Option<i64>,
}

/// A row of a `current_…` table.
#[derive(Clone, Debug)]
pub struct Current {
    /// Key.
    pub key: String,
    /// Version number.
    pub version: u32,
    /// The change that wrote it.
    pub position: u64,
    /// A day as text.
    pub effective_on: String,
    /// Whether the record is closed.
    pub closed: bool,
    /// The body as stored.
    pub body: String,
    /// The declared columns.
    pub columns: Vec<Option<String>>,
    /// When it was recorded, microseconds since 1970.
    pub recorded_us: i64,
}

/// A verification under way.
#[derive(Debug, Default)]
pub struct Walk(Verification);

impl Walk {
    /// What was found.
    pub fn end(self) -> Verification {
        self.0
    }

    /// Notes what a store found by itself.
    pub fn found(&mut self, problem: String) {
        self.tell(|| problem);
    }

    fn tell(&mut self, problem: impl FnOnce() -> String) {
        if self.0.problems.len() < PROBLEMS_MAX {
            self.0.problems.push(problem());
        }
    }

    /// Positions without gaps, times that never go back, hashes recomputed, no version without its change. Both sources
    /// are in the order of the journal.
    ///
    /// # Errors
    /// Those of the sources.
    pub fn chain(&mut self, changes: Source<'_, ChangeRow>, lines: Source<'_, Line>) -> Result<(), Fault> {
        let mut line = lines()?;
        let (mut before, mut position_before, mut at_before) = (ChainHash::START, 0_u64, i64::MIN);
        while let Some(row) = changes()? {
            let position = row.position;
            if position != position_before.saturating_add(1) {
                self.tell(|| {
                    format!("change {position} follows change {position_before}: changes are missing")
                });
            }
            if row.at_us < at_before {
                self.tell(|| format!("change {position} was recorded before the change in front of it"));
            }
            while let Some(orphan) = line.take_if(|line| line.position < position) {
                self.tell_orphan(&orphan);
                line = lines()?;
            }
            let mut own = Vec::new();
            while let Some(next) = line.take_if(|line| line.position == position) {
                own.push(next);
                line = lines()?;
            }
            if own.iter().zip(0..).any(|(line, ordinal)| line.ordinal != ordinal) {
                self.tell(|| format!("change {position} has gaps between its versions"));
            }
            match hash_of(&row, &before, &own) {
                Ok(hash) if hash == row.hash => {}
                Ok(_) => self.tell(|| {
                    format!("change {position} does not fit its hash: it, or one before, was altered")
                }),
                Err(error) => self.tell(|| format!("change {position} does not read: {error}")),
            }
            self.0.changes = self.0.changes.saturating_add(1);
            self.0.versions = self.0.versions.saturating_add(u64::try_from(own.len()).unwrap_or(u64::MAX));
            self.0.head = Some(row.hash);
            // Going on from the stored hash tells each broken place once.
            (before, position_before, at_before) = (row.hash, position, row.at_us);
        }
        while let Some(orphan) = line {
            self.tell_orphan(&orphan);
            line = lines()?;
        }
        Ok(())
    }

    fn tell_orphan(&mut self, line: &Line) {
        self.tell(|| {
            format!(
                "{} {} version {} belongs to change {}, which is missing",
                line.kind, line.key, line.version, line.position
            )
        });
    }

    /// A cursor behind the end is a sign of an end that was cut off.
    pub fn cursor(&mut self, name: &str, position: u64, head: u64) {
        if head < position {
            self.tell(|| format!("cursor {name} stands at {position}, behind the newest change {head}"));
        }
    }

    /// Tells when a version does not follow the one before it of the same key.
    fn step(&mut self, before: Option<&Line>, line: &Line) {
        let expected = before.map_or(1, |before| before.version.saturating_add(1));
        if line.version != expected {
            self.tell(|| {
                format!(
                    "{} {}: version {} stands where {expected} belongs",
                    line.kind, line.key, line.version
                )
            });
        }
        if before.is_some_and(|before| (line.position, line.ordinal) <= (before.position, before.ordinal)) {
            self.tell(|| {
                format!(
                    "{} {}: version {} was written before the version in front of it",
                    line.kind, line.key, line.version
                )
            });
        }
        if line.closed && before.is_none_or(|before| before.closed) {
            self.tell(|| {
                format!(
                    "{} {}: version {} closes a record that is not open",
                    line.kind, line.key, line.version
                )
            });
        }
    }

    /// Walks the versions of a kind this program does not know, by key and version.
    ///
    /// # Errors
    /// Those of the source.
    pub fn unknown_kind(&mut self, lines: Source<'_, Line>) -> Result<(), Fault> {
        let mut before: Option<Line> = None;
        while let Some(line) = lines()? {
            self.step(before.as_ref().filter(|before| before.key == line.key), &line);
            before = Some(line);
        }
        Ok(())
    }

    /// Walks the versions of a kind and its current records side by side, the first by key and version, the second by
    /// key.
    ///
    /// # Errors
    /// Those of the sources.
    pub fn kind(
        &mut self,
        shape: &Shape,
        vault: Option<&Vault>,
        lines: Source<'_, Line>,
        currents: Source<'_, Current>,
    ) -> Result<(), Fault> {
        let kind = shape.kind.id;
        let mut current = currents()?;
        let mut line = lines()?;
        while let Some(mut newest) = line {
            self.step(None, &newest);
            line = lines()?;
            while let Some(next) = line.take_if(|line| line.key == newest.key) {
                self.step(Some(&newest), &next);
                newest = next;
                line = lines()?;
            }
            while let Some(alone) = current.take_if(|current| current.key < newest.key) {
                self.tell(|| format!("{kind} {}: a current record without versions", alone.key));
                current = currents()?;
            }
            match current.take_if(|current| current.key == newest.key) {
                None => self.tell(|| format!("{kind} {}: the current record is missing", newest.key)),
                Some(same) => {
                    if let Some(differs) = difference(shape, vault, &newest, &same) {
                        self.tell(|| format!("{kind} {}: {differs}", newest.key));
                    }
                    current = currents()?;
                }
            }
        }
        while let Some(alone) = current {
            self.tell(|| format!("{kind} {}: a current record without versions", alone.key));
            current = currents()?;
        }
        Ok(())
    }
}

fn hash_of(row: &ChangeRow, before: &ChainHash, own: &[Line]) -> Result<ChainHash, Fault> {
    let change = Chained {
        position: Position(row.position),
        at: time(row.at_us)?,
        effective_on: date(&row.effective_on)?,
        system: &row.system,
        function: &row.function,
        actor: &row.actor,
        reason: &row.reason,
        cause: &row.cause,
    };
    let versions = own.iter().map(|line| VersionLine {
        kind: &line.kind,
        key: &line.key,
        version: line.version,
        effective_on: line.effective_on,
        closed: line.closed,
        body: &line.body,
    });
    Ok(change_hash(before, &change, versions))
}

/// What of a current record is not as the newest version has it.
fn difference(shape: &Shape, vault: Option<&Vault>, newest: &Line, current: &Current) -> Option<String> {
    if current.version != newest.version || current.position != newest.position {
        return Some(format!(
            "the current record is version {} of change {}, the newest is {} of {}",
            current.version, current.position, newest.version, newest.position
        ));
    }
    if current.body != newest.body {
        return Some("the current body is not that of the newest version".to_owned());
    }
    if current.closed != newest.closed {
        return Some(
            "the current record is open and the newest version closed, or the other way round".to_owned(),
        );
    }
    if current.effective_on != newest.effective_on.to_string()
        || newest.recorded_us.is_some_and(|at| at != current.recorded_us)
    {
        return Some("the current record has another date or time than the newest version".to_owned());
    }
    // A reading without the key compares all but what only the key can tell.
    if vault.is_none() && !shape.kind.sealed.is_empty() {
        return None;
    }
    let opened = shape.open(vault, &newest.key, newest.body.clone());
    let columns = opened.and_then(|body| shape.columns(vault, body.as_str()));
    match columns {
        Ok(columns) if columns == current.columns => None,
        Ok(_) => Some("the declared columns are not those of the body".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}
