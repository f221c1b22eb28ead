//! Findings of the functions (ADR80 and up). None names a 個人番号.

use system::Finding;

/// ADR80: the number is linked to nobody.
pub(crate) fn unlinked(addressee_no: &str) -> Finding {
    Finding::error(
        "ADR80",
        "addressee_no",
        "宛名番号",
        format!("宛名番号 {addressee_no} には団体内統合宛名番号が付いていません。"),
        "個人番号と宛名番号で付番してください。",
    )
}

/// ADR81: the number is somebody else's by its 個人番号.
pub(crate) fn other_person(addressee_no: &str) -> Finding {
    Finding::error(
        "ADR81",
        "individual_number",
        "個人番号",
        format!("宛名番号 {addressee_no} は、別の個人番号の人の番号として付番されています。"),
        "個人番号が変わったのなら「個人番号の変更」で登録してください。違う人なら宛名番号を確かめてください。",
    )
}

/// ADR82: a 個人番号 with facts of another person.
pub(crate) fn facts_differ(items: &str) -> Finding {
    Finding::alert(
        "ADR82",
        "individual_number",
        "個人番号",
        format!("この個人番号の人と{items}が違います。別の人の個人番号かもしれません。"),
        "個人番号カードなどで、本人の番号であることを確かめてから進めてください。",
    )
}

/// ADR83: the new 個人番号 is somebody else's.
pub(crate) fn held_by_other(integrated_no: &str) -> Finding {
    Finding::error(
        "ADR83",
        "individual_number",
        "個人番号",
        format!("その個人番号は、団体内統合宛名番号 {integrated_no} の人が持っています。"),
        "番号を確かめてください。同じ人に二つ付番されているときは、使わない方の宛名対応を解除してください。",
    )
}

/// ADR84: nothing to change.
pub(crate) fn unchanged() -> Finding {
    Finding::error(
        "ADR84",
        "",
        "入力全体",
        "入力のとおりの内容がすでに登録されています。",
        "変える内容を確かめてください。",
    )
}

/// ADR85: a task that has not set the flag.
pub(crate) fn no_flag(task_id: &str) -> Finding {
    Finding::error(
        "ADR85",
        "task_id",
        "業務ID",
        format!("業務 {task_id} の統合宛名フラグは立っていません。"),
        "統合宛名照会で、フラグの立っている業務を確かめてください。",
    )
}

/// ADR86: 業務ID is three digits.
pub(crate) fn task_id(text: &str) -> Option<Finding> {
    let reads = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    (!reads).then(|| {
        Finding::error(
            "ADR86",
            "task_id",
            "業務ID",
            format!("業務ID「{text}」が3桁の数字ではありません。"),
            "業務の業務ID（例 001）を入力してください。",
        )
    })
}
