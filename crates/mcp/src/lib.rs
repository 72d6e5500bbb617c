//! The tools with which assistants work in the CRM, over the Model Context Protocol.
//!
//! A call walks one way: [`server`] hands its arguments to a [`tool`], the tool reads by its [`desk`]
//! and gives an answer, or a [`plan`] of what it would change. A plan is held against what the caller
//! may do ([`guard`]), shown, confirmed where it has to be, done, and noted. Tools never ask and never
//! write by themselves, so none can forget to.
//!
//! Must not know: routes, SQL, where settings come from.

pub mod books;
pub mod caller;
pub mod caps;
mod completion;
mod confirm;
pub mod desk;
mod digest;
mod directory;
pub mod error;
pub mod guard;
pub mod house;
pub mod http;
mod ledger;
mod listing;
mod names;
mod once;
mod operations;
mod output;
pub mod plan;
mod prompts;
mod resources;
pub mod safety;
pub mod schema;
pub mod server;
pub mod solo;
pub mod stdio;
pub mod tokens;
pub mod tool;
mod toolbox;
mod tools;
mod untrusted;
mod walk;

pub use self::{
    caller::{Caller, Mode, Place, Profile, Surface},
    error::ToolError,
    house::House,
    server::McpServer,
};
