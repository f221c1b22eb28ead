//! Every place against the one suite.

use testkit::places::{Ends, conformance};
use transport::Folder;

#[test]
fn a_folder_is_a_place() {
    let mut kept = Vec::new();
    conformance(&mut || {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::at(dir.path().join("welfare"));
        kept.push(dir);
        Ends { ours: Box::new(folder.clone()), theirs: Box::new(folder.other_side()) }
    })
    .unwrap();
}
