//! In which blocks a sequence of characters may stand.

/// How many rows of bits a signature has. More rows are fewer false answers and more memory: 16,384 rows of one bit per 64
/// entries are 32 bytes per entry.
const ROWS_LOG2: u32 = 14;

/// The longest sequence that has a row: three characters, or four digits, of which there are more alike.
const LONGEST: usize = 3;
const LONGEST_DIGITS: usize = 4;

/// A row of bits, one per block, for each sequence of characters; sequences share rows.
#[derive(Debug)]
pub(crate) struct Signature {
    rows: Vec<Vec<u64>>,
    /// Of the text at hand; kept so that nothing is allocated per text.
    chars: Vec<char>,
}

impl Default for Signature {
    fn default() -> Self {
        Self { rows: vec![Vec::new(); 1 << ROWS_LOG2], chars: Vec::new() }
    }
}

impl Signature {
    /// Marks every sequence of a text as standing in a block.
    pub(crate) fn add(&mut self, text: &str, block: usize) {
        let mut chars = std::mem::take(&mut self.chars);
        chars.clear();
        chars.extend(text.chars());
        for at in 0..chars.len() {
            for length in 1..=LONGEST_DIGITS {
                let Some(sequence) = chars.get(at..at + length) else { break };
                if LONGEST < length && !sequence.iter().all(char::is_ascii_digit) {
                    break;
                }
                self.mark(row_of(sequence), block);
            }
        }
        self.chars = chars;
    }

    fn mark(&mut self, row: usize, block: usize) {
        let Some(row) = self.rows.get_mut(row) else { return };
        let word = block / 64;
        if row.len() <= word {
            row.resize(word + 1, 0);
        }
        if let Some(word) = row.get_mut(word) {
            *word |= 1 << (block % 64);
        }
    }

    /// The blocks a fragment may stand in, out of so many; nothing for an empty fragment.
    pub(crate) fn blocks(&self, fragment: &str, blocks: usize) -> Option<Vec<u64>> {
        let chars: Vec<char> = fragment.chars().collect();
        let longest = match chars.iter().all(char::is_ascii_digit) {
            true => LONGEST_DIGITS,
            false => LONGEST,
        };
        // The longest sequences say all that the shorter ones in them say.
        let mut sequences = chars.windows(longest.min(chars.len()).max(1));
        let words = blocks.div_ceil(64);
        let mut may: Vec<u64> = self.row(sequences.next()?).to_vec();
        for sequence in sequences {
            let row = self.row(sequence);
            may.truncate(row.len());
            for (may, word) in may.iter_mut().zip(row) {
                *may &= word;
            }
        }
        may.resize(words, 0);
        Some(may)
    }

    fn row(&self, sequence: &[char]) -> &[u64] {
        self.rows.get(row_of(sequence)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The row of a sequence: a multiplicative hash of its characters.
fn row_of(sequence: &[char]) -> usize {
    let mut hash = 0x9E37_79B9_7F4A_7C15_u64;
    for c in sequence {
        hash = (hash ^ u64::from(u32::from(*c))).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        hash ^= hash >> 32;
    }
    usize::try_from(hash >> (64 - ROWS_LOG2)).unwrap_or_default()
}
