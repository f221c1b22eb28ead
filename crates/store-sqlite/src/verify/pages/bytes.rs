//! Numbers as SQLite's file holds them: the high byte first.

/// Two bytes at a place.
pub(super) fn two(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|bytes| usize::from(u16::from_be_bytes(*bytes)))
}

/// Four bytes at a place.
pub(super) fn four(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// A number of one to nine bytes, and what stands behind it: seven bits of each byte as long as the eighth is set, all eight of
/// the ninth.
///
/// Source: <https://www.sqlite.org/fileformat2.html>, "A variable-length integer".
#[inline]
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 { Some((u64::from(*first), rest)) } else { longer(*first, rest) }
}

/// Numbers of more than one byte, which are few.
fn longer(first: u8, mut rest: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = u64::from(first & 0x7F);
    for _ in 1..8 {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        number = number << 7 | u64::from(byte & 0x7F);
        if *byte < 0x80 {
            return Some((number, rest));
        }
    }
    let (last, rest) = rest.split_first()?;
    Some((number << 8 | u64::from(*last), rest))
}

/// The same as a length.
pub(super) fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = varint(bytes)?;
    Some((usize::try_from(number).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_one_to_nine_bytes() {
        let table: [(&[u8], Option<u64>); 8] = [
            (&[0], Some(0)),
            (&[0x7F], Some(127)),
            (&[0x81, 0], Some(128)),
            (&[0xFF, 0x7F], Some(16_383)),
            (&[0x81, 0x80, 0], Some(16_384)),
            (&[0xFF; 9], Some(u64::MAX)),
            (&[0xFF; 8], None),
            (&[], None),
        ];
        for (bytes, wanted) in table {
            assert_eq!(varint(bytes).map(|(number, _)| number), wanted, "{bytes:?}");
            let followed = [bytes, &[9]].concat();
            if wanted.is_some() {
                assert_eq!(varint(&followed).unwrap().1, [9], "{bytes:?}");
            }
        }
    }
}
