//! The operations of the catalogue as assistants meet them: found by words, described, and called.

mod aliases;
mod index;
mod intent;
mod words;

pub(crate) use self::index::{Wanted, search};
