#![doc = include_str!("../README.md")]

mod arrival;
mod delivery;
mod lane;
mod plan;
mod schedule;
mod state;

pub use arrival::{Found, InwardStep, Notice, Seen, Taking, due_of_arrival, found, plan_inward};
pub use delivery::{CharLine, DELIVERY, Delivery, Packed, Phase, ReceiptFacts};
pub use lane::{LANE, Lane, UnderWay};
pub use plan::{Situation, Step, begins, in_force, plan, through};
pub use schedule::{latest_run_until, latest_until, local, next_after, next_run_after, timestamp};
pub use state::{Division, Event, Hold, InFlight, InFlightPhase, LINK, LinkState, NotPossible, Trouble};
