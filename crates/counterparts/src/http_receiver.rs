//! A system that takes deliveries over HTTP and answers each at once with a signed receipt.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use layout::Plan;
use sha2::{Digest, Sha256};
use transport::http::wire::{ReceiptKey, SignedReceipt, control_from};
use transport::{Control, Receipt, Verdict, in_hex};

use crate::seen::{Seen, counted};

/// The largest body that is read.
const BODY_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of a request before its body, at most.
const HEAD_BYTES_MAX: u64 = 64 * 1024;

/// Called when an answer has gone out.
type Answered = dyn Fn(&Control, &Verdict) + Send + Sync;

/// A simulated system at an address of this machine, a thread for each connection. What it has taken it keeps in memory.
pub struct HttpReceiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    token: String,
    key: ReceiptKey,
    answered: Box<Answered>,
    held: Mutex<Held>,
    stop: AtomicBool,
}

#[derive(Default)]
struct Held {
    /// The agreed layout of each link's files.
    plans: BTreeMap<String, Arc<Plan>>,
    /// The newest receipt of each link.
    receipts: BTreeMap<String, SignedReceipt>,
    /// Up to where each register holds a dataset: what stands before `deliveries` in an address names the register.
    as_of: BTreeMap<(String, String), u64>,
}

/// A request with its body.
struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Status and body.
type Reply = (&'static str, String);

impl HttpReceiver {
    /// Begins to listen at a free port. Callers show this token; receipts are signed by this key.
    ///
    /// # Errors
    /// When the system gives no port or no thread.
    pub fn start(
        token: &str,
        key: ReceiptKey,
        answered: impl Fn(&Control, &Verdict) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            token: format!("Bearer {token}"),
            key,
            answered: Box::new(answered),
            held: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        let listening = std::thread::Builder::new()
            .name("simulated receiver".to_owned())
            .spawn(move || listen(&listener, &of_thread))?;
        Ok(Self { address, shared, listening: Some(listening) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Agrees on the layout of a link's files.
    pub fn agree(&self, link: &str, plan: Plan) {
        self.shared.held().plans.insert(link.to_owned(), Arc::new(plan));
    }

    /// The newest delivery of a link this receiver has taken.
    pub fn last(&self, link: &str) -> u64 {
        self.shared.held().receipts.get(link).map_or(0, |receipt| receipt.no)
    }
}

impl Drop for HttpReceiver {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        // Wakes the listener; who is connected is answered until they hang up.
        let woken = TcpStream::connect(self.address);
        if let (Ok(_), Some(listening)) = (woken, self.listening.take()) {
            let _ = listening.join();
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        let (Ok(stream), shared) = (stream, Arc::clone(shared)) else { continue };
        // A caller that hangs up in the middle, or for whom there is no thread, notices by itself.
        let _ = std::thread::Builder::new()
            .name("simulated receiver".to_owned())
            .spawn(move || shared.serve(&stream));
    }
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one connection until it ends.
    fn serve(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        while let Some(request) = read_request(&mut reader)? {
            let mut taken = None;
            let (status, body) = self.reply(&request, &mut taken);
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes())?;
            if let Some((control, verdict)) = taken {
                (self.answered)(&control, &verdict);
            }
        }
        Ok(())
    }

    fn reply(&self, request: &Request, taken: &mut Option<(Control, Verdict)>) -> Reply {
        if request.header("authorization") != Some(&self.token) {
            return ("401 Unauthorized", String::new());
        }
        let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        let from = parts.iter().position(|part| *part == "deliveries").unwrap_or(parts.len());
        match (request.method.as_str(), parts.get(from..).unwrap_or_default()) {
            ("POST", ["deliveries", link, no]) => {
                let header = |name: &str| request.header(name).map(str::to_owned);
                let Ok(control) = control_from(link, no, &header) else {
                    return ("400 Bad Request", String::new());
                };
                let register = parts.get(..from).unwrap_or_default().join("/");
                let (verdict, receipt) = self.take(register, &control, &request.body);
                *taken = Some((control, verdict));
                json(&receipt)
            }
            ("GET", ["deliveries", link, no, "receipt"]) => {
                let held = self.held();
                let receipt = held.receipts.get(*link).filter(|receipt| receipt.no.to_string() == **no);
                receipt.map_or(("404 Not Found", String::new()), json)
            }
            ("POST", ["deliveries", _, _, "receipt", "retire"]) => ("200 OK", "{}".to_owned()),
            _ => ("404 Not Found", String::new()),
        }
    }

    /// Checks a delivery, notes it when it is taken, and signs the receipt.
    fn take(&self, register: String, control: &Control, bytes: &[u8]) -> (Verdict, SignedReceipt) {
        let link = &control.link;
        let plan = self.held().plans.get(link).cloned();
        let rows = counted(plan.as_deref(), link, bytes);
        let sha256 = in_hex(Sha256::new_with_prefix(bytes));
        let dataset = (register, control.dataset.clone());
        let mut held = self.held();
        let newest = held.receipts.get(link);
        let seen = Seen {
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            rows,
            last: newest.map_or(0, |receipt| receipt.no),
            holds: held.as_of.get(&dataset).copied().unwrap_or(0),
            // Only the newest is remembered: a sender asks for none that is older.
            took_another: newest.is_some_and(|receipt| receipt.no != control.no || receipt.sha256 != sha256),
            sha256,
        };
        let verdict = seen.verdict(control);
        let rows = seen.rows.unwrap_or(0);
        let no = control.no;
        let receipt =
            Receipt { link: Some(link.clone()), no, rows, sha256: seen.sha256, verdict: verdict.clone() };
        let signed = SignedReceipt::of(link, &receipt, "").signed(&self.key);
        if verdict == Verdict::Applied {
            held.as_of.insert(dataset, control.as_of.max(seen.holds));
            held.receipts.insert(link.clone(), signed.clone());
        }
        (verdict, signed)
    }
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// The next request of a connection; none when it has ended.
fn read_request(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Request>> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut line = String::new();
    let mut head = reader.by_ref().take(HEAD_BYTES_MAX);
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(bad("no request line"));
    };
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Err(bad("headers without an end"));
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad("a header without a name"))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    let length = request.header("content-length").map_or(Ok(0), str::parse::<u64>);
    let length = length.ok().filter(|length| *length <= BODY_BYTES_MAX).ok_or_else(|| bad("its length"))?;
    reader.take(length).read_to_end(&mut request.body)?;
    Ok(Some(request))
}

fn json(receipt: &SignedReceipt) -> Reply {
    ("200 OK", serde_json::to_string(receipt).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc;
    use std::time::Duration;

    use layout::{Facts, Layout};
    use moji::{Tables, Unmappable};
    use transport::http::{Auth, HttpOptions, HttpPlace, Speech};
    use transport::{Network, Place};

    use super::*;

    const LAYOUT: &str = r#"
title = "番号"
dataset = "d"
form = "csv"
charset = "UTF-8"
newline = "lf"
delimiter = ","
detail = [{ no = 1, item = "番号", name = "no", from = "no", type = "T" }]
"#;

    fn plan() -> Plan {
        let layout = Layout::parse(LAYOUT, "no.toml").unwrap();
        layout.compile(&["no"], Unmappable::Reject, &Tables::built_in()).unwrap()
    }

    fn place(receiver: &HttpReceiver, token: &str) -> HttpPlace {
        HttpPlace::at(HttpOptions {
            base: format!("http://{}/a", receiver.address()),
            speech: Speech::Rest,
            auth: Auth::Token(token.to_owned()),
            receiver_key: Some(key().public()),
            authorities: None,
            network: Network::default(),
            wait: Duration::from_secs(10),
            clock: || 0,
        })
        .unwrap()
    }

    fn key() -> ReceiptKey {
        ReceiptKey::parse(&"07".repeat(32)).unwrap()
    }

    #[test]
    fn a_pushed_delivery_is_answered_at_once_as_a_folder_would_answer_it() {
        let (tell, told) = mpsc::channel();
        let answered = move |control: &Control, verdict: &Verdict| {
            tell.send((control.no, verdict.clone())).unwrap();
        };
        let receiver = HttpReceiver::start("t", key(), answered).unwrap();
        receiver.agree("l", plan());
        let dir = tempfile::tempdir().unwrap();
        let put = |no: u64, rows: u64| {
            let (mut bytes, mut events) = (Vec::new(), Vec::new());
            let (plan, facts) = (plan(), Facts::default());
            let mut writer = plan.writer();
            writer.write_header(&facts, &mut bytes, &mut events).unwrap();
            writer.write_row(&[&no.to_string()], &mut bytes, &mut events).unwrap();
            writer.write_trailer(&facts, &mut bytes, &mut events).unwrap();
            let data = dir.path().join("data");
            fs::write(&data, &bytes).unwrap();
            let control = Control {
                link: "l".into(),
                no,
                dataset: "d".into(),
                extent: "difference".into(),
                as_of: no,
                rows,
                bytes: u64::try_from(bytes.len()).unwrap(),
                sha256: in_hex(Sha256::new_with_prefix(&bytes)),
                content: None,
                part: 1,
                parts: 1,
            };
            let receipt = place(&receiver, "t").put("a.csv", &data, &control).unwrap().unwrap();
            assert_eq!(told.recv().unwrap(), (no, receipt.verdict.clone()));
            receipt.verdict
        };
        let refused = |why: &str| Verdict::Refused(why.to_owned());
        assert_eq!(put(1, 2), refused("件数が1件です（管理ファイルは2件）"));
        assert_eq!(put(1, 1), Verdict::Applied);
        assert_eq!(put(3, 1), refused("配信2番が届いていません"));
        assert_eq!(put(2, 1), Verdict::Applied);
        assert_eq!(put(2, 1), Verdict::Applied, "a repeat is answered as before");
        assert_eq!(receiver.last("l"), 2);
        let stranger = place(&receiver, "another").put(
            "a.csv",
            &dir.path().join("data"),
            &Control {
                link: "l".into(),
                no: 3,
                dataset: "d".into(),
                extent: "difference".into(),
                as_of: 3,
                rows: 1,
                bytes: 2,
                sha256: in_hex(Sha256::new_with_prefix(b"2\n")),
                content: None,
                part: 1,
                parts: 1,
            },
        );
        assert!(stranger.is_err());
        assert_eq!(receiver.last("l"), 2);
    }
}
