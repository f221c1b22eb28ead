//! One request: who asks, by which route, with what, and whether that may be.

use std::fs::File;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequestParts, RawPathParams, Request};
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use base64::Engine;
use http_body_util::{BodyExt, Limited};
use office::{Caller, Certificate, LoginError, Office, Ran, Rights, RunError, RunOptions, User, UserState};
use serde_json::Value;
use system::{Function, System};
use tokio::sync::Semaphore;
use transport::http::soap::coded_len;

use crate::house::House;
use crate::pages;
use crate::partner::{
    COMMON, PREFIX, Partner, Spooled, drain, envelope, spool, takes_a_delivery, takes_a_message,
};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::{Right, Route, Speech, Verb};
use crate::session::{COOKIE, Proof, Signed, same_secret, unmasked};
use crate::tls::Peer;

/// The most bytes of one request: twenty persons of a notification with every field full are a tenth of it.
const BODY_BYTES_MAX: usize = 512 * 1024;

/// The most bytes of a form with a file: a bank's results of a whole city are a tenth of it.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How many forms with files are read at a time: each is held in the memory.
static FILES_AT_ONCE: Semaphore = Semaphore::const_new(2);

/// The most bytes read of a body that is refused before anybody knows who sends it.
const STRANGER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Characters of a line of base64, at least: MIME has 76, PEM 64.
const LINE_LENGTH_MIN: u64 = 60;

/// Names and values as a form sends them, in order.
pub(crate) type Pairs = Vec<(String, String)>;

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Staff {
    pub(crate) user: User,
    /// What the user may do today.
    pub(crate) rights: Rights,
    /// The page that has to be dealt with before anything else.
    pub(crate) gate: Option<&'static str>,
    /// None for an API call with name and password.
    pub(crate) session: Option<Signed>,
    /// Whether the rights demand a certificate that the login was made without.
    pub(crate) lacks_certificate: bool,
}

/// One request, read and allowed.
pub(crate) struct Visit {
    pub(crate) house: Arc<House>,
    pub(crate) route: &'static Route,
    pub(crate) staff: Option<Staff>,
    pub(crate) terminal: String,
    /// The certificate the connection showed, from its handshake, within its term.
    pub(crate) certificate: Option<Arc<Certificate>>,
    /// Path and query as asked.
    pub(crate) asked: String,
    pub(crate) query: Pairs,
    pub(crate) form: Pairs,
    pub(crate) body: Bytes,
    /// The system that asks, by its token.
    pub(crate) partner: Option<Arc<Partner>>,
    /// The delivery that came as the body.
    pub(crate) spooled: Option<Spooled>,
    /// The file a form carried.
    pub(crate) file: Option<Bytes>,
    /// The message of SOAP that came as the body.
    pub(crate) envelope: Option<File>,
    params: Pairs,
    headers: HeaderMap,
}

/// Answers one request of a route.
pub(crate) async fn serve(house: Arc<House>, route: &'static Route, request: Request) -> Response {
    let (mut parts, mut body) = request.into_parts();
    let params = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(_) => Pairs::new(),
    };
    let peer = parts.extensions.get::<ConnectInfo<Peer>>();
    let terminal = peer.map_or_else(|| "（不明）".to_owned(), |peer| peer.0.address.ip().to_string());
    let now = house.office().clock().now();
    let certificate = peer.and_then(|peer| peer.0.certificate.clone());
    let certificate = certificate.filter(|certificate| certificate.is_good_at(now));
    let mut visit = Visit {
        house,
        route,
        staff: None,
        terminal,
        certificate,
        asked: asked(&parts.uri),
        query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
        form: Pairs::new(),
        body: Bytes::new(),
        partner: None,
        spooled: None,
        file: None,
        envelope: None,
        params,
        headers: parts.headers,
    };
    let taken_in = visit.take_in(&mut body).await;
    if taken_in.is_err() || takes_a_delivery(route) || route.takes_a_file() {
        drain(&mut body, visit.refused_bytes_max()).await;
    }
    // Everything an office does blocks: it hashes passwords and waits for the disk.
    let answered = tokio::task::spawn_blocking(move || {
        let reply = taken_in.and_then(|()| visit.answer());
        reply.unwrap_or_else(|problem| problem.reply(&visit.house, visit.staff.as_ref(), route.speech()))
    })
    .await;
    match answered {
        Ok(reply) => reply.into_response(),
        Err(error) => {
            let problem = Problem::fault("a request was not carried through", &error);
            problem.bare_reply(route.speech()).into_response()
        }
    }
}

