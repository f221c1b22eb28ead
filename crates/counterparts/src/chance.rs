//! Draws from a seed: what happens by chance outside the house, the same in every run.

/// A number below `below`, from a seed and what it is about: a draw more of one thing does not shift those of another.
pub(crate) fn drawn(seed: u64, of: &str, below: u64) -> u64 {
    let named = of.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    let mixed = (named ^ (named >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % below.max(1)
}
