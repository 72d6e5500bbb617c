//! The mappings that the hub keeps equal, and the destinations that do it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use connectors::notion::{Notion, rows::NotionRows};
use domain::{Clock, ConnectionId, Counterpart, Destination, Mapping, RowReader, crm::Crm};
use endpoint::http::HttpTransport;
use engine::{DeliverySettings, Linking, LinkingParts, Watching};
use store::Sqlite;

use crate::{
    broker, clock::Timer, doors, failure::Failure, mappings::MappingFile, settings::Settings,
    wiring,
};

/// The shortest pause between two readings of a table: Notion keeps minutes.
const SHORTEST_POLL: Duration = Duration::from_secs(10);

/// The mappings of the settings' file; none where no file is named.
pub(crate) fn mappings(settings: &Settings) -> Result<Arc<[Mapping]>, Failure> {
    let path = &settings.sync.mapping_file;
    if path.as_os_str().is_empty() {
        return Ok(Arc::default());
    }
    let mappings = MappingFile::open(path)?.mappings(&wiring::default_organization());
    if let Some(tableless) = mappings.iter().find(|mapping| mapping.table.is_empty()) {
        return Err(Failure::user(
            format!("use the mapping `{}`: it names no table", tableless.name),
            "run `highwire notion init --parent PAGE` once, or write the table's id into the file",
        ));
    }
    let needs_notion = |mapping: &&Mapping| mapping.vendor == "notion";
    if settings.notion.token.is_empty() && mappings.iter().any(|mapping| needs_notion(&mapping)) {
        return Err(Failure::user(
            "use the mapping file: notion.token is not set",
            "set NOTION_TOKEN to the secret of your Notion connection",
        ));
    }
    Ok(mappings.into())
}

/// What mappings are carried out with.
pub(crate) struct Sides<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) store: &'a Sqlite,
    pub(crate) crm: Arc<dyn Crm>,
    pub(crate) notion: Option<wiring::NotionClient>,
    pub(crate) mappings: &'a Arc<[Mapping]>,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

impl Sides<'_> {
    /// The destination of each mapping.
    pub(crate) fn destinations(&self) -> BTreeMap<ConnectionId, Arc<dyn Destination>> {
        let linking: Arc<dyn Destination> = Arc::new(Linking::new(LinkingParts {
            store: self.store.clone(),
            crm: Arc::clone(&self.crm),
            counterparts: self.counterparts(),
            mappings: Arc::clone(self.mappings),
            clock: Arc::clone(self.clock),
        }));
        let of = |mapping: &Mapping| (mapping.destination(), Arc::clone(&linking));
        self.mappings.iter().map(of).collect()
    }

    /// How patient the hub is with each of them.
    pub(crate) fn delivery(&self) -> BTreeMap<ConnectionId, DeliverySettings> {
        let patience = self.settings.notion.delivery();
        self.mappings.iter().map(|mapping| (mapping.destination(), patience)).collect()
    }

    /// Whose tables are read for what people change there.
    pub(crate) fn watching(&self) -> Result<Watching, Failure> {
        let every = Duration::from_secs(self.settings.sync.poll_seconds).max(SHORTEST_POLL);
        let mut watching = Watching { every, ..Watching::default() };
        let Some(rows) = self.notion_rows() else { return Ok(watching) };
        watching.process = broker::process_name()?;
        for mapping in self.mappings.iter().filter(|mapping| mapping.vendor == Notion::NAME) {
            let reader: Arc<dyn RowReader> = rows.clone();
            watching.mappings.push((Arc::new(mapping.clone()), reader));
        }
        Ok(watching)
    }

    /// The other sides, by their connections.
    fn counterparts(&self) -> BTreeMap<ConnectionId, Arc<dyn Counterpart>> {
        let notion = self.notion_rows().map(|rows| rows as Arc<dyn Counterpart>);
        notion.map(|rows| (ConnectionId::new(doors::NOTION), rows)).into_iter().collect()
    }

    /// The tables of Notion; clones of its client share the budget.
    fn notion_rows(&self) -> Option<Arc<NotionRows<HttpTransport, Timer>>> {
        let application_url = &self.settings.highlevel.application_url;
        let rows = |client| Arc::new(NotionRows::new(client, Timer, application_url));
        self.notion.clone().map(rows)
    }
}
