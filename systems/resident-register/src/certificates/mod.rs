//! What all certificates and letters share: the request, the issue number, the history of issuance, what is printed.

pub(crate) mod attest;
pub(crate) mod history;
pub(crate) mod items;
pub(crate) mod letters;
pub(crate) mod overflow;
pub(crate) mod request;
pub(crate) mod scan;
pub(crate) mod targets;
