#![doc = include_str!("../README.md")]

mod assess;
mod charsets;
mod check;
mod check_links;
mod compare;
mod derive;
mod doubts;
mod explain;
mod flows;
mod fold;
mod functions;
mod general;
mod grid;
mod heading;
mod heading_settle;
mod known;
mod link;
mod list;
mod list_row;
mod packing;
mod per;
mod problem;
mod sheet;
mod sheet_ends;
mod sheet_numbers;
mod sheet_time;
mod sheet_told;
mod sheet_withdrawn;
mod sheet_words;
mod summary;
mod systems;
mod table;
mod term;
mod through;
mod timing;
mod vocabulary;
mod words;
mod workbook;

pub use assess::{Question, QuestionKind, RowState, Standing, assess};
pub use charsets::{CharsetWord, Charsets};
pub use check::check_link;
pub use check_links::check_links;
pub use compare::{ListChange, compare};
pub use derive::{
    Defaults, Derived, DerivedDataset, DerivedItem, DerivedLayout, DerivedLink, ItemKind, Schema, SchemaItem,
    SchemaTables, Schemas, derive, generic,
};
pub use explain::explain;
pub use functions::{FunctionMode, FunctionRow, FunctionTable};
pub use grid::{Area, Grid};
pub use known::{Known, STAND_IN};
pub use link::{Delivery, Link, Method, Starter, Unmappable};
pub use list::{FunctionPlace, LinkList, LinkRow, ListId, ListKind, RowRef, Volume};
pub use packing::Packing;
pub use problem::{Column, Problem};
pub use summary::{Summary, summary_table};
pub use systems::{SystemKind, SystemRef, Systems};
pub use term::{Fill, Term, run_together};
pub use through::Through;
pub use timing::{DayOfWeek, OnClosedDay, Timing};
pub use vocabulary::Vocabulary;
pub use words::{Assurance, Direction, Extent, MethodWord, TimingWord, ViaSide};
