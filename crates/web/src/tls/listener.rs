//! A listener that shakes hands before it hands connections on, many at once: one slow client keeps nobody waiting.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use jiff::Timestamp;
use office::Certificate;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Tls;

/// A handshake is some milliseconds of work; who takes longer does not mean it.
const HANDSHAKE_MOST: Duration = Duration::from_secs(10);
/// Handshakes under way at once: more wait in the system's queue.
const HANDSHAKES_MAX: usize = 256;
/// Connections that are through and not yet taken over.
const READY_MAX: usize = 64;
/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// The first byte of a TLS connection. Source: RFC 8446 §5.1 (`handshake(22)`).
const HANDSHAKE: u8 = 22;
/// Bytes read of a request that came without TLS, so that its sender reads the answer before the connection ends.
const PLAIN_BYTES: usize = 8 * 1024;
const PLAIN_ANSWER: &str = "ここは HTTPS だけです。アドレスを https:// で始めてください。\n";

/// Who is at the other end of a connection (接続の相手). What it shows comes from the handshake, never from a header.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The address.
    pub address: SocketAddr,
    /// The certificate it showed, which TLS believed.
    pub certificate: Option<Arc<Certificate>>,
}

impl Peer {
    /// Somebody without a certificate.
    pub fn at(address: SocketAddr) -> Self {
        Self { address, certificate: None }
    }
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self::at(address)
    }
}

/// Connections with TLS over a port.
pub struct TlsListener {
    local: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, Peer)>,
}

impl TlsListener {
    /// Begins to accept. Ends when it is dropped. Must be called on a Tokio runtime.
    ///
    /// # Errors
    /// When the port has no address.
    pub fn over(
        listener: TcpListener,
        tls: Arc<Tls>,
        now: impl Fn() -> Timestamp + Send + 'static,
    ) -> io::Result<Self> {
        let local = listener.local_addr()?;
        let (to, ready) = mpsc::channel(READY_MAX);
        tokio::spawn(accept(listener, Arc::clone(&tls), to.clone()));
        tokio::spawn(async move {
            // Files do not say that they change; the first look comes after a while, for they were read just now.
            let mut looks = tokio::time::interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
            loop {
                tokio::select! {
                    () = to.closed() => return,
                    _ = looks.tick() => {
                        let (tls, now) = (Arc::clone(&tls), now());
                        let _ = tokio::task::spawn_blocking(move || tls.look_again(now)).await;
                    }
                }
            }
        });
        Ok(Self { local, ready })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // Whoever accepts has ended with the runtime; there is nothing to come.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Peer::at(self.local))
    }
}

async fn accept(mut listener: TcpListener, tls: Arc<Tls>, to: mpsc::Sender<(TlsStream<TcpStream>, Peer)>) {
    let room = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let (stream, address) = tokio::select! {
            () = to.closed() => return,
            accepted = Listener::accept(&mut listener) => accepted,
        };
        let (config, to) = (tls.config(), to.clone());
        tokio::spawn(async move {
            let shaken = timeout(HANDSHAKE_MOST, shake(stream, TlsAcceptor::from(config))).await;
            drop(permit);
            match shaken {
                Ok(Ok(Some(stream))) => {
                    let certificate = certificate(&stream);
                    // Nobody takes it over when the program stops.
                    let _ = to.send((stream, Peer { address, certificate })).await;
                }
                Ok(Ok(None)) => {}
                Ok(Err(error)) => tracing::info!(%address, cause = %error, "a connection was refused"),
                Err(_) => tracing::info!(%address, "a connection did not shake hands in time"),
            }
        });
    }
}

/// None for who speaks without TLS, and was told.
async fn shake(mut stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0_u8; 1];
    if stream.peek(&mut first).await? == 0 {
        return Ok(None);
    }
    if first == [HANDSHAKE] {
        return acceptor.accept(stream).await.map(Some);
    }
    let mut read = vec![0_u8; PLAIN_BYTES];
    let _ = stream.read(&mut read).await?;
    let (length, head) =
        (PLAIN_ANSWER.len(), "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8");
    let answer = format!("{head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{PLAIN_ANSWER}");
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(None)
}

/// The certificate a client showed.
fn certificate(stream: &TlsStream<TcpStream>) -> Option<Arc<Certificate>> {
    let (_, connection) = stream.get_ref();
    let shown = connection.peer_certificates()?.first()?;
    match Certificate::from_der(shown) {
        Ok(certificate) => Some(Arc::new(certificate)),
        Err(error) => {
            tracing::warn!(cause = %error, "a certificate that TLS believed does not read; it counts as none");
            None
        }
    }
}
