//! Users, groups and extracts for programs.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::house::House;

async fn call(client: &Client, path: &str, body: Value) -> Answer {
    client.call("tanaka", path, &body.to_string()).await
}

#[tokio::test]
async fn a_program_keeps_users_and_groups_as_an_administrator_does() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    let group = json!({ "id": "madoguchi", "name": "窓口係", "rights": ["resident-register/search"] });
    let made = call(&client, "/api/v1/groups", group).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let changed = call(&client, "/api/v1/groups/madoguchi", json!({ "note": "一階" })).await.json();
    assert_eq!((&changed["name"], &changed["note"]), (&json!("窓口係"), &json!("一階")));

    let user =
        json!({ "id": "hanako", "name": "窓口　花子", "department": "町民課", "groups": ["madoguchi"] });
    let made = call(&client, "/api/v1/users", user).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.json()["initial_password"].as_str().unwrap().len(), 19);
    let changed = call(&client, "/api/v1/users/hanako", json!({ "valid_until": "2027-03-31" })).await.json();
    assert_eq!((&changed["groups"], &changed["valid_until"]), (&json!(["madoguchi"]), &json!("2027-03-31")));
    let changed = call(&client, "/api/v1/users/hanako", json!({ "valid_until": null })).await.json();
    assert_eq!(changed["valid_until"], Value::Null);
    let planned =
        json!({ "on": "2027-04-01", "department": "税務課", "groups": [], "rights": ["addressee/*"] });
    let planned = call(&client, "/api/v1/users/hanako", planned).await.json();
    assert_eq!(planned["scheduled"][0]["department"], "税務課", "{planned}");
    assert_eq!(planned["department"], "町民課");
    let back = call(&client, "/api/v1/users/hanako/schedule/cancel", json!({ "on": "2027-04-01" })).await;
    assert_eq!(back.json()["scheduled"], json!([]));
    for (act, state) in [("lock", "locked"), ("unlock", "active"), ("stop", "stopped"), ("resume", "active")]
    {
        let done = call(&client, "/api/v1/users/hanako/state", json!({ "act": act })).await;
        assert_eq!(done.json()["state"], state, "{act}");
    }
    let card = super::tls::Authority::new("職員カード認証局").give("窓口　花子", 2020, 2099);
    let bound = call(&client, "/api/v1/users/hanako/certificates", json!({ "certificate": card.pem })).await;
    let key = bound.json()["certificates"][0]["key"].as_str().unwrap().to_owned();
    assert_eq!(key, card.shown().key);
    let gone = call(&client, "/api/v1/users/hanako/certificates", json!({ "remove": key })).await;
    assert_eq!(gone.json()["certificates"], json!([]));
    let password = call(&client, "/api/v1/users/hanako/password", json!({})).await.json();
    let mut browser = Client::new(&web::router(house.desk()));
    let login = [("id", "hanako"), ("password", password["initial_password"].as_str().unwrap())];
    let answer = browser.post("/login", &login).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    browser.take_session(&answer);
    assert_eq!(browser.get("/").await.location(), "/password");
    assert!(call(&client, "/api/v1/groups/madoguchi/remove", json!({})).await.has("利用者が1人います"));
    call(&client, "/api/v1/users/hanako", json!({ "groups": [] })).await;
    let removed = call(&client, "/api/v1/groups/madoguchi/remove", json!({})).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_rules_of_the_desk_hold_for_programs_too() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    for (path, body, status, told) in [
        ("/api/v1/users", json!({ "id": "Hanako", "name": "花子" }), 422, "英小文字"),
        ("/api/v1/users", json!({ "name": "花子" }), 400, "id がありません"),
        ("/api/v1/users", json!({ "id": "reader", "name": "花子" }), 422, "すでにあります"),
        ("/api/v1/users", json!({ "id": "a", "nmae": "花子" }), 400, "nmae"),
        ("/api/v1/users", json!({ "id": "a", "name": "花子", "on": "2027-04-01" }), 400, "valid_from"),
        ("/api/v1/users/tanaka", json!({ "rights": ["addressee/*"] }), 422, "自分の権限が変わります"),
        ("/api/v1/users/tanaka", json!({ "id": "suzuki" }), 400, "id は変えられません"),
        ("/api/v1/users/nobody", json!({ "name": "花子" }), 404, "いません"),
        ("/api/v1/users/reader", json!({ "on": "2026-11-20" }), 422, "明日より後の日です"),
        ("/api/v1/users/reader", json!({ "on": "2027-04-01", "name": "x" }), 400, "on と一緒に"),
        ("/api/v1/users/reader", json!({ "valid_from": "いつか" }), 400, "JSON"),
        ("/api/v1/users/tanaka/state", json!({ "act": "stop" }), 422, "自分を使えなくする"),
        ("/api/v1/users/reader/state", json!({ "act": "x" }), 400, "のどれかです"),
        ("/api/v1/users/reader/certificates", json!({}), 400, "どちらか一つ"),
        ("/api/v1/groups", json!({ "id": "new", "name": "新" }), 422, "英小文字"),
        ("/api/v1/groups/nowhere", json!({}), 404, "ありません"),
        ("/api/v1/extracts/resident-register/resident", json!({}), 422, "利用目的"),
        ("/api/v1/extracts/resident-register/resident", json!({ "form": "pdf" }), 400, "form は"),
        ("/api/v1/extracts/resident-register/none", json!({ "purpose": "x" }), 403, "権限"),
        (
            "/api/v1/extracts/resident-register/resident/count",
            json!({ "items": ["no_such"] }),
            422,
            "no_such",
        ),
    ] {
        let answer = call(&client, path, body).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {told}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(answer.has(told), "{path} {told}: {}", answer.text);
    }
}

