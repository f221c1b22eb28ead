//! Workbooks as they come from a municipality: texts by cell, merged areas, sheets that are hidden left out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxError};

use crate::hidden::hidden_rows;

/// A table a person keeps has fewer rows; a file with more is not one, or was made to fill the memory.
const ROWS_MAX: u32 = 200_000;
/// The same for columns.
const COLUMNS_MAX: u32 = 1_000;
/// The same for all cells of a workbook, empty ones between others counted: a cell far away makes a table wide.
const CELLS_MAX: usize = 2_000_000;

/// A sheet as read (読み取ったシート). Rows and columns count from zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSheet {
    /// Name on the tab.
    pub name: String,
    /// The rows, each as long as its last cell that is not empty.
    pub rows: Vec<Vec<String>>,
    /// Merged areas (結合セル). Only their first cell has a text.
    pub merged: Vec<Merged>,
    /// Rows of which every text is struck through (取り消し線). Not written.
    pub struck: BTreeSet<usize>,
    /// Rows that are hidden (非表示). Not written.
    pub hidden: BTreeSet<usize>,
}

/// A merged area, both ends belonging to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Merged {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Last row.
    pub bottom: usize,
    /// Last column.
    pub right: usize,
}

/// Why a workbook cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no XLSX, or a broken one.
    #[error("this is no workbook (XLSX) that can be read")]
    Unreadable(#[from] XlsxError),
    /// It is protected with a password.
    #[error("the workbook is protected with a password")]
    Password,
    /// It has more rows, columns or cells than a table a person keeps.
    #[error(
        "the sheet {0} is too large: more than {ROWS_MAX} rows, {COLUMNS_MAX} columns or {CELLS_MAX} cells"
    )]
    TooLarge(String),
}

/// Reads every visible sheet of a workbook (XLSX, XLSM). Formulas give their stored results, dates `2026-04-01`, times
/// `09:30`, whole numbers no fraction; furigana (ふりがな) is left out. Rows struck through or hidden are read like others, and named.
///
/// # Errors
/// [`ReadError`].
pub fn read_xlsx(bytes: &[u8]) -> Result<Vec<ReadSheet>, ReadError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => ReadError::Password,
        other => ReadError::Unreadable(other),
    })?;
    let shown =
        |sheet: &calamine::Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let names: Vec<String> =
        book.sheets_metadata().iter().filter(|sheet| shown(sheet)).map(|sheet| sheet.name.clone()).collect();
    let mut cells_left = CELLS_MAX;
    let mut sheets: Vec<ReadSheet> = names
        .into_iter()
        .map(|name| read_sheet(&mut book, name, &mut cells_left))
        .collect::<Result<_, _>>()?;
    let mut hidden = hidden_rows(bytes);
    for sheet in &mut sheets {
        sheet.hidden = hidden.remove(&sheet.name).unwrap_or_default();
    }
    Ok(sheets)
}

fn read_sheet(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: String,
    cells_left: &mut usize,
) -> Result<ReadSheet, ReadError> {
    // Cell by cell and not as one range: a range is as large as its farthest cell, whatever stands in between.
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let (mut height, mut width) = (0_usize, 0_usize);
    let mut reader = book.worksheet_cells_reader(&name)?;
    let (mut struck, mut plain) = (BTreeSet::new(), BTreeSet::new());
    while let Some((cell, style)) = reader.next_cell_with_style_id()? {
        let text = text_of(cell.get_value());
        if text.trim().is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        let kept = if is_struck(reader.styles().get(style)) { &mut struck } else { &mut plain };
        kept.insert(index(row));
        height = height.max(index(row).saturating_add(1));
        width = width.max(index(column).saturating_add(1));
        if ROWS_MAX <= row || COLUMNS_MAX <= column || *cells_left < height.saturating_mul(width) {
            return Err(ReadError::TooLarge(name));
        }
        let cells = rows.entry(row).or_default();
        let place = index(column);
        if cells.len() <= place {
            cells.resize(place.saturating_add(1), String::new());
        }
        if let Some(slot) = cells.get_mut(place) {
            *slot = text;
        }
    }
    drop(reader);
    *cells_left = cells_left.saturating_sub(height.saturating_mul(width));
    let merged = book
        .merge_cells_by_sheet_name(&name)?
        .iter()
        .filter(|area| area.start.0 < ROWS_MAX && area.start.1 < COLUMNS_MAX)
        .map(|area| Merged {
            top: index(area.start.0),
            left: index(area.start.1),
            bottom: index(area.end.0.min(ROWS_MAX)),
            right: index(area.end.1.min(COLUMNS_MAX)),
        })
        .collect();
    let last = rows.keys().next_back().copied();
    let rows =
        last.map_or(Vec::new(), |last| (0..=last).map(|row| rows.remove(&row).unwrap_or_default()).collect());
    struck.retain(|row| !plain.contains(row));
    Ok(ReadSheet { name, rows, merged, struck, hidden: BTreeSet::new() })
}

fn is_struck(style: Option<&Style>) -> bool {
    style.and_then(|style| style.font.as_ref()).is_some_and(|font| font.strikethrough)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Prints whole numbers without a fraction.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
            let (whole, fraction) = (1.0 <= moment.as_f64(), moment.as_f64().fract() != 0.0);
            match (whole, fraction) {
                (true, false) => format!("{year:04}-{month:02}-{day:02}"),
                (false, _) => format!("{hour:02}:{minute:02}"),
                (true, true) => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    }
}
