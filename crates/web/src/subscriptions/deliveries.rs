//! `GET /v1/subscriptions/{id}/deliveries`: what a subscription was told, and how that went.

use domain::{
    ActionId, ActionState, Attempt, EventId, Intent, NotificationPage, Storage, SubscriptionId,
    Tracked,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Service, Which};
use crate::{
    api::{
        Answer, Call, Operation, Tag,
        formats::{DeliveryIdText, EventIdText, Limit},
    },
    problem::Problem,
};

/// `GET /v1/subscriptions/{id}/deliveries`.
pub(crate) const LIST: Operation = Operation {
    id: "subscriptions.deliveries",
    path: "/v1/subscriptions/{id}/deliveries",
    tag: Tag::Subscriptions,
    summary: "List deliveries and their attempts",
    description: "The newest first. Those in state `dead` were given up, and can be told again.",
    is_paged: true,
    ..Operation::COMMON
};

/// The id of a delivery, which names its event and its subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct DeliveryId(pub(super) ActionId);

impl<'de> Deserialize<'de> for DeliveryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let hex = |digits: &str, count: usize| {
            digits.len() == count
                && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let parts =
            text.strip_prefix("act_").and_then(|rest| rest.split_once(".notify_subscribers.sub_"));
        match parts.is_some_and(|(event, subscription)| hex(event, 32) && hex(subscription, 16)) {
            true => Ok(Self(ActionId::new(&text))),
            false => Err(de::Error::custom("give the id of a delivery")),
        }
    }
}

/// What a caller can ask of the list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The delivery after which to go on: the `next` of a page.
    #[schemars(with = "Option<DeliveryIdText>")]
    after: Option<DeliveryId>,
    /// How many deliveries to answer at most.
    limit: Option<Limit>,
    /// Only those in this state.
    state: Option<State>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DeliveryState")]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Next in its order.
    Ready,
    /// Behind another of its record, or until its next attempt.
    Waiting,
    /// Being tried.
    Started,
    /// Taken by the receiver.
    Done,
    /// Given up.
    Dead,
    /// Given up for good.
    Dropped,
}

/// One page.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeliveryPage")]
pub(crate) struct Page {
    /// The newest first.
    deliveries: Vec<Line>,
    /// What to ask for as `after` to go on; null at the end.
    #[schemars(with = "Option<DeliveryIdText>")]
    next: Option<ActionId>,
}

/// A delivery.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
pub(crate) struct Line {
    /// Its id.
    #[schemars(with = "DeliveryIdText")]
    id: ActionId,
    /// The event that it tells of, which is its `webhook-id` too.
    #[schemars(with = "EventIdText")]
    event: EventId,
    /// What it tells of, such as `contact.updated`.
    kind: String,
    /// Where it stands.
    state: State,
    /// When it was decided.
    decided_at: Timestamp,
    /// The attempts, in order.
    attempts: Vec<Try>,
}

/// One attempt.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeliveryAttempt")]
pub(crate) struct Try {
    /// From 1.
    number: u32,
    /// When it began.
    started_at: Timestamp,
    /// When its end was known; null where the hub was cut off.
    finished_at: Option<Timestamp>,
    /// `done`, `retry`, `held` or `dead`; null where the hub was cut off.
    outcome: Option<String>,
    /// The status that was answered, or why it failed.
    detail: Option<String>,
}

/// Lists deliveries.
pub(crate) async fn list<S: Storage>(
    call: Call<Service<S>, Which, Wanted>,
) -> Result<Answer<Page>, Problem> {
    let Wanted { after, limit, state } = call.query;
    let limit = limit.unwrap_or_default().0;
    let id: &SubscriptionId = &call.path.id;
    let place = (&call.caller.principal.realm, id);
    let page = NotificationPage {
        before: after.map(|after| after.0),
        state: state.map(ActionState::from),
        limit,
    };
    let told = call.state.office()?.told(place, page).await?;
    let next = told.last().filter(|_| told.len() == limit).map(|one| one.action.id.clone());
    Ok(Answer(Page { deliveries: told.into_iter().map(line).collect(), next }))
}

fn line(one: Tracked) -> Line {
    let kind = match one.action.intent {
        Intent::Notify(told) => told.kind,
        Intent::LogActivity(_) | Intent::SyncLink(_) => String::new(),
    };
    Line {
        id: one.action.id,
        event: one.action.event,
        kind,
        state: one.state.into(),
        decided_at: one.action.decided_at,
        attempts: one.attempts.into_iter().map(attempt).collect(),
    }
}

fn attempt(attempt: Attempt) -> Try {
    let Attempt { number, started_at, finished_at, outcome, detail } = attempt;
    Try { number, started_at, finished_at, outcome, detail }
}

impl From<State> for ActionState {
    fn from(state: State) -> Self {
        match state {
            State::Ready => Self::Ready,
            State::Waiting => Self::Waiting,
            State::Started => Self::Started,
            State::Done => Self::Done,
            State::Dead => Self::Dead,
            State::Dropped => Self::Dropped,
        }
    }
}

impl From<ActionState> for State {
    fn from(state: ActionState) -> Self {
        match state {
            ActionState::Ready => Self::Ready,
            ActionState::Waiting => Self::Waiting,
            ActionState::Started => Self::Started,
            ActionState::Done => Self::Done,
            ActionState::Dead => Self::Dead,
            ActionState::Dropped => Self::Dropped,
        }
    }
}
