#![doc = include_str!("../README.md")]

mod hidden;
mod read;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

pub use read::{Merged, ReadError, ReadSheet, read_xlsx};

/// A workbook (ブック).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Title, in the properties of the file.
    pub title: String,
    /// Its sheets in order.
    pub sheets: Vec<Sheet>,
}

/// A sheet (シート): a title and tables one below the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Name on the tab. What a spreadsheet does not allow there is replaced, and names are made different.
    pub name: String,
    /// Title above the tables, may be empty.
    pub title: String,
    /// Its tables.
    pub tables: Vec<Table>,
}

/// A table: a title, heads of columns, rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Title above it, may be empty.
    pub title: String,
    /// Heads of its columns.
    pub head: Vec<String>,
    /// Its rows. Whole numbers without leading zeros become numbers, everything else texts.
    pub rows: Vec<Vec<String>>,
}

/// Why no workbook can be made: it has more rows, columns or characters than a spreadsheet can hold.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be made")]
pub struct SpreadsheetError(#[from] XlsxError);

/// The day all workbooks say they were made: a clock would make the bytes differ.
const MADE: (u16, u8, u8) = (2026, 4, 1);
/// Narrowest and widest column, in characters of half width.
const WIDTH_MIN: f64 = 6.0;
const WIDTH_MAX: f64 = 48.0;
/// Characters of the name on a tab.
const NAME_CHARS_MAX: usize = 31;

impl Sheet {
    /// An empty sheet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl Book {
    /// The workbook as bytes of an XLSX file.
    ///
    /// # Errors
    /// [`SpreadsheetError`] if a spreadsheet cannot hold it.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, SpreadsheetError> {
        let mut workbook = new_workbook(&self.title)?;
        let looks = Looks::new();
        let mut names: Vec<String> = Vec::new();
        for sheet in &self.sheets {
            let name = tab(&sheet.name, &names);
            let worksheet = workbook.add_worksheet();
            worksheet.set_name(&name)?;
            names.push(name);
            fill(worksheet, sheet, &looks)?;
        }
        Ok(workbook.save_to_buffer()?)
    }
}

/// Sheets written as they were read, with their merged areas; what is not a text of a cell (formulas, colours, widths)
/// is not in them. Widths fit the texts.
///
/// # Errors
/// [`SpreadsheetError`] if a spreadsheet cannot hold them.
pub fn write_plain(title: &str, sheets: &[ReadSheet]) -> Result<Vec<u8>, SpreadsheetError> {
    let mut workbook = new_workbook(title)?;
    let looks = Looks::new();
    let mut names: Vec<String> = Vec::new();
    for sheet in sheets {
        let name = tab(&sheet.name, &names);
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&name)?;
        names.push(name);
        fill_plain(worksheet, sheet, &looks)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn fill_plain(worksheet: &mut Worksheet, sheet: &ReadSheet, looks: &Looks) -> Result<(), XlsxError> {
    worksheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    for area in &sheet.merged {
        let (Ok(top), Ok(bottom)) = (u32::try_from(area.top), u32::try_from(area.bottom)) else { continue };
        let (Ok(left), Ok(right)) = (u16::try_from(area.left), u16::try_from(area.right)) else { continue };
        if (top, left) != (bottom, right) {
            worksheet.merge_range(top, left, bottom, right, "", &looks.text)?;
        }
    }
    for (row, cells) in (0..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            match number(cell) {
                Some(number) => worksheet.write_with_format(row, column, number, &looks.text)?,
                None => worksheet.write_with_format(row, column, cell, &looks.text)?,
            };
        }
    }
    let columns = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
    for (column, place) in (0..).zip(0..columns) {
        let widest =
            sheet.rows.iter().filter_map(|row| row.get(place)).flat_map(|cell| cell.lines()).map(width).max();
        worksheet
            .set_column_width(column, (f64::from(widest.unwrap_or(0)) + 2.0).clamp(WIDTH_MIN, WIDTH_MAX))?;
    }
    Ok(())
}

fn new_workbook(title: &str) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let (year, month, day) = MADE;
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    Ok(workbook)
}

/// How cells look.
struct Looks {
    title: Format,
    subtitle: Format,
    head: Format,
    text: Format,
    number: Format,
}

