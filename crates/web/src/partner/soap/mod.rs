//! The partners' addresses in SOAP 1.1: one service for everything that stands in paths otherwise.
//!
//! What is called for is what the body says; the header `SOAPAction` is not looked at, so that the two cannot differ.

mod incoming;

use std::io::{BufReader, Seek, SeekFrom};

use axum::http::StatusCode;
use transport::http::soap::{
    Call, Fault, FaultCode, Remark, Reply as Told, Report, SoapError, read_call, text,
};

use super::Asker;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;
use incoming::Incoming;

/// The path of the service below the partners' base.
const BELOW_BASE: &str = "/soap";

/// What describes the service, with `{address}` for where it is.
const WSDL: &str = include_str!("partner.wsdl");

/// What the service offers, for whoever generates a client. It shows nothing that is not in the manual.
pub(crate) fn wsdl(visit: &Visit) -> Result<Reply, Problem> {
    // The address of the configuration: what a `Host` header says is the asker's own choice.
    let base = visit.house.desk.partners.base();
    if base.is_empty() {
        return Err(Problem::not_found("この町は、連携先に開かれていません（[partners]）。"));
    }
    let address = text(&format!("{base}{BELOW_BASE}"));
    Ok(Reply::xml(StatusCode::OK, WSDL.replace("{address}", &address)))
}

/// Answers a call.
pub(crate) fn answer(visit: &Visit) -> Result<Reply, Problem> {
    check_type(visit)?;
    let mut incoming = Incoming::new(visit);
    let call = match read(visit, &mut incoming) {
        Ok(call) => call,
        Err(error) => return refuse(incoming, &error),
    };
    let (told, data) = act(visit, &call, incoming)?;
    let parts = told.write(call.operation());
    let parts = parts.map_err(|error| Problem::fault("a control file", &error))?;
    Ok(match data {
        None => Reply::xml(StatusCode::OK, parts.whole()),
        Some((file, bytes)) => Reply::xml_with_file(parts, file, bytes),
    })
}

/// Attachments and other encodings would be read as no XML at all; that they are not taken says more.
fn check_type(visit: &Visit) -> Result<(), Problem> {
    let given = visit.header("content-type").unwrap_or("text/xml").to_ascii_lowercase();
    let mut words = given.split(';').map(str::trim);
    let media = words.next().unwrap_or_default();
    if !["text/xml", "application/xml"].contains(&media) {
        return Err(Problem::unreadable(format!(
            "Content-Type は text/xml です（「{media}」ではありません）。添付（MTOM など）は使えません。"
        )));
    }
    let mut charsets = words.filter_map(|word| word.strip_prefix("charset="));
    if charsets.all(|charset| charset.trim_matches(['"', '\'']) == "utf-8") {
        return Ok(());
    }
    Err(Problem::unreadable(format!("{}。", SoapError::Encoding)))
}

fn read(visit: &Visit, incoming: &mut Incoming<'_>) -> Result<Call, SoapError> {
    let mut envelope = visit.envelope.as_ref().ok_or(SoapError::NoBody)?;
    envelope.seek(SeekFrom::Start(0)).map_err(SoapError::Io)?;
    read_call(BufReader::with_capacity(PIECE_BYTES, envelope), &mut |call, piece| incoming.take(call, piece))
}

/// Bytes of a message read at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// The answer to a message that does not read, or whose data could not be taken.
fn refuse(incoming: Incoming<'_>, error: &SoapError) -> Result<Reply, Problem> {
    if let Some(problem) = incoming.problem {
        return Err(problem);
    }
    match error {
        SoapError::Io(error) | SoapError::Data(error) => {
            Err(Problem::fault("a message could not be kept", error))
        }
        _ => match Fault::of_envelope(error) {
            Some(fault) => Ok(Reply::xml(StatusCode::INTERNAL_SERVER_ERROR, fault.write())),
            None => Err(Problem::unreadable(format!("{error}。"))),
        },
    }
}

/// What is told, and the bytes of a delivery that go with it.
type Answered = (Told, Option<(std::fs::File, u64)>);

fn act(visit: &Visit, call: &Call, incoming: Incoming<'_>) -> Result<Answered, Problem> {
    let asker = |doing| Asker::doing(visit, doing);
    let told = match call {
        Call::PushDelivery { name, control } => {
            let spooled = incoming.spooled();
            Told::Receipt(asker("配信の受付（連携先）")?.take(name.clone(), control, spooled.as_ref())?)
        }
        Call::GetReceipt { link, no } => Told::Receipt(asker("受領書（連携先）")?.receipt(link, *no)?),
        Call::RetireReceipt { link, no } => {
            asker("受領書の取り下げ（連携先）")?.retire_receipt(link, *no)?;
            Told::Done
        }
        Call::ListSent { name } => Told::Files(asker("送った配信の確認（連携先）")?.sent(name)?),
        Call::ListWaiting { prefix } => Told::Files(asker("答えを待つ配信（連携先）")?.waiting(prefix)?),
        Call::FindDelivery { name } => Told::Files(asker("答えを待つ配信（連携先）")?.named(name)?),
        Call::ListDeliveries { link, after } => {
            Told::Files(asker("配信の一覧（連携先）")?.behind(link, *after)?)
        }
        Call::FetchDelivery { link, no } => {
            let (card, file, bytes) = asker("配信の受け渡し（連携先）")?.fetch(link, *no)?;
            return Ok((Told::Delivery(card), Some((file, bytes))));
        }
        Call::AnswerDelivery { receipt } => {
            asker("受領書の受付（連携先）")?.answer(&receipt.link, receipt.no, receipt)?;
            Told::Done
        }
        Call::Ask { link, question } => Told::Answer(asker("照会への回答（連携先）")?.ask(link, question)?),
        Call::RetireAnswer { link, no } => {
            asker("受領書の取り下げ（連携先）")?.retire_answer(link, *no)?;
            Told::Done
        }
    };
    Ok((told, None))
}

/// A problem as a fault. What may go well later is the server's.
pub(crate) fn fault(problem: &Problem) -> Reply {
    let status = problem.status();
    let later = status.is_server_error() || problem.may_pass();
    let code = if later { FaultCode::Server } else { FaultCode::Client };
    let findings = problem.findings().iter().map(|finding| Remark {
        code: finding.code.to_string(),
        message: finding.message.clone(),
        remedy: finding.remedy.clone(),
    });
    let report = Report {
        findings: findings.collect(),
        code: problem.code().to_owned(),
        title: problem.title().to_owned(),
        detail: problem.detail().to_owned(),
        number: problem.number().to_owned(),
    };
    // Source: SOAP 1.1, 6.2: a fault has status 500. That a token is needed has one that every client of HTTP knows.
    let status = match status {
        StatusCode::UNAUTHORIZED => status,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Reply::xml(status, Fault::new(code, report).write())
}
