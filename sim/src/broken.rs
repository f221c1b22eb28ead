//! What a run stops at.

use std::io;

use register::Fault;

/// Something that must not be: the words for whoever looks into it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// A promise was broken.
    #[error("{0}")]
    Promise(String),
    /// The machine the simulation runs on failed.
    #[error("the simulating machine failed: {}", register::in_one_line(.0.as_ref()))]
    Machine(#[from] anyhow::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Machine(error.into())
    }
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Promise(format!(
            "storage failed although nothing was arranged: {}",
            register::in_one_line(&fault)
        ))
    }
}

/// Stops a run with these words.
pub(crate) fn broken<T>(what: impl Into<String>) -> Result<T, Broken> {
    Err(Broken::Promise(what.into()))
}
