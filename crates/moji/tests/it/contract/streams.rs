//! Streams cut at every byte against the model, which sees them whole.

use moji::*;

use super::setups::Setup;
use crate::support::hex;

type Outcome = (Result<(), ConvertError>, Vec<u8>, Vec<StreamEvent>);

fn convert(
    tables: &Tables,
    from: (&Charset, &Options),
    to: (&Charset, &Options),
    parts: [&[u8]; 2],
) -> Outcome {
    let mut converter = Converter::new(tables, from, to).unwrap();
    let (mut out, mut events) = (Vec::new(), Vec::new());
    let [first, last] = parts;
    let done = converter.push(first, &mut out, &mut events);
    (done.and_then(|()| converter.finish(last, &mut out, &mut events)), out, events)
}

/// The record of a place in a text: a record is a line.
fn record(text: &str, scalar: usize) -> usize {
    1 + text.chars().take(scalar).filter(|c| *c == '\n').count()
}

fn in_records(text: &str, side: Side, events: &[CharEvent]) -> Vec<StreamEvent> {
    events.iter().map(|&event| StreamEvent { record: record(text, event.position), side, event }).collect()
}

/// A table of the town's own is compiled for each converter, which takes its time: there it is one cut.
fn cuts(setup: &Setup, length: usize) -> std::ops::RangeInclusive<usize> {
    if setup.options.gaiji.is_some() { length / 2..=length / 2 } else { 0..=length }
}

impl Setup {
    /// Contract 15, from text.
    pub(crate) fn check_text_in_pieces(&self, text: &str) {
        let text = text.replace('\u{FEFF}', "");
        let (mut written, error) = self.model.write(Field::Mixed, &self.model.units(&text));
        let done = match error {
            None => {
                self.model.close(&mut written);
                Ok(())
            }
            Some(source) => {
                let EncodeError::Unmappable { scalar_offset, .. } = source else { unreachable!() };
                Err(ConvertError::Encode { record: record(&text, scalar_offset), source })
            }
        };
        let want = (done, written.bytes, in_records(&text, Side::Encoding, &written.events));
        let utf8 = (&Charset::UTF_8, &Options::default());
        for cut in cuts(self, text.len()) {
            let (first, last) = text.as_bytes().split_at(cut);
            let got = convert(self.tables, utf8, (&self.charset, &self.options), [first, last]);
            assert_eq!(got, want, "{} {} cut at {cut}", self.name, text.escape_unicode());
        }
    }

    /// Contract 15, from one charset to another: reading and then writing, whatever the pieces.
    pub(crate) fn check_on_to(&self, to: &Self, bytes: &[u8]) {
        let (read, unreadable) = self.model.read(Field::Mixed, bytes);
        let (mut written, unwritable) = to.model.write(Field::Mixed, &to.model.units(&read.text));
        if unreadable.is_none() && unwritable.is_none() {
            to.model.close(&mut written);
        }
        for cut in (0..=bytes.len()).step_by(3) {
            let (first, last) = bytes.split_at(cut);
            let sides = ((&self.charset, &self.options), (&to.charset, &to.options));
            let (done, out, events) = convert(self.tables, sides.0, sides.1, [first, last]);
            let case = format!("{} to {}: {} cut at {cut}", self.name, to.name, hex(bytes));
            assert_eq!(hex(&out), hex(&written.bytes), "{case}");
            match (done, &unreadable, &unwritable) {
                (Ok(()), None, None) => {
                    let of = |side| move |found: &&StreamEvent| found.side == side;
                    let told: Vec<_> = events.iter().filter(of(Side::Decoding)).copied().collect();
                    assert_eq!(told, in_records(&read.text, Side::Decoding, &read.events), "{case}");
                    let told: Vec<_> =
                        events.iter().filter(of(Side::Encoding)).map(|found| found.event).collect();
                    assert_eq!(told, written.events, "{case}");
                }
                (Err(ConvertError::Encode { source, .. }), _, Some(want)) => {
                    assert_eq!(source, *want, "{case}")
                }
                (Err(ConvertError::Decode { source, .. }), Some(want), None) => {
                    assert_eq!(source, *want, "{case}")
                }
                (done, ..) => panic!("{case}: {done:?}, {unreadable:?}, {unwritable:?}"),
            }
        }
    }

    /// Contract 15, from bytes. A stream has no field that could be padded, so nothing is trimmed.
    pub(crate) fn check_bytes_in_pieces(&self, bytes: &[u8]) {
        if self.options.trim {
            return;
        }
        let (read, error) = self.model.read(Field::Mixed, bytes);
        let done = match error {
            None => Ok(()),
            Some(source) => Err(ConvertError::Decode { record: record(&read.text, usize::MAX), source }),
        };
        let events = in_records(&read.text, Side::Decoding, &read.events);
        let want = (done, read.text.into_bytes(), events);
        let utf8 = (&Charset::UTF_8, &Options::default());
        for cut in cuts(self, bytes.len()) {
            let (first, last) = bytes.split_at(cut);
            let got = convert(self.tables, (&self.charset, &self.options), utf8, [first, last]);
            assert_eq!(got, want, "{} {} cut at {cut}", self.name, hex(bytes));
        }
    }
}
