//! What the hub keeps equal with what: the mappings of the settings, and who carries them out.

mod application;
mod file;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connectors::notion::rows::NotionRows;
use domain::{ConnectionId, Counterpart, Destination, Mapping};
use engine::{DeliverySettings, Linking, LinkingParts};
use store::Sqlite;

use crate::{
    clock::Timer,
    doors,
    failure::Failure,
    port,
    settings::Settings,
    subscriptions::Needs,
    wiring::{Ground, NotionClient},
};

/// The mappings, and the destination of each.
pub(crate) struct Links {
    pub(crate) mappings: Arc<[Mapping]>,
    pub(crate) destinations: BTreeMap<ConnectionId, Arc<dyn Destination>>,
    /// How patient the hub is with each of them.
    pub(crate) delivery: BTreeMap<ConnectionId, DeliverySettings>,
}

/// What the settings ask for. Nothing is called.
///
/// # Errors
/// Where they name what is not there.
pub(crate) async fn links(
    ground: &Ground<'_>,
    notion: Option<NotionClient>,
) -> Result<Links, Failure> {
    let Ground { settings, store, broker, clock, .. } = *ground;
    let mappings: Arc<[Mapping]> = mappings(settings, store).await?.into();
    let linking: Arc<dyn Destination> = Arc::new(Linking::new(LinkingParts {
        store: store.clone(),
        crm: port::highlevel(settings, broker, store, clock),
        counterparts: counterparts(ground, notion, &mappings)?,
        mappings: Arc::clone(&mappings),
        clock: Arc::clone(clock),
    }));
    let destination = |one: &Mapping| (one.destination(), Arc::clone(&linking));
    let destinations = mappings.iter().map(destination).collect();
    let patience = settings.notion.delivery();
    let delivery = mappings.iter().map(|one| (one.destination(), patience)).collect();
    Ok(Links { mappings, destinations, delivery })
}

/// The mappings that the settings and their mapping file describe.
///
/// # Errors
/// Where they name what is not there, or one name twice.
pub(crate) async fn mappings(settings: &Settings, store: &Sqlite) -> Result<Vec<Mapping>, Failure> {
    let mut mappings = file::mappings(settings)?;
    mappings.extend(application::mappings(settings, store).await?);
    let mut names = BTreeSet::new();
    match mappings.iter().find(|mapping| !names.insert(&mapping.name)) {
        None => Ok(mappings),
        Some(twice) => Err(Failure::user(
            format!("use the mappings: two are called `{}`", twice.name),
            "give one of them another name",
        )),
    }
}

/// The other sides, by their connections.
fn counterparts(
    ground: &Ground<'_>,
    notion: Option<NotionClient>,
    mappings: &[Mapping],
) -> Result<BTreeMap<ConnectionId, Arc<dyn Counterpart>>, Failure> {
    let Ground { settings, store, sealer, clock, .. } = *ground;
    let mut counterparts: BTreeMap<ConnectionId, Arc<dyn Counterpart>> = BTreeMap::new();
    if let Some(client) = notion {
        let rows = NotionRows::new(client, Timer, &settings.highlevel.application_url);
        counterparts.insert(ConnectionId::new(doors::NOTION), Arc::new(rows));
    }
    let of_own = |one: &&Mapping| one.vendor == connectors::application::NAME;
    if mappings.iter().any(|one| of_own(&one)) {
        let needs = Needs { settings, store, sealer: Arc::clone(sealer), clock };
        let own: Arc<dyn Counterpart> = Arc::new(needs.application()?);
        let all = mappings.iter().filter(of_own);
        counterparts.extend(all.map(|one| (one.counterpart.clone(), Arc::clone(&own))));
    }
    Ok(counterparts)
}
