//! A client of one address: TLS, time limits and tokens, whatever is spoken there.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Body, Client, RequestBuilder, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::BuilderVerifierExt;

use super::{HttpError, HttpOptions, auth};
use crate::{Network, Patience};

/// A connection that carries less than this each second counts as one that does not answer.
const SLOWEST_BYTES_PER_SECOND: u64 = 64 * 1024;
/// The most bytes of an answer that is no delivery.
pub(super) const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Up to so many bytes are sent out of the memory.
const MEMORY_BYTES_MAX: u64 = 256 * 1024;

/// Who calls an address.
pub(super) struct Caller {
    client: Client,
    pub(super) base: String,
    tokens: auth::Tokens,
    wait: Duration,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:?}", self.base, self.tokens)
    }
}

/// Finds the addresses of names, and no others than may be connected to.
struct Names {
    network: Network,
    wait: Duration,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let (network, wait) = (self.network.clone(), self.wait);
        Box::pin(async move {
            let patience = Patience::of(wait);
            let found = network.addresses(name.as_str(), 0, patience).await?;
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

fn tls(authorities: Option<&[u8]>) -> Result<rustls::ClientConfig, HttpError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(HttpError::Tls)?;
    let Some(pem) = authorities else {
        return Ok(builder.with_platform_verifier().map_err(HttpError::Tls)?.with_no_client_auth());
    };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| HttpError::Authorities)?;
        roots.add(certificate).map_err(|_| HttpError::Authorities)?;
    }
    if roots.is_empty() {
        return Err(HttpError::Authorities);
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// What asks addresses, within the networks that are allowed.
pub(super) fn client(
    authorities: Option<&[u8]>,
    network: &Network,
    wait: Duration,
) -> Result<Client, HttpError> {
    Client::builder()
        .tls_backend_preconfigured(tls(authorities)?)
        .connect_timeout(wait)
        // For an answer, and for each piece of what comes.
        .timeout(wait)
        // A receiver that sends us elsewhere would get the token and the data there.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(Names { network: network.clone(), wait }))
        .build()
        .map_err(HttpError::Client)
}

impl Caller {
    pub(super) fn new(options: HttpOptions) -> Result<Self, HttpError> {
        let client = client(options.authorities.as_deref(), &options.network, options.wait)?;
        Ok(Self {
            client,
            base: options.base.trim_end_matches('/').to_owned(),
            tokens: auth::Tokens::new(options.auth, options.clock),
            wait: options.wait,
        })
    }

    /// How long to wait for an answer to so many bytes.
    pub(super) fn wait_for(&self, bytes: u64) -> Duration {
        let slack = bytes.checked_div(SLOWEST_BYTES_PER_SECOND).unwrap_or_default();
        self.wait.saturating_add(Duration::from_secs(slack))
    }

    /// Sends a request with a token, and once more with a new one when the other side does not know it any more.
    pub(super) fn send(
        &self,
        make: &dyn Fn(&Client) -> Result<RequestBuilder, HttpError>,
    ) -> Result<Response, HttpError> {
        let mut again = true;
        loop {
            let token = self.tokens.token(&self.client)?;
            let sent = make(&self.client)?.header("authorization", format!("Bearer {token}")).send();
            let response = sent.inspect_err(|error| {
                // Whoever stops reading may have refused the token in an answer that was not seen.
                if error.is_body() {
                    self.tokens.forget();
                }
            })?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            if !(std::mem::take(&mut again) && self.tokens.forget()) {
                return Err(HttpError::Unauthorized);
            }
        }
    }
}

/// A body of so many bytes.
///
/// # Errors
/// When what is small cannot be read; of the rest that is seen when it is sent.
pub(super) fn body_from(mut bytes: impl Read + Send + 'static, length: u64) -> io::Result<Body> {
    if MEMORY_BYTES_MAX < length {
        return Ok(Body::sized(bytes, length));
    }
    // What is handed over piece by piece fails as soon as the other side has answered and reads no further, and with it
    // goes the answer. Out of the memory it does not.
    let mut whole = Vec::new();
    bytes.by_ref().take(length).read_to_end(&mut whole)?;
    Ok(whole.into())
}

/// An answer that is no delivery, whole.
pub(super) fn body_of(response: Response) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    let mut limited = io::Read::take(response, ANSWER_BYTES_MAX);
    io::copy(&mut limited, &mut body).map_err(HttpError::Cut)?;
    Ok(body)
}
