use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::grid::Grid;
use crate::list_row::read_row;
use crate::table::Table;
use crate::{Assurance, Direction, Extent, MethodWord, Problem, Question, TimingWord, ViaSide};

/// Name of one linkage list (連携一覧の名前): its file name without the ending, such as `city`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(pub String);

impl fmt::Display for ListId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Points at one row of one list (一覧の行), written `city:25`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RowRef {
    /// The list.
    pub list: ListId,
    /// The row's number in the list.
    pub no: String,
}

impl RowRef {
    /// A reference from its two parts.
    #[must_use]
    pub fn new(list: &str, no: &str) -> Self {
        Self { list: ListId(list.to_owned()), no: no.to_owned() }
    }
}

impl fmt::Display for RowRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.list, self.no)
    }
}

impl From<RowRef> for String {
    fn from(row: RowRef) -> Self {
        row.to_string()
    }
}

impl TryFrom<String> for RowRef {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            Some((list, no)) if !list.is_empty() && !no.is_empty() => Ok(Self::new(list, no)),
            _ => Err(format!("一覧の行「{text}」は「一覧名:番号」の形ではありません")),
        }
    }
}

/// The shapes a linkage list comes in (一覧の様式), told apart by their headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    /// A city's interface list with the platform in between (共通基盤).
    City,
    /// A town's list with arrows.
    TownA,
    /// A town's list of links to outside systems, some both ways.
    Kotoura,
    /// The functions of standard units with every method and frequency they allow.
    Unit,
    /// The shape this program writes any other list in (`daicho catalog import`).
    General,
}

impl ListKind {
    /// Columns a list of this kind must have.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::City => &[
                "no",
                "source",
                "via",
                "target",
                "via_side",
                "data",
                "method",
                "timing",
                "scope",
                "channel",
                "conversion",
                "target_charset",
            ],
            Self::TownA => &[
                "no",
                "system_a",
                "direction",
                "system_b",
                "data",
                "method",
                "timing",
                "out_of_scope",
                "conversion",
                "charset",
                "note",
                "source",
                "target",
            ],
            Self::Kotoura => &[
                "no",
                "department",
                "system",
                "current_product",
                "direction",
                "counterpart",
                "data",
                "method",
                "channel",
                "timing",
                "counterpart_owner",
                "counterpart_vendor",
            ],
            Self::Unit => &[
                "unit",
                "level1",
                "level2",
                "level3",
                "method",
                "frequency",
                "counterpart",
                "io",
                "extent",
                "volume_text",
                "volume_max",
                "volume_per",
                "exclusive_lock",
                "delivery_assurance",
                "note_ref",
                "reason",
                "remark",
            ],
            Self::General => &[
                "no",
                "source",
                "via",
                "target",
                "direction",
                "data",
                "method",
                "timing",
                "extent",
                "channel",
                "conversion",
                "charset",
                "volume_text",
                "volume_max",
                "volume_per",
                "exclusive_lock",
                "delivery_assurance",
                "scope",
                "note",
            ],
        }
    }

    /// The column that only lists of this kind have.
    fn telling_column(self) -> &'static str {
        match self {
            Self::City => "via_side",
            Self::TownA => "system_a",
            Self::Kotoura => "counterpart_owner",
            Self::Unit => "io",
            // Lists of units have it, too, and are told by their own column before.
            Self::General => "delivery_assurance",
        }
    }
}

/// How much a row expects to carry (件数).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// As printed, such as 「繁忙期：～500件/日」.
    pub text: String,
    /// The largest figure.
    pub max: Option<u32>,
    /// What the figure counts by: 日, 回 or 月.
    pub per: String,
}

/// The place of a row in the function table (機能): unit and levels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionPlace {
    /// 業務ユニット
    pub unit: String,
    /// 第1階層
    pub level1: String,
    /// 第2階層
    pub level2: String,
    /// 第3階層, often empty.
    pub level3: String,
}

