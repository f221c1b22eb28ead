//! The screens, as a clerk goes through them.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;

use super::client::Client;
use super::house::{House, PASSWORD, couple};

const MOVE_IN: &str = "/f/resident-register/move-in";

#[tokio::test]
async fn five_wrong_logins_lock_and_a_session_ends_by_itself() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    assert!(client.get("/").await.has("メニュー"));
    house.clock.pass(SignedDuration::from_mins(31));
    assert_eq!(client.get("/").await.location(), "/login");

    let other = Client::new(&router);
    for wrong in 1..=5 {
        let answer = other.post("/login", &[("id", "reader"), ("password", "wrong-password")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.has("使えなくなっています"), wrong == 5, "try {wrong}");
    }
}

#[tokio::test]
async fn what_was_typed_outlives_the_session_but_numbers_that_identify_do_not() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    house.clock.pass(SignedDuration::from_mins(31));
    let code = "12345678903";
    let typed = [
        ("event_date", "R8.11.19"),
        ("members.0.family_name", "葛\u{e0102}城"),
        ("members.0.resident_record_code", code),
    ];
    let ended = client.post(MOVE_IN, &typed).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    assert!(ended.has("入力した内容は残っています") && !ended.has(code), "{}", ended.text);
    assert_eq!(
        (ended.field("next"), ended.field("kept:event_date")),
        (MOVE_IN.to_owned(), "R8.11.19".into())
    );

    // A wrong password loses nothing; a code sent with the login by hand is not taken either.
    let mut login = vec![
        ("id", "tanaka"),
        ("password", "wrong"),
        ("next", MOVE_IN),
        ("kept:event_date", "R8.11.19"),
        ("kept:members.0.family_name", "葛\u{e0102}城"),
        ("kept:members.0.resident_record_code", code),
    ];
    let refused = Client::new(&router).post("/login", &login).await;
    assert_eq!(
        (refused.status, refused.field("kept:event_date")),
        (StatusCode::UNAUTHORIZED, "R8.11.19".into())
    );
    login[1].1 = PASSWORD;
    let mut client = Client::new(&router);
    let back = client.log_in(&login).await;
    assert_eq!(back.location(), format!("{MOVE_IN}?_kept=1"));
    let form = client.get(back.location()).await;
    assert!(
        form.has("まだ登録していません") && form.has("value=\"葛\u{e0102}城\"") && !form.has(code),
        "{}",
        form.text
    );
    assert!(client.get("/provisional").await.has("審査を待つ仮登録はありません"), "nothing ran by itself");
}

#[tokio::test]
async fn a_form_is_not_taken_without_the_sessions_token() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let mut client = Client::of(&router, "tanaka").await;
    client.forget_token();
    let answer = client.post(MOVE_IN, &[("move_in_kind", "01")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.has("画面からの操作と確かめられませんでした"));
}

#[tokio::test]
async fn the_menu_follows_the_function_table_and_the_rights() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let all = Client::of(&router, "tanaka").await.get("/").await;
    for text in ["住民基本台帳", "異動（増加）", "1.1.1", "転入", "受給資格者一覧", "未対応", "固定資産税"]
    {
        assert!(all.has(text), "{text}");
    }
    let few = Client::of(&router, "reader").await.get("/").await;
    assert!(few.has("宛名検索") && !few.has("住民検索") && !few.has("連携監視"));
}

