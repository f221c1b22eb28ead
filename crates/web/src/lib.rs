#![doc = include_str!("../README.md")]

mod api;
mod bind;
mod house;
mod labels;
mod node;
mod openapi;
mod pages;
mod partner;
mod problem;
mod reply;
mod routes;
mod serving;
mod session;
mod sso;
mod tls;
mod visit;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, STRICT_TRANSPORT_SECURITY};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use office::{Office, RelyingParty};
use system::DocumentRequest;
use tower_http::compression::CompressionLayer;

use crate::house::House;
pub use crate::partner::{Partner, Partners};
pub use crate::problem::{PROBLEMS, ProblemKind};
pub use crate::routes::{ROUTES, Right, Route, Verb};
pub use crate::serving::{Patience, serve};
pub use crate::sso::SingleSignOn;
pub use crate::tls::{ClientCertificates, Peer, Tls, TlsError, TlsFiles, TlsListener};

/// For so long a browser that was here once comes over TLS only: a year, as is usual.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What the screens stand on (窓口): the house, a printer, and what this installation says of itself.
pub struct Desk {
    /// The town hall.
    pub office: Arc<Office>,
    /// What makes PDF of documents; without one, screens say that none is set up.
    pub printer: Option<Arc<dyn Printer>>,
    /// Lines for the login page, such as the users of a demonstration.
    pub notices: Vec<String>,
    /// Whether the session cookie is sent over TLS only. True wherever browsers reach the program over HTTPS.
    pub secure_cookies: bool,
    /// Systems of others that push and fetch deliveries.
    pub partners: Partners,
    /// The program's own TLS, where it has one.
    pub tls: Option<Arc<Tls>>,
    /// The town's own provider of logins, where it has one.
    pub sso: Option<SingleSignOn>,
    /// The program as security keys know it; none where it does not know its own address.
    pub keys: Option<RelyingParty>,
}

/// Makes pages of documents (印刷). Blocking; called on a thread for blocking work.
pub trait Printer: Send + Sync {
    /// Prints one document.
    ///
    /// # Errors
    /// What went wrong and what to do, in Japanese, to be shown to the clerk.
    fn print(&self, request: &DocumentRequest) -> Result<Printed, String>;
}

/// A printed document (帳票).
#[derive(Clone, Debug, Default)]
pub struct Printed {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// How many pages it has (枚数).
    pub pages: usize,
    /// Characters that are not printed as they are written, in Japanese. Such a document must be looked at.
    pub findings: Vec<String>,
}

/// The screens and the JSON API of a desk, every route of [`ROUTES`] and nothing else.
///
/// Serve it with [`serve`]: the address becomes the terminal in the audit log, and the certificate of a connection counts
/// where one is bound to a user. Must run on a Tokio runtime; everything that blocks is moved to its threads for blocking work.
pub fn router(desk: Desk) -> Router {
    desk.partners.sweep();
    let is_tls = desk.tls.is_some();
    let house = Arc::new(House::new(desk));
    let mut router = Router::new();
    for route in ROUTES {
        let house = Arc::clone(&house);
        let filter = match route.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        };
        let handler = move |request: Request| visit::serve(Arc::clone(&house), route, request);
        router = router.route(route.path, on(filter, handler));
    }
    let (lost, refused) = (Arc::clone(&house), house);
    router
        .fallback(move |request: Request| visit::not_found(Arc::clone(&lost), request))
        .method_not_allowed_fallback(move |request: Request| {
            visit::method_not_allowed(Arc::clone(&refused), request)
        })
        .layer(CompressionLayer::new().gzip(true).compress_when(is_page))
        .layer(map_response(move |mut response: Response| async move {
            if is_tls {
                response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HSTS);
            }
            response
        }))
}

/// What is packed on its way: pages, a tenth as heavy then. Files and deliveries go as they are, because their size and digest are
/// what a partner compares. A packed page tells by its size what in it is alike, so no page shows a secret as it is: see
/// [`session::masked`].
fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with("text/css"))
}
