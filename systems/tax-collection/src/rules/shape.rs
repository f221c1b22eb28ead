//! Reading the input of a calculation, with a word about what is wrong with it.

use serde::de::DeserializeOwned;
use serde_json::Value;
use system::Finding;

/// The input as its type.
pub(crate) fn read<T: DeserializeOwned>(input: &Value, sample: &str) -> Result<T, Vec<Finding>> {
    T::deserialize(input).map_err(|error| {
        vec![Finding::error(
            "F006",
            "",
            "入力",
            format!("入力の形が違います（{error}）。"),
            &format!("次の形で入力してください: {sample}"),
        )]
    })
}

/// An amount must be zero or more and of twelve digits at most.
pub(crate) fn check_yen(findings: &mut Vec<Finding>, path: &str, item: &str, yen: i64) {
    if !(0..=domain::YEN_MAX).contains(&yen) {
        findings.push(Finding::error(
            "R002",
            path,
            item,
            format!("{item}が{yen}円です。0円以上、12桁までの金額ではありません。"),
            "金額を確かめてください。",
        ));
    }
}

/// A finding on days that do not follow one another.
pub(crate) fn disorder(path: &str, item: &str, message: String) -> Finding {
    Finding::error("R003", path, item, message, "日付を確かめてください。")
}

/// A fault of the program's own data.
pub(crate) fn fault(error: &register::Fault) -> Vec<Finding> {
    vec![Finding::error("R000", "", "割合", error.to_string(), "配布物を入れ直してください。")]
}
