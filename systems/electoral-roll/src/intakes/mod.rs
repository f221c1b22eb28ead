//! What the roll takes in, one intake per file.

mod protected;
mod residents;

pub use protected::PROTECTED;
pub use residents::RESIDENTS;
