//! 手続の表: every row is whole, and what is handed on is what the register takes.

use application_management::rules::{Procedure, items, procedures};

const SYSTEMS: &str = include_str!("../../../../standards/lists/systems.tsv");

#[test]
fn 表のどの行もそろっている() {
    let all = procedures();
    assert_eq!(all.iter().filter(|one| one.passes).count(), 6, "city:51 to city:56");
    for one in &all {
        assert!(!one.title.is_empty() && 0 < one.days && !one.versions.is_empty(), "{one:?}");
        assert!(SYSTEMS.lines().any(|line| line.starts_with(&format!("{}\t", one.owner))), "{one:?}");
        assert_eq!(all.iter().filter(|other| other.code == one.code).count(), 1, "{one:?}");
        assert!(one.withdraws.is_none_or(|code| Procedure::find(code).is_some()), "{one:?}");
        for item in &one.required {
            assert_ne!(items::title(item), *item, "{one:?}: 項目 {item}");
        }
    }
}
