//! 形式審査: what can be seen of an application without any register.

use domain::Date;

use super::items;
use super::procedure::Procedure;
use crate::records::{Application, Hold, Signature, Values};

/// 署名.
pub const SIGNATURE: &str = "APP01";
/// 様式版.
pub const VERSION: &str = "APP02";
/// 必須項目.
pub const MISSING: &str = "APP03";
/// 有効期限.
pub const EXPIRED: &str = "APP04";
/// 人.
pub const PERSON: &str = "APP05";
/// 取り消される申請.
pub const TARGET: &str = "APP06";
/// 手続.
pub const PROCEDURE: &str = "APP07";
/// 同じ申請番号.
pub const SAME_NUMBER: &str = "APP08";
/// 取消しの申請者.
pub const OTHER_APPLICANT: &str = "APP09";

/// Rules a clerk may set aside with a reason. Nobody may set aside a signature that is not valid, a procedure nobody knows, or that
/// somebody else takes an application back, or one that is not here: such an application is returned or rejected.
pub const RELEASABLE: [&str; 3] = [VERSION, MISSING, EXPIRED];

/// A hold.
pub fn hold(code: &str, item: &str, text: impl Into<String>) -> Hold {
    Hold { code: code.to_owned(), item: item.to_owned(), text: text.into() }
}

/// Everything that keeps an application from being passed on as it came.
pub fn holds(application: &Application, rows: &[Values], today: Date) -> Vec<Hold> {
    let Some(procedure) = Procedure::find(&application.procedure) else {
        let text = format!(
            "手続「{}」は手続の表にありません。手続の表に加えるか、申請者に差し戻してください。",
            application.procedure
        );
        return vec![hold(PROCEDURE, "procedure", text)];
    };
    let mut found = Vec::new();
    match application.signature {
        Signature::Invalid => found.push(hold(
            SIGNATURE,
            "signature",
            "電子署名の検証に通っていません。本人の申請か分からないので、差し戻すか却下してください。",
        )),
        Signature::None if procedure.signed => found.push(hold(
            SIGNATURE,
            "signature",
            "電子署名の要る手続ですが、署名がありません。差し戻すか却下してください。",
        )),
        Signature::None | Signature::Valid => {}
    }
    if !procedure.versions.contains(&application.form_version.as_str()) {
        let text = format!(
            "様式版「{}」は手続の表にありません。項目の意味が変わっていないか確かめ、そのまま受けるなら保留を解いてください。",
            application.form_version
        );
        found.push(hold(VERSION, "form_version", text));
    }
    found.extend(missing(&procedure, rows));
    if let Some(last) = application.expires_on.filter(|last| *last < today) {
        let text = format!(
            "有効期限（{}）を過ぎて届きました。期限までに出されたものと認めるなら保留を解き、認めないなら却下してください。",
            domain::wareki(last)
        );
        found.push(hold(EXPIRED, "expires_on", text));
    }
    found
}

/// APP03 of each item that is missing: of one person in any row, of the application in all of them.
pub fn missing(procedure: &Procedure, rows: &[Values]) -> Vec<Hold> {
    let has = |row: &Values, item: &str| row.get(item).is_some_and(|value| !value.is_empty());
    let lacks = |item: &str| match items::is_of_person(item) {
        true => !rows.iter().all(|row| has(row, item)),
        false => !rows.iter().any(|row| has(row, item)),
    };
    let required = procedure.required.iter().filter(|item| lacks(item));
    required
        .map(|item| {
            let title = items::title(item);
            let text = format!(
                "必要な項目「{title}」がありません。申請者に確かめて確認した内容に入れるか、差し戻してください。"
            );
            hold(MISSING, item, text)
        })
        .collect()
}
