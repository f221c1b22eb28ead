//! What operators read.

use register::ChainError;

/// A break of the chain in Japanese.
pub fn chain_in_words(error: &ChainError) -> String {
    match error {
        ChainError::Gap { wanted, found } => format!("変更{wanted}があるべきところに変更{found}があります"),
        ChainError::TimeBack(position) => format!("変更{position}の記録日時が、前の変更より前です"),
        ChainError::Hash(position) => {
            format!("変更{position}がハッシュと合いません（この変更か、これより前が書き換えられています）")
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Lower-case hexadecimal digits of exactly `N` bytes.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != N.checked_mul(2)? {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}
