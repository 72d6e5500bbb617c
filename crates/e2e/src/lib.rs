//! The whole system from outside: the real binary, the simulated vendors, and what drives them.
//!
//! Must not know: the inside of any stage. It reads what a user can read: the terminal, HTTP, and
//! the data folder.

mod callers;
pub mod canary;
pub mod chaos;
mod coverage;
pub mod crash;
mod crowd;
pub mod cuts;
mod editor;
mod events;
mod filler;
pub mod fuzzer;
mod hub;
mod journal;
mod mailbox;
mod notion_log;
mod official_client;
mod one_location;
pub mod power;
mod random;
mod raw;
mod recipes;
mod runtime;
pub mod scale;
mod sender;
pub mod tables;
pub mod tokens;
pub mod trial;
mod vendors;

pub use self::{
    coverage::{Coverage, Values},
    crowd::{Account, Crowd, Stranger, Traffic, Verdict, Write, Written},
    editor::Editor,
    events::{Events, Fact, Signed},
    hub::{Hub, Program, Starting},
    journal::journal,
    mailbox::{Answer, Letter, Mailbox},
    notion_log::NotionLog,
    official_client::OfficialClient,
    one_location::OneLocation,
    random::Random,
    raw::{RawRequest, exchange},
    runtime::Runtime,
    sender::Sender,
    vendors::Vendors,
};

/// The real time, for simulated vendors that run in the test's own process.
#[must_use]
pub fn clock() -> sandbox::SandboxClock {
    #[expect(clippy::disallowed_methods, reason = "time enters a test here")]
    sandbox::SandboxClock::new(std::sync::Arc::new(jiff::Timestamp::now))
}

/// A time that stands still, for simulated vendors whose answers depend on it.
///
/// # Panics
/// When `moment` is none in ISO 8601.
#[must_use]
pub fn still_clock(moment: &str) -> sandbox::SandboxClock {
    let moment: jiff::Timestamp = moment.parse().expect("a moment in ISO 8601");
    sandbox::SandboxClock::new(std::sync::Arc::new(move || moment))
}
