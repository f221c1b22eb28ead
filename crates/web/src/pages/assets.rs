//! Style, icon and the script of security keys, under an address that changes with their content, and the sign of life.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;

/// Tokens first: our rules are written in them.
static CSS: LazyLock<String> = LazyLock::new(|| {
    [include_str!("../../assets/tokens.css"), include_str!("../../assets/daicho.css")].concat()
});

const ICON: &str = include_str!("../../assets/icon.svg");

/// The one script. Pages that ask for a security key may run it, and no other page may run any.
const KEYS: &str = include_str!("../../assets/keys.js");

macro_rules! pictures {
    ($($name:literal),* $(,)?) => {
        /// The pictures of the manual by file name: taken from the real screens by `cargo xtask pictures`.
        pub(crate) const PICTURES: &[(&str, &[u8])] = &[$((
            concat!($name, ".webp"),
            include_bytes!(concat!("../../../../docs/manual/pictures/", $name, ".webp")),
        )),*];
    };
}

pictures![
    "audit",
    "audit-report",
    "calendar",
    "calendar-year",
    "cases",
    "certificate",
    "compare",
    "delivery",
    "disclosure",
    "euc",
    "history",
    "household",
    "ledger",
    "link",
    "lists",
    "login",
    "map",
    "menu",
    "menu-tax",
    "monitor",
    "move-in-errors",
    "person",
    "probe",
    "provisional",
    "provisional-list",
    "pyramid",
    "rehearsal",
    "search",
    "second-factor",
    "security-key",
    "user",
    "users",
    "vehicle"
];

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new().chain_update(CSS.as_bytes()).chain_update(ICON).chain_update(KEYS);
    PICTURES.iter().for_each(|(_, bytes)| hash.update(bytes));
    let digest = hash.finalize();
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// The address of a file.
pub(crate) fn address(file: &str) -> String {
    format!("/assets/{}/{file}", *HASH)
}

fn gone() -> Problem {
    Problem::not_found("この部品はありません。画面を再読込みしてください。")
}

/// A file of the program itself.
pub(crate) fn file(visit: &Visit) -> Result<Reply, Problem> {
    match (visit.param("hash") == *HASH, visit.param("file")) {
        (true, "daicho.css") => Ok(Reply::asset("text/css; charset=utf-8", CSS.as_bytes())),
        (true, "keys.js") => Ok(Reply::asset("text/javascript; charset=utf-8", KEYS.as_bytes())),
        (true, "icon.svg") => Ok(Reply::asset("image/svg+xml", ICON.as_bytes())),
        (true, file) => match PICTURES.iter().find(|(name, _)| *name == file) {
            Some((_, bytes)) => Ok(Reply::asset("image/webp", bytes)),
            None => Err(gone()),
        },
        (false, _) => Err(gone()),
    }
}

/// The sign of life: the journal can be read.
pub(crate) fn healthz(visit: &Visit) -> Result<Reply, Problem> {
    let head = visit.office().journal().head()?;
    Ok(Reply::text(&format!("ok {head}\n")))
}
