//! Deliveries as bodies of requests, slips as headers and JSON; the paths stand in `docs/manual/vendors.md`.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use reqwest::StatusCode;
use reqwest::blocking::Response;
use serde_json::Value;

use super::client::{Caller, body_from, body_of};
use super::wire::{FileCard, FileList, NAME_HEADER, SignedReceipt, coded, header_values};
use super::{By, HttpError, Protocol};
use crate::{Answer, Control, Question, Receipt};

/// HTTP and JSON.
#[derive(Debug)]
pub(super) struct Rest;

/// The part of the paths for files of one side.
fn file_path(by: By, link: &str, no: u64) -> String {
    match by {
        By::Us => format!("/deliveries/{link}/{no}"),
        By::Them => format!("/links/{link}/deliveries/{no}"),
    }
}

fn get(caller: &Caller, path: &str) -> Result<Response, HttpError> {
    caller.send(&|client| Ok(client.get(format!("{}{path}", caller.base)).timeout(caller.wait_for(0))))
}

fn post_json(caller: &Caller, path: &str, body: &str) -> Result<Response, HttpError> {
    caller.send(&|client| {
        let request = client.post(format!("{}{path}", caller.base)).timeout(caller.wait_for(0));
        Ok(request.header("content-type", "application/json").body(body.to_owned()))
    })
}

impl Protocol for Rest {
    fn push(
        &self,
        caller: &Caller,
        name: &str,
        data: &Path,
        control: &Control,
    ) -> Result<Option<SignedReceipt>, HttpError> {
        let path = file_path(By::Us, &control.link, control.no);
        let response = caller.send(&|client| {
            let file = File::open(data).map_err(HttpError::Local)?;
            let mut request = client
                .post(format!("{}{path}", caller.base))
                .timeout(caller.wait_for(control.bytes))
                .header("content-type", "application/octet-stream")
                .header("idempotency-key", format!("{}/{}/{}", control.link, control.no, control.sha256))
                .header(NAME_HEADER, coded(name));
            for (header, value) in header_values(control) {
                request = request.header(header, value);
            }
            Ok(request.body(body_from(file, control.bytes).map_err(HttpError::Local)?))
        })?;
        receipt_in(response)
    }

    fn receipt(&self, caller: &Caller, link: &str, no: u64) -> Result<Option<SignedReceipt>, HttpError> {
        receipt_in(get(caller, &format!("{}/receipt", file_path(By::Us, link, no)))?)
    }

    fn retire(&self, caller: &Caller, by: By, link: &str, no: u64) -> Result<(), HttpError> {
        done(post_json(caller, &format!("{}/receipt/retire", file_path(by, link, no)), "{}")?)
    }

    fn named(&self, caller: &Caller, by: By, name: &str) -> Result<Vec<FileCard>, HttpError> {
        let list = match by {
            By::Us => "deliveries",
            By::Them => "files",
        };
        files(get(caller, &format!("/{list}?name={}", coded(name)))?)
    }

    fn waiting(&self, caller: &Caller, prefix: &str) -> Result<Vec<FileCard>, HttpError> {
        files(get(caller, &format!("/files?prefix={}", coded(prefix)))?)
    }

    fn fetch(&self, caller: &Caller, link: &str, no: u64, to: &mut dyn Write) -> Result<(), HttpError> {
        let path = file_path(By::Them, link, no);
        // However long it takes as a whole: only a piece that does not come is waited for in vain.
        let mut response = caller.send(&|client| Ok(client.get(format!("{}{path}", caller.base))))?;
        if !response.status().is_success() {
            return Err(refusal(response));
        }
        io::copy(&mut response, to).map(drop).map_err(HttpError::copying)
    }

    fn answer(&self, caller: &Caller, link: &str, no: u64, receipt: &Receipt) -> Result<(), HttpError> {
        let body = serde_json::to_string(&SignedReceipt::of(link, receipt, "")).map_err(HttpError::Answer)?;
        let path = file_path(By::Them, link, no);
        done(post_json(caller, &format!("{path}/receipt"), &body)?)
    }

    fn ask(&self, caller: &Caller, link: &str, question: &Question) -> Result<Answer, HttpError> {
        let body = serde_json::to_string(question).map_err(HttpError::Answer)?;
        let response = post_json(caller, &format!("/links/{link}/inquiries"), &body)?;
        if response.status().is_success() { read(response) } else { Err(refusal(response)) }
    }
}

/// The receipt in an answer; none when the other side is still at it.
fn receipt_in(response: Response) -> Result<Option<SignedReceipt>, HttpError> {
    match response.status() {
        StatusCode::ACCEPTED => Ok(None),
        status if status.is_success() => read(response).map(Some),
        _ => Err(refusal(response)),
    }
}

fn files(response: Response) -> Result<Vec<FileCard>, HttpError> {
    if response.status().is_success() {
        Ok(read::<FileList>(response)?.files)
    } else {
        Err(refusal(response))
    }
}

fn done(response: Response) -> Result<(), HttpError> {
    if response.status().is_success() { Ok(()) } else { Err(refusal(response)) }
}

/// What an answer that is no success says: title, detail and messages of a problem report, or nothing but its status.
fn refusal(response: Response) -> HttpError {
    let status = response.status().as_u16();
    let problem: Value = read(response).unwrap_or_default();
    let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
    let code = text("type").rsplit('/').next().unwrap_or_default().to_owned();
    let errors = problem.get("errors").and_then(Value::as_array).into_iter().flatten();
    let message = |error: &Value| error.get("message").and_then(Value::as_str).map(str::to_owned);
    let parts =
        [text("title"), text("detail")].map(str::to_owned).into_iter().chain(errors.filter_map(message));
    let told: String = parts.collect::<Vec<_>>().join(" ").trim().chars().take(300).collect();
    if told.is_empty() { HttpError::plain(status) } else { HttpError::Status { status, code, told } }
}

fn read<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, HttpError> {
    serde_json::from_slice(&body_of(response)?).map_err(HttpError::Answer)
}
