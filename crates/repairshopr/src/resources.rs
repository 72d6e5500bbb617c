//! The operations: who a key belongs to, lists, single records, and the one that writes, a lead.
//!
//! Each implements [`endpoint::Endpoint`], so any of them can also be encoded, sent or described
//! without the client.

mod account;
mod create_lead;
mod get;
mod list;
#[cfg(test)]
mod tests;

pub use self::{
    account::{GetMe, GetPreferences},
    create_lead::CreateLead,
    get::Get,
    list::List,
};
