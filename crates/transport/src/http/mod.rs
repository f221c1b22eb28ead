//! An address that takes deliveries by HTTP and gives them out (即時連携 between machines), in JSON or in SOAP.
//!
//! What is spoken there stands in `docs/manual/vendors.md`; `web` serves the same.

mod auth;
mod client;
mod error;
pub mod openid;
mod rest;
pub mod soap;
pub mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Answer, Arrival, Control, Network, Place, PlaceError, Question, Receipt, sha256_of};

pub use auth::{ASSERTION_TYPE, Auth, Claims, Seconds, SecretMethod, asserted_id, assertion, checked};
use client::Caller;
pub use error::HttpError;
use wire::{FileCard, ReceiverKey, SignedReceipt};

/// What is spoken at an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speech {
    /// Deliveries as bodies of requests, slips as headers and JSON; the base is what all paths begin with.
    #[default]
    Rest,
    /// SOAP 1.1 ([`soap`]); the base is the address of the service.
    Soap,
}

/// What an address is used with.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The address, such as `https://welfare.example.lg.jp/partner/v1`.
    pub base: String,
    /// What is spoken there.
    pub speech: Speech,
    /// Who we are.
    pub auth: Auth,
    /// The key that signs the receiver's receipts; without one they are believed as TLS brings them.
    pub receiver_key: Option<ReceiverKey>,
    /// Certificates (PEM) of the authorities to trust instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// Where may be connected to. A name is asked for its address, and held to this, at each connection; an address that
    /// is written as such is for whoever makes the place to check.
    pub network: Network,
    /// How long to wait for a connection and for an answer.
    pub wait: Duration,
    /// The clock.
    pub clock: Seconds,
}

/// Which side put a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Us,
    Them,
}

/// What an address can be asked, whatever the words on the wire. What it refuses is an error that says so.
trait Protocol: fmt::Debug + Send + Sync {
    /// Sends a delivery; the receipt when there is one already.
    fn push(
        &self,
        caller: &Caller,
        name: &str,
        data: &Path,
        control: &Control,
    ) -> Result<Option<SignedReceipt>, HttpError>;

    /// The receipt of a delivery of ours; none while the other side is still at it.
    fn receipt(&self, caller: &Caller, link: &str, no: u64) -> Result<Option<SignedReceipt>, HttpError>;

    /// Asks that an answer be put aside.
    fn retire(&self, caller: &Caller, by: By, link: &str, no: u64) -> Result<(), HttpError>;

    /// The file of a name that one side put.
    fn named(&self, caller: &Caller, by: By, name: &str) -> Result<Vec<FileCard>, HttpError>;

    /// Files of the other side that wait for an answer and whose names begin so.
    fn waiting(&self, caller: &Caller, prefix: &str) -> Result<Vec<FileCard>, HttpError>;

    /// Copies a delivery of the other side.
    fn fetch(&self, caller: &Caller, link: &str, no: u64, to: &mut dyn Write) -> Result<(), HttpError>;

    /// Answers a delivery of the other side.
    fn answer(&self, caller: &Caller, link: &str, no: u64, receipt: &Receipt) -> Result<(), HttpError>;

    /// Asks a question (照会).
    fn ask(&self, caller: &Caller, link: &str, question: &Question) -> Result<Answer, HttpError>;
}

/// An address as a place.
pub struct HttpPlace {
    caller: Caller,
    protocol: Box<dyn Protocol>,
    receiver_key: Option<ReceiverKey>,
    /// Link and number of files by their names; the other side knows them, too.
    known: Mutex<BTreeMap<(By, String), (String, u64)>>,
}

impl fmt::Debug for HttpPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpPlace({:?}, {:?})", self.protocol, self.caller)
    }
}

impl HttpPlace {
    /// The place at an address. Nothing is connected yet.
    ///
    /// # Errors
    /// When the certificates to trust do not read.
    pub fn at(options: HttpOptions) -> Result<Self, HttpError> {
        Ok(Self {
            receiver_key: options.receiver_key.clone(),
            protocol: match options.speech {
                Speech::Rest => Box::new(rest::Rest),
                Speech::Soap => Box::new(soap::Soap),
            },
            caller: Caller::new(options)?,
            known: Mutex::new(BTreeMap::new()),
        })
    }

