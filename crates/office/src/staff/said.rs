//! What an administrator's form must hold, and what objections say.

use domain::wareki;
use system::Finding;

use super::{NAME_CHARS_MAX, UserDraft, finding, shown_id};
use crate::rights::{Objection, Rights, Staffing};

/// How much of a mistyped right is told back.
const RIGHT_CHARS_SHOWN: usize = 80;

pub(super) fn checked_name(path: &str, item: &str, text: &str) -> Option<Finding> {
    let text = text.trim();
    let what = match text.chars().count() {
        0 => format!("{item}がありません。"),
        NAME_CHARS_MAX.. if NAME_CHARS_MAX < text.chars().count() => {
            format!("{item}は{NAME_CHARS_MAX}字までです。")
        }
        _ if text.chars().any(char::is_control) => format!("{item}に使えない文字があります。"),
        _ => return None,
    };
    Some(finding("U004", path, item, &what, "直してください。"))
}

pub(super) fn checked(given: &UserDraft, staffing: &Staffing) -> Vec<Finding> {
    let mut found: Vec<Finding> = checked_name("name", "氏名", &given.name).into_iter().collect();
    if !given.department.trim().is_empty() {
        found.extend(checked_name("department", "所属", &given.department));
    }
    for id in given.groups.iter().filter(|id| !staffing.groups.contains_key(*id)) {
        let what = format!("所属・職務「{}」はありません。", shown_id(id));
        found.push(finding("U005", "groups", "所属・職務", &what, "選び直してください。"));
    }
    if let (Some(from), Some(until)) = (given.valid_from, given.valid_until)
        && until < from
    {
        let what = format!("有効期間の終わり（{}）が、初め（{}）より前です。", wareki(until), wareki(from));
        found.push(finding("U012", "valid_until", "有効期間の終わり", &what, "日を確かめてください。"));
    }
    found.extend(checked_rights(&given.rights));
    found
}

/// Whether a right is spelt as the rights of functions are.
pub(super) fn is_shapely(right: &str) -> bool {
    let right = right.strip_prefix('!').unwrap_or(right);
    (1..=80).contains(&right.len())
        && right
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-/*".contains(&byte))
        && !right.trim_end_matches('*').contains('*')
}

/// Each right that is spelt otherwise.
pub(super) fn checked_rights(rights: &Rights) -> impl Iterator<Item = Finding> {
    rights.0.iter().filter(|right| !is_shapely(right)).map(|right| {
        let shown: String = right.chars().take(RIGHT_CHARS_SHOWN).collect();
        let what = format!("「{}」は権限の形ではありません。", shown.escape_debug());
        finding("U013", "rights", "権限", &what, "一覧から選んでください。")
    })
}

pub(super) fn worded(objection: &Objection) -> Finding {
    match objection {
        Objection::Own => finding(
            "U014",
            "rights",
            "権限",
            "自分の権限が変わります。自分の権限、所属・職務、有効期間は変えられません。",
            "ほかの管理者に頼んでください。",
        ),
        Objection::Beyond { user, right, on } => finding(
            "U015",
            "rights",
            "権限",
            &format!(
                "{}から、{user} に、あなたの持たない権限「{right}」を与えることになります。",
                wareki(*on)
            ),
            "その権限を持つ管理者に頼んでください。",
        ),
        Objection::NoAdministrator { on } => finding(
            "U016",
            "",
            "利用者",
            &format!("{}から、利用者と権限を管理できる人がいなくなります。", wareki(*on)),
            "先に、ほかの人に「利用者と権限の管理」を与えてください。",
        ),
    }
}
