//! A scripted vendor: contacts in a book, each with notes, in small pages.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use domain::{
    Bookmark, BoxFuture, Clock, Delivery, Entity, Event, ListError, ListPage, ListPart, ListScope,
    Listed, Lists, Origin, Reading, RecordKey, RecordUpdate, Refusal, RunScope, Snapshot, Source,
    Summary, Upkeep, contract::sample::tenant,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::fixture::clock;

/// How many records a page has.
pub(super) const PAGE: usize = 2;

/// The lists of the book.
pub(super) fn scope() -> RunScope {
    RunScope { vendor: "book".to_owned(), tenant: tenant("alpha"), account: Some("one".to_owned()) }
}

pub(super) struct Book {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    calls: AtomicUsize,
    hang_at: AtomicUsize,
    hanging: Notify,
    let_go: Notify,
}

#[derive(Default)]
struct State {
    contacts: BTreeMap<String, (String, Timestamp)>,
    notes: BTreeMap<String, String>,
    hidden: BTreeSet<String>,
    spoiled: BTreeSet<String>,
    refused: String,
    failures: usize,
    pages: Vec<(&'static str, String)>,
}

impl Book {
    pub(super) fn with_contacts(count: usize) -> Arc<Self> {
        let book = Self {
            state: Mutex::default(),
            clock: clock(),
            calls: AtomicUsize::default(),
            hang_at: AtomicUsize::new(usize::MAX),
            hanging: Notify::new(),
            let_go: Notify::new(),
        };
        for number in 0..count {
            book.set(&format!("contact-{number:02}"), Some("Person"));
        }
        Arc::new(book)
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn set(&self, id: &str, name: Option<&str>) {
        let now = self.clock.now();
        let contacts = &mut self.state().contacts;
        match name {
            Some(name) => drop(contacts.insert(id.to_owned(), (name.to_owned(), now))),
            None => drop(contacts.remove(id)),
        }
    }

    pub(super) fn add_note(&self, id: &str, contact: &str) {
        self.state().notes.insert(id.to_owned(), contact.to_owned());
    }

    pub(super) fn remove_note(&self, id: &str) {
        self.state().notes.remove(id);
    }

    /// Leaves a contact out of the list, though it is there.
    pub(super) fn hide(&self, id: &str) {
        self.state().hidden.insert(id.to_owned());
    }

    /// Lets a contact be unreadable.
    pub(super) fn spoil(&self, id: &str) {
        self.state().spoiled.insert(id.to_owned());
    }

    pub(super) fn refuse(&self, part: &str) {
        part.clone_into(&mut self.state().refused);
    }

    pub(super) fn fail_times(&self, times: usize) {
        self.state().failures = times;
    }

    /// Lets the call with this number, from 1, wait until it is let go.
    pub(super) fn hang_at(&self, call: usize) {
        self.calls.store(0, Ordering::SeqCst);
        self.hang_at.store(call, Ordering::SeqCst);
    }

    pub(super) async fn until_hanging(&self) {
        self.hanging.notified().await;
    }

    pub(super) fn let_go(&self) {
        self.let_go.notify_one();
    }

    pub(super) fn forget_calls(&self) {
        self.state().pages.clear();
    }

    /// Where the pages began that were asked for.
    pub(super) fn pages_of(&self, part: &str) -> Vec<String> {
        let state = self.state();
        let own = state.pages.iter().filter(|(name, _)| *name == part);
        own.map(|(_, from)| from.clone()).collect()
    }

    /// What the vendor pushes of a contact now.
    pub(super) fn told(&self, id: &str, fields: Value) -> Event {
        let now = self.clock.now();
        let snapshot = Snapshot {
            tenant: scope().tenant,
            vendor: "book".to_owned(),
            account: scope().account,
            origin: Origin::Written,
            key: RecordKey::new(Entity::Contact, id),
            fields: serde_json::from_value(fields).unwrap(),
            gone: false,
            occurred_at: now,
            found: None,
            read_at: now,
        };
        snapshot.into_event()
    }

    fn contacts(&self, cursor: Option<&str>) -> ListPage {
        let state = self.state();
        let shown = state.contacts.iter().filter(|(id, _)| !state.hidden.contains(*id));
        let behind = shown.filter(|(id, _)| cursor.is_none_or(|cursor| id.as_str() >= cursor));
        let rows: Vec<_> = behind.take(PAGE + 1).collect();
        let next = rows.get(PAGE).map(|(id, _)| (*id).clone());
        let mut page = ListPage { next, calls: 1, ..ListPage::default() };
        page.total = Some(state.contacts.len() as u64);
        for (id, (name, at)) in rows.into_iter().take(PAGE) {
            match state.spoiled.contains(id) {
                true => page.failed.push((id.clone(), "it has no name".to_owned())),
                false => page.records.push(contact(id, name, *at)),
            }
        }
        page
    }

    fn notes(&self, contact: &str) -> ListPage {
        let state = self.state();
        let own = state.notes.iter().filter(|(_, of)| *of == contact);
        let records = own.map(|(id, of)| Listed {
            key: RecordKey::new(Entity::Note, id),
            fields: [("contact_id".to_owned(), json!(of))].into(),
            occurred_at: None,
        });
        ListPage { records: records.collect(), calls: 1, ..ListPage::default() }
    }

    async fn page(&self, part: &'static str, bookmark: &Bookmark) -> Result<ListPage, ListError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if call == self.hang_at.load(Ordering::SeqCst) {
            self.hanging.notify_one();
            self.let_go.notified().await;
        }
        {
            let mut state = self.state();
            let from = bookmark.cursor.clone().unwrap_or_default();
            state.pages.push((part, from));
            if state.refused == part {
                return Err(ListError::Part("the token lacks a scope".to_owned()));
            }
            if state.failures > 0 {
                state.failures -= 1;
                return Err(ListError::Later("the vendor is away".to_owned()));
            }
        }
        Ok(match &bookmark.of {
            Some(of) => self.notes(&of.id),
            None => self.contacts(bookmark.cursor.as_deref()),
        })
    }
}

fn contact(id: &str, name: &str, at: Timestamp) -> Listed {
    Listed {
        key: RecordKey::new(Entity::Contact, id),
        fields: [("name".to_owned(), json!(name))].into(),
        occurred_at: Some(at),
    }
}

impl Lists for Book {
    fn vendor(&self) -> &'static str {
        "book"
    }

