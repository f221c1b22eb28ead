//! The two exchanges of a group with the server: lock and read, write and commit.

use std::collections::HashMap;

use register::{Actor, ChainHash, CommitError, Committed, Fault, Lease};
use store::{Answer, LeaseHeld, OfKind, OrFault, Tip, Trouble, conflict_holder, int, time, uint, version};
use tokio_postgres::{Error, Row};

use crate::Shared;
use crate::conn::{Conn, Param};
use crate::drive::{Request, pipeline};
use crate::error::{fault, is_lost};
use crate::kinds::KindSql;
use crate::plan::{Desk, Need, Needs, Record, Refusal};
use crate::writer::{Failure, Job, lease};

/// Rows of one statement; more are sent in several.
const ROWS_MAX: usize = 5_000;

/// The declarations' name is always there; the end of the journal is not.
const TIP: &str = "
SELECT m.value, c.position, c.at_us, c.hash FROM meta m
LEFT JOIN (SELECT position, at_us, hash FROM changes ORDER BY position DESC LIMIT 1) c ON true
WHERE m.name = 'declared'";
const CURSORS: &str = "SELECT name, position FROM cursors WHERE name = ANY($1)";
const LEASES: &str = "SELECT name, holder, token, until_us FROM leases WHERE name = ANY($1)";
const HOLDERS: &str = "SELECT position, actor, function, at_us FROM changes WHERE position = ANY($1)";

const ADD_VERSIONS: &str = "
INSERT INTO versions (position, ordinal, kind, key, version, effective_on, closed, body)
SELECT * FROM unnest($1::int8[], $2::int4[], $3::text[], $4::text[], $5::int8[], $6::text[], $7::bool[],
  $8::text[])";
const ADD_CHANGES: &str = "
INSERT INTO changes (position, at_us, effective_on, system, function, actor, reason, cause, hash, batch)
SELECT *, $10::bytea FROM unnest($1::int8[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[],
  $7::text[], $8::text[], $9::bytea[])";
const MOVE_CURSORS: &str = "
INSERT INTO cursors SELECT * FROM unnest($1::text[], $2::int8[])
ON CONFLICT (name) DO UPDATE SET position = excluded.position";
const GRANT_LEASES: &str = "
INSERT INTO leases SELECT * FROM unnest($1::text[], $2::text[], $3::int8[], $4::int8[])
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = excluded.token, until_us = excluded.until_us";

const READING: &str = "the current records cannot be read";
const WRITING: &str = "the change cannot be written";

/// A statement with the values that go with it. The driver borrows them until the answer is there.
struct Call<'a> {
    statement: tokio_postgres::Statement,
    params: Vec<Param<'a>>,
}

