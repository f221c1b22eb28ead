//! Start and end of the program in the audit log.

use office::{AuditEntry, LogKind};
use register::{AsOf, ViewExt};

use super::house::TestHouse;

#[test]
fn a_start_that_follows_no_end_says_so() {
    let house = TestHouse::new();
    let office = &house.office;
    let titles = || {
        let view = office.journal().view(AsOf::default()).unwrap();
        let mut events: Vec<AuditEntry> =
            view.load_by("user", "daicho").unwrap().into_iter().map(|event| event.record).collect();
        events.sort_by(|one, other| one.id.cmp(&other.id));
        assert!(events.iter().all(|event| event.kind() == LogKind::Event));
        events.into_iter().map(|event| event.title).collect::<Vec<_>>()
    };
    office.audit_begin("A").unwrap();
    // Another machine, which served no town before.
    office.audit_begin("B").unwrap();
    office.audit_stop("A").unwrap();
    office.audit_begin("A").unwrap();
    office.audit_begin("A").unwrap();
    let (begun, ended, cut) =
        ("プログラムの開始", "プログラムの終了", "プログラムの開始（前回は終了の記録がありません）");
    assert_eq!(titles(), [begun, begun, ended, begun, cut]);
}
