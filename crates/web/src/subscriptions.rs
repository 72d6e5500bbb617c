//! `/v1/subscriptions`: the webhooks of the user's own applications.

pub(crate) mod deliveries;
mod forms;

use std::sync::Arc;

use domain::{
    ConnectionId, KindFilter, OrganizationId, Realm, Storage, Subscription, SubscriptionId,
    SubscriptionNotary,
};
use engine::subscriptions::{Again, Amendment, Draft, Refused, Subscriptions};
use schemars::JsonSchema;
use serde::Deserialize;

use self::forms::{
    Change, List, New, NewReplay, Replayed, Shown, Tested, Wished, WithSecret, shown, with_secret,
};
use crate::{
    api::{Answer, Call, Method, Nothing, Operation, Tag, Versioned, formats::SubscriptionIdText},
    guard::Caller,
    problem::{Kind, Problem},
};

const ABSENT: (Kind, &str) = (Kind::NotFound, "The caller can see no such subscription.");
const REFUSED: (Kind, &str) = (Kind::Invalid, "The address, the name or a kind is refused.");
const CHANGED: (Kind, &str) = (Kind::Conflict, "Somebody else changed the subscription first.");

/// `GET /v1/subscriptions`.
pub(crate) const LIST: Operation = Operation {
    id: "subscriptions.list",
    path: "/v1/subscriptions",
    tag: Tag::Subscriptions,
    summary: "List subscriptions",
    description: "The subscriptions that the caller can see, the oldest first: 100 at most for each \
                  organization.",
    ..Operation::COMMON
};

/// `POST /v1/subscriptions`.
pub(crate) const ADD: Operation = Operation {
    id: "subscriptions.add",
    method: Method::Post,
    path: "/v1/subscriptions",
    tag: Tag::Subscriptions,
    summary: "Register a webhook of an application",
    description: "Events are posted to the address as they come, signed as Standard Webhooks says. \
                  The secret is in this answer and in no other. A receiver that answers anything but \
                  2xx within 10 seconds is tried again over a day, under the same `webhook-id`.",
    errors: &[
        REFUSED,
        (Kind::NotFound, "There is no such organization."),
        (Kind::Conflict, "The organization has 100 subscriptions already."),
    ],
    ..Operation::COMMON
};

/// `GET /v1/subscriptions/{id}`.
pub(crate) const SHOW: Operation = Operation {
    id: "subscriptions.show",
    path: "/v1/subscriptions/{id}",
    tag: Tag::Subscriptions,
    summary: "Read a subscription",
    description: "One subscription, without its secret.",
    has_etag: true,
    ..Operation::COMMON
};

/// `PATCH /v1/subscriptions/{id}`.
pub(crate) const CHANGE: Operation = Operation {
    id: "subscriptions.change",
    method: Method::Patch,
    path: "/v1/subscriptions/{id}",
    tag: Tag::Subscriptions,
    summary: "Change, pause or resume a subscription",
    description: "What is left out stays. While a subscription is paused, what comes waits for it in \
                  order. Resuming one that the hub disabled begins with what comes from then on; a \
                  replay tells the rest.",
    errors: &[REFUSED, CHANGED],
    takes_if_match: true,
    ..Operation::COMMON
};

/// `DELETE /v1/subscriptions/{id}`.
pub(crate) const REMOVE: Operation = Operation {
    id: "subscriptions.remove",
    method: Method::Delete,
    path: "/v1/subscriptions/{id}",
    tag: Tag::Subscriptions,
    summary: "Remove a subscription",
    description: "Its secret goes with it, and what it was not told yet is dropped.",
    ..Operation::COMMON
};

/// `POST /v1/subscriptions/{id}/secret`.
pub(crate) const ROTATE: Operation = Operation {
    id: "subscriptions.rotate",
    method: Method::Post,
    path: "/v1/subscriptions/{id}/secret",
    tag: Tag::Subscriptions,
    summary: "Make a new secret",
    description: "It is in this answer and in no other. For 24 hours each message has two signatures, \
                  of the new secret and of the one before it.",
    errors: &[CHANGED],
    ..Operation::COMMON
};

