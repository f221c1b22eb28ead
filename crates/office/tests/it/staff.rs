//! Rights, logins, audit.

use office::{
    AUDIT, AuditEntry, AuditQuery, AuditResult, Group, Groups, LoginError, Rights, RunError, RunOptions,
    User, UserError, UserState,
};
use register::AsOf;
use serde_json::json;

use super::house::{TestHouse, three_people};

fn audit(house: &TestHouse) -> Vec<AuditEntry> {
    let mut entries = Vec::new();
    let view = house.office.journal().view(AsOf::default()).unwrap();
    view.scan(&AUDIT, None, &mut |stored| {
        entries.push(stored.body.read().unwrap());
        Ok(std::ops::ControlFlow::Continue(()))
    })
    .unwrap();
    entries
}

#[test]
fn five_wrong_logins_lock_and_a_good_one_in_between_starts_anew() {
    let house = TestHouse::new();
    house.office.add_user("tanaka", "田中", "町民生活課", Rights(vec!["*".into()]), "correct-horse").unwrap();
    let try_it = |password: &str| house.office.log_in("tanaka", password, "窓口1", None);
    for _ in 0..4 {
        assert!(matches!(try_it("wrong"), Err(LoginError::Wrong)));
    }
    assert_eq!(try_it("correct-horse").unwrap().name, "田中");
    for _ in 0..4 {
        assert!(matches!(try_it("wrong"), Err(LoginError::Wrong)));
    }
    assert!(matches!(try_it("wrong"), Err(LoginError::Locked)), "the fifth in a row");
    assert!(matches!(try_it("correct-horse"), Err(LoginError::Locked)), "also with the right one");
    house.office.unlock_user("tanaka").unwrap();
    assert_eq!(try_it("correct-horse").unwrap().failures, 0);
    assert!(house.office.unlock_user("nobody").is_err());
    assert!(matches!(house.office.log_in("nobody", "x", "窓口1", None), Err(LoginError::Wrong)));
    let results: Vec<AuditResult> = audit(&house).iter().map(|entry| entry.result).collect();
    assert_eq!(results.iter().filter(|result| **result == AuditResult::LoginFailed).count(), 11);
    assert_eq!(results.iter().filter(|result| **result == AuditResult::Login).count(), 2);
}

#[test]
fn many_wrong_logins_at_one_moment_lock_as_well() {
    let house = TestHouse::new();
    house.office.add_user("tanaka", "田中", "町民生活課", Rights(vec!["*".into()]), "correct-horse").unwrap();
    let wrong = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..16).map(|_| scope.spawn(|| house.office.log_in("tanaka", "wrong", "窓口1", None))).collect();
        let answers = tries.into_iter().map(|one| one.join().unwrap());
        answers.filter(|answer| matches!(answer, Err(LoginError::Wrong))).count()
    });
    assert!(wrong <= 4, "{wrong} guesses were checked and told to be wrong");
    assert!(matches!(house.office.log_in("tanaka", "correct-horse", "窓口1", None), Err(LoginError::Locked)));
    house.office.unlock_user("tanaka").unwrap();
    assert!(house.office.log_in("tanaka", "correct-horse", "窓口1", None).is_ok());
}

/// A page or a program that asks several things at once sends the right password with each of them.
#[test]
fn right_logins_at_one_moment_do_not_refuse_each_other() {
    let house = TestHouse::new();
    let office = &house.office;
    office.add_user("tanaka", "田中", "町民生活課", Rights(vec!["*".into()]), "correct-horse").unwrap();
    let all = |one: &(dyn Fn() -> Result<(), LoginError> + Sync)| -> Vec<String> {
        std::thread::scope(|scope| {
            let tries: Vec<_> = (0..12).map(|_| scope.spawn(one)).collect();
            let answers = tries.into_iter().map(|one| one.join().unwrap());
            answers.filter_map(Result::err).map(|error| error.to_string()).collect()
        })
    };
    let password = || office.log_in("tanaka", "correct-horse", "窓口1", None).map(drop);
    let provider = || office.log_in_by_provider("tanaka", "窓口1", false, None).map(drop);
    assert_eq!(all(&password), Vec::<String>::new());
    assert_eq!(all(&provider), Vec::<String>::new());
    for _ in 0..4 {
        assert!(matches!(office.log_in("tanaka", "wrong", "窓口1", None), Err(LoginError::Wrong)));
    }
    assert_eq!(all(&password), Vec::<String>::new(), "one wrong one before the last");
    assert_eq!(office.user("tanaka").unwrap().unwrap().failures, 0);
}