/// Takes the journal's lock and reads all a group touches.
pub(crate) fn hold(shared: &Shared, conn: &Conn, needs: &Needs<'_>) -> Result<Desk, Failure> {
    let lost = |error| Failure::before(READING, error);
    let cursors: Vec<&str> = needs.cursors.iter().copied().collect();
    let leases: Vec<&str> = needs.leases.iter().copied().collect();
    let mut kinds = Vec::new();
    for (kind, need) in &needs.kinds {
        let sql = shared
            .reading
            .kinds
            .get(kind)
            .ok_or_else(|| Fault::because("a kind is unknown to this store"))?;
        kinds.push((sql, Arrays::of(need)));
    }
    let prepare = |sql: &str| conn.prepare(sql).map_err(lost);
    let mut calls = vec![Call { statement: prepare(TIP)?, params: vec![] }];
    if !cursors.is_empty() {
        calls.push(Call { statement: prepare(CURSORS)?, params: vec![&cursors] });
    }
    if !leases.is_empty() {
        calls.push(Call { statement: prepare(LEASES)?, params: vec![&leases] });
    }
    for (sql, arrays) in &kinds {
        let mut params: Vec<Param<'_>> = vec![&arrays.keys, &arrays.closing];
        params.extend(
            sql.unique.iter().map(|place| -> Param<'_> { arrays.values.get(place).unwrap_or(&arrays.none) }),
        );
        calls.push(Call { statement: prepare(&sql.lookup)?, params });
    }
    // The lock is a statement of its own: what is read behind it must see what was committed while it was waited for.
    let mut requests = vec![conn.plain(&shared.begin)];
    requests.extend(calls.iter().map(|call| conn.request(call.statement.clone(), &call.params)));
    let mut answers = conn.wait(pipeline(requests)).into_iter();
    let mut next = || answers.next().unwrap_or_else(|| Ok(Vec::new())).map_err(lost);

    next()?;
    let rows = next()?;
    let declared: Option<&str> = rows.first().map(|row| get(row, 0)).transpose()?;
    if declared != Some(&shared.declared) {
        return Err(Fault::from(Trouble::Superseded).into());
    }
    let tip = rows.first().map_or(Ok(Tip::START), tip)?;
    let mut desk = Desk::new(tip);
    if !cursors.is_empty() {
        for row in next()? {
            desk.know_cursor(get(&row, 0)?, uint(get(&row, 1)?));
        }
    }
    if !leases.is_empty() {
        for row in next()? {
            let held =
                LeaseHeld { holder: get(&row, 1)?, token: uint(get(&row, 2)?), until_us: get(&row, 3)? };
            desk.know_lease(get(&row, 0)?, held);
        }
    }
    for ((sql, _), need) in kinds.iter().zip(needs.kinds.values()) {
        let kind = sql.shape.kind;
        for row in next()? {
            let (key, record): (String, _) = (get(&row, 0)?, record(&row, kind.columns.len())?);
            for place in sql.unique.iter().filter(|_| !record.closed) {
                if let Some(Some(value)) = record.columns.get(*place) {
                    desk.know_holder(kind.id, *place, value.clone(), key.clone());
                }
            }
            if need.keys.contains(key.as_str()) {
                desk.know_record(kind.id, key, record);
            }
        }
    }
    Ok(desk)
}

/// What is read of a kind, as the driver takes it.
struct Arrays<'a> {
    keys: Vec<&'a str>,
    closing: Vec<&'a str>,
    values: HashMap<usize, Vec<&'a str>>,
    none: Vec<&'a str>,
}

impl<'a> Arrays<'a> {
    fn of(need: &Need<'a>) -> Self {
        Self {
            keys: need.keys.iter().copied().collect(),
            closing: need.closing.iter().copied().collect(),
            values: need
                .values
                .iter()
                .map(|(place, values)| (*place, values.iter().copied().collect()))
                .collect(),
            none: Vec::new(),
        }
    }
}

fn get<'a, T: tokio_postgres::types::FromSql<'a>>(row: &'a Row, place: usize) -> Result<T, Failure> {
    row.try_get(place).map_err(|error| Failure::Failed(fault(READING, error)))
}

fn tip(row: &Row) -> Result<Tip, Failure> {
    let Some(position) = get::<Option<i64>>(row, 1)? else { return Ok(Tip::START) };
    let hash: &[u8] = get(row, 3)?;
    Ok(Tip {
        position: uint(position),
        at_us: get(row, 2)?,
        // A hash of another length fits no change; verification tells the place.
        hash: ChainHash(hash.try_into().unwrap_or([0xFF; 32])),
    })
}

/// The row of a lookup. Day and time are not asked for: only a new version is written, and it has its own.
fn record(row: &Row, columns: usize) -> Result<Record, Failure> {
    let columns: Vec<Option<String>> =
        (5..).take(columns).map(|place| get(row, place)).collect::<Result<_, _>>()?;
    let body: Option<&str> = get(row, 4)?;
    Ok(Record {
        version: version(get(row, 1)?)?,
        position: uint(get(row, 2)?),
        recorded_us: 0,
        effective_on: domain::Date::ZERO,
        closed: get(row, 3)?,
        body: body.map(Into::into),
        columns: columns.into(),
    })
}