impl Looks {
    fn new() -> Self {
        let plain = || Format::new().set_font_name("Yu Gothic").set_font_size(10);
        let cell = || plain().set_border(FormatBorder::Thin).set_align(FormatAlign::Top).set_text_wrap();
        Self {
            title: plain().set_font_size(14).set_bold(),
            subtitle: plain().set_font_size(11).set_bold(),
            head: cell().set_bold().set_background_color(Color::RGB(0x00E2_E8F0)),
            text: cell(),
            number: cell().set_align(FormatAlign::Right),
        }
    }
}

fn fill(worksheet: &mut Worksheet, sheet: &Sheet, looks: &Looks) -> Result<(), XlsxError> {
    worksheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    worksheet.set_screen_gridlines(false);
    let mut row = 0;
    if !sheet.title.is_empty() {
        worksheet.write_with_format(row, 0, &sheet.title, &looks.title)?;
        row += 2;
    }
    for table in &sheet.tables {
        if !table.title.is_empty() {
            worksheet.write_with_format(row, 0, &table.title, &looks.subtitle)?;
            row += 1;
        }
        for (column, head) in (0..).zip(&table.head) {
            worksheet.write_with_format(row, column, head, &looks.head)?;
        }
        // With one table on a sheet its heads stay in sight and on every printed page.
        if sheet.tables.len() == 1 {
            worksheet.set_freeze_panes(row + 1, 0)?;
            worksheet.set_repeat_rows(row, row)?;
        }
        row += 1;
        for cells in &table.rows {
            for (column, cell) in (0..).zip(cells) {
                match number(cell) {
                    Some(number) => worksheet.write_with_format(row, column, number, &looks.number)?,
                    None => worksheet.write_with_format(row, column, cell, &looks.text)?,
                };
            }
            row += 1;
        }
        row += 1;
    }
    for (column, width) in (0..).zip(widths(sheet)) {
        worksheet.set_column_width(column, width)?;
    }
    Ok(())
}

/// A whole number a spreadsheet shows as it stands here. Codes keep their zeros, long ones their digits.
fn number(cell: &str) -> Option<u32> {
    let plain = cell == "0" || !cell.starts_with(['0', '+']);
    cell.parse().ok().filter(|_| plain && cell.len() <= 9)
}

/// Column widths by the widest cell, a full-width character counting two.
fn widths(sheet: &Sheet) -> Vec<f64> {
    let columns = sheet.tables.iter().map(|table| table.head.len()).max().unwrap_or(0);
    (0..columns)
        .map(|column| {
            let cells = sheet.tables.iter().flat_map(|table| std::iter::once(&table.head).chain(&table.rows));
            let widest = cells.filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0);
            (f64::from(widest) + 2.0).clamp(WIDTH_MIN, WIDTH_MAX)
        })
        .collect()
}

fn width(text: &str) -> u32 {
    let one = |c: char| if c.is_ascii() || ('\u{FF61}'..='\u{FF9F}').contains(&c) { 1 } else { 2 };
    text.chars().map(one).sum()
}

/// A name a tab may have, and none of the others has.
fn tab(name: &str, others: &[String]) -> String {
    let forbidden = |c: char| matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') || c.is_control();
    let clean: String = name.chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    let clean = if clean.trim().is_empty() { "Sheet".to_owned() } else { clean };
    let cut = |text: &str, max: usize| text.chars().take(max).collect::<String>();
    let same = |name: &str| others.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let first = cut(&clean, NAME_CHARS_MAX);
    if !same(&first) {
        return first;
    }
    let numbered = (2..).map(|number| format!("{} {number}", cut(&clean, NAME_CHARS_MAX - 6)));
    numbered.into_iter().find(|name| !same(name)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_have_names_a_spreadsheet_takes() {
        let mut names = Vec::new();
        for (name, want) in [
            ("概要", "概要"),
            ("概要", "概要 2"),
            ("a/b:c", "a_b_c"),
            ("A/B:C", "A_B_C 2"),
            ("", "Sheet"),
            (
                "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二",
                "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一",
            ),
        ] {
            let got = tab(name, &names);
            assert_eq!(got, want);
            names.push(got);
        }
    }

    #[test]
    fn only_what_a_number_keeps_is_a_number() {
        for (cell, want) in [
            ("1", Some(1)),
            ("0", Some(0)),
            ("007", None),
            ("+7", None),
            ("-7", None),
            ("123456789", Some(123_456_789)),
            ("1234567890", None),
            ("", None),
            ("１", None),
        ] {
            assert_eq!(number(cell), want, "{cell}");
        }
    }
}
