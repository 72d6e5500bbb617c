//! The doors of the hub: webhook ingress, the guarded routes, health and metrics, over HTTP.
//!
//! Must not know: a vendor's models. A door knows its source only as [`domain::Source`].

mod accept;
mod admission;
mod alarm;
mod answers;
mod api;
mod api_keys;
mod assistants;
mod audit;
mod callback;
mod change_sets;
mod conflicts;
mod connection;
mod connections;
mod correlation;
mod crm;
mod dead_letters;
mod docs;
mod events;
mod front;
mod guard;
mod health;
mod history;
mod ingress;
mod installation;
mod links;
mod listener;
mod mappings;
mod me;
mod members;
mod metrics;
mod office;
mod organizations;
mod patience;
mod pressure;
mod probes;
mod problem;
mod proxy;
mod query;
mod routes;
mod search;
mod server;
mod services;
pub mod set_up;
mod subscriptions;

pub use self::{
    admission::BODY_LIMIT,
    assistants::{
        Assistants, Holder, Lacking, List, Narrowing, Reply, Resource, Rights, Untrusted, Visit,
    },
    callback::{ConsentCallbacks, PATH as CALLBACK_PATH, Settled, Unsettled},
    health::{Health, Reason},
    installation::{
        Backup, Installation, InstallationFault, KeptFile, KeptKind, MasterKey, Retention, Rotation,
    },
    listener::Listener,
    metrics::Metrics,
    server::{Door, Entrance, Limits, Server, Settings, Site},
    services::Services,
};
