//! Notes each write in a change set: before it is made what it will change, and when it has ended what it did.
//!
//! A write whose intent cannot be noted is not made. One whose end cannot be noted stays an intent,
//! which may have been made or not: whoever takes it back looks at the record.

pub(super) mod contact;
pub(super) mod opportunity;
pub(super) mod upsert;

use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
};

use domain::{
    Audit, ChangeSetId, ChangeSets, Difference, Entity, Journal, Mirror, NewChangeSet, RecordKey,
    Tenant, WriteEffect, WriteEnd, WriteIntent, WriteState, WrittenField,
    crm::{Behalf, CrmError, WriteCause},
};
use endpoint::{Timer, Transport};
use jiff::Timestamp;
use serde_json::Value;

use super::{Port, refusal::refusal};

/// Tells apart what this port writes within one moment.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

/// A write that is about to be made.
pub(super) struct Plan {
    act: &'static str,
    effect: WriteEffect,
    record: Option<RecordKey>,
    parent: Option<RecordKey>,
    difference: Difference,
}

/// A write that was noted and has not ended.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    set: ChangeSetId,
    number: u64,
    tenant: Tenant,
    /// Which record it is to, where it is one that is there.
    record: Option<RecordKey>,
    /// When it began.
    at: Timestamp,
}

/// How a noted write ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Ended {
    /// Which record it was, where only the end tells.
    pub(super) record: Option<RecordKey>,
    /// What it changed, where the reply says more than was intended.
    pub(super) difference: Option<Difference>,
}

impl Plan {
    /// A write to a record that is there.
    pub(super) fn change(act: &'static str, record: RecordKey, difference: Difference) -> Self {
        let effect = WriteEffect::Changed;
        Self { act, effect, record: Some(record), parent: None, difference }
    }

    /// A record that is made.
    pub(super) fn create(act: &'static str, difference: Difference) -> Self {
        let effect = WriteEffect::Created;
        Self { act, effect, record: None, parent: None, difference }
    }

    /// Something that is sent to a contact.
    pub(super) fn send(act: &'static str, contact: &str, difference: Difference) -> Self {
        let effect = WriteEffect::Sent;
        Self { act, effect, record: None, parent: None, difference }.on_contact(contact)
    }

    /// A record that is deleted.
    pub(super) fn delete(act: &'static str, record: RecordKey, difference: Difference) -> Self {
        Self { effect: WriteEffect::Deleted, ..Self::change(act, record, difference) }
    }

    /// The same for a record that hangs on a contact.
    pub(super) fn on_contact(self, contact: &str) -> Self {
        self.on(Some(RecordKey::new(Entity::Contact, contact)))
    }

    /// The same for a record that hangs on another.
    pub(super) fn on(self, parent: Option<RecordKey>) -> Self {
        Self { parent, ..self }
    }
}

