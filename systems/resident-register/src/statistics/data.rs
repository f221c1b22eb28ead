//! What is counted how, compiled in from `standards/codes/resident-register`.

use std::sync::LazyLock;

use domain::MovementReason;

use super::Basis;

const SETTINGS: &str = include_str!("../../../../standards/codes/resident-register/statistics.tsv");
const LINES: &str = include_str!("../../../../standards/codes/resident-register/statistics-lines.tsv");
const PREFECTURES: &str = include_str!("../../../../standards/codes/resident-register/prefectures.tsv");

/// Whether a line adds or takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// 記載.
    Record,
    /// 消除.
    Delete,
}

impl Direction {
    /// The Japanese word.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Record => "記載",
            Self::Delete => "消除",
        }
    }
}

/// One line of the movement tables (人口動態の行).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) direction: Direction,
    pub(crate) title: &'static str,
    /// The reason that counts here; none for the line of all others.
    pub(crate) reason: Option<MovementReason>,
    pub(crate) group: Group,
}

/// Which part of the change a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// 自然増減.
    Natural,
    /// 社会増減.
    Social,
    /// その他の増減.
    Other,
}

static ALL_LINES: LazyLock<Vec<Line>> = LazyLock::new(|| rows(LINES).filter_map(line).collect());

fn line(row: &'static str) -> Option<Line> {
    let mut cells = row.split('\t');
    let mut next = || cells.next();
    let direction = match next()? {
        "record" => Direction::Record,
        "delete" => Direction::Delete,
        _ => return None,
    };
    let (title, reason) = (next()?, next()?);
    let group = match next()? {
        "natural" => Group::Natural,
        "social" => Group::Social,
        "other" => Group::Other,
        _ => return None,
    };
    let reason = if reason == "*" { None } else { Some(MovementReason::from_code(reason)?) };
    Some(Line { direction, title, reason, group })
}

/// Every line, 記載 before 消除, in the order of the tables.
pub(crate) fn lines() -> &'static [Line] {
    &ALL_LINES
}

/// The place of the line a reason counts in.
pub(crate) fn line_of(direction: Direction, reason: MovementReason) -> usize {
    let fits =
        |line: &&Line, reason: Option<MovementReason>| line.direction == direction && line.reason == reason;
    let of = |reason: Option<MovementReason>| lines().iter().position(|line| fits(&line, reason));
    of(Some(reason)).or_else(|| of(None)).unwrap_or_default()
}

/// 都道府県 with code, in order.
pub(crate) fn prefectures() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(PREFECTURES).filter_map(|row| row.split_once('\t'))
}

/// The way of counting when none is asked for.
pub(crate) fn default_basis() -> Basis {
    Basis::from_code(setting("basis")).unwrap_or(Basis::Processed)
}

/// Width of an age class (年齢階級).
pub(crate) fn class_years() -> i16 {
    number("class_years").max(1)
}

/// First age of the class that is open at the top.
pub(crate) fn oldest_class() -> i16 {
    number("oldest_class")
}

/// First age of 生産年齢人口 and of 老年人口.
pub(crate) fn broad_ages() -> (i16, i16) {
    (number("working_age_from"), number("old_age_from"))
}

/// The month a year begins with: of statistics (年), and of the municipality's accounts (年度).
pub(crate) fn first_month(fiscal: bool) -> i8 {
    let month = number(if fiscal { "fiscal_year_month" } else { "year_month" });
    i8::try_from(month).unwrap_or(1).clamp(1, 12)
}

/// Most rows of one answer of 異動履歴抽出.
pub(crate) fn extract_rows_max() -> usize {
    usize::try_from(number("extract_rows_max")).unwrap_or_default()
}

fn number(name: &str) -> i16 {
    setting(name).parse().unwrap_or_default()
}

fn setting(name: &str) -> &'static str {
    let mut found = rows(SETTINGS).filter_map(|row| row.split_once('\t')).filter(|(known, _)| *known == name);
    found.next().and_then(|(_, rest)| rest.split('\t').next()).unwrap_or_default()
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_reads_and_each_direction_has_a_line_for_all_others() {
        assert_eq!(lines().len(), rows(LINES).count());
        for direction in [Direction::Record, Direction::Delete] {
            let others = lines().iter().filter(|line| line.direction == direction && line.reason.is_none());
            assert_eq!(others.count(), 1, "{direction:?}");
        }
    }

    /// Which reasons change the count: §9 of the domain reference.
    #[test]
    fn the_reasons_of_the_identity_have_lines_and_no_others() {
        let table =
            [(Direction::Record, "01 02 03 04 05 06 09"), (Direction::Delete, "21 22 23 24 25 26 28")];
        for (direction, wanted) in table {
            let own = lines().iter().filter(|line| line.direction == direction);
            let codes: Vec<&str> = own.filter_map(|line| line.reason).map(|reason| reason.code()).collect();
            assert_eq!(codes.join(" "), wanted, "{direction:?}");
        }
        for reason in MovementReason::ALL {
            let line = |direction| lines()[line_of(direction, *reason)];
            let (record, delete) = (line(Direction::Record), line(Direction::Delete));
            assert_eq!((record.direction, delete.direction), (Direction::Record, Direction::Delete));
            assert!(record.reason.is_none() || delete.reason.is_none(), "{reason:?} counts twice");
        }
    }

    #[test]
    fn every_setting_stands_in_the_table() {
        assert!(Basis::from_code(setting("basis")).is_some());
        assert!(number("class_years") == 5 && number("oldest_class") == 100);
        assert_eq!(broad_ages(), (15, 65));
        assert_eq!((first_month(false), first_month(true)), (1, 4));
        assert!(0 < extract_rows_max());
        assert_eq!(prefectures().count(), 47);
        assert_eq!(prefectures().nth(12), Some(("13", "東京都")));
    }
}
