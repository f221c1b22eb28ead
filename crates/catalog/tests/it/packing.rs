//! What a link file may say of packing, and what is said of it.

use catalog::{Link, Method, Packing, check_link, explain};

use crate::support::{LINKS, known, rows};

/// The tax link with its file packed so and named so.
fn tax(packing: &str, file_name: &str) -> Result<Link, String> {
    let (name, text) = LINKS[5];
    let text = text.replacen("zenken_{date}_{no}.dat", file_name, 1) + packing;
    Link::parse(&text, name).map_err(|problem| problem.to_string())
}

#[test]
fn a_link_names_its_packing_and_no_key() {
    for (packing, file_name, read) in [
        ("packing = \"zip\"", "zenken_{no}.dat.zip", Packing::Zip),
        ("packing = { zip-aes = \"tax\" }", "zenken_{no}.zip", Packing::ZipAes("tax".into())),
        ("packing = { age = \"tax\" }", "zenken_{no}.dat.age", Packing::Age("tax".into())),
    ] {
        let link = tax(packing, file_name).unwrap();
        assert_eq!(link.packing(), Some(&read));
        assert!(check_link(&link, &rows(), &known()).is_empty(), "{packing}");
    }
    assert_eq!(tax("", "zenken_{no}.dat").unwrap().packing(), None);
}

#[test]
fn what_cannot_be_is_refused_with_words() {
    for (packing, file_name, message) in [
        ("packing = \"zip\"", "zenken_{no}.dat", "名前「zenken_{no}.dat」が .zip で終わっていません"),
        ("packing = { age = \"tax\" }", "zenken_{no}.zip", "が .age で終わっていません"),
        ("packing = \"7z\"", "zenken_{no}.zip", "「7z」は書けない値です。"),
        ("packing = \"zip-aes\"", "zenken_{no}.zip", "「zip-aes」には鍵の名前が要ります"),
        (
            "packing = { zip-aes = \"Tax Key\" }",
            "zenken_{no}.zip",
            "梱包の鍵「Tax Key」は名前として使えません",
        ),
        ("packing = { zip = \"tax\" }", "zenken_{no}.zip", "TOMLとして読めません"),
    ] {
        let shown = tax(packing, file_name).unwrap_err();
        assert!(shown.contains(message), "{packing}: {shown}");
    }
}

#[test]
fn rows_of_a_relay_database_are_not_packed() {
    let (name, text) = LINKS[5];
    let text = text.replacen("file-or-media", "relay-database", 1).replacen(".dat", ".zip", 1);
    assert_eq!(Link::parse(&text, name).unwrap().method, Method::RelayDatabase);
    let shown = Link::parse(&(text + "packing = \"zip\""), name).unwrap_err().to_string();
    assert!(shown.contains("ファイルを梱包できません"), "{shown}");
}

#[test]
fn a_key_that_the_configuration_lacks_is_asked_for() {
    let link = tax("packing = { age = \"pension\" }", "zenken_{no}.age").unwrap();
    let problems = check_link(&link, &rows(), &known());
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].contains("梱包の鍵「pension」がありません"), "{shown:?}");
}

#[test]
fn a_link_says_how_its_file_is_packed() {
    for (packing, file_name, said) in [
        ("packing = \"zip\"", "z_{no}.zip", "のファイルをZIP（暗号化なし）にして z_{no}.zip を置きます"),
        (
            "packing = { zip-aes = \"tax\" }",
            "z_{no}.zip",
            "のファイルをパスワード付きZIP（AES-256、鍵「tax」）にして z_{no}.zip を置きます",
        ),
        (
            "packing = { age = \"tax\" }",
            "z_{no}.age",
            "のファイルをage による暗号化（鍵「tax」）にして z_{no}.age を置きます",
        ),
    ] {
        let told = explain(&tax(packing, file_name).unwrap());
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn the_file_inside_has_the_data_files_name() {
    for (packing, file_name, inner) in [
        (Packing::Zip, "ido_000001.csv.zip", "ido_000001.csv"),
        (Packing::Age("k".into()), "ido_000001.csv.age", "ido_000001.csv"),
        (Packing::Zip, "ido_000001.csv", "ido_000001.csv"),
    ] {
        assert_eq!(packing.inner_name(file_name), inner);
    }
}
