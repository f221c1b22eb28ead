//! Findings: what a rule says of an input.

use serde::{Deserialize, Serialize};

/// How much a finding weighs (住民記録システム標準仕様書 11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// アラート: possible but needs attention; may go on after confirmation.
    Alert,
    /// エラー: impossible or forbidden; stops.
    Error,
}

/// What a rule says of one item of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id, such as `E081` or `A018`; a confirmation names it.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// The item's path in the input, such as `members.0.birth_date`; empty when it concerns the whole.
    pub path: String,
    /// The item's Japanese name as the form shows it.
    pub item: String,
    /// What is so and why it is a finding, in Japanese.
    pub message: String,
    /// What to do, in Japanese.
    pub remedy: String,
}

impl Finding {
    /// A finding that stops.
    pub fn error(
        code: &str,
        path: impl Into<String>,
        item: &str,
        message: impl Into<String>,
        remedy: &str,
    ) -> Self {
        Self {
            code: code.to_owned(),
            severity: Severity::Error,
            path: path.into(),
            item: item.to_owned(),
            message: message.into(),
            remedy: remedy.to_owned(),
        }
    }

    /// A finding that may be confirmed.
    pub fn alert(
        code: &str,
        path: impl Into<String>,
        item: &str,
        message: impl Into<String>,
        remedy: &str,
    ) -> Self {
        Self { severity: Severity::Alert, ..Self::error(code, path, item, message, remedy) }
    }

    /// A finding that stops, from a message of the vocabulary: it names its rule in brackets at its end and its remedy in its last
    /// sentence. `code` stands where it names no rule.
    pub fn worded(code: &str, path: impl Into<String>, item: &str, message: &str) -> Self {
        let (text, code) = match message.strip_suffix('）').and_then(|text| text.rsplit_once('（')) {
            Some((text, rule)) if rule.len() == 4 && rule.is_ascii() => (text, rule),
            _ => (message, code),
        };
        let (what, remedy) = text.split_once('。').unwrap_or((text, "元の値を確かめてください"));
        Self::error(code, path, item, format!("{what}。"), &format!("{}。", remedy.trim_end_matches('。')))
    }

    /// Whether it stops.
    pub fn stops(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The key a confirmation names: the rule and the item, so that one confirmation does not cover another person.
    pub fn confirmation(&self) -> String {
        format!("{}@{}", self.code, self.path)
    }
}
