//! The store against the conformance suite, against many processes, and against being cut off.

#[cfg(test)]
mod conformance {
    use register::Journal;
    use store_postgres::{Options, Store, VaultKey};

    #[test]
    fn passes_the_journal_suite() {
        let open = |_: &str| -> Box<dyn Journal> {
            let key = Some(VaultKey::generate().unwrap());
            let options = Options { key, scratch: true, ..Options::default() };
            let url = testkit::postgres::database();
            Box::new(Store::open(&url, testkit::journal::KINDS, options).unwrap())
        };
        if let Err(failed) = testkit::journal::conformance(&open) {
            panic!("{failed}");
        }
    }
}
