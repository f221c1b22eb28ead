//! 手続 as data.

use domain::Date;

const TABLE: &str = include_str!("../../../../standards/codes/application-management/procedures.tsv");

/// One procedure (手続) that people may apply for online.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// The code.
    pub code: &'static str,
    /// The Japanese name.
    pub title: &'static str,
    /// The system whose task it is.
    pub owner: &'static str,
    /// Whether its rows are handed to the register of residents (受付データ).
    pub passes: bool,
    /// The procedure it takes back.
    pub withdraws: Option<&'static str>,
    /// Whether the applicant has to be found among the residents.
    pub matches: bool,
    /// Whether it has to be signed.
    pub signed: bool,
    /// Days it may wait before the list says so (目安の日数).
    pub days: i64,
    /// Versions of its form that are known.
    pub versions: Vec<&'static str>,
    /// Items it cannot do without.
    pub required: Vec<&'static str>,
}

impl Procedure {
    /// The procedure of a code.
    pub fn find(code: &str) -> Option<Self> {
        procedures().into_iter().find(|one| one.code == code)
    }

    /// Whether an application received on a day has waited too long: more than the days it may wait.
    pub fn is_late(&self, received_on: Date, today: Date) -> bool {
        self.days < waited(received_on, today)
    }
}

/// Days since an application was received; none before it.
pub fn waited(received_on: Date, today: Date) -> i64 {
    received_on.until(today).map_or(0, |span| i64::from(span.get_days()))
}

/// Every procedure, in the order of the table.
pub fn procedures() -> Vec<Procedure> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    rows.map(read).collect()
}

/// A row; a test holds that every row is whole.
fn read(line: &'static str) -> Procedure {
    let cells: Vec<&'static str> = line.split('\t').collect();
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let list = |at: usize| cell(at).split(',').filter(|one| !one.is_empty()).collect();
    Procedure {
        code: cell(0),
        title: cell(1),
        owner: cell(2),
        passes: cell(3) == "register",
        withdraws: Some(cell(4)).filter(|code| !code.is_empty()),
        matches: cell(5) == "resident",
        signed: cell(6) == "1",
        days: cell(7).parse().unwrap_or(0),
        versions: list(8),
        required: list(9),
    }
}
