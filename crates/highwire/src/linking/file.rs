//! The mappings of the mapping file.

use domain::{ConnectionId, Mapping};

use crate::{doors, failure::Failure, mappings::MappingFile, settings::Settings, wiring};

/// The mappings of the file that the settings name; none where they name none.
///
/// # Errors
/// Where the file cannot be used as it is.
pub(super) fn mappings(settings: &Settings) -> Result<Vec<Mapping>, Failure> {
    let path = &settings.sync.mapping_file;
    if path.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let mut mappings = MappingFile::open(path)?.mappings(&wiring::default_organization());
    if let [only] = settings.highlevel.location_ids.as_slice() {
        // The connection of the settings has this account alone, which links to its records name.
        let described = ConnectionId::new(doors::HIGHLEVEL);
        for mapping in mappings.iter_mut().filter(|one| one.tenant.connection == described) {
            mapping.account.get_or_insert_with(|| only.clone());
        }
    }
    if let Some(tableless) = mappings.iter().find(|mapping| mapping.table.is_empty()) {
        return Err(Failure::user(
            format!("use the mapping `{}`: it names no table", tableless.name),
            "run `highwire notion init --parent PAGE` once, or write the table's id into the file",
        ));
    }
    let needs_notion = |mapping: &Mapping| mapping.vendor == "notion";
    if settings.notion.token.is_empty() && mappings.iter().any(needs_notion) {
        return Err(Failure::user(
            "use the mapping file: notion.token is not set",
            "set NOTION_TOKEN to the secret of your Notion connection",
        ));
    }
    Ok(mappings)
}
