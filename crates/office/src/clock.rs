//! The two things a pure program cannot make itself: the time and chance.

use jiff::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The moment it is.
    fn now(&self) -> Timestamp;
}

/// Where random bits come from.
pub trait Entropy: Send + Sync {
    /// Sixty-four random bits.
    fn bits(&self) -> u64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the program reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's source of random bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn bits(&self) -> u64 {
        // Without the system's source the process cannot hold secrets at all; zero bits only make numbers predictable,
        // and every use of them (a pool slot, an audit key) stays correct.
        getrandom::u64().unwrap_or(0)
    }
}
