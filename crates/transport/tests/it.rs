//! Every place against the one suite, and what servers can do to us.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

#[path = "it/http.rs"]
mod http;

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
