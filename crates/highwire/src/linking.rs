//! The mappings that the hub keeps equal, and the destinations that do it.

use std::{collections::BTreeMap, sync::Arc};

use connectors::notion::rows::NotionRows;
use domain::{Clock, ConnectionId, Counterpart, Destination, Mapping, crm::Crm};
use engine::{DeliverySettings, Linking, LinkingParts};
use store::Sqlite;

use crate::{
    clock::Timer, doors, failure::Failure, mappings::MappingFile, settings::Settings, wiring,
};

/// The mappings of the settings' file; none where no file is named.
pub(crate) fn mappings(settings: &Settings) -> Result<Arc<[Mapping]>, Failure> {
    let path = &settings.sync.mapping_file;
    if path.as_os_str().is_empty() {
        return Ok(Arc::default());
    }
    let mut mappings = MappingFile::open(path)?.mappings(&wiring::default_organization());
    if let [only] = settings.highlevel.location_ids.as_slice() {
        let described = ConnectionId::new(doors::HIGHLEVEL);
        for mapping in &mut mappings {
            if mapping.tenant.connection == described {
                mapping.account.get_or_insert_with(|| only.clone());
            }
        }
    }
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

    /// The other sides, by their connections.
    fn counterparts(&self) -> BTreeMap<ConnectionId, Arc<dyn Counterpart>> {
        let application_url = &self.settings.highlevel.application_url;
        let notion = self.notion.clone().map(|client| {
            let rows = NotionRows::new(client, Timer, application_url);
            (ConnectionId::new(doors::NOTION), Arc::new(rows) as Arc<dyn Counterpart>)
        });
        notion.into_iter().collect()
    }
}
