//! 時効: when a debt can be collected no more.

use serde_json::{Value, json};

/// 税目 納期限 出来事 => 時効の最後の日。
#[test]
fn when_the_limitation_is_completed() {
    for (what, case, wanted) in [
        ("何もない", "04 2021-05-31", "2026-05-31"),
        ("料は2年", "07 2021-05-31", "2023-05-31"),
        ("介護保険料", "08 2021-05-31", "2023-05-31"),
        ("督促から10日の後に新たに進行", "04 2021-05-31; 督促 2021-06-18", "2026-06-28"),
        ("督促は一度だけ", "04 2021-05-31; 督促 2021-06-18; 督促 2022-06-18", "2026-06-28"),
        ("料の督促", "07 2021-05-31; 督促 2021-06-18", "2023-06-28"),
        ("一部納付は承認", "04 2021-05-31; 納付 2023-08-10", "2028-08-10"),
        ("納税誓約", "04 2021-05-31; 誓約 2023-08-10", "2028-08-10"),
        ("完成の日の納付", "04 2021-05-31; 納付 2026-05-31", "2031-05-31"),
        ("完成の後の納付", "04 2021-05-31; 納付 2026-06-01", "2026-05-31"),
        ("差押中は進行しない", "04 2021-05-31; 差押 2022-01-10", ""),
        ("差押の解除から新たに", "04 2021-05-31; 差押 2022-01-10 2024-03-31", "2029-03-31"),
        ("取り消された差押は更新しない", "04 2021-05-31; 差押 2022-01-10 2024-03-31 8", "2026-05-31"),
        ("取り消された差押の6か月", "04 2021-05-31; 差押 2022-01-10 2026-05-01 8", "2026-11-01"),
        ("交付要求の終わりから", "04 2021-05-31; 交付要求 2022-01-10 2024-03-31", "2029-03-31"),
        ("差押中の一部納付は、解除を待つ", "04 2021-05-31; 差押 2022-01-10; 納付 2023-01-01", ""),
        ("最後の日からの猶予", "04 2021-05-31; 猶予 2026-05-31 2026-06-09", "2026-06-10"),
        ("完成の後の猶予", "04 2021-05-31; 猶予 2026-06-01 2026-06-10", "2026-05-31"),
        ("猶予の1年は数えない", "04 2021-05-31; 猶予 2022-01-01 2022-12-31", "2027-05-31"),
        (
            "重なる猶予は一度だけ",
            "04 2021-05-31; 猶予 2022-01-01 2022-12-31; 猶予 2022-07-01 2022-12-31",
            "2027-05-31",
        ),
        (
            "猶予中の納付は、猶予の後から",
            "04 2021-05-31; 猶予 2022-01-01 2022-12-31; 納付 2022-10-01",
            "2027-12-31",
        ),
        ("催告の6か月", "04 2021-05-31; 催告 2026-05-01", "2026-11-01"),
        ("催告の間の催告は効かない", "04 2021-05-31; 催告 2026-05-01; 催告 2026-10-01", "2026-11-01"),
        ("催告の間の差押", "04 2021-05-31; 催告 2026-05-01; 差押 2026-10-01", ""),
    ] {
        let mut parts = case.split("; ");
        let words: Vec<&str> = parts.next().unwrap().split(' ').collect();
        let events: Vec<Value> = parts
            .map(|event| {
                let words: Vec<&str> = event.split(' ').collect();
                let name = match words[0] {
                    "督促" => "reminder",
                    "催告" => "demand",
                    "納付" => "part-payment",
                    "誓約" => "promise",
                    "差押" => "seizure",
                    "交付要求" => "delivery-request",
                    _ => "deferment",
                };
                let mut event = json!({ "event": name, "on": words[1] });
                if let Some(until) = words.get(2) {
                    event["until"] = json!(until);
                }
                if let Some(reason) = words.get(3) {
                    event["reason"] = json!(reason);
                }
                event
            })
            .collect();
        let input = json!({ "tax_item": words[0], "due_on": words[1], "on": "2026-11-20", "events": events });
        let system = tax_collection::system();
        let limitation =
            system.calculations.iter().find(|one| one.id == "tax-collection/limitation").unwrap();
        let found = (limitation.calculate)(&input).unwrap();
        assert_eq!(found.result["completes_on"].as_str().unwrap_or_default(), wanted, "{what}");
        assert_eq!(found.steps.len(), events_len(&input) + 1, "{what}");
        assert!(found.steps.iter().all(|step| !step.source.is_empty()), "{what}");
    }
}

fn events_len(input: &Value) -> usize {
    input["events"].as_array().unwrap().len()
}
