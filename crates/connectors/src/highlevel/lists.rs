//! The lists of HighLevel: reads all records of a location, page by page, in the hub's words.
//!
//! One noun is one file below this: which call reads a page of it, what the reply says, and which
//! fields a row tells. Rows are read as JSON and not by types, so that a row of an odd shape is one
//! failure and not a lost page.

mod appointments;
mod businesses;
mod contacts;
mod conversations;
mod custom_fields;
mod invoices;
mod messages;
mod notes;
mod noun;
mod opportunities;
mod pace;
mod pipelines;
mod refusal;
mod row;
mod tasks;
#[cfg(test)]
mod tests;
mod users;

use std::sync::Arc;

use domain::{
    Bookmark, BoxFuture, ListError, ListPage, ListPart, ListScope, Listed, Lists, Mirror, RecordKey,
};
use endpoint::{Timer, Transport};
use highlevel::{Client, Kind, Priority, RawCall};
use serde_json::Value;

use self::{
    noun::{Ask, Noun, Single},
    pace::Pace,
    refusal::{not_connected, refusal},
};
use super::{
    HighLevel,
    port::{Clients, Connected},
};

/// Every list, definitions before what refers to them.
const NOUNS: [&Noun; 12] = [
    &users::USERS,
    &custom_fields::CUSTOM_FIELDS,
    &pipelines::PIPELINES,
    &businesses::BUSINESSES,
    &contacts::CONTACTS,
    &opportunities::OPPORTUNITIES,
    &tasks::TASKS,
    &appointments::APPOINTMENTS,
    &invoices::INVOICES,
    &conversations::CONVERSATIONS,
    &messages::MESSAGES,
    &notes::NOTES,
];

/// Says which locations can be read.
pub trait Locations: Send + Sync {
    /// The locations of every connection, in order.
    fn locations(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>>;
}

/// The lists of all locations that the clients reach.
pub struct HighLevelLists<S, T, C> {
    store: S,
    clients: Arc<dyn Clients<T, C>>,
    locations: Arc<dyn Locations>,
    timer: C,
    pace: Pace,
}

impl<S, T, C> HighLevelLists<S, T, C>
where
    S: Mirror + Send + Sync,
    T: Transport,
    C: Timer,
{
    /// Lists by these clients. Nothing is sent.
    #[must_use]
    pub fn new(
        store: S,
        (clients, locations): (Arc<dyn Clients<T, C>>, Arc<dyn Locations>),
        timer: C,
    ) -> Self {
        Self { store, clients, locations, timer, pace: Pace::default() }
    }

    async fn connected(&self, scope: &ListScope) -> Result<Connected<T, C>, ListError> {
        let found = self.clients.client(&scope.tenant, scope.account.as_deref()).await;
        let Connected { client, location } = found.map_err(|error| not_connected(&error))?;
        Ok(Connected { client: client.with_priority(Priority::Bulk), location })
    }

    async fn call(&self, client: &Client<T, C>, call: &RawCall) -> Result<Value, highlevel::Error> {
        self.pace.turn(client.tenant(), &self.timer).await;
        client.call(call).await.map(highlevel::RawReply::into_json)
    }

    async fn read_page(
        &self,
        scope: &ListScope,
        part: &ListPart,
        bookmark: &Bookmark,
    ) -> Result<ListPage, ListError> {
        let noun = noun(part.name)?;
        let Connected { client, location } = self.connected(scope).await?;
        let cursor = bookmark.cursor.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let ask = Ask {
            location: location.as_str(),
            cursor,
            since: bookmark.since,
            of: bookmark.of.as_ref().map(|key| key.id.as_str()),
            now: self.timer.now(),
        };
        let reply = self.call(&client, &noun.page_call(&ask)).await;
        let reply = match reply {
            Ok(reply) => reply,
            // The record whose list it is has gone, and its list with it.
            Err(error) if ask.of.is_some() && error.kind() == Some(&Kind::NotFound) => {
                return Ok(ListPage { calls: 1, ..ListPage::default() });
            }
            Err(error) => return Err(refusal(&error)),
        };
        Ok(noun.page(&ask, reply))
    }

    async fn read_one(
        &self,
        scope: &ListScope,
        key: &RecordKey,
    ) -> Result<Option<Listed>, ListError> {
        let noun = NOUNS.iter().find(|noun| noun.part.entity == key.entity);
        let noun =
            noun.ok_or_else(|| ListError::Part(format!("there is no list of {}", key.entity)))?;
        let Connected { client, location } = self.connected(scope).await?;
        let of = match noun.single {
            Single::OfContact(_) => match self.contact_of(scope, key).await? {
                Some(contact) => contact,
                // Nobody can ask for what belongs to nobody; the list has the last word.
                None => return Ok(None),
            },
            Single::ById(_) | Single::InList => String::new(),
        };
        let call = noun.one_call((location.as_str(), &key.id, &of));
        match self.call(&client, &call).await {
            Ok(reply) => Ok(noun.one(reply, key, location.as_str())),
            Err(error) if error.kind() == Some(&Kind::NotFound) => Ok(None),
            Err(error) => Err(refusal(&error)),
        }
    }

    /// The contact that the mirror knows a record to be of.
    async fn contact_of(
        &self,
        scope: &ListScope,
        key: &RecordKey,
    ) -> Result<Option<String>, ListError> {
        let rows = self.store.records(&scope.tenant, std::slice::from_ref(key)).await;
        let row = rows.map_err(|error| ListError::Later(error.to_string()))?.pop();
        let contact = row.and_then(|row| row.fields.get("contact_id")?.as_str().map(str::to_owned));
        Ok(contact.filter(|id| !id.is_empty()))
    }
}

impl<S, T, C> Lists for HighLevelLists<S, T, C>
where
    S: Mirror + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn vendor(&self) -> &'static str {
        HighLevel::NAME
    }

    fn parts(&self) -> Vec<ListPart> {
        NOUNS.iter().map(|noun| noun.part.clone()).collect()
    }

    fn scopes(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>> {
        self.locations.locations()
    }

    fn page<'a>(
        &'a self,
        scope: &'a ListScope,
        part: &'a ListPart,
        bookmark: &'a Bookmark,
    ) -> BoxFuture<'a, Result<ListPage, ListError>> {
        Box::pin(self.read_page(scope, part, bookmark))
    }

    fn one<'a>(
        &'a self,
        scope: &'a ListScope,
        key: &'a RecordKey,
    ) -> BoxFuture<'a, Result<Option<Listed>, ListError>> {
        Box::pin(self.read_one(scope, key))
    }
}

/// What a reply to reading one record by its id says of it; none where it is another, or gone.
pub(super) fn told_of(reply: Value, key: &RecordKey, location: &str) -> Option<Listed> {
    let noun = NOUNS.iter().find(|noun| noun.part.entity == key.entity)?;
    noun.one(reply, key, location)
}

fn noun(name: &str) -> Result<&'static Noun, ListError> {
    let found = NOUNS.into_iter().find(|noun| noun.part.name == name);
    found.ok_or_else(|| ListError::Part(format!("there is no list named `{name}`")))
}