/// The answer to one job, without the way to its caller.
enum Verdict {
    Commit(Result<Committed, Refusal>),
    CommitAll(Result<Vec<Committed>, Refusal>),
    Lease(Result<Option<Lease>, Fault>),
}

/// A group as it was decided: what is to be written, and what its callers are told once it is durable.
pub(crate) struct Decided {
    desk: Desk,
    answers: Vec<Answer>,
}

impl Decided {
    /// Whether nothing is to be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.desk.changes.is_empty() && self.desk.granted.is_empty()
    }

    /// The newest change there is when it is durable.
    pub(crate) fn head(&self) -> u64 {
        self.desk.tip.position
    }

    /// Itself with the place of its first change; none when it appends none.
    pub(crate) fn with_first(self) -> Option<(Self, u64)> {
        let first = self.desk.changes.first()?.tip.position;
        Some((self, first))
    }

    pub(crate) fn answers(self) -> Vec<Answer> {
        self.answers
    }
}

/// Decides all jobs of a group, one after the other.
pub(crate) fn decide(conn: &Conn, mut desk: Desk, jobs: &[Job]) -> Result<Decided, Failure> {
    let verdicts: Vec<_> = jobs
        .iter()
        .map(|job| match job {
            Job::Commit(draft, _) => {
                let done = desk.all(std::slice::from_ref(draft));
                Verdict::Commit(done.and_then(|mut all| {
                    all.pop().ok_or_else(|| Fault::because("a change was decided and has no place").into())
                }))
            }
            Job::CommitAll(drafts, _) => Verdict::CommitAll(desk.all(drafts)),
            Job::Lease(request, _) => {
                Verdict::Lease(desk.lease(request).map(|token| lease(request, token)).transpose())
            }
        })
        .collect();
    let holders = holders(conn, &verdicts)?;
    let name = |refusal: Refusal| match refusal {
        Refusal::Final(error) => error,
        Refusal::HeldBy(position, error) => conflict_holder(error, holders.get(&position).cloned()),
    };
    let answers = jobs.iter().zip(verdicts).filter_map(|(job, verdict)| match (job, verdict) {
        (Job::Commit(_, reply), Verdict::Commit(done)) => {
            Some(Answer::Commit(reply.clone(), done.map_err(name)))
        }
        (Job::CommitAll(_, reply), Verdict::CommitAll(done)) => {
            Some(Answer::CommitAll(reply.clone(), done.map_err(name)))
        }
        (Job::Lease(_, reply), Verdict::Lease(done)) => {
            Some(Answer::Lease(reply.clone(), done.map_err(CommitError::from)))
        }
        // Verdicts stand in the order of their jobs.
        _ => None,
    });
    let answers = answers.collect();
    Ok(Decided { desk, answers })
}

type Holder = (Actor, String, jiff::Timestamp);

/// Who wrote the records that stand in the way, by the place of their change.
fn holders(conn: &Conn, verdicts: &[Verdict]) -> Result<HashMap<u64, Holder>, Failure> {
    let refusal = |verdict: &Verdict| match verdict {
        Verdict::Commit(Err(Refusal::HeldBy(position, _)))
        | Verdict::CommitAll(Err(Refusal::HeldBy(position, _))) => Some(int(*position)),
        _ => None,
    };
    let positions: Vec<i64> = verdicts.iter().filter_map(refusal).collect();
    if positions.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = conn.query(HOLDERS, &[&positions]).map_err(|error| Failure::before(READING, error))?;
    let holder = |row: &Row| -> Result<_, Failure> {
        let actor: &str = get(row, 1)?;
        let actor = serde_json::from_str(actor).or_fault("a stored actor does not read")?;
        Ok((uint(get(row, 0)?), (actor, get(row, 2)?, time(get(row, 3)?)?)))
    };
    rows.iter().map(holder).collect()
}

