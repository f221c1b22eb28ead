//! Rows to bytes: the data file of one delivery, written beside the journal as its evidence.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use catalog::{Extent, Link};
use layout::{Facts, Plan};
use linkage::{CharLine, Delivery, Division};
use register::{AsOf, Fault, Journal, Position, Stored};
use system::{Dataset, RefusedRow};
use transport::{Access, Beside, make_folders, sha256_of};

use crate::Office;
use crate::evidence::short;
use crate::fill::fill;
use crate::lanes::{Helpers, Views};
use crate::packs::sent_file;
use crate::rows::{Chosen, Source, tally, written};
use crate::shared::share;

/// A larger delivery is flushed before it is recorded, however it could be made again.
pub(crate) const MADE_AGAIN_BYTES_MAX: u64 = 256 * 1024;

/// Changes read from the journal at a time.
const PAGE_CHANGES_MAX: usize = 1_000;

/// The records of a dataset that changed between two positions.
pub(crate) struct Changed {
    /// Each changed record once, as it is at `to`, in the order of their first change. A record whose newest version
    /// closes it is not among them.
    pub records: Vec<Stored>,
    /// The newest change among them.
    pub to: Position,
    /// Whether more changes wait behind.
    pub more: bool,
}

/// Reads what changed in the dataset's kind behind a position, about `limit` records.
///
/// The newest version of a record in the range is its state at the end of the range, so no record is read again.
pub(crate) fn changed(
    journal: &dyn Journal,
    dataset: &Dataset,
    from: Position,
    until: Position,
    limit: usize,
) -> Result<Changed, Fault> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<Stored> = Vec::new();
    let (mut to, mut more) = (from, false);
    // A change of a first load may hold a thousand records, one of the counter holds one: the page follows what came.
    let mut page = 1;
    'pages: loop {
        let entries = journal.feed(to, &[dataset.kind.id], page)?;
        if entries.is_empty() {
            break;
        }
        let (changes, mut versions) = (entries.len(), 0);
        for entry in entries {
            let fresh = entry.versions.iter().filter(|version| !places.contains_key(&version.key)).count();
            // A change is never split over two deliveries, even when it alone is over the limit.
            if until < entry.position || (!found.is_empty() && limit < found.len() + fresh) {
                more = true;
                break 'pages;
            }
            versions += entry.versions.len();
            to = entry.position;
            for version in entry.versions {
                match places.get(&version.key).and_then(|place| found.get_mut(*place)) {
                    Some(older) => *older = version,
                    None => {
                        places.insert(version.key.clone(), found.len());
                        found.push(version);
                    }
                }
            }
        }
        let records_per_change = (versions / changes).max(1);
        page = (limit.saturating_sub(found.len()) / records_per_change).clamp(1, PAGE_CHANGES_MAX);
    }
    found.retain(|version| !version.closed);
    Ok(Changed { records: found, to, more })
}

/// A data file that lies in the evidence folder.
pub(crate) struct Prepared {
    pub extent: Extent,
    pub to: Position,
    /// As of when the rows are, if not of `to`.
    pub rows_as_of: Option<Position>,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
    pub characters_sha256: String,
    pub refused: Vec<RefusedRow>,
    pub characters: BTreeMap<String, u64>,
    /// The values all of its rows have, of a link that sends a file for each.
    pub per: Vec<String>,
    /// What of the range goes behind it.
    pub behind: Option<Division>,
}

/// Where the bytes of a delivery lie. Two processes may prepare one delivery at once, from journals of different length;
/// neither may write over what the other is about to have recorded, so that the name follows the content.
pub(crate) fn data_path(evidence: &Path, no: u64, sha256: &str) -> PathBuf {
    evidence.join(format!("{no:012}.{}.data", short(sha256)))
}

/// Where the character report of a delivery lies.
pub(crate) fn characters_path(evidence: &Path, no: u64, sha256: &str) -> PathBuf {
    evidence.join(format!("{no:012}.{}.characters.tsv", short(sha256)))
}

/// Where the bytes of a recorded delivery are read from: those of older versions of the program have only the number in
/// their name.
pub(crate) fn kept_data(evidence: &Path, no: u64, sha256: &str) -> PathBuf {
    newest_of(data_path(evidence, no, sha256), evidence.join(format!("{no:012}.data")))
}

/// Where the character report of a recorded delivery is read from; as [`kept_data`].
pub(crate) fn kept_characters(evidence: &Path, no: u64, sha256: &str) -> PathBuf {
    newest_of(characters_path(evidence, no, sha256), evidence.join(format!("{no:012}.characters.tsv")))
}

/// The older name only when nothing stands under the newer one. Whoever reads holds the content against the SHA-256 that
/// was recorded, under either name.
fn newest_of(newer: PathBuf, older: PathBuf) -> PathBuf {
    if !newer.exists() && older.exists() { older } else { newer }
}

