//! Keeping a record of the CRM and a row of a counterpart equal: what has to be written where.

#[cfg(test)]
mod convergence;
pub mod face;
pub mod merge;
pub mod news;
pub mod preset;
pub mod value;
