//! The store against the conformance suite, against tampering, and against being killed.

#[cfg(test)]
mod crash;
#[cfg(test)]
mod files;
#[cfg(test)]
mod tamper;

#[cfg(test)]
mod conformance {
    use register::Journal;
    use store_sqlite::Store;

    #[test]
    fn passes_the_journal_suite() {
        let open =
            |_: &str| -> Box<dyn Journal> { Box::new(Store::in_memory(testkit::journal::KINDS).unwrap()) };
        if let Err(failed) = testkit::journal::conformance(&open) {
            panic!("{failed}");
        }
    }
}
