//! What is called for.

use std::io::BufRead;

use super::SoapError;
use super::fields::Fields;
use super::reader::{Element, Sink, Space, read_body};
use super::writer::{Parts, leaf, message};
use crate::http::wire::{HEADERS, SignedReceipt, control_from, header_values};
use crate::{Control, Question};

/// The element with the bytes of a delivery.
pub const DATA: &str = "data";

/// The most bytes of a call beside its data.
const CALL_BYTES_MAX: u64 = 256 * 1024;

/// A call. What each does stands in `docs/manual/vendors.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Sends a delivery; its data comes last.
    PushDelivery {
        /// The file's name; without one the receiver makes it.
        name: Option<String>,
        /// Its lines of a control file.
        control: Control,
    },
    /// Asks for the receipt of a delivery that was sent.
    GetReceipt {
        /// The link.
        link: String,
        /// The number.
        no: u64,
    },
    /// Puts the receipt of a delivery that was sent aside.
    RetireReceipt {
        /// The link.
        link: String,
        /// The number.
        no: u64,
    },
    /// Looks for what was sent under a name.
    ListSent {
        /// The name.
        name: String,
    },
    /// Lists deliveries that wait for an answer.
    ListWaiting {
        /// How their names begin.
        prefix: String,
    },
    /// Looks for the delivery of a name, answered or not.
    FindDelivery {
        /// The name.
        name: String,
    },
    /// Lists deliveries of a link, answered or not.
    ListDeliveries {
        /// The link.
        link: String,
        /// Those behind this number.
        after: u64,
    },
    /// Fetches a delivery.
    FetchDelivery {
        /// The link.
        link: String,
        /// The number.
        no: u64,
    },
    /// Answers a delivery.
    AnswerDelivery {
        /// The receipt, with link and number; its signature may be empty.
        receipt: SignedReceipt,
    },
    /// Asks a question (照会).
    Ask {
        /// The link.
        link: String,
        /// About whom, and what for.
        question: Question,
    },
    /// Takes an answer back.
    RetireAnswer {
        /// The link.
        link: String,
        /// The number.
        no: u64,
    },
}

/// Reads a call. The data of a delivery goes to the sink.
///
/// # Errors
/// What is wrong with the message.
pub fn read_call<R: BufRead>(input: R, sink: Sink<'_>) -> Result<Call, SoapError> {
    Call::of(&read_body(input, CALL_BYTES_MAX, sink)?)
}

impl Call {
    /// The operation as the WSDL names it.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::PushDelivery { .. } => "PushDelivery",
            Self::GetReceipt { .. } => "GetReceipt",
            Self::RetireReceipt { .. } => "RetireReceipt",
            Self::ListSent { .. } => "ListSent",
            Self::ListWaiting { .. } => "ListWaiting",
            Self::FindDelivery { .. } => "FindDelivery",
            Self::ListDeliveries { .. } => "ListDeliveries",
            Self::FetchDelivery { .. } => "FetchDelivery",
            Self::AnswerDelivery { .. } => "AnswerDelivery",
            Self::RetireAnswer { .. } => "RetireAnswer",
            Self::Ask { .. } => "Ask",
        }
    }

    fn of(call: &Element) -> Result<Self, SoapError> {
        if call.space != Space::Ours {
            return Err(SoapError::Namespace(call.name.clone()));
        }
        let fields = |known: &[&str]| Fields::of(call, known, &[]);
        let about = || -> Result<(String, u64), SoapError> {
            let found = fields(&["link", "no"])?;
            Ok((token(found.needed("link")?), found.value("no")?))
        };
        let name = || -> Result<String, SoapError> { Ok(fields(&["name"])?.needed("name")?.to_owned()) };
        match call.name.as_str() {
            "PushDelivery" => push(call),
            "GetReceipt" => about().map(|(link, no)| Self::GetReceipt { link, no }),
            "RetireReceipt" => about().map(|(link, no)| Self::RetireReceipt { link, no }),
            "ListSent" => name().map(|name| Self::ListSent { name }),
            "ListWaiting" => {
                let prefix = fields(&["prefix"])?.text("prefix")?.unwrap_or_default().to_owned();
                Ok(Self::ListWaiting { prefix })
            }
            "FindDelivery" => name().map(|name| Self::FindDelivery { name }),
            "ListDeliveries" => {
                let found = fields(&["link", "after"])?;
                let after = if found.element("after").is_some() { found.value("after")? } else { 0 };
                Ok(Self::ListDeliveries { link: token(found.needed("link")?), after })
            }
            "FetchDelivery" => about().map(|(link, no)| Self::FetchDelivery { link, no }),
            "AnswerDelivery" => Ok(Self::AnswerDelivery { receipt: receipt_in(call)? }),
            "RetireAnswer" => about().map(|(link, no)| Self::RetireAnswer { link, no }),
            "Ask" => ask(call),
            other => Err(SoapError::Operation(other.chars().take(100).collect())),
        }
    }

    /// The message. Data belongs between its parts for [`Call::PushDelivery`] only.
    pub fn write(&self) -> Parts {
        let about = |link: &str, no: u64| leaf("link", link) + &leaf("no", &no.to_string());
        let items = match self {
            Self::PushDelivery { name, control } => {
                name.as_deref().map(|name| leaf("name", name)).unwrap_or_default() + &lines(control)
            }
            Self::ListSent { name } | Self::FindDelivery { name } => leaf("name", name),
            Self::ListWaiting { prefix } => leaf("prefix", prefix),
            Self::ListDeliveries { link, after } => leaf("link", link) + &leaf("after", &after.to_string()),
            Self::AnswerDelivery { receipt } => receipt_items(receipt),
            Self::Ask { link, question } => {
                let subjects: String =
                    question.subjects.iter().map(|subject| leaf("subject", subject)).collect();
                leaf("link", link) + &subjects + &leaf("purpose", &question.purpose)
            }
            Self::GetReceipt { link, no }
            | Self::RetireReceipt { link, no }
            | Self::FetchDelivery { link, no }
            | Self::RetireAnswer { link, no } => about(link, *no),
        };
        message(self.operation(), &items, matches!(self, Self::PushDelivery { .. }))
    }
}