#[tokio::test]
async fn a_move_in_is_entered_reviewed_and_found() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let clerk = Client::of(&router, "tanaka").await;
    let mut fields = vec![
        ("move_in_kind", "01"),
        ("event_date", "R8.11.18"),
        ("members.0.resident_kind", "1"),
        ("members.0.family_name", "葛\u{e0102}城"),
        ("members.0.given_name", "健一"),
        ("members.0.name_kana", "カツラギ　ケンイチ"),
        ("members.0.birth_date", "S60.13.1"),
        ("members.0.sex", "1"),
        ("members.0.relation", "世帯主"),
        ("members.0.domicile_prefecture", "架空県"),
        ("members.0.domicile_municipality", "みなと郡台帳町"),
        ("members.0.domicile_town", "本町１番地"),
        ("members.0.register_head", "葛\u{e0102}城　健一"),
        ("members.0.resident_record_code", "12345678903"),
        ("town", "本町"),
        ("lot", "１２番地３"),
        ("postcode", "0000001"),
        ("prev_prefecture", "別県"),
        ("prev_municipality", "隣市"),
        ("prev_head_name", "葛\u{e0102}城　健一"),
    ];

    // A wrong date: said on top with a link, and beside its field; what was typed is still there.
    let wrong = clerk.post(MOVE_IN, &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["href=\"#f-members-0-birth_date\"", "aria-invalid=\"true\"", "S60.13.1", "葛\u{e0102}城"] {
        assert!(wrong.has(text), "{text}");
    }

    // Another row without losing anything.
    fields.push(("_add", "members"));
    let added = clerk.post(MOVE_IN, &fields).await;
    assert_eq!(added.status, StatusCode::OK);
    assert!(added.has("2人目") && added.has("S60.13.1"));
    fields.pop();

    fields[6] = ("members.0.birth_date", "S60.4.1");
    let mut entered = clerk.post(MOVE_IN, &fields).await;
    let confirmations = entered.confirmations();
    if !confirmations.is_empty() {
        fields.extend(confirmations.iter().map(|one| ("_confirm", one.as_str())));
        entered = clerk.post(MOVE_IN, &fields).await;
    }
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text);
    let done = clerk.get(entered.location()).await;
    assert!(done.has("仮登録しました") && done.has("/provisional/00000001"), "{}", done.text);
    // A result is the session's own.
    let reviewer = Client::of(&router, "suzuki").await;
    assert_eq!(reviewer.get(entered.location()).await.status, StatusCode::NOT_FOUND);

    assert!(reviewer.get("/provisional").await.has("/provisional/00000001"));
    let review = reviewer.get("/provisional/00000001").await;
    assert!(review.has("本登録で変わる内容") && review.has("昭和60年4月1日"));
    let mut confirmed: Vec<(&str, &str)> = Vec::new();
    let confirmations = review.confirmations();
    confirmed.extend(confirmations.iter().map(|one| ("_confirm", one.as_str())));
    let finalized = reviewer.post("/provisional/00000001/finalize", &confirmed).await;
    assert_eq!(finalized.status, StatusCode::SEE_OTHER, "{}", finalized.text);
    assert!(reviewer.get(finalized.location()).await.has("本登録しました"));

    let found = clerk.get("/residents?q=%E3%81%8B%E3%81%A4%E3%82%89%E3%81%8E").await;
    assert!(found.has("葛\u{e0102}城　健一") && found.has("41歳"), "{}", found.text);
}

