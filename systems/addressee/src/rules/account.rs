//! What an account must look like (口座の確かめ).

use domain::bank::{HOLDER_CHARS_MAX, holder_kana};

/// What is wrong with an account, with the item it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFault {
    /// The rule.
    pub code: &'static str,
    /// The item's name.
    pub path: &'static str,
    /// The item in Japanese.
    pub item: &'static str,
    /// What is so and why it is wrong.
    pub message: String,
    /// What to do.
    pub remedy: &'static str,
}

/// The numbers of an account and its holder as banks spell them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountNumbers {
    /// 金融機関コード.
    pub bank: String,
    /// 店舗コード.
    pub branch: String,
    /// 口座番号.
    pub account_no: String,
    /// 口座名義人カナ.
    pub holder_kana: String,
}

const PASSBOOK: &str = "通帳かキャッシュカードで確かめて入力し直してください。";

/// Reads the numbers and the holder; everything that is wrong when they do not read.
///
/// Full-width digits are narrowed; nothing is filled up with zeros, because a missing digit is a mistake more often than a zero.
///
/// Source: 全国銀行協会, 口座振替の標準フォーマット (N4, N3, N7, C30).
pub fn account_numbers(
    bank: &str,
    branch: &str,
    account_no: &str,
    holder: &str,
) -> Result<AccountNumbers, Vec<AccountFault>> {
    let mut faults = Vec::new();
    let numbers = [
        ("ADR50", "bank", "金融機関コード", bank, 4),
        ("ADR51", "branch", "店舗コード", branch, 3),
        ("ADR52", "account_no", "口座番号", account_no, 7),
    ];
    let mut read = numbers.map(|(code, path, item, text, digits)| {
        let narrow: String = text.chars().map(digit).collect();
        if narrow.len() != digits || !narrow.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("{item}「{text}」が{digits}桁の数字ではありません。");
            faults.push(AccountFault { code, path, item, message, remedy: PASSBOOK });
        }
        narrow
    });
    let holder_fault = |message: String| AccountFault {
        code: "ADR53",
        path: "holder_kana",
        item: "口座名義人カナ",
        message,
        remedy: "通帳の見返しにある片仮名で、30文字までで入力してください。",
    };
    let mut kana = String::new();
    match holder_kana(holder) {
        Ok(read) if read.is_empty() => {
            faults.push(holder_fault("口座名義人カナがありません。".to_owned()));
        }
        Ok(read) if HOLDER_CHARS_MAX < read.chars().count() => faults.push(holder_fault(format!(
            "口座名義人カナ「{read}」が{HOLDER_CHARS_MAX}文字を超えます。銀行のデータに入りません。"
        ))),
        Ok(read) => kana = read,
        Err(c) => faults.push(holder_fault(format!(
            "口座名義人カナに「{c}」があります。銀行のデータ（半角の片仮名・英数字）に書けない文字です。"
        ))),
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let [bank, branch, account_no] = &mut read;
    let take = std::mem::take::<String>;
    Ok(AccountNumbers {
        bank: take(bank),
        branch: take(branch),
        account_no: take(account_no),
        holder_kana: kana,
    })
}

fn digit(c: char) -> char {
    match c {
        '０'..='９' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        other => other,
    }
}
