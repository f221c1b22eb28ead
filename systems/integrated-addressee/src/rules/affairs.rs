//! 事務手続コード and 特定個人情報番号 as data.

use domain::Date;

const TABLE: &str = include_str!("../../../../standards/codes/integrated-addressee/affairs.tsv");

/// Days an inquiry waits for its answer where its row says none.
const ANSWER_DAYS: i64 = 7;

/// What a copy or an inquiry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Affair {
    kind: &'static str,
    /// 業務ID.
    pub(crate) task_id: &'static str,
    /// 事務手続コード; only of inquiries.
    pub(crate) procedure: &'static str,
    /// 特定個人情報番号.
    pub(crate) code: &'static str,
    /// The Japanese name.
    pub(crate) title: &'static str,
    answer_days: i64,
}

impl Affair {
    /// What a task may register copies of.
    pub(crate) fn of_copy(task_id: &str, code: &str) -> Option<Self> {
        all().find(|one| one.kind == "copy" && one.task_id == task_id && one.code == code)
    }

    /// The first that a task registers copies of.
    pub(crate) fn of_task(task_id: &str) -> Option<Self> {
        all().find(|one| one.kind == "copy" && one.task_id == task_id)
    }

    /// What may be asked.
    pub(crate) fn of_inquiry(procedure: &str, code: &str) -> Option<Self> {
        inquiries().find(|one| one.procedure == procedure && one.code == code)
    }

    /// The last day an answer to a question of this day is waited for.
    pub(crate) fn answer_by(&self, asked_on: Date) -> Date {
        (0..self.answer_days).fold(asked_on, |day, _| day.tomorrow().unwrap_or(day))
    }
}

/// Everything that may be asked, in the order of the table.
pub(crate) fn inquiries() -> impl Iterator<Item = Affair> {
    all().filter(|one| one.kind == "inquiry")
}

fn all() -> impl Iterator<Item = Affair> {
    TABLE.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(read)
}

fn read(line: &'static str) -> Affair {
    let mut cells = line.split('\t');
    let mut cell = || cells.next().unwrap_or_default();
    Affair {
        kind: cell(),
        task_id: cell(),
        procedure: cell(),
        code: cell(),
        title: cell(),
        answer_days: cell().parse().unwrap_or(ANSWER_DAYS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        for one in all() {
            assert!(["copy", "inquiry"].contains(&one.kind), "{one:?}");
            assert!(one.task_id.len() == 3 && one.code.len() == 4 && !one.title.is_empty(), "{one:?}");
            assert_eq!(one.kind == "inquiry", !one.procedure.is_empty(), "{one:?}");
        }
        let asked = inquiries().next().unwrap();
        let day = asked.answer_by("2026-11-20".parse().unwrap());
        assert_eq!(day.to_string(), "2026-11-27");
    }
}
