//! Several files in one.

use std::io::{Cursor, Read};

use packing::bundle;
use zip::ZipArchive;

fn files() -> Vec<(String, Vec<u8>)> {
    vec![
        ("検収書.md".to_owned(), "合格".as_bytes().to_vec()),
        ("定義/見本データ.dat".to_owned(), vec![0, 255, 10]),
    ]
}

#[test]
fn every_file_comes_back_and_the_same_files_give_the_same_bytes() {
    let packed = bundle(&files()).unwrap();
    assert_eq!(packed, bundle(&files()).unwrap());
    let mut archive = ZipArchive::new(Cursor::new(&packed)).unwrap();
    for (index, (name, content)) in files().into_iter().enumerate() {
        let mut member = archive.by_index(index).unwrap();
        let mut found = Vec::new();
        member.read_to_end(&mut found).unwrap();
        assert_eq!((&*member.name().unwrap(), found), (name.as_str(), content));
    }
}

#[test]
fn a_name_stands_once() {
    let [first, _] = <[_; 2]>::try_from(files()).unwrap();
    bundle(&[first.clone(), first]).unwrap_err();
}
