//! Base64 piece by piece: a delivery is never held as a whole.

use std::io::{self, Read};

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;

/// Bytes coded at a time: a multiple of three, so that padding stands at the end only.
const PIECE_BYTES: usize = 48 * 1024;

/// How many characters so many bytes become.
pub fn coded_len(bytes: u64) -> u64 {
    bytes.div_ceil(3).saturating_mul(4)
}

/// What a reader gives, in base64.
#[derive(Debug)]
pub(super) struct Encoder<R> {
    inner: R,
    coded: Vec<u8>,
    given: usize,
}

impl<R: Read> Encoder<R> {
    /// What this reader gives.
    pub(super) fn new(inner: R) -> Self {
        Self { inner, coded: Vec::new(), given: 0 }
    }

    fn next_piece(&mut self) -> io::Result<()> {
        let mut plain = Vec::with_capacity(PIECE_BYTES);
        let most = u64::try_from(PIECE_BYTES).unwrap_or(u64::MAX);
        Read::take(&mut self.inner, most).read_to_end(&mut plain)?;
        self.coded = STANDARD.encode(plain).into_bytes();
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Encoder<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given == self.coded.len() {
            self.next_piece()?;
        }
        let mut left = self.coded.get(self.given..).unwrap_or_default();
        let count = left.read(to)?;
        self.given = self.given.saturating_add(count);
        Ok(count)
    }
}

/// Takes base64 in pieces cut anywhere, with white space between as XML Schema allows, and gives bytes.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Characters that are no whole group of four yet.
    rest: Vec<u8>,
    ended: bool,
}

/// That it is no base64.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotBase64;

impl Decoder {
    /// The bytes of a piece, as far as they are known.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<Vec<u8>, NotBase64> {
        self.rest.extend(piece.iter().filter(|byte| !byte.is_ascii_whitespace()));
        let whole = self.rest.len().saturating_sub(self.rest.len() % 4);
        let (groups, left) = self.rest.split_at_checked(whole).ok_or(NotBase64)?;
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        // Padding ends it.
        if self.ended {
            return Err(NotBase64);
        }
        let plain = STANDARD.decode(groups).map_err(|_| NotBase64)?;
        self.ended = groups.ends_with(b"=");
        self.rest = left.to_vec();
        Ok(plain)
    }

    /// Whether it may end here.
    pub(super) fn end(self) -> Result<(), NotBase64> {
        if self.rest.is_empty() { Ok(()) } else { Err(NotBase64) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(bytes: &[u8]) -> String {
        let mut text = String::new();
        Encoder::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    fn decoded(pieces: &[&str]) -> Result<Vec<u8>, NotBase64> {
        let mut decoder = Decoder::default();
        let mut bytes = Vec::new();
        for piece in pieces {
            bytes.extend(decoder.feed(piece.as_bytes())?);
        }
        decoder.end().map(|()| bytes)
    }

    #[test]
    fn bytes_of_every_length_come_back_cut_anywhere() {
        for length in [0, 1, 2, 3, 4, 5, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1] {
            let bytes: Vec<u8> = (0..=255).cycle().take(length).collect();
            let text = coded(&bytes);
            assert_eq!(u64::try_from(text.len()), Ok(coded_len(u64::try_from(length).unwrap())), "{length}");
            for cut in [0, 1, 2, 3, text.len() / 2, text.len()] {
                let (first, second) = text.split_at(cut.min(text.len()));
                assert_eq!(decoded(&[first, second]), Ok(bytes.clone()), "{length} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_is_no_base64_is_told() {
        for (pieces, bytes) in [
            (&["YWJj"][..], Some(&b"abc"[..])),
            (&[" YW\n", "\tJ j\r\n"], Some(b"abc")),
            (&["YWI="], Some(b"ab")),
            (&["YW", "I", "="], Some(b"ab")),
            (&[""], Some(b"")),
            (&["YWI"], None),
            (&["YWI=", "YWJj"], None),
            (&["YW=I"], None),
            (&["YWJ-"], None),
            (&["YWJ年"], None),
            // Bits behind the end that say nothing must be nought.
            (&["YWJ="], None),
            (&["===="], None),
        ] {
            assert_eq!(decoded(pieces).ok().as_deref(), bytes, "{pieces:?}");
        }
    }
}
