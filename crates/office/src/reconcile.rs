//! What a receiver says it holds, held against what it should hold (突合).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use layout::{Facts, Good, Plan, Reader, Record, Role};
use linkage::LinkState;
use register::{AsOf, Fault, Position, ViewExt};
use system::{Dataset, Fate, Row};

use crate::links::Ready;
use crate::{Caller, Office, RunError};

/// The right to compare, and its name in the audit log.
const RIGHT: &str = "office/links";
const TITLE: &str = "連携先の台帳との突合";

/// Bytes of a dump read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// Between the values of one subject: no layout carries it.
const BETWEEN: char = '\u{1f}';

/// One thing in which the two sides differ (不一致).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The receiver lacks it.
    OnlyOurs {
        /// Whom or what it is about.
        subject: String,
    },
    /// The receiver has it and should not.
    OnlyTheirs {
        /// Whom or what it is about.
        subject: String,
    },
    /// Both have it, and an item differs.
    Item {
        /// Whom or what it is about.
        subject: String,
        /// The item.
        item: String,
        /// What the receiver should hold: ours as its layout carries it.
        ours: String,
        /// What it holds.
        theirs: String,
    },
    /// The receiver has it more than once; the first is compared.
    Twice {
        /// Whom or what it is about.
        subject: String,
    },
    /// Our row cannot be written by the link's layout, so it was never sent.
    Held {
        /// Whom or what it is about.
        subject: String,
        /// Why, in Japanese.
        why: String,
    },
    /// A record of the dump does not read.
    Unread {
        /// Its number in the dump, from 1.
        number: u64,
        /// Why, in Japanese.
        why: String,
    },
}

/// What a comparison came to (突合の結果).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// The position of the journal up to which the receiver has confirmed the data: what it is held to.
    pub position: Position,
    /// The items that both sides have; only these are compared.
    pub items: Vec<String>,
    /// Items of the link that the dump lacks.
    pub lacking: Vec<String>,
    /// Rows the receiver should have.
    pub ours: u64,
    /// Rows it has.
    pub theirs: u64,
    /// Subjects that agree in every item.
    pub same: u64,
    /// Subjects of which an item differs.
    pub differing: u64,
    /// Subjects it lacks.
    pub only_ours: u64,
    /// Subjects it should not have.
    pub only_theirs: u64,
    /// Repeats, held rows and records that do not read.
    pub others: u64,
    /// For each item how many subjects differ in it: a column that is mapped wrongly differs in nearly all.
    pub by_item: BTreeMap<String, u64>,
}

impl Reconciliation {
    /// Whether both sides agree.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.differing == 0 && self.only_ours == 0 && self.only_theirs == 0 && self.others == 0
    }
}

/// What is done with each difference.
pub type Tell<'a> = dyn FnMut(&Mismatch) -> Result<(), Fault> + 'a;

