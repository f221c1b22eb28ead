#![doc = include_str!("../README.md")]

mod assess;
mod charsets;
mod check;
mod doubts;
mod explain;
mod functions;
mod known;
mod link;
mod list;
mod list_row;
mod problem;
mod summary;
mod systems;
mod table;
mod words;

pub use assess::{Question, QuestionKind, RowState, Standing, assess};
pub use charsets::{CharsetWord, Charsets};
pub use check::check_link;
pub use explain::explain;
pub use functions::{FunctionMode, FunctionRow, FunctionTable};
pub use known::Known;
pub use link::{Delivery, Link, Method, Timing, Unmappable};
pub use list::{FunctionPlace, LinkList, LinkRow, ListId, ListKind, RowRef, Volume};
pub use problem::{Column, Problem};
pub use summary::{Summary, summary_table};
pub use systems::{SystemKind, SystemRef, Systems};
pub use words::{Assurance, Direction, Extent, MethodWord, TimingWord, ViaSide};
