//! What the document says of calls that are no functions: users, groups, extracts.

use office::{EUC, FileForm, Test, USERS_RIGHT};
use serde_json::{Map, Value, json};

use super::{answered, failures};
use crate::api::staff::{GROUP_FIELDS, USER_FIELDS};
use crate::api::{LIMIT, LIMIT_MAX};
use crate::visit::Visit;

/// The schema of a body, and an example of one.
type Sent = (&'static str, fn() -> Value);

/// One call.
struct Call {
    verb: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    tag: &'static str,
    right: &'static str,
    /// Names of components under `parameters`.
    parameters: &'static [&'static str],
    /// What is sent.
    body: Option<Sent>,
    /// Status and schema of what comes of it; a file has no schema.
    answers: &'static [(&'static str, &'static str)],
}

const STAFF: &str = "利用者と権限";
const EXTRACTS: &str = "データ抽出（EUC）";
/// The schema of answers that are files.
const FILE: &str = "";
/// And of those that hold nothing.
const NOTHING: &str = "-";

macro_rules! calls {
    ($($verb:ident $path:literal $id:literal $summary:literal $tag:ident $right:ident [$($parameter:literal)*] $body:expr => $($status:literal $schema:expr),+;)*) => {
        static CALLS: &[Call] = &[$(Call {
            verb: stringify!($verb), path: $path, id: $id, summary: $summary, tag: $tag, right: $right,
            parameters: &[$($parameter),*], body: $body, answers: &[$(($status, $schema)),+],
        }),*];
    };
}

calls! {
    get "/api/v1/users" "users" "利用者の一覧" STAFF USERS_RIGHT ["After" "Limit" "UserFields"] None => "200" "Users";
    post "/api/v1/users" "create-user" "利用者の登録" STAFF USERS_RIGHT ["IdempotencyKey"] Some(("NewUser", new_user)) => "201" "MadeUser", "200" "MadeUser";
    get "/api/v1/users/{id}" "user" "利用者" STAFF USERS_RIGHT ["Id" "UserFields"] None => "200" "User";
    post "/api/v1/users/{id}" "change-user" "利用者の変更（on があれば予約）" STAFF USERS_RIGHT ["Id"] Some(("UserChange", user_change)) => "200" "User";
    post "/api/v1/users/{id}/state" "act-on-user" "ロック、停止、二要素認証の解除" STAFF USERS_RIGHT ["Id"] Some(("Act", act)) => "200" "User";
    post "/api/v1/users/{id}/password" "reset-password" "初期パスワードの発行" STAFF USERS_RIGHT ["Id"] None => "200" "InitialPassword";
    post "/api/v1/users/{id}/certificates" "certificates" "証明書の登録（remove で外す）" STAFF USERS_RIGHT ["Id"] Some(("CertificateChange", certificate)) => "200" "User";
    post "/api/v1/users/{id}/schedule/cancel" "cancel-scheduled" "予約の取消" STAFF USERS_RIGHT ["Id"] Some(("On", on)) => "200" "User";
    get "/api/v1/groups" "groups" "所属・職務の一覧" STAFF USERS_RIGHT ["After" "Limit" "GroupFields"] None => "200" "Groups";
    post "/api/v1/groups" "create-group" "所属・職務の登録" STAFF USERS_RIGHT ["IdempotencyKey"] Some(("NewGroup", group)) => "201" "MadeGroup", "200" "MadeGroup";
    get "/api/v1/groups/{id}" "group" "所属・職務" STAFF USERS_RIGHT ["Id" "GroupFields"] None => "200" "Group";
    post "/api/v1/groups/{id}" "change-group" "所属・職務の変更" STAFF USERS_RIGHT ["Id"] Some(("GroupChange", group_change)) => "200" "Group";
    post "/api/v1/groups/{id}/remove" "remove-group" "所属・職務の廃止" STAFF USERS_RIGHT ["Id"] None => "204" NOTHING;
    get "/api/v1/extracts" "extracts" "抽出できるデータ" EXTRACTS EUC [] None => "200" "Extracts";
    get "/api/v1/extracts/{system}/{dataset}" "extract" "データの項目" EXTRACTS EUC ["System" "Dataset"] None => "200" "Extract";
    post "/api/v1/extracts/{system}/{dataset}" "take-extract" "抽出してファイルにする" EXTRACTS EUC ["System" "Dataset"] Some(("ExtractAsk", extract)) => "200" FILE;
    post "/api/v1/extracts/{system}/{dataset}/count" "count-extract" "件数を調べる" EXTRACTS EUC ["System" "Dataset"] Some(("ExtractAsk", extract)) => "200" "Count";
}

