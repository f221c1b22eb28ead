//! One message, read: the envelope's rules and limits, the tree of its only call, the data of a delivery on its way.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};

use super::base64::Decoder;
use super::{DATA, ENVELOPE, NAMESPACE, SoapError};

/// Elements in one another: envelope, body, call, receipt and its items are five.
const DEPTH_MAX: usize = 12;
/// Declared prefixes in scope at once.
const PREFIXES_MAX: usize = 64;
/// Elements of one message: a list of thirty thousand deliveries has so many.
const ELEMENTS_MAX: usize = 400_000;
/// Bytes of coded data handed on at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Who a header is for when it is for whoever gets it.
const NEXT_ACTOR: &str = "http://schemas.xmlsoap.org/soap/actor/next";

/// Whose an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// No namespace at all.
    None,
    Envelope,
    Ours,
    Another,
}

/// An element with its text or its children.
#[derive(Debug)]
pub struct Element {
    pub(super) space: Space,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
    must_understand: bool,
}

impl Element {
    pub(super) fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }

    /// The first child of ours with this name, while the rest may still be on its way.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.children.iter().find(|child| child.is(Space::Ours, name)).map(|child| child.text.as_str())
    }
}

/// Takes the data of a delivery: the call as far as it was read, and some bytes; at least once, also when there are none.
pub(super) type Sink<'s> = &'s mut dyn FnMut(&Element, &[u8]) -> io::Result<()>;

