//! Layouts as a town edits them, rows as a system sends them, files as other systems send them.

#[cfg(test)]
mod bad;
#[cfg(test)]
mod collection;
#[cfg(test)]
mod fields;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod layouts;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod residents;
#[cfg(test)]
mod spec;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod support;
#[cfg(test)]
mod sync;
#[cfg(test)]
mod text;
