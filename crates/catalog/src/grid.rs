use std::collections::BTreeSet;

/// A merged area of a sheet (結合セル); rows and columns count from zero, both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Area {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Last row.
    pub bottom: usize,
    /// Last column.
    pub right: usize,
}

/// A table as a spreadsheet or a text file has it (表): cells, and areas that are merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// File name as the caller gave it.
    pub file: String,
    /// Name of the sheet; empty for a text file.
    pub sheet: String,
    /// Rows of cells, of any length.
    pub rows: Vec<Vec<String>>,
    /// Merged areas; only their first cell has a text.
    pub merged: Vec<Area>,
    /// Rows struck through (取り消し線), counted from zero.
    pub struck: BTreeSet<usize>,
    /// Rows that are hidden (非表示), counted from zero.
    pub hidden: BTreeSet<usize>,
}

impl Grid {
    /// Reads a text file: comma-separated with quotes when its name ends in `.csv`, otherwise tab-separated, with quotes
    /// only where a spreadsheet sets them.
    ///
    /// Any text gives a grid.
    #[must_use]
    pub fn from_text(file: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let commas = file.rsplit('.').next().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let rows = if commas {
            let text = text.replace("\r\n", "\n") + "\n";
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(separator(&text))
                .from_reader(text.as_bytes());
            let (mut rows, mut record) = (Vec::new(), csv::StringRecord::new());
            let mut line = reader.position().line();
            // The text is UTF-8 and rows may be of any length, so that no record is refused.
            while let Ok(true) = reader.read_record(&mut record) {
                // The reader passes over empty lines; they count as rows, as a spreadsheet shows them.
                let own =
                    record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>().saturating_add(1);
                let passed = reader.position().line().saturating_sub(line);
                let empty = usize::try_from(passed).unwrap_or(0).saturating_sub(own);
                rows.extend(std::iter::repeat_n(Vec::new(), empty));
                rows.push(record.iter().map(str::to_owned).collect());
                line = reader.position().line();
            }
            rows
        } else {
            tabbed(&text.replace("\r\n", "\n"))
        };
        Self { file: file.to_owned(), rows, ..Self::default() }
    }

    /// The cells as text again: comma-separated with quotes when the file's name ends in `.csv`, otherwise
    /// tab-separated, line breaks in cells as spaces.
    #[must_use]
    pub fn to_text(&self) -> String {
        let commas = self.file.rsplit('.').next().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let mut text = String::new();
        for row in &self.rows {
            let cells = row.iter().map(|cell| {
                if !commas {
                    return cell.split(['\t', '\n', '\r']).collect::<Vec<_>>().join(" ");
                }
                if cell.contains([',', '"', '\n', '\r']) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell.clone()
                }
            });
            text.push_str(&cells.collect::<Vec<_>>().join(if commas { "," } else { "\t" }));
            text.push('\n');
        }
        text
    }

    /// Columns of the widest row.
    pub(crate) fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// The cells with every merged area filled with its text, all rows equally long, and the width.
    pub(crate) fn filled(&self) -> (Vec<Vec<String>>, usize) {
        let width = self.width();
        let mut rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| {
                let mut cells: Vec<String> = row.iter().map(|cell| cell.trim().to_owned()).collect();
                cells.resize(width, String::new());
                cells
            })
            .collect();
        for area in &self.merged {
            let first = self.rows.get(area.top).and_then(|row| row.get(area.left));
            let Some(text) = first.map(|cell| cell.trim().to_owned()).filter(|text| !text.is_empty()) else {
                continue;
            };
            let height = area.bottom.saturating_sub(area.top).saturating_add(1);
            for row in rows.iter_mut().skip(area.top).take(height) {
                let breadth = area.right.saturating_sub(area.left).saturating_add(1);
                for cell in row.iter_mut().skip(area.left).take(breadth) {
                    if cell.is_empty() {
                        cell.clone_from(&text);
                    }
                }
            }
        }
        (rows, width)
    }

    /// Whether a cell belongs to an area merged over several rows and is not its first.
    pub(crate) fn continues(&self, row: usize, column: usize) -> bool {
        self.merged
            .iter()
            .any(|area| area.top < row && row <= area.bottom && (area.left..=area.right).contains(&column))
    }
}

