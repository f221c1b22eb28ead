//! 他業務参照不可: who sees a record, and who does not.

use register::View;
use serde_json::{Value, json};
use system::{Fate, Row};
use testkit::bench::{Given, Memory, take};

use crate::support::{TODAY, ask, codes, done, intake, non_resident, system, town, with};

/// Somebody task 014 registered; with the mark, from what 住基ネット told it.
fn known(no_reference: bool) -> Memory {
    let mut memory = town();
    let person = with(&person(), &json!({ "task_id": "014", "no_reference": no_reference }));
    assert_eq!(done(&mut memory, "non-resident-register", &person), non_resident(1));
    memory
}

fn person() -> Value {
    json!({
        "name": "他所　五郎", "name_kana": "ヨソ　ゴロウ", "birth_date": "1970-07-07", "sex": "1",
        "prefecture": "他県", "municipality": "他市", "town": "本町", "lot": "5番地",
    })
}

/// Whether the record bears the mark, which task looks, and whether it sees the person.
const TABLE: [(bool, &str, bool); 6] = [
    (false, "014", true),
    (false, "036", true),
    (false, "", true),
    (true, "014", true),
    (true, "036", false),
    (true, "", false),
];

#[test]
fn 照会と検索の表() {
    for (mark, task_id, sees) in TABLE {
        let mut memory = known(mark);
        let asked = json!({ "addressee_no": non_resident(1), "task_id": task_id });
        let data = ask(&mut memory, "inquiry", &asked).answer.unwrap().data;
        let told = data.to_string();
        for of in ["五郎", "ヨソ", "1970", "本町"] {
            assert_eq!(told.contains(of), sees, "{mark} {task_id} {of}: {told}");
        }
        // That there is such a number is no secret: whoever has it has it from a row or a letter.
        assert_eq!(data["addressee"]["addressee_no"], json!(non_resident(1)));
        assert_eq!(data["addressee"]["no_reference"], json!(mark));
        for q in ["五郎", "本町", non_resident(1).as_str()] {
            let found = ask(&mut memory, "search", &json!({ "q": q, "task_id": task_id })).answer.unwrap();
            assert_eq!(!found.subjects.is_empty(), sees, "{mark} {task_id} {q}");
        }
    }
}

#[test]
fn 付番の表() {
    for (mark, task_id, sees) in TABLE {
        if task_id.is_empty() {
            continue;
        }
        // 処理区分 0: whom the task sees is a candidate; whom it does not see is none, and it gets a number of its own.
        let mut memory = known(mark);
        let asked = with(&person(), &json!({ "shorikubun": "0", "task_id": task_id }));
        let data = ask(&mut memory, "non-resident-number", &asked).answer.unwrap().data;
        assert_eq!(data["candidates"].as_array().unwrap().len(), usize::from(sees), "{mark} {task_id}");
        assert_eq!(data["addressee_no"].is_null(), sees, "{mark} {task_id}");
        // 処理区分 1 and 2: with the number it already has.
        for step in ["1", "2"] {
            let mut memory = known(mark);
            let asked = json!({ "shorikubun": step, "addressee_no": non_resident(1), "task_id": task_id });
            let refused = if sees { "" } else { "ADR66" };
            assert_eq!(
                codes(&mut memory, "non-resident-number", &asked).join(" "),
                refused,
                "{mark} {task_id} {step}"
            );
        }
    }
    // Data of 住基ネット do not come onto a record of another task.
    let mut memory = known(false);
    for (task_id, refused) in [("036", "ADR67"), ("014", "")] {
        let asked = json!({
            "shorikubun": "1", "addressee_no": non_resident(1), "task_id": task_id, "no_reference": true,
            "name": "他所　五郎",
        });
        assert_eq!(codes(&mut memory, "non-resident-number", &asked).join(" "), refused, "{task_id}");
    }
}

fn request(no: &str, task_id: &str, number: &str, mark: &str) -> Given {
    [
        ("request_no", no),
        ("history_no", "1"),
        ("task_id", task_id),
        ("addressee_no", number),
        ("name", "他所　五郎"),
        ("name_kana", "ヨソ　ゴロウ"),
        ("birth_date", "1970-07-07"),
        ("sex", "1"),
        ("no_reference", mark),
    ]
    .map(|(item, value)| (item, value.to_owned()))
    .into()
}

#[test]
fn 登録依頼の表() {
    for (mark, task_id, sees) in TABLE {
        if task_id.is_empty() {
            continue;
        }
        // Without a number: staff is asked where the person may be somebody the task may see; otherwise it gets a new number.
        let mut memory = known(mark);
        take(&mut memory, &intake("non-residents"), TODAY, &[request("A-1", task_id, "", "")]);
        let listed = ask(&mut memory, "request-list", &json!({})).answer.unwrap().data;
        assert_eq!(listed["rows"].as_array().unwrap().len(), usize::from(sees), "{mark} {task_id}");
        // With the number: refused by row.
        let mut memory = known(mark);
        let refused = take(
            &mut memory,
            &intake("non-residents"),
            TODAY,
            &[request("A-1", task_id, &non_resident(1), "")],
        );
        let told: Vec<bool> = refused.refused.iter().map(|row| row.message.contains("ADR66")).collect();
        assert_eq!(told, if sees { vec![] } else { vec![true] }, "{mark} {task_id}");
    }
    // A candidate of before the mark is none after it.
    let mut memory = known(false);
    take(&mut memory, &intake("non-residents"), TODAY, &[request("A-1", "036", "", "")]);
    let marked = json!({ "addressee_no": non_resident(1), "no_reference": true, "reason": "照会" });
    assert_eq!(codes(&mut memory, "non-resident-correct", &marked).join(" "), "");
    let listed = ask(&mut memory, "request-list", &json!({})).answer.unwrap().data;
    assert_eq!(listed["rows"][0]["candidates"], json!([]));
    let decide = json!({ "request_no": "A-1", "addressee_no": non_resident(1) });
    assert_eq!(codes(&mut memory, "request-decide", &decide).join(" "), "ADR66");
}

/// Datasets go to every task: a marked record has no row, and no certificate is printed for it by a machine.
#[test]
fn データ連携の表() {
    for (dataset, mark, row, told) in [
        ("addressee", false, true, true),
        ("addressee", true, false, false),
        ("certificate-addressee", false, true, true),
        ("certificate-addressee", true, true, false),
    ] {
        let memory = known(mark);
        let id = format!("addressee/{dataset}");
        let dataset = system().datasets.into_iter().find(|own| own.id == id).unwrap();
        let stored = memory.get(dataset.kind, &non_resident(1)).unwrap().unwrap();
        let mut values = Row::new();
        let fate = (dataset.row)(&memory, &stored, &mut values).unwrap();
        assert_eq!(fate == Fate::Row, row, "{id} {mark}");
        assert_eq!(values.values().any(|value| value.contains("五郎")), told, "{id} {mark}");
    }
}
