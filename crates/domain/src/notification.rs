//! A notification: what a subscription is told of one event, and what became of telling it.

mod message;

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::message::{
    LONGEST_MESSAGE, MESSAGE_VERSION, Message, MessageData, TEST_MESSAGE, TestData,
};
use crate::{Action, ActionId, ActionState, StorageError, SubscriptionId, Tracked};

/// A message to a subscription. Every attempt sends the same bytes under the same name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Who is told.
    pub subscription: SubscriptionId,
    /// What the receiver knows it by (`webhook-id`): the same for each attempt and each replay.
    pub message: String,
    /// What it tells of, such as `contact.updated`.
    pub kind: String,
    /// The body, as JSON.
    pub body: String,
}

/// Without the body, which holds people's data.
impl std::fmt::Debug for Notification {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Notification")
            .field("subscription", &self.subscription)
            .field("message", &self.message)
            .field("kind", &self.kind)
            .field("body.bytes", &self.body.len())
            .finish()
    }
}

/// Which notifications of a subscription are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationPage {
    /// Only those that were decided before this one; none begins with the newest.
    pub before: Option<ActionId>,
    /// Only those in this state.
    pub state: Option<ActionState>,
    /// At most so many.
    pub limit: usize,
}

/// Keeps notifications, which are actions of the [`crate::Outbox`].
pub trait Notifications {
    /// Adds actions that follow from no event of the journal. One that exists is left as it is.
    fn enqueue(
        &self,
        actions: Vec<Action>,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// The notifications of a subscription with their attempts, the newest first. Before one that is
    /// not there, there is none.
    fn notifications(
        &self,
        subscription: &SubscriptionId,
        page: NotificationPage,
    ) -> impl Future<Output = Result<Vec<Tracked>, StorageError>> + Send;

    /// Makes those of these actions that are done, dead or dropped due again, each in its old place
    /// of its lane and with no failures counted, and returns their ids.
    fn redeliver(
        &self,
        actions: &[ActionId],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<ActionId>, StorageError>> + Send;
}