impl Office {
    /// Compares a receiver's dump of its register with what it has confirmed to have of a link's dataset, subject by subject and
    /// item by item. Ours are taken through the link's layout, so that what the layout itself changes (a character the other
    /// side does not have, a shortened text) is no difference.
    ///
    /// `layout` is the one of the dump; without it the link's own. The use stands in the audit log.
    ///
    /// # Errors
    /// [`RunError`]: no such link to the outside, no such layout, no right, a dump that does not read or does not say whom a row
    /// is about, or storage.
    pub fn reconcile(
        &self,
        caller: &Caller,
        link: &str,
        dump: &Path,
        layout: Option<&str>,
        tell: &mut Tell<'_>,
    ) -> Result<Reconciliation, RunError> {
        self.permit(caller, RIGHT, TITLE)?;
        let Some(running) = self.links().get(link) else { return Err(RunError::no_link(link)) };
        let (dataset, plan) = match &running.ready {
            Ok(Ready::Outward { dataset, plan, .. }) => (dataset, plan),
            Ok(_) => {
                let message = format!("「{link}」は外へ送る連携ではありません。");
                return Err(refused("T001", &message, "突合できるのは、ファイルなどで外へ送る連携です。"));
            }
            Err(why) => {
                return Err(refused("T002", why, "連携定義・レイアウト・場所の設定を直してください。"));
            }
        };
        let of_dump = layout.map(|layout| self.links().plan_of(layout)).transpose();
        let of_dump = of_dump.map_err(|why| {
            refused("T003", &format!("{why}。"), "レイアウトのフォルダと名前を確かめてください。")
        })?;
        if let Err(error) = File::open(dump) {
            let message = format!("{} が読めません（{error}）。", dump.display());
            return Err(refused("T004", &message, "ファイルの場所と権限を確かめてください。"));
        }
        let their_plan = of_dump.as_ref().unwrap_or(plan);
        let now = self.journal().view(AsOf::default())?;
        let state = now.load::<LinkState>(link)?.map(|state| state.record.position).unwrap_or_default();
        let position = self.lane(&*now, &running.link)?.and_then(|lane| lane.position()).unwrap_or(state);
        drop(now);
        let mut found = Reconciliation { position, ..Reconciliation::default() };
        let theirs = plan_items(their_plan);
        (found.items, found.lacking) =
            plan_items(plan).into_iter().partition(|item| theirs.iter().any(|their| their == item));
        if !found.items.iter().any(|item| item == dataset.subject) {
            let message =
                format!("対象を示す項目「{}」が、双方のレイアウトにはありません。", dataset.subject);
            return Err(refused("T005", &message, "その項目のあるファイルとレイアウトを使ってください。"));
        }
        // Before anything of anybody is told.
        self.audit_done(caller, RIGHT, TITLE, vec![link.to_owned()])?;
        let mut held = read_dump(their_plan, dump, dataset.subject, &mut found, tell)?;
        self.hold_against(dataset, plan, &mut held, &mut found, tell)?;
        for subject in held.into_keys() {
            found.only_theirs += 1;
            tell(&Mismatch::OnlyTheirs { subject: subject.into_string() })?;
        }
        Ok(found)
    }

    /// Goes through what the receiver should have, and takes out of `held` what it has.
    fn hold_against(
        &self,
        dataset: &Dataset,
        plan: &Plan,
        held: &mut BTreeMap<Box<str>, Box<str>>,
        found: &mut Reconciliation,
        tell: &mut Tell<'_>,
    ) -> Result<(), Fault> {
        let view = self.journal().view(AsOf { position: Some(found.position), ..AsOf::default() })?;
        let mut through = Through::new(plan)?;
        let at = dataset.items.iter().position(|item| item.name == dataset.subject).unwrap_or(0);
        let mut row = Row::new();
        dataset.scan(&*view, &mut |stored| {
            row.clear();
            if stored.closed || (dataset.row)(&*view, stored, &mut row)? != Fate::Row {
                return Ok(ControlFlow::Continue(()));
            }
            found.ours += 1;
            let subject = row.get(at);
            match through.pass(&row, &found.items)? {
                Err(why) => {
                    found.others += 1;
                    tell(&Mismatch::Held { subject: subject.to_owned(), why })?;
                }
                Ok(ours) => match held.remove(subject) {
                    None => {
                        found.only_ours += 1;
                        tell(&Mismatch::OnlyOurs { subject: subject.to_owned() })?;
                    }
                    Some(theirs) if *theirs == *ours => found.same += 1,
                    Some(theirs) => compare(subject, &ours, &theirs, found, tell)?,
                },
            }
            Ok(ControlFlow::Continue(()))
        })
    }
}

fn refused(code: &str, message: &str, remedy: &str) -> RunError {
    RunError::refused(code, "突合", message, remedy)
}

/// Items that differ between two rows.
fn compare(
    subject: &str,
    ours: &str,
    theirs: &str,
    found: &mut Reconciliation,
    tell: &mut Tell<'_>,
) -> Result<(), Fault> {
    found.differing += 1;
    let values = ours.split(BETWEEN).zip(theirs.split(BETWEEN));
    for (item, (ours, theirs)) in found.items.iter().zip(values).filter(|(_, (ours, theirs))| ours != theirs)
    {
        *found.by_item.entry(item.clone()).or_default() += 1;
        tell(&Mismatch::Item {
            subject: subject.to_owned(),
            item: item.clone(),
            ours: ours.to_owned(),
            theirs: theirs.to_owned(),
        })?;
    }
    Ok(())
}

