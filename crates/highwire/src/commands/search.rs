//! `highwire search`: finds contacts, notes and messages by their words.

use domain::{Entity, Queries, Record, WordSearch};
use serde_json::{Value, json};
use store::Sqlite;

use super::query;
use crate::{actor::Actor, cli, failure::Failure, printer, settings::Settings};

/// Searches.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    asked: &cli::Search,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    let search = WordSearch {
        realm: query::realm(&store, actor, &asked.owner).await?,
        words: asked.words.join(" "),
        entities: asked.entities.clone(),
        limit: asked.limit,
    };
    let found = store.search(search).await.map_err(query::failed)?;
    match json {
        true => found.iter().for_each(|record| printer::data(line(record))),
        false => printer::data(printer::table(&HEAD, found.iter().map(row))),
    }
    Ok(())
}

const HEAD: [&str; 5] = ["kind", "id", "contact", "changed", "text"];

fn line(record: &Record) -> String {
    json!({
        "entity": record.key.entity,
        "id": record.key.id,
        "connection": record.tenant.connection,
        "updated_at": record.occurred_at,
        "fields": record.fields,
    })
    .to_string()
}

fn row(record: &Record) -> Vec<String> {
    let field = |name: &str| record.fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let (contact, texts) = match record.key.entity {
        Entity::Contact => (record.key.id.as_str(), vec!["name", "email", "phone", "company_name"]),
        _ => (field("contact_id"), vec!["subject", "body"]),
    };
    let texts: Vec<&str> = texts.into_iter().map(field).filter(|text| !text.is_empty()).collect();
    let text = query::short(&texts.join("  ").into());
    vec![
        record.key.entity.to_string(),
        record.key.id.clone(),
        contact.to_owned(),
        record.occurred_at.to_string(),
        text,
    ]
}
