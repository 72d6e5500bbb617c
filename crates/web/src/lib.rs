//! The doors of the hub: webhook ingress, the guarded routes, health and metrics, over HTTP.
//!
//! Must not know: a vendor's models. A door knows its source only as [`domain::Source`].

mod accept;
mod admission;
mod alarm;
mod answers;
mod connection;
mod connections;
mod correlation;
mod events;
mod front;
mod guard;
mod health;
mod ingress;
mod listener;
mod me;
mod metrics;
mod patience;
mod pressure;
mod probes;
mod problem;
mod routes;
mod server;
mod services;

pub use self::{
    admission::BODY_LIMIT,
    health::{Health, Reason},
    listener::Listener,
    metrics::Metrics,
    server::{Door, Entrance, Limits, Server, Settings, Site},
    services::Services,
};