/// A reader that gives no more than it may, except where that is somebody else's to bound.
struct Metered<R> {
    inner: R,
    left: u64,
    unmetered: bool,
    exceeded: bool,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut given = self.fill_buf()?;
        let count = given.read(to)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let given = self.inner.fill_buf()?;
        if self.unmetered {
            return Ok(given);
        }
        if self.left == 0 && !given.is_empty() {
            self.exceeded = true;
            return Err(io::Error::other("the message is too large"));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(given.len());
        Ok(given.get(..most).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        if !self.unmetered {
            self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        }
    }
}

/// Reads an envelope with no more than so many bytes beside the data, and gives the only child of its body.
pub(super) fn read_body<R: BufRead>(input: R, bytes_max: u64, sink: Sink<'_>) -> Result<Element, SoapError> {
    let metered = Metered { inner: input, left: bytes_max, unmetered: false, exceeded: false };
    let mut names = NamespaceResolver::default();
    names.set_max_namespace_bindings(PREFIXES_MAX);
    let mut tree =
        Tree { reader: Reader::from_reader(metered), names, open: Vec::new(), root: None, elements: 0 };
    tree.reader.config_mut().check_comments = true;
    tree.check_start()?;
    tree.read(sink)?;
    body_of(tree.root.ok_or(SoapError::NotXml { at: 0 })?)
}

struct Tree<R> {
    reader: Reader<Metered<R>>,
    names: NamespaceResolver,
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl<R: BufRead> Tree<R> {
    /// What begins like UTF-16 or UTF-32 would read as no XML at all; that it is another encoding says more.
    fn check_start(&mut self) -> Result<(), SoapError> {
        let start = self.reader.get_mut().fill_buf().map_err(SoapError::Io)?;
        let foreign = start.starts_with(&[0xfe, 0xff])
            || start.starts_with(&[0xff, 0xfe])
            || start.get(..2).is_some_and(|two| two.contains(&0));
        if foreign { Err(SoapError::Encoding) } else { Ok(()) }
    }

    fn read(&mut self, sink: Sink<'_>) -> Result<(), SoapError> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.unreadable(error)),
            };
            match event {
                Event::Start(start) => {
                    let streams = self.start(&start)?;
                    if streams {
                        self.stream(&mut *sink)?;
                    }
                }
                Event::Empty(start) => {
                    if self.start(&start)?
                        && let Some(call) = self.open.get(2)
                    {
                        sink(call, &[]).map_err(SoapError::Data)?;
                    }
                    self.end()?;
                }
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let letter = self.referred(&reference)?;
                    self.text(letter.encode_utf8(&mut [0; 4]))?;
                }
                Event::Decl(declared) => {
                    let utf8 = declared
                        .encoding()
                        .is_none_or(|name| name.is_ok_and(|name| name.eq_ignore_ascii_case("utf-8")));
                    if !utf8 {
                        return Err(SoapError::Encoding);
                    }
                    let version = declared.version().map_err(|error| self.unreadable(error))?;
                    if &*version != "1.0" {
                        return Err(self.not_xml());
                    }
                }
                Event::DocType(_) => return Err(SoapError::Dtd),
                Event::PI(_) => return Err(SoapError::Instruction),
                Event::Comment(_) => {}
                Event::Eof if self.open.is_empty() => return Ok(()),
                Event::Eof => return Err(self.not_xml()),
            }
        }
    }

    fn not_xml(&self) -> SoapError {
        SoapError::NotXml { at: self.reader.buffer_position() }
    }

    fn unreadable(&self, error: quick_xml::Error) -> SoapError {
        if self.reader.get_ref().exceeded {
            return SoapError::TooLarge;
        }
        match error {
            quick_xml::Error::Io(error) => SoapError::Io(io::Error::new(error.kind(), error)),
            quick_xml::Error::Encoding(_) => SoapError::Encoding,
            _ => self.not_xml(),
        }
    }

    /// Opens an element. Tells whether its content is the data of a delivery.
    fn start(&mut self, start: &BytesStart<'_>) -> Result<bool, SoapError> {
        if self.root.is_some() {
            return Err(self.not_xml());
        }
        if DEPTH_MAX <= self.open.len() {
            return Err(SoapError::TooDeep);
        }
        self.elements = self.elements.saturating_add(1);
        if ELEMENTS_MAX < self.elements {
            return Err(SoapError::TooLarge);
        }
        if self.names.push(start).is_err() {
            return Err(self.not_xml());
        }
        let (found, local) = self.names.resolve_element(start.name());
        let space = match found {
            ResolveResult::Unbound => Space::None,
            ResolveResult::Bound(namespace) => space_of(namespace.0),
            ResolveResult::Unknown(_) => return Err(self.not_xml()),
        };
        let name = local.as_ref().to_owned();
        let must_understand = self.must_understand(start)?;
        let element = Element { space, name, text: String::new(), children: Vec::new(), must_understand };
        if self.open.is_empty() && !element.is(Space::Envelope, "Envelope") {
            return Err(SoapError::Version);
        }
        let in_call =
            self.open.len() == 3 && self.open.get(1).is_some_and(|body| body.is(Space::Envelope, "Body"));
        let is_data = in_call && element.is(Space::Ours, DATA);
        self.open.push(element);
        Ok(is_data)
    }

    /// Whether the element is a header for us that must be understood. Reading the attributes checks their form, too.
    fn must_understand(&self, start: &BytesStart<'_>) -> Result<bool, SoapError> {
        let (mut must, mut for_us) = (false, true);
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.unreadable(error.into()))?;
            let (found, local) = self.names.resolve_attribute(attribute.key);
            if !matches!(found, ResolveResult::Bound(namespace) if namespace.0 == ENVELOPE) {
                continue;
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| self.not_xml())?;
            match local.as_ref() {
                "mustUnderstand" => must = matches!(value.trim(), "1" | "true"),
                "actor" => for_us = ["", NEXT_ACTOR].contains(&value.trim()),
                _ => {}
            }
        }
        Ok(must && for_us)
    }

    fn end(&mut self) -> Result<(), SoapError> {
        self.names.pop();
        let element = self.open.pop().ok_or_else(|| self.not_xml())?;
        if !element.children.is_empty() && !element.text.trim().is_empty() {
            let text = element.text.trim().chars().take(40).collect();
            return Err(SoapError::Unexpected(text));
        }
        match self.open.last_mut() {
            Some(above) => above.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), SoapError> {
        let legal = |letter: char| {
            matches!(letter, '\t' | '\n' | '\r')
                || (' ' <= letter && !('\u{fffe}'..='\u{ffff}').contains(&letter))
        };
        if !text.chars().all(legal) {
            return Err(self.not_xml());
        }
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(self.not_xml()),
        }
        Ok(())
    }

    /// What a reference stands for: a character by its number or one of the five that XML itself names.
    fn referred(&self, reference: &BytesRef<'_>) -> Result<char, SoapError> {
        if let Some(letter) = reference.resolve_char_ref().map_err(|error| self.unreadable(error))? {
            return Ok(letter);
        }
        match &**reference {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "apos" => Ok('\''),
            "quot" => Ok('"'),
            other => Err(SoapError::Entity(other.chars().take(40).collect())),
        }
    }

    /// Hands on the content of the element just opened, up to its end.
    fn stream(&mut self, sink: Sink<'_>) -> Result<(), SoapError> {
        let call = self.open.get(2).ok_or(SoapError::NoBody)?;
        let mut decoder = Decoder::default();
        self.reader.get_mut().unmetered = true;
        let mut stream = self.reader.stream();
        sink(call, &[]).map_err(SoapError::Data)?;
        loop {
            let given = stream.fill_buf().map_err(SoapError::Io)?;
            let given = given.get(..PIECE_BYTES.min(given.len())).unwrap_or_default();
            let end = memchr::memchr(b'<', given).unwrap_or(given.len());
            let piece = given.get(..end).unwrap_or_default();
            let over = end < given.len() || given.is_empty();
            let plain = decoder.feed(piece).map_err(|_| SoapError::Base64)?;
            if !plain.is_empty() {
                sink(call, &plain).map_err(SoapError::Data)?;
            }
            stream.consume(end);
            if over {
                break;
            }
        }
        self.reader.get_mut().unmetered = false;
        decoder.end().map_err(|_| SoapError::Base64)?;
        // Nothing but its end may follow: what else could stand in it is no data.
        let mut buffer = Vec::new();
        match self.reader.read_event_into(&mut buffer) {
            Ok(Event::End(_)) => self.end(),
            Ok(Event::Eof) => Err(self.not_xml()),
            Ok(_) => Err(SoapError::Base64),
            Err(error) => Err(self.unreadable(error)),
        }
    }
}

fn space_of(namespace: &str) -> Space {
    match namespace {
        ENVELOPE => Space::Envelope,
        NAMESPACE => Space::Ours,
        "" => Space::None,
        _ => Space::Another,
    }
}

/// The only child of the only body, behind headers that need not be understood.
fn body_of(envelope: Element) -> Result<Element, SoapError> {
    let mut parts = envelope.children.into_iter().peekable();
    if let Some(header) = parts.next_if(|part| part.is(Space::Envelope, "Header"))
        && let Some(block) = header.children.iter().find(|block| block.must_understand)
    {
        return Err(SoapError::MustUnderstand(block.name.clone()));
    }
    let mut body: Option<Element> = None;
    for part in parts {
        if !part.is(Space::Envelope, "Body") {
            return Err(SoapError::Unexpected(part.name));
        }
        if body.replace(part).is_some() {
            return Err(SoapError::SeveralBodies);
        }
    }
    let mut calls = body.ok_or(SoapError::NoBody)?.children.into_iter();
    match (calls.next(), calls.next()) {
        (Some(call), None) => Ok(call),
        (Some(_), Some(_)) => Err(SoapError::SeveralBodies),
        (None, _) => Err(SoapError::NoBody),
    }
}
