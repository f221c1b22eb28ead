//! A protected person on the screens: marked, without an address, and opened only by who may and says why.

use axum::http::StatusCode;
use serde_json::json;

use super::client::Client;
use super::house::House;

#[tokio::test]
async fn a_protected_person_is_marked_and_opens_only_with_a_purpose() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    let head = house.numbers("カツラギ").unwrap().remove(0);
    let open = client.get(&format!("/residents/{head}")).await;
    let lot = "１２番地３";
    assert!(open.has(lot) && open.has("/households/"), "{}", open.text);

    let applied = json!({ "applicant": head, "copy_current": true });
    house.run("tanaka", "resident-register/support-apply", &applied).unwrap();
    let person = client.get(&format!("/residents/{head}")).await;
    assert!(person.has("仮支援") && !person.has(lot) && !person.has("/households/"), "{}", person.text);
    assert!(person.has("住所と世帯を表示（目的を入力）"));
    let found = client.get("/residents?q=%E3%82%AB%E3%83%84%E3%83%A9%E3%82%AE").await;
    assert!(found.has("住所非表示") && !found.has(lot), "{}", found.text);
    assert!(found.has(&format!("href=\"/residents/{head}\"")) && !found.has("/households/"));

    // Beside others they are shown no more of than alone.
    let all = house.numbers("カツラギ").unwrap();
    let query: Vec<String> = all.iter().map(|no| format!("no={no}")).collect();
    let beside = client.get(&format!("/residents/compare?{}", query.join("&"))).await;
    assert_eq!(beside.status, StatusCode::OK);
    assert!(beside.has("仮支援") && beside.has("違う項目が"), "{}", beside.text);
    assert!(!beside.has(lot) && !beside.has("/households/"), "{}", beside.text);
    for few in ["/residents/compare".to_owned(), format!("/residents/compare?no={head}&no={head}")] {
        let refused = client.get(&few).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{few}");
        assert!(refused.has("2人から4人まで"), "{}", refused.text);
    }

    let asked = "/f/resident-register/protected-person";
    let without = client.post(asked, &[("addressee_no", head.as_str())]).await;
    assert!(!without.has(lot), "{}", without.text);
    let fields = [("addressee_no", head.as_str()), ("purpose", "measure"), ("purpose_detail", "転送")];
    let shown = client.post(asked, &fields).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.has(lot) && shown.has("/households/"), "{}", shown.text);
}
