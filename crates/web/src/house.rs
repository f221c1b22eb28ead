//! What all requests share.

use std::sync::Arc;

use office::Office;
use serde_json::Value;

use crate::Desk;
use crate::labels::Labels;
use crate::session::Sessions;
use crate::sso::LoginsUnderWay;

/// The desk with the sessions of those who are logged in.
pub(crate) struct House {
    pub(crate) desk: Desk,
    pub(crate) sessions: Sessions,
    /// Logins that are at the provider.
    pub(crate) logins: LoginsUnderWay,
    pub(crate) labels: Labels,
}

impl House {
    pub(crate) fn new(desk: Desk) -> Self {
        let labels = Labels::of(desk.office.systems());
        Self { desk, sessions: Sessions::default(), logins: LoginsUnderWay::default(), labels }
    }

    pub(crate) fn office(&self) -> &Arc<Office> {
        &self.desk.office
    }

    /// Whether cookies go over TLS only.
    pub(crate) fn sends_secure_cookies(&self) -> bool {
        self.desk.secure_cookies || self.desk.tls.is_some()
    }

    /// What who keeps the program should know of it now.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let now = self.office().clock().now();
        self.desk.tls.as_ref().map(|tls| tls.warnings(now)).unwrap_or_default()
    }

    /// The municipality's name.
    pub(crate) fn town(&self) -> &str {
        self.office().municipality().get("name").and_then(Value::as_str).unwrap_or("（団体名未設定）")
    }
}
