//! A browser of few words.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

use super::house::PASSWORD;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// What the alerts on the page want to be confirmed with.
    pub(crate) fn confirmations(&self) -> Vec<String> {
        let parts = self.text.split("name=\"_confirm\" value=\"").skip(1);
        parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
    }

    /// The value of the first field of a name.
    pub(crate) fn field(&self, name: &str) -> String {
        let start =
            self.text.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}"));
        let rest = &self.text[start..];
        rest.split('"').nth(3).unwrap().to_owned()
    }
}

/// One browser with its cookie.
pub(crate) struct Client {
    router: Router,
    cookie: String,
    csrf: String,
    /// What its connections show.
    pub(crate) certificate: Option<Arc<office::Certificate>>,
}

impl Client {
    pub(crate) fn new(router: &Router) -> Self {
        Self { router: router.clone(), cookie: String::new(), csrf: String::new(), certificate: None }
    }

    /// Keeps the cookie of an answer.
    pub(crate) fn take_session(&mut self, answer: &Answer) {
        answer.header("set-cookie").split(';').next().unwrap().clone_into(&mut self.cookie);
    }

    /// Keeps the token of a page.
    pub(crate) fn take_token(&mut self, page: &Answer) {
        self.csrf = page.field("_csrf");
    }

    /// The token of its session.
    pub(crate) fn token(&self) -> &str {
        &self.csrf
    }

    /// Loses the session's token, as a page of somebody else's would not have it.
    pub(crate) fn forget_token(&mut self) {
        self.csrf.clear();
    }

    /// A browser whose user is logged in.
    pub(crate) async fn of(router: &Router, user: &str) -> Self {
        let mut client = Self::new(router);
        client.log_in(&[("id", user), ("password", PASSWORD)]).await;
        client
    }

    /// Sends a login page that is let in.
    pub(crate) async fn log_in(&mut self, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post("/login", fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.header("set-cookie").split(';').next().unwrap().clone_into(&mut self.cookie);
        self.csrf = self.get("/").await.field("_csrf");
        answer
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let mut request = request;
        if !self.cookie.is_empty() {
            request.headers_mut().insert(header::COOKIE, self.cookie.parse().unwrap());
        }
        let address: SocketAddr = "192.0.2.7:40000".parse().unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(web::Peer { address, certificate: self.certificate.clone() }));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form, with the session's token.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields).append_pair("_csrf", &self.csrf);
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.finish()))
            .unwrap();
        self.send(request).await
    }

    /// Sends a form with a file in it, with the session's token or another.
    pub(crate) async fn post_file(&self, path: &str, csrf: Option<&str>, file: &[u8]) -> Answer {
        const BOUNDARY: &str = "----mizugiwa";
        let csrf = csrf.unwrap_or(&self.csrf);
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n{csrf}\r\n--{BOUNDARY}\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"kekka.csv\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// Calls the API with name and password.
    pub(crate) async fn call(&self, user: &str, path: &str, body: &str) -> Answer {
        self.call_with(user, path, body, &[]).await
    }

    /// Asks the API with name and password.
    pub(crate) async fn ask_with_password(&self, user: &str, path: &str) -> Answer {
        use base64::Engine;
        let secret = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{PASSWORD}"));
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Basic {secret}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Calls the API with nothing but what the connection shows.
    pub(crate) async fn call_bare(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// The same with further headers.
    pub(crate) async fn call_with(
        &self,
        user: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        use base64::Engine;
        let secret = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{PASSWORD}"));
        let mut request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Basic {secret}"))
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}
