//! Connections whose other end does not do its part: they end, and keep nobody else waiting.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::Patience;

use super::house::House;

/// Long enough for what should go well; what should end ends after the short one of its case.
const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(100);

const PATIENT: Patience = Patience { head: LONG, body: LONG, answer: LONG, end: LONG, connections: 8 };

const ASK: &str = "GET /login HTTP/1.1\r\nhost: localhost\r\n\r\n";

struct Served {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
    runtime: tokio::runtime::Runtime,
    _house: House,
}

fn serve(patience: Patience) -> Served {
    let house = House::new().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let router = {
        let _inside = runtime.enter();
        web::router(house.desk())
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let told = async { drop(stopped.await) };
    let task = runtime.spawn(web::serve(listener, router, patience, told));
    Served { address, stop: Some(stop), task: Some(task), runtime, _house: house }
}

impl Served {
    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }

    fn send(&self, text: &str) -> TcpStream {
        let mut socket = self.connect();
        socket.write_all(text.as_bytes()).unwrap();
        socket
    }

    /// Stops, and waits until it has.
    fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.runtime.block_on(self.task.take().unwrap()).unwrap();
    }
}

/// What comes until the other end ends the connection.
fn rest(mut socket: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is cut ends as well.
    let _ = socket.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The beginning of an answer.
fn first(socket: &mut TcpStream) -> String {
    let mut bytes = [0; 4096];
    let read = socket.read(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

#[test]
fn who_sends_half_a_request_is_not_waited_for() {
    let form =
        "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    let head = Patience { head: SHORT, ..PATIENT };
    let body = Patience { body: SHORT, ..PATIENT };
    for (what, patience, sent, answer) in [
        ("nothing at all", head, String::new(), ""),
        ("half a line", head, "GET /log".to_owned(), ""),
        ("a head without its end", head, "GET /login HTTP/1.1\r\nhost: localhost\r\n".to_owned(), ""),
        ("one request, and half of the next", head, format!("{ASK}GET /"), "HTTP/1.1 200"),
        ("half a body", body, format!("{form}content-length: 100\r\n\r\nid=tanaka"), "HTTP/1.1 408"),
        (
            "a piece, and not the next",
            body,
            format!("{form}transfer-encoding: chunked\r\n\r\n2\r\nid\r\n"),
            "HTTP/1.1 408",
        ),
    ] {
        let served = serve(patience);
        let came = rest(served.send(&sent));
        assert!(came.starts_with(answer) && came.is_empty() == answer.is_empty(), "{what}: {came}");
        assert!(!answer.contains("408") || came.contains("続きが届かない"), "{what}: {came}");
    }
}

#[test]
fn who_does_not_take_answers_is_not_waited_for() {
    let served = serve(Patience { answer: SHORT, ..PATIENT });
    let mut socket = served.connect();
    // Answers are larger than requests: soon none fits any more between the two, and then no request either.
    while socket.write_all(ASK.repeat(100).as_bytes()).is_ok() {}
    assert!(first(&mut served.send(ASK)).starts_with("HTTP/1.1 200"));
}

#[test]
fn a_place_that_was_kept_for_nothing_is_given_to_the_next() {
    let served = serve(Patience { head: SHORT, connections: 1, ..PATIENT });
    let silent = served.connect();
    assert!(first(&mut served.send(ASK)).starts_with("HTTP/1.1 200"));
    assert_eq!(rest(silent), "");
}

#[test]
fn a_program_that_stops_waits_for_nobody_who_is_not_ready() {
    let mut served = serve(Patience { end: SHORT, ..PATIENT });
    let open = [served.send("GET /log"), served.send("POST /login HTTP/1.1\r\ncontent-length: 9\r\n\r\nid")];
    assert!(first(&mut served.send(ASK)).starts_with("HTTP/1.1 200"));
    served.stop();
    drop(open);
    // Whoever only keeps a connection for later is told at once.
    let mut served = serve(PATIENT);
    let mut kept = served.send(ASK);
    assert!(first(&mut kept).starts_with("HTTP/1.1 200"));
    served.stop();
    TcpStream::connect(served.address).unwrap_err();
}
