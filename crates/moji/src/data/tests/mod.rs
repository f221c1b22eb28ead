//! The tables against what their standards and an expert say. Every line of every table is read.

mod charts;
mod lists;
mod numbers;

use std::collections::HashSet;

use super::{SingleByte, TABLES};

#[test]
fn a_version_names_table_edition_and_content() {
    let version = SingleByte::EBCDIC_KANA.table().version();
    let (name, hash) = version.split_once(" sha256:").unwrap();
    assert_eq!((name, hash.len()), ("ebcdic-kana jef4j-0.12.2", 12));
    let versions: HashSet<String> = TABLES.iter().map(super::Table::version).collect();
    assert_eq!(versions.len(), TABLES.len());
}

#[test]
fn the_readme_of_the_tables_names_each_in_order() {
    let names: Vec<&str> = TABLES.iter().map(super::Table::name).collect();
    assert!(names.is_sorted());
    let readme = include_str!("../../../data/README.md");
    for name in names {
        assert!(readme.contains(&format!("| {name}.tsv |")), "{name}");
    }
}
