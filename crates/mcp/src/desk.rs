//! Where one call of a tool works: for whom, in which location, and by what.
//!
//! Clones share everything. A desk reads; it writes only inside of a plan that was allowed, and then
//! every write is noted in the plan's change set before it is made.

use std::sync::Arc;

use domain::{
    ChangeSetId, Difference, NewChangeSet, Queries, RecordKey, WriteEffect, WriteEnd, WriteIntent,
    WriteState,
    crm::{Behalf, Crm, WriteCause},
};
use endpoint::catalogue::Kind;
use highlevel::{RawCall, RawReply};
use jiff::Timestamp;
use rmcp::{Peer, RoleServer, model::ProgressNotificationParam, model::ProgressToken};

use crate::{
    Caller, House, Place, ToolError,
    books::Books,
    directory::Directory,
    output::{self, Cut, Handles, Owner},
    tool::Answer,
};

/// Where one call works.
#[derive(Clone)]
pub struct Desk {
    house: Arc<dyn House>,
    caller: Arc<Caller>,
    place: Arc<Place>,
    directory: Arc<Directory>,
    /// The change set of the plan that is being done; none while a tool only reads.
    set: Option<Arc<OpenSet>>,
    progress: Option<Arc<Progress>>,
    /// Where the rests of answers are kept.
    handles: Arc<Handles>,
}

/// The change set of a plan.
struct OpenSet {
    cause: String,
    title: String,
    id: ChangeSetId,
}

/// Whom to tell how far a call is.
struct Progress {
    peer: Peer<RoleServer>,
    token: ProgressToken,
}

/// A record that a raw write is about, for the change set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it does to the record.
    pub effect: WriteEffect,
    /// The record; none where only the reply tells which it is, or it is of a kind that the hub does
    /// not mirror.
    pub record: Option<RecordKey>,
    /// What the record hangs on.
    pub parent: Option<RecordKey>,
}

impl Desk {
    /// A desk at which nothing can be written.
    #[must_use]
    pub fn new(house: Arc<dyn House>, caller: Arc<Caller>, place: Place) -> Self {
        Self {
            house,
            caller,
            place: Arc::new(place),
            directory: Arc::default(),
            set: None,
            progress: None,
            handles: Arc::default(),
        }
    }

    /// The same, with the rests of answers kept there.
    pub(crate) fn keeping(self, handles: Arc<Handles>) -> Self {
        Self { handles, ..self }
    }

    /// The same, that knows the names that this directory knows.
    #[must_use]
    pub(crate) fn knowing(self, directory: Arc<Directory>) -> Self {
        Self { directory, ..self }
    }

    /// The same, that tells this peer how far it is.
    #[must_use]
    pub fn telling(self, peer: Peer<RoleServer>, token: ProgressToken) -> Self {
        Self { progress: Some(Arc::new(Progress { peer, token })), ..self }
    }

    /// The same, at which the plan with this cause and title may write.
    ///
    /// # Errors
    /// Where the change set cannot be noted: then nothing may be written.
    pub async fn writing(self, cause: String, title: String) -> Result<Self, ToolError> {
        let set = NewChangeSet {
            tenant: self.place.tenant.clone(),
            cause: cause.clone(),
            actor: self.caller.actor.clone(),
            title: title.clone(),
            undoes: None,
            at: self.now(),
        };
        let id = self.books().await?.join(set).await?.id;
        Ok(Self { set: Some(Arc::new(OpenSet { cause, title, id })), ..self })
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Where it works.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The names that are known.
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.house.clock().now()
    }

    /// The change set of what is being done.
    #[must_use]
    pub fn change_set(&self) -> Option<&ChangeSetId> {
        self.set.as_deref().map(|set| &set.id)
    }

    /// Everything behind the desk.
    #[must_use]
    pub fn house(&self) -> &Arc<dyn House> {
        &self.house
    }

