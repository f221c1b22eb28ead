//! The JSON API.

use axum::http::StatusCode;
use serde_json::json;

use super::client::Client;
use super::house::{House, single};

const MOVE_IN: &str = "/api/v1/functions/resident-register/move-in";

#[tokio::test]
async fn a_movement_is_entered_after_its_alerts_are_confirmed() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    let mut input = single();
    input["event_date"] = json!("R8.10.1");

    let refused = client.call("tanaka", MOVE_IN, &json!({ "input": input }).to_string()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let problem = refused.json();
    assert_eq!(problem["type"], "/problems/refused");
    let errors = problem["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| error["severity"] == "alert"), "{problem}");
    let confirmed: Vec<_> = errors.iter().map(|error| error["confirmation"].clone()).collect();

    let dry = json!({ "input": input, "confirmed": confirmed, "dry_run": true }).to_string();
    assert_eq!(client.call("tanaka", MOVE_IN, &dry).await.json()["position"], json!(null));
    let call = json!({ "input": input, "confirmed": confirmed }).to_string();
    let done = client.call("tanaka", MOVE_IN, &call).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert!(done.json()["opens"].is_string() && done.json()["position"].is_u64());
}

#[tokio::test]
async fn calls_that_cannot_be_taken_say_why() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    for (user, path, body, status, code) in [
        ("tanaka", MOVE_IN, "{", 400, "unreadable"),
        ("tanaka", MOVE_IN, r#"{"inputs":{}}"#, 400, "unreadable"),
        ("tanaka", MOVE_IN, r#"{"input":{"famly_name":"x"}}"#, 422, "refused"),
        ("tanaka", "/api/v1/functions/resident-register/none", "{}", 404, "not-found"),
        ("reader", MOVE_IN, r#"{"input":{}}"#, 403, "denied"),
        ("nobody", MOVE_IN, r#"{"input":{}}"#, 401, "login-required"),
    ] {
        let answer = client.call(user, path, body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
        assert_eq!(answer.json()["type"], format!("/problems/{code}"));
        assert!(answer.json()["detail"].is_string());
    }
    let large = format!(r#"{{"input":{{"q":"{}"}}}}"#, "x".repeat(600_000));
    assert_eq!(client.call("tanaka", MOVE_IN, &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_list_shows_the_callers_functions_with_their_forms() {
    let house = House::new().unwrap();
    let client = Client::of(&web::router(house.desk()), "reader").await;
    let answer = client.get("/api/v1/functions").await.json();
    let functions = answer["functions"].as_array().unwrap();
    assert!(functions.iter().all(|function| function["id"].as_str().unwrap().starts_with("addressee/")));
    let search = functions.iter().find(|function| function["id"] == "addressee/search").unwrap();
    assert_eq!(search["input"]["required"], json!(["q"]));
    assert_eq!(search["input"]["properties"]["include_former"]["type"], "boolean");
}

#[tokio::test]
async fn a_session_needs_its_token_for_the_api_too() {
    let house = House::new().unwrap();
    let client = Client::of(&web::router(house.desk()), "tanaka").await;
    let answer = client.post("/api/v1/functions/addressee/search", &[("q", "x")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.json()["type"], "/problems/forged");
}
