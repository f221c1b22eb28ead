//! The JSON API as an OpenAPI 3.1 document, made from the forms: it cannot say anything else than what is checked.

mod named;

use serde_json::{Map, Value, json};
use system::Function;

use crate::api::form_schema;
use crate::problem::{PROBLEMS, Problem};
use crate::reply::Reply;
use crate::visit::Visit;

/// The version of the document's own format.
///
/// Source: OpenAPI Specification 3.1.
const OPENAPI: &str = "3.1.0";

/// The document, with the functions the caller may use.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let systems = visit.office().systems().iter();
    let functions = systems
        .flat_map(|system| system.functions.iter().map(move |function| (system.title, function)))
        .filter(|(_, function)| visit.may(function.id));
    Ok(Reply::json(&document(visit, functions)))
}

fn document<'a>(visit: &Visit, functions: impl Iterator<Item = (&'a str, &'a Function)>) -> Value {
    let mut paths = Map::new();
    paths.insert("/api/v1/functions".to_owned(), json!({ "get": list() }));
    for (system, function) in functions {
        let path = format!("/api/v1/functions/{}", function.id);
        paths.insert(path, json!({ "post": call(system, function) }));
    }
    let mut schemas = Map::new();
    schemas.extend([
        ("Problem".to_owned(), problem()),
        ("Finding".to_owned(), finding()),
        ("Ran".to_owned(), ran()),
    ]);
    let mut parameters = Map::new();
    parameters.insert("IdempotencyKey".to_owned(), idempotency_key());
    named::add(visit, &mut paths, &mut schemas, &mut parameters);
    json!({
        "openapi": OPENAPI,
        "info": {
            "title": "台帳 API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "画面と同じ機能を、同じ様式・同じ検査・同じ監査ログで使います。この文書には、呼んだ利用者が使える機能だけが載ります。",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "basic": [] }, { "certificate": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "basic": {
                "type": "http", "scheme": "basic",
                "description": "APIの利用者のIDとパスワード。必要な機能の権限だけを持たせてください。",
            }, "certificate": {
                "type": "mutualTLS",
                "description": "機械用の利用者に登録した証明書。パスワードは要りません。",
            } },
            "schemas": schemas,
            "responses": { "Problem": {
                "description": "できなかった理由（RFC 9457）。type の住所に説明の頁があります。",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            } },
            "parameters": parameters,
        },
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "呼び出しごとに違う値（UUIDなど）。同じ値でもう一度呼ぶと、登録を繰り返さずに前の結果を返します。",
        "schema": { "type": "string", "pattern": "^[!-~]+$", "maxLength": office::KEY_MAX },
        "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
    })
}

/// An answer of a named schema.
fn answered(schema: &str) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
    json!({ "description": "終わりました", "content": { "application/json": { "schema": schema } } })
}

/// Whatever can go wrong, by status; `405` is of another method than the document has.
fn failures(responses: &mut Map<String, Value>) {
    for kind in PROBLEMS.iter().filter(|kind| kind.status != 405) {
        responses.insert(kind.status.to_string(), json!({ "$ref": "#/components/responses/Problem" }));
    }
}

fn list() -> Value {
    let mut responses = Map::new();
    let functions = json!({ "type": "object", "required": ["functions"], "properties": {
        "functions": { "type": "array", "items": { "type": "object", "required": ["id", "title", "call", "input"] } },
    } });
    responses.insert(
        "200".to_owned(),
        json!({ "description": "使える機能と様式", "content": { "application/json": { "schema": functions } } }),
    );
    failures(&mut responses);
    json!({ "operationId": "functions", "summary": "機能の一覧", "tags": ["共通"], "responses": responses })
}

fn call(system: &str, function: &Function) -> Value {
    let writes = function.effect == system::Effect::Writes;
    let body = json!({
        "type": "object",
        "properties": {
            "input": form_schema(&function.form),
            "confirmed": {
                "type": "array", "items": { "type": "string" },
                "description": "前の答えの confirmation のうち、確認したもの",
            },
            "dry_run": { "type": "boolean", "description": "true なら検査だけをして、登録しません" },
        },
        "additionalProperties": false,
    });
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({
            "description": "終わりました",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Ran" } } },
        }),
    );
    failures(&mut responses);
    let mut operation = json!({
        "operationId": function.id,
        "summary": function.title,
        "tags": [system],
        "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
        "responses": responses,
    });
    if let (true, Some(members)) = (writes, operation.as_object_mut()) {
        members
            .insert("parameters".to_owned(), json!([{ "$ref": "#/components/parameters/IdempotencyKey" }]));
    }
    operation
}

fn problem() -> Value {
    let types: Vec<String> = PROBLEMS.iter().map(|kind| format!("/problems/{}", kind.code)).collect();
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "enum": types },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "instance": { "type": "string", "description": "問い合わせ番号" },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/Finding" } },
        },
    })
}

fn finding() -> Value {
    json!({
        "type": "object",
        "required": ["code", "severity", "path", "item", "message", "remedy"],
        "properties": {
            "code": { "type": "string", "description": "検査の番号" },
            "severity": { "type": "string", "enum": ["alert", "error"] },
            "path": { "type": "string", "description": "input の中の項目（members.0.birth_date など）" },
            "item": { "type": "string" },
            "message": { "type": "string" },
            "remedy": { "type": "string" },
            "confirmation": { "type": "string", "description": "確認したときに confirmed に入れる値（アラートだけ）" },
        },
    })
}

fn ran() -> Value {
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    json!({
        "type": "object",
        "required": ["message", "opens", "answer", "documents", "position", "left", "repeated", "findings"],
        "properties": {
            "message": { "type": "string" },
            "opens": maybe("string"),
            "answer": { "description": "照会の答え。登録する機能では null" },
            "documents": { "type": "array", "items": {
                "type": "object", "required": ["template", "title", "data"],
                "properties": { "template": { "type": "string" }, "title": { "type": "string" }, "data": {} },
            } },
            "position": maybe("integer"),
            "left": { "type": "integer", "minimum": 0, "description": "少しずつ進む処理の残り。0になるまで、新しいキーで繰り返します" },
            "repeated": { "type": "boolean", "description": "同じ Idempotency-Key の前の呼び出しで済んでいたとき true" },
            "findings": { "type": "array", "items": { "$ref": "#/components/schemas/Finding" } },
        },
    })
}
