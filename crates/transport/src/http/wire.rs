//! What travels over HTTP, for both ends: headers of a delivery, lists of files, signed receipts.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::{Content, Control, Receipt, SlipError, Verdict};

/// What is signed begins with this, so that the key's signatures mean nothing else.
const PURPOSE: &str = "daicho receipt 1\n";

/// Headers of a delivery's body: the lines of the control file that do not stand in the address.
pub const HEADERS: [&str; 10] = [
    "daicho-dataset",
    "daicho-extent",
    "daicho-as-of",
    "daicho-rows",
    "daicho-bytes",
    "daicho-sha256",
    "daicho-part",
    "daicho-parts",
    "daicho-content-bytes",
    "daicho-content-sha256",
];

/// The header with the file's name, in the encoding of forms.
pub const NAME_HEADER: &str = "daicho-file-name";

/// The headers for a control file with their values; those of packed files only where it is one.
pub fn header_values(control: &Control) -> Vec<(&'static str, String)> {
    let content = control.content.as_ref();
    let values = [
        control.dataset.clone(),
        control.extent.clone(),
        control.as_of.to_string(),
        control.rows.to_string(),
        control.bytes.to_string(),
        control.sha256.clone(),
        control.part.to_string(),
        control.parts.to_string(),
    ];
    let of_content = content.map(|own| [own.bytes.to_string(), own.sha256.clone()]);
    HEADERS.into_iter().zip(values.into_iter().chain(of_content.into_iter().flatten())).collect()
}

/// The control file from an address and headers. What may be left out: the dataset, `difference`, `as_of` 0, part 1
/// of 1.
///
/// # Errors
/// [`SlipError`] naming the line that is missing or does not read.
pub fn control_from(
    link: &str,
    no: &str,
    header: &dyn Fn(&str) -> Option<String>,
) -> Result<Control, SlipError> {
    let mut slip = format!("link={link}\nno={no}\n");
    for name in HEADERS {
        let line = name.trim_start_matches("daicho-").replace('-', "_");
        let usual = match line.as_str() {
            "dataset" => Some(""),
            "extent" => Some("difference"),
            "as_of" => Some("0"),
            "part" | "parts" => Some("1"),
            _ => None,
        };
        if let Some(value) = header(name).or_else(|| usual.map(str::to_owned)) {
            slip.push_str(&format!("{line}={}\n", value.replace(['\r', '\n'], " ")));
        }
    }
    Control::parse(&slip)
}

/// Text in the encoding of forms, for addresses and headers.
pub fn coded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The other way.
pub fn decoded(text: &str) -> String {
    let named = format!("n={text}");
    form_urlencoded::parse(named.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// A file in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCard {
    /// The data file's name.
    pub name: String,
    /// As in [`Control`].
    pub link: String,
    /// As in [`Control`].
    pub no: u64,
    /// As in [`Control`].
    pub dataset: String,
    /// As in [`Control`].
    pub extent: String,
    /// As in [`Control`].
    pub as_of: u64,
    /// As in [`Control`].
    pub rows: u64,
    /// As in [`Control`].
    pub bytes: u64,
    /// As in [`Control`].
    pub sha256: String,
    /// As in [`Content`], where the file is packed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_bytes: Option<u64>,
    /// As in [`Content`], where the file is packed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_sha256: Option<String>,
    /// As in [`Control`].
    pub part: u32,
    /// As in [`Control`].
    pub parts: u32,
}

impl FileCard {
    /// The card of a file.
    pub fn of(name: &str, control: &Control) -> Self {
        let Control { link, no, dataset, extent, as_of, rows, bytes, sha256, content, part, parts } =
            control.clone();
        let (content_bytes, content_sha256) = content.map(|own| (own.bytes, own.sha256)).unzip();
        Self {
            name: name.to_owned(),
            link,
            no,
            dataset,
            extent,
            as_of,
            rows,
            bytes,
            sha256,
            content_bytes,
            content_sha256,
            part,
            parts,
        }
    }

    /// Its control file.
    ///
    /// # Errors
    /// When a value is none a control file may have.
    pub fn control(&self) -> Result<Control, SlipError> {
        let own = self.clone();
        let content =
            own.content_bytes.zip(own.content_sha256).map(|(bytes, sha256)| Content { bytes, sha256 });
        let control = Control {
            link: own.link,
            no: own.no,
            dataset: own.dataset,
            extent: own.extent,
            as_of: own.as_of,
            rows: own.rows,
            bytes: own.bytes,
            sha256: own.sha256,
            content,
            part: own.part,
            parts: own.parts,
        };
        Control::parse(&control.to_text())
    }
}

/// A list of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileList {
    /// The files.
    pub files: Vec<FileCard>,
    /// Whether there are more: ask again after the last.
    #[serde(default)]
    pub more: bool,
}

/// A receipt (受領書) as JSON, signed by the receiver or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedReceipt {
    /// The link; empty where the address says it.
    #[serde(default)]
    pub link: String,
    /// The delivery's number.
    pub no: u64,
    /// Rows the receiver counted.
    pub rows: u64,
    /// SHA-256 the receiver computed.
    pub sha256: String,
    /// `applied` or `refused`.
    pub verdict: String,
    /// Why it was refused.
    #[serde(default)]
    pub reason: String,
    /// When it was given, in UTC.
    #[serde(default)]
    pub received_at: String,
    /// Ed25519 over [`SignedReceipt::signed_text`] in hexadecimal; empty without one.
    #[serde(default)]
    pub signature: String,
}

