//! Language models for the hub: the check of a connection to one.

pub mod check;