/// Wrong guesses among right ones get no more tries than one by one: the sixth in a row is never looked at.
#[test]
fn wrong_logins_between_right_ones_are_counted_one_by_one() {
    let house = TestHouse::new();
    let office = &house.office;
    office.add_user("tanaka", "田中", "町民生活課", Rights(vec!["*".into()]), "correct-horse").unwrap();
    std::thread::scope(|scope| {
        for at in 0..16 {
            let password = if at % 8 == 0 { "correct-horse" } else { "wrong" };
            scope.spawn(move || office.log_in("tanaka", password, "窓口1", None));
        }
    });
    let mut in_a_row = 0;
    let mut locked = false;
    for entry in audit(&house).iter().filter(|entry| entry.function == "office/login") {
        match entry.result {
            AuditResult::Login => {
                assert!(!locked, "nobody gets in after the fifth");
                in_a_row = 0;
            }
            _ => in_a_row += 1,
        }
        locked |= 5 <= in_a_row;
    }
    assert!(office.user("tanaka").unwrap().unwrap().locked_at.is_some());
}

/// Nobody could take back whom the highest alone stands above.
#[test]
fn a_lesser_administrator_locks_in_an_emergency_and_stops_nobody_above() {
    let house = TestHouse::new();
    for (user, rights) in [("kanri", "*"), ("lesser", "office/users"), ("clerk", "office/users")] {
        house.office.add_user(user, user, "総務課", Rights(vec![rights.into()]), "correct-horse").unwrap();
    }
    let lesser = TestHouse::caller("lesser", &["office/users"]);
    let codes = |done: Result<(), RunError>| match done {
        Ok(()) => Vec::new(),
        Err(RunError::Refused(findings)) => findings.into_iter().map(|finding| finding.code).collect(),
        Err(other) => panic!("{other}"),
    };
    for (user, refused) in [("kanri", vec!["U011".to_owned()]), ("clerk", Vec::new())] {
        assert_eq!(codes(house.office.stop_user(&lesser, user, true)), refused, "{user}");
        assert_eq!(codes(house.office.lock_user(&lesser, user, true)), Vec::<String>::new(), "{user}");
        assert_eq!(codes(house.office.lock_user(&lesser, user, false)), Vec::<String>::new(), "{user}");
    }
    let group = |right: &str| Group {
        id: "shokumu".to_owned(),
        name: "職務".to_owned(),
        rights: Rights(vec![right.to_owned()]),
        note: String::new(),
    };
    for (right, refused) in [("office\0users", true), ("x y", true), ("office/users", false)] {
        let codes = codes(house.office.save_group(&lesser, &group(right), true));
        assert_eq!(codes.contains(&"U013".to_owned()), refused, "{right:?}: {codes:?}");
    }
}

#[test]
fn the_password_that_is_tried_first_is_refused() {
    let house = TestHouse::new();
    let office = &house.office;
    let add = |id: &str, password: &str| office.add_user(id, "職員", "", Rights::default(), password);
    for (id, password, refused) in [
        ("tanaka-hanako", "tanaka-hanako", true),
        ("tanaka-hanako", "Tanaka-Hanako2026!", true),
        ("tanaka", "password", true),
        ("tanaka", "Password2026", true),
        ("tanaka", "correct-horse", false),
        ("suzuki", "password-of-horse", false),
    ] {
        let added = add(id, password);
        assert!(
            matches!(
                (&added, refused),
                (Ok(()), false) | (Err(UserError::Guessed | UserError::Short(_)), true)
            ),
            "{password}: {added:?}"
        );
    }
    let caller = TestHouse::caller("tanaka", &[]);
    for (new, code) in [("password2026", "U025"), ("my-tanaka-2026", "U022")] {
        let Err(RunError::Refused(found)) = office.change_own_password(&caller, "correct-horse", new, new)
        else {
            panic!("{new} was taken");
        };
        let codes: Vec<&str> = found.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, [code], "{new}");
    }
}

