//! A house without a vendor, over a store in memory, and a tool that does what its test says.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
};

use domain::{
    Actor, AuditEntry, BoxFuture, BudgetKey, Budgets as _, ChangeSet, ChangeSetId, ChangeSets,
    Clock, ConnectionId, EventId, KeptReply, KnownRequest, Memory, NewAudit, NewChangeSet,
    NewRequest, OrganizationId, Queries, Realm, RepeatableRequests as _, RequestKey, StorageError,
    Tenant, UndoReport, WriteEnd, WriteIntent,
    contract::sample::{at, clock},
    crm::Crm,
};
use endpoint::catalogue::Kind;
use engine::undo::Order;
use highlevel::{LocationId, RawCall, RawReply};
use rmcp::model::JsonObject;
use serde_json::{Value, json};

use crate::{
    Caller, House, Mode, Place, Surface, ToolError,
    books::{Books, Spending},
    caps::Full,
    desk::Desk,
    plan::{Plan, PlanTarget, PlannedCall},
    tool::{Act, Answer, Tool, ToolSpec, every_kind},
};

/// A house with locations of two organizations, each for the callers of its organization.
pub(super) struct Scripted {
    pub(super) store: Memory,
    seconds: AtomicI64,
    notes: Arc<AtomicUsize>,
    is_losing: Arc<AtomicBool>,
    clock: Box<dyn Fn() -> jiff::Timestamp + Send + Sync>,
}

impl Scripted {
    pub(super) fn new() -> Arc<Self> {
        Arc::new_cyclic(|house: &std::sync::Weak<Self>| {
            let house = house.clone();
            let now = move || at(house.upgrade().map_or(0, |house| house.seconds()));
            Self {
                store: Memory::new(clock()),
                seconds: AtomicI64::new(0),
                notes: Arc::default(),
                is_losing: Arc::default(),
                clock: Box::new(now),
            }
        })
    }

    fn seconds(&self) -> i64 {
        self.seconds.load(Ordering::SeqCst)
    }

    /// Lets time pass.
    pub(super) fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// How often something was noted.
    pub(super) fn notes(&self) -> usize {
        self.notes.load(Ordering::SeqCst)
    }

    /// Notes nothing any more.
    pub(super) fn loses_notes(&self) {
        self.is_losing.store(true, Ordering::SeqCst);
    }

    /// The audit, the oldest first.
    pub(super) async fn audit(&self) -> Vec<AuditEntry> {
        use domain::Audit as _;
        let mut noted = self.store.audit(&Realm::Installation, "", None, 1000).await.unwrap();
        noted.reverse();
        noted
    }
}

impl House for Scripted {
    fn places<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<Vec<Place>, ToolError>> {
        let mut second = place("a");
        second.location = LocationId::new("locationa2");
        second.name = None;
        let places = [place("a"), second, place("b")].into_iter();
        let seen = places.filter(|place| caller.realm.holds(Some(&place.tenant))).collect();
        Box::pin(std::future::ready(Ok(seen)))
    }

    fn call<'a>(&'a self, _: &'a Place, _: RawCall) -> BoxFuture<'a, Result<RawReply, ToolError>> {
        Box::pin(std::future::ready(Err(absent())))
    }

    fn crm(&self) -> BoxFuture<'_, Result<Arc<dyn Crm>, ToolError>> {
        Box::pin(std::future::ready(Err(absent())))
    }

    fn books(&self) -> BoxFuture<'_, Result<Arc<dyn Books>, ToolError>> {
        let books: Arc<dyn Books> = Arc::new(MemoryBooks {
            store: self.store.clone(),
            notes: Arc::clone(&self.notes),
            is_losing: Arc::clone(&self.is_losing),
        });
        Box::pin(std::future::ready(Ok(books)))
    }

    fn queries(&self) -> BoxFuture<'_, Result<Arc<dyn Queries>, ToolError>> {
        Box::pin(std::future::ready(Err(absent())))
    }

    fn clock(&self) -> &dyn Clock {
        &self.clock
    }
}

/// The books of a store in memory, of which nothing is taken back.
struct MemoryBooks {
    store: Memory,
    notes: Arc<AtomicUsize>,
    is_losing: Arc<AtomicBool>,
}

