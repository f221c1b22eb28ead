//! Login by the town's own provider (シングルサインオン, OpenID Connect): what is asked of it, and logins under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use transport::http::openid::{OpenId, Opening};

use crate::session::same_secret;

/// So long somebody may be at the provider's own page.
const UNDER_WAY_MOST: SignedDuration = SignedDuration::from_mins(10);
/// Logins under way at once; of more the oldest is forgotten, so that nobody can fill the door.
const UNDER_WAY_MAX: usize = 1_000;

/// A provider of logins as a town uses it (認証基盤).
#[derive(Clone, Debug)]
pub struct SingleSignOn {
    /// How it is asked.
    pub provider: Arc<OpenId>,
    /// What staff call it.
    pub label: String,
    /// The claim that names the user.
    pub claim: String,
    /// What stands behind an `@` of that claim and is no part of the user's id; empty when nothing does.
    pub domain: String,
    /// Of `acr` one of these must be said; anything does when there are none.
    pub acr: Vec<String>,
    /// Of `amr` one of these must be among what is said.
    pub amr: Vec<String>,
    /// Whether a login there is a second factor, too.
    pub strong: bool,
}

impl SingleSignOn {
    /// The id of the user that believed claims speak of.
    ///
    /// # Errors
    /// In Japanese, why nobody is let in by them.
    pub(crate) fn user(&self, claims: &Value) -> Result<String, String> {
        let said = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        if !self.acr.is_empty() && !self.acr.iter().any(|wanted| wanted == said("acr")) {
            return Err("認証基盤でのログインの強さ（acr）が足りません。多要素でログインし直してください。"
                .to_owned());
        }
        let ways = claims.get("amr").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let has = |wanted: &String| ways.iter().any(|way| way.as_str() == Some(wanted));
        if !self.amr.is_empty() && !self.amr.iter().any(has) {
            return Err("認証基盤でのログインの方法（amr）が足りません。多要素でログインし直してください。"
                .to_owned());
        }
        let name = said(&self.claim);
        let id = match self.domain.as_str() {
            "" => Some(name),
            domain => name.rsplit_once('@').filter(|(_, behind)| *behind == domain).map(|(id, _)| id),
        };
        id.filter(|id| !id.is_empty()).map(str::to_owned).ok_or_else(|| {
            format!("認証基盤の答えに、利用者を表す項目（{}）がないか、別の組織の人です。管理者に確かめてください。", self.claim)
        })
    }
}

/// A login that went to the provider and has not come back.
pub(crate) struct UnderWay {
    pub(crate) opening: Opening,
    /// The secret of the browser it began in.
    browser: String,
    /// Where it goes on to.
    pub(crate) next: String,
    begun: Timestamp,
}

/// All of them, by their state. Each comes back once.
#[derive(Default)]
pub(crate) struct LoginsUnderWay {
    inner: Mutex<HashMap<String, UnderWay>>,
}

impl LoginsUnderWay {
    /// Remembers one.
    pub(crate) fn begin(&self, opening: Opening, browser: &str, next: &str, now: Timestamp) {
        let mut under_way = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.retain(|_, one| now.duration_since(one.begun) <= UNDER_WAY_MOST);
        if UNDER_WAY_MAX <= under_way.len() {
            let oldest = under_way.iter().min_by_key(|(_, one)| one.begun).map(|(state, _)| state.clone());
            oldest.and_then(|state| under_way.remove(&state));
        }
        let (state, browser, next) = (opening.state.clone(), browser.to_owned(), next.to_owned());
        under_way.insert(state, UnderWay { opening, browser, next, begun: now });
    }

