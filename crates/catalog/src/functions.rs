use crate::table::Table;
use crate::{FunctionPlace, Problem};

/// How a function is worked (OL・BT).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FunctionMode {
    /// OL: at the screen.
    Online,
    /// BT: as a batch.
    Batch,
    /// OL/BT: either way.
    Both,
}

/// One row of the function table (機能一覧の1行).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionRow {
    /// Our number for the row, such as `1.1.1`; see [`FunctionTable::parse`].
    pub number: String,
    /// Line in the file, counted from 1, header included.
    pub line: usize,
    /// Unit and levels.
    pub place: FunctionPlace,
    /// OL, BT or both.
    pub mode: FunctionMode,
    /// 機能の説明
    pub description: String,
    /// Whether the source lists links for it.
    pub has_links: bool,
}

/// The function table (機能一覧).
#[derive(Debug, Clone, Default)]
pub struct FunctionTable {
    /// Rows in the order of the file.
    pub rows: Vec<FunctionRow>,
    /// What was wrong with rows that were left out.
    pub problems: Vec<Problem>,
}

impl FunctionTable {
    /// Reads `unit_functions.tsv`.
    ///
    /// The table prints no numbers, so we give some: unit, level 1 and level 2 (and level 3 where there is one),
    /// each counted in the order in which its name first appears below its parent, joined with dots. A second row of
    /// one function, for its other mode, gets `-2`. The numbers hold as long as rows are only added at the end of
    /// their parent. A row that cannot be read is a [`Problem`] and takes no number.
    #[must_use]
    pub fn parse(file: &str, text: &str) -> Self {
        let mut table = Table::read(file, text);
        let mut numbers = Numbers::default();
        let mut rows = Vec::new();
        if !table.demand(&["unit", "level1", "level2", "level3", "mode", "description", "has_links"]) {
            return Self { rows, problems: table.problems };
        }
        for row in std::mem::take(&mut table.rows) {
            let text = |name: &str| table.cell(&row, name).to_owned();
            let place = FunctionPlace {
                unit: text("unit"),
                level1: text("level1"),
                level2: text("level2"),
                level3: text("level3"),
            };
            let mode_word = text("mode");
            let mode = match mode_word.as_str() {
                "OL" => Some(FunctionMode::Online),
                "BT" => Some(FunctionMode::Batch),
                "OL/BT" | "OL・BT" => Some(FunctionMode::Both),
                _ => None,
            };
            let complete = ![&place.unit, &place.level1, &place.level2].iter().any(|cell| cell.is_empty());
            let (Some(mode), true) = (mode, complete) else {
                let problem = if complete {
                    table
                        .at(&row, "mode", format!("「{mode_word}」は知らない言葉です"))
                        .rule("書ける言葉は OL、BT、OL/BT です")
                } else {
                    table.at(&row, "level2", "ユニット、第1階層、第2階層のどれかが空です")
                };
                table.leave_out(&row, vec![problem.remedy("行を直してください")]);
                continue;
            };
            rows.push(FunctionRow {
                number: numbers.next(&place),
                line: row.line,
                description: text("description"),
                has_links: text("has_links") == "yes",
                place,
                mode,
            });
        }
        Self { rows, problems: table.problems }
    }

    /// The rows of a function. More than one when it has two modes, or when level 2 stands under two of level 1
    /// (職権による異動). `level3` is empty where the table has none.
    #[must_use]
    pub fn find(&self, unit: &str, level2: &str, level3: &str) -> Vec<&FunctionRow> {
        let fits =
            |place: &FunctionPlace| place.unit == unit && place.level2 == level2 && place.level3 == level3;
        self.rows.iter().filter(|row| fits(&row.place)).collect()
    }

    /// The row with this number of ours.
    #[must_use]
    pub fn by_number(&self, number: &str) -> Option<&FunctionRow> {
        self.rows.iter().find(|row| row.number == number)
    }
}

/// Ordinals of names below their parent, in order of first appearance.
#[derive(Default)]
struct Numbers {
    name: String,
    children: Vec<Numbers>,
    uses: usize,
}

impl Numbers {
    fn next(&mut self, place: &FunctionPlace) -> String {
        let mut node = self;
        let mut parts = Vec::new();
        let levels = [&place.unit, &place.level1, &place.level2, &place.level3];
        for name in levels.into_iter().filter(|name| !name.is_empty()) {
            let index = match node.children.iter().position(|child| child.name == *name) {
                Some(index) => index,
                None => {
                    node.children.push(Self { name: name.clone(), ..Self::default() });
                    node.children.len() - 1
                }
            };
            parts.push((index + 1).to_string());
            let Some(child) = node.children.get_mut(index) else { break };
            node = child;
        }
        node.uses += 1;
        let number = parts.join(".");
        if node.uses == 1 { number } else { format!("{number}-{}", node.uses) }
    }
}
