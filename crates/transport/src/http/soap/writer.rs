//! Messages, written.

use quick_xml::escape::escape;

use super::{DATA, ENVELOPE, NAMESPACE};

/// A message whose data, if it has any, goes between two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// What stands before the data.
    pub before: String,
    /// What stands behind it.
    pub after: String,
}

impl Parts {
    /// The message, where it has no data.
    pub fn whole(self) -> String {
        self.before + &self.after
    }
}

/// Text as it may stand in an element or an attribute: what XML has no way to write at all is `U+FFFD`.
pub fn text(text: &str) -> String {
    let cannot = |letter: char| {
        (letter < ' ' && !"\t\n\r".contains(letter)) || ('\u{fffe}'..='\u{ffff}').contains(&letter)
    };
    escape(text.replace(cannot, "\u{fffd}")).into_owned()
}

/// An element of ours with text.
pub(super) fn leaf(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", self::text(text))
}

/// A call or its reply; the namespace of ours is the default within it.
pub(super) fn message(name: &str, items: &str, has_data: bool) -> Parts {
    let (open, close) =
        if has_data { (format!("<{DATA}>"), format!("</{DATA}>")) } else { Default::default() };
    let before = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"{ENVELOPE}\"><soap:Body>\
         <{name} xmlns=\"{NAMESPACE}\">{items}{open}"
    );
    Parts { before, after: format!("{close}</{name}></soap:Body></soap:Envelope>\n") }
}