/// Writes what was decided, and commits.
pub(crate) fn send(shared: &Shared, conn: &Conn, decided: &Decided, batch: &[u8; 16]) -> Result<(), Failure> {
    let desk = &decided.desk;
    let changes: Vec<_> = desk.changes.chunks(ROWS_MAX).map(ChangeArrays::of).collect();
    let lines: Vec<_> = desk.lines.chunks(ROWS_MAX).map(LineArrays::of).collect();
    let mut kinds = Vec::new();
    for kind in desk.touched.keys() {
        let sql = shared
            .reading
            .kinds
            .get(kind)
            .ok_or_else(|| Fault::because("a kind is unknown to this store"))?;
        let records = desk.outcome(kind);
        let arrays: Vec<_> = records.chunks(ROWS_MAX).map(|records| RecordArrays::of(sql, records)).collect();
        kinds.push((sql, desk.giving(sql.shape().kind), arrays));
    }
    let cursors: (Vec<&str>, Vec<i64>) =
        desk.moved.iter().map(|name| (name.as_str(), int(desk.cursor(name)))).unzip();
    let leases = LeaseArrays::of(desk);
    let batch = batch.as_slice();

    let prepare = |sql: &str| conn.prepare(sql).map_err(|error| Failure::before(WRITING, error));
    let mut calls = Vec::new();
    for arrays in &changes {
        let mut params = arrays.params();
        params.push(&batch);
        calls.push(Call { statement: prepare(ADD_CHANGES)?, params });
    }
    for arrays in &lines {
        calls.push(Call { statement: prepare(ADD_VERSIONS)?, params: arrays.params() });
    }
    for (sql, giving, arrays) in &kinds {
        if !giving.is_empty() {
            calls.push(Call { statement: prepare(&sql.release)?, params: vec![giving] });
        }
        for arrays in arrays {
            calls.push(Call { statement: prepare(&sql.upsert)?, params: arrays.params() });
        }
    }
    if !cursors.0.is_empty() {
        calls.push(Call { statement: prepare(MOVE_CURSORS)?, params: vec![&cursors.0, &cursors.1] });
    }
    if !leases.names.is_empty() {
        calls.push(Call { statement: prepare(GRANT_LEASES)?, params: leases.params() });
    }
    let mut requests: Vec<Request<'_, _>> =
        calls.iter().map(|call| conn.request(call.statement.clone(), &call.params)).collect();
    // After a statement that failed, the server makes a rollback of it.
    requests.push(conn.plain("COMMIT"));
    let mut failed: Option<Error> = None;
    for answer in conn.wait(pipeline(requests)) {
        if let Err(error) = answer {
            if is_lost(&error) {
                return Err(Failure::Open(error, None));
            }
            // The first tells why; those behind it only that the transaction was broken.
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), |error| Err(Failure::before(WRITING, error)))
}

struct ChangeArrays<'a> {
    positions: Vec<i64>,
    times: Vec<i64>,
    days: Vec<String>,
    texts: [Vec<&'a str>; 5],
    hashes: Vec<&'a [u8]>,
}

impl<'a> ChangeArrays<'a> {
    fn of(changes: &'a [crate::plan::Change]) -> Self {
        Self {
            positions: changes.iter().map(|change| int(change.tip.position)).collect(),
            times: changes.iter().map(|change| change.tip.at_us).collect(),
            days: changes.iter().map(|change| change.effective_on.to_string()).collect(),
            texts: [
                changes.iter().map(|change| change.system.as_str()).collect(),
                changes.iter().map(|change| change.function.as_str()).collect(),
                changes.iter().map(|change| change.actor.as_str()).collect(),
                changes.iter().map(|change| change.reason.as_str()).collect(),
                changes.iter().map(|change| change.cause.as_str()).collect(),
            ],
            hashes: changes.iter().map(|change| change.tip.hash.0.as_slice()).collect(),
        }
    }

