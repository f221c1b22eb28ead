//! The published API by which other systems have non-residents numbered (住登外者宛名番号付番).

use serde_json::{Value, json};

use super::house::House;
use super::partners::Program;

const NUMBER: &str = "/app_submit/v10/jutogaishaatenabangofuban";

async fn ask(program: &Program, body: &Value) -> (u16, Value) {
    let answer =
        program.send("POST", NUMBER, &[("content-type", "application/json")], &body.to_string()).await;
    (answer.status.as_u16(), answer.json())
}

fn person(more: Value) -> Value {
    let mut body = json!({
        "shorikubun": "0", "shikuchosoncode": "477991", "gyomuid": "005", "shimei": "見本　花子",
        "shimeifurigana": "ミホン　ハナコ", "seinengappi": "1980-04-01", "seibetsu": "2", "todofuken": "架空県",
        "shikuchoson": "隣町", "machiaza": "東", "banchi": "１番地", "tagyomusanshofukaflag": "0",
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn a_number_is_given_a_candidate_chosen_and_nonsense_refused_by_item() {
    let house = House::new().unwrap();
    let program = Program::at(&house).await;
    let (status, made) = ask(&program, &person(json!({}))).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["_links"]["self"]["href"], json!(NUMBER));
    assert!(made["metadata"]["detail"].as_str().unwrap().contains("付番しました"), "{made}");
    let (number, result) = (made["result"][0]["atenabango"].clone(), &made["result"][0]);
    assert_eq!((&result["rirekibango"], &result["dokujisesakuid"]), (&json!(1), &json!("000")), "{made}");

    // The same person again: candidates, and nothing is written; the chosen one keeps its number.
    let (status, found) = ask(&program, &person(json!({}))).await;
    assert_eq!(status, 200, "{found}");
    assert_eq!(found["result"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["result"][0]["atenabango"], number);
    let chosen = person(json!({ "shorikubun": "2", "atenabango": number }));
    let (status, used) = ask(&program, &chosen).await;
    assert_eq!((status, &used["result"][0]["atenabango"]), (200, &number), "{used}");
    // Nobody but the numbered person's own items is shown, by the names of the API.
    assert!(
        found["result"][0].get("household_no").is_none() && found["result"][0].get("agreement").is_none()
    );
    // Asked again under the same key it is one number, whatever became of the first answer.
    let twice = person(json!({ "betsujinflag": "1" })).to_string();
    let mut numbers = Vec::new();
    for key in ["a-1", "a-1", "a-2"] {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let answer = program.send("POST", NUMBER, &headers, &twice).await.json();
        numbers.push(answer["result"][0]["atenabango"].clone());
    }
    assert_eq!(numbers[0], numbers[1]);
    assert_ne!(numbers[0], numbers[2]);
    assert!(numbers.iter().all(|made| made.is_string() && *made != number), "{numbers:?}");

    for (body, code, words) in [
        (person(json!({ "shorikubun": null })), "E0001", "処理区分（shorikubun）"),
        (person(json!({ "shorikubun": "2" })), "E0001", "宛名番号（atenabango）"),
        (person(json!({ "shimei": "" })), "E0001", "氏名（shimei）"),
        (person(json!({ "tagyomusanshofukaflag": "x" })), "E0002", "tagyomusanshofukaflag"),
        (person(json!({ "shimeii": "x" })), "E0002", "「shimeii」という項目はありません"),
        (json!([]), "E0002", "JSON"),
    ] {
        let (status, refused) = ask(&program, &body).await;
        assert_eq!(status, 400, "{body}: {refused}");
        assert!(!refused["title"].as_str().unwrap().is_empty() && refused["_links"].is_object(), "{refused}");
        assert_eq!(refused["errors"][0]["code"], json!(code), "{body}: {refused}");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains(words), "{body}: {refused}");
    }
}

#[tokio::test]
async fn nobody_numbers_who_is_not_let_and_no_other_api_is_there() {
    let house = House::new().unwrap();
    let stranger = Program::of(&house, 1).await;
    assert_eq!(ask(&stranger, &person(json!({}))).await.0, 403, "its configuration names no function");
    let program = Program { token: "x".to_owned(), ..Program::at(&house).await };
    assert_eq!(ask(&program, &person(json!({}))).await.0, 401);
    let program = Program::at(&house).await;
    let answer = program.send("POST", "/app_submit/v10/nanika", &[], "{}").await;
    assert_eq!(answer.status.as_u16(), 404);
}
