//! We call.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Write};
use std::path::Path;

use reqwest::blocking::{Body, Response};

use super::reply::read_reply;
use super::{Call, Encoder, Fault, MEDIA_TYPE, NAMESPACE, Reply, SoapError, coded_len};
use crate::http::client::{ANSWER_BYTES_MAX, Caller, body_from};
use crate::http::wire::{FileCard, SignedReceipt};
use crate::http::{By, HttpError, Protocol};
use crate::{Answer, Control, Question, Receipt};

/// SOAP 1.1; the base is the address of the service.
#[derive(Debug)]
pub(in crate::http) struct Soap;

/// Sends a call, with the data of a file between its parts, and reads the reply; data in it goes to `to`.
fn ask(
    caller: &Caller,
    call: &Call,
    data: Option<(&Path, u64)>,
    to: &mut dyn Write,
) -> Result<Reply, HttpError> {
    let parts = call.write();
    let response = caller.send(&|client| {
        let mut request = client
            .post(&caller.base)
            .header("content-type", MEDIA_TYPE)
            .header("soapaction", format!("\"{NAMESPACE}/{}\"", call.operation()));
        let (before, after) = (parts.before.clone(), parts.after.clone());
        let body = match data {
            None => Body::from(before + &after),
            Some((path, bytes)) => {
                let file = File::open(path).map_err(HttpError::Local)?;
                let length =
                    [before.len(), after.len()].map(|length| u64::try_from(length).unwrap_or(u64::MAX));
                let length = length.into_iter().fold(coded_len(bytes), u64::saturating_add);
                let coded = Encoder::new(file.take(bytes));
                let whole = Cursor::new(before).chain(coded).chain(Cursor::new(after));
                body_from(whole, length).map_err(HttpError::Local)?
            }
        };
        // What is fetched may take as long as it takes, as long as it comes.
        if !matches!(call, Call::FetchDelivery { .. }) {
            let bytes = data.map(|(_, bytes)| coded_len(bytes)).unwrap_or_default();
            request = request.timeout(caller.wait_for(bytes));
        }
        Ok(request.body(body))
    })?;
    reply_in(response, call, to)
}

fn reply_in(response: Response, call: &Call, to: &mut dyn Write) -> Result<Reply, HttpError> {
    let status = response.status();
    let mut sink = |_: &super::Element, bytes: &[u8]| to.write_all(bytes);
    match read_reply(BufReader::new(response), call, ANSWER_BYTES_MAX, &mut sink) {
        Ok(Ok(reply)) if status.is_success() => Ok(reply),
        Ok(Err(fault)) => Err(refusal(fault)),
        Err(SoapError::Io(error)) => Err(HttpError::Cut(error)),
        Err(SoapError::Data(error)) => Err(HttpError::Local(error)),
        // A gateway on the way says what it has to say in a page of its own.
        Ok(Ok(_)) | Err(_) if !status.is_success() => Err(HttpError::plain(status.as_u16())),
        Ok(Ok(reply)) => Ok(reply),
        Err(error) => Err(HttpError::Soap(error)),
    }
}

fn refusal(fault: Fault) -> HttpError {
    let code = fault.report.map(|report| report.code).unwrap_or_default();
    let told =
        if fault.words.is_empty() { "理由は書かれていません".to_owned() } else { fault.words };
    HttpError::Fault { code, told }
}

fn unexpected(call: &Call) -> HttpError {
    HttpError::Soap(SoapError::Unexpected(format!("{}Response", call.operation())))
}

fn receipt_of(
    caller: &Caller,
    call: &Call,
    data: Option<(&Path, u64)>,
) -> Result<Option<SignedReceipt>, HttpError> {
    match ask(caller, call, data, &mut io::sink())? {
        Reply::Receipt(receipt) => Ok(receipt),
        _ => Err(unexpected(call)),
    }
}

fn files_of(caller: &Caller, call: &Call) -> Result<Vec<FileCard>, HttpError> {
    match ask(caller, call, None, &mut io::sink())? {
        Reply::Files(list) => Ok(list.files),
        _ => Err(unexpected(call)),
    }
}

impl Protocol for Soap {
    fn push(
        &self,
        caller: &Caller,
        name: &str,
        data: &Path,
        control: &Control,
    ) -> Result<Option<SignedReceipt>, HttpError> {
        let call = Call::PushDelivery { name: Some(name.to_owned()), control: control.clone() };
        receipt_of(caller, &call, Some((data, control.bytes)))
    }

    fn receipt(&self, caller: &Caller, link: &str, no: u64) -> Result<Option<SignedReceipt>, HttpError> {
        receipt_of(caller, &Call::GetReceipt { link: link.to_owned(), no }, None)
    }

    fn retire(&self, caller: &Caller, by: By, link: &str, no: u64) -> Result<(), HttpError> {
        let link = link.to_owned();
        let call = match by {
            By::Us => Call::RetireReceipt { link, no },
            By::Them => Call::RetireAnswer { link, no },
        };
        ask(caller, &call, None, &mut io::sink()).map(drop)
    }

    fn named(&self, caller: &Caller, by: By, name: &str) -> Result<Vec<FileCard>, HttpError> {
        let name = name.to_owned();
        let call = match by {
            By::Us => Call::ListSent { name },
            By::Them => Call::FindDelivery { name },
        };
        files_of(caller, &call)
    }

    fn waiting(&self, caller: &Caller, prefix: &str) -> Result<Vec<FileCard>, HttpError> {
        files_of(caller, &Call::ListWaiting { prefix: prefix.to_owned() })
    }

    fn fetch(&self, caller: &Caller, link: &str, no: u64, to: &mut dyn Write) -> Result<(), HttpError> {
        let call = Call::FetchDelivery { link: link.to_owned(), no };
        match ask(caller, &call, None, to)? {
            Reply::Delivery(card) if card.link == link && card.no == no => Ok(()),
            Reply::Delivery(card) => Err(HttpError::OtherDelivery(format!("{} {}番", card.link, card.no))),
            _ => Err(unexpected(&call)),
        }
    }

    fn answer(&self, caller: &Caller, link: &str, no: u64, receipt: &Receipt) -> Result<(), HttpError> {
        // The call has one number: that of the receipt must be that of the file.
        if receipt.no != no {
            return Err(HttpError::OtherReceipt(format!("{link} {}番", receipt.no)));
        }
        let receipt = SignedReceipt::of(link, receipt, "");
        ask(caller, &Call::AnswerDelivery { receipt }, None, &mut io::sink()).map(drop)
    }

    fn ask(&self, caller: &Caller, link: &str, question: &Question) -> Result<Answer, HttpError> {
        let call = Call::Ask { link: link.to_owned(), question: question.clone() };
        match ask(caller, &call, None, &mut io::sink())? {
            Reply::Answer(answer) => Ok(answer),
            _ => Err(unexpected(&call)),
        }
    }
}
