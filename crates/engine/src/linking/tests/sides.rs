//! A CRM and a counterpart in memory, which count what is written and can lose replies.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard},
};

use domain::{
    BoxFuture, Counterpart, Difference, Failure, Fields, Mapping, Next, OrganizationId, RecordKey,
    Row, RowWrite, Tenant,
    contract::sample::at,
    crm::{
        AccountProfile, Answer, Appointment, AppointmentFilter, Behalf, Booking, Channel, Contact,
        ContactDraft, ContactFilter, ContactPatch, Crm, CrmAccount, CrmCalendars, CrmContacts,
        CrmError, CrmMessages, CrmNotes, CrmOpportunities, CrmStandings, CrmWishes, MessageDraft,
        Note, NoteDraft, Opportunity, OpportunityDraft, OpportunityFilter, OpportunityPatch,
        Outcome, Page, PageWish, Reading, SentMessage, Slot, SlotSpan, Standing, Target, Upserted,
        UpsertedOpportunity,
    },
};
use serde_json::Value;

/// A CRM that keeps contacts.
#[derive(Default)]
pub(super) struct People {
    state: Mutex<PeopleState>,
}

#[derive(Default)]
pub(super) struct PeopleState {
    pub(super) contacts: BTreeMap<String, Contact>,
    pub(super) writes: usize,
    /// How many writes from now on are done and not answered.
    pub(super) lost: usize,
    /// The custom fields that were to be there.
    pub(super) fields_asked_for: Vec<String>,
    /// Whether no custom field can be made.
    pub(super) is_without_fields: bool,
    pub(super) clock: i64,
}

impl People {
    pub(super) fn state(&self) -> MutexGuard<'_, PeopleState> {
        self.state.lock().unwrap()
    }

    /// Somebody changes a contact in the CRM.
    pub(super) fn edit(&self, id: &str, change: impl FnOnce(&mut Contact)) {
        let mut state = self.state();
        state.clock += 60;
        let moment = at(state.clock);
        let contact = state.contacts.entry(id.to_owned()).or_default();
        id.clone_into(&mut contact.id);
        contact.updated_at = Some(moment);
        change(contact);
    }

    fn written<V>(&self, value: V) -> Result<V, CrmError> {
        let mut state = self.state();
        state.writes += 1;
        match state.lost.checked_sub(1) {
            Some(left) => {
                state.lost = left;
                Err(CrmError::InDoubt)
            }
            None => Ok(value),
        }
    }

    fn reading(&self, id: &str) -> Result<Reading<Contact>, CrmError> {
        let state = self.state();
        let contact = state.contacts.get(id).cloned().ok_or(CrmError::NotFound("contact"))?;
        Ok(Reading::of_vendor(contact, at(state.clock)))
    }
}

fn text(patch: Option<Option<String>>, place: &mut Option<String>) {
    if let Some(value) = patch {
        *place = value;
    }
}

