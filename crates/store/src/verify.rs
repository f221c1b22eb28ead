//! The walk over everything: the chain, the version numbers, the current records.
//!
//! A store brings the rows; what is wrong with them is told here, in the same words for every database.

use std::borrow::Cow;

use register::{ChainHash, Chained, ChangeHasher, Fault, Position, Verification, VersionLine};

use crate::shape::Shape;
use crate::text::{date, time};
use crate::vault::Vault;

/// Problems told; a thoroughly broken file would have one per row.
const PROBLEMS_MAX: usize = 1_000;

/// Rows of a table, one after the other.
pub type Source<'a, T> = &'a mut dyn FnMut() -> Result<Option<T>, Fault>;

/// A row of `changes`, as it is stored.
#[derive(Clone, Debug)]
pub struct ChangeRow<'a> {
    /// Its number.
    pub position: u64,
    /// Microseconds since 1970.
    pub at_us: i64,
    /// A day as text.
    pub effective_on: Cow<'a, str>,
    /// System.
    pub system: Cow<'a, str>,
    /// Function.
    pub function: Cow<'a, str>,
    /// Actor as JSON.
    pub actor: Cow<'a, str>,
    /// Reason.
    pub reason: Cow<'a, str>,
    /// Cause as JSON.
    pub cause: Cow<'a, str>,
    /// The stored hash.
    pub hash: ChainHash,
}

/// A row of `versions`.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The change it belongs to.
    pub position: u64,
    /// Its place among the change's versions.
    pub ordinal: u64,
    /// Kind id.
    pub kind: Cow<'a, str>,
    /// Key.
    pub key: Cow<'a, str>,
    /// Version number.
    pub version: u32,
    /// From which day.
    pub effective_on: domain::Date,
    /// Whether it closes the record.
    pub closed: bool,
    /// The body as stored.
    pub body: Cow<'a, str>,
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

    /// How many problems were told so far.
    pub fn problems(&self) -> usize {
        self.0.problems.len()
    }

    /// Begins the walk along the chain.
    pub fn begin_chain(&mut self) -> Chain<'_> {
        Chain { walk: self, before: ChainHash::START, position: 0, at_us: i64::MIN, open: None }
    }

    /// Walks along the chain. Both sources are in the order of the journal.
    ///
    /// # Errors
    /// Those of the sources.
    pub fn chain(
        &mut self,
        changes: Source<'_, ChangeRow<'static>>,
        lines: Source<'_, Line<'static>>,
    ) -> Result<(), Fault> {
        let mut chain = self.begin_chain();
        let mut line = lines()?;
        while let Some(row) = changes()? {
            while let Some(earlier) = line.take_if(|line| line.position < row.position) {
                chain.line(&earlier);
                line = lines()?;
            }
            chain.change(&row);
        }
        while let Some(last) = line {
            chain.line(&last);
            line = lines()?;
        }
        chain.end();
        Ok(())
    }

    /// A cursor behind the end is a sign of an end that was cut off.
    pub fn cursor(&mut self, name: &str, position: u64, head: u64) {
        if head < position {
            self.tell(|| format!("読み位置「{name}」が変更{position}を指していますが、最後の変更は{head}です。末尾が切り取られています"));
        }
    }

    /// Tells when a version does not follow the one before it of the same key.
    fn step(&mut self, before: Option<&Line<'_>>, line: &Line<'_>) {
        let expected = before.map_or(1, |before| before.version.saturating_add(1));
        if line.version != expected {
            self.tell(|| {
                format!(
                    "{} {}: 版{expected}があるはずのところに、版{}があります",
                    line.kind, line.key, line.version
                )
            });
        }
        if before.is_some_and(|before| (line.position, line.ordinal) <= (before.position, before.ordinal)) {
            self.tell(|| {
                format!("{} {}: 版{}が、その前の版より先に書かれています", line.kind, line.key, line.version)
            });
        }
        if line.closed && before.is_none_or(|before| before.closed) {
            self.tell(|| {
                format!("{} {}: 版{}が、開いていない記録を閉じています", line.kind, line.key, line.version)
            });
        }
    }

    /// Walks the versions of a kind this program does not know, by key and version.
    ///
    /// # Errors
    /// Those of the source.
    pub fn unknown_kind(&mut self, lines: Source<'_, Line<'static>>) -> Result<(), Fault> {
        let mut before: Option<Line<'_>> = None;
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
        lines: Source<'_, Line<'static>>,
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
            while let Some(alone) = current.take_if(|current| *current.key < *newest.key) {
                self.tell(|| format!("{kind} {}: 版のない今の記録があります", alone.key));
                current = currents()?;
            }
            match current.take_if(|current| *current.key == *newest.key) {
                None => self.tell(|| format!("{kind} {}: 今の記録がありません", newest.key)),
                Some(same) => {
                    if let Some(differs) = difference(shape, vault, &newest, &same) {
                        self.tell(|| format!("{kind} {}: {differs}", newest.key));
                    }
                    current = currents()?;
                }
            }
        }
        while let Some(alone) = current {
            self.tell(|| format!("{kind} {}: 版のない今の記録があります", alone.key));
            current = currents()?;
        }
        Ok(())
    }
}