/// The answer to an address nobody knows.
pub(crate) async fn not_found(house: Arc<House>, request: Request) -> Response {
    let speech = speech(request.uri().path());
    Problem::not_found("この住所（URL）の画面はありません。").reply(&house, None, speech).into_response()
}

/// The answer to a method the address does not know.
pub(crate) async fn method_not_allowed(house: Arc<House>, request: Request) -> Response {
    let speech = speech(request.uri().path());
    Problem::method_not_allowed().reply(&house, None, speech).into_response()
}

/// What somebody is answered in who asks for this path, whatever is there.
fn speech(path: &str) -> Speech {
    let is_for_programs = ["/api/", PREFIX, COMMON].iter().any(|start| path.starts_with(start));
    if is_for_programs { Speech::Json } else { Speech::Pages }
}

fn asked(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

pub(crate) fn pairs(encoded: &[u8]) -> Pairs {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// The first value of a name; empty when there is none.
pub(crate) fn value_of<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// All values of a name.
pub(crate) fn values_of(pairs: &Pairs, name: &str) -> Vec<String> {
    pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
}

/// Whether JSON spells the character NUL (`\u0000`). An even number of backslashes in front is a text about the escape.
fn has_escaped_nul(json: &[u8]) -> bool {
    let escape = b"\\u0000";
    json.windows(escape.len()).enumerate().any(|(place, window)| {
        let before = json.get(..place).unwrap_or_default();
        window == escape && before.iter().rev().take_while(|byte| **byte == b'\\').count().is_multiple_of(2)
    })
}

/// How large a message may be that carries a delivery of so many bytes: base64 in lines, and the rest of it.
fn message_bytes_max(bytes_max: u64) -> u64 {
    let coded = coded_len(bytes_max);
    let line_ends = coded.checked_div(LINE_LENGTH_MIN).unwrap_or_default();
    coded
        .saturating_add(line_ends.saturating_mul(2))
        .saturating_add(u64::try_from(BODY_BYTES_MAX).unwrap_or_default())
}

impl Visit {
    /// Reads the body: a form or a call into the memory, a delivery to the disk, and that only for who may send it.
    async fn take_in(&mut self, body: &mut Body) -> Result<(), Problem> {
        let partners = &self.house.desk.partners;
        if self.route.right == Right::Partner {
            self.partner = partners.bearer(self.header("authorization"), self.office().clock().now());
        }
        if takes_a_delivery(self.route) {
            let partner = self.partner.as_ref().ok_or_else(Problem::token_required)?;
            // Whoever may not use the link is refused by the route's own answer, with an entry in the audit log.
            if let Some(path) = partner.spool_path(self.param("link"), self.param("no")) {
                self.spooled = Some(spool(&path, body, partners.bytes_max()).await?);
            }
        } else if takes_a_message(self.route) {
            let partner = self.partner.as_ref().ok_or_else(Problem::token_required)?;
            let bytes_max = message_bytes_max(partners.bytes_max());
            self.envelope = Some(envelope(partner.spool(), body, bytes_max).await?);
        } else if self.route.takes_a_file() && self.is_multipart() {
            // Nobody's file is read but that of who is logged in; what may be done with it is checked with the rest.
            let now = self.office().clock().now();
            if self.cookie().is_some_and(|id| self.house.sessions.touch(id, now).is_some()) {
                self.read_file(body).await?;
            }
        } else if self.route.verb == Verb::Post {
            let limited = Limited::new(body, BODY_BYTES_MAX).collect().await;
            self.body = limited.map_err(|error| Problem::unread(&*error))?.to_bytes();
            if !self.route.is_api() {
                self.form = pairs(&self.body);
            }
        }
        Ok(())
    }

    /// Whether a form may carry files; another can be without one only.
    fn is_multipart(&self) -> bool {
        self.header("content-type")
            .is_some_and(|given| given.to_ascii_lowercase().starts_with("multipart/form-data"))
    }

    /// Reads a form with a file in it (RFC 7578) into the memory.
    async fn read_file(&mut self, body: &mut Body) -> Result<(), Problem> {
        let Ok(_place) = FILES_AT_ONCE.acquire().await else {
            return Err(Problem::busy(
                "プログラムが止まるところで、ファイルを受け取れません。しばらくしてからやり直してください。",
            ));
        };
        let limited = Limited::new(body, FILE_BYTES_MAX).collect().await;
        let bytes = limited.map_err(|error| Problem::unread(&*error))?.to_bytes();
        let unread = |error: multer::Error| {
            Problem::unreadable(format!(
                "送られたフォームが読めません（{error}）。画面からやり直してください。"
            ))
        };
        let boundary =
            multer::parse_boundary(self.header("content-type").unwrap_or_default()).map_err(unread)?;
        let mut parts = multer::Multipart::new(Body::from(bytes).into_data_stream(), boundary);
        while let Some(part) = parts.next_field().await.map_err(unread)? {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let bytes = part.bytes().await.map_err(unread)?;
            if is_file {
                self.file = Some(bytes);
            } else {
                self.form.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        Ok(())
    }

    /// How much is read of what is refused: from a partner all it may send, from anybody else little.
    fn refused_bytes_max(&self) -> u64 {
        match self.partner {
            Some(_) => message_bytes_max(self.house.desk.partners.bytes_max()),
            None => STRANGER_BYTES_MAX,
        }
    }

    /// Refuses the character NUL wherever it is sent: no record holds it, and no screen could show it.
    fn check_letters(&self) -> Result<(), Problem> {
        let named = self.query.iter().chain(&self.form).chain(&self.params);
        let mut texts = named.flat_map(|(name, value)| [name, value]);
        let in_call = self.route.is_api() && has_escaped_nul(&self.body);
        if in_call || texts.any(|text| text.contains('\0')) {
            let what = "使えない文字（NUL、番号0の制御文字）が入っています。取り除いてください。";
            return Err(Problem::unreadable(what));
        }
        Ok(())
    }

    fn answer(&mut self) -> Result<Reply, Problem> {
        self.check_letters()?;
        self.staff = self.find_staff()?;
        if self.route.verb == Verb::Post {
            self.check_origin()?;
        }
        if let Some(refusal) = self.check_right()? {
            return Ok(refusal);
        }
        (self.route.answer)(self)
    }

    /// Who asks: by session, and for the API also by name and password with each call.
    fn find_staff(&self) -> Result<Option<Staff>, Problem> {
        let now = self.office().clock().now();
        if let Some(user) = self.cookie().and_then(|id| self.house.sessions.expire(id, now)) {
            self.office().audit_end(&user, &self.terminal, "ログアウト（時間切れ）")?;
        }
        let signed = self.cookie().and_then(|id| self.house.sessions.touch(id, now));
        // A stolen cookie is of no use without the card.
        if let Some(signed) = signed.filter(|signed| self.shows(signed.proof.certificate.as_deref())) {
            // Read anew each time, so that a right withdrawn or an account locked counts at once.
            let user = self.office().user(&signed.user)?;
            let today = self.office().today();
            let holds = |user: &User| match &self.certificate {
                Some(shown) if signed.proof.certificate.is_some() => user.holds(shown),
                _ => true,
            };
            let may_go_on =
                |user: &User| user.state(today) == UserState::Active && !user.machine && holds(user);
            if let Some(user) = user.filter(may_go_on) {
                let proof = signed.proof.clone();
                return self.staffed(user, Some(signed), &proof).map(Some);
            }
            self.house.sessions.end(&signed.id);
        }
        // Systems of others are no staff, whatever they send.
        if !self.route.path.starts_with("/api/") {
            return Ok(None);
        }
        let shown = self.certificate.as_deref();
        let (user, by_certificate) = match (self.basic(), shown) {
            (Some((id, password)), _) => {
                let user = self.office().log_in(&id, &password, &self.terminal, shown);
                let holds = |user: &User| shown.is_some_and(|shown| user.holds(shown));
                let held = user.as_ref().is_ok_and(holds);
                (user, held)
            }
            (None, Some(shown)) => (self.office().log_in_machine(shown, &self.terminal), true),
            (None, None) => return Ok(None),
        };
        match user {
            Ok(user) => {
                let certificate = shown.filter(|_| by_certificate).map(|shown| shown.key.clone());
                self.staffed(user, None, &Proof { certificate, ..Proof::default() }).map(Some)
            }
            Err(LoginError::Fault(fault)) => Err(fault.into()),
            Err(LoginError::Wrong) if self.basic().is_none() => Err(Problem::login_required(
                "この証明書の機械用の利用者はいません。管理者に登録を頼んでください。",
            )),
            Err(refusal @ (LoginError::SecondFactor | LoginError::Certificate | LoginError::Machine)) => {
                Err(Problem::denied(refusal.to_string()))
            }
            Err(refusal) => Err(Problem::login_required(refusal.to_string())),
        }
    }

    /// Whether the connection shows the certificate a session was begun with; any connection does for one begun without.
    fn shows(&self, key: Option<&str>) -> bool {
        key.is_none_or(|key| self.certificate.as_ref().is_some_and(|shown| shown.key == key))
    }

    /// A user with what may be done today, and what must be done first.
    fn staffed(&self, user: User, session: Option<Signed>, proof: &Proof) -> Result<Staff, Problem> {
        let office = self.office();
        let rights = office.rights_of(&user)?;
        let by_certificate = proof.certificate.is_some();
        // Who came by the provider need not know the password here.
        let gate = if office.must_change_password(&user) && !proof.provider {
            Some("/password")
        } else if !by_certificate
            && !proof.strong
            && office.needs_second_factor(&rights)
            && !office.factors(&user.id)?.is_any()
        {
            Some("/second-factor")
        } else {
            None
        };
        let lacks_certificate = !by_certificate && office.needs_certificate(&rights);
        Ok(Staff { user, rights, gate, session, lacks_certificate })
    }

    /// The login of this browser that waits for its code, and where it goes on to.
    pub(crate) fn waiting(&self) -> Option<(Signed, String)> {
        let now = self.office().clock().now();
        self.cookie().and_then(|id| self.house.sessions.waiting(id, now))
    }

    pub(crate) fn cookie(&self) -> Option<&str> {
        self.cookie_named(COOKIE)
    }

    pub(crate) fn cookie_named(&self, wanted: &str) -> Option<&str> {
        let cookies = self.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find_map(|(name, value)| (name == wanted).then_some(value))
    }

    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let value = self.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let encoded = value.strip_prefix("Basic ")?;
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        text.split_once(':').map(|(id, password)| (id.to_owned(), password.to_owned()))
    }

    /// A change must come from a page of ours: the browser says where from, and the page carries the session's token.
    fn check_origin(&self) -> Result<(), Problem> {
        let site = self.headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
            return Err(Problem::forged());
        }
        let Some(session) = self.staff.as_ref().and_then(|staff| staff.session.as_ref()) else {
            return Ok(());
        };
        let header = self.headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
        let given =
            if self.route.is_api() { header.unwrap_or_default() } else { value_of(&self.form, "_csrf") };
        if same_secret(&unmasked(given), &session.csrf) { Ok(()) } else { Err(Problem::forged()) }
    }

    /// Whether the route's right is held; a reply when the asker has to log in first.
    fn check_right(&self) -> Result<Option<Reply>, Problem> {
        let needed = match self.route.right {
            Right::Open => return Ok(None),
            Right::Partner if self.partner.is_none() => return Err(Problem::token_required()),
            Right::Partner => return Ok(None),
            Right::Staff => None,
            Right::Of(id) => Some(id.to_owned()),
            Right::OfFunctionInPath => Some(self.function_id()),
        };
        let Some(staff) = &self.staff else {
            if self.route.is_api() {
                return Err(Problem::login_required(
                    "ログインしていないか、時間が過ぎて自動的にログアウトしました。",
                ));
            }
            return match self.route.verb {
                Verb::Get => Ok(Some(Reply::see_other(&pages::login::address(&self.asked)))),
                Verb::Post => pages::login::after_end(self).map(Some),
            };
        };
        let own = self.route.path == "/logout"
            || ["/password", "/second-factor"].iter().any(|own| self.route.path.starts_with(own));
        if staff.lacks_certificate && !own {
            return Err(Problem::denied(LoginError::Certificate.to_string()));
        }
        if let Some(gate) = staff.gate.filter(|_| !own) {
            if self.route.is_api() {
                let what = "パスワードの変更か二要素認証の設定が先に要ります。画面からログインして済ませてください。";
                return Err(Problem::denied(what));
            }
            return Ok(Some(Reply::see_other(gate)));
        }
        let Some(needed) = needed else { return Ok(None) };
        if staff.rights.allow(&needed) {
            return Ok(None);
        }
        if let Some((_, function)) = self.office().function(&needed) {
            // The office refuses and writes the refusal into the audit log.
            self.run(&needed, &Value::Null, &RunOptions { dry_run: true, ..RunOptions::default() })?;
            return Err(Problem::denied(format!("「{}」を使う権限がありません。", function.title)));
        }
        if matches!(self.route.right, Right::OfFunctionInPath) {
            return Err(Problem::not_found(format!("機能「{needed}」はありません。")));
        }
        // What is no function has nobody else to write its refusal down.
        self.office().audit_denied(&self.caller()?, &needed, self.route.title)?;
        Err(Problem::denied(format!("「{}」を使う権限がありません。", self.route.title)))
    }

    pub(crate) fn office(&self) -> &Arc<Office> {
        self.house.office()
    }

    /// A header, when it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The key under which a call may come again.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn call_key(&self) -> Result<Option<&str>, Problem> {
        let key = self.header("idempotency-key");
        match key.and_then(office::key_fault) {
            Some(fault) => Err(Problem::unreadable(fault)),
            None => Ok(key),
        }
    }

    /// A part of the path.
    pub(crate) fn param(&self, name: &str) -> &str {
        value_of(&self.params, name)
    }

    fn function_id(&self) -> String {
        format!("{}/{}", self.param("system"), self.param("function"))
    }

    /// The function the path names.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn function(&self) -> Result<(&System, &Function), Problem> {
        let id = self.function_id();
        self.office().function(&id).ok_or_else(|| Problem::not_found(format!("機能「{id}」はありません。")))
    }

    /// Who acts, for the office.
    ///
    /// # Errors
    /// When nobody is logged in.
    pub(crate) fn caller(&self) -> Result<Caller, Problem> {
        let staff = self.staff()?;
        Ok(Caller {
            user: staff.user.id.clone(),
            rights: staff.rights.clone(),
            terminal: self.terminal.clone(),
        })
    }

    /// Who is logged in.
    ///
    /// # Errors
    /// When nobody is.
    pub(crate) fn staff(&self) -> Result<&Staff, Problem> {
        self.staff.as_ref().ok_or_else(|| Problem::login_required("ログインしてください。"))
    }

    /// Whether the asker may use a function or another named thing.
    pub(crate) fn may(&self, id: &str) -> bool {
        self.staff.as_ref().is_some_and(|staff| staff.rights.allow(id))
    }

    /// Uses a function in the asker's name.
    pub(crate) fn run(&self, id: &str, input: &Value, options: &RunOptions) -> Result<Ran, Problem> {
        self.try_run(id, input, options)?.map_err(Problem::from)
    }

    /// Uses a function, keeping a refusal apart from what hinders the request as such.
    pub(crate) fn try_run(
        &self,
        id: &str,
        input: &Value,
        options: &RunOptions,
    ) -> Result<Result<Ran, RunError>, Problem> {
        Ok(self.office().run(&self.caller()?, id, input, options))
    }

    /// Asks a function of inquiry and takes its answer.
    pub(crate) fn ask(&self, id: &str, input: &Value) -> Result<Value, Problem> {
        let ran = self.run(id, input, &RunOptions::default())?;
        Ok(ran.answer.map(|answer| answer.data).unwrap_or_default())
    }
}
