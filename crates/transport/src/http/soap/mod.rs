//! SOAP 1.1, document/literal wrapped, for both ends: the same doings as HTTP and JSON, in the words of
//! `web`'s WSDL (即時連携 with systems that speak SOAP).
//!
//! What is read is hostile until it is read: no DTD, no entity of anybody's, bounded depth and size. The bytes of a
//! delivery never stand in memory as a whole, neither coded nor plain.
//!
//! Source: W3C Note "Simple Object Access Protocol (SOAP) 1.1", 4 (envelope, header, body, fault), 6 (HTTP);
//! WS-I Basic Profile 1.1 (no DTD, no processing instruction, one child of the body).

mod base64;
mod call;
mod client;
mod fault;
mod fields;
mod reader;
mod reply;
mod writer;

use std::io;

use crate::SlipError;

use base64::Encoder;
pub use base64::coded_len;
pub use call::{Call, DATA, read_call};
pub(super) use client::Soap;
pub use fault::{Fault, FaultCode, Remark, Report};
pub use reader::Element;
pub use reply::Reply;
pub use writer::{Parts, text};

/// The namespace of every element of ours; its last part grows with what an older client would not understand.
pub const NAMESPACE: &str = "urn:daicho:partner:1";
/// The namespace of SOAP 1.1's envelope.
pub const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The media type of SOAP 1.1.
pub const MEDIA_TYPE: &str = "text/xml; charset=utf-8";

/// A message that does not read, in Japanese for whoever wrote the client.
#[derive(Debug, thiserror::Error)]
pub enum SoapError {
    /// It could not be read at all.
    #[error("メッセージが途中で切れました")]
    Io(#[source] io::Error),
    /// Whoever takes the data of the delivery could not.
    #[error("配信の内容を書けません")]
    Data(#[source] io::Error),
    /// No well-formed XML.
    #[error("XMLとして読めません（{at}バイト目の近く）")]
    NotXml {
        /// Bytes before it, about.
        at: u64,
    },
    /// Not UTF-8.
    #[error("文字コードは UTF-8 だけです")]
    Encoding,
    /// A document type declaration.
    #[error("DTD（DOCTYPE）は使えません")]
    Dtd,
    /// An entity that is not one of XML's own five.
    #[error("実体参照「&{0};」は使えません")]
    Entity(String),
    /// A processing instruction.
    #[error("処理命令（<?…?>）は使えません")]
    Instruction,
    /// Elements in elements in elements.
    #[error("要素の入れ子が深すぎます")]
    TooDeep,
    /// More than any message has.
    #[error("配信の内容を除いても、メッセージが大きすぎます")]
    TooLarge,
    /// No envelope of SOAP 1.1.
    #[error("SOAP 1.1 の Envelope ではありません（名前空間は {ENVELOPE}）")]
    Version,
    /// A header that must be understood and is not.
    #[error("ヘッダ「{0}」は扱えません（mustUnderstand）")]
    MustUnderstand(String),
    /// No body, or an empty one.
    #[error("Body に呼び出しがありません")]
    NoBody,
    /// More than one body, or one with more than one call.
    #[error("Body と、その中の呼び出しは、一つだけです")]
    SeveralBodies,
    /// An element of nobody's or of another namespace.
    #[error("要素「{0}」の名前空間が違います（{NAMESPACE} です）")]
    Namespace(String),
    /// No operation of that name.
    #[error("「{0}」という呼び出しはありません")]
    Operation(String),
    /// An element that must be there is missing.
    #[error("要素「{0}」がありません")]
    Missing(String),
    /// An element stands twice that may stand once.
    #[error("要素「{0}」が二度あります")]
    Repeated(String),
    /// An element or text that has no place there.
    #[error("「{0}」は、ここには書けません")]
    Unexpected(String),
    /// A value does not read.
    #[error("要素「{name}」の値「{value}」が読めません")]
    BadValue {
        /// The element's name.
        name: String,
        /// Its value.
        value: String,
    },
    /// A control file or receipt that does not read.
    #[error("{0}")]
    Slip(#[from] SlipError),
    /// No base64.
    #[error("要素「{DATA}」が base64 として読めません")]
    Base64,
    /// The data came before what it is.
    #[error("要素「{DATA}」は最後に書いてください")]
    DataFirst,
}
