//! A destination: carries out the hub's actions at one vendor.

use std::{future::Future, pin::Pin, time::Duration};

use crate::Action;

/// A future that a trait object can return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries out actions. It holds the vendor's client, and with it the vendor's rate budget.
pub trait Destination: Send + Sync {
    /// The destination's name, such as `notion`.
    fn name(&self) -> &'static str;

    /// Carries out one action, once.
    fn apply<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Receipt, Failure>>;

    /// Finds the effect of an action that may have been carried out before: the hub asks before it
    /// repeats a call whose end it does not know.
    fn find<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Option<Receipt>, Failure>>;
}

/// The proof that an action is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The vendor's id of what now exists.
    pub reference: String,
    /// Whether an earlier attempt had already done it.
    pub adopted: bool,
}

/// Why an action is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What to do next.
    pub next: Next,
    /// Whether the call may have been carried out.
    pub ambiguous: bool,
    /// What happened and what to change, in a sentence without secrets.
    pub reason: String,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The destination as a whole cannot take calls: hold all its actions, for this long where it
    /// said so, and count no attempt against the action.
    Hold(Option<Duration>),
    /// This action may succeed later.
    Retry,
    /// This action can never succeed as it is.
    GiveUp,
}