/// One row of a linkage list (連携一覧の1行), whatever the shape of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The list it stands in.
    pub list: ListId,
    /// The shape of that list.
    pub kind: ListKind,
    /// Its number. Unit lists print none; there it is the ordinal of the row among the file's rows.
    pub no: String,
    /// Line in the file, counted from 1, header included.
    pub line: usize,
    /// Every cell as printed, in the order of the header.
    pub cells: Vec<String>,
    /// Sending system, as printed (送り元).
    pub source: String,
    /// Receiving system, as printed (受け側).
    pub target: String,
    /// What stands in between, as printed; empty for none (経由).
    pub via: String,
    /// Which leg of a flow through `via` this is.
    pub via_side: Option<ViaSide>,
    /// What is carried. Unit lists do not say: there it is the function's name.
    pub data: String,
    /// Function of the unit, in unit lists.
    pub function: Option<FunctionPlace>,
    /// 方式
    pub method: Option<MethodWord>,
    /// 時期; several in some rows (日次・随時), none where blank.
    pub timing: Vec<TimingWord>,
    /// What it says of hour and day beside that (22:00, 毎月10日), as printed; empty for nothing.
    pub when: String,
    /// 全件・差分, where the list has the column.
    pub extent: Option<Extent>,
    /// Target charset, as printed; empty for none (文字コード).
    pub charset: String,
    /// 経路: NW, ツール, オンライン, ファイル.
    pub channel: String,
    /// Whether characters are converted (文字変換), where stated.
    pub conversion: Option<bool>,
    /// 件数, where stated.
    pub volume: Option<Volume>,
    /// 排他制御, where the list has the column.
    pub exclusive_lock: Option<bool>,
    /// 到達保障, where stated.
    pub delivery_assurance: Option<Assurance>,
    /// Which way it goes; `source` and `target` are already turned round, except for [`Direction::Both`].
    pub direction: Option<Direction>,
    /// 外部・内部, 該当・非該当: whether the row is in the scope of the procurement, as printed.
    pub scope: String,
    /// Remarks of every kind, as printed.
    pub note: String,
    /// What was assumed or not understood when the row was read; empty for the strict shapes.
    pub doubts: Vec<Question>,
}

impl LinkRow {
    /// Points at this row.
    #[must_use]
    pub fn reference(&self) -> RowRef {
        RowRef { list: self.list.clone(), no: self.no.clone() }
    }

    /// The extent the row states, or the one its data name gives away (「…全件データ」「…異動データ」).
    #[must_use]
    pub fn extent_or_hint(&self) -> Option<Extent> {
        let hint = || {
            if self.kind == ListKind::Unit {
                None
            } else if self.data.contains("全件") {
                Some(Extent::Full)
            } else if self.data.contains("異動") || self.data.contains("差分") {
                Some(Extent::Difference)
            } else {
                None
            }
        };
        self.extent.or_else(hint)
    }
}

/// A linkage list as read (連携一覧): rows that can be taken, and problems with those that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkList {
    /// Name of the list.
    pub id: ListId,
    /// Shape of the list; `None` when the header fits none, and then there are no rows.
    pub kind: Option<ListKind>,
    /// The header, as printed.
    pub header: Vec<String>,
    /// The last line of the header, counted from 1.
    pub header_line: usize,
    /// Rows that can be taken.
    pub rows: Vec<LinkRow>,
    /// How many rows were left out.
    pub skipped: usize,
    /// What was wrong with them.
    pub problems: Vec<Problem>,
    /// What was passed over without a row being lost (お知らせ): columns whose heading is not read, sheets that are no list.
    pub hints: Vec<Problem>,
    /// Titles of sections and notes between the rows, as printed.
    pub notes: Vec<String>,
    pub(crate) left_out: Vec<(usize, String)>,
}

