//! `GET /v1/search`: contacts, notes and messages by their words.

use domain::{ConnectionId, Entity, Fields, Record, WordSearch};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Nothing, Operation, Tag,
        formats::{ConnectionIdText, Limit, Text},
    },
    problem::Problem,
    query::{self, Service},
};

/// `GET /v1/search`.
pub(crate) const FIND: Operation = Operation {
    id: "search.find",
    path: "/v1/search",
    tag: Tag::Records,
    summary: "Find records by their words",
    description: "Contacts, notes and messages in which all the words are, whatever their case and \
                  accents. What stands in double quotes stands together, and a word with `*` at its \
                  end begins so. Contacts that are called so come first; otherwise what came in last.",
    errors: query::ERRORS,
    ..Operation::COMMON
};

/// The kinds of record that are found by their words.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Searched {
    /// People.
    Contact,
    /// Notes on people.
    Note,
    /// Messages.
    Message,
}

/// What to look for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The words.
    words: Text<500>,
    /// Only records of this kind.
    entity: Option<Searched>,
    /// How many records of each kind to answer at most.
    limit: Option<Limit>,
}

/// What was found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SearchResult")]
pub(crate) struct Found {
    /// The records.
    records: Vec<Hit>,
}

/// A record as it is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MirroredRecord")]
pub(crate) struct Hit {
    /// What it is, such as `contact`.
    #[schemars(with = "String")]
    entity: Entity,
    /// Its id at the vendor.
    id: String,
    /// The connection that it came by.
    #[schemars(with = "ConnectionIdText")]
    connection: ConnectionId,
    /// When the newest thing happened that it tells.
    updated_at: Timestamp,
    /// When the vendor deleted it.
    deleted_at: Option<Timestamp>,
    /// How often it changed, from 1.
    version: u64,
    /// Its values by name.
    fields: Fields,
}

/// Searches.
pub(crate) async fn find(call: Call<Service, Nothing, Wanted>) -> Result<Answer<Found>, Problem> {
    let Wanted { words, entity, limit } = call.query;
    let named = |searched| match searched {
        Searched::Contact => Entity::Contact,
        Searched::Note => Entity::Note,
        Searched::Message => Entity::Message,
    };
    let search = WordSearch {
        realm: query::realm(&call.caller),
        words: words.to_string(),
        entities: entity.map(named).into_iter().collect(),
        limit: limit.unwrap_or_default().0,
    };
    let found = query::reach(&call.state)?.search(search).await?;
    Ok(Answer(Found { records: found.into_iter().map(hit).collect() }))
}

/// A record as the API tells it.
pub(crate) fn hit(record: Record) -> Hit {
    Hit {
        entity: record.key.entity,
        id: record.key.id,
        connection: record.tenant.connection,
        updated_at: record.occurred_at,
        deleted_at: record.deleted_at,
        version: record.version,
        fields: record.fields,
    }
}
