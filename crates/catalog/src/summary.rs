use crate::{LinkList, ListId, RowState, Standing};

/// How one list stands as a whole (連携一覧の集計).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The list.
    pub list: ListId,
    /// Rows that were read.
    pub read: usize,
    /// Rows that were left out.
    pub skipped: usize,
    /// Rows that run, by one link or by several one behind the other.
    pub runs: usize,
    /// Rows whose function runs by another of its methods.
    pub runs_otherwise: usize,
    /// Rows that lack something.
    pub lacks: usize,
    /// Rows with a doubt about the list itself.
    pub doubtful: usize,
}

impl Summary {
    /// Counts the states of one list; states of other lists are passed over.
    #[must_use]
    pub fn of(list: &LinkList, states: &[RowState]) -> Self {
        let states: Vec<&RowState> = states.iter().filter(|state| state.row.list == list.id).collect();
        let count = |fits: fn(&RowState) -> bool| states.iter().filter(|state| fits(state)).count();
        Self {
            list: list.id.clone(),
            read: list.rows.len(),
            skipped: list.skipped,
            runs: count(|state| matches!(state.standing, Standing::Runs(_) | Standing::RunsThrough(_))),
            runs_otherwise: count(|state| matches!(state.standing, Standing::RunsOtherwise(_))),
            lacks: count(|state| matches!(state.standing, Standing::Lacks(_))),
            doubtful: count(|state| !state.doubts.is_empty()),
        }
    }
}

/// The summaries as a text table with Japanese headings, one list per line.
#[must_use]
pub fn summary_table(summaries: &[Summary]) -> String {
    const HEADINGS: [&str; 7] = ["一覧", "読込", "除外", "稼働", "別方式で稼働", "未稼働", "要確認"];
    let mut lines = vec![HEADINGS.map(str::to_owned)];
    lines.extend(summaries.iter().map(|summary| {
        [
            summary.list.to_string(),
            summary.read.to_string(),
            summary.skipped.to_string(),
            summary.runs.to_string(),
            summary.runs_otherwise.to_string(),
            summary.lacks.to_string(),
            summary.doubtful.to_string(),
        ]
    }));
    let mut widths = [0_usize; 7];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(columns_of(cell));
        }
    }
    let mut text = String::new();
    for line in &lines {
        for (index, (cell, width)) in line.iter().zip(widths).enumerate() {
            let padding = " ".repeat(width.saturating_sub(columns_of(cell)));
            // The name to the left, figures to the right.
            let padded = if index == 0 { format!("{cell}{padding}") } else { format!("  {padding}{cell}") };
            text.push_str(&padded);
        }
        text.push('\n');
    }
    text
}

/// Columns on a terminal: Japanese characters take two.
fn columns_of(cell: &str) -> usize {
    cell.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
