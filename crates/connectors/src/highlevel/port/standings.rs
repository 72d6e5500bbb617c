//! Records as HighLevel has them now, for undo: read, given their former values, and deleted.

use std::collections::BTreeSet;

use domain::{
    Audit, ChangeSets, Difference, Entity, Fields, Journal, Mirror, RecordKey,
    crm::{Answer, Behalf, CrmError, CrmStandings, Standing, Target},
};
use endpoint::{Timer, Transport};
use highlevel::{
    AppointmentId, ContactId, NoteId, OpportunityId,
    models::{self, AppointmentFields, ContactFields},
    resources::{
        AddTags, DeleteContact, DeleteNote, DeleteOpportunity, GetAppointment, GetContact, GetNote,
        ListContactAppointments, ListNotes, ListTasks, RemoveTags, SearchConversations,
        SearchOpportunities, UpdateAppointment, UpdateContact, UpdateNote,
    },
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    Connected, Port, calendars,
    changes::{self, Plan, contact, opportunity, said},
    checked,
    refusal::refusal,
};

impl<S, T, C> CrmStandings for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn standing<'a>(
        &'a self,
        behalf: &'a Behalf,
        target: &'a Target,
        with_attached: bool,
    ) -> Answer<'a, Option<Standing>> {
        Box::pin(async move {
            let at = self.connected(behalf).await?;
            let mut standing = match self.stands(&at, target).await {
                Ok(standing) => standing,
                Err(CrmError::NotFound(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            if with_attached && target.key.entity == Entity::Contact {
                standing.attached = attached(&at, &target.key.id).await?;
            }
            Ok(Some(standing))
        })
    }

    fn restore<'a>(
        &'a self,
        behalf: &'a Behalf,
        target: &'a Target,
        difference: &'a Difference,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let at = self.connected(behalf).await?;
            let result = self.put_back(behalf, (&at, target), difference).await;
            let act = format!("{}.restored", target.key.entity.name());
            self.note(behalf, &act, &target.key.id, &result).await;
            result
        })
    }

    fn remove<'a>(
        &'a self,
        behalf: &'a Behalf,
        target: &'a Target,
        standing: &'a Standing,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let at = self.connected(behalf).await?;
            let result = match self.take_away(behalf, (&at, target), standing).await {
                // Somebody was faster.
                Err(CrmError::NotFound(_)) => Ok(()),
                result => result,
            };
            let act = format!("{}.deleted", target.key.entity.name());
            self.note(behalf, &act, &target.key.id, &result).await;
            result
        })
    }
}

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    async fn stands(&self, at: &Connected<T, C>, target: &Target) -> Result<Standing, CrmError> {
        let id = target.key.id.as_str();
        match target.key.entity {
            Entity::Contact => Ok(of_contact(&self.read_contact(at, id).await?)),
            Entity::Opportunity => {
                let id = checked(id, "opportunity")?;
                Ok(of_fields(opportunity::values(&self.read_opportunity(at, id).await?)))
            }
            Entity::Note => Ok(of_fields(note_values(&self.read_note(at, target).await?))),
            Entity::Appointment => {
                let found = self.read_appointment(at, checked(id, "appointment")?).await?;
                Ok(of_fields(appointment_values(&found)))
            }
            other => Err(unknown(other)),
        }
    }

    async fn put_back(
        &self,
        behalf: &Behalf,
        (at, target): (&Connected<T, C>, &Target),
        difference: &Difference,
    ) -> Result<(), CrmError> {
        let id = target.key.id.as_str();
        match target.key.entity {
            Entity::Contact => self.put_back_contact(behalf, (at, id), difference).await,
            Entity::Opportunity => self.put_back_deal(behalf, (at, target), difference).await,
            Entity::Note => {
                let change = note_restored(target, difference)?;
                let plan = Plan::change("note.restored", target.key.clone(), difference.clone());
                let plan = plan.on(target.parent.clone());
                let call = at.client.call(&change);
                self.write_as_planned(behalf, (plan, "note"), call).await?;
                Ok(())
            }
            Entity::Appointment => {
                let act = "appointment.restored";
                let plan = Plan::change(act, target.key.clone(), difference.clone());
                let plan = plan.on(target.parent.clone());
                let change = appointment_restored(id, difference);
                let call = at.client.call(&change);
                self.write_as_planned(behalf, (plan, "appointment"), call).await?;
                Ok(())
            }
            other => Err(unknown(other)),
        }
    }

    async fn put_back_deal(
        &self,
        behalf: &Behalf,
        (at, target): (&Connected<T, C>, &Target),
        difference: &Difference,
    ) -> Result<(), CrmError> {
        let id = target.key.id.as_str();
        let plan = Plan::change("opportunity.restored", target.key.clone(), difference.clone());
        let change = opportunity::restored(id, difference);
        let call = at.client.call(&change);
        let reply = self.write_as_planned(behalf, (plan, "opportunity"), call).await?;
        self.tell_deal(behalf, at, &reply.opportunity).await;
        Ok(())
    }

    /// Fields first: they can be refused, and tags cannot.
    async fn put_back_contact(
        &self,
        behalf: &Behalf,
        (at, id): (&Connected<T, C>, &str),
        difference: &Difference,
    ) -> Result<(), CrmError> {
        const ACT: &str = "contact.restored";
        let key = || RecordKey::new(Entity::Contact, id);
        let contact_id = || ContactId::new(id);
        let fields = contact::restored(difference);
        if fields != ContactFields::default() {
            let only = Difference { tags: Default::default(), ..difference.clone() };
            let plan = Plan::change(ACT, key(), only);
            let change = UpdateContact::new(contact_id(), fields);
            let call = at.client.call(&change);
            let reply = self.write_as_planned(behalf, (plan, "contact"), call).await?;
            self.tell_contact(behalf, at, &reply.contact).await;
        }
        let (added, removed) = (&difference.tags.added, &difference.tags.removed);
        let mut tags_now = None;
        if !added.is_empty() {
            let tags: Vec<String> = added.iter().cloned().collect();
            let plan = Plan::change(ACT, key(), contact::added(&BTreeSet::new(), &tags));
            let call = AddTags { contact_id: contact_id(), tags };
            let call = at.client.call(&call);
            let reply = self.write_as_planned(behalf, (plan, "contact"), call).await?;
            tags_now = reply.tags.or(tags_now);
        }
        if !removed.is_empty() {
            let tags: Vec<String> = removed.iter().cloned().collect();
            let plan = Plan::change(ACT, key(), contact::removed(removed, &tags));
            let call = RemoveTags { contact_id: contact_id(), tags };
            let call = at.client.call(&call);
            let reply = self.write_as_planned(behalf, (plan, "contact"), call).await?;
            tags_now = reply.tags.or(tags_now);
        }
        if let Some(tags) = tags_now {
            self.tell_tags(behalf, at, (id, &tags)).await;
        }
        Ok(())
    }

    async fn take_away(
        &self,
        behalf: &Behalf,
        (at, target): (&Connected<T, C>, &Target),
        standing: &Standing,
    ) -> Result<(), CrmError> {
        let id = target.key.id.as_str();
        let mut gone = changes::unmade_of(&standing.fields);
        gone.tags.removed = standing.tags.clone();
        let plan = |act| Plan::delete(act, target.key.clone(), gone).on(target.parent.clone());
        match target.key.entity {
            Entity::Contact => {
                let delete = DeleteContact { contact_id: ContactId::new(id) };
                let (plan, call) = (plan("contact.deleted"), at.client.call(&delete));
                self.write_as_planned(behalf, (plan, "contact"), call).await?;
            }
            Entity::Opportunity => {
                let delete = DeleteOpportunity { opportunity_id: OpportunityId::new(id) };
                let (plan, call) = (plan("opportunity.deleted"), at.client.call(&delete));
                self.write_as_planned(behalf, (plan, "opportunity"), call).await?;
            }
            Entity::Note => {
                let contact_id = ContactId::new(parent(target)?);
                let delete = DeleteNote { contact_id, note_id: NoteId::new(id) };
                let (plan, call) = (plan("note.deleted"), at.client.call(&delete));
                self.write_as_planned(behalf, (plan, "note"), call).await?;
            }
            other => return Err(unknown(other)),
        }
        Ok(())
    }

    /// Reads a contact at HighLevel. One of another location is none: a token may see several.
    pub(super) async fn read_contact(
        &self,
        at: &Connected<T, C>,
        id: &str,
    ) -> Result<models::Contact, CrmError> {
        let get = GetContact { contact_id: ContactId::new(checked(id, "contact")?) };
        let found = at.client.call(&get).await.map_err(|error| refusal(&error, "contact"))?.contact;
        match found.location_id.as_ref().is_some_and(|location| *location != at.location) {
            true => Err(CrmError::NotFound("contact")),
            false => Ok(found),
        }
    }

    async fn read_note(
        &self,
        at: &Connected<T, C>,
        target: &Target,
    ) -> Result<models::Note, CrmError> {
        let contact_id = ContactId::new(parent(target)?);
        let get = GetNote { contact_id, note_id: NoteId::new(checked(&target.key.id, "note")?) };
        Ok(at.client.call(&get).await.map_err(|error| refusal(&error, "note"))?.note)
    }

    /// Reads an appointment at HighLevel. One of another location is none.
    pub(super) async fn read_appointment(
        &self,
        at: &Connected<T, C>,
        id: &str,
    ) -> Result<models::Appointment, CrmError> {
        let get = GetAppointment { event_id: AppointmentId::new(id) };
        let found = at.client.call(&get).await.map_err(|error| refusal(&error, "appointment"))?;
        let found = found.event;
        match found.location_id.as_ref().is_some_and(|location| *location != at.location) {
            true => Err(CrmError::NotFound("appointment")),
            false => Ok(found),
        }
    }
}