/// A mistyped exclusion would exclude nothing, and nobody would see it.
#[test]
fn a_right_that_nothing_has_is_refused_with_the_nearest() {
    let house = TestHouse::new();
    let caller = TestHouse::caller("kanri", &["*"]);
    for (right, nearest) in [
        ("!resident-register/serch", Some("「!resident-register/search」ではありませんか")),
        ("office/user", Some("「office/users」ではありませんか")),
        ("residents/*", Some("")),
        ("euc/resident-register/nothing", Some("")),
        ("!resident-register/search", None),
        ("resident-register/*", None),
        ("euc/*", None),
        ("*", None),
        ("office/audit", None),
    ] {
        let group = Group {
            id: format!("g{}", right.len()),
            name: "係".to_owned(),
            rights: Rights(vec!["resident-register/search".to_owned(), right.to_owned()]),
            note: String::new(),
        };
        match (house.office.save_group(&caller, &group, true), nearest) {
            (Ok(()), None) => {
                house.office.save_group(&caller, &group, false).unwrap();
                house.office.remove_group(&caller, &group.id).unwrap();
            }
            (Err(RunError::Refused(found)), Some(near)) => {
                let codes: Vec<&str> = found.iter().map(|one| one.code.as_str()).collect();
                assert_eq!(codes, ["U018"], "{right}");
                assert!(
                    found[0].message.contains(right) && found[0].remedy.contains(near),
                    "{right}: {found:?}"
                );
            }
            (answer, _) => panic!("{right}: {answer:?}"),
        }
    }
}

#[test]
fn every_use_and_every_refusal_is_in_the_audit_log() {
    let house = TestHouse::new();
    house.move_in();
    house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap();
    let nobody = TestHouse::caller("nobody", &[]);
    let denied =
        house.office.run(&nobody, "resident-register/search", &json!({ "q": "カ" }), &RunOptions::default());
    assert!(matches!(denied, Err(RunError::Denied { .. })));
    let entries = audit(&house);
    let told: Vec<(&str, &str, AuditResult)> =
        entries.iter().map(|entry| (entry.user.as_str(), entry.function.as_str(), entry.result)).collect();
    for expected in [
        ("tanaka", "resident-register/move-in", AuditResult::Done),
        ("suzuki", "resident-register/finalize", AuditResult::Done),
        ("tanaka", "resident-register/search", AuditResult::Done),
        ("nobody", "resident-register/search", AuditResult::Denied),
    ] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    let search = entries.iter().find(|entry| entry.function.ends_with("/search")).unwrap();
    assert_eq!(search.subject_count, 3);
    assert!(house.office.journal().verify().unwrap().problems.is_empty());
}

#[test]
fn an_individual_number_stands_nowhere_in_the_clear() {
    let house = TestHouse::new();
    house.move_in();
    let answer = house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap();
    let number = answer.subjects[0].clone();
    for function in ["resident-register/person", "resident-register/history"] {
        let shown =
            house.run(function, json!({ "addressee_no": number })).unwrap().answer.unwrap().data.to_string();
        assert!(!shown.contains("123456789018") && !shown.contains("12345678903"), "{function}");
    }
    let refused = house.run("resident-register/show-number", json!({ "addressee_no": number }));
    assert!(matches!(refused, Err(RunError::Refused(_))), "a purpose must be stated");
    let shown = house
        .run(
            "resident-register/show-number",
            json!({ "addressee_no": number, "purpose": "request", "purpose_detail": "本人からの請求" }),
        )
        .unwrap();
    assert!(shown.answer.unwrap().data.to_string().contains("123456789018"));
    let entry = audit(&house).into_iter().find(|entry| entry.purpose.contains("本人からの請求")).unwrap();
    assert_eq!(entry.subjects, [number]);
    let touching: Vec<String> =
        audit(&house).into_iter().filter(|entry| entry.numbers).map(|entry| entry.function).collect();
    assert!(touching.contains(&"resident-register/show-number".to_owned()), "{touching:?}");
    assert!(!touching.iter().any(|function| function.ends_with("/person") || function.ends_with("/search")));
}

