//! What the stages' tests share: a source that reads a tiny language, and a scripted destination.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{
    AccountKey, Action, BoxFuture, Clock, ConnectionId, Delivery, Destination, Entity, Event,
    Failure, Fields, InstallationChange, InstallationKey, InstallationStep, Memory, Next, Reading,
    Receipt, RecordKey, RecordUpdate, Refusal, Source, Stop, Summary, Verb,
    contract::sample::{at, event},
};
use jiff::Timestamp;

use crate::{
    Sources, decide::Decide, outlets::KnownOutlets, poison::Trials, project::Project,
    reader::Reader,
};

/// A clock that follows tokio's, which tests pause and skip.
pub(crate) fn clock() -> Arc<dyn Clock> {
    let start = tokio::time::Instant::now();
    Arc::new(move || at(0) + start.elapsed())
}

pub(crate) fn store() -> Memory {
    Memory::new(clock())
}

/// Reads bodies of the form `contact-id name`; `poison` panics, `odd` cannot be read, and `?` at the end is no
/// part of the contract.
pub(crate) struct Words;

impl Source for Words {
    fn name(&self) -> &'static str {
        "highlevel"
    }

    fn authenticate(&self, delivery: &Delivery) -> Result<(), Refusal> {
        match delivery.header("signed") {
            Some(_) => Ok(()),
            None => Err(Refusal::Unsigned),
        }
    }

    fn read(&self, delivery: Delivery) -> Reading {
        let number = delivery.body.iter().fold(7_u128, |sum, byte| sum * 31 + u128::from(*byte));
        let event = Event { body: delivery.body, tenant: None, ..event(number) };
        Reading { event, app: None, company: None }
    }

    fn installation(&self, event: &Event) -> Option<InstallationChange> {
        let account = AccountKey::new("highlevel", event.account.as_deref()?);
        let key = InstallationKey { app: String::new(), account };
        let step = match event.kind.verb {
            Verb::Installed => InstallationStep::Installed { plan: None },
            Verb::Uninstalled => InstallationStep::Uninstalled,
            _ => return None,
        };
        Some(InstallationChange { key, company: None, step })
    }

    fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String> {
        let text = String::from_utf8_lossy(&event.body).into_owned();
        match text.split_once(' ') {
            None if text == "poison" => panic!("a reader that fails"),
            None => Err(format!("`{text}` has no name")),
            Some((id, name)) => {
                let fields: Fields = [("name".to_owned(), name.into())].into();
                Ok(vec![RecordUpdate::Set(RecordKey::new(Entity::Contact, id), fields)])
            }
        }
    }

    fn summarize(&self, _: &Event) -> Summary {
        Summary::default()
    }

    fn deviations(&self, event: &Event) -> Vec<String> {
        match &event.body[..] {
            b"poison" => panic!("a reader that fails"),
            [.., b'?'] => vec!["/name: expected a fact, found a question".to_owned()],
            _ => Vec::new(),
        }
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}

/// The same language, as the next program reads it: what has no name is called `read`.
pub(crate) struct Forgiving;

impl Source for Forgiving {
    fn name(&self) -> &'static str {
        Words.name()
    }

    fn authenticate(&self, delivery: &Delivery) -> Result<(), Refusal> {
        Words.authenticate(delivery)
    }

    fn read(&self, delivery: Delivery) -> Reading {
        Words.read(delivery)
    }

    fn installation(&self, event: &Event) -> Option<InstallationChange> {
        Words.installation(event)
    }

    fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String> {
        let body = [event.body.as_ref(), b" read"].concat();
        Words.updates(&Event { body: body.into(), ..event.clone() })
    }

    fn summarize(&self, event: &Event) -> Summary {
        Words.summarize(event)
    }

    fn deviations(&self, event: &Event) -> Vec<String> {
        Words.deviations(event)
    }

    fn link(&self, event: &Event) -> Option<String> {
        Words.link(event)
    }
}