/// The write after which a note has what is after this difference.
fn note_restored(target: &Target, difference: &Difference) -> Result<UpdateNote, CrmError> {
    let after = |key: &str| {
        let field = difference.fields.get(key)?;
        Some(field.after.as_str().unwrap_or_default().to_owned())
    };
    Ok(UpdateNote {
        contact_id: ContactId::new(parent(target)?),
        note_id: NoteId::new(&target.key.id),
        body: after("body"),
        user_id: None,
        title: after("title"),
        color: None,
        pinned: None,
    })
}

/// The write after which an appointment stands as it does after this difference.
fn appointment_restored(id: &str, difference: &Difference) -> UpdateAppointment {
    let after = |key: &str| {
        let field = difference.fields.get(key);
        field.and_then(|field| field.after.as_str()).map(str::to_owned)
    };
    UpdateAppointment {
        event_id: AppointmentId::new(id),
        calendar_id: None,
        start_time: after("starts_at"),
        fields: AppointmentFields {
            appointment_status: after("status"),
            ..AppointmentFields::default()
        },
    }
}

/// The values of a note under their keys.
pub(super) fn note_values(note: &models::Note) -> Fields {
    let body = said(json!(note.body));
    [("body".to_owned(), body), ("title".to_owned(), said(json!(note.title)))].into()
}

