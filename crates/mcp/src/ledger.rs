//! Notes every call in the audit: who called what, how it was decided and what came of it.
//!
//! No value of an argument is ever noted: a digest tells calls apart, and names tell which arguments
//! there were. What changes something is noted before it is done; what only reads is noted a moment
//! later with others, so that no read waits for a disk.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{NewAudit, Outcome};
use jiff::Timestamp;
use rmcp::model::JsonObject;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{Caller, House, Place, ToolError, digest::Digest, plan::Plan, tool::ToolSpec};

/// How long reads are collected.
const COLLECTED_FOR: Duration = Duration::from_millis(250);

/// How many reads wait at most; of more the oldest are given up, which is told in the log.
const MOST_WAITING: usize = 20_000;

/// How many records of a plan are named.
const MOST_TARGETS: usize = 5;

/// Collects what is to be noted.
#[derive(Default)]
pub(crate) struct Ledger {
    waiting: Mutex<Vec<NewAudit>>,
    tasks: Mutex<JoinSet<()>>,
    /// Whether a task waits to note what is collected.
    is_awaited: AtomicBool,
    /// Whether it was told that nothing can be noted.
    is_told: AtomicBool,
}

/// What is noted of one call, as it becomes known.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    tool: String,
    kind: &'static str,
    arguments: Digest,
    names: Vec<String>,
    subject: Option<String>,
    /// What was decided: `read`, `ran`, `refused`, `preview`, `asked`, `confirmed by form` …
    pub(crate) decision: String,
    /// The change set of what was done.
    pub(crate) change_set: Option<String>,
    /// Why it failed.
    pub(crate) code: Option<&'static str>,
}

impl Note {
    /// The note of a call that begins.
    pub(crate) fn new(spec: &ToolSpec, arguments: &JsonObject) -> Self {
        Self {
            tool: spec.name.clone(),
            kind: spec.kind.as_str(),
            arguments: Digest::of(arguments),
            names: names(spec, arguments),
            subject: operation(arguments),
            decision: "refused".to_owned(),
            change_set: None,
            code: None,
        }
    }

    /// The digest of the arguments.
    pub(crate) fn arguments(&self) -> Digest {
        self.arguments
    }

    /// Names what a plan would do, and to which records.
    pub(crate) fn plans(&mut self, plan: &Plan) {
        self.kind = plan.kind.as_str();
        let count = plan.count.max(plan.targets.len());
        let mut words: Vec<&str> = plan
            .calls
            .iter()
            .map(|call| call.operation.as_str())
            .filter(|word| is_id(word))
            .collect();
        words.dedup();
        words.truncate(1);
        let ids = plan.targets.iter().map(|target| target.id.as_str()).filter(|id| is_id(id));
        words.extend(ids.take(MOST_TARGETS));
        let mut subject = words.join(" ");
        if count > MOST_TARGETS {
            subject.push_str(&format!(" of {count}"));
        }
        self.subject = (!subject.is_empty()).then_some(subject);
    }

    /// The entry of the audit.
    pub(crate) fn entry(
        &self,
        (caller, place): (&Caller, Option<&Place>),
        (act, outcome): (Act, Outcome),
        at: Timestamp,
    ) -> NewAudit {
        let mut detail =
            format!("{} {}; arguments {}", self.kind, self.decision, self.arguments.short());
        if !self.names.is_empty() {
            detail.push_str(&format!(" of {}", self.names.join(", ")));
        }
        if let Some(place) = place {
            detail.push_str(&format!("; location {}", place.location.as_str()));
        }
        if let Some(set) = &self.change_set {
            detail.push_str(&format!("; change set {set}"));
        }
        if let Some(code) = self.code {
            detail.push_str(&format!("; {code}"));
        }
        NewAudit {
            at,
            organization: place.map(|place| place.tenant.organization.clone()),
            connection: place.map(|place| place.tenant.connection.clone()),
            actor: caller.actor.clone(),
            act: match act {
                Act::Begins => format!("mcp.{}.begun", self.tool),
                Act::Ends => format!("mcp.{}", self.tool),
            },
            outcome,
            subject: self.subject.clone(),
            detail: Some(detail),
        }
    }
}

/// Whether something is about to be done, or is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is about to be done.
    Begins,
    /// It is over.
    Ends,
}

impl Ledger {
    /// Notes it soon.
    pub(crate) fn soon(self: &Arc<Self>, house: &Arc<dyn House>, entry: NewAudit) {
        self.collect(vec![entry]);
        if self.is_awaited.swap(true, Ordering::AcqRel) {
            return;
        }
        let (ledger, house) = (Arc::clone(self), Arc::clone(house));
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            tokio::time::sleep(COLLECTED_FOR).await;
            ledger.is_awaited.store(false, Ordering::Release);
            ledger.flush(&house).await;
        });
    }

    /// Notes it now, behind all that was collected.
    ///
    /// # Errors
    /// Where it cannot be noted.
    pub(crate) async fn now(
        &self,
        house: &Arc<dyn House>,
        entry: NewAudit,
    ) -> Result<(), ToolError> {
        let books = house.books().await?;
        let mut entries = self.taken();
        entries.push(entry);
        Ok(books.note(entries).await?)
    }

    /// Notes what was collected.
    pub(crate) async fn flush(&self, house: &Arc<dyn House>) {
        let entries = self.taken();
        if entries.is_empty() {
            return;
        }
        let kept = entries.clone();
        let noted = match house.books().await {
            Ok(books) => books.note(entries).await.map_err(ToolError::from),
            Err(error) => Err(error),
        };
        match noted {
            Ok(()) => self.is_told.store(false, Ordering::Relaxed),
            Err(error) => {
                if !self.is_told.swap(true, Ordering::Relaxed) {
                    tracing::error!(
                        code = error.code,
                        "calls of tools cannot be noted in the audit"
                    );
                }
                self.put_back(kept);
            }
        }
    }

    fn taken(&self) -> Vec<NewAudit> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn collect(&self, entries: Vec<NewAudit>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend(entries);
        cut(&mut waiting);
    }

    /// Puts what could not be noted before what was collected since.
    fn put_back(&self, mut entries: Vec<NewAudit>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        entries.append(&mut waiting);
        cut(&mut entries);
        *waiting = entries;
    }
}

fn cut(waiting: &mut Vec<NewAudit>) {
    let lost = waiting.len().saturating_sub(MOST_WAITING);
    if lost > 0 {
        waiting.drain(..lost);
        tracing::error!(lost, "calls of tools were not noted in the audit");
    }
}

/// The names of the arguments that the tool knows, in order; others might be anybody's words.
fn names(spec: &ToolSpec, arguments: &JsonObject) -> Vec<String> {
    let known = spec.input.get("properties").and_then(Value::as_object);
    let is_known = |name: &&String| known.is_some_and(|known| known.contains_key(*name));
    let mut names: Vec<String> = arguments.keys().filter(is_known).cloned().collect();
    names.sort();
    names
}

/// The operation of the catalogue that an argument names.
fn operation(arguments: &JsonObject) -> Option<String> {
    let mut texts = arguments.values().filter_map(Value::as_str);
    texts.find_map(highlevel::catalogue::operation).map(|found| found.id().to_owned())
}

/// Whether a text is the id of a record or of an operation, and no name, address or number of a person.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=80).contains(&text.len())
        && text.bytes().all(is_plain)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}