#[tokio::test]
async fn a_family_is_seen_from_every_side() {
    let house = House::with_family().unwrap();
    house.receive("tax-suite").unwrap();
    house.settle().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    let numbers = house.numbers("カツラギ").unwrap();
    let (head, household) = (&numbers[0], "000000000000019");
    for (path, texts) in [
        (
            format!("/households/{household}"),
            vec!["葛\u{e0102}城　𠮷乃", "39歳", "転居", "住民票の写し", "本町"],
        ),
        (format!("/residents/{head}"), vec!["本籍", "＊＊＊＊", "/history", "カツラギ"]),
        (format!("/residents/{head}/history"), vec!["国内転入", "最初の記録", "令和8年11月18日"]),
        (format!("/residents/{head}/deliveries"), vec!["住民情報を宛名へ", "ido_20261120_000001.csv"]),
        (
            format!("/f/resident-register/move-within?_household={household}&targets={head}"),
            vec!["value=\"000000000000019\" checked", "世帯主　昭和60年4月1日", "relations.0.addressee_no"],
        ),
        // The household a movement is about is the one it was opened from; the one that may be joined is not.
        (
            format!("/f/resident-register/member-order?_household={household}&targets={head}"),
            vec!["name=\"household_no\" value=\"000000000000019\"", "order.0.addressee_no"],
        ),
        ("/links".to_owned(), vec!["受領待ち", "正常", "今すぐ実行", "city:25"]),
        ("/links/resident-full-to-tax".to_owned(), vec!["20時30分", "zenken_20261120_000001.dat", "保留"]),
        (
            "/links/resident-full-to-tax/1".to_owned(),
            vec!["SHA-256", "resident-jef", "作成済", "送信済", "受領と一致"],
        ),
        ("/links/lists".to_owned(), vec!["稼働 22／59", "未対応", "質問"]),
        (
            "/links/lists?list=unit_links&state=runs&q=転入".replace("転入", "%E8%BB%A2%E5%85%A5"),
            vec!["稼働", "1／1ページ"],
        ),
        ("/go?no=1.1.1".to_owned(), vec![]),
    ] {
        let answer = client.get(&path).await;
        let status = if texts.is_empty() { StatusCode::SEE_OTHER } else { StatusCode::OK };
        assert_eq!(answer.status, status, "{path}");
        for text in texts {
            assert!(answer.has(text), "{path}: {text}\n{}", answer.text);
        }
    }
    let joining = format!("/f/resident-register/move-within?_household={household}&targets={head}");
    assert!(!client.get(&joining).await.has("name=\"household_no\" value=\"000000000000019\""));
    assert_eq!(client.get("/go?no=1.1.1").await.location(), MOVE_IN);
    assert_eq!(client.get("/go?no=000000000000019").await.location(), format!("/residents/{head}"));
}

#[tokio::test]
async fn a_planned_mover_and_a_waiting_movement_are_marked() {
    let house = House::new().unwrap();
    let household = house.finalized("resident-register/move-in", &couple()).unwrap();
    let numbers = house.numbers("タカハシ").unwrap();
    let out = json!({ "move_out_kind": "21", "event_date": "R8.12.10", "targets": [numbers[1]],
        "dest_prefecture": "別県", "dest_municipality": "隣市" });
    house.run("tanaka", "resident-register/move-out", &out).unwrap();
    let client = Client::of(&web::router(house.desk()), "suzuki").await;
    assert!(client.get(&format!("/households/{household}")).await.has("転出 仮登録中"));
    let confirmed = client.get("/provisional/00000002").await.confirmations();
    let fields: Vec<(&str, &str)> = confirmed.iter().map(|one| ("_confirm", one.as_str())).collect();
    let done = client.post("/provisional/00000002/finalize", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = client.get(&format!("/households/{household}")).await;
    assert!(page.has("令和8年12月10日 転出予定") && !page.has("仮登録中"), "{}", page.text);
}

#[tokio::test]
async fn characters_of_a_delivery_are_looked_at_by_what_was_done() {
    let house = House::with_family().unwrap();
    let client = Client::of(&web::router(house.desk()), "tanaka").await;
    house.receive("tax-suite").unwrap();
    house.settle().unwrap();
    client.post("/links/resident-full-to-tax/run", &[]).await;
    house.settle().unwrap();
    for (query, texts) in [
        ("", vec!["aria-current=\"true\">すべて", "U+20BB7", "U+845B U+E0102"]),
        ("?done=%E7%B8%AE%E9%80%80", vec!["aria-current=\"true\">縮退", "U+20BB7", "吉"]),
        ("?done=x", vec!["aria-current=\"true\">すべて"]),
    ] {
        let page = client.get(&format!("/links/resident-full-to-tax/2{query}")).await;
        for text in texts {
            assert!(page.has(text), "{query}: {text}\n{}", page.text);
        }
    }
}

#[tokio::test]
async fn a_link_is_held_with_a_reason_and_released() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    let refused = client.post("/links/resident-to-addressee/hold", &[("reason", "点\0検")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    let held = client
        .post("/links/resident-to-addressee/hold", &[("reason", "受け側の点検"), ("back", "monitor")])
        .await;
    assert_eq!((held.status, held.location()), (StatusCode::SEE_OTHER, "/links"));
    assert!(client.get("/links").await.has("受け側の点検"));
    let released = client.post("/links/resident-to-addressee/release", &[]).await;
    assert_eq!(released.location(), "/links/resident-to-addressee");
    assert!(!client.get("/links").await.has("受け側の点検"));
    assert!(client.get("/links?auto=1").await.has("http-equiv=\"refresh\""));
}

#[tokio::test]
async fn a_copy_is_printed_with_its_findings_shown() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    let head = house.numbers("カツラギ").unwrap().remove(0);
    let fields = [("request", "self"), ("requested_by", "葛城　健一"), ("targets", head.as_str())];
    let issued = client.post("/f/resident-register/issue-copy", &fields).await;
    assert_eq!(issued.status, StatusCode::SEE_OTHER, "{}", issued.text);
    let done = client.get(issued.location()).await;
    assert!(done.has("発行番号") && done.has("見本の印刷です") && done.has("<iframe"), "{}", done.text);
    let (facts, preview) = (done.text.find("<dd>1枚</dd>").unwrap(), done.text.find("<iframe").unwrap());
    assert!(facts < preview, "what the paper must agree with stands before it");
    let pdf = client.get(&format!("{}/0", issued.location())).await;
    let disposition = pdf.header("content-disposition");
    assert!(
        disposition.starts_with("inline; filename=\"") && disposition.contains("filename*=UTF-8''%E4%BD%8F")
    );
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.text.starts_with("%PDF") && pdf.header("x-frame-options") == "SAMEORIGIN");
}