/// The values of an appointment under their keys.
pub(super) fn appointment_values(told: &models::Appointment) -> Fields {
    let shown = calendars::appointment(told, None);
    let moment = |at: Option<Timestamp>| json!(at.map(|at| at.to_string()));
    [
        ("calendar", json!(shown.calendar)),
        ("contact", json!(shown.contact)),
        ("title", json!(shown.title)),
        ("status", json!(shown.status)),
        ("owner", json!(shown.owner)),
        ("place", json!(shown.place)),
        ("starts_at", moment(shown.starts_at)),
        ("ends_at", moment(shown.ends_at)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

fn of_contact(found: &models::Contact) -> Standing {
    Standing {
        tags: found.tags.iter().flatten().cloned().collect(),
        ..of_fields(contact::values(found))
    }
}

fn of_fields(fields: Fields) -> Standing {
    Standing { fields, ..Standing::default() }
}

/// What hangs on a contact, and would go with it.
async fn attached<T: Transport, C: Timer>(
    at: &Connected<T, C>,
    id: &str,
) -> Result<BTreeSet<RecordKey>, CrmError> {
    let contact_id = ContactId::new(id);
    let failed = |error: highlevel::Error| refusal(&error, "contact");
    let list = ListNotes { contact_id: contact_id.clone() };
    let notes = at.client.call(&list).await.map_err(failed)?.notes;
    let list = ListTasks { contact_id: contact_id.clone() };
    let tasks = at.client.call(&list).await.map_err(failed)?.tasks;
    let list = ListContactAppointments { contact_id: contact_id.clone() };
    let appointments = at.client.call(&list).await.map_err(failed)?.events;
    let location = at.location.clone();
    let contact_id = Some(contact_id);
    let search = SearchOpportunities {
        contact_id: contact_id.clone(),
        ..SearchOpportunities::new(location)
    };
    let opportunities = at.client.call(&search).await.map_err(failed)?.opportunities;
    let search =
        SearchConversations { contact_id, ..SearchConversations::new(at.location.clone()) };
    let conversations = at.client.call(&search).await.map_err(failed)?.conversations;
    let keys = notes.iter().map(|it| RecordKey::new(Entity::Note, it.id.as_str()));
    let keys = keys.chain(tasks.iter().map(|it| RecordKey::new(Entity::Task, it.id.as_str())));
    let keys = keys
        .chain(appointments.iter().map(|it| RecordKey::new(Entity::Appointment, it.id.as_str())));
    let keys = keys
        .chain(opportunities.iter().map(|it| RecordKey::new(Entity::Opportunity, it.id.as_str())));
    let keys = keys
        .chain(conversations.iter().map(|it| RecordKey::new(Entity::Conversation, it.id.as_str())));
    Ok(keys.collect())
}

fn parent(target: &Target) -> Result<&str, CrmError> {
    let parent = target.parent.as_ref().filter(|parent| parent.entity == Entity::Contact);
    checked(parent.map(|parent| parent.id.as_str()).unwrap_or_default(), "contact")
}

fn unknown(entity: Entity) -> CrmError {
    CrmError::invalid("", format!("a record of the kind {} cannot be undone", entity.name()))
}