pub(crate) fn sources() -> Sources {
    Sources::new(vec![Arc::new(Words)])
}

/// An event with this body, about the contact that the body names.
pub(crate) fn saying(number: u128, body: &str) -> Event {
    let id = body.split(' ').next().unwrap_or(body).to_owned();
    Event {
        record: Some(RecordKey::new(Entity::Contact, id)),
        body: body.to_owned().into(),
        occurred_at: at(number as i64),
        ..event(number)
    }
}

/// What a scripted call does.
#[derive(Clone)]
pub(crate) enum Step {
    /// It works.
    Works,
    /// It works, but the reply is lost.
    WorksUnheard,
    /// It fails, and nothing happened.
    Fails(Next),
    /// It never ends.
    Hangs,
    /// The connector fails.
    Panics,
}

/// A destination that keeps pages and follows a script; past its end everything works.
#[derive(Default)]
pub(crate) struct Pages {
    script: Mutex<VecDeque<Step>>,
    pages: Mutex<BTreeMap<String, u32>>,
    order: Mutex<Vec<(String, Timestamp)>>,
}

impl Pages {
    pub(crate) fn scripted(steps: &[Step]) -> Arc<Self> {
        let pages = Self::default();
        pages.script.lock().unwrap().extend(steps.iter().cloned());
        Arc::new(pages)
    }

    /// The pages in the order in which they were made.
    pub(crate) fn made(&self) -> Vec<String> {
        self.order.lock().unwrap().iter().map(|(page, _)| page.clone()).collect()
    }

    pub(crate) fn doubled(&self) -> usize {
        self.pages.lock().unwrap().values().filter(|count| **count > 1).count()
    }

    fn make(&self, action: &Action) -> Receipt {
        let page = action.event.to_string();
        *self.pages.lock().unwrap().entry(page.clone()).or_default() += 1;
        self.order.lock().unwrap().push((page.clone(), action.decided_at));
        Receipt { reference: page, adopted: false }
    }
}

fn failure(next: Next, ambiguous: bool) -> Failure {
    Failure { next, ambiguous, reason: "scripted".to_owned() }
}

impl Destination for Pages {
    fn name(&self) -> &'static str {
        "pages"
    }

    fn apply<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(async move {
            let step = self.script.lock().unwrap().pop_front();
            match step.unwrap_or(Step::Works) {
                Step::Works => Ok(self.make(action)),
                Step::WorksUnheard => {
                    self.make(action);
                    Err(failure(Next::Retry, true))
                }
                Step::Fails(next) => Err(failure(next, false)),
                Step::Hangs => {
                    tokio::time::sleep(Duration::from_secs(1_000_000)).await; // tidy: sleep, the clock is paused
                    Err(failure(Next::Retry, true))
                }
                Step::Panics => panic!("a connector that fails"),
            }
        })
    }

    fn find<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Option<Receipt>, Failure>> {
        Box::pin(async move {
            let page = action.event.to_string();
            let is_there = self.pages.lock().unwrap().contains_key(&page);
            Ok(is_there.then_some(Receipt { reference: page, adopted: true }))
        })
    }
}

/// The projecting stage on a store.
pub(crate) fn project(store: &Memory) -> Project<Memory> {
    Project {
        store: store.clone(),
        sources: sources(),
        report_deviations: true,
        clock: clock(),
        trials: Trials::at(Stop::Mirror),
        next: Arc::default(),
        admit: Arc::default(),
        reader: Reader::default(),
    }
}

/// The deciding stage on a store, with an activity log.
pub(crate) fn decide(store: &Memory) -> Decide<Memory> {
    Decide {
        store: store.clone(),
        sources: sources(),
        rules: policy::rules::all().to_vec(),
        clock: clock(),
        trials: Trials::at(Stop::Decide),
        outlets: KnownOutlets::new(Some(ConnectionId::new("notion")), Arc::default()),
        next: Vec::new(),
        reader: Reader::default(),
    }
}
