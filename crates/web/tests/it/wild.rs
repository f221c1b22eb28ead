//! Calls nobody should make, drawn by a seed from what the OpenAPI document says: none may end in a fault, and every refusal is a
//! problem the document knows.

use axum::body::Body;
use axum::http::{Method, Request, header};
use form_urlencoded::byte_serialize;
use serde_json::{Map, Value, json};

use super::client::{Answer, Client};
use super::house::House;

/// Calls of each operation.
const TRIES: usize = 6;

/// Chance by a seed (splitmix64), the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most).unwrap()).unwrap()
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn text(&mut self) -> String {
        let long = "長".repeat(5_000);
        let texts = [
            "",
            " ",
            "0",
            "-1",
            "1e9",
            "９９",
            "ABC",
            "葛\u{e0102}",
            "𠮷",
            "\u{0}",
            "\u{feff}",
            "\u{202e}",
            "R8.2.30",
            "2026-11-20",
            "9999-12-31",
            "S64.1.8",
            "%",
            "'; --",
            "<b>",
            "../../etc/passwd",
            "tanaka",
            "madoguchi",
            "resident-register/search",
            "123456789012",
            "0000000000000",
            "*",
            "!*",
            "{}",
            "null",
            "2026-02-29",
        ];
        if self.below(20) == 0 { long } else { self.of(&texts).to_owned() }
    }

    /// Any value at all.
    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.next()),
            3 => json!(-1.5e300),
            4 | 5 => json!(self.text()),
            6 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => Value::Object((0..self.below(4)).map(|_| (self.text(), self.value(depth - 1))).collect()),
        }
    }

    /// A value that a schema has room for, more or less.
    fn like(&mut self, schema: &Value, document: &Value) -> Value {
        if self.below(12) == 0 {
            return self.value(2);
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
            return self.like(schema, document);
        }
        if let Some(codes) = schema["enum"].as_array() {
            return self.of(codes);
        }
        let kind = schema["type"].as_array().map_or(&schema["type"], |all| &all[0]);
        match kind.as_str().unwrap_or_default() {
            "object" => {
                let mut members = Map::new();
                for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                    if self.below(4) != 0 {
                        members.insert(name.clone(), self.like(schema, document));
                    }
                }
                if self.below(15) == 0 {
                    members.insert(self.text(), self.value(1));
                }
                Value::Object(members)
            }
            "array" => (0..self.below(4)).map(|_| self.like(&schema["items"], document)).collect(),
            "integer" => json!(self.of(&[0_i64, 1, -1, 31, 1_000_000_000_000, i64::MAX])),
            "boolean" => json!(self.below(2) == 0),
            _ => json!(self.text()),
        }
    }

    fn body(&mut self, operation: &Value, document: &Value) -> Vec<u8> {
        match self.below(8) {
            0 => Vec::new(),
            1 => b"\xff\xfe{".to_vec(),
            2 => "[".repeat(5_000).into_bytes(),
            3 => self.value(3).to_string().into_bytes(),
            _ => {
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                self.like(schema, document).to_string().into_bytes()
            }
        }
    }
}

/// A part of an address, which has room for less than a body.
fn coded(text: &str) -> String {
    let text: String = text.chars().take(800).collect();
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

async fn send(client: &Client, method: Method, address: &str, body: Vec<u8>, key: Option<&str>) -> Answer {
    let request =
        Request::builder().method(method).uri(address).header(header::CONTENT_TYPE, "application/json");
    let request = request.header("x-csrf-token", client.token());
    let request = match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    client.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn no_call_ends_in_a_fault_and_each_refusal_is_a_known_problem() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    // With all rights: whoever may do least is stopped soonest. Not one of those the calls may name.
    let rights = office::Rights(vec!["*".to_owned()]);
    house.office.add_user("wild", "乱打", "総務課", rights, super::house::PASSWORD).unwrap();
    let client = Client::of(&router, "wild").await;
    let document = client.get("/api/v1/openapi.json").await.json();
    let problems = &document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"];
    let mut chance = Chance(20_261_120);
    let mut answers = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for _ in 0..TRIES {
                let known = ["tanaka", "reader", "resident-register", "resident"];
                let mut address = path.clone();
                for part in ["{id}", "{system}", "{dataset}"] {
                    let text =
                        if chance.below(2) == 0 { chance.of(&known).to_owned() } else { chance.text() };
                    // An empty part is another address.
                    let text = if text.is_empty() { "x".to_owned() } else { coded(&text) };
                    address = address.replace(part, &text);
                }
                if method == "get" {
                    let (names, value) = (["limit", "after", "fields", "x"], chance.text());
                    address = format!("{address}?{}={}", chance.of(&names), coded(&value));
                }
                let body = chance.body(operation, &document);
                let key = (chance.below(6) == 0).then(|| chance.of(&["k1", "k2", "", "a b"]));
                let shown = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
                let verb = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let answer = send(&client, verb, &address, body, key).await;
                let what = format!(
                    "{method} {address} {shown}: {}",
                    answer.text.chars().take(300).collect::<String>()
                );
                assert!(!answer.status.is_server_error(), "{} {what}", answer.status);
                assert!(
                    !operation["responses"][answer.status.as_str()].is_null(),
                    "{} {what}",
                    answer.status
                );
                if answer.status.is_client_error() {
                    let problem = answer.json();
                    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
                    assert!(problems.as_array().unwrap().contains(&problem["type"]), "{what}");
                    assert!(problem["detail"].as_str().is_some_and(|words| !words.is_empty()), "{what}");
                }
                answers += 1;
            }
        }
    }
    assert!(1_000 < answers, "{answers}");
}
