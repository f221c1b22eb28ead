//! Rows a workbook hides (非表示の行), which the reader of cells passes over.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Cursor};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// The hidden rows of each sheet by its name, counted from zero. What cannot be read hides nothing.
pub(crate) fn hidden_rows(bytes: &[u8]) -> BTreeMap<String, BTreeSet<usize>> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return BTreeMap::new() };
    let mut names = Vec::new();
    elements(&mut archive, "xl/workbook.xml", "sheet", |sheet| {
        names.extend(attribute(sheet, "name").zip(attribute(sheet, "id")));
    });
    let mut parts = BTreeMap::new();
    elements(&mut archive, "xl/_rels/workbook.xml.rels", "Relationship", |relation| {
        parts.extend(attribute(relation, "Id").zip(attribute(relation, "Target")));
    });
    let mut hidden: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (name, id) in names {
        let Some(target) = parts.get(&id) else { continue };
        let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let (rows, mut next) = (hidden.entry(name).or_default(), 0_usize);
        elements(&mut archive, &part, "row", |row| {
            // A row without a number follows the one before it.
            let printed = attribute(row, "r").and_then(|number| number.parse::<usize>().ok());
            let place = printed.and_then(|number| number.checked_sub(1)).unwrap_or(next);
            next = place.saturating_add(1);
            if attribute(row, "hidden").is_some_and(|word| word == "1" || word == "true") {
                rows.insert(place);
            }
        });
    }
    hidden
}

/// Tells of every element with this local name in a part of the file, up to where it ends or cannot be read.
fn elements(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    part: &str,
    name: &str,
    mut tell: impl FnMut(&BytesStart<'_>),
) {
    let Ok(file) = archive.by_name(part) else { return };
    each(Reader::from_reader(BufReader::new(file)), |element| {
        if element.local_name().as_ref() == name {
            tell(element);
        }
    });
}

fn each(mut reader: Reader<impl BufRead>, mut tell: impl FnMut(&BytesStart<'_>)) {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => tell(&element),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// An attribute by its local name.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attributes = element.attributes().filter_map(Result::ok);
    let mut wanted = attributes.filter(|attribute| attribute.key.local_name().as_ref() == name);
    let value = wanted.next()?.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}
