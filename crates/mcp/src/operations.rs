//! The operations of the catalogue as assistants meet them: found by words, described, and called.

mod aliases;
mod description;
mod effect;
mod index;
mod input_schema;
mod intent;
mod invocation;
mod outcome;
mod sketch;
mod words;

pub(crate) use self::{
    description::{Detail, describe, tool_of},
    effect::{count, named, requested, targets, written},
    index::{Wanted, search, title},
    input_schema::{input_schema, output_schema},
    invocation::{call_of, operation},
    outcome::{Wish, page_size, told},
};
