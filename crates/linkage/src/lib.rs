#![doc = include_str!("../README.md")]

mod delivery;
mod lane;
mod plan;
mod schedule;
mod state;

pub use delivery::{CharLine, DELIVERY, Delivery, Phase, ReceiptFacts};
pub use lane::{LANE, Lane, UnderWay};
pub use plan::{Situation, Step, plan};
pub use schedule::{latest_until, local, next_after, timestamp};
pub use state::{Event, Hold, InFlight, InFlightPhase, LINK, LinkState, NotPossible, Trouble};
