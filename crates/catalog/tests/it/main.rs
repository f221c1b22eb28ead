//! The four real lists, the function table and the link files, and what happens to malformed ones.

#[cfg(test)]
mod derive;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod links;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod packing;
mod sheets;
#[cfg(test)]
mod states;
#[cfg(test)]
mod support;
#[cfg(test)]
mod through;
#[cfg(test)]
mod together;