/// Removes what others prepared under a number that is recorded by now, and what killed workers left of it.
pub(crate) fn sweep(evidence: &Path, no: u64, prepared: &Delivery) {
    let content = prepared.packed.as_ref().map_or(&prepared.sha256, |packed| &packed.sha256);
    let kept = [
        sent_file(evidence, prepared),
        data_path(evidence, no, content),
        characters_path(evidence, no, &prepared.characters_sha256),
    ];
    let number = format!("{no:012}.");
    for entry in std::fs::read_dir(evidence).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&number) && !kept.contains(&entry.path()) {
            // One that stays does no harm: nothing names it.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// What a delivery is made from.
pub(crate) struct Making<'a> {
    pub journal: &'a dyn Journal,
    pub link: &'a Link,
    pub dataset: &'a Dataset,
    pub plan: &'a Plan,
    pub evidence: &'a Path,
    pub no: u64,
    /// Chance: names what is written until it is whole, for others may be preparing the same delivery.
    pub attempt: u64,
    pub from: Position,
    /// How far it must reach at least: what begins further back sends again, and goes whole.
    pub reach: Position,
    pub extent: Extent,
    pub facts: Facts,
    /// What is left of a range that goes value by value.
    pub division: Option<&'a Division>,
    /// Whether it sends again what was sent before (再送).
    pub resends: bool,
    /// Of one that is made again, where it ended and as of when its rows were.
    pub again: Option<(Position, Position)>,
    /// Whether its files may be flushed when they have been sent, if they can be made again until then.
    pub flushes_later: bool,
    /// Threads that may help to write everybody's rows.
    pub helpers: &'a Helpers,
}

/// What became of a delivery that was to be made.
pub(crate) enum Made {
    /// Its data file lies in the evidence folder.
    Written(Prepared),
    /// Nothing to write; only a link that sends a file for each value finds that out.
    Nothing {
        /// Rows that were held back.
        refused: Vec<RefusedRow>,
        /// The value they have; none when the range has no row at all.
        per: Vec<String>,
        /// The newest change looked at.
        to: Position,
        /// What of the range is left.
        behind: Option<Division>,
    },
}

/// Writes the data file of a delivery and its character report.
///
/// Rows a layout refuses are left out and named; everything else keeps the file from being made.
pub(crate) fn prepare(making: &Making<'_>) -> Result<Made, Fault> {
    let limit = usize::try_from(making.link.rows_per_delivery_max).unwrap_or(usize::MAX);
    // What was begun value by value goes on as of the moment it was begun.
    let until = making.division.map(|division| division.to).or(making.again.map(|(to, _)| to));
    let as_of = making.again.map(|(_, as_of)| as_of).or(until);
    let as_of = AsOf { position: as_of, ..AsOf::default() };
    let may_help = making.extent == Extent::Full && making.plan.rows_stand_alone();
    // Had until the file is written.
    let (helpers, _lent) = if may_help { making.helpers.lend() } else { (0, None) };
    let mut views = Views::open(making.journal, as_of, helpers)?;
    let position = views.main.position();
    let (source, to) = match making.extent {
        Extent::Full => (Source::Full, position),
        Extent::Difference => {
            let head = until.unwrap_or(position);
            let changed = changed(making.journal, making.dataset, making.from, head, limit)?;
            // Nothing more waits: the head is delivered too, so that the next comparison starts there.
            let to = until.unwrap_or(if changed.more { changed.to } else { head });
            if to < making.reach {
                return Err(Fault::because(format!(
                    "再送する行が1回の上限{limit}件を超えました。「再開」で再送を取りやめ、より新しい番号から再送してください"
                )));
            }
            (Source::Difference(changed.records), to)
        }
    };
    let Some(chosen) = Chosen::first(making, &*views.main, &source, to)? else {
        return Ok(Made::Nothing { refused: Vec::new(), per: Vec::new(), to, behind: None });
    };
    if !making.link.per.is_empty() {
        let (rows, refused) = written(making, &*views.main, (&source, &chosen))?;
        if rows == 0 {
            return Ok(Made::Nothing { refused, per: chosen.values, to, behind: chosen.behind });
        }
    }
    let broken = |error: io::Error| Fault::new("配信ファイルを作れません", error);
    make_folders(making.evidence, Access::Private).map_err(broken)?;
    let mut facts = making.facts.clone();
    if making.plan.layout().header_is_tallied() {
        facts.tally = tally(making.plan, making.dataset, &mut views, (&source, &chosen))?;
    }
    let attempt = format!("{:012}.{:016x}", making.no, making.attempt);
    let named = |ending: &str| making.evidence.join(format!("{attempt}.{ending}"));
    // Declared before the files, so that they are closed when it takes them away.
    let mut leftovers = Leftovers::default();
    let mut data = leftovers.watch(Beside::create(&named("data")).map_err(broken)?);
    let mut report = Report { path: named("characters.tsv"), file: None };
    let mut lines = BufWriter::new(&mut report);
    let filled = fill(making, &mut views, (&source, &chosen), &facts, (&mut data.file, &mut lines), to);
    let flushed = lines.flush();
    drop(lines);
    let report = report.file.map(|report| leftovers.watch(report));
    let mut prepared = filled.map_err(|fault| Fault::new("配信ファイルを作れません", fault))?;
    flushed.map_err(broken)?;
    // Refused before the files have their names: a link that is tried again every few minutes would fill the disk.
    sendable(making, &prepared, limit)?;
    let (no, evidence) = (making.no, making.evidence);
    // When only one gets its name it stays until this number is recorded: another worker may be about to record it.
    let data_path = data_path(evidence, no, &prepared.sha256);
    let mut files = vec![data.named(&data_path)];
    let mut shared = vec![(data_path, prepared.sha256.clone())];
    if let Some(report) = report {
        prepared.characters_sha256 = sha256_of(report.beside()).map_err(broken)?;
        let path = characters_path(evidence, no, &prepared.characters_sha256);
        files.push(report.named(&path));
        shared.push((path, prepared.characters_sha256.clone()));
    }
    let later = making.flushes_later && can_be_made_again(making, &prepared);
    if later { Beside::name_all(files) } else { Beside::finish_all(files) }.map_err(broken)?;
    for (path, sha256) in &shared {
        share(path, sha256);
    }
    prepared.per = chosen.values;
    prepared.behind = chosen.behind;
    prepared.rows_as_of = Some(position).filter(|position| *position != to);
    Ok(Made::Written(prepared))
}

