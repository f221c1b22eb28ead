//! Which rows a delivery carries: everybody's, those that changed, or of those the ones of one value (分割).

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use layout::{Plan, RowEvent, Tally};
use linkage::Division;
use register::{Fault, Position, Stored, View};
use system::{Dataset, Fate, RefusedRow, Row};

use crate::lanes::{Lane, Views, in_lanes};
use crate::prepare::Making;

/// Whose rows are written.
pub(crate) enum Source {
    /// Everybody's.
    Full,
    /// Those of these records.
    Difference(Vec<Stored>),
}

/// Writes rows for nothing.
struct Counter<'p> {
    records: layout::Writer<'p>,
    out: Vec<u8>,
    events: Vec<RowEvent>,
}

impl<'p> Counter<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self { records: plan.writer(), out: Vec::new(), events: Vec::new() }
    }
}

impl Lane for Counter<'_> {
    type Piece = ();

    fn row(&mut self, _: &str, values: &[&str]) {
        self.out.clear();
        self.events.clear();
        // A row that is refused is left out then, too, and named there.
        let _ = self.records.write_row(values, &mut self.out, &mut self.events);
    }

    fn cut(&mut self) {}
}

/// Counts and totals for a header that states them: the rows are written once for nothing.
pub(crate) fn tally(
    plan: &Plan,
    dataset: &Dataset,
    views: &mut Views<'_>,
    (source, chosen): (&Source, &Chosen),
) -> Result<Tally, Fault> {
    let mut counter = Counter::new(plan);
    if views.has_lanes() {
        for lane in in_lanes((dataset, chosen), views, || Counter::new(plan), &mut |()| Ok(()))? {
            counter.records.count_in(lane.records.tally());
        }
    } else {
        each_row(dataset, &*views.main, (source, chosen), &mut |subject, values| {
            counter.row(subject, values);
            Ok(())
        })?;
    }
    Ok(counter.records.tally().clone())
}

/// Writes the rows for nothing: how many can be written, and those that are held back.
pub(crate) fn written(
    making: &Making<'_>,
    view: &dyn View,
    rows: (&Source, &Chosen),
) -> Result<(u64, Vec<RefusedRow>), Fault> {
    let mut records = making.plan.writer();
    let (mut out, mut events, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    each_row(making.dataset, view, rows, &mut |subject, values| {
        out.clear();
        events.clear();
        if let Err(error) = records.write_row(values, &mut out, &mut events) {
            let (item, message) = (error.item.clone(), error.rule.to_string());
            refused.push(RefusedRow { subject: subject.to_owned(), item, message });
        }
        Ok(())
    })?;
    Ok((records.tally().rows, refused))
}

/// The rows one delivery carries: those that have these values, or all.
#[derive(Default)]
pub(crate) struct Chosen {
    /// Places of the items among those of the dataset.
    places: Vec<usize>,
    /// Their values.
    pub values: Vec<String>,
    /// What of the range goes behind it.
    pub behind: Option<Division>,
}

impl Chosen {
    /// The rows of a delivery that was made before.
    pub(crate) fn of(per: &[String], dataset: &Dataset, values: &[String]) -> Self {
        Self { places: places(per, dataset), values: values.to_vec(), behind: None }
    }

    /// The first value in the order of the values that was not sent yet; none when no row is left.
    pub(crate) fn first(
        making: &Making<'_>,
        view: &dyn View,
        source: &Source,
        to: Position,
    ) -> Result<Option<Self>, Fault> {
        if making.link.per.is_empty() {
            return Ok(Some(Self::default()));
        }
        let places = places(&making.link.per, making.dataset);
        let after = making.division.map(|division| &division.after);
        let mut left: BTreeSet<Vec<String>> = BTreeSet::new();
        each_row(making.dataset, view, (source, &Self::default()), &mut |_, values| {
            let of_row = places.iter().map(|at| values.get(*at).copied().unwrap_or_default().to_owned());
            let of_row: Vec<String> = of_row.collect();
            if after.is_none_or(|after| *after < of_row) {
                left.insert(of_row);
            }
            Ok(())
        })?;
        let Some(values) = left.pop_first() else { return Ok(None) };
        let resent = making.division.map_or(making.resends, |division| division.resent);
        let behind =
            (!left.is_empty()).then(|| Division { from: making.from, to, after: values.clone(), resent });
        Ok(Some(Self { places, values, behind }))
    }

    /// Whether a row is one of them.
    pub(crate) fn holds(&self, row: &[&str]) -> bool {
        self.places.iter().zip(&self.values).all(|(at, wanted)| row.get(*at) == Some(&wanted.as_str()))
    }
}

fn places(per: &[String], dataset: &Dataset) -> Vec<usize> {
    let place = |wanted: &String| dataset.items.iter().position(|item| item.name == wanted);
    per.iter().filter_map(place).collect()
}

/// What is done with the subject and the values of one row.
pub(crate) type EachRow<'a> = dyn FnMut(&str, &[&str]) -> Result<(), Fault> + 'a;

/// Calls `each` with the subject and the values of every row that is chosen, in a fixed order.
pub(crate) fn each_row(
    dataset: &Dataset,
    view: &dyn View,
    (source, chosen): (&Source, &Chosen),
    each: &mut EachRow<'_>,
) -> Result<(), Fault> {
    let mut maker = RowMaker::new(dataset, chosen);
    match source {
        Source::Full => dataset.scan(view, &mut |stored| {
            maker.pass(view, stored, each)?;
            Ok(ControlFlow::Continue(()))
        }),
        Source::Difference(records) => records.iter().try_for_each(|stored| maker.pass(view, stored, each)),
    }
}

/// Turns records into rows.
pub(crate) struct RowMaker<'a> {
    dataset: &'a Dataset,
    chosen: &'a Chosen,
    /// Place of the item that names whom a row is about.
    subject: usize,
    row: Row,
}

impl<'a> RowMaker<'a> {
    pub(crate) fn new(dataset: &'a Dataset, chosen: &'a Chosen) -> Self {
        let subject = dataset.items.iter().position(|item| item.name == dataset.subject).unwrap_or(0);
        Self { dataset, chosen, subject, row: Row::new() }
    }

    /// Calls `each` with the subject and the values of a record's row, if it has one that is chosen.
    pub(crate) fn pass(
        &mut self,
        view: &dyn View,
        stored: &Stored,
        each: &mut EachRow<'_>,
    ) -> Result<(), Fault> {
        self.row.clear();
        if (self.dataset.row)(view, stored, &mut self.row)? == Fate::Skip {
            return Ok(());
        }
        let values: Vec<&str> = self.row.values().collect();
        if self.chosen.holds(&values) { each(self.row.get(self.subject), &values) } else { Ok(()) }
    }
}

/// The name of a delivery's file. What a value has that is no letter, digit or hyphen is left out of the name: the number
/// alone tells files apart.
pub(crate) fn file_name_of(
    pattern: &str,
    no: u64,
    date: jiff::civil::Date,
    (items, values): (&[String], &[String]),
) -> String {
    let name =
        pattern.replace("{no}", &format!("{no:06}")).replace("{date}", &date.strftime("%Y%m%d").to_string());
    items.iter().zip(values).fold(name, |name, (item, value)| {
        let plain: String =
            value.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(20).collect();
        name.replace(&format!("{{{item}}}"), &plain)
    })
}
