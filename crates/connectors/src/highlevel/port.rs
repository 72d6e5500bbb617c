//! HighLevel as the CRM of the port for applications: the mirror answers what it knows, calls the rest.
//!
//! What is read comes from the mirror where that is enough, and from HighLevel where the mirror has
//! no whole record, where somebody asks for it, and for a while after the port itself changed the
//! record: whoever writes reads what they wrote. Every write is noted in the audit, by ids alone, and
//! in a change set, with what was there before.

mod account;
mod brokered;
mod calendars;
mod changes;
mod clients;
mod contacts;
mod cursor;
mod echo;
mod fields;
mod messages;
mod notes;
mod opportunities;
mod own_writes;
mod pipelines;
mod refusal;
mod standings;
#[cfg(test)]
mod tests;
mod wishes;
mod zones;

use std::sync::Arc;

use domain::{
    Audit, ChangeSets, Clock, Entity, Journal, Mirror, NewAudit, OrganizationId, Outcome, Record,
    RecordKey,
    crm::{Answer, Behalf, Crm, CrmError},
};
use endpoint::{Timer, Transport};
use jiff::Timestamp;

pub use self::{
    brokered::Brokered,
    clients::{Clients, Connected},
};
use self::{
    changes::Counter, fields::Fields, own_writes::OwnWrites, pipelines::Pipelines, zones::Zones,
};

/// The longest id that a record can have, in characters.
const LONGEST_ID: usize = 64;

/// The port over HighLevel.
pub struct Port<S, T, C> {
    store: S,
    clients: Arc<dyn Clients<T, C>>,
    clock: Arc<dyn Clock>,
    fields: Fields,
    pipelines: Pipelines,
    own_writes: OwnWrites,
    zones: Zones,
    counter: Counter,
}

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    /// A port over this store's mirror and these clients. Nothing is sent.
    #[must_use]
    pub fn new(store: S, clients: Arc<dyn Clients<T, C>>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clients,
            clock,
            fields: Fields::default(),
            pipelines: Pipelines::default(),
            own_writes: OwnWrites::default(),
            zones: Zones::default(),
            counter: Counter::default(),
        }
    }

    async fn connected(&self, behalf: &Behalf) -> Result<Connected<T, C>, CrmError> {
        self.clients.client(&behalf.tenant, behalf.account.as_deref()).await
    }

    /// What the mirror knows of a record, if that is enough to answer with: it was created in the
    /// mirror's sight or since told whole, and the port has not changed it since.
    async fn mirrored(
        &self,
        behalf: &Behalf,
        entity: Entity,
        id: &str,
    ) -> Result<Option<Record>, CrmError> {
        let keys = [RecordKey::new(entity, id)];
        let record = self.store.records(&behalf.tenant, &keys).await?.pop();
        Ok(record.filter(|record| {
            let is_told = record.deleted_at.is_some() || is_whole(record);
            is_told && self.own_writes.are_seen(record, self.clock.now())
        }))
    }

    /// Notes in the audit how a write ended. A write is not undone because it cannot be noted: that
    /// is told in the log.
    async fn note<V>(
        &self,
        behalf: &Behalf,
        act: &str,
        subject: &str,
        result: &Result<V, CrmError>,
    ) {
        let outcome = match result {
            Ok(_) => Outcome::Done,
            Err(CrmError::InDoubt | CrmError::Unavailable { .. } | CrmError::Storage(_)) => {
                Outcome::Failed
            }
            Err(_) => Outcome::Refused,
        };
        let noted = NewAudit {
            at: self.clock.now(),
            organization: Some(behalf.tenant.organization.clone()),
            connection: Some(behalf.tenant.connection.clone()),
            actor: behalf.actor.clone(),
            act: act.to_owned(),
            outcome,
            subject: Some(subject.to_owned()),
            detail: result.as_ref().err().map(|error| error.kind().to_owned()),
        };
        if let Err(error) = self.store.note_audit(vec![noted]).await {
            tracing::error!(%error, act, "a write at the CRM cannot be noted in the audit");
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl<S, T, C> Crm for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn connections<'a>(
        &'a self,
        organization: &'a OrganizationId,
    ) -> Answer<'a, Vec<domain::Tenant>> {
        self.clients.connections(organization)
    }
}

/// Whether a row tells the whole record. Every kind of event of a record does, except what a
/// workflow sends: that has only what somebody put into it, and no moment of creation.
fn is_whole(record: &Record) -> bool {
    record.fields.contains_key("created_at")
}

/// An id that can be one. Others are answered without a call, as what is not there.
fn checked<'a>(id: &'a str, what: &'static str) -> Result<&'a str, CrmError> {
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    match !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(is_letter) {
        true => Ok(id),
        false => Err(CrmError::NotFound(what)),
    }
}
