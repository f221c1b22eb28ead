//! Bytes as hexadecimal digits, as hashes, keys and signatures stand in texts.

/// Bytes as lower-case hexadecimal digits, two for each.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of digits as [`hex`] writes them; none for anything else, capitals included, so that there is one text for
/// what is signed and hashed.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_lower_case_digits_are_bytes() {
        let cases: [(&str, Option<&[u8]>); 8] = [
            ("", Some(&[])),
            ("00", Some(&[0])),
            ("09afff", Some(&[0x09, 0xaf, 0xff])),
            ("0", None),
            ("09a", None),
            ("0A", None),
            ("0g", None),
            ("０", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(unhex(text).as_deref(), wanted, "{text}");
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&all)), Some(all));
    }
}
