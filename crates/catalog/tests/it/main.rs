//! The four real lists, the function table and the link files, and what happens to malformed ones.

#[cfg(test)]
mod contradictions;
#[cfg(test)]
mod dates;
#[cfg(test)]
mod derive;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod kept;
mod links;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod packing;
#[cfg(test)]
mod shapes;
mod sheets;
#[cfg(test)]
mod states;
#[cfg(test)]
mod support;
#[cfg(test)]
mod through;
#[cfg(test)]
mod together;
