//! What a call is answered with when it does not go well.

use super::reader::{Element, Space};
use super::writer::leaf;
use super::{ENVELOPE, NAMESPACE, SoapError};

/// The most of a fault's words that is told: whoever wrote them is not known.
const WORDS_MAX: usize = 300;
/// The most of a fault's words that is sent, in characters; a message may be quoted in them.
const SENT_MAX: usize = 1000;

/// Whose doing it was (`faultcode`).
///
/// Source: SOAP 1.1, 4.4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// The envelope is of another version.
    VersionMismatch,
    /// A header is not understood.
    MustUnderstand,
    /// The same call will fail again.
    Client,
    /// The same call may go well later.
    Server,
}

impl FaultCode {
    fn name(self) -> &'static str {
        match self {
            Self::VersionMismatch => "VersionMismatch",
            Self::MustUnderstand => "MustUnderstand",
            Self::Client => "Client",
            Self::Server => "Server",
        }
    }
}

/// What stands in a fault's detail: a problem report (RFC 9457) as elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The last part of the problem's type, such as `taken`; there is a page about each.
    pub code: String,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub detail: String,
    /// What the help desk looks up; empty when there is nothing to look up.
    pub number: String,
    /// What the rules say (指摘), one by one.
    pub findings: Vec<Remark>,
}

/// One finding of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remark {
    /// The number of the message.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// A fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whose doing it was.
    pub code: FaultCode,
    /// What happened, for people.
    pub words: String,
    /// What happened, for programs; none where a header is at fault.
    pub report: Option<Report>,
}

impl Remark {
    fn write(&self) -> String {
        let items = [("code", &self.code), ("message", &self.message), ("remedy", &self.remedy)];
        let items: String = items.into_iter().map(|(name, text)| leaf(name, &cut(text, SENT_MAX))).collect();
        format!("<finding>{items}</finding>")
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

impl Fault {
    /// The fault of a problem.
    pub fn new(code: FaultCode, report: Report) -> Self {
        let messages = report.findings.iter().map(|finding| finding.message.as_str());
        let words: Vec<&str> = [report.title.as_str(), &report.detail].into_iter().chain(messages).collect();
        let words = words.join(" ").trim().to_owned();
        Self { code, words, report: Some(report) }
    }

    /// The fault of a message whose envelope or header is not understood.
    pub fn of_envelope(error: &SoapError) -> Option<Self> {
        let code = match error {
            SoapError::Version => FaultCode::VersionMismatch,
            SoapError::MustUnderstand(_) => FaultCode::MustUnderstand,
            _ => return None,
        };
        // Source: SOAP 1.1, 4.4: what is wrong with a header has no place in the detail.
        Some(Self { code, words: error.to_string(), report: None })
    }

    /// The message.
    pub fn write(&self) -> String {
        let detail = self.report.as_ref().map(|report| {
            let number =
                if report.number.is_empty() { String::new() } else { leaf("number", &report.number) };
            let findings: String = report.findings.iter().map(Remark::write).collect();
            format!(
                "<detail><problem xmlns=\"{NAMESPACE}\">{}{}{}{number}{findings}</problem></detail>",
                leaf("code", &report.code),
                leaf("title", &report.title),
                leaf("detail", &cut(&report.detail, SENT_MAX)),
            )
        });
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"{ENVELOPE}\"><soap:Body>\
             <soap:Fault>{}{}{}</soap:Fault></soap:Body></soap:Envelope>\n",
            leaf("faultcode", &format!("soap:{}", self.code.name())),
            leaf("faultstring", &cut(&self.words, SENT_MAX)),
            detail.unwrap_or_default(),
        )
    }

    /// The fault of an element: whatever is missing or unknown in it, a fault it is.
    pub(super) fn of(element: &Element) -> Self {
        let child = |above: &Element, name: &str| -> Option<String> {
            let found = above.children.iter().find(|child| child.name == name)?;
            Some(cut(found.text.trim(), WORDS_MAX))
        };
        let code = child(element, "faultcode").unwrap_or_default();
        let code = match code.rsplit(':').next().unwrap_or_default() {
            "VersionMismatch" => FaultCode::VersionMismatch,
            "MustUnderstand" => FaultCode::MustUnderstand,
            "Client" => FaultCode::Client,
            _ => FaultCode::Server,
        };
        let detail = element.children.iter().find(|child| child.name == "detail");
        let problem =
            detail.and_then(|detail| detail.children.iter().find(|child| child.is(Space::Ours, "problem")));
        let report = problem.map(|problem| Report {
            code: child(problem, "code").unwrap_or_default(),
            title: child(problem, "title").unwrap_or_default(),
            detail: child(problem, "detail").unwrap_or_default(),
            number: child(problem, "number").unwrap_or_default(),
            // The words hold their messages already.
            findings: Vec::new(),
        });
        Self { code, words: child(element, "faultstring").unwrap_or_default(), report }
    }
}
