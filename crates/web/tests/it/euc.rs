//! EUC on screen: what somebody may take, what stays hidden, and what a file says.

use axum::http::StatusCode;
use serde_json::json;

use super::client::{Answer, Client};
use super::house::House;

const RESIDENT: &str = "/euc/resident-register/resident";

async fn look(client: &Client, fields: &[(&str, &str)]) -> Answer {
    let all: Vec<(&str, &str)> = fields.iter().copied().chain([("do", "look")]).collect();
    client.post(RESIDENT, &all).await
}

async fn file(client: &Client, fields: &[(&str, &str)]) -> Answer {
    let all: Vec<(&str, &str)> = fields.iter().copied().chain([("do", "file")]).collect();
    client.post(RESIDENT, &all).await
}

#[tokio::test]
async fn a_list_is_looked_at_counted_and_taken() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "extractor").await;
    let list = client.get("/euc").await;
    assert!(list.has("住民情報") && list.has("除票情報") && !list.has("軽自動車税"), "{}", list.text);
    let form = client.get(RESIDENT).await;
    assert!(form.has("氏名フリガナ") && !form.has("個人番号") && !form.has("住民票コード"), "{}", form.text);

    let kana =
        [("item", "addressee_no"), ("item", "name_kana"), ("c1_item", "name_kana"), ("c1_test", "contains")];
    let asked = |value| kana.iter().copied().chain([("c1_value", value)]).collect::<Vec<_>>();
    let found = look(&client, &asked("カツラギ")).await;
    assert!(found.has("<strong>3</strong>件") && found.has("先頭の3件"), "{}", found.text);
    assert!(look(&client, &asked("イナイ")).await.has("条件に合う記録はありません"));

    // Every mistake is named, and no file comes of it.
    for (fields, code, words) in [
        (vec![("c1_value", "カツラギ")], "EUC01", "条件1に値「カツラギ」がありますが、項目がありません"),
        (vec![("c1_item", "no_such")], "EUC01", "項目「no_such」はありません"),
        (vec![("c1_item", "name")], "EUC02", "比べる値がありません"),
        (vec![("c1_item", "history_no"), ("c1_value", "一")], "EUC03", "数として読めません"),
        (vec![("c1_item", "birth_date"), ("c1_value", "四月")], "EUC04", "日付として読めません"),
        (vec![], "EUC05", "利用目的がありません"),
    ] {
        let refused = file(&client, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(refused.has(code) && refused.has(words), "{words}: {}", refused.text);
    }

    let mut fields = asked("カツラギ");
    fields.push(("purpose", "敬老会の案内"));
    let taken = file(&client, &fields).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    assert!(taken.header("content-disposition").contains("resident-register-resident-"));
    let lines: Vec<&str> = taken.text.split("\r\n").collect();
    assert_eq!(lines[0], "\u{feff}宛名番号,氏名フリガナ");
    assert_eq!(lines.len(), 5, "heads, three persons, the end of the last line: {}", taken.text);
    let list = client.get("/euc").await;
    assert!(list.has("敬老会の案内") && list.has("SHA-256"), "{}", list.text);
}