impl CrmContacts for People {
    fn contact<'a>(&'a self, _: &'a Behalf, id: &'a str, _: bool) -> Answer<'a, Reading<Contact>> {
        Box::pin(async move { self.reading(id) })
    }

    fn contacts<'a>(
        &'a self,
        _: &'a Behalf,
        filter: &'a ContactFilter,
        _: &'a PageWish,
    ) -> Answer<'a, Page<Reading<Contact>>> {
        Box::pin(async move {
            let state = self.state();
            let is_it = |contact: &&Contact| match (&filter.email, &filter.phone) {
                (Some(email), _) => contact.emails.contains(email),
                (None, Some(phone)) => contact.phones.contains(phone),
                (None, None) => false,
            };
            let found = state.contacts.values().filter(is_it).cloned();
            let items = found.map(|one| Reading::of_vendor(one, at(state.clock))).collect();
            Ok(Page { items, next: None })
        })
    }

    fn upsert_contact<'a>(
        &'a self,
        _: &'a Behalf,
        draft: &'a ContactDraft,
    ) -> Answer<'a, Upserted> {
        Box::pin(async move {
            let id = format!("made-{}", self.state().contacts.len() + 1);
            self.edit(&id, |contact| {
                contact.emails = draft.email.iter().cloned().collect();
                contact.first_name.clone_from(&draft.first_name);
                contact.source.clone_from(&draft.source);
                contact.tags = draft.tags.iter().cloned().collect();
            });
            let contact = self.reading(&id)?;
            self.written(Upserted { outcome: Outcome::Created, contact, not_applied: Vec::new() })
        })
    }

    fn patch_contact<'a>(
        &'a self,
        _: &'a Behalf,
        id: &'a str,
        patch: &'a ContactPatch,
        _: Option<&'a str>,
    ) -> Answer<'a, Reading<Contact>> {
        Box::pin(async move {
            let patch = patch.clone();
            self.edit(id, |contact| {
                if let Some(email) = patch.email {
                    contact.emails = email.into_iter().map(|email| email.to_lowercase()).collect();
                }
                text(patch.first_name, &mut contact.first_name);
                contact.custom_fields.extend(patch.custom_fields);
            });
            self.written(self.reading(id)?)
        })
    }

    fn add_tags<'a>(
        &'a self,
        _: &'a Behalf,
        id: &'a str,
        tags: &'a [String],
    ) -> Answer<'a, BTreeSet<String>> {
        Box::pin(async move {
            self.edit(id, |contact| contact.tags.extend(tags.iter().cloned()));
            self.written(self.reading(id)?.item.tags)
        })
    }

    fn remove_tag<'a>(
        &'a self,
        _: &'a Behalf,
        id: &'a str,
        tag: &'a str,
    ) -> Answer<'a, BTreeSet<String>> {
        Box::pin(async move {
            self.edit(id, |contact| {
                contact.tags.remove(tag);
            });
            self.written(self.reading(id)?.item.tags)
        })
    }
}

impl CrmNotes for People {
    fn notes<'a>(&'a self, _: &'a Behalf, _: &'a str) -> Answer<'a, Vec<Note>> {
        unreachable!("no notes are asked for")
    }

    fn add_note<'a>(&'a self, _: &'a Behalf, _: &'a str, _: &'a NoteDraft) -> Answer<'a, Note> {
        unreachable!("no notes are written")
    }
}

impl CrmMessages for People {
    fn send_message<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a str,
        _: &'a MessageDraft,
    ) -> Answer<'a, SentMessage> {
        unreachable!("nobody is written to")
    }
}

impl CrmOpportunities for People {
    fn opportunity<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a str,
        _: bool,
    ) -> Answer<'a, Reading<Opportunity>> {
        unreachable!("there are only people")
    }

    fn opportunities<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a OpportunityFilter,
        _: &'a PageWish,
    ) -> Answer<'a, Page<Reading<Opportunity>>> {
        unreachable!("there are only people")
    }

    fn upsert_opportunity<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a OpportunityDraft,
    ) -> Answer<'a, UpsertedOpportunity> {
        unreachable!("there are only people")
    }

    fn patch_opportunity<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a str,
        _: &'a OpportunityPatch,
    ) -> Answer<'a, Reading<Opportunity>> {
        unreachable!("there are only people")
    }
}

impl CrmCalendars for People {
    fn appointments<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a AppointmentFilter,
    ) -> Answer<'a, Vec<Appointment>> {
        unreachable!("nobody has an appointment")
    }

    fn book<'a>(&'a self, _: &'a Behalf, _: &'a Booking) -> Answer<'a, Appointment> {
        unreachable!("nobody has an appointment")
    }

    fn reschedule<'a>(&'a self, _: &'a Behalf, _: &'a str, _: &'a str) -> Answer<'a, Appointment> {
        unreachable!("nobody has an appointment")
    }

    fn cancel<'a>(&'a self, _: &'a Behalf, _: &'a str) -> Answer<'a, Appointment> {
        unreachable!("nobody has an appointment")
    }

    fn free_slots<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a str,
        _: &'a SlotSpan,
    ) -> Answer<'a, Vec<Slot>> {
        unreachable!("nobody has an appointment")
    }
}

impl CrmWishes for People {
    fn close_channels<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a str,
        _: &'a BTreeSet<Channel>,
    ) -> Answer<'a, BTreeSet<Channel>> {
        unreachable!("nobody's wishes are changed")
    }
}

impl CrmAccount for People {
    fn account_profile<'a>(&'a self, _: &'a Behalf) -> Answer<'a, AccountProfile> {
        unreachable!("nobody asks for the account")
    }

