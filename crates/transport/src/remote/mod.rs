//! Places on servers: what SFTP, FTP and S3 share.

mod cause;
mod network;
mod run;
mod secret;
mod server;
pub(crate) mod tls;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};

pub use cause::Cause;
pub use network::Network;
pub use run::Patience;
pub(crate) use run::block_on;
pub use secret::SecretFile;
pub(crate) use secret::read_public;
pub(crate) use server::{Content, PIECE_BYTES, Server, Session, Source, next_piece};

use crate::folder::Side;
use crate::{Arrival, Control, Place, PlaceError, Receipt, in_hex, sha256_of};

/// No control file or receipt is longer; a server must not fill our memory.
const SLIP_BYTES_MAX: usize = 64 * 1024;

/// How often a server is asked for what may have come.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// The file a trial puts and takes away. Without a control file no receiver looks at it.
const PROBE: &str = "daicho-place-check.tmp";

/// A place on a server, with the folders and slips a [`Folder`](crate::Folder) has.
///
/// One connection is kept between calls and asked before it is used again; calls at the same time open their own. Nothing is
/// tried again here: who calls does so, by the link's own clock.
#[derive(Clone, Debug)]
pub struct Remote {
    server: Arc<dyn Server>,
    kept: Kept,
    side: Side,
}

/// The connection that is kept for the next call.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<Box<dyn Session>>>>);

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(..)")
    }
}

impl Kept {
    fn take(&self) -> Option<Box<dyn Session>> {
        self.0.lock().ok()?.take()
    }

    fn put(&self, session: Box<dyn Session>) {
        if let Ok(mut kept) = self.0.lock() {
            *kept = Some(session);
        }
    }
}

impl Remote {
    /// A place on this server; nothing is connected yet.
    pub(crate) fn on(server: impl Server + 'static) -> Self {
        Self { server: Arc::new(server), kept: Kept::default(), side: Side::Ours }
    }

    /// The place to share among links.
    #[must_use]
    pub fn shared(self) -> Arc<dyn Place> {
        Arc::new(self)
    }

    /// The same place as the system at the other end sees it.
    #[must_use]
    pub fn other_side(&self) -> Self {
        Self { side: self.side.other(), ..self.clone() }
    }

    /// Does something over the kept connection, or a new one.
    fn with<T>(&self, work: impl FnOnce(&mut dyn Session) -> Result<T, PlaceError>) -> Result<T, PlaceError> {
        let kept = self.kept.take().and_then(|mut session| session.is_alive().then_some(session));
        let mut session = match kept {
            Some(session) => session,
            None => self.server.connect().map_err(self.failed("接続"))?,
        };
        let done = work(&mut *session);
        // After trouble with the server nobody knows what the connection is in the middle of.
        if !matches!(done, Err(PlaceError::Remote { .. })) {
            self.kept.put(session);
        }
        done
    }

    fn failed(&self, what: &'static str) -> impl FnOnce(Cause) -> PlaceError + use<> {
        let place = self.server.describe();
        move |cause| PlaceError::Remote { what, place, source: Box::new(cause) }
    }

    fn check_name(&self, name: &str) -> Result<(), PlaceError> {
        if is_plain(name) {
            return Ok(());
        }
        let name = name.escape_debug().to_string();
        Err(self.failed("確認")(Cause::Name { name }))
    }

    /// A slip's text, if it is there.
    fn slip(
        &self,
        session: &mut dyn Session,
        folder: &str,
        name: &str,
    ) -> Result<Option<String>, PlaceError> {
        let mut text = Bounded(Vec::new());
        match session.read(folder, name, &mut text) {
            Ok(true) => Ok(Some(String::from_utf8_lossy(&text.0).into_owned())),
            Ok(false) => Ok(None),
            Err(_) if text.is_full() => {
                Err(self.failed("読み取り")(
                    Cause::TooLong { name: name.to_owned(), limit: SLIP_BYTES_MAX },
                ))
            }
            Err(cause) => Err(self.failed("読み取り")(cause)),
        }
    }