fn new_user() -> Value {
    json!({ "id": "hanako", "name": "窓口　花子", "department": "町民課", "groups": ["madoguchi"], "valid_until": "2027-03-31" })
}

fn user_change() -> Value {
    json!({ "on": "2027-04-01", "department": "税務課", "groups": ["zeimu"], "rights": [] })
}

fn act() -> Value {
    json!({ "act": "lock" })
}

fn certificate() -> Value {
    json!({ "certificate": "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----" })
}

fn on() -> Value {
    json!({ "on": "2027-04-01" })
}

fn group() -> Value {
    json!({ "id": "zeimu", "name": "税務係", "rights": ["light-vehicle-tax/*"] })
}

fn group_change() -> Value {
    json!({ "rights": ["light-vehicle-tax/*", "tax-collection/*"] })
}

fn extract() -> Value {
    json!({
        "items": ["addressee_no", "name_kana"],
        "conditions": [{ "item": "name_kana", "test": "begins", "value": "ア" }],
        "purpose": "敬老会の案内",
    })
}

/// Adds the calls that the visitor may make, and what they refer to.
pub(super) fn add(
    visit: &Visit,
    paths: &mut Map<String, Value>,
    schemas: &mut Map<String, Value>,
    parameters: &mut Map<String, Value>,
) {
    let allowed: Vec<&Call> = CALLS.iter().filter(|call| visit.may(call.right)).collect();
    for call in &allowed {
        let path = paths.entry(call.path).or_insert_with(|| json!({}));
        if let Some(members) = path.as_object_mut() {
            members.insert(call.verb.to_owned(), operation(call));
        }
    }
    if !allowed.is_empty() {
        schemas.extend(components());
        parameters.extend(named_parameters());
    }
}

fn operation(call: &Call) -> Value {
    let mut responses = Map::new();
    for (status, schema) in call.answers {
        let answer = match *schema {
            FILE => json!({
                "description": "ファイル（形式は form による。初めは UTF-8 の CSV）",
                "content": { "text/csv": { "schema": { "type": "string" } } },
            }),
            NOTHING => json!({ "description": "終わりました" }),
            name => answered(name),
        };
        responses.insert((*status).to_owned(), answer);
    }
    failures(&mut responses);
    let mut operation = json!({
        "operationId": call.id, "summary": call.summary, "tags": [call.tag], "responses": responses,
    });
    let Some(members) = operation.as_object_mut() else { return operation };
    if !call.parameters.is_empty() {
        let named =
            call.parameters.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
        members.insert("parameters".to_owned(), named.collect());
    }
    if let Some((schema, example)) = call.body {
        let content = json!({
            "schema": { "$ref": format!("#/components/schemas/{schema}") }, "example": example(),
        });
        members.insert(
            "requestBody".to_owned(),
            json!({ "required": true, "content": { "application/json": content } }),
        );
    }
    operation
}