impl Books for MemoryBooks {
    fn note(&self, entries: Vec<NewAudit>) -> BoxFuture<'_, Result<(), StorageError>> {
        use domain::Audit as _;
        if self.is_losing.load(Ordering::SeqCst) {
            return Box::pin(std::future::ready(Err(StorageError::Overloaded)));
        }
        self.notes.fetch_add(1, Ordering::SeqCst);
        Box::pin(self.store.note_audit(entries))
    }

    fn join(&self, set: NewChangeSet) -> BoxFuture<'_, Result<ChangeSet, StorageError>> {
        Box::pin(self.store.join(set))
    }

    fn intend<'a>(
        &'a self,
        tenant: &'a Tenant,
        set: &'a ChangeSetId,
        intent: WriteIntent,
    ) -> BoxFuture<'a, Result<Option<u64>, StorageError>> {
        Box::pin(self.store.intend(tenant, set, intent))
    }

    fn conclude<'a>(
        &'a self,
        set: &'a ChangeSetId,
        number: u64,
        end: WriteEnd,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(self.store.conclude(set, number, end))
    }

    fn undo<'a>(
        &'a self,
        _: &'a ChangeSetId,
        _: Order<'a>,
    ) -> BoxFuture<'a, Result<UndoReport, ToolError>> {
        Box::pin(std::future::ready(Err(absent())))
    }

    fn change_sets<'a>(
        &'a self,
        realm: &'a Realm,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<ChangeSet>, StorageError>> {
        Box::pin(self.store.change_sets(realm, None, limit))
    }

    fn story<'a>(
        &'a self,
        _: &'a Realm,
        _: EventId,
    ) -> BoxFuture<'a, Result<Option<Value>, StorageError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn begin(
        &self,
        request: NewRequest,
    ) -> BoxFuture<'_, Result<Option<KnownRequest>, StorageError>> {
        Box::pin(self.store.begin_request(request))
    }

    fn end<'a>(
        &'a self,
        key: &'a RequestKey,
        reply: KeptReply,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(self.store.end_request(key, reply))
    }

    fn forget<'a>(&'a self, key: &'a RequestKey) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(self.store.forget_request(key))
    }

    fn spend(
        &self,
        key: BudgetKey,
        now: jiff::Timestamp,
        spending: Spending,
    ) -> BoxFuture<'_, Result<Result<(), Full>, StorageError>> {
        Box::pin(self.store.change(key, now, spending))
    }
}

/// A tool that plans to send a text to one contact, and remembers each text that it sent.
#[derive(Clone)]
pub(super) struct Speaker {
    pub(super) name: &'static str,
    /// The code with which it fails, after it said something.
    pub(super) fails: Option<&'static str>,
    /// Whether it says that it reads.
    pub(super) lies: bool,
    pub(super) kind: Kind,
    pub(super) records: usize,
    pub(super) must_type: Option<&'static str>,
    pub(super) version: Arc<Mutex<&'static str>>,
    pub(super) said: Arc<Mutex<Vec<String>>>,
}

impl Speaker {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            name: "speak",
            fails: None,
            lies: false,
            kind,
            records: 1,
            must_type: None,
            version: Arc::new(Mutex::new("1")),
            said: Arc::default(),
        }
    }

    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    fn plan(&self, text: String) -> Plan {
        let version = *self.version.lock().unwrap();
        let target = |number| PlanTarget {
            entity: "contact".to_owned(),
            id: format!("c{number}"),
            name: Some(format!("Person {number}")),
            version: Some(version.to_owned()),
        };
        let (said, fails) = (Arc::clone(&self.said), self.fails);
        Plan {
            kind: self.kind,
            title: "speak".to_owned(),
            question: format!("Say “{text}” to Person 0"),
            targets: (0..self.records).map(target).collect(),
            count: self.records,
            must_type: self.must_type.map(str::to_owned),
            calls: vec![PlannedCall {
                operation: "conversations.send-a-new-message".to_owned(),
                request: None,
                body: json!({ "message": text }),
                scopes: Vec::new(),
            }],
            run: Box::new(move |_| {
                Box::pin(async move {
                    said.lock().unwrap().push(text);
                    if let Some(code) = fails {
                        return Err(ToolError::new(code, "it failed", "see why"));
                    }
                    Answer::of(&json!({"said": true}))
                })
            }),
        }
    }
}

impl Tool for Speaker {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name.to_owned(),
            about: "Speaks.",
            kind: if self.lies { Kind::Read } else { self.kind },
            is_idempotent: false,
            input: Arc::new(object(json!({"properties": {"text": {}}}))),
            output: Arc::default(),
        }
    }

    fn call<'a>(
        &'a self,
        _: &'a Desk,
        arguments: JsonObject,
    ) -> BoxFuture<'a, Result<Act, ToolError>> {
        let text = arguments.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        let act = match self.kind {
            Kind::Read => Act::answer(&json!({"heard": text})),
            _ => Ok(Act::Plan(self.plan(text))),
        };
        Box::pin(std::future::ready(act))
    }
}

/// The owner of the organization `a`, in this mode.
pub(super) fn caller(mode: Mode) -> Caller {
    caller_of("a", mode, every_kind())
}

pub(super) fn caller_of(organization: &str, mode: Mode, kinds: BTreeSet<Kind>) -> Caller {
    Caller {
        actor: Actor::Key(domain::ApiKeyId::new(&format!("key_{organization}"))),
        realm: Realm::Organization(OrganizationId::new(organization)),
        kinds,
        mode,
        surface: Surface::default(),
    }
}

pub(super) fn place(organization: &str) -> Place {
    let tenant = Tenant {
        organization: OrganizationId::new(organization),
        connection: ConnectionId::new("highlevel"),
    };
    let location = LocationId::new(&format!("location{organization}"));
    Place { tenant, location, name: Some(format!("Shop {organization}")) }
}

pub(super) fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(members) => members,
        _ => panic!("this is an object"),
    }
}

fn absent() -> ToolError {
    ToolError::new("absent", "this house has no such room", "test it elsewhere")
}
