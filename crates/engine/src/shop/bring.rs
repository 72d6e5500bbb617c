//! One person of the shop: found or made at the CRM, changed where the shop has something new, linked.

use domain::{
    Fields, Link, LinkEnd, LinkStanding, Links, Mirror, StorageError,
    crm::{Contact, ContactFilter, ContactPatch, CrmError, Outcome, PageWish},
};
use policy::shop::{
    ShopPerson,
    merge::{self, Wanted},
};

use super::{Brought, ShopPlan, ShopSync};

/// The reason where somebody deleted the contact at the CRM.
const DELETED: &str = "deleted_at_the_crm";

/// The reason where the contact is another one of the shop's.
const TAKEN: &str = "same_contact";

/// Why somebody was not brought.
pub(super) enum Trouble {
    /// The CRM refused or failed.
    Crm(CrmError),
    /// Something about the person: a sentence that says what to do.
    Person(String),
    /// The store failed.
    Storage(StorageError),
}

impl From<CrmError> for Trouble {
    fn from(error: CrmError) -> Self {
        match error {
            CrmError::Storage(error) => Self::Storage(error),
            other => Self::Crm(other),
        }
    }
}

impl From<StorageError> for Trouble {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl<S: Mirror + Links + Sync> ShopSync<S> {
    /// Brings one person.
    pub(super) async fn bring(
        &self,
        plan: &ShopPlan,
        person: &ShopPerson,
    ) -> Result<Brought, Trouble> {
        let row = person.row.to_string();
        let organization = &plan.shop.organization;
        let known = self.store.link(organization, &plan.mapping, LinkEnd::Row(&row)).await?;
        match known {
            Some(link) if merge::is_settled(person, &link.agreed) => match link.standing {
                LinkStanding::RecordGone => Ok(Brought::Skipped(DELETED)),
                _ => Ok(Brought::Unchanged),
            },
            Some(link) => self.follow(plan, person, link).await,
            None => {
                let new = Link::new(organization.clone(), &plan.mapping);
                self.meet(plan, person, Link { row: Some(row), ..new }).await
            }
        }
    }

