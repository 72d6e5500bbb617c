//! The port for applications: the real binary before the simulated HighLevel, as an application meets it.

mod changes;
mod deals;
mod house;
mod people;
mod tenants;