/// The walk along the chain: positions without gaps, times that never go back, hashes recomputed, no version without its
/// change. It is given everything in the order of the journal, each change before its versions.
#[derive(Debug)]
pub struct Chain<'w> {
    walk: &'w mut Walk,
    before: ChainHash,
    position: u64,
    at_us: i64,
    open: Option<Open>,
}

/// The change whose versions are being met.
#[derive(Debug)]
struct Open {
    stored: ChainHash,
    hasher: Result<ChangeHasher, Fault>,
    versions: u64,
    has_gaps: bool,
}

impl Chain<'_> {
    /// The next change.
    pub fn change(&mut self, row: &ChangeRow<'_>) {
        self.close();
        let position = row.position;
        if position != self.position.saturating_add(1) {
            let before = self.position;
            self.walk.tell(|| format!("変更{before}の次が変更{position}です。間の変更がありません"));
        }
        if row.at_us < self.at_us {
            self.walk.tell(|| format!("変更{position}の時刻が、その前の変更より前です"));
        }
        let hasher = begin(row, &self.before);
        self.open = Some(Open { stored: row.hash, hasher, versions: 0, has_gaps: false });
        (self.position, self.at_us) = (position, row.at_us);
    }

    /// The next version: of the change given last, or of none.
    pub fn line(&mut self, line: &Line<'_>) {
        let own = self.open.as_mut().filter(|_| line.position == self.position);
        let Some(open) = own else {
            self.walk.tell(|| {
                format!(
                    "{} {} の版{}が属する変更{}がありません",
                    line.kind, line.key, line.version, line.position
                )
            });
            return;
        };
        open.has_gaps |= line.ordinal != open.versions;
        open.versions = open.versions.saturating_add(1);
        if let Ok(hasher) = &mut open.hasher {
            hasher.version(&VersionLine {
                kind: &line.kind,
                key: &line.key,
                version: line.version,
                effective_on: line.effective_on,
                closed: line.closed,
                body: &line.body,
            });
        }
    }

    /// The end of the journal.
    pub fn end(mut self) {
        self.close();
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let position = self.position;
        if open.has_gaps {
            self.walk.tell(|| format!("変更{position}の版が抜けています"));
        }
        match open.hasher.map(ChangeHasher::finish) {
            Ok(hash) if hash == open.stored => {}
            Ok(_) => self.walk.tell(|| {
                format!(
                    "変更{position}がハッシュと合いません。この変更か、その前の変更が書き換えられています"
                )
            }),
            Err(error) => self.walk.tell(|| format!("変更{position}が読めません: {error}")),
        }
        let found = &mut self.walk.0;
        found.changes = found.changes.saturating_add(1);
        found.versions = found.versions.saturating_add(open.versions);
        found.head = Some(open.stored);
        // Going on from the stored hash tells each broken place once.
        self.before = open.stored;
    }
}

fn begin(row: &ChangeRow<'_>, before: &ChainHash) -> Result<ChangeHasher, Fault> {
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
    Ok(ChangeHasher::begin(before, &change))
}

/// What of a current record is not as the newest version has it.
fn difference(shape: &Shape, vault: Option<&Vault>, newest: &Line<'_>, current: &Current) -> Option<String> {
    if current.version != newest.version || current.position != newest.position {
        return Some(format!(
            "今の記録は版{}（変更{}）ですが、最新の版は{}（変更{}）です",
            current.version, current.position, newest.version, newest.position
        ));
    }
    if current.body != newest.body {
        return Some("今の記録の内容が、最新の版と違います".to_owned());
    }
    if current.closed != newest.closed {
        return Some("今の記録と最新の版の、一方だけが閉じています".to_owned());
    }
    if current.effective_on != newest.effective_on.to_string()
        || newest.recorded_us.is_some_and(|at| at != current.recorded_us)
    {
        return Some("今の記録の日付か時刻が、最新の版と違います".to_owned());
    }
    // A reading without the key compares all but what only the key can tell.
    if vault.is_none() && !shape.kind.sealed.is_empty() {
        return None;
    }
    let opened = shape.open(vault, &newest.key, newest.body.clone().into_owned());
    let columns = opened.and_then(|body| shape.columns(vault, body.as_str()));
    match columns {
        Ok(columns) if columns == current.columns => None,
        Ok(_) => Some("検索の列が、記録の内容と違います".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}
