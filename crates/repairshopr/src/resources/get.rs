//! `/customers/{id}` and its siblings: one record.

use std::marker::PhantomData;

use endpoint::{Endpoint, Method};

use crate::models::{Found, Readable};

/// Reads one record, such as `Get::<Customer>::new(7)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Get<T> {
    id: String,
    record: PhantomData<fn() -> T>,
}

impl<T> Get<T> {
    /// The record with this id. Tickets and invoices are also found by their number, where it is no
    /// other record's id.
    pub fn new(id: impl Into<u64>) -> Self {
        Self { id: id.into().to_string(), record: PhantomData }
    }
}

impl<T: Readable> Endpoint for Get<T> {
    const NAME: &'static str = T::READ_OPERATION;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = T::READ_PATH;
    type Response = Found<T>;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("id", &self.id)]
    }
}
