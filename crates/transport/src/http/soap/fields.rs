//! The items of an element: each at most once, none that has no place there.

use std::str::FromStr;

use super::SoapError;
use super::reader::{Element, Space};

/// An element whose items are known.
#[derive(Clone, Copy)]
pub(super) struct Fields<'e>(&'e Element);

impl<'e> Fields<'e> {
    /// The items of an element; `many` may stand several times.
    pub(super) fn of(element: &'e Element, known: &[&str], many: &[&str]) -> Result<Self, SoapError> {
        let mut seen: Vec<&str> = Vec::new();
        for child in &element.children {
            let name = child.name.as_str();
            if child.space != Space::Ours {
                return Err(SoapError::Namespace(child.name.clone()));
            }
            if many.contains(&name) {
                continue;
            }
            if !known.contains(&name) {
                return Err(SoapError::Unexpected(child.name.clone()));
            }
            if seen.contains(&name) {
                return Err(SoapError::Repeated(child.name.clone()));
            }
            seen.push(name);
        }
        if element.children.is_empty() && !element.text.trim().is_empty() {
            return Err(SoapError::Unexpected(element.text.trim().chars().take(40).collect()));
        }
        Ok(Self(element))
    }

    pub(super) fn all(self, name: &'static str) -> impl Iterator<Item = &'e Element> {
        self.0.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn element(self, name: &'static str) -> Option<&'e Element> {
        self.all(name).next()
    }

    /// The text of an item that may be left out; it has no children.
    pub(super) fn text(self, name: &'static str) -> Result<Option<&'e str>, SoapError> {
        self.element(name).map(text_of).transpose()
    }

    /// The texts of an item that may stand several times.
    pub(super) fn texts(self, name: &'static str) -> Result<Vec<String>, SoapError> {
        self.all(name).map(|element| text_of(element).map(str::to_owned)).collect()
    }

    pub(super) fn needed(self, name: &'static str) -> Result<&'e str, SoapError> {
        self.text(name)?.ok_or_else(|| SoapError::Missing(name.to_owned()))
    }

    pub(super) fn value<T: FromStr>(self, name: &'static str) -> Result<T, SoapError> {
        let text = self.needed(name)?.trim();
        text.parse().map_err(|_| SoapError::BadValue {
            name: name.to_owned(),
            value: text.chars().take(100).collect(),
        })
    }
}

fn text_of(element: &Element) -> Result<&str, SoapError> {
    match element.children.first() {
        Some(child) => Err(SoapError::Unexpected(child.name.clone())),
        None => Ok(&element.text),
    }
}
