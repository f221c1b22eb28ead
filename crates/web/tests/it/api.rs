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
        ("tanaka", MOVE_IN, r#"{"input":{"family_name":"a\u0000b"}}"#, 400, "unreadable"),
        // A text about the escape, and another mistake.
        ("tanaka", MOVE_IN, r#"{"input":{"famly_name":"\\u0000"}}"#, 422, "refused"),
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

#[tokio::test]
async fn a_call_with_a_key_is_carried_out_once() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    let call = |key: &'static str, input: serde_json::Value| {
        let client = &client;
        async move {
            let mut confirmed: Vec<serde_json::Value> = Vec::new();
            loop {
                // The order of the members is the caller's own affair.
                let mut input = input.as_object().unwrap().clone();
                if !confirmed.is_empty() {
                    input = input.into_iter().rev().collect();
                }
                let body = json!({ "input": input, "confirmed": confirmed }).to_string();
                let answer = client.call_with("tanaka", MOVE_IN, &body, &[("idempotency-key", key)]).await;
                let problem = answer.json();
                let open: Vec<_> = problem["errors"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|error| error["severity"] == "alert")
                    .map(|error| error["confirmation"].clone())
                    .filter(|one| !confirmed.contains(one))
                    .collect();
                if answer.status != StatusCode::UNPROCESSABLE_ENTITY || open.is_empty() {
                    return answer;
                }
                confirmed.extend(open);
            }
        }
    };
    let first = call("key-1", single()).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    assert_eq!(first.json()["repeated"], false);
    let again = call("key-1", single()).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    assert_eq!(again.json()["repeated"], true);
    for told in ["message", "opens", "position", "left"] {
        assert_eq!(again.json()[told], first.json()[told], "{told}");
    }
    let mut other = single();
    other["event_date"] = json!("R8.10.2");
    let taken = call("key-1", other).await;
    assert_eq!((taken.status, &taken.json()["type"]), (StatusCode::CONFLICT, &json!("/problems/taken")));
    let second = call("key-2", single()).await;
    assert_ne!(second.json()["opens"], first.json()["opens"], "{}", second.text);
    for key in ["", "a b"] {
        assert_eq!(call(key, single()).await.status, StatusCode::BAD_REQUEST, "{key}");
    }
}

/// What the document refers to is in it, what the caller may use is in it, and nothing else.
#[tokio::test]
async fn the_openapi_document_has_the_callers_functions_and_whatever_it_refers_to() {
    fn references(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(members) => {
                for (name, value) in members {
                    match value.as_str().filter(|_| name == "$ref") {
                        Some(reference) => found.push(reference.to_owned()),
                        None => references(value, found),
                    }
                }
            }
            serde_json::Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let house = House::new().unwrap();
    for user in ["tanaka", "reader"] {
        let client = Client::of(&web::router(house.desk()), user).await;
        let document = client.get("/api/v1/openapi.json").await.json();
        assert_eq!(document["openapi"], "3.1.0");
        let listed = client.get("/api/v1/functions").await.json();
        let functions = listed["functions"].as_array().unwrap();
        let paths = document["paths"].as_object().unwrap();
        let named = ["/api/v1/users", "/api/v1/groups", "/api/v1/extracts"];
        let (named, listed): (Vec<&String>, Vec<&String>) =
            paths.keys().partition(|path| named.iter().any(|named| path.starts_with(named)));
        assert_eq!(listed.len(), functions.len() + 1);
        let routes = web::ROUTES.iter().filter(|route| route.path.starts_with("/api/"));
        let other: std::collections::BTreeSet<&str> = routes
            .map(|route| route.path)
            .filter(|path| {
                !path.contains("{function}") && !["/api/v1/functions", "/api/v1/openapi.json"].contains(path)
            })
            .collect();
        let wanted = if user == "tanaka" { other.into_iter().collect() } else { Vec::new() };
        let mut named: Vec<&str> = named.into_iter().map(String::as_str).collect();
        named.sort_unstable();
        assert_eq!(named, wanted, "{user}");
        for function in functions {
            let path = format!("/api/v1/functions/{}", function["id"].as_str().unwrap());
            let body = &paths[&path]["post"]["requestBody"]["content"]["application/json"]["schema"];
            assert_eq!(body["properties"]["input"], function["input"], "{path}");
            assert_eq!(paths[&path]["post"]["parameters"].is_array(), function["writes"] == true, "{path}");
        }
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
