//! Pure decisions: what follows from an event, given what is known and what time it is.
//!
//! A rule is one file in [`rules`]; it takes an event, a [`View`] and `now`, and returns actions.
//! The same three values always give the same answer, so a decision can be replayed (invariant I10).
//! [`directory`] decides whose an event is, [`holders`] whom a key speaks for, [`mirror`] what an event
//! makes of a mirrored record, [`installation`] what it makes of an app's installation, [`access`] who
//! may do what, [`message`] what a subscription is told, [`sync`] what makes two sides equal, [`listed`]
//! what a list shows that the mirror lacks, [`sync_plan`] which lists a run reads, [`retention`] what may
//! go, and [`undo`] what a change set's records get back.
//!
//! Must not know: tokio, the store, connectors, `now()`.

pub mod access;
pub mod directory;
pub mod holders;
pub mod installation;
pub mod installs;
pub mod listed;
pub mod message;
pub mod mirror;
pub mod pair;
pub mod retention;
pub mod rules;
pub mod shop;
pub mod sync;
pub mod sync_plan;
pub mod undo;
mod view;

pub use self::view::View;
