//! What a group of jobs becomes, decided in memory.
//!
//! The writer holds the journal's lock, reads what the group touches in one go, decides every draft here one after the
//! other, and writes the outcome in one go. Nothing here knows of a database.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::Date;
use jiff::Timestamp;
use register::{Actor, ColumnRule, CommitError, Committed, Draft, Fault, Op, Position, VersionLine};
use store::{
    Found, KEY_BYTES_MAX, Kinds, LeaseHeld, LeaseRequest, OfKind, Place, Tip, Vault, conflict, lease_token,
    next_version,
};

/// A draft with all that can be worked out before the journal's lock is held.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) draft: Draft,
    contents: Vec<Content>,
}

#[derive(Debug)]
enum Content {
    Put { body: Arc<str>, columns: Columns },
    Close,
}

type Columns = Arc<[Option<String>]>;

/// Seals bodies and takes the columns out of them.
pub(crate) fn prepare<K: OfKind>(
    kinds: &Kinds<K>,
    vault: Option<&Vault>,
    draft: Draft,
) -> Result<Prepared, Fault> {
    let texts = [&draft.system, &draft.function, &draft.reason].into_iter();
    let names =
        draft.cursors.iter().map(|cursor| &cursor.name).chain(draft.guard.iter().map(|guard| &guard.name));
    if texts.chain(names).any(|text| text.contains('\0')) {
        return Err(Fault::because("a text of the change holds the character NUL"));
    }
    let mut contents = Vec::with_capacity(draft.writes.len());
    for write in &draft.writes {
        let shape = kinds.of(write.kind)?.shape();
        let kind = shape.kind.id;
        if KEY_BYTES_MAX < write.key.len() {
            return Err(Fault::because(format!("a key of {kind} is longer than {KEY_BYTES_MAX} bytes")));
        }
        let content = match &write.op {
            Op::Close => Content::Close,
            Op::Put(body) => {
                let columns = shape.columns(vault, body.as_str())?;
                let stored = shape.stored(vault, &write.key, body.as_str())?;
                let body = stored.as_ref().unwrap_or(body).as_str();
                Content::Put { body: body.into(), columns: columns.into() }
            }
        };
        if write.key.contains('\0') {
            return Err(Fault::because(format!("a key of {kind} holds the character NUL")));
        }
        contents.push(content);
    }
    Ok(Prepared { draft, contents })
}

/// What must be read of a kind before its writes are decided.
#[derive(Debug, Default)]
pub(crate) struct Need<'a> {
    pub(crate) keys: BTreeSet<&'a str>,
    pub(crate) closing: BTreeSet<&'a str>,
    /// Per unique column, by its place.
    pub(crate) values: BTreeMap<usize, BTreeSet<&'a str>>,
}

/// What must be read before a group is decided.
#[derive(Debug, Default)]
pub(crate) struct Needs<'a> {
    pub(crate) kinds: BTreeMap<&'static str, Need<'a>>,
    pub(crate) cursors: BTreeSet<&'a str>,
    pub(crate) leases: BTreeSet<&'a str>,
}

impl<'a> Needs<'a> {
    pub(crate) fn of(&mut self, prepared: &'a Prepared) {
        self.cursors.extend(prepared.draft.cursors.iter().map(|cursor| cursor.name.as_str()));
        self.leases.extend(prepared.draft.guard.iter().map(|guard| guard.name.as_str()));
        for (write, content) in prepared.draft.writes.iter().zip(&prepared.contents) {
            let need = self.kinds.entry(write.kind.id).or_default();
            need.keys.insert(&write.key);
            match content {
                Content::Close => {
                    need.closing.insert(&write.key);
                }
                Content::Put { columns, .. } => {
                    for (place, value) in unique(write.kind, columns) {
                        need.values.entry(place).or_default().insert(value);
                    }
                }
            }
        }
    }
}

