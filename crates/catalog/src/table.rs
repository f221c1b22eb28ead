//! Tab-separated tables without quoting: one header row, cells by header name.
//!
//! Quoting is off because a system is called `A" TAXes`: a reader with quoting would swallow the rest of the file.

use crate::Problem;

/// No list of a municipality comes near this; a file that does is not a list.
const LINES_MAX: usize = 200_000;

pub(crate) struct Table<'a> {
    pub(crate) file: &'a str,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// Lines left out, as printed, so that the file can be written back whole.
    pub(crate) left_out: Vec<(usize, String)>,
    pub(crate) problems: Vec<Problem>,
}

#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) cells: Vec<String>,
}

impl<'a> Table<'a> {
    /// Reads the header and every row that has as many cells as the header. BOM and CRLF are tolerated.
    pub(crate) fn read(file: &'a str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let header: Vec<String> = match lines.next() {
            Some((_, line)) => line.split('\t').map(|cell| cell.trim().to_owned()).collect(),
            None => Vec::new(),
        };
        let mut table = Self { file, header, rows: Vec::new(), left_out: Vec::new(), problems: Vec::new() };
        for (index, name) in table.header.iter().enumerate() {
            if table.header.iter().take(index).any(|before| before == name) {
                let problem = Problem::new(file, format!("見出し「{name}」が2度あります"))
                    .line(1)
                    .cell(name, index + 1)
                    .rule("見出しは列ごとに違う名前です")
                    .remedy("一方の見出しを直してください");
                table.problems.push(problem);
            }
        }
        for (line, content) in lines {
            if LINES_MAX < line {
                let problem = Problem::new(file, format!("{LINES_MAX}行を超えています"))
                    .line(line)
                    .rule(format!("一覧は{LINES_MAX}行までです"))
                    .remedy("ファイルを分けてください");
                table.problems.push(problem);
                break;
            }
            table.take_line(line, content);
        }
        table
    }

    fn take_line(&mut self, line: usize, content: &str) {
        let cells: Vec<String> = content.split('\t').map(str::to_owned).collect();
        if content.trim().is_empty() {
            self.left_out.push((line, content.to_owned()));
        } else if cells.len() == self.header.len() {
            self.rows.push(Row { line, cells });
        } else {
            let (have, want) = (cells.len(), self.header.len());
            let problem = Problem::new(self.file, format!("列が{have}個あります"))
                .line(line)
                .rule(format!("見出しは{want}列です"))
                .remedy("タブの過不足を直してください");
            self.problems.push(problem);
            self.left_out.push((line, content.to_owned()));
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.header.iter().any(|column| column == name)
    }

    /// The cell under a header name, trimmed; empty when there is no such column.
    pub(crate) fn cell<'r>(&self, row: &'r Row, name: &str) -> &'r str {
        let index = self.header.iter().position(|column| column == name);
        index.and_then(|index| row.cells.get(index)).map_or("", |cell| cell.trim())
    }

    /// A problem with one named cell of a row.
    pub(crate) fn at(&self, row: &Row, name: &str, what: impl Into<String>) -> Problem {
        let problem = Problem::new(self.file, what).line(row.line);
        match self.header.iter().position(|column| column == name) {
            Some(index) => problem.cell(name, index + 1),
            None => problem.key(name),
        }
    }

    /// True when every column is there; otherwise one problem per missing column.
    pub(crate) fn demand(&mut self, names: &[&str]) -> bool {
        let missing: Vec<&str> = names.iter().copied().filter(|name| !self.has(name)).collect();
        for name in &missing {
            let problem = Problem::new(self.file, format!("見出し「{name}」の列がありません"))
                .line(1)
                .rule(format!("この一覧に要る列は {} です", names.join(", ")))
                .remedy("見出しを補ってください");
            self.problems.push(problem);
        }
        missing.is_empty()
    }

    /// Leaves a row out for a reason, keeping its line for writing back.
    pub(crate) fn leave_out(&mut self, row: &Row, problems: Vec<Problem>) {
        self.problems.extend(problems);
        self.left_out.push((row.line, row.cells.join("\t")));
    }
}
