//! The rules of the movements: pure checks and effects on the desk.
//!
//! Findings carry the ids of the derived list of errors (E…) and alerts (A…); ids with D are this project's own.

pub(crate) mod address;
pub(crate) mod application;
pub(crate) mod characters;
pub(crate) mod consistency;
pub(crate) mod data;
pub(crate) mod era;
pub(crate) mod former;
pub(crate) mod household;
pub(crate) mod inbound_order;
pub(crate) mod issued;
pub(crate) mod issuing;
pub(crate) mod kana;
pub(crate) mod matching;
pub(crate) mod notice;
pub(crate) mod order;
pub(crate) mod outbound;
pub(crate) mod person;
pub(crate) mod preferred;
pub(crate) mod protection;
pub(crate) mod received;
pub(crate) mod relation;
pub(crate) mod returning;
pub(crate) mod sampling;
pub(crate) mod shorter;
pub(crate) mod stay;
pub(crate) mod stay_period;
pub(crate) mod stop;
pub(crate) mod suppression;
pub(crate) mod targets;
pub(crate) mod tell;
pub(crate) mod town_tables;
pub(crate) mod transfer;
pub(crate) mod withdrawal;

pub(crate) use data::Limit;