/// The values of the unique columns that hold one, by the column's place.
fn unique<'a>(
    kind: &register::Kind,
    columns: &'a [Option<String>],
) -> impl Iterator<Item = (usize, &'a str)> {
    let all = kind.columns.iter().zip(columns).enumerate();
    all.filter(|(_, (column, _))| column.rule == ColumnRule::Unique)
        .filter_map(|(place, (_, value))| value.as_deref().map(|value| (place, value)))
}

/// The newest version of a key.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) version: u32,
    pub(crate) position: u64,
    pub(crate) recorded_us: i64,
    pub(crate) effective_on: Date,
    pub(crate) closed: bool,
    /// None when it was not asked for.
    pub(crate) body: Option<Arc<str>>,
    pub(crate) columns: Columns,
}

/// A version to be appended.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) position: u64,
    pub(crate) ordinal: i32,
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    pub(crate) version: u32,
    pub(crate) effective_on: Date,
    pub(crate) closed: bool,
    pub(crate) body: Arc<str>,
}

/// A change to be appended.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) tip: Tip,
    pub(crate) effective_on: Date,
    pub(crate) system: String,
    pub(crate) function: String,
    pub(crate) actor: String,
    pub(crate) author: Actor,
    pub(crate) reason: String,
    pub(crate) cause: String,
    pub(crate) at: Timestamp,
}

/// Why a draft is not accepted.
#[derive(Debug)]
pub(crate) enum Refusal {
    Final(CommitError),
    /// A conflict whose holder is still to be read, and the holder's change.
    HeldBy(u64, CommitError),
}

impl<E: Into<CommitError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Final(error.into())
    }
}

