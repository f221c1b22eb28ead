//! Comparing: the old system's files, read again, and the register, item by item.

use std::io::Write as _;
use std::ops::ControlFlow;

use migration::{Difference, Mapping, Reconciliation};
use register::{AsOf, Journal, Record as _, View, ViewExt};
use resident_register::migration as rules;
use resident_register::records::{HOUSEHOLD, Household, MIGRATION_KEY, Migration, PERSON, Person};
use system::Inconsistency;

use super::spool::{Groups, Row};
use super::survey::{Case, NUMBER_BYTES, Survey, decode};
use super::told::{Folder, plain};
use crate::output::Output;

/// Records read from the register at a time.
const CHUNK: usize = 2_000;

/// What a comparison came to.
pub(super) struct Compared {
    pub(super) agrees: bool,
    pub(super) lines: Vec<String>,
}

/// The register as it was when the load ended, whatever has moved since.
pub(super) fn view_of_load<'j>(journal: &'j dyn Journal) -> anyhow::Result<Box<dyn View + Send + 'j>> {
    let newest = journal.view(AsOf::default())?;
    let Some(loaded) = newest.load::<Migration>(MIGRATION_KEY)? else { return Ok(newest) };
    let moved = journal.next_change(loaded.position, &[PERSON.id, HOUSEHOLD.id])?;
    if moved.is_none() {
        return Ok(newest);
    }
    Ok(journal.view(AsOf { position: Some(loaded.position), ..AsOf::default() })?)
}

/// Compares persons and, where the mapping has a table of them, households.
pub(super) fn compare(
    survey: &Survey<'_>,
    mapping: &Mapping,
    view: &dyn View,
    salt: &[u8],
    folder: Option<&Folder>,
) -> anyhow::Result<Compared> {
    let path = folder.map(|folder| folder.at("differences.tsv"));
    let mut out = Output::wanted_private(path.as_deref())?;
    writeln!(out, "表\t番号\t項目\t移行元\t台帳")?;
    let mut failed = None;
    let mut put = |table: &str, difference: Difference| {
        let cells = [table, &difference.key, &difference.item, &difference.source, &difference.register];
        if let Err(error) = writeln!(out, "{}", cells.map(plain).join("\t")) {
            failed.get_or_insert(error);
        }
    };
    let persons = persons(survey, mapping, view, salt, &mut |difference| put("住民票", difference))?;
    let mut agrees = persons.agrees();
    let mut lines = persons.lines();
    if mapping.sources_of(rules::household_table().id).next().is_some() {
        let households = households(survey, mapping, view, salt, &mut |difference| put("世帯", difference))?;
        agrees &= households.agrees();
        lines.push(String::new());
        lines.extend(households.lines());
    } else {
        lines.push(format!(
            "世帯: 移行元 {}（住民の世帯番号の数）、台帳 {}",
            survey.counts.households,
            view.count(&HOUSEHOLD)?
        ));
        agrees &= survey.counts.households == view.count(&HOUSEHOLD)?;
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    out.finish()?;
    Ok(Compared { agrees, lines })
}

fn persons(
    survey: &Survey<'_>,
    mapping: &Mapping,
    view: &dyn View,
    salt: &[u8],
    each: &mut dyn FnMut(Difference),
) -> anyhow::Result<Reconciliation<'static>> {
    let table = rules::person_table();
    let mapped = |item: &str| mapping.maps("person", item);
    let mut reconciliation = Reconciliation::new(table, &mapped, salt);
    let mut groups = survey.by_person.groups(NUMBER_BYTES)?;
    let mut source = next_person(&mut groups)?;
    let mut after: Option<String> = None;
    loop {
        let chunk = chunk(view, after.as_deref())?;
        let last = chunk.len() < CHUNK;
        after = chunk.last().map(|(key, _)| key.clone());
        for (key, rows) in &chunk {
            while let Some((no, values)) = source.take_if(|(no, _)| *no < *key) {
                one(&mut reconciliation, &no, &values, &[], each);
                source = next_person(&mut groups)?;
            }
            match source.take_if(|(no, _)| *no == *key) {
                Some((no, values)) => {
                    one(&mut reconciliation, &no, &values, rows, each);
                    source = next_person(&mut groups)?;
                }
                None => one(&mut reconciliation, key, &[], rows, each),
            }
        }
        if last {
            break;
        }
    }
    while let Some((no, values)) = source.take() {
        one(&mut reconciliation, &no, &values, &[], each);
        source = next_person(&mut groups)?;
    }
    Ok(reconciliation)
}

/// Both sides of one person, row by row.
fn one(
    reconciliation: &mut Reconciliation<'_>,
    key: &str,
    source: &[Vec<String>],
    register: &[Vec<String>],
    each: &mut dyn FnMut(Difference),
) {
    for at in 0..source.len().max(register.len()) {
        let key = format!("{key}-{}", at + 1);
        reconciliation.compare(
            &key,
            source.get(at).map(Vec::as_slice),
            register.get(at).map(Vec::as_slice),
            (at + 1 == source.len(), at + 1 == register.len()),
            each,
        );
    }
}

