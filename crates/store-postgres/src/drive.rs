//! Futures run from threads that are not asynchronous.
//!
//! The journal's trait is synchronous: rules and screens call it from plain threads. The driver's connection runs on a
//! runtime of the store's own; what a caller waits for is only a channel, so its thread is parked and woken. No caller
//! needs a runtime, and one that happens to stand in a runtime's thread does no harm to it beyond waiting there.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn waker() -> Waker {
    Waker::from(Arc::new(Unpark(std::thread::current())))
}

/// Waits for a future on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = waker();
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// A boxed request.
pub(crate) type Request<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends requests one behind the other without waiting in between, and waits for all answers (pipelining). The server
/// works them in this order.
pub(crate) async fn pipeline<T: Unpin>(requests: Vec<Request<'_, T>>) -> Vec<T> {
    let mut all: Vec<(Request<'_, T>, Option<T>)> =
        requests.into_iter().map(|request| (request, None)).collect();
    std::future::poll_fn(|context| {
        let mut waits = false;
        for (request, answer) in all.iter_mut().filter(|(_, answer)| answer.is_none()) {
            match request.as_mut().poll(context) {
                Poll::Ready(value) => *answer = Some(value),
                Poll::Pending => waits = true,
            }
        }
        if waits { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    all.into_iter().filter_map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_order_of_the_requests() {
        let requests: Vec<Request<'_, u32>> = (0..100_u32)
            .map(|no| -> Request<'_, u32> {
                Box::pin(async move {
                    let mut once = no % 3 == 0;
                    std::future::poll_fn(|context| {
                        if std::mem::take(&mut once) {
                            context.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                        Poll::Ready(no)
                    })
                    .await
                })
            })
            .collect();
        assert_eq!(block_on(pipeline(requests)), (0..100).collect::<Vec<_>>());
    }
}
