//! Contacts: read from the mirror or HighLevel, found, upserted without merging people, patched, tagged.

mod found;
pub(super) mod told;
mod written;

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    Audit, ChangeSets, Entity, Journal, Mirror, RecordKey,
    crm::{
        Answer, Behalf, Contact, ContactDraft, ContactFilter, ContactPatch, CrmContacts, CrmError,
        NotApplied, Outcome, Page, PageWish, Reading, Upserted,
    },
};
use endpoint::{Timer, Transport};
use highlevel::{
    ContactId,
    models::{self, ContactFields, FieldDirectory},
    resources::{
        self, AddTags, LocationFields, RemoveTags, SafeUpsert, UpdateContact, witnessed_upsert,
    },
};
use serde_json::Value;

use super::{
    Connected, Port,
    changes::{Ended, Plan, contact as changes, upsert::Witness},
    checked,
    refusal::refusal,
};

impl<S, T, C> CrmContacts for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn contact<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        fresh: bool,
    ) -> Answer<'a, Reading<Contact>> {
        Box::pin(async move {
            let id = checked(id, "contact")?;
            let mirrored = match fresh {
                true => None,
                false => self.mirrored(behalf, Entity::Contact, id).await?,
            };
            match mirrored {
                Some(record) if record.deleted_at.is_some() => Err(CrmError::NotFound("contact")),
                Some(record) => {
                    let names = self.known_names(behalf).await;
                    let contact = told::of_mirror(&record, directory(&names));
                    Ok(Reading::of_mirror(contact, record.occurred_at))
                }
                None => self.read(&self.connected(behalf).await?, id).await,
            }
        })
    }

    fn contacts<'a>(
        &'a self,
        behalf: &'a Behalf,
        filter: &'a ContactFilter,
        page: &'a PageWish,
    ) -> Answer<'a, Page<Reading<Contact>>> {
        match page.fresh {
            true => Box::pin(self.found_fresh(behalf, filter, page)),
            false => Box::pin(self.found_in_mirror(behalf, filter, page)),
        }
    }

    fn upsert_contact<'a>(
        &'a self,
        behalf: &'a Behalf,
        draft: &'a ContactDraft,
    ) -> Answer<'a, Upserted> {
        Box::pin(async move {
            let result = self.upsert(behalf, draft).await;
            let subject = match &result {
                Ok(upserted) => upserted.contact.item.id.clone(),
                Err(error) => error.records().join(" "),
            };
            self.note(behalf, "contact.upserted", &subject, &result).await;
            result
        })
    }

    fn patch_contact<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        patch: &'a ContactPatch,
        version: Option<&'a str>,
    ) -> Answer<'a, Reading<Contact>> {
        Box::pin(async move {
            let id = checked(id, "contact")?;
            let result = self.patch(behalf, id, (patch, version)).await;
            self.note(behalf, "contact.patched", id, &result).await;
            result
        })
    }

    fn add_tags<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        tags: &'a [String],
    ) -> Answer<'a, BTreeSet<String>> {
        Box::pin(async move {
            let contact_id = ContactId::new(checked(id, "contact")?);
            let tags = written::tags(tags)?;
            let at = self.connected(behalf).await?;
            let result = async {
                let has = self.present_tags(behalf, &at, id).await?;
                let key = RecordKey::new(Entity::Contact, id);
                let plan = Plan::change("contact.tagged", key, changes::added(&has, &tags));
                let call = AddTags { contact_id, tags };
                let call = at.client.call(&call);
                self.write_as_planned(behalf, (plan, "contact"), call).await
            };
            let result = result.await;
            self.tagged(behalf, (&at, id), ("contact.tagged", result)).await
        })
    }

    fn remove_tag<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        tag: &'a str,
    ) -> Answer<'a, BTreeSet<String>> {
        Box::pin(async move {
            let contact_id = ContactId::new(checked(id, "contact")?);
            let tags = written::tags(&[tag.to_owned()])?;
            let at = self.connected(behalf).await?;
            let result = async {
                let has = self.present_tags(behalf, &at, id).await?;
                let key = RecordKey::new(Entity::Contact, id);
                let plan = Plan::change("contact.untagged", key, changes::removed(&has, &tags));
                let call = RemoveTags { contact_id, tags };
                let call = at.client.call(&call);
                self.write_as_planned(behalf, (plan, "contact"), call).await
            };
            let result = result.await;
            self.tagged(behalf, (&at, id), ("contact.untagged", result)).await
        })
    }
}

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    /// Reads a contact at HighLevel.
    async fn read(&self, at: &Connected<T, C>, id: &str) -> Result<Reading<Contact>, CrmError> {
        let found = self.read_contact(at, id).await?;
        let names = self.fields.known(at, self.now()).await;
        Ok(self.reading(&found, directory(&names)))
    }

    async fn upsert(&self, behalf: &Behalf, draft: &ContactDraft) -> Result<Upserted, CrmError> {
        written::draft(draft, None)?; // Before the first call.
        let at = self.connected(behalf).await?;
        let write = |names: Option<&FieldDirectory>| written::draft(draft, names);
        let (fields, names) = self.with_names(&at, draft.custom_fields.is_empty(), write).await?;
        let wanted = SafeUpsert {
            location_id: at.location.clone(),
            fields,
            company_name: draft.company.clone().filter(|company| !company.trim().is_empty()),
            add_tags: draft.tags.iter().map(|tag| tag.trim().to_owned()).collect(),
        };
        let witness = Witness::new((self, behalf), &at, directory(&names));
        let upserted = witnessed_upsert(&at.client, &wanted, &witness).await;
        let (outcome, contact, not_applied) =
            match witness.end(upserted, resources::Upserted::contact).await? {
                resources::Upserted::TwoContacts { by_email, by_phone } => {
                    let (by_email, by_phone) = (by_email.to_string(), by_phone.to_string());
                    return Err(CrmError::TwoContacts { by_email, by_phone });
                }
                resources::Upserted::Created { contact, not_applied } => {
                    (Outcome::Created, contact, not_applied)
                }
                resources::Upserted::Updated { contact, not_applied } => {
                    (Outcome::Updated, contact, not_applied)
                }
            };
        self.tell_contact(behalf, &at, &contact).await;
        let not_applied = not_applied.into_iter().map(|field| NotApplied {
            pointer: written::pointer(&field.field, directory(&names)),
            found: field.found.unwrap_or(Value::Null),
        });
        let not_applied = not_applied.collect();
        let contact = self.reading(&contact, directory(&names));
        Ok(Upserted { outcome, contact, not_applied })
    }

    async fn patch(
        &self,
        behalf: &Behalf,
        id: &str,
        (patch, version): (&ContactPatch, Option<&str>),
    ) -> Result<Reading<Contact>, CrmError> {
        written::patch(patch, None)?; // Before the first call.
        let at = self.connected(behalf).await?;
        // Also where no version is given: the contact must be one of this location.
        let found = self.read_contact(&at, id).await?;
        let names = self.fields.known(&at, self.now()).await;
        let before = self.reading(&found, directory(&names));
        if version.is_some_and(|version| version != before.item.version) {
            return Err(CrmError::Changed { version: before.item.version });
        }
        let write = |names: Option<&FieldDirectory>| written::patch(patch, names);
        let (fields, names) = self.with_names(&at, patch.custom_fields.is_empty(), write).await?;
        if fields == ContactFields::default() {
            return Ok(before);
        }
        let change = UpdateContact::new(ContactId::new(id), fields);
        let intended = changes::intended(&found, &change.fields, directory(&names));
        let key = RecordKey::new(Entity::Contact, id);
        let plan = Plan::change("contact.patched", key, intended.clone());
        let told = |reply: &models::ContactReply| Ended {
            record: None,
            difference: Some(changes::told((&found, &reply.contact), &intended)),
        };
        let reply = self.write(behalf, (plan, "contact"), at.client.call(&change), told).await?;
        self.tell_contact(behalf, &at, &reply.contact).await;
        Ok(self.reading(&reply.contact, directory(&names)))
    }

    /// The tags that a contact has before some are added or taken away: the mirror's, where it would
    /// answer a reader too. A read for each write of tags would halve how many fit into the budget.
    async fn present_tags(
        &self,
        behalf: &Behalf,
        at: &Connected<T, C>,
        id: &str,
    ) -> Result<BTreeSet<String>, CrmError> {
        let mirrored = self.mirrored(behalf, Entity::Contact, id).await?;
        match mirrored.filter(|record| record.deleted_at.is_none()) {
            Some(record) => Ok(told::of_mirror(&record, None).tags),
            None => Ok(self.read_contact(at, id).await?.tags.into_iter().flatten().collect()),
        }
    }

    /// Writes values with the definitions of custom fields, where there are any. Names that nobody
    /// knows are looked up once more: somebody may have made the field a minute ago.
    async fn with_names(
        &self,
        at: &Connected<T, C>,
        has_none: bool,
        write: impl Fn(Option<&FieldDirectory>) -> Result<ContactFields, CrmError>,
    ) -> Result<(ContactFields, Option<Arc<LocationFields>>), CrmError> {
        if has_none {
            return Ok((write(None)?, self.fields.known(at, self.now()).await));
        }
        let read = || self.fields.current(at, self.now());
        let names = read().await.map_err(|error| refusal(&error, "location"))?;
        if let Ok(fields) = write(Some(&names.contact)) {
            return Ok((fields, Some(names)));
        }
        self.fields.forget(&at.location);
        let names = read().await.map_err(|error| refusal(&error, "location"))?;
        Ok((write(Some(&names.contact))?, Some(names)))
    }

    /// Notes that tags were changed, and gives those that the contact has.
    async fn tagged(
        &self,
        behalf: &Behalf,
        (at, id): (&Connected<T, C>, &str),
        (act, result): (&str, Result<models::ContactTags, CrmError>),
    ) -> Result<BTreeSet<String>, CrmError> {
        self.note(behalf, act, id, &result).await;
        match result?.tags {
            Some(tags) => {
                self.tell_tags(behalf, at, (id, &tags)).await;
                Ok(tags.into_iter().collect())
            }
            None => Ok(self.read(at, id).await?.item.tags),
        }
    }

    fn reading(&self, told: &models::Contact, names: Option<&FieldDirectory>) -> Reading<Contact> {
        Reading::of_vendor(told::of_vendor(told, names), self.now())
    }

    /// The definitions of custom fields for what the mirror says, which is told without them too.
    async fn known_names(&self, behalf: &Behalf) -> Option<Arc<LocationFields>> {
        let at = self.connected(behalf).await.ok()?;
        self.fields.known(&at, self.now()).await
    }
}

fn directory(names: &Option<Arc<LocationFields>>) -> Option<&FieldDirectory> {
    names.as_ref().map(|names| &names.contact)
}
