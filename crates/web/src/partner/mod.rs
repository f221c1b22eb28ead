//! Systems of others that push deliveries to the town and fetch those of the town over HTTP (連携先).
//!
//! Each partner sees one folder, from the other side of it, and of that only the links it is bound to.

mod asker;
pub(crate) mod common;
pub(crate) mod inquiry;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod soap;
mod spool;
pub(crate) mod token;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use office::Caller;
use transport::http::wire::{ReceiptKey, SignedReceipt};
use transport::{Folder, FolderIndex, Receipt};

use asker::Asker;
pub(crate) use spool::{Spool, Spooled, drain, envelope, spool};
pub(crate) use token::Tokens;

use crate::problem::Problem;
use crate::routes::{Route, Verb};
use crate::visit::Visit;

/// The path all addresses for partners begin with.
pub(crate) const PREFIX: &str = "/partner/";
/// The same of the published APIs.
pub(crate) const COMMON: &str = "/app_submit/";
/// The path a delivery is sent to; its body is no form but a file.
const UPLOAD: &str = "/partner/v1/deliveries/{link}/{no}";

/// The path of the service in SOAP.
const SERVICE: &str = "/partner/v1/soap";

/// Whether a route's body is a delivery.
pub(crate) fn takes_a_delivery(route: &Route) -> bool {
    route.path == UPLOAD
}

/// Whether a route's body is a message of SOAP.
pub(crate) fn takes_a_message(route: &Route) -> bool {
    route.path == SERVICE && route.verb == Verb::Post
}

/// A partner as the configuration names it (連携先).
pub struct Partner {
    name: String,
    id: String,
    secret: String,
    links: BTreeSet<String>,
    functions: Vec<String>,
    files: FolderIndex,
    spool: PathBuf,
}

/// The secret is never shown.
impl fmt::Debug for Partner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Partner({}, {})", self.name, self.id)
    }
}

impl Partner {
    /// A partner with the client id and secret it was given, the links it may use, and the town's folder for it.
    pub fn new(
        name: impl Into<String>,
        id: impl Into<String>,
        secret: impl Into<String>,
        links: impl IntoIterator<Item = String>,
        folder: &Folder,
    ) -> Self {
        Self {
            name: name.into(),
            id: id.into(),
            secret: secret.into(),
            links: links.into_iter().collect(),
            functions: Vec::new(),
            files: FolderIndex::new(folder.other_side()),
            spool: folder.path().join("spool"),
        }
    }

    /// The same, which may use these functions over the published APIs.
    #[must_use]
    pub fn may_use(self, functions: Vec<String>) -> Self {
        Self { functions, ..self }
    }

    fn caller(&self, terminal: &str) -> Caller {
        Caller {
            user: format!("partner/{}", self.name),
            rights: office::Rights(self.functions.clone()),
            terminal: terminal.to_owned(),
        }
    }
}

/// The partners of a town, and what they are answered with.
#[derive(Debug, Default)]
pub struct Partners {
    clients: Vec<Arc<Partner>>,
    base: String,
    tokens: Tokens,
    receipt_key: Option<ReceiptKey>,
    bytes_max: u64,
}

impl Partners {
    /// Partners of a town that is reached at an address ending in `/partner/v1`. Receipts are signed with the key, and
    /// no delivery may be larger than so many bytes.
    pub fn new(clients: Vec<Partner>, base: &str, receipt_key: Option<ReceiptKey>, bytes_max: u64) -> Self {
        let clients = clients.into_iter().map(Arc::new).collect();
        let base = base.trim_end_matches('/').to_owned();
        Self { clients, tokens: Tokens::at(&base), base, receipt_key, bytes_max }
    }

    /// The address the configuration says partners reach the town at; empty when it is open to none.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Removes what a killed program left on its way.
    pub(crate) fn sweep(&self) {
        self.clients.iter().for_each(|partner| spool::sweep(&partner.spool));
    }

    pub(crate) fn bytes_max(&self) -> u64 {
        self.bytes_max
    }

    fn client(&self, id: &str) -> Option<&Arc<Partner>> {
        self.clients.iter().find(|partner| partner.id == id)
    }

    /// Whose token an `Authorization` header carries.
    pub(crate) fn bearer(&self, authorization: Option<&str>, now: Timestamp) -> Option<Arc<Partner>> {
        let token = authorization?.strip_prefix("Bearer ")?.trim();
        let id = self.tokens.holder(token, now)?;
        self.client(&id).cloned()
    }

    /// A receipt as partners get it.
    fn receipt(&self, link: &str, receipt: &Receipt, at: Timestamp) -> SignedReceipt {
        let unsigned = SignedReceipt::of(link, receipt, &at.to_string());
        match &self.receipt_key {
            Some(key) => unsigned.signed(key),
            None => unsigned,
        }
    }
}

impl Partner {
    /// The folder for what is on its way.
    pub(crate) fn spool(&self) -> &Path {
        &self.spool
    }

    /// Where a delivery lies while it comes: one at a time for each number.
    pub(crate) fn spool_path(&self, link: &str, no: &str) -> Option<PathBuf> {
        // However many noughts it is written with, it is one number.
        let no: u64 = no.parse().ok()?;
        self.links.contains(link).then(|| self.spool.join(format!("{link}_{no}")))
    }
}

/// The number in the address.
fn number(visit: &Visit) -> Result<u64, Problem> {
    let no = visit.param("no");
    no.parse().map_err(|_| Problem::not_found(format!("「{no}」という配信番号はありません。")))
}