    fn ensure_contact_field<'a>(&'a self, _: &'a Behalf, name: &'a str) -> Answer<'a, Outcome> {
        let mut state = self.state();
        let made = match state.is_without_fields {
            true => Err(CrmError::NotPermitted { scope: None }),
            false => {
                state.fields_asked_for.push(name.to_owned());
                Ok(Outcome::Created)
            }
        };
        Box::pin(std::future::ready(made))
    }
}

impl CrmStandings for People {
    fn standing<'a>(
        &'a self,
        _: &'a Behalf,
        _: &'a Target,
        _: bool,
    ) -> Answer<'a, Option<Standing>> {
        unreachable!("nothing is undone")
    }

    fn restore<'a>(&'a self, _: &'a Behalf, _: &'a Target, _: &'a Difference) -> Answer<'a, ()> {
        unreachable!("nothing is undone")
    }

    fn remove<'a>(&'a self, _: &'a Behalf, _: &'a Target, _: &'a Standing) -> Answer<'a, ()> {
        unreachable!("nothing is undone")
    }
}

impl Crm for People {
    fn connections<'a>(&'a self, _: &'a OrganizationId) -> Answer<'a, Vec<Tenant>> {
        unreachable!("the mapping says which")
    }
}

/// A table that keeps every text in capitals where it is told to.
#[derive(Default)]
pub(super) struct Table {
    state: Mutex<TableState>,
}

#[derive(Default)]
pub(super) struct TableState {
    pub(super) rows: BTreeMap<String, Row>,
    pub(super) writes: usize,
    pub(super) lost: usize,
    pub(super) shouts: bool,
    pub(super) clock: i64,
}

impl Table {
    pub(super) fn state(&self) -> MutexGuard<'_, TableState> {
        self.state.lock().unwrap()
    }

    /// Somebody changes a row; gives it as it is then.
    pub(super) fn edit(&self, id: &str, fields: &[(&str, Value)]) -> Row {
        let mut state = self.state();
        state.clock += 60;
        let changed_at = at(state.clock);
        let row = state.rows.entry(id.to_owned()).or_insert_with(|| Row {
            id: id.to_owned(),
            fields: Fields::new(),
            changed_at,
            record: None,
            gone: false,
        });
        row.changed_at = changed_at;
        row.fields.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        row.clone()
    }
}

impl Counterpart for Table {
    fn vendor(&self) -> &'static str {
        "notion"
    }

    fn find<'a>(
        &'a self,
        _: &'a Mapping,
        record: &'a RecordKey,
    ) -> BoxFuture<'a, Result<Option<Row>, Failure>> {
        Box::pin(async move {
            let state = self.state();
            let is_it = |row: &&Row| row.record.as_ref() == Some(&record.id);
            Ok(state.rows.values().find(is_it).cloned())
        })
    }

    fn put<'a>(
        &'a self,
        _: &'a Mapping,
        write: &'a RowWrite,
    ) -> BoxFuture<'a, Result<Row, Failure>> {
        Box::pin(async move {
            let shouts = self.state().shouts;
            let spelled = |(name, value): (&String, &Value)| match value {
                Value::String(text) if shouts => (name.clone(), text.to_uppercase().into()),
                other => (name.clone(), other.clone()),
            };
            let fields: Fields = write.fields.iter().map(spelled).collect();
            let count = self.state().rows.len();
            let id = write.row.clone().unwrap_or_else(|| format!("row-{}", count + 1));
            self.edit(&id, &[]);
            let mut state = self.state();
            state.writes += 1;
            let row = state.rows.get_mut(&id).expect("it was made");
            row.fields.extend(fields);
            row.record = Some(write.record.id.clone());
            let row = row.clone();
            match state.lost.checked_sub(1) {
                Some(left) => {
                    state.lost = left;
                    let reason = "the reply was lost".to_owned();
                    Err(Failure { next: Next::Retry, ambiguous: true, reason })
                }
                None => Ok(row),
            }
        })
    }

    fn remove<'a>(&'a self, _: &'a Mapping, row: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.state().rows.get_mut(row).expect("it is there").gone = true;
            Ok(())
        })
    }
}