#[test]
fn a_dry_run_tells_and_enters_nothing() {
    let house = TestHouse::new();
    let entries = || {
        house.office.journal().view(AsOf::default()).unwrap().count(&resident_register::records::PROVISIONAL)
    };
    let before = entries().unwrap();
    let options = RunOptions { dry_run: true, ..RunOptions::default() };
    let caller = TestHouse::caller("tanaka", &["*"]);
    house.office.run(&caller, "resident-register/move-in", &three_people(), &options).unwrap();
    assert_eq!(entries().unwrap(), before);
}

/// What a try says of somebody is a look at them, and so is what a refusal says.
#[test]
fn a_try_and_a_refusal_are_in_the_log_of_whom_they_were_about() {
    let house = TestHouse::new();
    house.move_in();
    let answer = house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap();
    let number = answer.subjects[0].clone();
    let caller = TestHouse::caller("tanaka", &["*"]);
    let issue = json!({ "request": "self", "requested_by": "葛城　健一", "targets": [number] });
    let cases = [
        (true, "resident-register/issue-copy", issue, AuditResult::Done, "（試行）"),
        (
            false,
            "resident-register/issue-former-copy",
            json!({ "request": "self", "requested_by": "葛城　健一", "targets": [number] }),
            AuditResult::Refused,
            "",
        ),
    ];
    for (dry_run, function, input, result, marked) in cases {
        let options = RunOptions { dry_run, ..RunOptions::default() };
        let _ = house.office.run(&caller, function, &input, &options);
        let entry = audit(&house).pop().unwrap();
        assert_eq!(
            (entry.function.as_str(), entry.result, &entry.subjects),
            (function, result, &vec![number.clone()])
        );
        assert!(entry.title.ends_with(marked), "{}", entry.title);
    }
}

/// A number that must be nowhere in clear is typed into boxes for other things.
#[test]
fn a_number_in_a_free_text_is_kept_nowhere() {
    let house = TestHouse::new();
    house.move_in();
    let answer = house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap();
    let number = answer.subjects[0].clone();
    for q in ["123456789018", "１２３４５６７８９０１８", "番号 1234 5678 9018 の人", "12345678903"]
    {
        house.run("resident-register/search", json!({ "q": q })).unwrap();
    }
    house
        .run(
            "resident-register/show-number",
            json!({ "addressee_no": number, "purpose": "request", "purpose_detail": "番号123456789018を確認" }),
        )
        .unwrap();
    let kept = house.office.remembered("tanaka", "resident-register/search").unwrap();
    let asked: Vec<&str> = kept.iter().filter_map(|one| one.asked["q"].as_str()).collect();
    assert_eq!(asked, ["カツラギ"]);
    let entry = audit(&house).pop().unwrap();
    assert!(entry.purpose.ends_with("番号＊＊＊＊＊＊＊＊＊＊＊＊を確認"), "{}", entry.purpose);
    assert!(!entry.purpose.contains("request"), "{}", entry.purpose);
}

#[test]
fn a_dry_run_of_a_certificate_hands_out_nothing() {
    let house = TestHouse::new();
    house.move_in();
    let answer = house.run("resident-register/search", json!({ "q": "カツラギ" })).unwrap().answer.unwrap();
    let input = json!({
        "request": "self", "requested_by": "葛\u{e0102}城　健一", "targets": [answer.subjects[0]],
        "with_individual_number": true,
    });
    let before = audit(&house).len();
    let caller = TestHouse::caller("tanaka", &["*"]);
    let options = RunOptions { dry_run: true, ..RunOptions::default() };
    let tried = house.office.run(&caller, "resident-register/issue-copy", &input, &options).unwrap();
    assert!(!tried.findings.iter().any(system::Finding::stops), "{:?}", tried.findings);
    assert_eq!((tried.documents.len(), audit(&house).len()), (0, before + 1), "a look, and no certificate");
    let issued = house.run_confirming("tanaka", "resident-register/issue-copy", &input);
    assert_eq!((issued.documents.len(), audit(&house).len()), (1, before + 2));
}

