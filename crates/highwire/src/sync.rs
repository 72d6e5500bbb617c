//! The runs through vendors' lists: who reads them, and when they begin by themselves.

use std::sync::Arc;

use connectors::highlevel::{HighLevelLists, port::Brokered};
use domain::Lists;
use engine::PullParts;
use store::Sqlite;

use crate::{
    broker::HighLevelBroker, clock::Timer, doors, failure::Failure, settings::Settings, shop,
};

/// What the stage of a hub is made of. Nothing is sent.
///
/// # Errors
/// Where the settings name no hours.
pub(crate) fn pull(
    settings: &Settings,
    store: &Sqlite,
    (broker, shops): (&HighLevelBroker, &shop::Clients),
) -> Result<PullParts, Failure> {
    Ok(PullParts {
        lists: vec![highlevel(settings, store, broker), Arc::new(shop::lists(shops))],
        timetable: settings.sync.timetable()?,
        // One process at a time has the stages of a data folder, so whoever had a turn before is gone.
        process: "hub".to_owned(),
    })
}

/// The lists of HighLevel, of every location that the broker reaches.
pub(crate) fn highlevel(
    settings: &Settings,
    store: &Sqlite,
    broker: &HighLevelBroker,
) -> Arc<dyn Lists> {
    let has_token = !settings.highlevel.token.is_empty();
    let described = has_token.then(|| doors::tenant(doors::HIGHLEVEL));
    let clients = Arc::new(Brokered::new(broker.clone(), store.clone(), described));
    let reach = (Arc::clone(&clients) as _, clients as _);
    Arc::new(HighLevelLists::new(store.clone(), reach, Timer))
}
