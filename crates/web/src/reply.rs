//! What a page answers with.

use std::fs::File;
use std::io;

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_util::io::ReaderStream;
use transport::http::soap::{MEDIA_TYPE, Parts, coded_len};

use crate::problem::Problem;

/// An answer that is not yet on the wire.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Content,
    /// Whether a page of ours may show it in a frame (a PDF in its preview).
    framed: bool,
    /// Whether it may run a script of ours (a page that asks for a security key).
    scripted: bool,
}

/// What stands behind the headers.
#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    /// A file of so many bytes, read while it is sent.
    File(File, u64),
    /// A file of so many bytes, in base64 between two texts.
    Coded(Parts, File, u64),
}

/// Bytes of a file read at a time.
const PIECE_BYTES: usize = 256 * 1024;
/// Bytes of a file coded at a time: a multiple of three, so that padding stands at the end only.
const CODED_BYTES: u64 = 48 * 1024;

const HTML: &str = "text/html; charset=utf-8";

impl Reply {
    fn of(status: StatusCode, kind: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![(header::CONTENT_TYPE, kind.to_owned())],
            body: Content::Bytes(body),
            framed: false,
            scripted: false,
        }
    }

    /// A page.
    pub(crate) fn page(page: &impl Template) -> Result<Self, Problem> {
        Self::page_with(StatusCode::OK, page)
    }

    /// A page with another status than 200.
    pub(crate) fn page_with(status: StatusCode, page: &impl Template) -> Result<Self, Problem> {
        let html = page.render().map_err(|error| Problem::fault("a page could not be rendered", &error))?;
        Ok(Self::of(status, HTML, html.into_bytes()))
    }

    /// Bare HTML, for what must not fail again.
    pub(crate) fn html(status: StatusCode, html: String) -> Self {
        Self::of(status, HTML, html.into_bytes())
    }

    /// Go to another page with GET.
    pub(crate) fn see_other(to: &str) -> Self {
        let mut reply = Self::of(StatusCode::SEE_OTHER, HTML, Vec::new());
        reply.headers.push((header::LOCATION, to.to_owned()));
        reply
    }

    /// A JSON value.
    pub(crate) fn json(value: &Value) -> Self {
        Self::of(StatusCode::OK, "application/json", value.to_string().into_bytes())
    }

    /// A JSON value with another status than 200.
    pub(crate) fn json_with(status: StatusCode, value: &Value) -> Self {
        Self::of(status, "application/json", value.to_string().into_bytes())
    }

    /// That it is done.
    pub(crate) fn nothing() -> Self {
        Self { headers: Vec::new(), ..Self::of(StatusCode::NO_CONTENT, "", Vec::new()) }
    }

    /// A file of data.
    pub(crate) fn file(file: File, bytes: u64) -> Self {
        let mut reply = Self::of(StatusCode::OK, "application/octet-stream", Vec::new());
        reply.headers.push((header::CONTENT_LENGTH, bytes.to_string()));
        reply.body = Content::File(file, bytes);
        reply
    }

    /// A file to keep; its name is of ASCII letters.
    pub(crate) fn download(file: File, bytes: u64, name: &str) -> Self {
        Self::file(file, bytes).with(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
    }

    /// The same under another type of content.
    #[must_use]
    pub(crate) fn of_kind(mut self, kind: &str) -> Self {
        self.headers.retain(|(name, _)| name != header::CONTENT_TYPE);
        self.with(header::CONTENT_TYPE, kind)
    }

    /// A message of SOAP, or what describes a service of it.
    pub(crate) fn xml(status: StatusCode, body: String) -> Self {
        Self::of(status, MEDIA_TYPE, body.into_bytes())
    }

    /// A message of SOAP with a file in it.
    pub(crate) fn xml_with_file(parts: Parts, file: File, bytes: u64) -> Self {
        let around = [&parts.before, &parts.after].map(|text| u64::try_from(text.len()).unwrap_or(u64::MAX));
        let length = around.into_iter().fold(coded_len(bytes), u64::saturating_add);
        let mut reply = Self::of(StatusCode::OK, MEDIA_TYPE, Vec::new());
        reply.headers.push((header::CONTENT_LENGTH, length.to_string()));
        reply.body = Content::Coded(parts, file, bytes);
        reply
    }

    /// A problem report.
    pub(crate) fn problem_json(status: StatusCode, value: &Value) -> Self {
        Self::of(status, "application/problem+json", value.to_string().into_bytes())
    }

    /// Plain text.
    pub(crate) fn text(text: &str) -> Self {
        Self::of(StatusCode::OK, "text/plain; charset=utf-8", text.as_bytes().to_vec())
    }

    /// A PDF that the browser shows.
    pub(crate) fn pdf(bytes: Vec<u8>, disposition: String) -> Self {
        let mut reply = Self::of(StatusCode::OK, "application/pdf", bytes);
        reply.headers.push((header::CONTENT_DISPOSITION, disposition));
        reply.framed = true;
        reply
    }

    /// A table to keep, in UTF-8; its name is of ASCII letters.
    pub(crate) fn csv(text: &str, name: &str) -> Self {
        let mut reply = Self::of(StatusCode::OK, "text/csv; charset=utf-8", text.as_bytes().to_vec());
        reply.headers.push((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
        reply
    }

    /// A ZIP file to keep; its name is of ASCII letters.
    pub(crate) fn zip(bytes: Vec<u8>, name: &str) -> Self {
        let mut reply = Self::of(StatusCode::OK, "application/zip", bytes);
        reply.headers.push((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
        reply
    }

    /// A file of the program itself; its URL changes with its content.
    pub(crate) fn asset(kind: &str, body: &[u8]) -> Self {
        let mut reply = Self::of(StatusCode::OK, kind, body.to_vec());
        reply.headers.push((header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()));
        reply
    }

    /// The same answer with a header more.
    #[must_use]
    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same page with the right to run scripts of ours, in files of their own.
    #[must_use]
    pub(crate) fn scripted(mut self) -> Self {
        self.scripted = true;
        self
    }

    /// Puts it on the wire, with the headers every answer has.
    pub(crate) fn into_response(self) -> Response {
        let body = match self.body {
            Content::Bytes(bytes) => Body::from(bytes),
            Content::File(file, bytes) => {
                // No more than was announced, should the file grow meanwhile.
                let file = tokio::fs::File::from_std(file).take(bytes);
                Body::from_stream(ReaderStream::with_capacity(file, PIECE_BYTES))
            }
            Content::Coded(parts, file, bytes) => {
                let (mut to, from) = tokio::io::duplex(PIECE_BYTES);
                tokio::spawn(async move {
                    // What is cut off here falls short of the length that was announced, and is noticed there.
                    if let Err(error) = send_coded(parts, file, bytes, &mut to).await {
                        tracing::warn!(cause = %error, "a delivery was not sent to its end");
                    }
                });
                Body::from_stream(ReaderStream::with_capacity(from, PIECE_BYTES))
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in self.headers {
            // A value that cannot be a header (a control character) is left out rather than sent broken.
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.append(name, value);
            }
        }
        let (ancestors, frame) = if self.framed { ("'self'", "SAMEORIGIN") } else { ("'none'", "DENY") };
        let scripts = if self.scripted { "'self'" } else { "'none'" };
        let policy = format!(
            "default-src 'self'; script-src {scripts}; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
        );
        if let Ok(policy) = HeaderValue::try_from(policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        for (name, value) in [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, frame),
            (header::REFERRER_POLICY, "same-origin"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        // Whoever sits down at the terminal next must not find pages of residents by the back button.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }
}

/// Sends a file in base64 between two texts, a piece at a time.
async fn send_coded(parts: Parts, file: File, bytes: u64, to: &mut DuplexStream) -> io::Result<()> {
    let mut file = tokio::fs::File::from_std(file).take(bytes);
    to.write_all(parts.before.as_bytes()).await?;
    loop {
        let mut piece = Vec::new();
        // To the end of the file or of the piece: a read may give less.
        if (&mut file).take(CODED_BYTES).read_to_end(&mut piece).await? == 0 {
            break;
        }
        to.write_all(STANDARD.encode(piece).as_bytes()).await?;
    }
    to.write_all(parts.after.as_bytes()).await
}