    fn read_receipt(
        &self,
        session: &mut dyn Session,
        folder: &str,
        name: &str,
    ) -> Result<Option<Receipt>, PlaceError> {
        let name = format!("{name}.receipt");
        let Some(text) = self.slip(session, folder, &name)? else { return Ok(None) };
        Receipt::parse(&text).map(Some).map_err(|source| PlaceError::Receipt { name, source })
    }

    fn write_slip(
        &self,
        session: &mut dyn Session,
        folder: &str,
        name: &str,
        text: &str,
    ) -> Result<(), PlaceError> {
        session.write(folder, name, &content_of(text)).map_err(self.failed("書き込み"))
    }

    /// Moves a receipt to `NAME.receipt.1`, `.2` …: the old answer stays as evidence.
    fn put_aside(&self, folder: &str, name: &str) -> Result<(), PlaceError> {
        self.check_name(name)?;
        let name = format!("{name}.receipt");
        self.with(|session| {
            let there = session.list(folder, &name).map_err(self.failed("読み取り"))?;
            let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
            if !there.contains(&*name) {
                return Ok(());
            }
            let free = (1..).map(|no: u32| format!("{name}.{no}")).find(|aside| !there.contains(&**aside));
            let Some(aside) = free else { return Ok(()) };
            session.rename(folder, &name, &aside).map(drop).map_err(self.failed("書き込み"))
        })
    }
}

impl Place for Remote {
    fn describe(&self) -> String {
        self.server.describe()
    }

    /// A data file that is gone or damaged is put anew, as in a folder; to know that, a repeat reads it back.
    fn put(&self, name: &str, data: &Path, control: &Control) -> Result<Option<Receipt>, PlaceError> {
        self.check_name(name)?;
        let out = self.side.out();
        let control_name = format!("{name}.ctl");
        self.with(|session| {
            match self.slip(session, out, &control_name)? {
                Some(there) if there == control.to_text() => {
                    let mut hash = Hashed(Sha256::new());
                    let found = session.read(out, name, &mut hash).map_err(self.failed("読み取り"))?;
                    if found && in_hex(hash.0) == control.sha256 {
                        return Ok(None);
                    }
                }
                Some(_) => return Err(PlaceError::Taken { name: name.to_owned() }),
                None => {}
            }
            let local = |source| PlaceError::Io { what: "読み取り", path: data.to_path_buf(), source };
            if sha256_of(data).map_err(local)? != control.sha256 {
                return Err(PlaceError::Altered { name: name.to_owned() });
            }
            for folder in [out, self.side.receipts()] {
                session.make_folder(folder).map_err(self.failed("作成"))?;
            }
            let bytes = data.metadata().map_err(local)?.len();
            let content = Content { source: Source::File(data), bytes, sha256: control.sha256.clone() };
            session.write(out, name, &content).map_err(self.failed("書き込み"))?;
            self.write_slip(session, out, &control_name, &control.to_text())?;
            Ok(None)
        })
    }

    fn receipt(&self, name: &str) -> Result<Option<Receipt>, PlaceError> {
        self.check_name(name)?;
        self.with(|session| self.read_receipt(session, self.side.receipts(), name))
    }

    fn retire_receipt(&self, name: &str) -> Result<(), PlaceError> {
        self.put_aside(self.side.receipts(), name)
    }

    fn arrivals(&self, prefix: &str) -> Result<Vec<Arrival>, PlaceError> {
        let theirs = self.side.other();
        self.with(|session| {
            let mut list = |folder| session.list(folder, prefix).map_err(self.failed("読み取り"));
            let answered: BTreeSet<String> = list(theirs.receipts())?.into_iter().collect();
            let mut names: Vec<String> = list(theirs.out())?
                .iter()
                .filter_map(|name| name.strip_suffix(".ctl"))
                // The server says what it likes; a name that leads elsewhere cannot be one that was agreed.
                .filter(|name| is_plain(name) && name.starts_with(prefix))
                .filter(|name| !answered.contains(&format!("{name}.receipt")))
                .map(str::to_owned)
                .collect();
            names.sort();
            let mut arrivals = Vec::new();
            for name in names {
                // Without it: taken back between the two looks.
                if let Some(text) = self.slip(session, theirs.out(), &format!("{name}.ctl"))? {
                    arrivals.push(Arrival { name, control: Control::parse(&text) });
                }
            }
            Ok(arrivals)
        })
    }