fn named_parameters() -> Map<String, Value> {
    let fields = |known: &[&str]| {
        let words = format!("欲しい項目だけ。カンマで区切る: {}", known.join(","));
        json!({
            "name": "fields", "in": "query", "required": false, "description": words,
            "schema": { "type": "string" }, "example": "id,name",
        })
    };
    let part = |name: &str, what: &str| json!({ "name": name, "in": "path", "required": true, "description": what, "schema": { "type": "string" } });
    let all = json!({
        "After": { "name": "after", "in": "query", "required": false, "description": "前のページの next", "schema": { "type": "string" } },
        "Limit": { "name": "limit", "in": "query", "required": false, "description": "1ページの件数",
            "schema": { "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT } },
        "UserFields": fields(USER_FIELDS),
        "GroupFields": fields(GROUP_FIELDS),
        "Id": part("id", "ID"),
        "System": part("system", "システムのID"),
        "Dataset": part("dataset", "データのID"),
    });
    all.as_object().cloned().unwrap_or_default()
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

/// A list with the key of the page that follows.
fn page(name: &str, of: &str) -> Value {
    object(
        &[name, "next"],
        json!({
            name: { "type": "array", "items": { "$ref": format!("#/components/schemas/{of}") } },
            "next": { "type": ["string", "null"], "description": "次のページの after。なければ最後のページ" },
        }),
    )
}

fn components() -> Map<String, Value> {
    let (text, flag) = (json!({ "type": "string" }), json!({ "type": "boolean" }));
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let day = json!({ "type": "string", "format": "date" });
    let open_day = json!({ "type": ["string", "null"], "format": "date" });
    let id = json!({ "type": "string", "pattern": "^[a-z0-9-]{1,32}$" });
    let scheduled = object(
        &["on", "department", "groups", "rights", "by"],
        json!({
            "on": day, "department": text, "groups": texts, "rights": texts, "by": text,
        }),
    );
    let bound = object(
        &["key", "subject", "issuer", "until", "bound_at"],
        json!({
            "key": { "type": "string", "description": "公開鍵（SPKI）の SHA-256" },
            "subject": text, "issuer": text, "until": text, "bound_at": text,
        }),
    );
    let group_body = json!({ "id": id, "name": text, "note": text, "rights": texts });
    let asked = json!({
        "id": id, "name": text, "department": text, "groups": texts, "rights": texts,
        "valid_from": open_day, "valid_until": open_day, "machine": flag,
    });
    let mut changed = asked.clone();
    if let Some(members) = changed.as_object_mut() {
        members.insert(
            "on".to_owned(),
            json!({
                "type": "string", "format": "date",
                "description": "この日から（予約）。department、groups、rights と一緒に使う",
            }),
        );
    }
    let tests: Vec<&str> = Test::ALL.iter().map(|test| test.code()).collect();
    let forms: Vec<&str> = FileForm::ALL.iter().map(|form| form.code()).collect();
    let all = json!({
        "User": { "type": "object", "properties": {
            "id": text, "name": text, "department": text, "groups": texts, "rights": texts,
            "valid_from": open_day, "valid_until": open_day, "machine": flag,
            "state": { "type": "string", "enum": ["active", "locked", "out-of-term", "stopped"] },
            "last_login": { "type": ["string", "null"] }, "second_factor": flag,
            "certificates": { "type": "array", "items": bound },
            "scheduled": { "type": "array", "items": scheduled },
        }, "additionalProperties": false },
        "Users": page("users", "User"),
        "NewUser": object(&["id", "name"], asked),
        "UserChange": object(&[], changed),
        "MadeUser": object(&["id", "initial_password", "repeated"], json!({
            "id": text,
            "initial_password": { "type": ["string", "null"], "description": "この答えにだけ出ます。同じキーの2回目と、機械用の利用者では null" },
            "repeated": flag,
        })),
        "InitialPassword": object(&["id", "initial_password"], json!({ "id": text, "initial_password": text })),
        "Act": object(&["act"], json!({ "act": { "type": "string", "enum": ["lock", "unlock", "stop", "resume", "no-factor"] } })),
        "On": object(&["on"], json!({ "on": day })),
        "CertificateChange": object(&[], json!({
            "certificate": { "type": "string", "description": "登録する証明書（PEM）" },
            "remove": { "type": "string", "description": "外す証明書の key" },
        })),
        "Group": { "type": "object", "properties": group_body, "additionalProperties": false },
        "Groups": page("groups", "Group"),
        "NewGroup": object(&["id", "name"], group_body.clone()),
        "GroupChange": object(&[], group_body),
        "MadeGroup": object(&["id", "repeated"], json!({ "id": text, "repeated": flag })),
        "Extracts": object(&["extracts"], json!({ "extracts": { "type": "array", "items":
            object(&["dataset", "title", "system", "take"], json!({ "dataset": text, "title": text, "system": text, "take": text })) } })),
        "Extract": object(&["dataset", "title", "items"], json!({ "dataset": text, "title": text,
            "items": { "type": "array", "items": object(&["name", "title", "type", "withheld"], json!({
                "name": text, "title": text, "type": { "type": "string", "enum": ["text", "code", "date", "number"] },
                "withheld": { "type": "boolean", "description": "支援措置の対象者では空になる項目" },
            })) } })),
        "ExtractAsk": object(&[], json!({
            "items": { "type": "array", "items": { "type": "string" }, "description": "空なら全部の項目" },
            "conditions": { "type": "array", "items": object(&["item", "test"], json!({
                "item": text, "test": { "type": "string", "enum": tests }, "value": text })) },
            "purpose": { "type": "string", "description": "利用目的。ファイルには必須" },
            "form": { "type": "string", "enum": forms, "default": "csv-utf8" },
            "replace": { "type": "boolean", "description": "その文字コードにない文字を置き換える" },
        })),
        "Count": object(&["count", "withheld"], json!({ "count": { "type": "integer" }, "withheld": { "type": "integer" } })),
    });
    all.as_object().cloned().unwrap_or_default()
}