    fn parts(&self) -> Vec<ListPart> {
        let notes = Upkeep::PerRecord(Entity::Contact);
        vec![
            ListPart { name: "contacts", entity: Entity::Contact, upkeep: Upkeep::Sweep },
            ListPart { name: "notes", entity: Entity::Note, upkeep: notes },
        ]
    }

    fn scopes(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>> {
        let RunScope { tenant, account, .. } = scope();
        Box::pin(async { Ok(vec![ListScope { tenant, account }]) })
    }

    fn page<'a>(
        &'a self,
        _: &'a ListScope,
        part: &'a ListPart,
        bookmark: &'a Bookmark,
    ) -> BoxFuture<'a, Result<ListPage, ListError>> {
        Box::pin(self.page(part.name, bookmark))
    }

    fn one<'a>(
        &'a self,
        _: &'a ListScope,
        key: &'a RecordKey,
    ) -> BoxFuture<'a, Result<Option<Listed>, ListError>> {
        let state = self.state();
        let found = state.contacts.get(&key.id).map(|(name, at)| contact(&key.id, name, *at));
        Box::pin(async { Ok(found) })
    }
}

/// Reads what runs tell of the book.
pub(super) struct Told;

impl Source for Told {
    fn name(&self) -> &'static str {
        "book.snapshot"
    }

    fn authenticate(&self, _: &Delivery) -> Result<(), Refusal> {
        Err(Refusal::UnknownKey)
    }

    fn read(&self, _: Delivery) -> Reading {
        unreachable!("nothing is delivered here")
    }

    fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String> {
        Snapshot::updates(event)
    }

    fn summarize(&self, _: &Event) -> Summary {
        Summary::default()
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}
