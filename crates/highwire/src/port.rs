//! The CRM behind the port for applications: HighLevel, by the broker's clients and the mirror.

use std::sync::Arc;

use connectors::highlevel::port::{Brokered, Port};
use domain::{Clock, crm::Crm};
use store::Sqlite;

use crate::{broker::HighLevelBroker, doors, settings::Settings};

/// The CRM of every organization, with the connection that the settings describe, where they have a
/// token for it. Nothing is sent.
pub(crate) fn highlevel(
    settings: &Settings,
    broker: &HighLevelBroker,
    store: &Sqlite,
    clock: &Arc<dyn Clock>,
) -> Arc<dyn Crm> {
    let has_token = !settings.highlevel.token.is_empty();
    let described = has_token.then(|| doors::tenant(doors::HIGHLEVEL));
    let clients = Brokered::new(broker.clone(), store.clone(), described);
    Arc::new(Port::new(store.clone(), Arc::new(clients), Arc::clone(clock)))
}
