//! Chance from a seed: the same in every run.

/// A small generator.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The generator of a seed and a number, so that a round draws the same whatever the rounds before it drew.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut draw = Self(seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        // Near seeds give near first values.
        draw.below(1);
        draw.below(1);
        draw
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 31) % limit.max(1)
    }
}
