//! The store against the conformance suite, against tampering, and against being killed.

#[cfg(test)]
mod crash;
#[cfg(test)]
mod files;
#[cfg(test)]
mod offline;
#[cfg(test)]
mod restore;
#[cfg(test)]
mod tamper;

#[cfg(test)]
mod conformance {
    use register::{Fault, Journal, Kind};
    use rusqlite::types::Value;
    use store_sqlite::{KeyRing, Options, Store};
    use testkit::shelf::{Shelf, Table};

    #[test]
    fn passes_the_journal_suite() {
        let open =
            |_: &str| -> Box<dyn Journal> { Box::new(Store::in_memory(testkit::journal::KINDS).unwrap()) };
        if let Err(failed) = testkit::journal::conformance(&open) {
            panic!("{failed}");
        }
    }

    /// Files in one folder.
    struct Folder(tempfile::TempDir);

    impl Shelf for Folder {
        fn open(
            &self,
            name: &str,
            kinds: &[&'static Kind],
            keys: &KeyRing,
        ) -> Result<Box<dyn Journal>, Fault> {
            let options = Options { keys: Some(keys.clone()), ..Options::default() };
            Ok(Box::new(Store::open(&self.0.path().join(name), kinds, options)?))
        }

        fn list(&self, name: &str, view: &str) -> Result<Table, Fault> {
            let fault = |error: rusqlite::Error| Fault::new("the view cannot be read", error);
            // As the manual has it, beside the store that is open.
            let address = format!("file:{}?mode=ro", self.0.path().join(name).display());
            let conn = rusqlite::Connection::open(address).map_err(fault)?;
            let mut select = conn.prepare(&format!("SELECT * FROM {view} ORDER BY 1")).map_err(fault)?;
            let names: Vec<String> = select.column_names().map(str::to_owned).collect();
            let text = |value: Value| match value {
                Value::Null => None,
                Value::Integer(number) => Some(number.to_string()),
                Value::Text(text) => Some(text),
                other => panic!("{other:?}"),
            };
            let rows = select
                .query_map([], |row| (0..names.len()).map(|place| row.get(place).map(text)).collect())
                .map_err(fault)?;
            let rows = rows.collect::<Result<_, _>>().map_err(fault)?;
            Ok((names, rows))
        }
    }

    #[test]
    fn passes_the_suite_of_openings() {
        let folder = Folder(tempfile::tempdir().unwrap());
        if let Err(failed) = testkit::shelf::conformance(&folder) {
            panic!("{failed}");
        }
    }

    /// Of the changes of the usual run; `DAICHO_LOAD_CHANGES=200000` makes it a long one.
    const CHANGES: u32 = 10_000;

    #[test]
    fn readers_of_the_feed_miss_nothing_under_32_writers() {
        let store = Store::in_memory(testkit::journal::KINDS).unwrap();
        let changes = testkit::journal::load::changes(CHANGES);
        testkit::journal::load::writers_and_readers(&[&store, &store], 32, changes).unwrap();
    }
}
