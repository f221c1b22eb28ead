//! The administrator's desk: users, groups, initial passwords, the second factor.

use axum::http::StatusCode;
use jiff::SignedDuration;

use super::client::Client;
use super::house::{House, PASSWORD};

/// What stands behind `<strong class="mono big">` of the page that shows an initial password.
fn shown_password(page: &str) -> String {
    page.split("mono big\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

async fn made(house: &House, fields: &[(&str, &str)]) -> (Client, String) {
    let router = web::router(house.desk());
    let admin = Client::of(&router, "tanaka").await;
    let answer = admin.post("/users/new", fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let password = shown_password(&answer.text);
    (admin, password)
}

#[tokio::test]
async fn a_new_user_changes_the_initial_password_before_anything_else() {
    let house = House::new().unwrap();
    let fields = [
        ("id", "hanako"),
        ("name", "窓口　花子"),
        ("department", "町民課"),
        ("right", "resident-register/search"),
    ];
    let (_, password) = made(&house, &fields).await;
    let router = web::router(house.desk());
    let mut client = Client::new(&router);
    let answer = client.post("/login", &[("id", "hanako"), ("password", &password)]).await;
    client.take_session(&answer);
    for page in ["/", "/residents", "/users"] {
        assert_eq!(client.get(page).await.location(), "/password", "{page}");
    }
    let form = client.get("/password").await;
    assert!(form.has("初期パスワードを、自分のパスワードに変えてください"));
    client.take_token(&form);
    for (old, new, again, wanted) in [
        ("wrong", "himitsu-no-kotoba", "himitsu-no-kotoba", "今のパスワードが違います"),
        (password.as_str(), "short", "short", "短すぎます"),
        (password.as_str(), "hanako-no-kotoba", "hanako-no-kotoba", "利用者IDが入っています"),
        (password.as_str(), password.as_str(), password.as_str(), "使ったパスワードです"),
        (password.as_str(), "himitsu-no-kotoba", "himitsu", "確かめのために入れたものが違います"),
    ] {
        let answer = client.post("/password", &[("old", old), ("new", new), ("again", again)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wanted}");
        assert!(answer.has(wanted), "{wanted}");
    }
    let good = [("old", password.as_str()), ("new", "himitsu-no-kotoba"), ("again", "himitsu-no-kotoba")];
    assert_eq!(client.post("/password", &good).await.location(), "/password?changed=1");
    assert_eq!(client.get("/residents").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_forbidden_is_said_on_top_and_beside_the_field() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let admin = Client::of(&router, "tanaka").await;
    for (path, fields, wanted) in [
        ("/users/new", vec![("id", "Hanako"), ("name", "花子")], "英小文字"),
        ("/users/new", vec![("id", "reader"), ("name", "花子")], "すでにあります"),
        ("/users/new", vec![("id", "hanako"), ("name", "")], "氏名がありません"),
        (
            "/users/new",
            vec![("id", "hanako"), ("name", "花子"), ("valid_from", "いつか")],
            "日付として読めません",
        ),
        (
            "/users/new",
            vec![
                ("id", "hanako"),
                ("name", "花子"),
                ("valid_from", "2027-04-01"),
                ("valid_until", "2027-03-31"),
            ],
            "より前です",
        ),
        (
            "/users/new",
            vec![("id", "hanako"), ("name", "花子"), ("group", "nowhere")],
            "所属・職務「nowhere」はありません",
        ),
        ("/users/new", vec![("id", "hanako"), ("name", "花子"), ("right", "<b>")], "権限の形ではありません"),
        (
            "/users/tanaka/change",
            vec![("name", "田中　窓子"), ("right", "addressee/*")],
            "自分の権限が変わります",
        ),
        (
            "/users/reader/schedule",
            vec![("on", "2026-11-20"), ("right", "addressee/*")],
            "明日より後の日です",
        ),
        ("/users/tanaka/state", vec![("act", "stop")], "自分を使えなくすることはできません"),
        ("/groups/new", vec![("id", "new"), ("name", "新")], "英小文字"),
    ] {
        let answer = admin.post(path, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {wanted}: {}", answer.text);
        assert!(answer.has(wanted) && answer.has("role=\"alert\""), "{path} {wanted}");
        assert!(!answer.has("<b>"), "{path}");
    }
}

#[tokio::test]
async fn a_group_gives_rights_and_a_change_has_its_day() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let admin = Client::of(&router, "tanaka").await;
    let group = [
        ("id", "madoguchi"),
        ("name", "窓口係"),
        ("right", "resident-register/search"),
        ("right", "made/up"),
    ];
    assert!(admin.post("/groups/new", &group).await.has("この町の一覧にありません"));
    assert_eq!(admin.post("/groups/new", &group[..3]).await.location(), "/groups");
    let reader = Client::of(&router, "reader").await;
    assert_eq!(reader.get("/residents").await.status, StatusCode::FORBIDDEN);
    let planned = [("on", "2026-11-21"), ("department", "町民課"), ("group", "madoguchi")];
    assert_eq!(admin.post("/users/reader/schedule", &planned).await.location(), "/users/reader");
    assert!(admin.get("/users/reader").await.has("令和8年11月21日"));
    assert!(admin.get("/users").await.has("令和8年11月21日 町民課"));
    assert_eq!(reader.get("/residents").await.status, StatusCode::FORBIDDEN, "not yet");
    let used = admin.post("/groups/madoguchi/remove", &[]).await;
    assert!(used.has("利用者が1人います"), "{}", used.text);
    house.clock.pass(SignedDuration::from_hours(24));
    let reader = Client::of(&router, "reader").await;
    assert_eq!(reader.get("/residents").await.status, StatusCode::OK, "its day has come");
    let admin = Client::of(&router, "tanaka").await;
    let late = admin.post("/users/reader/schedule/cancel", &[("on", "2026-11-21")]).await;
    assert!(late.has("もう適用されています"));
    assert_eq!(admin.post("/users/reader/state", &[("act", "stop")]).await.location(), "/users/reader");
    assert!(reader.get("/residents").await.location().starts_with("/login"), "out at once");
    let page = admin.get("/users/reader").await;
    assert!(
        page.has("利用者の停止（reader）") && page.has("利用者の変更の予約（reader）") && page.has("tanaka")
    );
}

#[tokio::test]
async fn a_second_factor_is_set_up_asked_for_and_taken_away() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "suzuki").await;
    assert!(client.get("/second-factor").await.has("設定を始める"));
    let begun = client.post("/second-factor", &[]).await;
    assert!(begun.has("<svg class=\"qr\""));
    let secret = house.office.second_factor("suzuki").unwrap().unwrap().secret;
    assert!(client.post("/second-factor/confirm", &[("code", "000000x")]).await.has("コードが違います"));
    let code = |house: &House| {
        use office::Clock;
        office::code_at(&secret, house.clock.now()).unwrap()
    };
    let done = client.post("/second-factor/confirm", &[("code", &code(&house))]).await;
    assert!(done.has("回復コード"));
    let recovery =
        done.text.split("<li class=\"mono\">").nth(1).unwrap().split('<').next().unwrap().to_owned();

    let program = Client::new(&router);
    let refused = program.call("suzuki", "/api/v1/functions/resident-register/search", "{}").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.has("二要素認証を使っています"));

    let mut client = Client::new(&router);
    let answer = client.post("/login", &[("id", "suzuki"), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/login/code");
    client.take_session(&answer);
    assert!(client.get("/").await.location().starts_with("/login"), "not in yet");
    let form = client.get("/login/code").await;
    let forged = client.post("/login/code", &[("code", &code(&house))]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN, "without the page's token");
    client.take_token(&form);
    let used = client.post("/login/code", &[("code", &code(&house))]).await;
    assert!(used.has("もう使われています"), "the code of the setting up does not do again");
    house.clock.pass(SignedDuration::from_secs(30));
    let answer = client.post("/login/code", &[("code", &code(&house))]).await;
    assert_eq!(answer.location(), "/", "{}", answer.text);
    client.take_session(&answer);
    assert_eq!(client.get("/residents").await.status, StatusCode::OK);

    let mut other = Client::new(&router);
    let answer = other.post("/login", &[("id", "suzuki"), ("password", PASSWORD)]).await;
    other.take_session(&answer);
    other.take_token(&other.get("/login/code").await);
    assert_eq!(other.post("/login/code", &[("code", &recovery)]).await.location(), "/", "a recovery code");

    let admin = Client::of(&router, "tanaka").await;
    assert_eq!(admin.post("/users/suzuki/state", &[("act", "no-factor")]).await.location(), "/users/suzuki");
    let client = Client::of(&router, "suzuki").await;
    assert!(client.get("/second-factor").await.has("設定を始める"));
}

#[tokio::test]
async fn wrong_codes_lock_even_with_the_right_password_between_them() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "suzuki").await;
    client.post("/second-factor", &[]).await;
    let secret = house.office.second_factor("suzuki").unwrap().unwrap().secret;
    let now = {
        use office::Clock;
        house.clock.now()
    };
    client.post("/second-factor/confirm", &[("code", &office::code_at(&secret, now).unwrap())]).await;
    for _ in 0..5 {
        let mut client = Client::new(&router);
        let answer = client.post("/login", &[("id", "suzuki"), ("password", PASSWORD)]).await;
        client.take_session(&answer);
        client.take_token(&client.get("/login/code").await);
        client.post("/login/code", &[("code", "wrong")]).await;
    }
    let client = Client::new(&router);
    let answer = client.post("/login", &[("id", "suzuki"), ("password", PASSWORD)]).await;
    assert!(answer.has("続けて間違えた"), "{}", answer.text);
}

#[tokio::test]
async fn the_log_is_searched_taken_out_and_told_to_the_person() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let admin = Client::of(&router, "tanaka").await;
    let no = house.numbers("カツラギ").unwrap().remove(0);
    assert!(admin.get(&format!("/residents/{no}")).await.has("葛"));
    let found = admin.get(&format!("/audit?person={no}&function=resident-register/person")).await;
    assert!(found.has("個人照会") && found.has(&no), "{}", found.text);
    assert!(!found.has("葛"), "nobody is named");
    for (asked, wanted, not) in [
        ("user=suzuki", "本登録", "<td class=\"nowrap\">認証"),
        ("kind=認証", "ログイン", "個人照会"),
        ("from=2026-11-21", "該当する記録はありません", "個人照会"),
        ("until=2026-11-19", "該当する記録はありません", "個人照会"),
        ("from=2026-11-20&until=2026-11-20&user=tanaka", "個人照会", "該当する記録はありません"),
        ("from=いつか", "条件として読めません", "個人照会"),
        ("kind=いろいろ", "条件として読めません", "個人照会"),
        ("numbers=1", "該当する記録はありません", "個人照会"),
    ] {
        let page = admin.get(&format!("/audit?{}", encoded(asked))).await;
        assert_eq!(page.status, StatusCode::OK, "{asked}");
        assert!(page.has(wanted) && !page.has(not), "{asked}: {}", page.text);
    }
    for asked in ["from=いつか", "kind=いろいろ", "result=たぶん"] {
        let refused = admin.get(&format!("/audit/csv?{}", encoded(asked))).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{asked}: not a file of everything");
    }
    let file = admin.get("/audit/csv?from=2026-11-20").await;
    assert!(file.has("日時,利用者,端末") && file.has("個人照会"));
    assert!(admin.get("/audit").await.has("操作ログの取出し"), "taking it out is in the log");
    for report in ["outside", "failed", "logins", "many", "person", "numbers"] {
        let page = admin.get(&format!("/audit/reports/{report}")).await;
        assert_eq!(page.status, StatusCode::OK, "{report}: {}", page.text);
    }
    assert!(admin.get("/audit/reports/logins").await.has("tanaka"));
    assert_eq!(admin.get("/audit/reports/other").await.status, StatusCode::NOT_FOUND);
    let told = admin.get(&format!("/audit/disclosure?person={no}")).await;
    assert!(told.has("個人照会") && told.has("町民課"), "{}", told.text);
    assert!(!told.has("田中　窓子</td>") && !told.has("操作ログの照会"));
}

fn encoded(query: &str) -> String {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
