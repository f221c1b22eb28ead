//! Corporations: registering, correcting, closing.

use serde_json::{Value, json};

use crate::support::{ask, codes, corporation, done, inquiry, number, search, sound, town, with};

fn minato() -> Value {
    json!({
        "name": "株式会社みなと", "name_kana": "カブシキガイシャミナト", "corporate_no": "7000012050002",
        "office_name": "本店", "representative": "代表取締役　架空　太郎", "town": "本町", "lot": "1番地",
    })
}

#[test]
fn a_corporation_is_found_by_name_number_and_representative() {
    let mut memory = town();
    let given = done(&mut memory, "corporation-register", &minato());
    assert_eq!(given, corporation(1));
    for q in ["みなと 本町", "7000012050002", "ｶﾌﾞｼｷｶﾞｲｼｬﾐﾅﾄ", "架空　太郎 代表", &given]
    {
        assert_eq!(search(&mut memory, q), [given.as_str()], "{q}");
    }
    let data = inquiry(&mut memory, &given);
    assert_eq!(data["addressee"]["display_name"], "株式会社みなと　本店");
    assert_eq!(data["addressee"]["corporate_no"], "7000012050002");
    sound(&memory);
}

#[test]
fn refusals_and_questions_of_corporations() {
    let mut memory = town();
    let given = done(&mut memory, "corporation-register", &minato());
    let other = json!({"name": "合同会社うみ", "name_kana": "ゴウドウガイシャウミ", "town": "浜町"});
    let second = done(&mut memory, "corporation-register", &other);
    let cases = [
        ("corporation-register", with(&other, &json!({"corporate_no": "7000012050003"})), "ADR30"),
        ("corporation-register", with(&other, &json!({"corporate_no": "70000120500"})), "ADR30"),
        (
            "corporation-register",
            with(&other, &json!({"corporate_no": "７０００-０１２０-５０００２"})),
            "ADR31",
        ),
        ("corporation-register", with(&other, &json!({"town": ""})), "ADR32"),
        ("corporation-register", other.clone(), "ADR10"),
        ("corporation-correct", json!({"addressee_no": second, "corporate_no": "7000012050002"}), "ADR31"),
        ("corporation-correct", json!({"addressee_no": number(1), "name": "あ"}), "ADR11"),
        ("corporation-correct", json!({"addressee_no": number(99), "name": "あ"}), "ADR01"),
        ("corporation-correct", json!({"addressee_no": given}), "ADR13"),
        ("corporation-correct", json!({"addressee_no": given, "corporate_no": "7000012050002"}), "ADR13"),
        (
            "corporation-close",
            json!({"addressee_no": given, "closing_reason": "3", "closed_on": "2026-11-21"}),
            "ADR14",
        ),
    ];
    for (id, input, code) in cases {
        assert_eq!(codes(&mut memory, id, &input), [code], "{id} {input}");
    }
}

#[test]
fn a_number_is_free_again_when_its_holder_is_closed_or_merged() {
    let close = |given: &str| {
        (
            "corporation-close",
            json!({"addressee_no": given, "closing_reason": "4", "closed_on": "2026-11-01"}),
        )
    };
    let merge = |given: &str, other: &str| ("merge", json!({"sub_no": given, "main_no": other}));
    for merging in [false, true] {
        let mut memory = town();
        let given = done(&mut memory, "corporation-register", &minato());
        let other = done(
            &mut memory,
            "corporation-register",
            &with(&minato(), &json!({"corporate_no": "", "office_name": "支店", "lot": "2番地"})),
        );
        let take_over = json!({"addressee_no": other, "corporate_no": "7000012050002"});
        assert_eq!(codes(&mut memory, "corporation-correct", &take_over), ["ADR31"]);
        let (id, input) = if merging { merge(&given, &other) } else { close(&given) };
        ask(&mut memory, id, &input);
        assert_eq!(codes(&mut memory, "corporation-correct", &take_over), [""; 0], "{id}");
        sound(&memory);
        if merging {
            // Undoing the link would give two the number.
            let undo = json!({"sub_no": given, "reason": "別法人"});
            assert_eq!(codes(&mut memory, "unmerge", &undo), ["ADR28"]);
            done(
                &mut memory,
                "corporation-correct",
                &json!({"addressee_no": given, "clear": "corporate_no"}),
            );
            assert_eq!(codes(&mut memory, "unmerge", &undo), [""; 0]);
            sound(&memory);
        }
    }
}

#[test]
fn a_correction_of_a_corporation_changes_what_is_given() {
    let mut memory = town();
    let given = done(&mut memory, "corporation-register", &minato());
    let cases = [
        (json!({"office_name": "みなと支店"}), "株式会社みなと　みなと支店", "本町1番地"),
        (json!({"clear": "office_name"}), "株式会社みなと", "本町1番地"),
        (json!({"town": "浜町", "lot": "3番地", "name": "株式会社うみ"}), "株式会社うみ", "浜町3番地"),
    ];
    for (more, name, address) in cases {
        done(&mut memory, "corporation-correct", &with(&json!({"addressee_no": given}), &more));
        let data = inquiry(&mut memory, &given);
        assert_eq!(data["addressee"]["display_name"], name);
        assert_eq!(data["addressee"]["address"], address);
    }
    let close = json!({"addressee_no": given, "closing_reason": "3", "closed_on": "2026-10-01"});
    assert_eq!(codes(&mut memory, "corporation-close", &close), [""; 0]);
    assert_eq!(codes(&mut memory, "corporation-close", &close), ["ADR12"]);
    assert!(search(&mut memory, "株式会社うみ").is_empty());
    sound(&memory);
}
