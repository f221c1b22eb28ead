//! What can go wrong with a request, worded once (RFC 9457): what happened, why, what to do.

use axum::http::{StatusCode, header};
use http_body_util::LengthLimitError;
use office::RunError;
use register::Fault;
use serde_json::{Value, json};
use system::{Finding, Severity};
use tower_http::timeout::TimeoutError;

use crate::house::House;
use crate::pages;
use crate::partner::soap;
use crate::reply::Reply;
use crate::routes::Speech;
use crate::session::random_hex;
use crate::visit::Staff;

/// A kind of problem (エラーの種類). Each has a page `docs/problems/<code>.md`, shown under `/problems/<code>`.
#[derive(Debug)]
pub struct ProblemKind {
    /// Lower-case words with hyphens; the last part of `type`.
    pub code: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// What happened, in Japanese.
    pub title: &'static str,
    /// The page about it, Markdown.
    pub page: &'static str,
}

macro_rules! kinds {
    ($($name:ident $code:literal $status:literal $title:literal,)*) => {
        $(static $name: ProblemKind = ProblemKind {
            code: $code,
            status: $status,
            title: $title,
            page: include_str!(concat!("../../../docs/problems/", $code, ".md")),
        };)*
        /// All kinds of problems.
        pub static PROBLEMS: &[&ProblemKind] = &[$(&$name),*];
    };
}

kinds! {
    LOGIN_REQUIRED "login-required" 401 "ログインが必要です",
    TOKEN "token-required" 401 "アクセストークンが必要です",
    DENIED "denied" 403 "権限がありません",
    FORGED "forged" 403 "画面からの操作と確かめられませんでした",
    NOT_FOUND "not-found" 404 "見つかりません",
    METHOD "method-not-allowed" 405 "この操作はできません",
    TOO_SLOW "too-slow" 408 "送信が途中で止まりました",
    BUSY "busy" 409 "ほかの処理が同じ記録を更新しています",
    TAKEN "taken" 409 "別の内容がすでに届いています",
    TOO_LARGE "too-large" 413 "送られたデータが大きすぎます",
    UNREADABLE "unreadable" 400 "送られたデータが読めません",
    MISMATCHED "mismatched" 422 "届いた内容が管理情報と合いません",
    REFUSED "refused" 422 "入力に指摘があります",
    FAULT "fault" 500 "処理できませんでした",
    PRINTING "printing" 503 "印刷できませんでした",
}

/// One problem of one request.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: &'static ProblemKind,
    detail: String,
    findings: Vec<Finding>,
    /// What the help desk looks up in the log; empty when the log has nothing to add.
    number: String,
}

impl Problem {
    fn of(kind: &'static ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), findings: Vec::new(), number: String::new() }
    }

    pub(crate) fn login_required(detail: impl Into<String>) -> Self {
        Self::of(&LOGIN_REQUIRED, detail)
    }

    pub(crate) fn denied(detail: impl Into<String>) -> Self {
        Self::of(&DENIED, detail)
    }

    pub(crate) fn forged() -> Self {
        Self::of(&FORGED, "画面を開き直して、もう一度操作してください。何も登録されていません。")
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::of(&NOT_FOUND, detail)
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::of(&METHOD, "この住所（URL）では使えない操作です。メニューから開き直してください。")
    }

    pub(crate) fn token_required() -> Self {
        Self::of(&TOKEN, "アクセストークンがないか、期限が過ぎています。")
    }

    pub(crate) fn taken() -> Self {
        Self::of(&TAKEN, "同じ番号か名前で、別の内容がすでにあります。前のものは変えていません。")
    }