/// A person of the old system with the values of all rows, as the register would spell them; raw where a row cannot be taken.
fn next_person(groups: &mut Groups) -> anyhow::Result<Option<(String, Vec<Vec<String>>)>> {
    let Some(group) = groups.next()? else { return Ok(None) };
    let key = group.first().and_then(|(key, _)| key.get(..NUMBER_BYTES)).unwrap_or_default();
    let key = String::from_utf8_lossy(key).into_owned();
    let case = Case::of(decode(&group)?);
    let values = if case.persons.len() == case.rows.len() {
        // What an old system lacks is filled in by the load and is no difference: those items are not mapped.
        case.persons.iter().map(rules::values).collect()
    } else {
        case.rows.into_iter().map(|row| row.values).collect()
    };
    Ok(Some((key, values)))
}

/// The next persons of the register with the values of all their versions.
pub(super) fn chunk(view: &dyn View, after: Option<&str>) -> anyhow::Result<Vec<(String, Vec<Vec<String>>)>> {
    let persons = persons_after(view, after)?;
    Ok(persons.into_iter().map(|(key, rows)| (key, rows.iter().map(rules::values).collect())).collect())
}

/// The next persons of the register with all their versions, at most [`CHUNK`] of them.
pub(super) fn persons_after(
    view: &dyn View,
    after: Option<&str>,
) -> anyhow::Result<Vec<(String, Vec<Person>)>> {
    let mut found: Vec<(String, u32, Person)> = Vec::new();
    view.scan(&PERSON, after, &mut |stored| {
        let person = stored.typed::<Person>()?;
        found.push((stored.key.clone(), person.version, person.record));
        Ok(if found.len() < CHUNK { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let mut persons = Vec::with_capacity(found.len());
    for (key, version, newest) in found {
        let rows = if version == 1 {
            vec![newest]
        } else {
            view.load_history::<Person>(&key)?.into_iter().map(|version| version.record).collect()
        };
        persons.push((key, rows));
    }
    Ok(persons)
}

fn households(
    survey: &Survey<'_>,
    mapping: &Mapping,
    view: &dyn View,
    salt: &[u8],
    each: &mut dyn FnMut(Difference),
) -> anyhow::Result<Reconciliation<'static>> {
    let table = rules::household_table();
    let mapped = |item: &str| mapping.maps("household", item);
    let mut reconciliation = Reconciliation::new(table, &mapped, salt);
    let mut groups = survey.by_household.groups(NUMBER_BYTES)?;
    // A row of a household nobody lives in is not loaded, and no difference.
    let mut next = || -> anyhow::Result<Option<(String, Vec<String>)>> {
        while let Some(group) = groups.next()? {
            let lived_in = group.iter().any(|(key, _)| key.get(NUMBER_BYTES) == Some(&b'1'));
            let row = group.iter().find(|(key, _)| key.get(NUMBER_BYTES) == Some(&b'0'));
            if let (true, Some((key, payload))) = (lived_in, row) {
                let key = String::from_utf8_lossy(key.get(..NUMBER_BYTES).unwrap_or_default()).into_owned();
                return Ok(Some((key, Row::decode(&mut payload.as_slice())?.values)));
            }
        }
        Ok(None)
    };
    let mut source = next()?;
    let mut failed = None;
    view.scan(&HOUSEHOLD, None, &mut |stored| {
        let household = stored.typed::<Household>()?.record;
        let (key, values) = (household.key(), rules::household_values(&household));
        let mut step = || -> anyhow::Result<()> {
            while let Some((no, row)) = source.take_if(|(no, _)| *no < key) {
                reconciliation.compare(&no, Some(&row), None, (true, true), each);
                source = next()?;
            }
            let same = source.take_if(|(no, _)| *no == key);
            let is_same = same.is_some();
            reconciliation.compare(
                &key,
                same.as_ref().map(|(_, row)| row.as_slice()),
                Some(&values),
                (true, true),
                each,
            );
            if is_same {
                source = next()?;
            }
            Ok(())
        };
        match step() {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(error) => {
                failed = Some(error);
                Ok(ControlFlow::Break(()))
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    while let Some((no, row)) = source.take() {
        reconciliation.compare(&no, Some(&row), None, (true, true), each);
        source = next()?;
    }
    Ok(reconciliation)
}

/// What the register's own checks find.
pub(super) fn verify(view: &dyn View) -> anyhow::Result<Vec<Inconsistency>> {
    let mut found = Vec::new();
    for check in resident_register::system().checks {
        found.extend((check.run)(view)?);
    }
    Ok(found)
}
