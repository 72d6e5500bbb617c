//! Tells the journal what a write left, so that the mirror knows it before any event comes.
//!
//! The vendor tells of our writes too, but an event can be lost, and until it comes the mirror would say
//! the value from before: whoever compares would take that for somebody's edit.

use domain::{
    Audit, ChangeSets, Entity, Fields, Journal, Mirror, Origin, RecordKey, Snapshot, crm::Behalf,
};
use endpoint::{Timer, Transport};
use highlevel::models;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Connected, Port};
use crate::highlevel::{HighLevel, lists};

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    /// Tells what a contact is like since a write, as its reply said.
    pub(super) async fn tell_contact(
        &self,
        behalf: &Behalf,
        at: &Connected<T, C>,
        contact: &models::Contact,
    ) {
        let key = RecordKey::new(Entity::Contact, contact.id.as_str());
        let told = serde_json::to_value(contact).unwrap_or_default();
        self.tell_listed(behalf, at, (key, json!({ "contact": told }))).await;
    }

    /// Tells what an opportunity is like since a write, as its reply said.
    pub(super) async fn tell_deal(
        &self,
        behalf: &Behalf,
        at: &Connected<T, C>,
        deal: &models::Opportunity,
    ) {
        let key = RecordKey::new(Entity::Opportunity, deal.id.as_str());
        let told = serde_json::to_value(deal).unwrap_or_default();
        self.tell_listed(behalf, at, (key, json!({ "opportunity": told }))).await;
    }

    /// Tells the tags of a contact whose row there is. The reply has no time, so the row's clock stays.
    pub(super) async fn tell_tags(
        &self,
        behalf: &Behalf,
        at: &Connected<T, C>,
        (id, tags): (&str, &[String]),
    ) {
        let key = RecordKey::new(Entity::Contact, id);
        let rows = self.store.records(&behalf.tenant, std::slice::from_ref(&key)).await;
        let row = rows.ok().and_then(|mut rows| rows.pop());
        if let Some(row) = row.filter(|row| row.deleted_at.is_none()) {
            let fields = [("tags".to_owned(), json!(tags))].into();
            self.tell(behalf, at, (key, fields, row.occurred_at)).await;
        }
    }

    async fn tell_listed(
        &self,
        behalf: &Behalf,
        at: &Connected<T, C>,
        (key, reply): (RecordKey, Value),
    ) {
        if let Some(listed) = lists::told_of(reply, &key, at.location.as_str()) {
            let occurred_at = listed.occurred_at.unwrap_or_else(|| self.now());
            self.tell(behalf, at, (listed.key, listed.fields, occurred_at)).await;
        }
    }

    async fn tell(
        &self,
        behalf: &Behalf,
        at: &Connected<T, C>,
        (key, fields, occurred_at): (RecordKey, Fields, Timestamp),
    ) {
        let snapshot = Snapshot {
            tenant: behalf.tenant.clone(),
            vendor: HighLevel::NAME.to_owned(),
            account: Some(at.location.to_string()),
            origin: Origin::Written,
            key,
            fields,
            gone: false,
            occurred_at,
            found: None,
            read_at: self.now(),
        };
        // Beside a running hub nothing can be added to the journal; the vendor's event has to do.
        if let Err(error) = self.store.append(snapshot.into_event()).await {
            tracing::debug!(%error, "what was written is known to the mirror when its event comes");
        }
    }
}
