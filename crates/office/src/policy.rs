//! What a town decides about passwords, the second factor and the reading of its audit log: data of the configuration.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

/// Whether staff log in with a second factor (二要素認証).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactorRule {
    /// Nobody can.
    Off,
    /// Whoever wants to.
    #[default]
    Offered,
    /// Everybody must.
    Required,
}

/// `[users]`: passwords and second factor (利用者の方針).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserPolicy {
    /// Characters of a password, at least.
    pub password_chars_min: usize,
    /// A new password is none of so many before it, the present one among them.
    pub password_not_of_last: usize,
    /// Days after which a password must be changed; 0 for never.
    pub password_days: u32,
    /// Whether staff log in with a second factor.
    pub second_factor: SecondFactorRule,
    /// Who holds one of these rights must, also where the others only may.
    pub second_factor_for: Vec<String>,
    /// Who holds one of these rights must show a certificate they are bound to: a code does not do.
    pub certificate_for: Vec<String>,
}

impl Default for UserPolicy {
    fn default() -> Self {
        Self {
            password_chars_min: 8,
            password_not_of_last: 3,
            password_days: 0,
            second_factor: SecondFactorRule::Offered,
            second_factor_for: Vec::new(),
            certificate_for: Vec::new(),
        }
    }
}

/// How the audit log is read: when the hall is open, and how many looks are many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPolicy {
    /// Business hours begin (業務時間).
    pub opens: Time,
    /// Business hours end; at this time the hall is closed.
    pub closes: Time,
    /// Persons shown by one use of a function that count as many (大量の検索).
    pub many_persons: usize,
    /// Uses by one user on one day that count as many.
    pub many_uses: usize,
}

impl Default for AuditPolicy {
    fn default() -> Self {
        Self {
            opens: Time::constant(8, 30, 0, 0),
            closes: Time::constant(17, 15, 0, 0),
            many_persons: 100,
            many_uses: 300,
        }
    }
}