impl Ended {
    /// A record that was made, with the values that it has now.
    pub(super) fn made(entity: Entity, id: &str, difference: Difference) -> Self {
        Self { record: Some(RecordKey::new(entity, id)), difference: Some(difference) }
    }
}

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    /// Notes a write, makes it, and notes how it ended; `told` reads the reply.
    pub(super) async fn write<V>(
        &self,
        behalf: &Behalf,
        (plan, what): (Plan, &'static str),
        call: impl Future<Output = Result<V, highlevel::Error>> + Send,
        told: impl FnOnce(&V) -> Ended + Send,
    ) -> Result<V, CrmError> {
        let noted = self.intend(behalf, plan).await?;
        match call.await {
            Ok(reply) => {
                self.conclude(&noted, WriteState::Done, told(&reply)).await;
                Ok(reply)
            }
            Err(error) => {
                let error = refusal(&error, what);
                self.fail(&noted, &error).await;
                Err(error)
            }
        }
    }

    /// Notes a write, makes it, and notes that it ended; its reply says no more than was planned.
    pub(super) async fn write_as_planned<V>(
        &self,
        behalf: &Behalf,
        plan: (Plan, &'static str),
        call: impl Future<Output = Result<V, highlevel::Error>> + Send,
    ) -> Result<V, CrmError> {
        self.write(behalf, plan, call, |_| Ended::default()).await
    }

    /// Notes that a write is about to be made: in the caller's change set, or in one of its own.
    ///
    /// # Errors
    /// Where the tenant has no such set, or it cannot be noted. The write must not be made then.
    pub(super) async fn intend(&self, behalf: &Behalf, plan: Plan) -> Result<Noted, CrmError> {
        let set = match &behalf.cause {
            WriteCause::Set(set) => set.clone(),
            WriteCause::Joined { cause, title } => self.join(behalf, cause, title).await?,
            WriteCause::Alone => {
                let count = self.counter.0.fetch_add(1, Ordering::Relaxed);
                let cause = format!("call {} {count}", self.now().as_nanosecond());
                self.join(behalf, &cause, plan.act).await?
            }
        };
        let (at, record) = (self.now(), plan.record.clone());
        let intent = WriteIntent {
            at,
            actor: behalf.actor.clone(),
            act: plan.act.to_owned(),
            effect: plan.effect,
            record: plan.record,
            parent: plan.parent,
            account: behalf.account.clone(),
            difference: plan.difference,
        };
        let number = self.store.intend(&behalf.tenant, &set, intent).await?;
        let number = number.ok_or(CrmError::NotFound("change set"))?;
        Ok(Noted { set, number, tenant: behalf.tenant.clone(), record, at })
    }

    /// Notes how a write ended that was answered.
    pub(super) async fn conclude(&self, noted: &Noted, state: WriteState, ended: Ended) {
        let Ended { record, difference } = ended;
        let end = WriteEnd { at: self.now(), state, record, difference, detail: None };
        self.end(noted, end).await;
    }

    /// Notes that a write failed, and whether it may have been made.
    pub(super) async fn fail(&self, noted: &Noted, error: &CrmError) {
        let detail = Some(error.kind().to_owned());
        let state = state_after(error);
        let end = WriteEnd { at: self.now(), state, record: None, difference: None, detail };
        self.end(noted, end).await;
    }

    /// Notes an end. What was written, or may have been, is what the mirror is behind until it has
    /// seen it.
    async fn end(&self, noted: &Noted, end: WriteEnd) {
        let record = end.record.as_ref().or(noted.record.as_ref());
        // Nothing else is answered from the mirror.
        let is_mirrored =
            |key: &&RecordKey| matches!(key.entity, Entity::Contact | Entity::Opportunity);
        if end.state != WriteState::Refused
            && let Some(key) = record.filter(is_mirrored)
        {
            self.own_writes.add(&noted.tenant, key.clone(), noted.at);
        }
        if let Err(error) = self.store.conclude(&noted.set, noted.number, end).await {
            let set = noted.set.as_str();
            tracing::error!(%error, change_set.id = set, "the end of a write cannot be noted");
        }
    }

    async fn join(
        &self,
        behalf: &Behalf,
        cause: &str,
        title: &str,
    ) -> Result<ChangeSetId, CrmError> {
        let set = NewChangeSet {
            tenant: behalf.tenant.clone(),
            cause: cause.to_owned(),
            actor: behalf.actor.clone(),
            title: title.to_owned(),
            undoes: None,
            at: self.now(),
        };
        Ok(self.store.join(set).await?.id)
    }
}

/// What is known of a write that failed. After a fault of the CRM it may have been made.
fn state_after(error: &CrmError) -> WriteState {
    match error {
        CrmError::InDoubt | CrmError::Unavailable { .. } | CrmError::Storage(_) => {
            WriteState::InDoubt
        }
        _ => WriteState::Refused,
    }
}

/// The difference that makes a record of these values.
pub(super) fn made_of(fields: &domain::Fields) -> Difference {
    let given = fields.iter().filter(|(_, value)| !value.is_null());
    let fields =
        given.map(|(key, value)| (key.clone(), WrittenField::new(Value::Null, value.clone())));
    Difference { fields: fields.collect(), ..Difference::default() }
}

/// The difference that takes a record of these values away.
pub(super) fn unmade_of(fields: &domain::Fields) -> Difference {
    let mut difference = made_of(fields);
    for field in difference.fields.values_mut() {
        std::mem::swap(&mut field.before, &mut field.after);
    }
    difference
}

/// A value that says something; null otherwise.
pub(super) fn said(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim().is_empty() => Value::Null,
        Value::Array(items) if items.is_empty() => Value::Null,
        _ => value,
    }
}
