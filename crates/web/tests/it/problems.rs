//! Problems: each has a page, each page is a problem's.

use std::fs;
use std::path::Path;

use axum::http::StatusCode;
use web::PROBLEMS;

use super::client::Client;
use super::house::House;

#[test]
fn the_pages_and_the_codes_are_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/problems");
    let mut pages: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .collect();
    pages.sort();
    let mut codes: Vec<&str> = PROBLEMS.iter().map(|kind| kind.code).collect();
    codes.sort_unstable();
    assert_eq!(pages, codes);
    for kind in PROBLEMS {
        assert_eq!(kind.page.lines().next(), Some(format!("# {}", kind.title).as_str()), "{}", kind.code);
    }
}

#[tokio::test]
async fn a_problem_is_explained_without_login() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    for kind in PROBLEMS {
        let answer = client.get(&format!("/problems/{}", kind.code)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.has(kind.title) && answer.has("どうすればよいか"), "{}", kind.code);
    }
    assert_eq!(client.get("/problems/none").await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get("/nowhere").await.status, StatusCode::NOT_FOUND);
}