/// A file of many says of itself how much is in it, not what was left out and why.
#[tokio::test]
async fn what_a_batch_of_papers_left_out_stands_beside_them() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    let list = format!("{}\n12", house.numbers("カツラギ").unwrap().remove(0));
    let fields = [("request", "self"), ("requested_by", "葛城　健一"), ("numbers", list.as_str())];
    let issued = client.post("/f/resident-register/issue-copies", &fields).await;
    assert_eq!(issued.status, StatusCode::SEE_OTHER, "{}", issued.text);
    let done = client.get(issued.location()).await;
    for told in [
        "交付しなかったものは1件です",
        "除いたもの",
        "F001",
        "検査用数字が合いません",
        "入れ直してください",
        "最後の発行番号",
        "<iframe",
    ] {
        assert!(done.has(told), "{told}: {}", done.text);
    }
    assert!(done.text.find("F001") < done.text.find("<iframe"), "before the papers");
}

#[tokio::test]
async fn a_first_load_is_light_and_its_style_is_kept_by_the_browser() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    let menu = client.get("/").await;
    let start = menu.text.find("/assets/").unwrap();
    let css = menu.text[start..].split('"').next().unwrap().to_owned();
    let mut bytes = menu.text.len();
    for file in [css.replace("icon.svg", "daicho.css"), css.replace("daicho.css", "icon.svg")] {
        let asset = client.get(&file).await;
        assert_eq!(asset.status, StatusCode::OK, "{file}");
        assert!(asset.header("cache-control").contains("immutable"));
        bytes += asset.text.len();
    }
    assert!(bytes <= 300_000, "{bytes} bytes");
}

#[tokio::test]
async fn every_form_of_every_function_renders() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    for function in house.office.systems().iter().flat_map(|system| &system.functions) {
        let answer = client.get(&format!("/f/{}", function.id)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", function.id);
        assert!(answer.has(&format!("<h1>{}</h1>", function.title)), "{}", function.id);
        let fields = function.form.sections.iter().flat_map(|section| &section.fields);
        // What is carried along unseen has no title on the screen.
        for field in fields.filter(|field| field.kind != system::FieldKind::Hidden) {
            assert!(answer.has(field.title), "{}: {}", function.id, field.title);
        }
    }
}

