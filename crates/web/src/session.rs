//! Who is logged in (セッション): in memory, by a random cookie, until nothing was done for a while.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use office::KeyQuestion;
use register::Fault;

use crate::pages::done::Done;
use crate::visit::Pairs;

/// A screen nobody touched for so long belongs to nobody: the clerk has left the counter.
const IDLE_MAX: SignedDuration = SignedDuration::from_mins(30);
/// So long a login waits for its code (二要素認証).
const CODE_WAIT_MAX: SignedDuration = SignedDuration::from_mins(5);
/// So long a question to a security key waits for its answer; the browser itself gives up after two minutes.
const QUESTION_WAIT_MAX: SignedDuration = SignedDuration::from_mins(5);
/// Results a session keeps to be shown again after a reload; older ones are forgotten.
const RESULTS_MAX: usize = 12;
/// Sessions held at once. A town has some hundreds of staff; more is somebody trying.
const SESSIONS_MAX: usize = 5_000;

/// The cookie that carries the session's id.
pub(crate) const COOKIE: &str = "daicho_session";

/// How a login was made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    /// The key of the certificate that was the second factor: the session lives on connections that show it, and on no other.
    pub(crate) certificate: Option<String>,
    /// By the town's own provider: the password here was not asked for.
    pub(crate) provider: bool,
    /// That provider asked for a second factor, too.
    pub(crate) strong: bool,
}

struct Session {
    user: String,
    csrf: String,
    last_seen: Timestamp,
    results: VecDeque<(String, Arc<Done>)>,
    kept: Option<Kept>,
    proof: Proof,
    /// Where the login goes on to when its code was right; none for a session whose user is in.
    awaits: Option<String>,
    /// The newest question to a security key.
    question: Option<(KeyQuestion, Timestamp)>,
}

/// What was typed into a form when the session before this one had ended (書きかけの入力).
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The function whose form it is.
    pub(crate) function: String,
    pub(crate) values: Pairs,
}

/// A session as one request sees it.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) csrf: String,
    /// How the login was made.
    pub(crate) proof: Proof,
}

