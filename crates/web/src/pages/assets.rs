//! Style and icon, under an address that changes with their content, and the sign of life.

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

static HASH: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::new().chain_update(CSS.as_bytes()).chain_update(ICON).finalize();
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// The address of a file.
pub(crate) fn address(file: &str) -> String {
    format!("/assets/{}/{file}", *HASH)
}

/// A file of the program itself.
pub(crate) fn file(visit: &Visit) -> Result<Reply, Problem> {
    match (visit.param("hash") == *HASH, visit.param("file")) {
        (true, "daicho.css") => Ok(Reply::asset("text/css; charset=utf-8", &CSS)),
        (true, "icon.svg") => Ok(Reply::asset("image/svg+xml", ICON)),
        _ => Err(Problem::not_found("この部品はありません。画面を再読込みしてください。")),
    }
}

/// The sign of life: the journal can be read.
pub(crate) fn healthz(visit: &Visit) -> Result<Reply, Problem> {
    let head = visit.office().journal().head()?;
    Ok(Reply::text(&format!("ok {head}\n")))
}