    /// Link and number of a file; the other side is asked when this process has not met it.
    fn locate(&self, by: By, name: &str) -> Result<Option<(String, u64)>, HttpError> {
        let key = (by, name.to_owned());
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Some(known.clone()));
        }
        let found = self.protocol.named(&self.caller, by, name)?;
        let Some(card) = found.into_iter().find(|card| card.name == name) else { return Ok(None) };
        self.note(by, &card.name, &card.link, card.no);
        Ok(Some((card.link, card.no)))
    }

    fn note(&self, by: By, name: &str, link: &str, no: u64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((by, name.to_owned()), (link.to_owned(), no));
    }

    /// What a receipt says, when it is the receiver's and about this delivery.
    fn believed(&self, link: &str, no: u64, signed: &SignedReceipt) -> Result<Receipt, HttpError> {
        if signed.no != no || signed.link != link {
            return Err(HttpError::OtherReceipt(format!("{} {}番", signed.link, signed.no)));
        }
        if let Some(key) = &self.receiver_key
            && !signed.is_signed_by(key)
        {
            return Err(HttpError::Signature);
        }
        signed.receipt().map_err(|error| HttpError::OtherReceipt(error.to_string()))
    }

    /// Asks that an answer be put aside; where there is nothing, that is done.
    fn retire(&self, by: By, name: &str) -> Result<(), HttpError> {
        let Some((link, no)) = self.locate(by, name)? else { return Ok(()) };
        match self.protocol.retire(&self.caller, by, &link, no) {
            Err(error) if error.is_not_found() => Ok(()),
            done => done,
        }
    }

    fn remote(&self, what: &'static str) -> impl FnOnce(HttpError) -> PlaceError + '_ {
        move |error| PlaceError::Remote { what, place: self.describe(), source: Box::new(error) }
    }
}

impl Place for HttpPlace {
    fn describe(&self) -> String {
        self.caller.base.clone()
    }

    fn put(&self, name: &str, data: &Path, control: &Control) -> Result<Option<Receipt>, PlaceError> {
        let local = |error| self.remote("送信")(HttpError::Local(error));
        if sha256_of(data).map_err(local)? != control.sha256 {
            return Err(PlaceError::Altered { name: name.to_owned() });
        }
        let send = || {
            let signed = self.protocol.push(&self.caller, name, data, control)?;
            signed.map(|signed| self.believed(&control.link, control.no, &signed)).transpose()
        };
        match send() {
            Ok(receipt) => {
                self.note(By::Us, name, &control.link, control.no);
                Ok(receipt)
            }
            Err(error) if error.is_taken() => Err(PlaceError::Taken { name: name.to_owned() }),
            Err(error) if error.is_not_found() => {
                Err(self.remote("送信")(HttpError::Missing(control.link.clone())))
            }
            Err(error) => Err(self.remote("送信")(error)),
        }
    }

    fn receipt(&self, name: &str) -> Result<Option<Receipt>, PlaceError> {
        let ask = || {
            let Some((link, no)) = self.locate(By::Us, name)? else { return Ok(None) };
            match self.protocol.receipt(&self.caller, &link, no) {
                Ok(signed) => signed.map(|signed| self.believed(&link, no, &signed)).transpose(),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        };
        ask().map_err(self.remote("受領書の確認"))
    }

    fn retire_receipt(&self, name: &str) -> Result<(), PlaceError> {
        self.retire(By::Us, name).map_err(self.remote("受領書の取り下げ"))
    }

    fn arrivals(&self, prefix: &str) -> Result<Vec<Arrival>, PlaceError> {
        let found = self.protocol.waiting(&self.caller, prefix);
        let found = found.map_err(self.remote("着信の確認"))?;
        let arrived = found.into_iter().map(|card| {
            self.note(By::Them, &card.name, &card.link, card.no);
            Arrival { control: card.control(), name: card.name }
        });
        Ok(arrived.collect())
    }

    fn fetch(&self, name: &str, to: &mut dyn Write) -> Result<(), PlaceError> {
        let missing = || HttpError::Missing(name.to_owned());
        let mut copy = || {
            let (link, no) = self.locate(By::Them, name)?.ok_or_else(missing)?;
            match self.protocol.fetch(&self.caller, &link, no, to) {
                Err(error) if error.is_not_found() => Err(missing()),
                copied => copied,
            }
        };
        copy().map_err(self.remote("受信"))
    }

    fn answer(&self, name: &str, receipt: &Receipt) -> Result<(), PlaceError> {
        let tell = || {
            let (link, no) =
                self.locate(By::Them, name)?.ok_or_else(|| HttpError::Missing(name.to_owned()))?;
            self.protocol.answer(&self.caller, &link, no, receipt)
        };
        match tell() {
            Ok(()) => Ok(()),
            Err(error) if error.is_taken() => Err(PlaceError::Taken { name: format!("{name}.receipt") }),
            Err(error) => Err(self.remote("受領書の送信")(error)),
        }
    }

    fn retire_answer(&self, name: &str) -> Result<(), PlaceError> {
        self.retire(By::Them, name).map_err(self.remote("受領書の取り下げ"))
    }

    fn ask(&self, link: &str, question: &Question) -> Result<Answer, PlaceError> {
        let ask = || {
            let answer = self.protocol.ask(&self.caller, link, question)?;
            match answer.fault(question) {
                None => Ok(answer),
                Some(what) => Err(HttpError::Unfit(what)),
            }
        };
        ask().map_err(self.remote("照会"))
    }

    fn look_again_after(&self) -> Duration {
        crate::remote::LOOK_AGAIN
    }
}