    /// Somebody who was brought before, and of whom the shop says something new.
    async fn follow(
        &self,
        plan: &ShopPlan,
        person: &ShopPerson,
        link: Link,
    ) -> Result<Brought, Trouble> {
        let Some(id) = link.record.clone().filter(|_| link.standing == LinkStanding::Live) else {
            return Ok(Brought::Skipped(DELETED));
        };
        match self.crm.contact(&plan.behalf, &id, true).await {
            Ok(reading) => self.settle(plan, person, (link, reading.item)).await,
            Err(CrmError::NotFound(_)) => {
                // Somebody deleted the contact, and people win: it is not made again.
                let gone = Link { standing: LinkStanding::RecordGone, ..link };
                self.store.put_link(gone, Vec::new()).await?;
                Ok(Brought::Skipped(DELETED))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Somebody who was not brought yet. The CRM may know them.
    async fn meet(
        &self,
        plan: &ShopPlan,
        person: &ShopPerson,
        link: Link,
    ) -> Result<Brought, Trouble> {
        if let Some(contact) = self.found(plan, person).await? {
            return self.adopt(plan, person, (link, contact)).await;
        }
        let made = self.crm.upsert_contact(&plan.behalf, &merge::draft(person)).await?;
        let contact = made.contact.item;
        if made.outcome == Outcome::Updated {
            // Somebody else was quicker.
            return self.adopt(plan, person, (link, contact)).await;
        }
        let id = contact.id.clone();
        self.keep((link, &id), (merge::said(person), Vec::new())).await?;
        Ok(Brought::Created(id))
    }

    /// Links somebody whom the CRM knows, unless another of the shop's is that contact already.
    async fn adopt(
        &self,
        plan: &ShopPlan,
        person: &ShopPerson,
        (link, contact): (Link, Contact),
    ) -> Result<Brought, Trouble> {
        let organization = &plan.shop.organization;
        let end = LinkEnd::Record(&contact.id);
        match self.store.link(organization, &plan.mapping, end).await? {
            Some(_) => Ok(Brought::Skipped(TAKEN)),
            None => self.settle(plan, person, (link, contact)).await,
        }
    }

    /// Writes what the contact lacks, and then what both agree on: a crash in between repeats it, and
    /// the repetition finds nothing to write.
    async fn settle(
        &self,
        plan: &ShopPlan,
        person: &ShopPerson,
        (link, contact): (Link, Contact),
    ) -> Result<Brought, Trouble> {
        let nothing = Fields::new();
        let agreed = if link.revision == 0 { &nothing } else { &link.agreed };
        let wanted = merge::wanted(person, &contact, agreed);
        let is_unchanged = wanted.is_nothing();
        self.write(plan, &contact.id, &wanted).await?;
        let now = self.clock.now();
        let conflicts = wanted.conflicts.into_iter().map(|conflict| (conflict, now)).collect();
        self.keep((link, &contact.id), (wanted.agreed, conflicts)).await?;
        Ok(match is_unchanged {
            true => Brought::Unchanged,
            false => Brought::Updated(contact.id),
        })
    }

    /// Channels first: what somebody does not want counts before anything else is told of them.
    async fn write(&self, plan: &ShopPlan, id: &str, wanted: &Wanted) -> Result<(), Trouble> {
        let behalf = &plan.behalf;
        if !wanted.close.is_empty() {
            self.crm.close_channels(behalf, id, &wanted.close).await?;
        }
        if wanted.patch != ContactPatch::default() {
            self.crm.patch_contact(behalf, id, &wanted.patch, None).await?;
        }
        if !wanted.add_tags.is_empty() {
            self.crm.add_tags(behalf, id, &wanted.add_tags).await?;
        }
        for tag in &wanted.remove_tags {
            self.crm.remove_tag(behalf, id, tag).await?;
        }
        Ok(())
    }

    async fn keep(
        &self,
        (link, contact): (Link, &str),
        (agreed, conflicts): (Fields, Vec<(domain::FieldConflict, jiff::Timestamp)>),
    ) -> Result<(), StorageError> {
        let link = Link {
            record: Some(contact.to_owned()),
            agreed,
            standing: LinkStanding::Live,
            synced_at: Some(self.clock.now()),
            ..link
        };
        // Where somebody else was quicker, theirs stands, and the next run compares with it.
        self.store.put_link(link, conflicts).await?;
        Ok(())
    }

    /// The contact that a person is: by e-mail address, then by number (`facts/repairshopr.md` 13).
    async fn found(
        &self,
        plan: &ShopPlan,
        person: &ShopPerson,
    ) -> Result<Option<Contact>, Trouble> {
        let by_email = match &person.email {
            Some(email) => {
                let email = Some(email.clone());
                self.first(plan, ContactFilter { email, ..ContactFilter::default() }).await?
            }
            None => None,
        };
        let by_phone = match &person.phone {
            Some(phone) => {
                let phone = Some(phone.clone());
                self.first(plan, ContactFilter { phone, ..ContactFilter::default() }).await?
            }
            None => None,
        };
        match (by_email, by_phone) {
            (Some(one), Some(other)) if one.id != other.id => Err(Trouble::Person(format!(
                "the e-mail address is that of contact {} and the number that of {}; let a person \
                 decide whether they are one, then run it again",
                one.id, other.id
            ))),
            (Some(contact), _) => Ok(Some(contact)),
            // A number may be a house's. Who has another address may be somebody else.
            (None, Some(other)) if person.email.is_some() && !other.emails.is_empty() => {
                Err(Trouble::Person(format!(
                    "the number is that of contact {}, who has another e-mail address; let a person \
                     decide whether they are one, then run it again",
                    other.id
                )))
            }
            (None, found) => Ok(found),
        }
    }

    async fn first(
        &self,
        plan: &ShopPlan,
        filter: ContactFilter,
    ) -> Result<Option<Contact>, CrmError> {
        let wish = PageWish { limit: 2, cursor: None, fresh: true };
        let page = self.crm.contacts(&plan.behalf, &filter, &wish).await?;
        Ok(page.items.into_iter().next().map(|reading| reading.item))
    }
}
