//! Conversion cases, as a person who knows the code charts would check them.

#[cfg(test)]
mod bytes;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod fields;
#[cfg(test)]
mod gaiji;
#[cfg(test)]
mod identify;
#[cfg(test)]
mod jef;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod show;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod support;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod unicode;
