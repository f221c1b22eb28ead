//! 委託者: who asks a bank for transfers, by 金融機関 where they have their own contracts.

use domain::bank::holder_kana;
use serde_json::Value;

/// Digits of a 委託者コード.
const CODE_DIGITS: usize = 10;

/// Characters of a 委託者名 in a file of the bank.
const NAME_CHARS_MAX: usize = 40;

/// Who asks a bank (委託者).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferClient {
    /// 委託者コード.
    pub code: String,
    /// 委託者名, half-width kana.
    pub name: String,
}

/// The client a bank knows the municipality as: the one set for the bank, and what is not set there as for every bank.
///
/// # Errors
/// What is missing or wrong, in Japanese.
pub fn client_of(municipality: &Value, bank: &str) -> Result<TransferClient, String> {
    let of_bank = municipality.get("transfer_clients").and_then(|clients| clients.get(bank));
    let text = |own: &str, general: &str| -> String {
        let of = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let own = of(of_bank.and_then(|client| client.get(own)));
        if own.is_empty() { of(municipality.get(general)) } else { own }
    };
    let code = text("code", "transfer_client_code");
    let name = text("name", "transfer_client_name");
    if code.is_empty() {
        return Err("委託者コードが設定されていません".to_owned());
    }
    if code.len() != CODE_DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("委託者コード「{code}」が{CODE_DIGITS}桁の数字ではありません"));
    }
    if name.is_empty() {
        return Err("委託者名が設定されていません".to_owned());
    }
    match holder_kana(&name) {
        Ok(name) if name.chars().count() <= NAME_CHARS_MAX => Ok(TransferClient { code, name }),
        _ => Err(format!("委託者名「{name}」が、半角{NAME_CHARS_MAX}文字までの片仮名になりません")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn 委託者の表() {
        let general = json!({ "transfer_client_code": "9999900001", "transfer_client_name": "ﾀﾞｲﾁﾖｳﾁﾖｳ" });
        let with = |clients: Value| {
            let mut all = general.clone();
            all["transfer_clients"] = clients;
            all
        };
        let long = |count: usize| "ｱ".repeat(count);
        for (what, municipality, wanted) in [
            ("全体の設定", general.clone(), "9999900001 ﾀﾞｲﾁﾖｳﾁﾖｳ"),
            (
                "金融機関の設定",
                with(json!({ "9990": { "code": "8888800001", "name": "ﾀﾞｲﾁﾖｳｼﾖ" } })),
                "8888800001 ﾀﾞｲﾁﾖｳｼﾖ",
            ),
            ("コードだけ違う", with(json!({ "9990": { "code": "8888800001" } })), "8888800001 ﾀﾞｲﾁﾖｳﾁﾖｳ"),
            (
                "ほかの金融機関の設定",
                with(json!({ "9991": { "code": "8888800001" } })),
                "9999900001 ﾀﾞｲﾁﾖｳﾁﾖｳ",
            ),
            ("設定がない", Value::Null, "委託者コードが設定されていません"),
            (
                "ほかの金融機関だけ",
                json!({ "transfer_clients": { "9991": { "code": "8888800001", "name": "ｱ" } } }),
                "委託者コードが設定されていません",
            ),
            ("9桁", with(json!({ "9990": { "code": "888880000" } })), "10桁の数字ではありません"),
            ("11桁", with(json!({ "9990": { "code": "88888000001" } })), "10桁の数字ではありません"),
            ("数字でない", with(json!({ "9990": { "code": "88888A0001" } })), "10桁の数字ではありません"),
            ("名前がない", json!({ "transfer_client_code": "9999900001" }), "委託者名が設定されていません"),
            ("名前が漢字", with(json!({ "9990": { "name": "台帳町" } })), "片仮名になりません"),
            ("名前が40文字", with(json!({ "9990": { "name": long(40) } })), "9999900001"),
            ("名前が41文字", with(json!({ "9990": { "name": long(41) } })), "片仮名になりません"),
        ] {
            let told = match client_of(&municipality, "9990") {
                Ok(client) => format!("{} {}", client.code, client.name),
                Err(words) => words,
            };
            assert!(told.contains(wanted), "{what}: {told}");
        }
    }
}
