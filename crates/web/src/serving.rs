//! Connections, each served until one of its ends has enough.
//!
//! Whoever sends half a request, or does not take the answer, holds a connection and nothing else, and not for long: the town
//! hall's terminals must reach the program whatever somebody else's does.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Semaphore;
use tokio::time::{Sleep, timeout};
use tower::ServiceExt as _;
use tower_http::timeout::TimeoutBody;

use crate::tls::Peer;

/// How long the other end of a connection is waited for (待ち時間の上限).
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the beginning of a request, or the end of the one before, to the end of its head.
    pub head: Duration,
    /// The longest silence within a body.
    pub body: Duration,
    /// The longest time in which nothing of an answer is taken.
    pub answer: Duration,
    /// How long what is under way may go on after the program was told to stop.
    pub end: Duration,
    /// Connections at once; more wait in the system's queue.
    pub connections: usize,
}

impl Default for Patience {
    /// A browser keeps some six connections; 50 clerks have 300 of them.
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            body: Duration::from_secs(30),
            answer: Duration::from_secs(60),
            end: Duration::from_secs(10),
            connections: 4_096,
        }
    }
}

/// Serves until `stop`, then lets what is under way end.
///
/// Must run on a Tokio runtime.
pub async fn serve<L>(mut listener: L, router: Router, patience: Patience, stop: impl Future<Output = ()>)
where
    L: Listener,
    L::Addr: Into<Peer>,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let (graceful, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(patience.connections)));
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&room).acquire_owned().await;
            let (stream, address) = listener.accept().await;
            (place, stream, address.into())
        };
        let (place, stream, peer): (_, _, Peer) = tokio::select! {
            () = &mut stop => break,
            accepted = next => accepted,
        };
        tracing::trace!(address = %peer.address, "a connection begins");
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let (router, peer) = (router.clone(), peer.clone());
            async move {
                let mut request = request.map(|body| Body::new(TimeoutBody::new(patience.body, body)));
                request.extensions_mut().insert(ConnectInfo(peer));
                let answer: Result<_, Infallible> = router.oneshot(request).await;
                answer
            }
        });
        let stream = TokioIo::new(Taken { stream, patience: patience.answer, stalls: None });
        let connection = graceful.watch(http.serve_connection(stream, service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(cause = %register::in_one_line(&error), "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if timeout(patience.end, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were ended in the middle of a request: the program stops");
    }
}

/// A stream whose other end must go on taking what is written.
struct Taken<S> {
    stream: S,
    patience: Duration,
    /// Since nothing is taken.
    stalls: Option<Pin<Box<Sleep>>>,
}

impl<S> Taken<S> {
    /// What a try to write came to; an error once nothing was taken for too long.
    #[expect(clippy::disallowed_methods, reason = "it is woken when the patience ends, not to look again")]
    fn judge<T>(&mut self, tried: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if tried.is_ready() {
            self.stalls = None;
            return tried;
        }
        let patience = self.patience;
        let stalls = self.stalls.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match stalls.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taken<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taken<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(tried, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.judge(tried, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tried = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(tried, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tried = Pin::new(&mut self.stream).poll_shutdown(context);
        self.judge(tried, context)
    }
}