#[tokio::test]
async fn a_protected_person_is_found_by_no_address() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "extractor").await;
    let lot = "１２番地３";
    let by_lot = [("c1_item", "lot"), ("c1_test", "is"), ("c1_value", lot)];
    assert!(look(&client, &by_lot).await.has("<strong>3</strong>件"));

    let head = house.numbers("カツラギ").unwrap().remove(0);
    let applied = json!({ "applicant": head, "copy_current": true });
    house.run("tanaka", "resident-register/support-apply", &applied).unwrap();
    // The household too: they live where the protected person lives.
    for (what, fields) in [
        ("by the lot", by_lot.to_vec()),
        ("by a part of it", vec![("c1_item", "lot"), ("c1_test", "contains"), ("c1_value", "番地")]),
        ("by what it begins with", vec![("c1_item", "lot"), ("c1_test", "begins"), ("c1_value", "１")]),
        ("by its order", vec![("c1_item", "lot"), ("c1_test", "at-least"), ("c1_value", "０")]),
        ("by its being there", vec![("c1_item", "lot"), ("c1_test", "filled")]),
    ] {
        let found = look(&client, &fields).await;
        assert!(found.has("<strong>0</strong>件"), "{what}: {}", found.text);
    }
    let all = look(&client, &[]).await;
    assert!(all.has("住所を空にした行 3件"), "{}", all.text);
    assert!(!all.text.replace(&format!("value=\"{lot}\""), "").contains(lot));
    let taken = file(&client, &[("purpose", "調査")]).await;
    assert!(taken.status == StatusCode::OK && !taken.has(lot), "{}", taken.text);
    let households = client.post("/euc/resident-register/household", &[("do", "look")]).await;
    assert!(households.has("住所を空にした行 1件") && !households.has(lot), "{}", households.text);
    // Whoever may see protected addresses gets them.
    let may = Client::of(&router, "tanaka").await;
    assert!(look(&may, &by_lot).await.has("<strong>3</strong>件"));
}

#[tokio::test]
async fn a_charset_says_what_it_cannot_hold() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "extractor").await;
    // 葛 with a variation selector, which Windows-31J does not have.
    let asked = |form| vec![("item", "name"), ("purpose", "調査"), ("form", form)];
    let refused = file(&client, &asked("csv-windows-31j")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert!(refused.has("EUC06") && refused.has("の「氏名」の「葛"), "{}", refused.text);
    let mut replacing = asked("csv-windows-31j");
    replacing.push(("replace", "1"));
    assert_eq!(file(&client, &replacing).await.status, StatusCode::OK);
    assert!(client.get("/euc").await.has("置換 "));
    for form in ["csv-utf-8", "csv-utf-16", "xlsx"] {
        assert_eq!(file(&client, &asked(form)).await.status, StatusCode::OK, "{form}");
    }
}

#[tokio::test]
async fn conditions_are_kept_shared_and_forgotten_by_their_owner() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let (owner, other) = (Client::of(&router, "extractor").await, Client::of(&router, "tanaka").await);
    let asked = [("c1_item", "sex"), ("c1_test", "is"), ("c1_value", "1")];
    let keep = |name, shared| {
        let mut fields = asked.to_vec();
        fields.extend([("do", "keep"), ("name", name), ("shared", shared)]);
        fields
    };
    assert!(owner.post(RESIDENT, &keep("", "")).await.has("EUC08"));
    assert!(owner.post(RESIDENT, &keep("男の一覧", "")).await.has("条件を保存しました"));
    assert!(!other.get("/euc").await.has("男の一覧"), "nobody else sees it");
    owner.post(RESIDENT, &keep("男の一覧", "1")).await;
    let seen = other.get("/euc").await;
    assert!(seen.has("男の一覧") && !seen.has("男の一覧を消す"), "{}", seen.text);
    let list = owner.get("/euc").await;
    assert_eq!(list.text.matches("男の一覧を消す").count(), 1, "replaced, not doubled");
    let again = owner.get(&format!("{RESIDENT}?c1_item=sex&c1_test=is&c1_value=1&look=1")).await;
    assert!(again.has("先頭の"), "{}", again.text);
    let id = list.field("id");
    let refused = other.post("/euc/forget", &[("id", id.as_str())]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert_eq!(owner.post("/euc/forget", &[("id", id.as_str())]).await.location(), "/euc");
    assert!(!owner.get("/euc").await.has("男の一覧"));
}

#[tokio::test]
async fn what_is_not_ones_own_is_refused_and_noted() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "extractor").await;
    for dataset in
        ["/euc/light-vehicle-tax/levy", "/euc/resident-register/no-such", "/euc/addressee/addressee"]
    {
        assert_eq!(client.get(dataset).await.status, StatusCode::FORBIDDEN, "{dataset}");
        assert_eq!(client.post(dataset, &[("do", "look")]).await.status, StatusCode::FORBIDDEN, "{dataset}");
    }
    let without = Client::of(&router, "reader").await;
    assert_eq!(without.get("/euc").await.status, StatusCode::FORBIDDEN);
}