impl SignedReceipt {
    /// A receipt without signature.
    pub fn of(link: &str, receipt: &Receipt, received_at: &str) -> Self {
        let (verdict, reason) = match &receipt.verdict {
            Verdict::Applied => ("applied", ""),
            Verdict::Refused(reason) => ("refused", reason.as_str()),
        };
        Self {
            link: link.to_owned(),
            no: receipt.no,
            rows: receipt.rows,
            sha256: receipt.sha256.clone(),
            verdict: verdict.to_owned(),
            reason: reason.to_owned(),
            received_at: received_at.to_owned(),
            signature: String::new(),
        }
    }

    /// What is signed: the purpose, then one line per member as in a receipt file, line ends in the reason as spaces.
    pub fn signed_text(&self) -> String {
        let reason = self.reason.replace(['\r', '\n'], " ");
        format!(
            "{PURPOSE}link={}\nno={}\nrows={}\nsha256={}\nverdict={}\nreason={reason}\nreceived_at={}\n",
            self.link, self.no, self.rows, self.sha256, self.verdict, self.received_at
        )
    }

    /// The same, signed.
    #[must_use]
    pub fn signed(mut self, key: &ReceiptKey) -> Self {
        self.signature = hex(&key.0.sign(self.signed_text().as_bytes()).to_bytes());
        self
    }

    /// Whether the signature is this key's.
    pub fn is_signed_by(&self, key: &ReceiverKey) -> bool {
        let Some(bytes) = unhex::<64>(&self.signature) else { return false };
        key.0.verify_strict(self.signed_text().as_bytes(), &Signature::from_bytes(&bytes)).is_ok()
    }

    /// The receipt.
    ///
    /// # Errors
    /// When the verdict is neither `applied` nor `refused`.
    pub fn receipt(&self) -> Result<Receipt, SlipError> {
        let verdict = match self.verdict.as_str() {
            "applied" => Verdict::Applied,
            "refused" => Verdict::Refused(self.reason.clone()),
            other => return Err(SlipError::BadValue { name: "verdict", value: other.to_owned() }),
        };
        let link = Some(self.link.clone()).filter(|link| !link.is_empty());
        Ok(Receipt { link, no: self.no, rows: self.rows, sha256: self.sha256.clone(), verdict })
    }
}

/// The key a receiver signs receipts with: 64 hexadecimal digits in a file, as `daicho audit key` makes one.
pub struct ReceiptKey(SigningKey);

/// A key is never shown.
impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptKey(..)")
    }
}

impl ReceiptKey {
    /// A key from 64 hexadecimal digits; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        unhex::<32>(text.trim()).map(|seed| Self(SigningKey::from_bytes(&seed)))
    }

    /// The key that checks, for the sender's configuration.
    pub fn public(&self) -> ReceiverKey {
        ReceiverKey(self.0.verifying_key())
    }
}

/// The key that checks a receiver's signatures (`receiver_key`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverKey(VerifyingKey);

impl ReceiverKey {
    /// A key from 64 hexadecimal digits; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        VerifyingKey::from_bytes(&unhex::<32>(text.trim())?).ok().map(Self)
    }

    /// The key as 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex(self.0.as_bytes())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N.checked_mul(2)? || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let start = at.checked_mul(2)?;
        *byte = u8::from_str_radix(text.get(start..start.checked_add(2)?)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_signed_by_one_key_and_for_every_member() {
        let key = ReceiptKey::parse(&"07".repeat(32)).unwrap();
        let public = ReceiverKey::parse(&key.public().to_hex()).unwrap();
        let receipt = Receipt {
            link: Some("l".into()),
            no: 3,
            rows: 2,
            sha256: "ab".into(),
            verdict: Verdict::Refused("件数\n違い".into()),
        };
        let signed = SignedReceipt::of("l", &receipt, "2026-11-20T00:00:00Z").signed(&key);
        assert!(signed.is_signed_by(&public));
        assert_eq!(signed.receipt(), Ok(receipt));
        assert!(!signed.is_signed_by(&ReceiptKey::parse(&"08".repeat(32)).unwrap().public()));
        let altered = [
            SignedReceipt { link: "m".into(), ..signed.clone() },
            SignedReceipt { no: 4, ..signed.clone() },
            SignedReceipt { rows: 3, ..signed.clone() },
            SignedReceipt { sha256: "ac".into(), ..signed.clone() },
            SignedReceipt { verdict: "applied".into(), ..signed.clone() },
            SignedReceipt { reason: "件数違い".into(), ..signed.clone() },
            SignedReceipt { received_at: "2026-11-21T00:00:00Z".into(), ..signed.clone() },
            SignedReceipt { signature: String::new(), ..signed },
        ];
        for altered in altered {
            assert!(!altered.is_signed_by(&public), "{altered:?}");
        }
    }

    #[test]
    fn a_control_file_comes_back_from_its_headers() {
        let control = Control {
            link: "l".into(),
            no: 12,
            dataset: "resident-register/resident".into(),
            extent: "full".into(),
            as_of: 7,
            rows: 3,
            bytes: 9,
            sha256: "ab".into(),
            content: None,
            part: 1,
            parts: 2,
        };
        let packed = Control { content: Some(Content { bytes: 10, sha256: "cd".into() }), ..control.clone() };
        for control in [control, packed] {
            let values = header_values(&control);
            let header =
                |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
            assert_eq!(control_from("l", "12", &header), Ok(control.clone()));
            assert_eq!(FileCard::of("a.csv", &control).control(), Ok(control));
        }
        let rows = |name: &str| ["daicho-rows", "daicho-bytes"].contains(&name).then(|| "1".to_owned());
        assert_eq!(control_from("l", "x", &rows).unwrap_err().to_string(), "「no」の値「x」が読めません");
        assert_eq!(control_from("l", "1", &|_| None), Err(SlipError::Missing("rows")));
        assert_eq!(decoded(&coded("異動 1+2%.csv")), "異動 1+2%.csv");
    }
}
