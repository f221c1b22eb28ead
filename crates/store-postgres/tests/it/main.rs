//! The store against the conformance suites, under many processes, against tampering, and against being cut off.

#[cfg(test)]
mod between;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod open;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod restore;
#[cfg(test)]
mod tamper;

#[cfg(test)]
mod conformance {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use register::{Fault, Journal, Kind};
    use store_postgres::{KeyRing, Options, Store, VaultKey};
    use testkit::journal::{KINDS, load};
    use testkit::shelf::{Shelf, Table};

    /// Of the changes of the usual run; `DAICHO_LOAD_CHANGES=200000` makes it a long one.
    const CHANGES: u32 = 10_000;

    fn options() -> Options {
        Options {
            keys: Some(VaultKey::from_hex(&"5".repeat(64)).unwrap().into()),
            scratch: true,
            ..Options::default()
        }
    }

    #[test]
    fn passes_the_journal_suite() {
        let open = |_: &str| -> Box<dyn Journal> {
            Box::new(Store::open(&testkit::postgres::schema(), KINDS, options()).unwrap())
        };
        if let Err(failed) = testkit::journal::conformance(&open) {
            panic!("{failed}");
        }
    }

    /// Schemas by name.
    #[derive(Default)]
    struct Schemas(Mutex<HashMap<String, String>>);

    impl Schemas {
        fn address(&self, name: &str) -> String {
            let mut all = self.0.lock().unwrap();
            all.entry(name.to_owned()).or_insert_with(testkit::postgres::schema).clone()
        }
    }

    impl Shelf for Schemas {
        fn open(
            &self,
            name: &str,
            kinds: &[&'static Kind],
            keys: &KeyRing,
        ) -> Result<Box<dyn Journal>, Fault> {
            let options = Options { keys: Some(keys.clone()), ..options() };
            Ok(Box::new(Store::open(&self.address(name), kinds, options)?))
        }

        fn list(&self, name: &str, view: &str) -> Result<Table, Fault> {
            let address = self.address(name);
            let schema = address.rsplit("search_path=").next().unwrap().trim_end_matches('\'');
            let names = testkit::postgres::cluster().run(
                &address,
                &format!(
                    "SELECT column_name FROM information_schema.columns
                     WHERE table_schema = '{schema}' AND table_name = '{view}' ORDER BY ordinal_position"
                ),
            );
            let names: Vec<String> = names.lines().map(str::to_owned).collect();
            let texts: Vec<String> =
                names.iter().map(|name| format!("\"{}\"::text", name.replace('"', "\"\""))).collect();
            let rows = testkit::postgres::cluster().run(
                &address,
                &format!(
                    "SELECT json_build_array({}) FROM {schema}.{view} ORDER BY \"{}\"",
                    texts.join(", "),
                    names[0]
                ),
            );
            let rows = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
            Ok((names, rows))
        }
    }

    #[test]
    fn passes_the_suite_of_openings() {
        if let Err(failed) = testkit::shelf::conformance(&Schemas::default()) {
            panic!("{failed}");
        }
    }

    #[test]
    fn readers_of_the_feed_miss_nothing_under_32_writers_of_4_processes() {
        let url = testkit::postgres::database();
        let stores: Vec<Store> = (0..4).map(|_| Store::open(&url, KINDS, options()).unwrap()).collect();
        let openings: Vec<&dyn Journal> = stores.iter().map(|store| -> &dyn Journal { store }).collect();
        load::writers_and_readers(&openings, 32, load::changes(CHANGES)).unwrap();
    }
}
