//! Sending again from the screens.

use axum::http::StatusCode;

use super::client::Client;
use super::house::House;

#[tokio::test]
async fn the_count_is_shown_before_anything_goes() {
    let house = House::with_family().unwrap();
    house.receive("welfare-suite").unwrap();
    house.settle().unwrap();
    let router = web::router(house.desk());
    let operator = Client::of(&router, "tanaka").await;
    let link = "/links/resident-changes-to-welfare";
    assert!(operator.get(link).await.has("いまの内容で再送"));
    assert!(!operator.get("/links/resident-full-to-welfare").await.has("いまの内容で再送"));

    let nonsense = operator.post(&format!("{link}/resend"), &[("since", "x")]).await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nonsense.has("配信の番号は数字です"));
    let none = operator.post(&format!("{link}/resend"), &[("since", "7")]).await;
    assert!(none.has("配信7番はありません"), "{}", none.text);

    let preview = operator.post(&format!("{link}/resend"), &[("since", "1")]).await;
    assert!(preview.has("3件を再送する"), "{}", preview.text);
    assert_eq!(house.office.deliveries("resident-changes-to-welfare", None, 9).unwrap().len(), 1);
    let done = operator.post(&format!("{link}/resend"), &[("since", "1"), ("confirmed", "1")]).await;
    assert_eq!(done.location(), link);
    house.settle().unwrap();
    house.receive("welfare-suite").unwrap();
    house.settle().unwrap();
    let all = house.office.deliveries("resident-changes-to-welfare", None, 9).unwrap();
    assert_eq!(all.iter().map(|own| (own.no, own.rows)).collect::<Vec<_>>(), [(2, 3), (1, 3)]);

    let ledger = operator.get("/links/ledger").await;
    assert!(ledger.has("確かめること") && ledger.has("住民情報随時異動データ"), "{}", ledger.text);
    assert_eq!(operator.get("/links/ledger?day=x").await.status, StatusCode::BAD_REQUEST);

    let page = operator.get(&format!("{link}/1")).await;
    assert!(page.has("送ったときのまま再送"), "{}", page.text);
    let again = operator.post(&format!("{link}/1/resend"), &[]).await;
    assert_eq!(again.location(), format!("{link}/1"));
    assert!(operator.get(&format!("{link}/1")).await.has("置き直しました"));
}