/// `POST /v1/subscriptions/{id}/tests`.
pub(crate) const TEST: Operation = Operation {
    id: "subscriptions.test",
    method: Method::Post,
    path: "/v1/subscriptions/{id}/tests",
    tag: Tag::Subscriptions,
    summary: "Send a test message",
    description: "A message of the type `webhook.test` goes the way of all others. What became of it \
                  is in the deliveries.",
    errors: &[(Kind::Conflict, "The subscription is paused or disabled.")],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `POST /v1/subscriptions/{id}/replays`.
pub(crate) const REPLAY: Operation = Operation {
    id: "subscriptions.replay",
    method: Method::Post,
    path: "/v1/subscriptions/{id}/replays",
    tag: Tag::Subscriptions,
    summary: "Tell a subscription again",
    description: "Of what came since a time, of one event, of single deliveries, or of all that were \
                  given up. Repeated messages have the `webhook-id` that they had.",
    errors: &[
        (Kind::Invalid, "None or several of the four are given, or the event is of another kind."),
        (Kind::NotFound, "The caller can see no such subscription or event."),
        (Kind::Conflict, "The subscription is disabled."),
    ],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// What the operations work with.
pub(crate) struct Service<S> {
    office: Option<Subscriptions<S>>,
}

impl<S: Clone> Clone for Service<S> {
    fn clone(&self) -> Self {
        Self { office: self.office.clone() }
    }
}

/// Which subscription.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    #[schemars(with = "SubscriptionIdText")]
    id: SubscriptionId,
}

impl<S: Storage> Service<S> {
    /// The operations over a store; without a notary they say that they are missing.
    pub(crate) fn new(
        store: &S,
        notary: Option<Arc<dyn SubscriptionNotary>>,
        clock: &Arc<dyn domain::Clock>,
    ) -> Self {
        let office = |notary| Subscriptions::new(store.clone(), notary, Arc::clone(clock));
        Self { office: notary.map(office) }
    }

    fn office(&self) -> Result<&Subscriptions<S>, Problem> {
        self.office.as_ref().ok_or_else(|| {
            let hint = "start the hub with `highwire up`, which has them";
            Problem::new(Kind::Unavailable, "this hub has no subscriptions", hint)
        })
    }
}

/// Lists subscriptions.
pub(crate) async fn list<S: Storage>(call: Call<Service<S>>) -> Result<Answer<List>, Problem> {
    let found = call.state.office()?.list(&call.caller.principal.realm).await?;
    Ok(Answer(List { subscriptions: found.into_iter().map(shown).collect() }))
}

/// Registers one.
pub(crate) async fn add<S: Storage>(
    call: Call<Service<S>, Nothing, Nothing, New>,
) -> Result<Answer<WithSecret, 201>, Problem> {
    let New { url, name, kinds, connection, organization } = call.body;
    let (organization, connection) = owner(&call.caller, organization, connection)?;
    let draft = Draft {
        organization,
        connection,
        name: name.map_or("webhook".to_owned(), |name| name.to_string()),
        url: url.to_string(),
        kinds: kinds.unwrap_or_else(KindFilter::all),
    };
    let made = call.state.office()?.register(draft, &call.caller.actor()).await?;
    Ok(Answer(with_secret(made)))
}

/// Shows one.
pub(crate) async fn show<S: Storage>(
    call: Call<Service<S>, Which>,
) -> Result<Versioned<Shown>, Problem> {
    let found = call.state.office()?.find(&call.caller.principal.realm, &call.path.id).await?;
    let version = version(&found);
    Ok(Versioned(shown(found), version))
}

/// Changes one.
pub(crate) async fn change<S: Storage>(
    call: Call<Service<S>, Which, Nothing, Change>,
) -> Result<Answer<Shown>, Problem> {
    let Change { url, name, kinds, state } = call.body;
    let based_on = match call.if_match.as_deref().map(revision) {
        None => None,
        Some(Some(revision)) => Some(revision),
        Some(None) => return Err(another_version()),
    };
    let amendment = Amendment {
        name: name.map(|name| name.to_string()),
        url: url.map(|url| url.to_string()),
        kinds,
        is_active: state.map(|state| state == Wished::Active),
        based_on,
    };
    let place = (&call.caller.principal.realm, &call.path.id);
    let changed = call.state.office()?.change(place, amendment, &call.caller.actor()).await;
    match changed {
        Err(Refused::Changed) if based_on.is_some() => Err(another_version()),
        changed => Ok(Answer(shown(changed?))),
    }
}

/// Removes one.
pub(crate) async fn remove<S: Storage>(
    call: Call<Service<S>, Which>,
) -> Result<Answer<Nothing, 204>, Problem> {
    let (realm, actor) = (&call.caller.principal.realm, call.caller.actor());
    call.state.office()?.remove(realm, &call.path.id, &actor).await?;
    Ok(Answer(Nothing {}))
}

/// Makes a new secret.
pub(crate) async fn rotate<S: Storage>(
    call: Call<Service<S>, Which>,
) -> Result<Answer<WithSecret>, Problem> {
    let place = (&call.caller.principal.realm, &call.path.id);
    let rotated = call.state.office()?.rotate(place, &call.caller.actor()).await?;
    Ok(Answer(with_secret(rotated)))
}

/// Sends a test.
pub(crate) async fn test<S: Storage>(
    call: Call<Service<S>, Which>,
) -> Result<Answer<Tested, 202>, Problem> {
    let place = (&call.caller.principal.realm, &call.path.id);
    let delivery = call.state.office()?.test(place, &call.caller.actor()).await?;
    Ok(Answer(Tested { delivery }))
}

/// Begins a replay.
pub(crate) async fn replay<S: Storage>(
    call: Call<Service<S>, Which, Nothing, NewReplay>,
) -> Result<Answer<Replayed, 202>, Problem> {
    let place = (&call.caller.principal.realm, &call.path.id);
    let (office, actor) = (call.state.office()?, call.caller.actor());
    let NewReplay { since, event, deliveries, dead } = call.body;
    let again = match (since, event, deliveries, dead.unwrap_or_default()) {
        (Some(since), None, None, false) => Again::Since(since),
        (None, Some(event), None, false) => Again::Event(event),
        (None, None, Some(chosen), false) if (1..=200).contains(&chosen.len()) => {
            let chosen: Vec<_> = chosen.into_iter().map(|one| one.0).collect();
            let count = office.redeliver(place, Some(&chosen), &actor).await?;
            return Ok(Answer(Replayed { deliveries: Some(count) }));
        }
        (None, None, None, true) => {
            let count = office.redeliver(place, None, &actor).await?;
            return Ok(Answer(Replayed { deliveries: Some(count) }));
        }
        _ => {
            let hint = "give `since`, `event`, up to 200 `deliveries`, or `dead` as true";
            return Err(Problem::new(Kind::Invalid, "it is not said what is told again", hint));
        }
    };
    office.replay(place, again, &actor).await?;
    Ok(Answer(Replayed { deliveries: None }))
}

/// Whose a new subscription is. What a caller cannot see is answered as what is not there.
fn owner(
    caller: &Caller,
    organization: Option<OrganizationId>,
    connection: Option<ConnectionId>,
) -> Result<(OrganizationId, Option<ConnectionId>), Problem> {
    let absent = |what| Problem::absent(what, "leave it out for the caller's own");
    let realm = &caller.principal.realm;
    let organization = match (realm.organization(), organization) {
        (Some(own), None) => own.clone(),
        (Some(own), Some(named)) if *own == named => named,
        (Some(_), Some(_)) => return Err(absent("organization")),
        (None, Some(named)) => named,
        (None, None) => {
            let hint = "name it in `organization`: the administrator has none of their own";
            return Err(Problem::new(Kind::Invalid, "it is not said whose it is", hint));
        }
    };
    let connection = match (realm, connection) {
        (Realm::Connection(own), None) => Some(own.connection.clone()),
        (Realm::Connection(own), Some(named)) if own.connection != named => {
            return Err(absent("connection"));
        }
        (_, named) => named,
    };
    Ok((organization, connection))
}

/// The version that changes are conditional on, and how it fares beside that.
fn version(one: &Subscription) -> String {
    let failing = one.failing_since.map_or(0, |since| since.as_microsecond());
    format!("{}.{failing}", one.revision)
}

fn revision(tag: &str) -> Option<u64> {
    tag.split_once('.').map_or(tag, |(revision, _)| revision).parse().ok()
}

fn another_version() -> Problem {
    let hint = "read it again, and use the `ETag` that comes with it";
    Problem::new(Kind::PreconditionFailed, "its version is another one", hint)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let (kind, hint) = match &refused {
            Refused::Storage(_) => (Kind::Unavailable, "try again later; the hub's log says more"),
            Refused::Secret(_) => (Kind::Unavailable, "try again later; tell the operator"),
            Refused::Absent => (ABSENT.0, "`GET /v1/subscriptions` lists those that you can see"),
            Refused::NoEvent => (Kind::NotFound, "`GET /v1/events` lists those that you can see"),
            Refused::NoOrganization => (Kind::NotFound, "leave it out for the caller's own"),
            Refused::Url(_) | Refused::Name => (Kind::Invalid, "correct the field"),
            Refused::NotWanted => (Kind::Invalid, "change its kinds first"),
            Refused::TooMany => (Kind::Conflict, "remove one first"),
            Refused::Changed => (Kind::Conflict, "read it again, then change it"),
            Refused::NotActive => (Kind::Conflict, "set its state to active first"),
        };
        match refused {
            Refused::Storage(error) => error.into(),
            other => Self::new(kind, other.to_string(), hint),
        }
    }
}