/// The dataset's items a layout carries.
fn plan_items(plan: &Plan) -> Vec<String> {
    plan.layout().items().into_iter().map(str::to_owned).collect()
}

/// The wanted items of a record in one text.
fn joined(good: &Good<'_>, items: &[String]) -> Box<str> {
    let own: BTreeMap<&str, _> = good.items().collect();
    let values: Vec<&str> =
        items.iter().map(|item| own.get(item.as_str()).map_or("", |value| &**value)).collect();
    values.join(&BETWEEN.to_string()).into_boxed_str()
}

/// What the receiver has, by subject.
fn read_dump(
    plan: &Plan,
    dump: &Path,
    subject: &str,
    found: &mut Reconciliation,
    tell: &mut Tell<'_>,
) -> Result<BTreeMap<Box<str>, Box<str>>, Fault> {
    let unread = |error| Fault::new(format!("{} が読めません", dump.display()), error);
    let mut file = File::open(dump).map_err(unread)?;
    let (mut reader, mut piece) = (plan.reader(), vec![0; PIECE_BYTES]);
    let mut held = BTreeMap::new();
    loop {
        let count = match file.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(unread)?,
        };
        let mut input = piece.get(..count).unwrap_or_default();
        while let Some(record) = reader.read(&mut input, count == 0) {
            let good = match record {
                Record::Good(good) if good.role() == Role::Detail => good,
                Record::Good(_) => continue,
                Record::Bad(bad) => {
                    found.others += 1;
                    let why = bad.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("。");
                    tell(&Mismatch::Unread { number: bad.number, why })?;
                    continue;
                }
            };
            found.theirs += 1;
            let own = good.items().find(|(name, _)| *name == subject);
            let own: Box<str> = own.map(|(_, value)| value.into()).unwrap_or_default();
            match held.entry(own) {
                Entry::Occupied(first) => {
                    found.others += 1;
                    tell(&Mismatch::Twice { subject: first.key().to_string() })?;
                }
                Entry::Vacant(place) => {
                    place.insert(joined(&good, &found.items));
                }
            }
        }
        if count == 0 {
            return Ok(held);
        }
    }
}

/// Rows written by a layout and read back: what arrives at the other side.
struct Through<'p> {
    writer: layout::Writer<'p>,
    reader: Reader<'p>,
    bytes: Vec<u8>,
    events: Vec<layout::RowEvent>,
}

impl<'p> Through<'p> {
    fn new(plan: &'p Plan) -> Result<Self, Fault> {
        let (writer, reader) = (plan.writer(), plan.reader());
        let mut through = Self { writer, reader, bytes: Vec::new(), events: Vec::new() };
        let facts = Facts { delivery_no: 1, ..plan.sample_facts() };
        through
            .writer
            .write_header(&facts, &mut through.bytes, &mut through.events)
            .map_err(|error| Fault::new("レイアウトの見出し", error))?;
        Ok(through)
    }

    /// The items of a row after the passage, or why it cannot be written.
    fn pass(&mut self, row: &Row, items: &[String]) -> Result<Result<Box<str>, String>, Fault> {
        let values: Vec<&str> = row.values().collect();
        self.events.clear();
        if let Err(error) = self.writer.write_row(&values, &mut self.bytes, &mut self.events) {
            return Ok(Err(error.to_string()));
        }
        let mut passed = None;
        {
            let mut input = self.bytes.as_slice();
            while let Some(record) = self.reader.read(&mut input, false) {
                match record {
                    Record::Good(good) if good.role() == Role::Detail => {
                        passed = Some(Ok(joined(&good, items)))
                    }
                    Record::Good(_) => {}
                    Record::Bad(bad) => passed = bad.errors.first().map(|error| Err(error.to_string())),
                }
            }
        }
        self.bytes.clear();
        passed.ok_or_else(|| Fault::because("書いた行が同じレイアウトで読み戻せません"))
    }
}