    fn fetch(&self, name: &str, to: &mut dyn Write) -> Result<(), PlaceError> {
        self.check_name(name)?;
        let folder = self.side.other().out();
        self.with(|session| match session.read(folder, name, to).map_err(self.failed("読み取り"))? {
            true => Ok(()),
            false => Err(self.failed("読み取り")(Cause::Missing { path: format!("{folder}/{name}") })),
        })
    }

    fn answer(&self, name: &str, receipt: &Receipt) -> Result<(), PlaceError> {
        self.check_name(name)?;
        let answers = self.side.other().receipts();
        self.with(|session| {
            match self.read_receipt(session, answers, name)? {
                Some(there) if there.agrees(receipt) => return Ok(()),
                Some(_) => return Err(PlaceError::Taken { name: format!("{name}.receipt") }),
                None => {}
            }
            session.make_folder(answers).map_err(self.failed("作成"))?;
            self.write_slip(session, answers, &format!("{name}.receipt"), &receipt.to_text())
        })
    }

    fn retire_answer(&self, name: &str) -> Result<(), PlaceError> {
        self.put_aside(self.side.other().receipts(), name)
    }

    fn look_again_after(&self) -> Duration {
        LOOK_AGAIN
    }

    fn probe(&self, told: &mut dyn FnMut(&str)) -> Result<(), PlaceError> {
        let out = self.side.out();
        // Not the kept one: what is asked is whether one can connect.
        let mut session = self.server.connect().map_err(self.failed("接続"))?;
        told("接続とログイン");
        for folder in [out, self.side.receipts()] {
            session.make_folder(folder).map_err(self.failed("作成"))?;
        }
        told("フォルダ");
        let text = format!("{PROBE}\n");
        session.write(out, PROBE, &content_of(&text)).map_err(self.failed("書き込み"))?;
        told("書き込み");
        let listed = session.list(out, PROBE).map_err(self.failed("一覧"))?;
        if !listed.iter().any(|name| name == PROBE) {
            return Err(self.failed("一覧")(Cause::Missing { path: format!("{out}/{PROBE}") }));
        }
        told("一覧");
        if self.slip(&mut *session, out, PROBE)?.as_deref() != Some(&*text) {
            let said = "読み取った内容が、書き込んだ内容と違います".to_owned();
            return Err(self.failed("読み取り")(Cause::Other { said }));
        }
        told("読み取り");
        session.remove(out, PROBE).map_err(self.failed("削除"))?;
        told("削除");
        session.list(self.side.other().out(), "").map_err(self.failed("一覧"))?;
        told("相手からのファイルの一覧");
        Ok(())
    }
}

/// A slip to be put.
pub(crate) fn content_of(text: &str) -> Content<'_> {
    Content {
        source: Source::Text(text),
        bytes: u64::try_from(text.len()).unwrap_or(u64::MAX),
        sha256: in_hex(Sha256::new_with_prefix(text)),
    }
}

/// Whether a name stays in its folder and in its command: FTP's commands end with a line.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && !name.contains(|c: char| c == '/' || c == '\\' || c.is_control())
}

/// Takes bytes for their checksum only.
struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes so many bytes and no more.
struct Bounded(Vec<u8>);

impl Bounded {
    fn is_full(&self) -> bool {
        SLIP_BYTES_MAX <= self.0.len()
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_full() {
            return Err(io::Error::other("too long for a slip"));
        }
        let room = SLIP_BYTES_MAX.saturating_sub(self.0.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.0.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
