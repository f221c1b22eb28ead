//! 連携変更の試行: what deliveries of the past would have been, had a changed link made them.
//!
//! Nothing is written and nothing is sent. The journal still has every state of every record, so that each delivery is made
//! again at its own position, once by the link as it is and once as it is changed, record beside record.

use std::collections::BTreeMap;

use catalog::{Extent, Link};
use jiff::Span;
use jiff::civil::Date;
use layout::{Facts, FieldSpec, Layout, Plan, Reader, Record, Role, RowEvent};
use linkage::{Delivery, local};
use register::{AsOf, Fault, Position};
use sha2::{Digest, Sha256};
use system::Dataset;
use transport::in_hex;

use crate::lanes::Views;
use crate::links::Ready;
use crate::prepare::changed;
use crate::rows::{Chosen, Source, each_row, file_name_of, tally};
use crate::{Caller, Office, RunError};

const RIGHT: &str = "office/links";
const TITLE: &str = "連携変更の試行";

/// A change that is not in force yet.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The link as it would be; without it as it is.
    pub link: Option<Link>,
    /// Its layout as it would be; without it the town's of that name.
    pub layout: Option<Layout>,
}

/// One delivery, as it was made and as the changed link would make it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TriedDelivery {
    /// Its number.
    pub no: u64,
    /// Names of the file.
    pub file_names: Sides<String>,
    /// Records in it.
    pub rows: Sides<u64>,
    /// Rows that are held back.
    pub held: Sides<u64>,
    /// Sizes, before packing.
    pub bytes: Sides<u64>,
    /// Checksums of the two files, before packing.
    pub sha256: Sides<String>,
    /// Offset of the first byte that differs; none when all are the same.
    pub first_byte: Option<u64>,
    /// Records that differ, or that only one side has.
    pub differing: u64,
    /// Whether header or trailer differ.
    pub frame_differs: bool,
    /// Whether the link as it is makes the very bytes that were sent. Where it does not, its layout, its tables or what stands
    /// beside its records changed since, and "as it is" is the link of today.
    pub is_as_sent: bool,
}

/// Something as it is, and as it would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides<T> {
    /// As it is.
    pub now: T,
    /// As it would be.
    pub then: T,
}

/// What a trial tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// A column of a record, as the receiver would read it; none where a side has no such column.
    Item {
        /// The delivery.
        no: u64,
        /// Whom the record is about.
        subject: String,
        /// The column's 項目名.
        item: String,
        /// Its values.
        values: Sides<Option<String>>,
    },
    /// A record whose bytes differ though all its items read the same, as hexadecimal digits.
    Bytes {
        /// The delivery.
        no: u64,
        /// Whom the record is about.
        subject: String,
        /// The records.
        values: Sides<String>,
    },
    /// A record that only one side can write; the other side's reason is told.
    Held {
        /// The delivery.
        no: u64,
        /// Whom the record is about.
        subject: String,
        /// Why it is held back; empty where it is written.
        why: Sides<String>,
    },
    /// A delivery that is through.
    Delivery(TriedDelivery),
}

/// What a trial came to (試行の結果).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// The deliveries, oldest first.
    pub deliveries: Vec<TriedDelivery>,
    /// For each item in how many records it differs.
    pub by_item: BTreeMap<String, u64>,
}

impl Trial {
    /// Whether a receiver would have got the very same files.
    #[must_use]
    pub fn is_the_same(&self) -> bool {
        self.deliveries
            .iter()
            .all(|own| own.first_byte.is_none() && own.file_names.now == own.file_names.then)
    }
}

impl Office {
    /// Makes the deliveries of a link of the last `days` days again, as the link is and as it would be, and tells what differs.
    ///
    /// # Errors
    /// [`RunError`]: no such link to the outside, a change that is not one of this link or does not compile, no right, what
    /// `tell` says, or storage.
    pub fn try_change(
        &self,
        caller: &Caller,
        id: &str,
        change: &Change,
        days: u32,
        tell: &mut dyn FnMut(&Tried) -> Result<(), Fault>,
    ) -> Result<Trial, RunError> {
        self.permit(caller, RIGHT, TITLE)?;
        let running = self.links().get(id).ok_or_else(|| RunError::no_link(id))?;
        let Ok(Ready::Outward { dataset, plan, file_name, .. }) = &running.ready else {
            return Err(refused(
                "V001",
                &format!("「{id}」は、外へ送る動いている連携ではありません。"),
                "連携を選び直してください。",
            ));
        };
        let changed = change.link.as_ref().unwrap_or(&running.link);
        let new_name = new_name(&running.link, changed)?;
        let new = self.links().plan_of_changed(changed, change.layout.as_ref(), &dataset.names());
        let new = new.map_err(|why| {
            refused(
                "V004",
                &format!("変更後のレイアウトが使えません: {why}。"),
                "レイアウトを直してください。",
            )
        })?;
        self.audit_done(caller, RIGHT, TITLE, vec![id.to_owned()])?;
        let mut trial = Trial::default();
        for delivery in self.since(id, days)? {
            let (no, date) = (delivery.no, local(delivery.prepared_at).date());
            let facts = Sides {
                now: self.facts(&running.link, no, date, delivery.extent),
                then: self.facts(changed, no, date, delivery.extent),
            };
            let plans = Sides { now: &**plan, then: &new };
            let chosen = Chosen::of(&running.link.per, dataset, &delivery.per);
            let mut tried = self.remade(dataset, (&delivery, &chosen), &plans, facts, &mut |told| {
                if let Tried::Item { item, .. } = told {
                    *trial.by_item.entry(item.clone()).or_default() += 1;
                }
                tell(told)
            })?;
            tried.file_names = Sides {
                now: file_name_of(file_name, no, date, (&running.link.per, &delivery.per)),
                then: file_name_of(new_name, no, date, (&running.link.per, &delivery.per)),
            };
            tell(&Tried::Delivery(tried.clone()))?;
            trial.deliveries.push(tried);
        }
        Ok(trial)
    }

