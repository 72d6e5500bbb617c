//! When a repair shop's customer is active, then the CRM has the people it stands for.
//!
//! A shop keeps customers, each a company, a person or both, and contacts below them. [`people`] says
//! which persons of the CRM those are, as the shop would have them; [`merge`] what that changes of a
//! contact that is there, without taking back what somebody has typed at the CRM. Both work on rows of
//! the mirror, and on nothing that only one vendor has.

pub mod agreements;
pub mod lead;
pub mod merge;
mod name;
mod person;
pub mod phone;
mod settings;

pub use self::{
    person::{LeftOut, Passed, ShopPerson, people},
    settings::{ShopRules, UnknownRule},
};
