//! Sending again from the screens.

use axum::http::StatusCode;
use serde_json::json;

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

#[tokio::test]
async fn the_calendar_shows_the_day_and_the_year() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let operator = Client::of(&router, "tanaka").await;
    let day = operator.get("/links/calendar").await;
    for words in ["予定 <strong>", "20:00", "/links/resident-full-to-welfare", "次の日", "年の予定"]
    {
        assert!(day.has(words), "{words}: {}", day.text);
    }
    let closed = operator.get("/links/calendar?day=2026-11-23").await;
    assert!(closed.has("閉庁　勤労感謝の日") && !closed.has("未実行"), "{}", closed.text);
    let year = operator.get("/links/calendar/year?year=2026").await;
    for words in ["令和8年度", "11月23日（勤労感謝の日）", "2027年度"] {
        assert_eq!(year.has(words), words != "2027年度", "{words}: {}", year.text);
    }
    for (address, said) in [
        ("/links/calendar?day=2026-02-30", "日付として読めません"),
        ("/links/calendar/year?year=26", "年度として読めません"),
        ("/links/calendar/year?year=x", "年度として読めません"),
    ] {
        let answer = operator.get(address).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
        assert!(answer.has(said), "{address}: {}", answer.text);
    }
    let beyond = operator.get("/links/calendar/year?year=2199").await;
    assert!(beyond.has("祝日の表がまだない"), "{}", beyond.text);
}

#[tokio::test]
async fn a_place_is_tried_and_the_charts_are_drawn() {
    let house = House::with_family().unwrap();
    house.receive("welfare-suite").unwrap();
    house.settle().unwrap();
    let router = web::router(house.desk());
    let operator = Client::of(&router, "tanaka").await;
    let link = "/links/resident-changes-to-welfare";
    let page = operator.get(link).await;
    assert!(page.has("接続を試す") && !page.has("障害の予行"), "{}", page.text);
    assert!(!page.has("最近の配信の件数と時間"), "one delivery is no chart");
    let tried = operator.post(&format!("{link}/probe"), &[]).await;
    assert_eq!(tried.status, StatusCode::OK);
    assert!(tried.has("使えます") && tried.has("相手からのファイルの一覧"), "{}", tried.text);
    // Within the house there is nothing to try, and nothing is offered.
    let inside = "/links/resident-to-addressee";
    assert!(!operator.get(inside).await.has("接続を試す"));
    let refused = operator.post(&format!("{inside}/probe"), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.has("試す接続先がありません"), "{}", refused.text);
    // This house is no rehearsal environment.
    let refused = operator.post(&format!("{link}/rehearse"), &[("fault", "away")]).await;
    assert!(refused.has("障害の予行はできません"), "{}", refused.text);
    let unknown = operator.post(&format!("{link}/rehearse"), &[("fault", "x")]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    for _ in 0..2 {
        operator.post("/links/resident-full-to-tax/run", &[]).await;
        house.settle().unwrap();
        house.receive("tax-suite").unwrap();
        house.settle().unwrap();
    }
    let page = operator.get("/links/resident-full-to-tax").await;
    for words in ["最近の配信の件数と時間", "最大 3件", "<th scope=\"col\" class=\"number\">所要</th>"]
    {
        assert!(page.has(words), "{words}: {}", page.text);
    }
}

/// A file that came by medium: read whole, put once, taken in; anything else is told and changes nothing.
#[tokio::test]
async fn a_file_that_came_by_medium_is_brought_on_the_screen() {
    const LINK: &str = "allowance-to-resident";
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let operator = Client::of(&router, "tanaka").await;
    let (page, bring) = (format!("/links/{LINK}"), format!("/links/{LINK}/bring"));
    assert!(operator.get(&page).await.has("媒体や端末で受け取ったファイル"));
    let outward = operator.get("/links/resident-changes-to-welfare").await;
    assert!(!outward.has("媒体や端末で受け取ったファイル"), "{}", outward.text);

    let found =
        house.run("tanaka", "resident-register/search", &json!({ "q": "カツラギ　ケンイチ" })).unwrap();
    let someone = found.answer.unwrap().subjects.pop().unwrap();
    let head = "宛名番号,資格取得年月日,資格喪失年月日,種別,種別変更年月日,基礎年金番号\r\n";
    let good = format!("{head}{someone},2026-10-01,,,,\r\n");
    for (file, status, words) in [
        ("", StatusCode::BAD_REQUEST, "ファイルが選ばれていないか、空です"),
        ("x", StatusCode::UNPROCESSABLE_ENTITY, "ファイルが正しくありません"),
    ] {
        let refused = operator.post_file(&bring, None, file.as_bytes()).await;
        assert_eq!(refused.status, status, "{}", refused.text);
        assert!(refused.has(words), "{}", refused.text);
    }
    let forged = operator.post_file(&bring, Some("x"), good.as_bytes()).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(operator.post(&bring, &[]).await.status, StatusCode::BAD_REQUEST);
    let large = operator.post_file(&bring, None, &vec![b'x'; 64 * 1024 * 1024 + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(house.office.deliveries(LINK, None, 9).unwrap().len(), 0);

    let brought = operator.post_file(&bring, None, good.as_bytes()).await;
    assert_eq!(brought.status, StatusCode::OK, "{}", brought.text);
    assert!(brought.has("配信1番（1件）として届けました"), "{}", brought.text);
    house.settle().unwrap();
    let taken = house.office.deliveries(LINK, None, 9).unwrap();
    assert_eq!(taken.iter().map(|own| (own.no, own.rows)).collect::<Vec<_>>(), [(1, 1)]);
    let again = operator.post_file(&bring, None, good.as_bytes()).await;
    assert!(again.has("同じ内容です"), "{}", again.text);
}