    /// The deliveries of the last days, oldest first.
    fn since(&self, link: &str, days: u32) -> Result<Vec<Delivery>, Fault> {
        let back = Span::new().try_days(i64::from(days));
        let first = back.map_or(Date::MIN, |span| self.today().saturating_sub(span));
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = self.deliveries(link, before, 100)?;
            before = page.last().map(|own| own.no);
            let count = page.len();
            found.extend(page.into_iter().filter(|own| first <= local(own.prepared_at).date()));
            if count < 100 || found.last().map(|own| own.no) != before {
                found.reverse();
                return Ok(found);
            }
        }
    }

    fn remade(
        &self,
        dataset: &Dataset,
        (delivery, chosen): (&Delivery, &Chosen),
        plans: &Sides<&Plan>,
        mut facts: Sides<Facts>,
        tell: &mut dyn FnMut(&Tried) -> Result<(), Fault>,
    ) -> Result<TriedDelivery, Fault> {
        let as_of = delivery.rows_as_of.unwrap_or(delivery.to);
        let as_of = AsOf { position: Some(as_of), ..AsOf::default() };
        // Both files are compared record by record, by one thread.
        let mut views = Views::open(self.journal(), as_of, 0)?;
        let source = match delivery.extent {
            Extent::Full => Source::Full,
            Extent::Difference => {
                let (from, to): (Position, Position) = (delivery.from, delivery.to);
                Source::Difference(changed(self.journal(), dataset, from, to, usize::MAX)?.records)
            }
        };
        for (plan, facts) in [(plans.now, &mut facts.now), (plans.then, &mut facts.then)] {
            if plan.layout().header_is_tallied() {
                facts.tally = tally(plan, dataset, &mut views, (&source, chosen))?;
            }
        }
        let mut made = Made {
            no: delivery.no,
            now: Side::new(plans.now),
            then: Side::new(plans.then),
            first_byte: None,
            differing: 0,
            frame_differs: false,
        };
        made.frame(|side, facts| side.records.write_header(facts, &mut side.out, &mut side.events), &facts)?;
        each_row(dataset, &*views.main, (&source, chosen), &mut |subject, values| {
            made.row(subject, values, tell)
        })?;
        made.frame(|side, facts| side.records.write_trailer(facts, &mut side.out, &mut side.events), &facts)?;
        let (now, then) = (made.now, made.then);
        let sha256 = Sides { now: in_hex(now.hash), then: in_hex(then.hash) };
        // How a file is packed is no part of what is compared: age never packs twice alike.
        let sent = delivery.packed.as_ref().map_or(&delivery.sha256, |packed| &packed.sha256);
        Ok(TriedDelivery {
            no: delivery.no,
            file_names: Sides::default(),
            rows: Sides { now: now.rows, then: then.rows },
            held: Sides { now: now.held, then: then.held },
            bytes: Sides { now: now.bytes, then: then.bytes },
            is_as_sent: sha256.now == *sent,
            sha256,
            first_byte: made.first_byte,
            differing: made.differing,
            frame_differs: made.frame_differs,
        })
    }
}

/// How the changed link names its files; refused when it is no change of this link.
fn new_name<'c>(own: &Link, changed: &'c Link) -> Result<&'c str, RunError> {
    let catalog::Delivery::Outward { file_name, .. } = &changed.delivery else { return Err(another(own)) };
    if changed.id != own.id {
        return Err(another(own));
    }
    if changed.dataset != own.dataset {
        let message = format!("提供データが「{}」から「{}」に変わっています。", own.dataset, changed.dataset);
        return Err(refused("V003", &message, "別の提供データの連携は、新しい連携として作ってください。"));
    }
    Ok(file_name)
}

fn another(own: &Link) -> RunError {
    let message = format!("変更した連携定義は、「{}」を外へ送る連携の定義ではありません。", own.id);
    refused("V002", &message, "id と [delivery.outward] を確かめてください。")
}