type RecordKey = (&'static str, String);

/// What a refused draft takes back.
enum Undo {
    Record(RecordKey, Option<Record>),
    Holder((&'static str, usize, String), Option<String>),
    Cursor(String, Option<u64>),
}

/// What was read, and what has been decided on top of it.
pub(crate) struct Desk {
    pub(crate) tip: Tip,
    records: HashMap<RecordKey, Record>,
    /// As the records stood before the group.
    before: HashMap<RecordKey, Record>,
    holders: HashMap<(&'static str, usize, String), String>,
    cursors: HashMap<String, u64>,
    leases: HashMap<String, LeaseHeld>,
    pub(crate) granted: BTreeMap<String, LeaseHeld>,
    pub(crate) moved: BTreeSet<String>,
    pub(crate) touched: BTreeMap<&'static str, BTreeSet<String>>,
    pub(crate) changes: Vec<Change>,
    pub(crate) lines: Vec<Line>,
    undo: Vec<Undo>,
}

impl Desk {
    pub(crate) fn new(tip: Tip) -> Self {
        Self {
            tip,
            records: HashMap::new(),
            before: HashMap::new(),
            holders: HashMap::new(),
            cursors: HashMap::new(),
            leases: HashMap::new(),
            granted: BTreeMap::new(),
            moved: BTreeSet::new(),
            touched: BTreeMap::new(),
            changes: Vec::new(),
            lines: Vec::new(),
            undo: Vec::new(),
        }
    }

    pub(crate) fn know_record(&mut self, kind: &'static str, key: String, record: Record) {
        self.before.insert((kind, key.clone()), record.clone());
        self.records.insert((kind, key), record);
    }

    pub(crate) fn know_holder(&mut self, kind: &'static str, place: usize, value: String, key: String) {
        self.holders.insert((kind, place, value), key);
    }

    pub(crate) fn know_cursor(&mut self, name: String, position: u64) {
        self.cursors.insert(name, position);
    }

    pub(crate) fn know_lease(&mut self, name: String, held: LeaseHeld) {
        self.leases.insert(name, held);
    }

    pub(crate) fn cursor(&self, name: &str) -> u64 {
        self.cursors.get(name).copied().unwrap_or(0)
    }

    /// The records of a kind that are to be written, each once, as the last draft left it.
    pub(crate) fn outcome(&self, kind: &'static str) -> Vec<(&str, &Record)> {
        let keys = self.touched.get(kind).into_iter().flatten();
        keys.filter_map(|key| {
            let record = self.records.get(&(kind, key.clone()))?;
            Some((key.as_str(), record))
        })
        .collect()
    }

    /// The records of a kind that give a unique value away in this group, to whomever.
    pub(crate) fn giving(&self, kind: &'static register::Kind) -> Vec<&str> {
        if kind.columns.iter().all(|column| column.rule != ColumnRule::Unique) {
            return Vec::new();
        }
        let gives = |key: &str, record: &Record| {
            let before = self.before.get(&(kind.id, key.to_owned())).filter(|before| !before.closed);
            before.is_some_and(|before| {
                unique(kind, &before.columns).any(|(place, value)| {
                    record.closed || record.columns.get(place).and_then(Option::as_deref) != Some(value)
                })
            })
        };
        self.outcome(kind.id)
            .into_iter()
            .filter(|(key, record)| gives(key, record))
            .map(|(key, _)| key)
            .collect()
    }

    /// Grants, renews or refuses a lease.
    pub(crate) fn lease(&mut self, request: &LeaseRequest) -> Option<u64> {
        let token = lease_token(self.leases.get(&request.name), request)?;
        let held =
            LeaseHeld { holder: request.holder.clone(), token, until_us: request.until.as_microsecond() };
        self.granted.insert(request.name.clone(), held.clone());
        self.leases.insert(request.name.clone(), held);
        Some(token)
    }

    /// Decides drafts, all or none.
    pub(crate) fn all(&mut self, drafts: &[Prepared]) -> Result<Vec<Committed>, Refusal> {
        let (tip, changes, lines) = (self.tip, self.changes.len(), self.lines.len());
        let done = drafts.iter().map(|draft| self.one(draft)).collect::<Result<Vec<_>, _>>();
        match &done {
            Ok(_) => {
                for undo in std::mem::take(&mut self.undo) {
                    match undo {
                        Undo::Record((kind, key), _) => {
                            self.touched.entry(kind).or_default().insert(key);
                        }
                        Undo::Cursor(name, _) => {
                            self.moved.insert(name);
                        }
                        Undo::Holder(..) => {}
                    }
                }
            }
            Err(_) => {
                self.take_back();
                self.tip = tip;
                self.changes.truncate(changes);
                self.lines.truncate(lines);
            }
        }
        done
    }

    fn take_back(&mut self) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Record(key, before) => restore(&mut self.records, key, before),
                Undo::Holder(key, before) => restore(&mut self.holders, key, before),
                Undo::Cursor(name, before) => restore(&mut self.cursors, name, before),
            }
        }
    }

    fn one(&mut self, prepared: &Prepared) -> Result<Committed, Refusal> {
        let draft = &prepared.draft;
        let place = self.tip.place(draft)?;
        if let Some(guard) = &draft.guard
            && self.leases.get(&guard.name).map(|held| held.token) != Some(guard.token)
        {
            return Err(CommitError::LeaseLost { name: guard.name.clone() }.into());
        }
        for cursor in &draft.cursors {
            let found = Position(self.cursor(&cursor.name));
            if found != cursor.from {
                let (name, expected) = (cursor.name.clone(), cursor.from);
                return Err(CommitError::CursorMoved { name, expected, found }.into());
            }
            let before = self.cursors.insert(cursor.name.clone(), cursor.to.0);
            self.undo.push(Undo::Cursor(cursor.name.clone(), before));
        }
        let first = self.lines.len();
        for (ordinal, (write, content)) in (0..).zip(draft.writes.iter().zip(&prepared.contents)) {
            self.write(&place, ordinal, write, content)?;
        }
        let own = self.lines.get(first..).unwrap_or_default();
        let sealed = place.seal(own.iter().map(|line| VersionLine {
            kind: line.kind,
            key: &line.key,
            version: line.version,
            effective_on: line.effective_on,
            closed: line.closed,
            body: &line.body,
        }))?;
        self.changes.push(Change {
            tip: sealed.tip,
            effective_on: place.effective_on,
            system: draft.system.clone(),
            function: draft.function.clone(),
            actor: sealed.actor,
            author: draft.actor.clone(),
            reason: draft.reason.clone(),
            cause: sealed.cause,
            at: place.at,
        });
        self.tip = sealed.tip;
        Ok(sealed.committed)
    }

    fn write(
        &mut self,
        place: &Place<'_>,
        ordinal: i32,
        write: &register::Write,
        content: &Content,
    ) -> Result<(), Refusal> {
        let kind = write.kind.id;
        let at = (kind, write.key.clone());
        let found = self.records.get(&at);
        let newest = found.map(|found| Found { version: found.version, closed: found.closed });
        let Some(version) = next_version(write.expect, newest)? else {
            return Err(self.refuse(place, write, newest, found.map(|found| found.position)));
        };
        let (body, columns, closed) = match content {
            Content::Put { body, columns } => (Arc::clone(body), Arc::clone(columns), false),
            // The closing version carries the last body on, so that its reader knows what was closed.
            Content::Close => {
                let last = found.and_then(|found| Some((found.body.clone()?, Arc::clone(&found.columns))));
                let (body, columns) =
                    last.ok_or_else(|| Fault::because("a record that does not exist cannot be closed"))?;
                (body, columns, true)
            }
        };
        let given = found.filter(|found| !found.closed).map(|found| Arc::clone(&found.columns));
        let effective_on = write.effective_on.unwrap_or(place.effective_on);
        if !closed {
            for (column, value) in unique(write.kind, &columns) {
                let holder = self.holders.get(&(kind, column, value.to_owned()));
                if let Some(holder) = holder.filter(|holder| **holder != write.key) {
                    return Err(CommitError::NotUnique {
                        kind: kind.to_owned(),
                        column: write.kind.columns.get(column).map_or("", |column| column.name).to_owned(),
                        key: write.key.clone(),
                        holder: holder.clone(),
                    }
                    .into());
                }
            }
        }
        for (column, value) in given.iter().flat_map(|given| unique(write.kind, given)) {
            self.hold((kind, column, value.to_owned()), None);
        }
        if !closed {
            for (column, value) in unique(write.kind, &columns) {
                self.hold((kind, column, value.to_owned()), Some(write.key.clone()));
            }
        }
        self.lines.push(Line {
            position: place.position,
            ordinal,
            kind,
            key: write.key.clone(),
            version,
            effective_on,
            closed,
            body: Arc::clone(&body),
        });
        let record = Record {
            version,
            position: place.position,
            recorded_us: place.at_us,
            effective_on,
            closed,
            body: Some(body),
            columns,
        };
        let before = self.records.insert(at.clone(), record);
        self.undo.push(Undo::Record(at, before));
        Ok(())
    }

    fn hold(&mut self, at: (&'static str, usize, String), holder: Option<String>) {
        let before = match holder {
            Some(holder) => self.holders.insert(at.clone(), holder),
            None => self.holders.remove(&at),
        };
        self.undo.push(Undo::Holder(at, before));
    }

    /// A conflict, with its holder where this group knows it.
    fn refuse(
        &self,
        place: &Place<'_>,
        write: &register::Write,
        newest: Option<Found>,
        position: Option<u64>,
    ) -> Refusal {
        let Some(position) = position else { return conflict(write, newest, None).into() };
        if position == place.position {
            let own = (place.draft.actor.clone(), place.draft.function.clone(), place.at);
            return conflict(write, newest, Some(own)).into();
        }
        match self.changes.iter().rev().find(|change| change.tip.position == position) {
            Some(change) => {
                let holder = (change.author.clone(), change.function.clone(), change.at);
                conflict(write, newest, Some(holder)).into()
            }
            None => Refusal::HeldBy(position, conflict(write, newest, None)),
        }
    }
}

fn restore<K: Eq + std::hash::Hash, V>(map: &mut HashMap<K, V>, key: K, before: Option<V>) {
    match before {
        Some(before) => map.insert(key, before),
        None => map.remove(&key),
    };
}