impl LinkList {
    /// Reads a list. The shape comes from the header, the name from the file name.
    ///
    /// A row with a wrong number of cells, an unknown word, no source, target or data, or a number used before is a
    /// [`Problem`] and is left out; the rest is loaded. Any text gives a list, perhaps an empty one.
    #[must_use]
    pub fn parse(file: &str, text: &str) -> Self {
        let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let id = ListId(stem.split('.').next().unwrap_or(stem).to_owned());
        let mut table = Table::read(file, text);
        let kinds = [ListKind::City, ListKind::TownA, ListKind::Kotoura, ListKind::Unit, ListKind::General];
        let kind = kinds.into_iter().find(|kind| table.has(kind.telling_column()));
        let mut list = Self {
            id,
            kind,
            header: table.header.clone(),
            header_line: 1,
            rows: Vec::new(),
            skipped: 0,
            problems: Vec::new(),
            hints: Vec::new(),
            notes: Vec::new(),
            left_out: Vec::new(),
        };
        let rows = std::mem::take(&mut table.rows);
        let wanted = kind.is_some_and(|kind| table.demand(kind.columns()));
        let Some(kind) = kind.filter(|_| wanted) else {
            if kind.is_none() {
                let problem = Problem::new(file, "どの様式の連携一覧か分かりません")
                    .line(1)
                    .rule("見出しに via_side, system_a, counterpart_owner, io, delivery_assurance のどれかが要ります")
                    .remedy("見出しを確かめてください");
                table.problems.push(problem);
            }
            for row in rows {
                table.leave_out(&row, Vec::new());
            }
            return list.finished(table);
        };
        let mut numbers = BTreeSet::new();
        for (index, row) in rows.into_iter().enumerate() {
            let ordinal = index + 1;
            match read_row(&table, kind, &list.id, ordinal, &row) {
                Ok(link_row) if numbers.insert(link_row.no.clone()) => list.rows.push(link_row),
                Ok(link_row) => {
                    let problem = table
                        .at(&row, "no", format!("番号「{}」が2度あります", link_row.no))
                        .rule("番号は一覧の中で一つです")
                        .remedy("後の行の番号を付け直してください");
                    table.leave_out(&row, vec![problem]);
                }
                Err(problems) => table.leave_out(&row, problems),
            }
        }
        list.finished(table)
    }

    /// The list as text again, lines that were left out included (LF, no BOM).
    #[must_use]
    pub fn to_tsv(&self) -> String {
        let mut lines: Vec<(usize, String)> = vec![(1, self.header.join("\t"))];
        lines.extend(self.rows.iter().map(|row| (row.line, row.cells.join("\t"))));
        lines.extend(self.left_out.iter().cloned());
        lines.sort_by_key(|(line, _)| *line);
        lines.into_iter().map(|(_, line)| line + "\n").collect()
    }

    /// The table it was read from with further columns behind (一覧への書き戻し): `headings` in the last line of the
    /// header, and for each row what `of` says. Everything else stays as it stands in the grid.
    pub fn with_columns(
        &self,
        grid: &Grid,
        headings: &[&str],
        mut of: impl FnMut(&LinkRow) -> Vec<String>,
    ) -> Grid {
        let mut grid = grid.clone();
        let width = grid.width();
        let mut append = |line: usize, cells: Vec<String>| {
            if let Some(row) = line.checked_sub(1).and_then(|line| grid.rows.get_mut(line)) {
                row.resize(width, String::new());
                row.extend(cells);
            }
        };
        append(self.header_line, headings.iter().map(|heading| (*heading).to_owned()).collect());
        // Rows that stand in one line of the table share its cells.
        let mut lines: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for row in &self.rows {
            let cells = of(row);
            match lines.get_mut(&row.line) {
                None => {
                    lines.insert(row.line, cells);
                }
                Some(before) => {
                    for (before, cell) in
                        before.iter_mut().zip(cells).filter(|(before, cell)| before != &cell)
                    {
                        *before = format!("{before}／{cell}");
                    }
                }
            }
        }
        for (line, cells) in lines {
            append(line, cells);
        }
        grid
    }

    /// The row with this number.
    #[must_use]
    pub fn row(&self, no: &str) -> Option<&LinkRow> {
        self.rows.iter().find(|row| row.no == no)
    }

    fn finished(mut self, table: Table<'_>) -> Self {
        self.skipped = table.left_out.iter().filter(|(_, line)| !line.trim().is_empty()).count();
        self.problems = table.problems;
        self.left_out = table.left_out;
        self
    }
}
