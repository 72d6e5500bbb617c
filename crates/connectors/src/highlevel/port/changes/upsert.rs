//! The witness of an upsert of a contact: notes each of its writes before it is sent.

use std::sync::{Mutex, PoisonError};

use domain::{
    Audit, ChangeSets, Difference, Entity, Journal, Mirror, RecordKey, WriteState,
    crm::{Behalf, CrmError},
};
use endpoint::{Timer, Transport};
use highlevel::{
    ContactId,
    models::{self, FieldDirectory},
    resources::{GetContact, UpsertStep, UpsertWitness},
};

use super::{Ended, Noted, Plan, contact};
use crate::highlevel::port::{Connected, Port, refusal::refusal};

/// Watches one upsert.
pub(in crate::highlevel::port) struct Witness<'a, S, T, C> {
    port: &'a Port<S, T, C>,
    behalf: &'a Behalf,
    at: &'a Connected<T, C>,
    names: Option<&'a FieldDirectory>,
    seen: Mutex<Seen>,
}

/// What was noted so far.
#[derive(Default)]
struct Seen {
    writes: Vec<Open>,
    /// Why the witness refused a write.
    refused: Option<CrmError>,
}

/// A write that was noted.
enum Open {
    Creation(Noted),
    /// The creation made nothing.
    Nothing(Noted),
    Update(Noted, Box<models::Contact>, Difference),
    Tags(Noted),
}

impl<'a, S, T, C> Witness<'a, S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    pub(in crate::highlevel::port) fn new(
        (port, behalf): (&'a Port<S, T, C>, &'a Behalf),
        at: &'a Connected<T, C>,
        names: Option<&'a FieldDirectory>,
    ) -> Self {
        Self { port, behalf, at, names, seen: Mutex::default() }
    }

    /// Notes how each write ended, and gives the contact, or why it was not upserted.
    pub(in crate::highlevel::port) async fn end<V>(
        self,
        result: Result<V, highlevel::Error>,
        contact: impl FnOnce(&V) -> Option<&models::Contact>,
    ) -> Result<V, CrmError> {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (value, error) = match (result, seen.refused) {
            (Ok(value), _) => (Some(value), None),
            (Err(_), Some(refused)) => (None, Some(refused)),
            (Err(error), None) => (None, Some(refusal(&error, "contact"))),
        };
        let now = value.as_ref().and_then(contact);
        let last = seen.writes.len().saturating_sub(1);
        for (index, open) in seen.writes.iter().enumerate() {
            let (port, names) = (self.port, self.names);
            match (open, &error) {
                (Open::Nothing(noted), _) => {
                    port.conclude(noted, WriteState::Refused, Ended::default()).await;
                }
                (Open::Creation(noted), None) if index == last => {
                    let ended = now.map(|it| {
                        Ended::made(Entity::Contact, it.id.as_str(), contact::made(it, names))
                    });
                    port.conclude(noted, WriteState::Done, ended.unwrap_or_default()).await;
                }
                // It failed in a way after which somebody was there: perhaps by its own hand.
                (Open::Creation(noted), _) if index < last => {
                    port.conclude(noted, WriteState::InDoubt, Ended::default()).await;
                }
                (
                    Open::Creation(noted) | Open::Update(noted, ..) | Open::Tags(noted),
                    Some(error),
                ) if index == last => {
                    port.fail(noted, error).await;
                }
                (Open::Update(noted, before, intended), _) => {
                    let difference = now.map(|now| contact::told((before, now), intended));
                    let ended = Ended { record: None, difference };
                    port.conclude(noted, WriteState::Done, ended).await;
                }
                (Open::Creation(noted) | Open::Tags(noted), _) => {
                    port.conclude(noted, WriteState::Done, Ended::default()).await;
                }
            }
        }
        match (value, error) {
            (Some(value), _) => Ok(value),
            (None, error) => Err(error.unwrap_or(CrmError::InDoubt)),
        }
    }

    async fn note(&self, step: UpsertStep<'_>) -> Result<(), CrmError> {
        const ACT: &str = "contact.upserted";
        let open = match step {
            UpsertStep::NotCreated => {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(Open::Creation(noted)) = seen.writes.pop() {
                    seen.writes.push(Open::Nothing(noted));
                }
                return Ok(());
            }
            UpsertStep::Create(create) => {
                let intended = contact::drafted(&create.fields, &create.tags, self.names);
                let plan = Plan::create(ACT, intended);
                Open::Creation(self.port.intend(self.behalf, plan).await?)
            }
            UpsertStep::Update { existing, fields } => {
                let existing = self.whole(existing).await?;
                let intended = contact::intended(&existing, fields, self.names);
                let key = RecordKey::new(Entity::Contact, existing.id.as_str());
                let plan = Plan::change(ACT, key, intended.clone());
                let noted = self.port.intend(self.behalf, plan).await?;
                Open::Update(noted, Box::new(existing), intended)
            }
            UpsertStep::AddTags { existing, tags } => {
                let existing = self.whole(existing).await?;
                let has = existing.tags.iter().flatten().cloned().collect();
                let key = RecordKey::new(Entity::Contact, existing.id.as_str());
                let plan = Plan::change(ACT, key, contact::added(&has, tags));
                Open::Tags(self.port.intend(self.behalf, plan).await?)
            }
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).writes.push(open);
        Ok(())
    }

    /// The contact with its tags and custom fields. What a look for duplicates gives is nowhere
    /// specified (`facts/highlevel.md` 6.1), so it may lack them.
    async fn whole(&self, existing: &models::Contact) -> Result<models::Contact, CrmError> {
        if existing.tags.is_some() && existing.custom_fields.is_some() {
            return Ok(existing.clone());
        }
        let get = GetContact { contact_id: ContactId::new(existing.id.as_str()) };
        let read = self.at.client.call(&get).await;
        Ok(read.map_err(|error| refusal(&error, "contact"))?.contact)
    }
}

impl<S, T, C> UpsertWitness for Witness<'_, S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    async fn before(&self, step: UpsertStep<'_>) -> Result<(), String> {
        match self.note(step).await {
            Ok(()) => Ok(()),
            Err(error) => {
                let said = error.to_string();
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).refused = Some(error);
                Err(said)
            }
        }
    }
}