#[tokio::test]
async fn the_pyramid_is_drawn_and_says_the_same_in_a_table() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    assert!(client.get("/").await.has("href=\"/statistics/pyramid\""), "the menu leads to it");
    let page = client.get("/statistics/pyramid?on=2026-11-20").await;
    assert_eq!(page.status, StatusCode::OK);
    for text in
        ["<svg", "role=\"img\"", "40～44歳", "<th scope=\"row\">0～4歳</th>", "3人（男 1・女 2）", "平均年齢"]
    {
        assert!(page.has(text), "{text}: {}", page.text);
    }
    let early = client.get("/statistics/pyramid?on=2026-11-10").await;
    assert!(early.has("0人") && early.has("令和8年11月20日より前の異動は"), "{}", early.text);
    let ahead = client.get("/statistics/pyramid?on=2026-11-21").await;
    assert_eq!(ahead.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(ahead.has("D051") && ahead.has("2026-11-21") && !ahead.has("<svg"), "{}", ahead.text);
    let odd = client.get("/statistics/pyramid?on=yesterday&basis=%3Cscript%3E").await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn tables_of_statistics_are_taken_as_files_and_lists_of_residents_are_not() {
    let house = House::with_family().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "tanaka").await;
    let form = "/f/resident-register/population-statistics";
    let answer = client.post(form, &[("span", "month"), ("on", "R8.11.20")]).await;
    assert!(answer.has("令和8年11月1日から令和8年11月20日まで（処理日による）"), "{}", answer.text);
    let link = answer.text.split("href=\"").find(|part| part.contains("_table=movements")).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let file = client.get(&link).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"population-statistics-movements-2026-11-01-2026-11-20.csv\""
    );
    let lines: Vec<&str> = file.text.split("\r\n").collect();
    assert_eq!(
        lines[..2],
        [
            "\u{feff}区分,コード,項目,合計,男,女,日本人,日本人 男,日本人 女,外国人,外国人 男,外国人 女",
            "記載,01,転入（国内）,3,1,2,3,1,2,0,0,0",
        ]
    );
    let extract = client.get("/f/resident-register/history-extract/csv?from=R8.11.20&_table=rows").await;
    let heading = extract.text.lines().next().unwrap();
    for column in ["宛名番号", "異動事由", "異動事由（名称）", "届出等の別（名称）"]
    {
        assert!(
            heading.split(',').any(|cell| cell.trim_start_matches('\u{feff}') == column),
            "{column}: {heading}"
        );
    }
    assert_eq!(extract.text.lines().count(), 1 + 3);
    let table = [
        (format!("{form}/csv?_table=nothing"), StatusCode::NOT_FOUND),
        (format!("{form}/csv?on=2027-01-01&_table=movements"), StatusCode::UNPROCESSABLE_ENTITY),
        (
            "/f/resident-register/search/csv?q=葛&_table=rows".replace('葛', "%E8%91%9B"),
            StatusCode::NOT_FOUND,
        ),
    ];
    for (path, wanted) in table {
        assert_eq!(client.get(&path).await.status, wanted, "{path}");
    }
}

#[tokio::test]
async fn an_error_says_in_which_row_it_is_and_what_all_share_is_said_once() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let clerk = Client::of(&router, "tanaka").await;
    let named = |at: usize, field: &str, value: &str| (format!("members.{at}.{field}"), value.to_owned());
    let mut form = vec![
        ("move_in_kind".to_owned(), "01".to_owned()),
        ("event_date".to_owned(), "2026-11-20".to_owned()),
    ];
    for at in 0..3 {
        form.push(named(at, "resident_kind", "1"));
        form.push(named(at, "family_name", "葛城"));
        form.push(named(at, "given_name", ["健一", "陽菜", "湊"][at]));
        form.push(named(at, "sex", "1"));
    }
    let errors = refused(&clerk, &form).await;
    assert!(errors.contains(">2人目 生年月日<") && errors.contains(">3人目 生年月日<"), "{errors}");
    // Their address is one.
    for at in 0..3 {
        form.push(named(at, "birth_date", "S60.4.1"));
        form.push(named(at, "relation", ["世帯主", "妻", "子"][at]));
    }
    let errors = refused(&clerk, &form).await;
    assert_eq!(errors.matches(">住所</a>").count(), 1, "{errors}");
}

/// What the box of errors says.
async fn refused(clerk: &Client, form: &[(String, String)]) -> String {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = clerk.post("/f/resident-register/move-in", &form).await;
    let from = page.text.split("id=\"errors\"").nth(1).unwrap_or_default();
    from.split("</ul>").next().unwrap_or_default().to_owned()
}
