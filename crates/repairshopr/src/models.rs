//! What the operations give out: records as RepairShopr answers them, read leniently.
//!
//! Members that are not needed are ignored, and those that are missing or null read as absent: the
//! shapes differ between operations and accounts (`facts/repairshopr.md` 2). Money is text, times
//! are kept as they were written.

mod account;
mod appointment;
mod asset;
mod contact;
mod contract;
mod customer;
mod estimate;
mod invoice;
mod lead;
mod lenient;
mod listed;
mod moment;
mod page;
mod schedule;
mod ticket;

pub use self::{
    account::{Me, Preferences},
    appointment::Appointment,
    asset::Asset,
    contact::Contact,
    contract::Contract,
    customer::Customer,
    estimate::Estimate,
    invoice::Invoice,
    lead::Lead,
    listed::{Found, Listed, Readable},
    moment::Moment,
    page::{Meta, Page},
    schedule::Schedule,
    ticket::Ticket,
};
