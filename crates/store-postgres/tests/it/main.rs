//! The store against the conformance suites, under many processes, against tampering, and against being cut off.

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
    use register::Journal;
    use store_postgres::{Options, Store, VaultKey};
    use testkit::journal::{KINDS, load};

    /// Of the changes of the usual run; `DAICHO_LOAD_CHANGES=200000` makes it a long one.
    const CHANGES: u32 = 10_000;

    fn options() -> Options {
        Options {
            key: Some(VaultKey::from_hex(&"5".repeat(64)).unwrap()),
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

    #[test]
    fn readers_of_the_feed_miss_nothing_under_32_writers_of_4_processes() {
        let url = testkit::postgres::database();
        let stores: Vec<Store> = (0..4).map(|_| Store::open(&url, KINDS, options()).unwrap()).collect();
        let openings: Vec<&dyn Journal> = stores.iter().map(|store| -> &dyn Journal { store }).collect();
        load::writers_and_readers(&openings, 32, load::changes(CHANGES)).unwrap();
    }
}
