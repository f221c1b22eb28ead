//! Every place against the one suite, on real servers, and what servers do that no folder does.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, at the place that is wrong"
)]

mod common;
mod ftp;
mod http;
mod network;
mod s3;
mod sftp;
mod soap;

use testkit::places::{Ends, conformance};
use transport::{Folder, Place};

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

#[test]
fn a_trial_leaves_nothing_in_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::at(dir.path().join("welfare"));
    let mut steps = Vec::new();
    folder.probe(&mut |step| steps.push(step.to_owned())).unwrap();
    assert_eq!(steps, ["フォルダ", "書き込み", "読み取り", "削除", "相手からのファイルの一覧"]);
    assert_eq!(std::fs::read_dir(folder.out()).unwrap().count(), 0);
}