#[tokio::test]
async fn lists_come_in_pages_with_only_the_members_that_are_wanted() {
    let house = House::new().unwrap();
    let client = Client::of(&web::router(house.desk()), "tanaka").await;
    let ids = |page: &Value| -> Vec<String> {
        page["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = client.get("/api/v1/users?limit=3&fields=id,state").await.json();
    assert_eq!(ids(&first), ["extractor", "reader", "suzuki"]);
    assert_eq!(first["users"][0], json!({ "id": "extractor", "state": "active" }));
    let second =
        client.get(&format!("/api/v1/users?limit=3&after={}", first["next"].as_str().unwrap())).await.json();
    assert_eq!((ids(&second), &second["next"]), (vec!["tanaka".to_owned()], &Value::Null));
    assert_eq!(client.get("/api/v1/users?limit=4").await.json()["next"], Value::Null);
    assert_eq!(client.get("/api/v1/users/reader?fields=name").await.json(), json!({ "name": "佐藤　閲覧" }));
    for asked in ["limit=0", "limit=501", "limit=x", "fields=password", "fields=id,,name", "page=2"] {
        let refused = client.get(&format!("/api/v1/users?{asked}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{asked}");
    }
    let all = client.get("/api/v1/users").await;
    assert!(!all.has("argon2"), "no hash is in an answer");
}

#[tokio::test]
async fn what_is_made_under_a_key_is_made_once() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    let user = json!({ "id": "hanako", "name": "花子" }).to_string();
    let under = [("idempotency-key", "k1")];
    let made = client.call_with("tanaka", "/api/v1/users", &user, &under).await;
    assert_eq!((made.status, &made.json()["repeated"]), (StatusCode::CREATED, &json!(false)));
    let again = client.call_with("tanaka", "/api/v1/users", &user, &under).await;
    let told = again.json();
    assert_eq!((again.status, &told["repeated"]), (StatusCode::OK, &json!(true)), "{}", again.text);
    assert_eq!(told["initial_password"], Value::Null, "not told again");
    let other = json!({ "id": "jiro", "name": "次郎" }).to_string();
    let taken = client.call_with("tanaka", "/api/v1/users", &other, &under).await;
    assert_eq!((taken.status, &taken.json()["type"]), (StatusCode::CONFLICT, &json!("/problems/taken")));
    assert!(house.office.user("jiro").unwrap().is_none());
    let group = json!({ "id": "zeimu", "name": "税務係" }).to_string();
    let under = [("idempotency-key", "k2")];
    for status in [StatusCode::CREATED, StatusCode::OK] {
        let made = client.call_with("tanaka", "/api/v1/groups", &group, &under).await;
        assert_eq!(made.status, status, "{}", made.text);
    }
    assert_eq!(
        client.call("tanaka", "/api/v1/groups", &group).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn a_program_takes_an_extract_as_a_file() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "extractor").await;
    let listed = client.get("/api/v1/extracts").await.json();
    let datasets: Vec<&str> =
        listed["extracts"].as_array().unwrap().iter().map(|one| one["dataset"].as_str().unwrap()).collect();
    assert!(datasets.contains(&"resident-register/resident"), "{datasets:?}");
    assert!(datasets.iter().all(|dataset| dataset.starts_with("resident-register/")), "{datasets:?}");
    let items = client.get("/api/v1/extracts/resident-register/resident").await.json();
    let lot = items["items"].as_array().unwrap().iter().find(|item| item["name"] == "lot").unwrap();
    assert_eq!(lot["withheld"], true);

    let program = Client::new(&router);
    let asked = json!({
        "items": ["addressee_no", "name_kana"],
        "conditions": [{ "item": "name_kana", "test": "contains", "value": "カツラギ" }],
        "purpose": "敬老会の案内",
    });
    let path = "/api/v1/extracts/resident-register/resident";
    let count = program.call("extractor", &format!("{path}/count"), &asked.to_string()).await.json();
    assert_eq!(count["count"], 3, "{count}");
    let file = program.call("extractor", path, &asked.to_string()).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        file.text.starts_with("宛名番号,氏名フリガナ\r\n") && file.text.lines().count() == 4,
        "{}",
        file.text
    );
    assert_eq!(program.call("reader", path, &asked.to_string()).await.status, StatusCode::FORBIDDEN);
}
