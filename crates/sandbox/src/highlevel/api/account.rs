//! What one location holds: contacts with their indexes, and the records around them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::{
    calendars::Calendars, campaigns::Campaigns, contact::Contact, conversations::Inbox,
    forms::Forms, ledger::Ledger, refusal::Refusal, shelf::Shelf,
};

/// The ids of the contacts that share an address or a number: hardly ever more than one.
type Index = HashMap<Box<str>, Vec<Box<str>>>;

/// A location and everything in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) id: String,
    /// Whether the agency has suspended it.
    pub(crate) is_suspended: bool,
    /// As `GET /locations/{id}` shows it.
    pub(crate) record: Map<String, Value>,
    contacts: Shelf<Contact>,
    /// By lower-cased address.
    emails: Index,
    phones: Index,
    /// By contact.
    pub(crate) notes: BTreeMap<String, Shelf<Value>>,
    /// By contact.
    pub(crate) tasks: BTreeMap<String, Shelf<Value>>,
    pub(crate) tags: Shelf<Value>,
    pub(crate) custom_fields: Shelf<Value>,
    pub(crate) custom_values: Shelf<Value>,
    pub(crate) pipelines: Vec<Value>,
    pub(crate) lost_reasons: Vec<Value>,
    pub(crate) opportunities: Shelf<Value>,
    pub(crate) businesses: Shelf<Value>,
    pub(crate) templates: Shelf<Value>,
    pub(crate) recurring_tasks: Shelf<Value>,
    /// The products that it may use, once its agency has said so.
    pub(crate) permissions: Option<Vec<Value>>,
    pub(crate) conversations: Inbox,
    pub(crate) campaigns: Campaigns,
    pub(crate) forms: Forms,
    pub(crate) surveys: Forms,
    pub(crate) links: Shelf<Value>,
    /// Schemas by their keys.
    pub(crate) objects: Shelf<Value>,
    /// The fields of custom objects and businesses.
    pub(crate) object_fields: Shelf<Value>,
    pub(crate) object_folders: Shelf<Value>,
    /// Of all custom objects.
    pub(crate) records: Shelf<Value>,
    pub(crate) associations: Shelf<Value>,
    pub(crate) relations: Shelf<Value>,
    pub(crate) medias: Shelf<Value>,
    pub(crate) calendars: Calendars,
    /// The workflows that a contact can be added to.
    pub(crate) workflows: Vec<Value>,
    /// The workflows that each contact is in.
    pub(crate) enrolled: BTreeMap<String, Vec<String>>,
    /// Invoices, payments and products.
    pub(crate) ledger: Ledger,
}

impl Account {
    pub(crate) fn new(id: &str, record: Map<String, Value>) -> Self {
        Self { id: id.to_owned(), record, ..Self::default() }
    }

    pub(crate) fn contacts(&self) -> &Shelf<Contact> {
        &self.contacts
    }

    /// A contact by its id.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) fn contact(&self, id: &str) -> Result<&Contact, Refusal> {
        self.contacts.get(id).ok_or_else(|| Refusal::not_found("Contact", id))
    }

    /// Adds a contact, or puts it in the place of the one with its id.
    pub(crate) fn put_contact(&mut self, contact: Contact) {
        let id = contact.id.clone();
        let new = keys(&contact);
        match self.contacts.get_mut(&id) {
            Some(place) => {
                let old = std::mem::replace(place, contact);
                self.forget(&old);
            }
            None => self.contacts.add(&id, contact),
        }
        let indexes = [&mut self.emails, &mut self.phones];
        for (index, key) in indexes.into_iter().zip(new) {
            if let Some(key) = key {
                let ids = index.entry(key).or_insert_with(|| Vec::with_capacity(1));
                ids.push(id.clone());
            }
        }
    }

    /// Takes a contact out, with its notes, tasks, workflows, campaigns, appointments and its
    /// conversation.
    pub(crate) fn remove_contact(&mut self, id: &str) -> Option<Contact> {
        let contact = self.contacts.remove(id)?;
        self.forget(&contact);
        self.notes.remove(id);
        self.tasks.remove(id);
        self.enrolled.remove(id);
        self.conversations.close_of(id);
        self.campaigns.forget(id);
        self.calendars.forget_contact(id);
        Some(contact)
    }

    fn forget(&mut self, contact: &Contact) {
        let indexes = [&mut self.emails, &mut self.phones];
        for (index, key) in indexes.into_iter().zip(keys(contact)) {
            let Some(key) = key else { continue };
            if let Some(ids) = index.get_mut(&*key) {
                ids.retain(|id| **id != *contact.id);
                if ids.is_empty() {
                    index.remove(&*key);
                }
            }
        }
    }

    pub(crate) fn by_email(&self, email: &str) -> Option<&Contact> {
        self.contacts.get(self.emails.get(&*email.trim().to_lowercase())?.first()?)
    }

    /// `phone` in its stored form.
    pub(crate) fn by_phone(&self, phone: &str) -> Option<&Contact> {
        self.contacts.get(self.phones.get(phone)?.first()?)
    }

    /// Whether two contacts may share an e-mail address or a phone number.
    pub(crate) fn allows_duplicates(&self) -> bool {
        let settings = self.record.get("settings");
        settings.is_some_and(|settings| settings["allowDuplicateContact"] == true)
    }
}

fn keys(contact: &Contact) -> [Option<Box<str>>; 2] {
    let email = contact.text("email").map(|email| email.to_lowercase().into_boxed_str());
    [email, contact.text("phone").map(Box::from)]
}