/// The cells of a tab-separated text. A spreadsheet puts a cell of several lines in quotes and doubles those within; any
/// other quote is a character, as in `A" TAXes`, and alone it repeats what stands above.
fn tabbed(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row) = (Vec::new(), Vec::new());
    let mut rest = text.strip_suffix('\n').unwrap_or(text);
    if rest.is_empty() {
        return rows;
    }
    loop {
        let cell = match quoted(rest) {
            Some((cell, behind)) => {
                rest = behind;
                cell
            }
            None => {
                let (cell, behind) = rest.split_at(rest.find(['\t', '\n']).unwrap_or(rest.len()));
                rest = behind;
                cell.to_owned()
            }
        };
        row.push(cell);
        let Some(sign) = rest.chars().next() else { break };
        rest = rest.get(sign.len_utf8()..).unwrap_or_default();
        if sign == '\n' {
            rows.push(std::mem::take(&mut row));
        }
    }
    rows.push(row);
    rows
}

/// A cell in quotes at the beginning of a text, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut place = 0_usize;
    let end = loop {
        let found = place.saturating_add(inside.get(place..)?.find('"')?);
        match inside.get(found.saturating_add(1)..)?.chars().next() {
            Some('"') => place = found.saturating_add(2),
            None | Some('\t' | '\n') => break found,
            Some(_) => return None,
        }
    };
    let cell = inside.get(..end)?;
    // Two quotes that repeat what stands above are no pair.
    let is_cell = !cell.contains('\t') && !cell.trim().is_empty();
    let behind = inside.get(end.saturating_add(1)..)?;
    is_cell.then(|| (cell.replace("\"\"", "\""), behind))
}

/// What parts the cells of a file that calls itself comma-separated: some programs write semicolons or tabs.
fn separator(text: &str) -> u8 {
    const LINES_LOOKED_AT: usize = 50;
    let most = |sign: char| {
        text.lines().take(LINES_LOOKED_AT).map(|line| line.matches(sign).count()).max().unwrap_or(0)
    };
    match (most(','), most(';'), most('\t')) {
        (0, semicolons, tabs) if tabs < semicolons => b';',
        (0, _, tabs) if 0 < tabs => b'\t',
        _ => b',',
    }
}

/// A cell as a spreadsheet names it, such as `C12`; rows and columns count from zero.
pub(crate) fn cell_name(row: usize, column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column.saturating_add(1);
    while 0 < rest {
        let digit = rest.saturating_sub(1) % 26;
        letters.push(('A'..='Z').nth(digit).unwrap_or('?'));
        rest = rest.saturating_sub(1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", row.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_names_a_spreadsheet_gives() {
        for (row, column, want) in
            [(0, 0, "A1"), (11, 2, "C12"), (0, 25, "Z1"), (0, 26, "AA1"), (9, 701, "ZZ10"), (0, 702, "AAA1")]
        {
            assert_eq!(cell_name(row, column), want);
        }
    }

    #[test]
    fn merged_areas_are_filled_and_rows_equally_long() {
        let rows = vec![vec!["a".to_owned(), "b".to_owned()], vec![String::new()], vec![]];
        let merged = vec![Area { top: 0, left: 0, bottom: 1, right: 0 }];
        let grid = Grid { rows, merged, ..Grid::default() };
        let (rows, width) = grid.filled();
        assert_eq!(width, 2);
        assert_eq!(rows, [["a", "b"], ["a", ""], ["", ""]]);
        assert!(grid.continues(1, 0) && !grid.continues(0, 0) && !grid.continues(1, 1));
    }

    #[test]
    fn commas_are_quoted_and_tabs_are_not() {
        let csv = Grid::from_text("a.CSV", "\u{feff}x,\"y,\nz\"\n1\n");
        assert_eq!(csv.rows, vec![vec!["x", "y,\nz"], vec!["1"]]);
        let csv = Grid::from_text("a.csv", "x\n\n\"y\nz\"\n\r\n\n1\n");
        assert_eq!(csv.rows, vec![vec!["x"], vec![], vec!["y\nz"], vec![], vec![], vec!["1"]]);
        for text in ["x;y\n1;\"a;b\"\n", "x\ty\n1\ta;b\n"] {
            assert_eq!(Grid::from_text("a.csv", text).rows, vec![vec!["x", "y"], vec!["1", "a;b"]], "{text}");
        }
        let tsv = Grid::from_text("a.tsv", "A\" TAXes\tb\r\n");
        assert_eq!(tsv.rows, [["A\" TAXes", "b"]]);
        let tsv = Grid::from_text("a.tsv", "x\t\"y\r\n\"\"z\"\"\"\t\"\r\n\"\t1\t\"\r\n\r\n\"a\"b\t\r\n");
        assert_eq!(
            tsv.rows,
            [vec!["x", "y\n\"z\"", "\""], vec!["\"", "1", "\""], vec![""], vec!["\"a\"b", ""]]
        );
    }
}
