//! The stages that move events: intake, admit, project, decide, deliver; the one that lets go of
//! them, and the one that reads vendors' lists for what no event told.
//!
//! Each stage reads after its cursor, writes in one transaction, and wakes the next one. A stage
//! can run twice over the same stretch and change nothing, so a wake-up is a hint and never the
//! only way on: every stage also looks by itself once a second.
//!
//! Must not know: axum, rmcp, SQL, any vendor by name.

pub mod administration;
mod admit;
mod decide;
mod deliver;
mod delivery;
mod entrance;
#[cfg(test)]
mod fixture;
mod gate;
mod gauges;
mod history;
mod hub;
mod intake;
pub mod letters;
mod linking;
pub mod mappings;
mod meter;
mod outlets;
mod poison;
mod project;
mod pull;
mod reader;
mod register;
mod retention;
mod rows;
mod schedule;
pub mod shop;
mod sources;
mod stage;
mod story;
pub mod subscriptions;
pub mod undo;
mod verdict;
mod watch;

pub use policy::directory::Rules;

pub use self::{
    delivery::{AfterDead, Blame, DeliverySettings},
    entrance::Claim,
    history::{AsOf, History, HistoryStep, history},
    hub::{Hub, Parts, Status},
    intake::{Accepted, Intake, Rejected, Taken},
    linking::{Linking, LinkingParts},
    pull::PullParts,
    register::DoorSettings,
    retention::{Holding, Tally, holdings},
    sources::Sources,
    story::{Step, Story, tell},
    watch::Watching,
};
pub use policy::{
    retention::{IDENTITIES, Limit, Limits},
    sync_plan::Timetable,
};