    /// For the port: on whose behalf, and in which change set.
    ///
    /// # Panics
    /// Never: outside of a plan the port's writes are sets of their own, and tools only read there.
    #[must_use]
    pub fn behalf(&self) -> Behalf {
        let cause = self.set.as_deref().map_or(WriteCause::Alone, |set| WriteCause::Joined {
            cause: set.cause.clone(),
            title: set.title.clone(),
        });
        Behalf {
            tenant: self.place.tenant.clone(),
            account: Some(self.place.location.to_string()),
            actor: self.caller.actor.clone(),
            cause,
        }
    }

    /// The port for applications.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub async fn crm(&self) -> Result<Arc<dyn Crm>, ToolError> {
        self.house.crm().await
    }

    /// The books.
    ///
    /// # Errors
    /// Where they cannot be opened.
    pub async fn books(&self) -> Result<Arc<dyn Books>, ToolError> {
        self.house.books().await
    }

    /// The mirror.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn queries(&self) -> Result<Arc<dyn Queries>, ToolError> {
        self.house.queries().await
    }

    /// Makes a call that changes nothing.
    ///
    /// # Errors
    /// Where it fails, or is of another kind: that is a bug of the tool.
    pub async fn read(&self, call: RawCall) -> Result<RawReply, ToolError> {
        if call.operation().kind() != Kind::Read {
            return Err(bug("a tool wanted to write while it only reads"));
        }
        self.house.call(&self.place, call).await
    }

    /// Makes a call that changes something, noted before and after in the plan's change set.
    ///
    /// # Errors
    /// Where it fails, cannot be noted, or nothing may be written at this desk.
    pub async fn write(&self, call: RawCall, written: Written) -> Result<RawReply, ToolError> {
        let Some(set) = self.set.clone() else {
            return Err(bug("a tool wanted to write outside of its plan"));
        };
        let books = self.books().await?;
        let intent = WriteIntent {
            at: self.now(),
            actor: self.caller.actor.clone(),
            act: call.operation().id().to_owned(),
            effect: written.effect,
            record: written.record,
            parent: written.parent,
            account: Some(self.place.location.to_string()),
            difference: Difference::default(),
        };
        let number = books.intend(&self.place.tenant, &set.id, intent).await?;
        let number = number.ok_or_else(|| bug("the change set is not there"))?;
        let reply = self.house.call(&self.place, call).await;
        let state = match &reply {
            Ok(_) => WriteState::Done,
            Err(error) if error.retryable && error.http_status != Some(429) => WriteState::InDoubt,
            Err(_) => WriteState::Refused,
        };
        let detail = reply.as_ref().err().map(|error| error.code.to_owned());
        let end = WriteEnd { at: self.now(), state, record: None, difference: None, detail };
        if let Err(error) = books.conclude(&set.id, number, end).await {
            tracing::error!(%error, "the end of a write cannot be noted");
        }
        reply
    }

    /// The answer as it is told: without what is empty, and no longer than a result may be.
    pub(crate) fn shaped(&self, mut answer: Answer) -> Answer {
        output::shape(&mut answer.value);
        let owner = Owner::new(&self.caller, &self.place);
        self.cut(&owner).answer(answer)
    }

    /// What is kept under a handle of this caller.
    ///
    /// # Errors
    /// Where nothing is.
    pub(crate) fn more(&self, handle: &str, pointer: Option<&str>) -> Result<Answer, ToolError> {
        let owner = Owner::new(&self.caller, &self.place);
        self.cut(&owner).more(handle, pointer)
    }

    fn cut<'a>(&'a self, owner: &'a Owner) -> Cut<'a> {
        Cut { handles: &self.handles, owner, now: self.now() }
    }

    /// Tells how far the call is, where the client asked to be told.
    pub async fn progress(&self, done: usize, total: usize) {
        let Some(progress) = &self.progress else { return };
        let told = ProgressNotificationParam::new(progress.token.clone(), done as f64)
            .with_total(total as f64);
        // Who has gone is not told.
        let _ = progress.peer.notify_progress(told).await;
    }
}

fn bug(message: &str) -> ToolError {
    ToolError::new("bug", message, "report this as a bug")
}
