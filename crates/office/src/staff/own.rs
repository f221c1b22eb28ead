//! What everybody does with their own login: the password and the second factor.

use register::{AsOf, Fault, ViewExt, Write};

use super::{finding, refused, with_password};
use crate::audit::AuditResult;
use crate::factor::SecondFactor;
use crate::policy::SecondFactorRule;
use crate::users::{LOGIN_REASON, User, fits, hash, is_guessed_first};
use crate::{Caller, Office, RunError};

impl Office {
    /// Changes one's own password.
    ///
    /// # Errors
    /// [`RunError::Refused`] when the old one is wrong or the new one does not do. A wrong old one counts as a wrong login.
    pub fn change_own_password(
        &self,
        caller: &Caller,
        old: &str,
        new: &str,
        again: &str,
    ) -> Result<(), RunError> {
        const TITLE: &str = "パスワードの変更";
        let policy = self.user_policy();
        let (tries_max, today, now) = (self.login_tries_max(), self.today(), self.clock().now());
        // One guess of the old one after the other, and none behind the last that is allowed.
        let _turn = self.logins().wait(&caller.user);
        let Some(user) = self.user(&caller.user)?.filter(|user| user.locked_at.is_none()) else {
            return Err(RunError::Denied { title: TITLE.to_owned() });
        };
        let mut found = Vec::new();
        if !fits(old, &user.password) {
            self.change_user(&user.id, LOGIN_REASON, |user| {
                user.failures = user.failures.saturating_add(1);
                if tries_max <= user.failures {
                    user.locked_at = user.locked_at.or(Some(now));
                }
                true
            })?;
            found.push(finding(
                "U020",
                "old",
                "今のパスワード",
                "今のパスワードが違います。",
                "もう一度入れてください。",
            ));
        }
        if new.chars().count() < policy.password_chars_min {
            let what = format!("パスワードが短すぎます。{}文字以上です。", policy.password_chars_min);
            found.push(finding("U021", "new", "新しいパスワード", &what, "長くしてください。"));
        } else if new.to_lowercase().contains(&user.id) {
            let what = "パスワードに利用者IDが入っています。";
            found.push(finding("U022", "new", "新しいパスワード", what, "別のものにしてください。"));
        } else if is_guessed_first(&user.id, new) {
            let what = "だれでも初めに試すパスワードです。";
            found.push(finding("U025", "new", "新しいパスワード", what, "別のものにしてください。"));
        } else if 0 < policy.password_not_of_last
            && std::iter::once(&user.password)
                .chain(&user.past_passwords)
                .take(policy.password_not_of_last)
                .any(|hash| fits(new, hash))
        {
            let what = format!("この{}回のうちに使ったパスワードです。", policy.password_not_of_last);
            found.push(finding("U023", "new", "新しいパスワード", &what, "別のものにしてください。"));
        }
        if new != again {
            let what = "新しいパスワードと、確かめのために入れたものが違います。";
            found.push(finding("U024", "again", "もう一度", what, "同じものを入れてください。"));
        }
        if !found.is_empty() {
            let mut entry = self.named_entry(caller, "office/password", TITLE, AuditResult::Refused);
            entry.codes = found.iter().map(|one| one.code.clone()).collect();
            self.commit_audit(entry)?;
            return Err(RunError::Refused(found));
        }
        let hashed = hash(new)?;
        self.change_user(&user.id, TITLE, |user| {
            let failures = user.failures;
            *user = User {
                password_is_initial: false,
                failures,
                ..with_password(user, hashed.clone(), today, policy.password_not_of_last)
            };
            true
        })?;
        Ok(self.audit_done(caller, "office/password", TITLE, Vec::new())?)
    }

    /// Begins to set up one's own second factor; the record holds the secret the app is to take. One that was begun is gone on
    /// with, one that counts is not replaced.
    ///
    /// # Errors
    /// [`RunError::Refused`] when the town has switched it off or there is one.
    pub fn begin_factor(&self, caller: &Caller) -> Result<SecondFactor, RunError> {
        if self.user_policy().second_factor == SecondFactorRule::Off {
            let what = "この町では二要素認証を使わない設定です。";
            return Err(refused(vec![finding("U030", "", "二要素認証", what, "管理者に確かめてください。")]));
        }
        let found = self.journal().view(AsOf::default())?.load::<SecondFactor>(&caller.user)?;
        let version = found.as_ref().map(|found| found.version);
        match found.map(|found| found.record) {
            Some(factor) if factor.confirmed_at.is_some() => {
                let what = "二要素認証はもう使われています。";
                Err(refused(vec![finding(
                    "U031",
                    "",
                    "二要素認証",
                    what,
                    "作り直すには、管理者に解除を頼んでください。",
                )]))
            }
            Some(factor) if !factor.secret.is_empty() => Ok(factor),
            // Nothing yet, or the recovery codes of who has security keys alone.
            before => {
                let factor = SecondFactor::generate(&caller.user)?;
                let recovery = before.map(|before| before.recovery).unwrap_or_default();
                let factor = SecondFactor { recovery, ..factor };
                self.put_factor(caller, &factor, version, "二要素認証の設定の開始")?;
                Ok(factor)
            }
        }
    }

    /// Confirms one's own second factor by a code of the app; tells the recovery codes, which are nowhere else and take the place
    /// of those before.
    ///
    /// # Errors
    /// [`RunError::Refused`] when the code is wrong.
    pub fn confirm_factor(&self, caller: &Caller, code: &str) -> Result<Vec<String>, RunError> {
        let now = self.clock().now();
        let found = self.journal().view(AsOf::default())?.load::<SecondFactor>(&caller.user)?;
        let begun = found.filter(|found| found.record.confirmed_at.is_none());
        let accepted = begun.and_then(|found| Some((found.record.accepts_code(code, now)?, found.version)));
        let Some((factor, version)) = accepted else {
            let what = "コードが違います。";
            let remedy =
                "アプリに今出ている6桁の数字を入れてください。合わないときは、端末の時計を確かめてください。";
            return Err(refused(vec![finding("U032", "code", "確認コード", what, remedy)]));
        };
        let (factor, codes) = SecondFactor { confirmed_at: Some(now), ..factor }.with_recovery()?;
        self.put_factor(caller, &factor, Some(version), "二要素認証の設定")?;
        Ok(codes)
    }

    fn put_factor(
        &self,
        caller: &Caller,
        factor: &SecondFactor,
        version: Option<u32>,
        title: &str,
    ) -> Result<(), RunError> {
        self.put_own(caller, vec![Write::put(factor, version).map_err(Fault::from)?], title)
    }
}