fn refused(code: &str, message: &str, remedy: &str) -> RunError {
    RunError::refused(code, TITLE, message, remedy)
}

/// One of the two files while it is made; never more than one record of it is held.
struct Side<'p> {
    records: layout::Writer<'p>,
    reader: Reader<'p>,
    /// The record that was just written.
    out: Vec<u8>,
    events: Vec<RowEvent>,
    hash: Sha256,
    bytes: u64,
    rows: u64,
    held: u64,
}

impl<'p> Side<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self {
            records: plan.writer(),
            reader: plan.reader(),
            out: Vec::new(),
            events: Vec::new(),
            hash: Sha256::new(),
            bytes: 0,
            rows: 0,
            held: 0,
        }
    }

    /// Why a row is held back, or nothing.
    fn row(&mut self, values: &[&str]) -> Option<String> {
        self.events.clear();
        match self.records.write_row(values, &mut self.out, &mut self.events) {
            Ok(()) => {
                self.rows += 1;
                None
            }
            Err(error) => {
                self.held += 1;
                Some(error.to_string())
            }
        }
    }

    /// The columns of the record that was just written, as they read back; nothing when it cannot be read by itself.
    fn columns(&mut self) -> Option<Vec<Column>> {
        let (mut input, mut found) = (self.out.as_slice(), None);
        while let Some(record) = self.reader.read(&mut input, false) {
            if let Record::Good(good) = record
                && good.role() == Role::Detail
            {
                let column = |(field, value): (&FieldSpec, &str)| Column {
                    name: field.name.clone(),
                    title: field.item.clone(),
                    value: value.to_owned(),
                };
                found = Some(good.iter().map(column).collect());
            }
        }
        found
    }

    fn next(&mut self) {
        self.hash.update(&self.out);
        self.bytes += length(&self.out);
        self.out.clear();
    }
}

/// A column of a record, by its name in the layout: a column that is filled from another item differs, though each side reads
/// its own items right.
struct Column {
    name: String,
    title: String,
    value: String,
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Both files of one delivery.
struct Made<'p> {
    no: u64,
    now: Side<'p>,
    then: Side<'p>,
    first_byte: Option<u64>,
    differing: u64,
    frame_differs: bool,
}

impl<'p> Made<'p> {
    /// Header or trailer.
    fn frame(
        &mut self,
        write: impl Fn(&mut Side<'p>, &Facts) -> Result<(), layout::RowError>,
        facts: &Sides<Facts>,
    ) -> Result<(), Fault> {
        let broken = |error: layout::RowError| Fault::new(format!("見出しか終端の{error}"), error);
        write(&mut self.now, &facts.now).map_err(broken)?;
        write(&mut self.then, &facts.then).map_err(broken)?;
        // The readers need the header to know the columns behind it.
        let _ = (self.now.columns(), self.then.columns());
        self.frame_differs |= self.now.out != self.then.out;
        self.pass();
        Ok(())
    }

    fn row(
        &mut self,
        subject: &str,
        values: &[&str],
        tell: &mut dyn FnMut(&Tried) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (no, subject) = (self.no, subject.to_owned());
        let why = Sides { now: self.now.row(values), then: self.then.row(values) };
        if why.now.is_some() != why.then.is_some() {
            self.differing += 1;
            let why = Sides { now: why.now.unwrap_or_default(), then: why.then.unwrap_or_default() };
            tell(&Tried::Held { no, subject, why })?;
        } else if self.now.out != self.then.out {
            self.differing += 1;
            self.tell_difference(subject, tell)?;
        }
        self.pass();
        Ok(())
    }

    fn tell_difference(
        &mut self,
        subject: String,
        tell: &mut dyn FnMut(&Tried) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let no = self.no;
        let (now, then) = (self.now.columns(), self.then.columns());
        let mut is_told = false;
        if let (Some(now), Some(then)) = (&now, &then) {
            let value_of = |columns: &[Column], name: &str| {
                columns.iter().find(|column| column.name == name).map(|column| column.value.clone())
            };
            let added = then.iter().filter(|column| value_of(now, &column.name).is_none());
            for Column { name, title, .. } in now.iter().chain(added) {
                let values = Sides { now: value_of(now, name), then: value_of(then, name) };
                if values.now != values.then {
                    is_told = true;
                    tell(&Tried::Item { no, subject: subject.clone(), item: title.clone(), values })?;
                }
            }
        }
        if !is_told {
            let values = Sides { now: digits(&self.now.out), then: digits(&self.then.out) };
            tell(&Tried::Bytes { no, subject, values })?;
        }
        Ok(())
    }

    /// Goes on behind what was just written.
    fn pass(&mut self) {
        let (now, then) = (&self.now.out, &self.then.out);
        if self.first_byte.is_none() && now != then {
            let same = now.iter().zip(then).take_while(|(now, then)| now == then).count();
            self.first_byte = Some(self.now.bytes + u64::try_from(same).unwrap_or(u64::MAX));
        }
        self.now.next();
        self.then.next();
    }
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
