//! What the hub keeps equal with what: the mappings of the settings, and who carries them out.

mod application;
mod file;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use connectors::notion::{Notion, rows::NotionRows};
use domain::{ConnectionId, Counterpart, Destination, Mapping, RowReader};
use endpoint::http::HttpTransport;
use engine::{DeliverySettings, Linking, LinkingParts, Watching};
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

/// The shortest pause between two readings of a table: Notion keeps minutes.
const SHORTEST_POLL: Duration = Duration::from_secs(10);

/// The tables of Notion that the hub keeps.
type Tables = NotionRows<HttpTransport, Timer>;

/// The mappings, and the destination of each.
pub(crate) struct Links {
    pub(crate) mappings: Arc<[Mapping]>,
    pub(crate) destinations: BTreeMap<ConnectionId, Arc<dyn Destination>>,
    /// How patient the hub is with each of them.
    pub(crate) delivery: BTreeMap<ConnectionId, DeliverySettings>,
    /// Whose tables are read for what people change there.
    pub(crate) watching: Watching,
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
    let application_url = &settings.highlevel.application_url;
    let notion = notion.map(|client| Arc::new(Tables::new(client, Timer, application_url)));
    let watching = watching(settings, notion.as_ref(), &mappings)?;
    let linking: Arc<dyn Destination> = Arc::new(Linking::new(LinkingParts {
        store: store.clone(),
        crm: port::highlevel(settings, broker, store, clock),
        counterparts: counterparts(ground, notion, &mappings)?,
        mappings: Arc::clone(&mappings),
        queries: Some(Arc::new(store.clone())),
        clock: Arc::clone(clock),
    }));
    let destination = |one: &Mapping| (one.destination(), Arc::clone(&linking));
    let destinations = mappings.iter().map(destination).collect();
    let patience = settings.notion.delivery();
    let delivery = mappings.iter().map(|one| (one.destination(), patience)).collect();
    Ok(Links { mappings, destinations, delivery, watching })
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
    notion: Option<Arc<Tables>>,
    mappings: &[Mapping],
) -> Result<BTreeMap<ConnectionId, Arc<dyn Counterpart>>, Failure> {
    let Ground { settings, store, sealer, clock, .. } = *ground;
    let mut counterparts: BTreeMap<ConnectionId, Arc<dyn Counterpart>> = BTreeMap::new();
    if let Some(tables) = notion {
        counterparts.insert(ConnectionId::new(doors::NOTION), tables);
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

/// Whose tables are read for what people change there: at vendors that push no values.
fn watching(
    settings: &Settings,
    notion: Option<&Arc<Tables>>,
    mappings: &[Mapping],
) -> Result<Watching, Failure> {
    let every = Duration::from_secs(settings.sync.poll_seconds).max(SHORTEST_POLL);
    let mut watching = Watching { every, ..Watching::default() };
    let Some(tables) = notion else { return Ok(watching) };
    // One process at a time has the stages of a data folder, so whoever had a turn before is gone.
    watching.process = "hub".to_owned();
    for mapping in mappings.iter().filter(|mapping| mapping.vendor == Notion::NAME) {
        let reader = Arc::clone(tables) as Arc<dyn RowReader>;
        watching.mappings.push((Arc::new(mapping.clone()), reader));
    }
    Ok(watching)
}