/// A word that schemas let stand between white space.
fn token(text: &str) -> String {
    text.trim().to_owned()
}

/// The names of a control file's lines beside `link` and `no`, as elements.
fn line_names() -> [String; HEADERS.len()] {
    HEADERS.map(line_name)
}

fn line_name(header: &str) -> String {
    header.trim_start_matches("daicho-").replace('-', "_")
}

/// A control file's lines as elements.
pub(super) fn lines(control: &Control) -> String {
    let mut items = leaf("link", &control.link) + &leaf("no", &control.no.to_string());
    for (header, value) in header_values(control) {
        items.push_str(&leaf(&line_name(header), &value));
    }
    items
}

/// Lines of a control file from the children of an element; what may be left out is what may be over HTTP.
pub(super) fn control_in(fields: Fields<'_>, element: &Element) -> Result<Control, SoapError> {
    let no: u64 = fields.value("no")?;
    let line = |header: &str| element.child_text(&line_name(header)).map(str::to_owned);
    for name in ["rows", "bytes", "sha256"] {
        fields.needed(name)?;
    }
    Ok(control_from(&token(fields.needed("link")?), &no.to_string(), &line)?)
}

/// The items of a delivery, and whatever else stands beside them.
pub(super) fn delivery_fields<'e>(element: &'e Element, beside: &[&str]) -> Result<Fields<'e>, SoapError> {
    let lines = line_names();
    let mut known = vec!["name", "link", "no"];
    known.extend(lines.iter().map(String::as_str));
    known.extend(beside);
    Fields::of(element, &known, &[])
}

fn push(call: &Element) -> Result<Call, SoapError> {
    let fields = delivery_fields(call, &[DATA])?;
    let control = control_in(fields, call)?;
    let name = fields.text("name")?.map(str::to_owned);
    let data = fields.element(DATA).ok_or_else(|| SoapError::Missing(DATA.to_owned()))?;
    let is_last = call.children.last().is_some_and(|last| std::ptr::eq(last, data));
    if is_last { Ok(Call::PushDelivery { name, control }) } else { Err(SoapError::DataFirst) }
}

fn ask(call: &Element) -> Result<Call, SoapError> {
    let fields = Fields::of(call, &["link", "purpose"], &["subject"])?;
    let question =
        Question { subjects: fields.texts("subject")?, purpose: fields.needed("purpose")?.to_owned() };
    Ok(Call::Ask { link: token(fields.needed("link")?), question })
}

const RECEIPT: [&str; 8] = ["link", "no", "rows", "sha256", "verdict", "reason", "received_at", "signature"];

/// A receipt from the children of an element.
pub(super) fn receipt_in(element: &Element) -> Result<SignedReceipt, SoapError> {
    let fields = Fields::of(element, &RECEIPT, &[])?;
    let or_empty = |name| fields.text(name).map(Option::unwrap_or_default);
    Ok(SignedReceipt {
        link: token(fields.needed("link")?),
        no: fields.value("no")?,
        rows: fields.value("rows")?,
        sha256: token(fields.needed("sha256")?),
        verdict: token(fields.needed("verdict")?),
        reason: or_empty("reason")?.to_owned(),
        received_at: token(or_empty("received_at")?),
        signature: token(or_empty("signature")?),
    })
}

/// A receipt's items as elements; what is empty is left out.
pub(super) fn receipt_items(receipt: &SignedReceipt) -> String {
    let (no, rows) = (receipt.no.to_string(), receipt.rows.to_string());
    let values = [
        &receipt.link,
        &no,
        &rows,
        &receipt.sha256,
        &receipt.verdict,
        &receipt.reason,
        &receipt.received_at,
        &receipt.signature,
    ];
    let may_be_left_out = |name: &str| ["reason", "received_at", "signature"].contains(&name);
    let written =
        RECEIPT.into_iter().zip(values).filter(|(name, value)| !value.is_empty() || !may_be_left_out(name));
    written.map(|(name, value)| leaf(name, value)).collect()
}
