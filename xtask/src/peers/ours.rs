//! What we make of the same.

use moji::{CharEvent, Charset, Decoder, Encoder, Field, Options, Tables};

use super::tokens::REFUSED;
use super::universe::{Direction, Item, hex};

/// Our codecs of one charset, under the default options.
pub(super) struct Ours {
    charset: Charset,
    encoder: Encoder,
    decoder: Decoder,
    events: Vec<CharEvent>,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Hex digits of the bytes or of the text in UTF-8, or [`REFUSED`].
    pub result: String,
    /// What we say about it: the rule that refuses it, or what an event tells; empty for an exact round trip.
    pub said: &'static str,
}

impl Ours {
    pub(super) fn new(tables: &Tables, charset: &Charset) -> anyhow::Result<Self> {
        let options = Options::default();
        let (encoder, decoder) = (tables.encoder(charset, &options)?, tables.decoder(charset, &options)?);
        Ok(Self { charset: charset.clone(), encoder, decoder, events: Vec::new() })
    }

    pub(super) fn answer(&mut self, direction: Direction, item: &Item) -> Answer {
        self.events.clear();
        let input = item.input(&self.charset, direction);
        let mut out = Vec::new();
        let refusal = match direction {
            Direction::Decode => {
                let read = self.decoder.decode_utf8(Field::Mixed, &input, &mut out, &mut self.events);
                read.err().map(|error| error.rule.word())
            }
            Direction::Encode => {
                let text = String::from_utf8_lossy(&input);
                let written = self.encoder.encode(Field::Mixed, &text, &mut out, &mut self.events);
                written.err().map(|error| error.word())
            }
        };
        match refusal {
            Some(said) => Answer { result: REFUSED.to_owned(), said },
            None => {
                let said = self.events.first().map_or("", |event| event.done.word());
                Answer { result: hex(&out), said }
            }
        }
    }
}