    fn params(&self) -> Vec<Param<'_>> {
        let mut params: Vec<Param<'_>> = vec![&self.positions, &self.times, &self.days];
        params.extend(self.texts.iter().map(|texts| -> Param<'_> { texts }));
        params.push(&self.hashes);
        params
    }
}

struct LineArrays<'a> {
    positions: Vec<i64>,
    ordinals: Vec<i32>,
    kinds: Vec<&'a str>,
    keys: Vec<&'a str>,
    versions: Vec<i64>,
    days: Vec<String>,
    closed: Vec<bool>,
    bodies: Vec<&'a str>,
}

impl<'a> LineArrays<'a> {
    fn of(lines: &'a [crate::plan::Line]) -> Self {
        Self {
            positions: lines.iter().map(|line| int(line.position)).collect(),
            ordinals: lines.iter().map(|line| line.ordinal).collect(),
            kinds: lines.iter().map(|line| line.kind).collect(),
            keys: lines.iter().map(|line| line.key.as_str()).collect(),
            versions: lines.iter().map(|line| i64::from(line.version)).collect(),
            days: lines.iter().map(|line| line.effective_on.to_string()).collect(),
            closed: lines.iter().map(|line| line.closed).collect(),
            bodies: lines.iter().map(|line| &*line.body).collect(),
        }
    }

    fn params(&self) -> Vec<Param<'_>> {
        vec![
            &self.positions,
            &self.ordinals,
            &self.kinds,
            &self.keys,
            &self.versions,
            &self.days,
            &self.closed,
            &self.bodies,
        ]
    }
}

struct RecordArrays<'a> {
    keys: Vec<&'a str>,
    versions: Vec<i64>,
    positions: Vec<i64>,
    times: Vec<i64>,
    days: Vec<String>,
    closed: Vec<bool>,
    bodies: Vec<&'a str>,
    columns: Vec<Vec<Option<&'a str>>>,
}

impl<'a> RecordArrays<'a> {
    fn of(sql: &KindSql, records: &[(&'a str, &'a Record)]) -> Self {
        let column = |place: usize| {
            let value = |record: &'a Record| record.columns.get(place).and_then(Option::as_deref);
            records.iter().map(|(_, record)| value(record)).collect()
        };
        Self {
            keys: records.iter().map(|(key, _)| *key).collect(),
            versions: records.iter().map(|(_, record)| i64::from(record.version)).collect(),
            positions: records.iter().map(|(_, record)| int(record.position)).collect(),
            times: records.iter().map(|(_, record)| record.recorded_us).collect(),
            days: records.iter().map(|(_, record)| record.effective_on.to_string()).collect(),
            closed: records.iter().map(|(_, record)| record.closed).collect(),
            bodies: records.iter().map(|(_, record)| record.body.as_deref().unwrap_or_default()).collect(),
            columns: (0..sql.shape.kind.columns.len()).map(column).collect(),
        }
    }

    fn params(&self) -> Vec<Param<'_>> {
        let mut params: Vec<Param<'_>> = vec![
            &self.keys,
            &self.versions,
            &self.positions,
            &self.times,
            &self.days,
            &self.closed,
            &self.bodies,
        ];
        params.extend(self.columns.iter().map(|column| -> Param<'_> { column }));
        params
    }
}

struct LeaseArrays<'a> {
    names: Vec<&'a str>,
    holders: Vec<&'a str>,
    tokens: Vec<i64>,
    untils: Vec<i64>,
}

impl<'a> LeaseArrays<'a> {
    fn of(desk: &'a Desk) -> Self {
        Self {
            names: desk.granted.keys().map(String::as_str).collect(),
            holders: desk.granted.values().map(|held| held.holder.as_str()).collect(),
            tokens: desk.granted.values().map(|held| int(held.token)).collect(),
            untils: desk.granted.values().map(|held| held.until_us).collect(),
        }
    }

    fn params(&self) -> Vec<Param<'_>> {
        vec![&self.names, &self.holders, &self.tokens, &self.untils]
    }
}
