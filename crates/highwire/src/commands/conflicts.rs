//! `highwire conflicts list`: where both sides of a mapping had changed a field, and what was kept.

use domain::{Because, Realm, Side, SyncConflict};
use engine::mappings::{RowRefused, conflicts};
use serde_json::{Value, json};
use store::Sqlite;

use crate::{actor::Actor, cli, failure::Failure, linking, printer, settings::Settings};

/// How much of a value the table shows, in characters; `--json` has all of it.
const VALUE_SHOWN: usize = 40;

/// Lists the newest conflicts that the actor can see, the newest first.
pub(crate) async fn list(
    settings: &Settings,
    actor: &Actor,
    wanted: &cli::ConflictList,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    let organization = actor.organization(&store, wanted.owner.organization.as_ref()).await?.id;
    let realm = &actor.principal.realm;
    let mappings = match realm {
        Realm::Connection(_) => linking::mappings(settings, &store).await?,
        // Whoever sees all of an organization needs no mapping to say what is in sight.
        Realm::Organization(_) | Realm::Installation => Vec::new(),
    };
    let page = (wanted.before, wanted.limit);
    let seen = (mappings.as_slice(), realm, &organization);
    let found = conflicts(&store, seen, wanted.mapping.as_deref(), page).await;
    let found = found.map_err(|refused| match refused {
        RowRefused::Storage(error) => error.into(),
        other => Failure::user(
            format!("list conflicts: {other}"),
            "leave out --mapping, or name one that the key can see",
        ),
    })?;
    if json {
        found.iter().for_each(|one| printer::data(described(one).to_string()));
        return Ok(());
    }
    let head =
        ["conflict", "when", "mapping", "record", "row", "field", "CRM", "row's", "kept", "why"];
    printer::data(printer::table(&head, found.iter().map(row)));
    if found.len() == wanted.limit
        && let Some(last) = found.last()
    {
        printer::talk(format!("`--before {}` goes on.", last.id));
    }
    Ok(())
}

fn described(one: &SyncConflict) -> Value {
    json!({
        "id": one.id,
        "at": one.at,
        "mapping": one.mapping,
        "crm_id": one.record,
        "external_id": one.row,
        "field": one.field.field,
        "column": one.field.column,
        "agreed": one.field.agreed,
        "crm": one.field.crm,
        "row": one.field.row,
        "kept": one.field.kept,
        "because": one.field.because,
    })
}

fn row(one: &SyncConflict) -> Vec<String> {
    let kept = match one.field.kept {
        Side::Crm => "CRM",
        Side::Row => "row",
    };
    let because = match one.field.because {
        Because::Configured => "the mapping says so",
        Because::Later => "written later",
        Because::WithinSkew => "the clocks cannot tell",
    };
    vec![
        one.id.to_string(),
        one.at.to_string(),
        one.mapping.clone(),
        one.record.clone().unwrap_or_default(),
        one.row.clone().unwrap_or_default(),
        one.field.field.clone(),
        shown(&one.field.crm),
        shown(&one.field.row),
        kept.to_owned(),
        because.to_owned(),
    ]
}

/// A value as a cell shows it.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
