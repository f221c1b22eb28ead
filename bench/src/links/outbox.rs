//! The peer: a table of PostgreSQL for what is to be sent (outbox), NOTIFY, and a dispatcher that POSTs and records the receipt.
//!
//! The dispatcher writes HTTP by hand over one connection that stays open: no client could be in less of a hurry.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use layout::{Facts, Plan};
use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, NoTls};
use sha2::{Digest, Sha256};
use testkit::postgres::Cluster;
use transport::http::wire::{ReceiverKey, SignedReceipt, header_values};
use transport::{Control, Verdict, in_hex};

use super::receiver::{Counterpart, TOKEN, key};

const TABLES: &str = "
CREATE TABLE person (key bigint PRIMARY KEY, version int NOT NULL, household text, number text UNIQUE, body text);
CREATE INDEX ON person (household);
CREATE TABLE outbox (link text, no bigint, body bytea, receipt text, PRIMARY KEY (link, no));
CREATE INDEX ON outbox (link, no) WHERE receipt IS NULL;
CREATE TABLE audit (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), who text, what text, key bigint);
INSERT INTO person SELECT no, 1, (no * 7919 % 1000000)::text, no::text, repeat('版', 300)
  FROM generate_series(1, 2000) AS no;
";
const NEXT: &str = "SELECT no, body FROM outbox WHERE link = $1 AND receipt IS NULL ORDER BY no LIMIT 1";
const DONE: &str = "UPDATE outbox SET receipt = $3 WHERE link = $1 AND no = $2";

/// Bytes of a delivery of one row.
#[derive(Clone)]
pub(super) struct Sample(Vec<u8>);

impl Sample {
    /// Those of a delivery that was sent: any data file of a folder of kept bytes.
    pub(super) fn of_evidence(folder: &Path) -> anyhow::Result<Self> {
        let mut files = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
        let data = files.find(|path| path.extension().is_some_and(|ending| ending == "data"));
        Ok(Self(fs::read(data.context("nothing was delivered")?)?))
    }
}

/// A server with one dispatcher for each link.
pub(super) struct Outbox {
    clerk: Client,
    number: i64,
    sample: Sample,
    links: Vec<String>,
    recorded: Receiver<anyhow::Result<Instant>>,
    _cluster: Cluster,
}

impl Outbox {
    pub(super) fn start(counterpart: &Counterpart, sample: Sample, links: &[String]) -> anyhow::Result<Self> {
        let cluster = Cluster::start("-c synchronous_commit=on -c shared_buffers=256MB");
        let address = cluster.database();
        let mut clerk = Client::connect(&address, NoTls)?;
        clerk.batch_execute(TABLES)?;
        let (tell, recorded) = channel();
        for link in links {
            counterpart.receiver.agree(link, plan()?);
            let post = Post::connect(counterpart.receiver.address(), link)?;
            let (client, tell) = (Client::connect(&address, NoTls)?, tell.clone());
            std::thread::Builder::new().name("dispatcher".to_owned()).spawn(move || {
                if let Err(error) = dispatch(client, post, &tell) {
                    let _ = tell.send(Err(error));
                }
            })?;
        }
        Ok(Self { clerk, number: 0, sample, links: links.to_vec(), recorded, _cluster: cluster })
    }

    /// One change: the record, what is to be sent by each link, the audit row and the wake-up, in one transaction.
    pub(super) fn change(&mut self) -> anyhow::Result<()> {
        self.changes(1)
    }

    /// Several changes in one transaction.
    pub(super) fn changes(&mut self, count: usize) -> anyhow::Result<()> {
        let mut all = self.clerk.transaction()?;
        for _ in 0..count {
            self.number += 1;
            let who = self.number % 2_000 + 1;
            all.execute(
                "UPDATE person SET version = version + 1, body = repeat('版', 300) WHERE key = $1",
                &[&who],
            )?;
            for link in &self.links {
                all.execute(
                    "INSERT INTO outbox (link, no, body) VALUES ($1, $2, $3)",
                    &[link, &self.number, &self.sample.0],
                )?;
            }
            all.execute("INSERT INTO audit (who, what, key) VALUES ('u1', 'bench/write', $1)", &[&who])?;
        }
        all.batch_execute("NOTIFY outbox")?;
        Ok(all.commit()?)
    }

    /// When the next receipt was recorded.
    pub(super) fn recorded(&self) -> anyhow::Result<Instant> {
        self.recorded.recv_timeout(Duration::from_secs(60)).context("no receipt is recorded")?
    }
}

/// Sends what one link owes whenever the clerk says that there is something.
fn dispatch(
    mut client: Client,
    mut post: Post,
    tell: &Sender<anyhow::Result<Instant>>,
) -> anyhow::Result<()> {
    client.batch_execute("LISTEN outbox")?;
    let (next, done) = (client.prepare(NEXT)?, client.prepare(DONE)?);
    loop {
        while let Some(row) = client.query_opt(&next, &[&post.link])? {
            let (no, body): (i64, &[u8]) = (row.get(0), row.get(1));
            let receipt = post.push(u64::try_from(no)?, body)?;
            client.execute(&done, &[&post.link, &no, &receipt])?;
            if tell.send(Ok(Instant::now())).is_err() {
                return Ok(());
            }
        }
        // The server is taken down at the end, and the connection with it.
        if client.notifications().blocking_iter().next().ok().flatten().is_none() {
            return Ok(());
        }
    }
}

/// The layout of what is sent.
fn plan() -> anyhow::Result<Plan> {
    let layout = layout::Layout::parse(
        include_str!("../../../standards/layouts/resident-utf16.toml"),
        "resident-utf16.toml",
    )
    .map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let plan = layout.compile(&layout.items(), moji::Unmappable::Shrink, &moji::Tables::built_in());
    let plan = plan.map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    // A header is none of its business; this fails here rather than at the counterpart.
    plan.writer().write_header(&Facts::default(), &mut Vec::new(), &mut Vec::new())?;
    Ok(plan)
}

/// A connection to the counterpart.
struct Post {
    link: String,
    stream: BufReader<TcpStream>,
    key: ReceiverKey,
}

impl Post {
    fn connect(address: SocketAddr, link: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { link: link.to_owned(), stream: BufReader::new(stream), key: key()?.public() })
    }

    /// POSTs a delivery, checks the receipt and gives it back as it came.
    fn push(&mut self, no: u64, body: &[u8]) -> anyhow::Result<String> {
        let control = Control {
            link: self.link.clone(),
            no,
            dataset: self.link.clone(),
            extent: "difference".to_owned(),
            as_of: no,
            rows: 1,
            bytes: u64::try_from(body.len())?,
            sha256: in_hex(Sha256::new_with_prefix(body)),
            content: None,
            part: 1,
            parts: 1,
        };
        let mut request = format!(
            "POST /deliveries/{}/{no} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: {}\r\n",
            self.link,
            body.len()
        );
        for (name, value) in header_values(&control) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let bytes = [request.as_bytes(), body].concat();
        self.stream.get_mut().write_all(&bytes)?;
        let answer = self.answer()?;
        let receipt: SignedReceipt = serde_json::from_str(&answer)?;
        ensure!(receipt.is_signed_by(&self.key), "the signature is another's");
        ensure!(receipt.receipt()?.verdict == Verdict::Applied, "{answer}");
        Ok(answer)
    }

    fn answer(&mut self) -> anyhow::Result<String> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                bail!("the counterpart hung up");
            }
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = String::new();
        self.stream.by_ref().take(length).read_to_string(&mut body)?;
        Ok(body)
    }
}