/// Whether a delivery is small and plain enough to be made again, byte by byte.
fn can_be_made_again(making: &Making<'_>, prepared: &Prepared) -> bool {
    making.extent == Extent::Difference
        && making.division.is_none()
        && making.link.per.is_empty()
        && !making.resends
        && prepared.bytes <= MADE_AGAIN_BYTES_MAX
}

/// The character report: a file as soon as there is something to tell, which of most deliveries there is not.
struct Report {
    path: PathBuf,
    file: Option<Beside>,
}

impl Write for Report {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(Beside::create(&self.path)?),
        };
        file.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.file.flush())
    }
}

/// Files an attempt has begun. Those that did not get their names, because a step failed, are taken away with it; their
/// names are of this attempt alone, so nobody else's is touched.
#[derive(Default)]
struct Leftovers(Vec<PathBuf>);

impl Leftovers {
    fn watch(&mut self, file: Beside) -> Beside {
        self.0.push(file.beside().to_path_buf());
        file
    }
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        for path in &self.0 {
            // One with its name is here no more; one that cannot be removed goes when this number is recorded.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Refuses a full extract that must not be sent.
fn sendable(making: &Making<'_>, prepared: &Prepared, limit: usize) -> Result<(), Fault> {
    if making.extent != Extent::Full {
        return Ok(());
    }
    // An empty full file would tell the receiver that nobody is left.
    if prepared.rows == 0
        && let Some(first) = prepared.refused.first()
    {
        return Err(Fault::because(format!(
            "全件{}行のどれも書き出せません（最初の行 {}: {} {}）。レイアウトの定義を直してください",
            prepared.refused.len(),
            first.subject,
            first.item,
            first.message
        )));
    }
    if limit < usize::try_from(prepared.rows).unwrap_or(usize::MAX) {
        return Err(Fault::because(format!(
            "全件が{}件あり、一配信の上限{limit}件を超えています。連携定義の rows_per_delivery_max を上げてください",
            prepared.rows
        )));
    }
    Ok(())
}

impl Office {
    /// What header and trailer of a delivery state.
    pub(crate) fn facts(&self, link: &Link, no: u64, date: jiff::civil::Date, extent: Extent) -> Facts {
        let name =
            |id: &str| self.links().system(id).map_or_else(|| id.to_owned(), |system| system.name.clone());
        Facts {
            delivery_no: no,
            date: date.to_string(),
            extent: match extent {
                Extent::Full => "A".to_owned(),
                Extent::Difference => "D".to_owned(),
            },
            source: name(&link.source),
            target: name(&link.target),
            ..Facts::default()
        }
    }
}

/// Reads a character report back, at most `limit` lines of those in which `wanted` was done; an empty word wants all.
pub(crate) fn read_characters(path: &Path, wanted: &str, limit: usize) -> Result<Vec<CharLine>, Fault> {
    use std::io::BufRead;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Fault::new("文字変換の記録が開けません", error)),
    };
    let mut lines = Vec::new();
    for line in io::BufReader::new(file).lines() {
        if limit <= lines.len() {
            break;
        }
        let line = line.map_err(|error| Fault::new("文字変換の記録が読めません", error))?;
        let mut cells = line.split('\t').map(str::to_owned);
        let mut cell = || cells.next().unwrap_or_default();
        let (subject, item, position, character, done, to) = (cell(), cell(), cell(), cell(), cell(), cell());
        if !wanted.is_empty() && done != wanted {
            continue;
        }
        // Reports of older versions have a line for each.
        let (position, count) = (position.parse().unwrap_or(0), cell().parse().unwrap_or(1));
        lines.push(CharLine { subject, item, position, character, done, to, count });
    }
    Ok(lines)
}
