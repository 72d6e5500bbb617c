//! The CRM behind the port for applications: HighLevel, by the broker's clients and the mirror.

use std::sync::Arc;

use connectors::highlevel::port::{Brokered, Port};
use domain::{Clock, crm::Crm};
use endpoint::http::HttpTransport;
use store::Sqlite;

use crate::{broker::HighLevelBroker, clock::Timer, doors, settings::Settings};

/// The CRM of every organization, with the connection that the settings describe, where they have a
/// token for it. Nothing is sent.
pub(crate) fn highlevel(
    settings: &Settings,
    broker: &HighLevelBroker,
    store: &Sqlite,
    clock: &Arc<dyn Clock>,
) -> Arc<dyn Crm> {
    let clients = Arc::new(clients(settings, broker, store));
    Arc::new(Port::new(store.clone(), clients, Arc::clone(clock)))
}

/// The clients of every connection.
pub(crate) fn clients(
    settings: &Settings,
    broker: &HighLevelBroker,
    store: &Sqlite,
) -> Brokered<Sqlite, HttpTransport, Timer> {
    let has_token = !settings.highlevel.token.is_empty();
    let described = has_token.then(|| doors::tenant(doors::HIGHLEVEL));
    Brokered::new(broker.clone(), store.clone(), described)
}
