//! `highwire notion`: makes the activity log, the monitoring page and the mapped tables; prints mapping files.

use std::{io::Write as _, path::Path};

use connectors::notion::{
    create_activity_log, create_monitoring_page,
    tables::{ReadyTable, WantedTable, prepare},
};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    mappings::{MappingFile, Preset},
    printer,
    settings::Settings,
    wiring::{self, NotionClient},
};

/// Makes the activity log, the monitoring page and each table of the mapping file; takes those that are
/// there.
pub(crate) async fn init(settings: &Settings, parent: &str, json: bool) -> Result<(), Failure> {
    if settings.notion.token.is_empty() {
        return Err(Failure::user(
            "prepare Notion: notion.token is not set",
            "set NOTION_TOKEN to the secret of your Notion connection",
        ));
    }
    let path = &settings.sync.mapping_file;
    let file = match path.as_os_str().is_empty() {
        true => None,
        false => Some(MappingFile::open(path)?),
    };
    let client = wiring::notion_client(&settings.notion)?;
    let data_source = create_activity_log(&client, parent)
        .await
        .map_err(|failure| Failure::user("make the activity log", failure.reason))?;
    let monitoring_page = create_monitoring_page(&client, parent)
        .await
        .map_err(|failure| Failure::user("make the monitoring page", failure.reason))?;
    let tables = match &file {
        Some(file) => tables(&client, (file, path), parent).await?,
        None => Vec::new(),
    };
    let shown = |(name, table): &(String, ReadyTable)| (name.clone(), table_as_json(table));
    match json {
        true => {
            let mappings: serde_json::Map<String, Value> = tables.iter().map(shown).collect();
            let said = json!({
                "activity_log": data_source,
                "monitoring_page": monitoring_page,
                "mappings": mappings,
            });
            printer::data(said.to_string());
        }
        false => printer::data(&data_source),
    }
    printer::talk("Set it as notion.activity_log, or HIGHWIRE_NOTION_ACTIVITY_LOG.");
    printer::talk(format!(
        "A page that says how the hub is: {monitoring_page}. Set it as notion.monitoring_page."
    ));
    tell(&tables);
    Ok(())
}

/// Prints a mapping file to begin with.
pub(crate) fn mapping(preset: Preset) {
    printer::data(preset.text().trim_end());
    printer::talk(
        "Save it, name it in sync.mapping_file, and run `highwire notion init --parent PAGE`.",
    );
}

/// Makes or takes each table, and writes its ids into the file at once: what comes after may fail.
async fn tables(
    client: &NotionClient,
    (file, path): (&MappingFile, &Path),
    parent: &str,
) -> Result<Vec<(String, ReadyTable)>, Failure> {
    let mut ready = Vec::new();
    for table in file.notion_tables() {
        let wanted = WantedTable {
            parent,
            title: table.title,
            data_source: table.data_source(),
            columns: &table.columns,
        };
        let made = prepare(client, &wanted).await.map_err(|failure| {
            Failure::user(format!("make the table of `{}`", table.mapping), failure.reason)
        })?;
        ready.push((table.mapping.to_owned(), made));
        write(path, &file.filled(&ready)).map_err(|source| {
            Failure::user(
                format!("write the ids of tables into {}", path.display()),
                "let the file be written, and run the command again: it takes the tables that it made",
            )
            .because(source)
        })?;
    }
    Ok(ready)
}

/// Replaces a file as a whole: a crash leaves the one or the other.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn table_as_json(table: &ReadyTable) -> Value {
    json!({
        "table": table.data_source,
        "made": table.made,
        "added": table.added,
        "findings": table.findings,
    })
}

fn tell(tables: &[(String, ReadyTable)]) {
    for (name, table) in tables {
        let way = if table.made { "made" } else { "taken" };
        let added = match table.added.as_slice() {
            [] => String::new(),
            added => format!(", with new columns: {}", added.join(", ")),
        };
        printer::talk(format!("Table of `{name}`: {way}{added}."));
        for finding in &table.findings {
            let hint = finding.hint.as_deref().unwrap_or_default();
            printer::talk(format!("  {}; {hint}", finding.found));
        }
    }
    if !tables.is_empty() {
        printer::talk("Their ids are in the mapping file.");
    }
}
