//! Chance from a seed.

/// A generator (SplitMix64) with named children.
///
/// A child depends on where its parent came from and on the name, not on what the parent has drawn: one more draw in one
/// place shifts nothing elsewhere.
///
/// Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014).
#[derive(Clone, Debug)]
pub(crate) struct Rng {
    origin: u64,
    state: u64,
}

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        let origin = mix(seed);
        Rng { origin, state: origin }
    }

    /// The child of a name.
    pub(crate) fn child(&self, name: &str) -> Rng {
        self.nth(name, 0)
    }

    /// The `n`-th child of a name.
    pub(crate) fn nth(&self, name: &str, n: u64) -> Rng {
        let mut hash = 0xCBF2_9CE4_8422_2325_u64; // FNV-1a
        for byte in name.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        Rng::new(self.origin ^ hash.rotate_left(17) ^ mix(n.wrapping_add(0x9E37_79B9)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// 0 to `end` - 1; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        let high = self.next() >> 32;
        u32::try_from((high * u64::from(end)) >> 32).unwrap_or_default()
    }

    /// `low` to `high`, both included; `low` when they cross.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = u32::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(1);
        low.saturating_add(i32::try_from(self.below(width)).unwrap_or_default())
    }

    /// True in `share` of 1,000 cases.
    pub(crate) fn per_mille(&mut self, share: u32) -> bool {
        self.below(1000) < share
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_does_not_depend_on_its_parents_draws() {
        let fresh = Rng::new(7);
        let mut used = Rng::new(7);
        used.next();
        assert_eq!(fresh.child("names").next(), used.child("names").next());
        assert_ne!(fresh.child("names").next(), fresh.child("dates").next());
        assert_ne!(fresh.nth("names", 1).next(), fresh.nth("names", 2).next());
    }

    #[test]
    fn draws_stay_in_their_bounds_and_reach_them() {
        let mut rng = Rng::new(1);
        let drawn: Vec<i32> = (0..1000).map(|_| rng.between(-2, 2)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-2), Some(&2)));
        assert_eq!((rng.between(5, 4), rng.below(0)), (5, 0));
        assert!(!rng.per_mille(0) && rng.per_mille(1000));
    }
}