/// All sessions of this process. They do not survive a restart; staff log in again.
#[derive(Default)]
pub(crate) struct Sessions {
    inner: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    fn locked(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session and tells its id.
    ///
    /// # Errors
    /// When the operating system gives no random bits: without them a session could be guessed.
    pub(crate) fn begin(
        &self,
        user: &str,
        now: Timestamp,
        kept: Option<Kept>,
        proof: Proof,
    ) -> Result<String, Fault> {
        self.open(user, now, kept, proof, None)
    }

    /// Begins a session of somebody whose password was right and whose code is to follow: it opens nothing but the page that
    /// asks for the code.
    ///
    /// # Errors
    /// When the operating system gives no random bits.
    pub(crate) fn begin_waiting(
        &self,
        user: &str,
        now: Timestamp,
        kept: Option<Kept>,
        proof: Proof,
        next: &str,
    ) -> Result<String, Fault> {
        self.open(user, now, kept, proof, Some(next.to_owned()))
    }

    fn open(
        &self,
        user: &str,
        now: Timestamp,
        kept: Option<Kept>,
        proof: Proof,
        awaits: Option<String>,
    ) -> Result<String, Fault> {
        let (id, csrf) = (random_hex()?, random_hex()?);
        let mut sessions = self.locked();
        sessions.retain(|_, session| alive(session, now));
        if SESSIONS_MAX <= sessions.len() {
            return Err(Fault::because("too many sessions are open"));
        }
        let (user, results) = (user.to_owned(), VecDeque::new());
        let session = Session { user, csrf, last_seen: now, results, kept, proof, awaits, question: None };
        sessions.insert(id.clone(), session);
        Ok(id)
    }

    /// The living session of an id, which counts as a sign of life.
    pub(crate) fn touch(&self, id: &str, now: Timestamp) -> Option<Signed> {
        let mut sessions = self.locked();
        let session = sessions.get_mut(id).filter(|session| session.awaits.is_none())?;
        if !alive(session, now) {
            sessions.remove(id);
            return None;
        }
        session.last_seen = session.last_seen.max(now);
        Some(signed(id, session))
    }

    /// The session of an id that waits for its code, and where it goes on to.
    pub(crate) fn waiting(&self, id: &str, now: Timestamp) -> Option<(Signed, String)> {
        let sessions = self.locked();
        let session = sessions.get(id).filter(|session| alive(session, now))?;
        let next = session.awaits.clone()?;
        Some((signed(id, session), next))
    }

    /// Asks a question in a session; it takes the place of one before.
    pub(crate) fn ask(&self, id: &str, question: KeyQuestion, now: Timestamp) {
        if let Some(session) = self.locked().get_mut(id) {
            session.question = Some((question, now));
        }
    }

    /// Takes the question out of a session: it is answered once, right or wrong, and in time or never.
    pub(crate) fn take_question(&self, id: &str, now: Timestamp) -> Option<KeyQuestion> {
        let (question, asked) = self.locked().get_mut(id)?.question.take()?;
        (now.duration_since(asked) <= QUESTION_WAIT_MAX).then_some(question)
    }

    /// Takes what was typed before the login out of a session, to be carried into another.
    pub(crate) fn take_kept(&self, id: &str) -> Option<Kept> {
        self.locked().get_mut(id)?.kept.take()
    }

    /// Removes a session whose time is over; tells whose it was.
    pub(crate) fn expire(&self, id: &str, now: Timestamp) -> Option<String> {
        let mut sessions = self.locked();
        let over = sessions.get(id).is_some_and(|session| !alive(session, now) && session.awaits.is_none());
        over.then(|| sessions.remove(id)).flatten().map(|session| session.user)
    }

    /// Ends all sessions of a user but one.
    pub(crate) fn end_others(&self, user: &str, but: Option<&str>) {
        self.locked().retain(|id, session| session.user != user || Some(id.as_str()) == but);
    }

    /// Ends a session.
    pub(crate) fn end(&self, id: &str) {
        self.locked().remove(id);
    }

    /// Keeps what a function did, to be shown after a redirect; tells the result's id.
    ///
    /// # Errors
    /// When the operating system gives no random bits.
    pub(crate) fn keep(&self, session: &str, done: Done) -> Result<String, Fault> {
        let id = random_hex()?;
        if let Some(session) = self.locked().get_mut(session) {
            while RESULTS_MAX <= session.results.len() {
                session.results.pop_front();
            }
            session.results.push_back((id.clone(), Arc::new(done)));
        }
        Ok(id)
    }

    /// What was typed into the form of a function before the login.
    pub(crate) fn kept(&self, session: &str, function: &str) -> Option<Pairs> {
        let sessions = self.locked();
        let kept = sessions.get(session)?.kept.as_ref()?;
        (kept.function == function).then(|| kept.values.clone())
    }

    /// Forgets it: the function was used, or the values are of no more use.
    pub(crate) fn forget_kept(&self, session: &str) {
        if let Some(session) = self.locked().get_mut(session) {
            session.kept = None;
        }
    }

    /// A kept result of this session.
    pub(crate) fn result(&self, session: &str, id: &str) -> Option<Arc<Done>> {
        let sessions = self.locked();
        let results = &sessions.get(session)?.results;
        results.iter().find(|(known, _)| known == id).map(|(_, done)| Arc::clone(done))
    }
}

fn signed(id: &str, session: &Session) -> Signed {
    Signed {
        id: id.to_owned(),
        user: session.user.clone(),
        csrf: session.csrf.clone(),
        proof: session.proof.clone(),
    }
}

fn alive(session: &Session, now: Timestamp) -> bool {
    let most = if session.awaits.is_some() { CODE_WAIT_MAX } else { IDLE_MAX };
    now.duration_since(session.last_seen) <= most
}

/// 128 random bits as hexadecimal digits.
pub(crate) fn random_hex() -> Result<String, Fault> {
    let (high, low) = getrandom::u64()
        .and_then(|high| getrandom::u64().map(|low| (high, low)))
        .map_err(|error| Fault::because(format!("the system gives no random bits: {error}")))?;
    Ok(format!("{high:016x}{low:016x}"))
}

/// A secret as a page shows it: other characters on each page, so that the size of a packed page tells nothing of it. None when the
/// system gives no random bits; the page then holds a token nobody can use.
pub(crate) fn masked(secret: &str) -> Option<String> {
    let pad = random_hex().ok()?;
    let mixed = u128::from_str_radix(secret, 16).ok()? ^ u128::from_str_radix(&pad, 16).ok()?;
    Some(format!("{pad}{mixed:032x}"))
}

/// The secret behind what a page showed; anything else as it is.
pub(crate) fn unmasked(given: &str) -> String {
    let secret =
        given.split_at_checked(32).filter(|(_, mixed)| mixed.len() == 32).and_then(|(pad, mixed)| {
            let number = |hex: &str| u128::from_str_radix(hex, 16).ok();
            Some(format!("{:032x}", number(pad)? ^ number(mixed)?))
        });
    secret.unwrap_or_else(|| given.to_owned())
}

/// Whether two secrets are equal, in a time that does not tell where they differ.
pub(crate) fn same_secret(given: &str, held: &str) -> bool {
    given.len() == held.len()
        && given.bytes().zip(held.bytes()).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_looks_different_on_every_page_and_is_the_same_behind_it() {
        let secret = random_hex().unwrap();
        let (one, other) = (masked(&secret).unwrap(), masked(&secret).unwrap());
        assert_ne!(one, other);
        assert!(!one.contains(&secret));
        assert_eq!((unmasked(&one), unmasked(&other)), (secret.clone(), secret.clone()));
        for given in ["", "x", &secret, &"z".repeat(64), "あいう", &"あ".repeat(22)] {
            assert_eq!(unmasked(given), given, "{given}");
        }
    }

    #[test]
    fn a_session_ends_after_half_an_hour_without_a_sign_of_life() {
        let sessions = Sessions::default();
        let start: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let after = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let id = sessions.begin("clerk", start, None, Proof::default()).unwrap();
        assert_eq!(sessions.touch(&id, after(30)).unwrap().user, "clerk");
        assert_eq!(sessions.touch(&id, after(60)).unwrap().user, "clerk");
        assert!(sessions.touch(&id, after(91)).is_none());
        assert!(sessions.touch(&id, after(60)).is_none(), "gone for good");
    }

    #[test]
    fn a_session_that_waits_for_its_code_opens_nothing() {
        let sessions = Sessions::default();
        let start: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let after = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let id = sessions.begin_waiting("clerk", start, None, Proof::default(), "/links").unwrap();
        assert!(sessions.touch(&id, start).is_none());
        assert_eq!(sessions.waiting(&id, after(5)).unwrap().1, "/links");
        assert!(sessions.waiting(&id, after(6)).is_none());
        let whole = sessions.begin("clerk", start, None, Proof::default()).unwrap();
        assert!(sessions.waiting(&whole, start).is_none());
        sessions.end_others("clerk", Some(&whole));
        assert!(sessions.touch(&whole, start).is_some());
        assert!(sessions.waiting(&id, start).is_none());
        assert_eq!(sessions.expire(&whole, after(30)), None);
        assert_eq!(sessions.expire(&whole, after(31)).as_deref(), Some("clerk"));
    }

    #[test]
    fn secrets_are_equal_only_when_whole() {
        assert!(same_secret("ab", "ab"));
        assert!(!same_secret("ab", "abc"));
        assert!(!same_secret("ab", "aB"));
    }
}
