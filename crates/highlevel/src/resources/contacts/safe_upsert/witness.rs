//! Who is told of each write of a safe upsert before it is sent.

use std::future::Future;

use super::super::CreateContact;
use crate::models::{Contact, ContactFields};

/// What a safe upsert is about to do.
#[derive(Clone, Copy, Debug)]
pub enum UpsertStep<'a> {
    /// It creates the contact.
    Create(&'a CreateContact),
    /// It does nothing yet: the creation made no contact, since somebody else was faster.
    NotCreated,
    /// It changes these fields of the contact that there is.
    Update {
        /// The contact as it was found.
        existing: &'a Contact,
        /// The fields that are sent.
        fields: &'a ContactFields,
    },
    /// It adds these tags to the contact that there is.
    AddTags {
        /// The contact as it was found.
        existing: &'a Contact,
        /// The tags that are sent, those that the contact has among them.
        tags: &'a [String],
    },
}

/// Is told of each write of a safe upsert before it is sent.
pub trait UpsertWitness: Send + Sync {
    /// Takes note of a step.
    ///
    /// # Errors
    /// A sentence that says why the step must not be taken. Nothing is sent then.
    fn before(&self, step: UpsertStep<'_>) -> impl Future<Output = Result<(), String>> + Send;
}

/// Nobody, who minds nothing.
pub(super) struct Nobody;

impl UpsertWitness for Nobody {
    async fn before(&self, _: UpsertStep<'_>) -> Result<(), String> {
        Ok(())
    }
}
