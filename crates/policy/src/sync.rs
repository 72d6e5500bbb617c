//! Keeping a record of the CRM and a row of a counterpart equal: what has to be written where.

pub mod merge;
pub mod value;