#[test]
fn a_dry_run_of_a_look_is_a_look() {
    let house = TestHouse::new();
    house.move_in();
    let before = audit(&house).len();
    let options = RunOptions { dry_run: true, ..RunOptions::default() };
    let caller = TestHouse::caller("tanaka", &["*"]);
    house.office.run(&caller, "resident-register/search", &json!({ "q": "カツラギ" }), &options).unwrap();
    assert_eq!(audit(&house).len(), before + 1);
}

#[test]
fn the_log_is_read_backwards_in_pages_without_a_gap() {
    let house = TestHouse::new();
    let kanri = TestHouse::caller("kanri", &["*"]);
    // Seconds, an hour, months and years apart, and many at one moment.
    for (hours, entries) in [(0, 3), (1, 5), (24 * 90, 2), (24 * 800, 40), (0, 11)] {
        house.clock.pass(jiff::SignedDuration::from_hours(hours));
        for no in 0..entries {
            let subject = vec![format!("{no}")];
            house.office.audit_done(&kanri, "office/history", "記録の履歴", subject).unwrap();
        }
    }
    let mut wanted: Vec<String> = audit(&house).into_iter().map(|entry| entry.id).collect();
    wanted.reverse();
    for limit in [1, 7, 61, 1000] {
        let (mut found, mut before) = (Vec::new(), None);
        let query = AuditQuery { function: "office/history".into(), ..AuditQuery::default() };
        loop {
            let page = house.office.audit_page(&kanri, &query, before.as_deref(), limit).unwrap();
            assert!(page.entries.len() <= limit);
            found.extend(page.entries.into_iter().map(|entry| entry.id));
            before = page.older;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(found, wanted, "{limit}");
    }
    let of_one = AuditQuery { person: "10".into(), ..AuditQuery::default() };
    let page = house.office.audit_page(&kanri, &of_one, None, 100).unwrap();
    assert!(page.entries.iter().all(|entry| entry.subjects == ["10"]));
    assert_eq!(page.entries.len(), 2, "forty and eleven at once, each with a tenth");
    let nobody = TestHouse::caller("nobody", &["office/audit"]);
    assert!(house.office.audit_page(&nobody, &of_one, None, 100).is_ok());
    let taken = house.office.audit_export(&nobody, &of_one, &mut |_| panic!("not without the right"));
    assert!(matches!(taken, Err(RunError::Denied { .. })));
}

#[test]
fn a_user_of_before_reads_and_has_what_it_had() {
    let old =
        r#"{"id":"tanaka","name":"田中","department":"町民課","rights":["a/*"],"password":"x","failures":2}"#;
    let user: User = serde_json::from_str(old).unwrap();
    let today = "2026-11-20".parse().unwrap();
    assert_eq!(user.state(today), UserState::Active);
    assert!(user.rights_on(&Groups::new(), today).allow("a/b"));
    assert!(!user.must_change_password(today, 30), "the age of its password is not known");
}

#[test]
fn a_password_grows_old_on_its_day() {
    let house = TestHouse::new();
    house.office.add_user("tanaka", "田中", "", Rights::default(), "correct-horse").unwrap();
    let user = house.office.user("tanaka").unwrap().unwrap();
    let set = user.password_set_on.unwrap();
    for (days, after, wanted) in [(0, 4000, false), (30, 29, false), (30, 30, true)] {
        let day = set.checked_add(jiff::Span::new().days(after)).unwrap();
        assert_eq!(user.must_change_password(day, days), wanted, "{days} {after}");
    }
}
