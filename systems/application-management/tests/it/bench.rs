//! A small office for tests.

use application_management::intakes::{CERTIFICATES, PORTAL, RESIDENTS};
use application_management::records::{Application, PASSED};
use domain::{AddresseeNo, Date};
use jiff::civil::date;
use register::ViewExt;
use serde_json::{Value, json};
use system::Outcome;
use testkit::bench::{Given, Memory, run, take, verify};

pub(crate) const TODAY: Date = date(2026, 11, 20);

pub(crate) fn number(serial: u64) -> String {
    AddresseeNo::from_serial(serial).unwrap().to_string()
}

/// An office that knows 一子 (a certificate S-1), 二郎 (protected) and two called 三郎 of one birth date.
pub(crate) struct Bench(pub(crate) Memory);

impl Bench {
    pub(crate) fn new() -> Self {
        let mut bench = Self(Memory::default());
        for (serial, name, birth, sex, address, protected) in [
            (1, "架空　一子", "1990-02-03", "2", "架空県みなと町１番地", ""),
            (2, "架空　二郎", "1985-05-05", "1", "架空県みなと町２番地", "1"),
            (3, "架空　三郎", "2000-01-01", "1", "架空県みなと町３番地", ""),
            (4, "架空　三郎", "2000-01-01", "1", "架空県みなと町４番地", ""),
        ] {
            let row: Given = vec![
                ("addressee_no", number(serial)),
                ("history_no", "1".into()),
                ("class", "1".into()),
                ("status", "1".into()),
                ("name", name.into()),
                ("birth_date", birth.into()),
                ("sex", sex.into()),
                ("address", address.into()),
                ("protected", protected.into()),
            ];
            assert!(take(&mut bench.0, &RESIDENTS, TODAY, &[row]).refused.is_empty());
        }
        let card: Given = vec![
            ("addressee_no", number(1)),
            ("history_no", "1".into()),
            ("sig_cert_serial", "S-1".into()),
            ("auth_cert_serial", "A-1".into()),
        ];
        assert!(take(&mut bench.0, &CERTIFICATES, TODAY, &[card]).refused.is_empty());
        bench
    }

    /// Takes rows; gives the items of those refused.
    pub(crate) fn arrives(&mut self, rows: &[Given]) -> Vec<String> {
        let applied = take(&mut self.0, &PORTAL, TODAY, rows);
        applied.refused.into_iter().map(|refused| refused.message).collect()
    }

    pub(crate) fn one(&self, no: &str) -> Application {
        self.0.load::<Application>(no).unwrap().unwrap().record
    }

    /// State and holds in words: `保留 APP01 APP03`.
    pub(crate) fn state(&self, no: &str) -> String {
        let one = self.one(no);
        let mut words = vec![one.state.label().to_owned()];
        words.extend(one.holds.iter().map(|hold| hold.code.clone()));
        words.join(" ")
    }

    /// The rows that were handed on, by their keys.
    pub(crate) fn passed(&self) -> Vec<String> {
        self.0.register(&PASSED).into_iter().map(|(key, _)| key).collect()
    }

    pub(crate) fn run(&mut self, function: &str, input: &Value) -> Outcome {
        let id = format!("application-management/{function}");
        run(&application_management::system(), &mut self.0, TODAY, &id, input)
    }

    /// Runs and gives the codes of the findings.
    pub(crate) fn codes(&mut self, function: &str, input: &Value) -> Vec<String> {
        self.run(function, input).findings.into_iter().map(|finding| finding.code).collect()
    }

    pub(crate) fn answer(&mut self, function: &str, input: &Value) -> Value {
        self.run(function, input).answer.unwrap().data
    }

    pub(crate) fn is_sound(&self) {
        assert_eq!(verify(&application_management::system(), &self.0), Vec::<String>::new());
    }

    /// `match` to a serial.
    pub(crate) fn matches(&mut self, no: &str, serial: u64) -> Vec<String> {
        self.codes("match", &json!({ "application_no": no, "addressee_no": number(serial) }))
    }
}

/// A whole 転出届 of 一子, signed with her certificate; what is given comes in place of it.
pub(crate) fn move_out(no: &str, other: &[(&'static str, &str)]) -> Given {
    let whole = [
        ("row_no", no),
        ("application_no", no),
        ("procedure", "one-stop-move-out"),
        ("form_version", "1"),
        ("received_at", "2026-11-20T08:30:00"),
        ("certificate_serial", "S-1"),
        ("signature", "1"),
        ("attachments", ""),
        ("expires_on", ""),
        ("withdraws", ""),
        ("name", "架空　一子"),
        ("birth_date", "1990-02-03"),
        ("sex", "2"),
        ("address", "架空県みなと町１番地"),
        ("visit_on", ""),
        ("event_date", "2026-12-01"),
        ("dest_municipality", "隣市"),
    ];
    whole
        .iter()
        .map(|(item, value)| {
            let given = other.iter().find(|(name, _)| name == item).map_or(*value, |(_, value)| *value);
            (*item, given.to_owned())
        })
        .collect()
}

/// Its 取消.
pub(crate) fn withdrawal(no: &str, target: &str, other: &[(&'static str, &str)]) -> Given {
    let mut all = vec![("procedure", "move-out-withdrawal"), ("withdraws", target), ("event_date", "")];
    all.extend_from_slice(other);
    move_out(no, &all)
}