    pub(crate) fn mismatched(detail: impl Into<String>) -> Self {
        Self::of(&MISMATCHED, detail)
    }

    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        Self::of(&BUSY, detail)
    }

    pub(crate) fn too_large() -> Self {
        Self::of(&TOO_LARGE, "一度に送れる大きさを超えています。分けて送ってください。")
    }

    /// Why a body did not come to its end.
    pub(crate) fn unread(error: &(dyn std::error::Error + 'static)) -> Self {
        let causes = std::iter::successors(Some(error), |error| error.source());
        for cause in causes {
            if cause.is::<LengthLimitError>() {
                return Self::too_large();
            }
            if cause.is::<TimeoutError>() {
                let detail = "続きが届かないので受け取りをやめました。何も登録されていません。はじめから送り直してください。";
                return Self::of(&TOO_SLOW, detail);
            }
        }
        Self::unreadable("送信の途中で切れました。何も登録されていません。はじめから送り直してください。")
    }

    pub(crate) fn unreadable(detail: impl Into<String>) -> Self {
        Self::of(&UNREADABLE, detail)
    }

    pub(crate) fn printing(detail: impl Into<String>) -> Self {
        Self::of(&PRINTING, detail)
    }

    /// Something below failed: the cause goes to the log under a number, and the page shows the number.
    pub(crate) fn fault(what: &str, error: &dyn std::error::Error) -> Self {
        let chain = format!("{what}: {}", register::in_one_line(error));
        let number: String = random_hex().unwrap_or_default().chars().take(8).collect();
        tracing::error!(number, cause = chain, "a request failed");
        let detail = "記録や通信に失敗しました。入力は登録されていません。少し待ってやり直し、続くときは問い合わせ番号を\
                      管理者に知らせてください。";
        Self { number, ..Self::of(&FAULT, detail) }
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Whether the same may go well a little later, with nothing changed.
    pub(crate) fn may_pass(&self) -> bool {
        [BUSY.code, TOO_SLOW.code].contains(&self.kind.code)
    }

    pub(crate) fn title(&self) -> &'static str {
        self.kind.title
    }

    pub(crate) fn code(&self) -> &'static str {
        self.kind.code
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn number(&self) -> &str {
        &self.number
    }

    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn to_json(&self) -> Value {
        let mut value = json!({
            "type": format!("/problems/{}", self.kind.code),
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        });
        let Some(members) = value.as_object_mut() else { return value };
        if !self.number.is_empty() {
            members.insert("instance".to_owned(), json!(self.number));
        }
        if !self.findings.is_empty() {
            members.insert("errors".to_owned(), self.findings.iter().map(finding_json).collect());
        }
        value
    }

    /// The answer: a page or a problem report.
    pub(crate) fn reply(&self, house: &House, staff: Option<&Staff>, speech: Speech) -> Reply {
        if speech == Speech::Pages {
            return pages::problems::page(house, staff, self).unwrap_or_else(|_| self.bare_reply(speech));
        }
        let reply = self.bare_reply(speech);
        if self.kind.code == TOKEN.code {
            return reply.with(header::WWW_AUTHENTICATE, "Bearer realm=\"daicho partner\"");
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            return reply.with(header::WWW_AUTHENTICATE, "Basic realm=\"daicho\", charset=\"UTF-8\"");
        }
        reply
    }

    /// The answer when not even a page can be made.
    pub(crate) fn bare_reply(&self, speech: Speech) -> Reply {
        match speech {
            Speech::Json => return Reply::problem_json(self.status(), &self.to_json()),
            Speech::Soap => return soap::fault(self),
            Speech::Pages => {}
        }
        // Both texts are our own and hold nothing that was sent.
        let html = format!(
            "<!DOCTYPE html><html lang=\"ja\"><meta charset=\"utf-8\"><title>{0}</title><h1>{0}</h1><p>問い合わせ番号 {1}</p>",
            self.kind.title, self.number
        );
        Reply::html(self.status(), html)
    }
}

/// A finding as the API tells it.
pub(crate) fn finding_json(finding: &Finding) -> Value {
    let mut value = json!({
        "code": finding.code,
        "severity": finding.severity,
        "path": finding.path,
        "item": finding.item,
        "message": finding.message,
        "remedy": finding.remedy,
    });
    if let (Severity::Alert, Some(members)) = (finding.severity, value.as_object_mut()) {
        members.insert("confirmation".to_owned(), json!(finding.confirmation()));
    }
    value
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::fault("storage", &fault)
    }
}

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        let words = error.to_string();
        match error {
            RunError::Unknown(_) | RunError::NoLink(_) => Self::not_found(words),
            RunError::Denied { .. } => Self::denied(words),
            RunError::Refused(findings) => Self { findings, ..Self::of(&REFUSED, words) },
            RunError::Busy(_) => Self::of(&BUSY, words),
            RunError::Taken => Self::of(&TAKEN, words),
            RunError::Fault(fault) => fault.into(),
        }
    }
}
