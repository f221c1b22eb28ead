//! A server that fails between any two rows of a group of changes: each change is there whole and once, or not at all
//! and its caller is told.

use register::{CommitError, Journal};
use store_postgres::{Options, Store};
use testkit::journal::NOTE;
use testkit::journal::group::{CHANGES, VERSIONS, WHOLE, draft, there};

/// Triggers that fail at the row a sequence says, and never again: sequences are not undone.
const TRIGGERS: &str = "
CREATE SEQUENCE rows_seen;
CREATE TABLE cut (at int8, how text);
INSERT INTO cut VALUES (0, '');
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE seen int8 := nextval('rows_seen'); chosen record;
BEGIN
  SELECT * INTO chosen FROM cut;
  IF seen = chosen.at AND chosen.how = 'session' THEN
    PERFORM pg_terminate_backend(pg_backend_pid());
    PERFORM pg_sleep(60);
  ELSIF seen = chosen.at THEN
    RAISE EXCEPTION 'cut';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cut BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION cut();
CREATE TRIGGER cut BEFORE INSERT ON versions FOR EACH ROW EXECUTE FUNCTION cut();
CREATE TRIGGER cut BEFORE INSERT ON current_test__note FOR EACH ROW EXECUTE FUNCTION cut();
CREATE TRIGGER cut BEFORE INSERT ON cursors FOR EACH ROW EXECUTE FUNCTION cut();
-- Looked at when the transaction commits.
CREATE CONSTRAINT TRIGGER cut_late AFTER INSERT ON changes DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION cut();
";

#[test]
fn a_failure_between_any_two_rows_leaves_each_change_whole_or_away() {
    let cluster = testkit::postgres::cluster();
    let url = cluster.database();
    let store = Store::open(&url, &[&NOTE], Options { scratch: true, ..Options::default() }).unwrap();
    cluster.run(&url, TRIGGERS);
    let mut case = 0;
    for how in ["session", "statement"] {
        let mut row = 0;
        loop {
            (row, case) = (row + 1, case + 1);
            let set = format!("ALTER SEQUENCE rows_seen RESTART; UPDATE cut SET at = {row}, how = '{how}'");
            cluster.run(&url, &set);
            let drafts = || (0..CHANGES).map(|change| draft(case, change).unwrap()).collect::<Vec<_>>();
            let outcome = store.commit_all(drafts());
            let seen: u64 = cluster.run(&url, "SELECT last_value FROM rows_seen").trim().parse().unwrap();
            let cut = row <= seen;
            match &outcome {
                // A session that went is taken up again: the caller hears only that it is done.
                Ok(done) => assert_eq!(done.len(), 3, "{how} {row}"),
                Err(CommitError::Fault(_)) => {
                    assert!(cut && how == "statement", "{how} {row}: {outcome:?}");
                    assert!(
                        (0..CHANGES).all(|change| there(&store, case, change).unwrap() == 0),
                        "{how} {row}"
                    );
                    store.commit_all(drafts()).unwrap();
                }
                other => panic!("{how} {row}: {other:?}"),
            }
            assert!((0..CHANGES).all(|change| there(&store, case, change).unwrap() == WHOLE), "{how} {row}");
            if !cut {
                break;
            }
        }
        // Changes, versions, current records, cursors, and what is looked at when it commits.
        assert_eq!(row - 1, CHANGES * (1 + VERSIONS + VERSIONS + 1 + 1), "{how}: rows that were cut");
    }
    assert_eq!(store.head().unwrap().0, case * CHANGES);
    let found = store.verify().unwrap();
    assert_eq!((found.problems, found.versions), (vec![], case * CHANGES * VERSIONS));
}
