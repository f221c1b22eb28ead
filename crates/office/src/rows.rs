//! Which rows a delivery carries: everybody's, those that changed, or of those the ones of one value (分割).

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use layout::{Plan, Tally};
use linkage::Division;
use register::{Fault, Position, Stored, View};
use system::{Dataset, Fate, RefusedRow, Row};

use crate::prepare::Making;

/// Whose rows are written.
pub(crate) enum Source {
    /// Everybody's.
    Full,
    /// Those of these records.
    Difference(Vec<Stored>),
}

/// Counts and totals for a header that states them: the rows are written once for nothing.
pub(crate) fn tally(
    plan: &Plan,
    dataset: &Dataset,
    view: &dyn View,
    (source, chosen): (&Source, &Chosen),
) -> Result<Tally, Fault> {
    let mut records = plan.writer();
    let (mut out, mut events) = (Vec::new(), Vec::new());
    each_row(dataset, view, (source, chosen), &mut |_, values| {
        out.clear();
        events.clear();
        // A row that is refused is left out then, too, and named there.
        let _ = records.write_row(values, &mut out, &mut events);
        Ok(())
    })?;
    Ok(records.tally().clone())
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
    let subject = dataset.items.iter().position(|item| item.name == dataset.subject).unwrap_or(0);
    let mut row = Row::new();
    let mut one = |stored: &Stored| -> Result<(), Fault> {
        row.clear();
        if (dataset.row)(view, stored, &mut row)? == Fate::Row {
            let values: Vec<&str> = row.values().collect();
            if !chosen.holds(&values) {
                return Ok(());
            }
            each(row.get(subject), &values)?;
        }
        Ok(())
    };
    match source {
        Source::Full => view.scan(dataset.kind, None, &mut |stored| {
            one(stored)?;
            Ok(ControlFlow::Continue(()))
        }),
        Source::Difference(records) => records.iter().try_for_each(one),
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
