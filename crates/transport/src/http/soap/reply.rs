//! What a call is answered with when all goes well.

use std::io::BufRead;

use super::SoapError;
use super::call::{Call, DATA, control_in, delivery_fields, lines, receipt_in, receipt_items};
use super::fault::Fault;
use super::fields::Fields;
use super::reader::{Element, Sink, Space, read_body};
use super::writer::{Parts, leaf, message};
use crate::Answer;
use crate::http::wire::{FileCard, FileList, SignedReceipt};

/// The reply to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The receipt of a delivery that was sent; none while the receiver is still at it.
    Receipt(Option<SignedReceipt>),
    /// Deliveries.
    Files(FileList),
    /// One delivery, with its data.
    Delivery(FileCard),
    /// What is answered to a question.
    Answer(Answer),
    /// That it is done.
    Done,
}

/// The state of a delivery without receipt, and of one with.
const STATES: [&str; 2] = ["accepted", "answered"];

impl Reply {
    /// The message. Data belongs between its parts for [`Reply::Delivery`] only.
    ///
    /// # Errors
    /// When the values of a delivery are none that a control file may have.
    pub fn write(&self, operation: &str) -> Result<Parts, SoapError> {
        let items = match self {
            Self::Receipt(None) => leaf("status", "accepted"),
            Self::Receipt(Some(receipt)) => {
                leaf("status", "answered") + "<receipt>" + &receipt_items(receipt) + "</receipt>"
            }
            Self::Files(list) => {
                let mut items = String::new();
                for card in &list.files {
                    items.push_str(&delivery(card)?);
                }
                items + &leaf("more", if list.more { "true" } else { "false" })
            }
            Self::Delivery(card) => delivery(card)?,
            Self::Answer(answer) => answer_items(answer),
            Self::Done => String::new(),
        };
        Ok(message(&format!("{operation}Response"), &items, matches!(self, Self::Delivery(_))))
    }

    fn of(call: &Call, reply: &Element) -> Result<Self, SoapError> {
        if reply.space != Space::Ours {
            return Err(SoapError::Namespace(reply.name.clone()));
        }
        if reply.name.strip_suffix("Response") != Some(call.operation()) {
            return Err(SoapError::Unexpected(reply.name.clone()));
        }
        match call {
            Call::PushDelivery { .. } | Call::GetReceipt { .. } => {
                let fields = Fields::of(reply, &["status", "receipt"], &[])?;
                let status = fields.needed("status")?.trim();
                if !STATES.contains(&status) {
                    return Err(SoapError::BadValue { name: "status".to_owned(), value: status.to_owned() });
                }
                match fields.element("receipt") {
                    Some(receipt) => Ok(Self::Receipt(Some(receipt_in(receipt)?))),
                    None if status == "accepted" => Ok(Self::Receipt(None)),
                    None => Err(SoapError::Missing("receipt".to_owned())),
                }
            }
            Call::ListSent { .. }
            | Call::ListWaiting { .. }
            | Call::FindDelivery { .. }
            | Call::ListDeliveries { .. } => {
                let fields = Fields::of(reply, &["more"], &["delivery"])?;
                let files = fields.all("delivery").map(card).collect::<Result<_, _>>()?;
                let more = matches!(fields.text("more")?.unwrap_or_default().trim(), "true" | "1");
                Ok(Self::Files(FileList { files, more }))
            }
            Call::FetchDelivery { .. } => {
                let fields = Fields::of(reply, &["delivery", DATA], &[])?;
                let missing = |name: &str| SoapError::Missing(name.to_owned());
                fields.element(DATA).ok_or_else(|| missing(DATA))?;
                Ok(Self::Delivery(card(fields.element("delivery").ok_or_else(|| missing("delivery"))?)?))
            }
            Call::Ask { .. } => answer_in(reply).map(Self::Answer),
            Call::RetireReceipt { .. } | Call::AnswerDelivery { .. } | Call::RetireAnswer { .. } => {
                Fields::of(reply, &[], &[]).map(|_| Self::Done)
            }
        }
    }
}

fn answer_items(answer: &Answer) -> String {
    let mut items = leaf("no", &answer.no.to_string());
    items.extend(answer.items.iter().map(|item| leaf("item", item)));
    for row in &answer.rows {
        let values: String = row.iter().map(|value| leaf("value", value)).collect();
        items.push_str(&format!("<row>{values}</row>"));
    }
    items.extend(answer.missing.iter().map(|subject| leaf("missing", subject)));
    items
}

fn answer_in(reply: &Element) -> Result<Answer, SoapError> {
    let fields = Fields::of(reply, &["no"], &["item", "row", "missing"])?;
    let row = |row: &Element| Fields::of(row, &[], &["value"])?.texts("value");
    Ok(Answer {
        no: fields.value("no")?,
        items: fields.texts("item")?,
        rows: fields.all("row").map(row).collect::<Result<_, _>>()?,
        missing: fields.texts("missing")?,
    })
}

fn delivery(card: &FileCard) -> Result<String, SoapError> {
    Ok(format!("<delivery>{}{}</delivery>", leaf("name", &card.name), lines(&card.control()?)))
}

fn card(element: &Element) -> Result<FileCard, SoapError> {
    let fields = delivery_fields(element, &[])?;
    Ok(FileCard::of(fields.needed("name")?, &control_in(fields, element)?))
}

/// Reads the reply to a call, or the fault that came instead.
pub(super) fn read_reply<R: BufRead>(
    input: R,
    call: &Call,
    bytes_max: u64,
    sink: Sink<'_>,
) -> Result<Result<Reply, Fault>, SoapError> {
    let reply = read_body(input, bytes_max, sink)?;
    if reply.is(Space::Envelope, "Fault") {
        return Ok(Err(Fault::of(&reply)));
    }
    Reply::of(call, &reply).map(Ok)
}
