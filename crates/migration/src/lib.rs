#![doc = include_str!("../README.md")]

mod characters;
mod convert;
mod dates;
mod mapping;
mod profile;
mod reconcile;
mod source;

pub use characters::{Admission, AdmissionError, Policy};
pub use convert::{Converted, Converter, Fault, Note};
pub use dates::DateForm;
pub use mapping::{CodeTable, Mapping, MappingError, Origin, Otherwise, Rule, Source, SourceForm};
pub use profile::{Doubt, Profile};
pub use reconcile::{Counts, Difference, Reconciliation};
pub use source::{columns_of, layout_of};