    /// Takes the one of a state that began in this browser; whatever comes of it, it does not come back again.
    pub(crate) fn take(&self, state: &str, browser: &str, now: Timestamp) -> Option<UnderWay> {
        let found = self.inner.lock().unwrap_or_else(PoisonError::into_inner).remove(state)?;
        let in_time = now.duration_since(found.begun) <= UNDER_WAY_MOST;
        (in_time && same_secret(browser, &found.browser)).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use transport::http::openid::OpenIdOptions;

    use super::*;

    fn sso(domain: &str, acr: &[&str], amr: &[&str]) -> SingleSignOn {
        let provider = OpenId::at(OpenIdOptions {
            issuer: "https://id.invalid".to_owned(),
            client_id: "daicho".to_owned(),
            secret: None,
            back: String::new(),
            scopes: Vec::new(),
            authorities: None,
            network: Default::default(),
            wait: std::time::Duration::from_secs(1),
            clock: || 0,
        });
        let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        SingleSignOn {
            provider: Arc::new(provider.unwrap()),
            label: "庁内認証".to_owned(),
            claim: "preferred_username".to_owned(),
            domain: domain.to_owned(),
            acr: all(acr),
            amr: all(amr),
            strong: false,
        }
    }

    #[test]
    fn a_user_is_who_the_claim_names_with_the_strength_that_is_asked_for() {
        let name = |name: &str| json!({ "sub": "1", "preferred_username": name });
        for (sso, claims, wanted) in [
            (sso("", &[], &[]), name("hanako"), Ok("hanako")),
            (sso("", &[], &[]), name("hanako@town"), Ok("hanako@town")),
            (sso("", &[], &[]), json!({ "sub": "hanako" }), Err("項目（preferred_username）")),
            (sso("", &[], &[]), json!({ "preferred_username": ["hanako"] }), Err("項目")),
            (sso("town.lg.jp", &[], &[]), name("hanako@town.lg.jp"), Ok("hanako")),
            (sso("town.lg.jp", &[], &[]), name("hanako"), Err("別の組織")),
            (sso("town.lg.jp", &[], &[]), name("hanako@other.lg.jp"), Err("別の組織")),
            (sso("town.lg.jp", &[], &[]), name("@town.lg.jp"), Err("別の組織")),
            (sso("", &["mfa"], &[]), name("hanako"), Err("acr")),
            (sso("", &["mfa"], &[]), json!({ "preferred_username": "hanako", "acr": "mfa" }), Ok("hanako")),
            (sso("", &["mfa"], &[]), json!({ "preferred_username": "hanako", "acr": "pwd" }), Err("acr")),
            (
                sso("", &[], &["sc", "otp"]),
                json!({ "preferred_username": "hanako", "amr": ["pwd"] }),
                Err("amr"),
            ),
            (
                sso("", &[], &["sc", "otp"]),
                json!({ "preferred_username": "hanako", "amr": ["pwd", "otp"] }),
                Ok("hanako"),
            ),
        ] {
            match (sso.user(&claims), wanted) {
                (Ok(id), Ok(wanted)) => assert_eq!(id, wanted, "{claims}"),
                (Err(told), Err(wanted)) => assert!(told.contains(wanted), "{claims}: {told}"),
                (found, wanted) => panic!("{claims}: {found:?}, not {wanted:?}"),
            }
        }
    }

    #[test]
    fn a_login_comes_back_once_in_its_own_browser_and_in_time() {
        let start: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let after = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let logins = LoginsUnderWay::default();
        let begin = || {
            let opening = Opening::new().unwrap();
            let state = opening.state.clone();
            logins.begin(opening, "mine", "/links", start);
            state
        };
        let state = begin();
        assert_eq!(logins.take(&state, "mine", after(10)).unwrap().next, "/links");
        assert!(logins.take(&state, "mine", start).is_none(), "a second time");
        let state = begin();
        assert!(logins.take(&state, "other", start).is_none(), "another browser");
        assert!(logins.take(&state, "mine", start).is_none(), "and then nobody's any more");
        assert!(logins.take(&begin(), "mine", after(11)).is_none(), "too late");
        assert!(logins.take("", "mine", start).is_none());
        let first = begin();
        for _ in 0..UNDER_WAY_MAX {
            logins.begin(Opening::new().unwrap(), "flood", "/", after(1));
        }
        assert!(logins.take(&first, "mine", after(1)).is_none(), "the oldest gives way");
        assert_eq!(logins.inner.lock().unwrap().len(), UNDER_WAY_MAX);
    }
}
