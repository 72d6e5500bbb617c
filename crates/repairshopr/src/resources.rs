//! The operations: who a key belongs to, lists, and single records. All of them only read.
//!
//! Each implements [`endpoint::Endpoint`], so any of them can also be encoded, sent or described
//! without the client.

mod account;
mod get;
mod list;
#[cfg(test)]
mod tests;

pub use self::{
    account::{GetMe, GetPreferences},
    get::Get,
    list::List,
};
