//! `highwire audit list`: who did what with keys, tokens and what belongs to whom.

use domain::{Audit, AuditEntry, AuditId};
use serde_json::json;
use store::Sqlite;

use crate::{actor::Actor, cli, failure::Failure, printer, settings::Settings};

/// Lists the newest entries that the actor can see, the newest first.
pub(crate) async fn list(
    settings: &Settings,
    actor: &Actor,
    wanted: &cli::AuditList,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    let acts = wanted.act.as_deref().unwrap_or_default();
    let before = wanted.before.map(AuditId);
    let realm = &actor.principal.realm;
    let entries = store.audit(realm, acts, before, wanted.limit).await?;
    if json {
        entries.iter().for_each(|entry| printer::data(json!(entry).to_string()));
        return Ok(());
    }
    let head = ["entry", "when", "who", "what", "came of it", "organization", "about", "detail"];
    printer::data(printer::table(&head, entries.iter().map(row)));
    if entries.len() == wanted.limit
        && let Some(last) = entries.last()
    {
        printer::talk(format!("`--before {}` goes on.", last.id.0));
    }
    Ok(())
}

fn row(entry: &AuditEntry) -> Vec<String> {
    let noted = &entry.noted;
    let about = [noted.connection.as_ref().map(ToString::to_string), noted.subject.clone()];
    vec![
        entry.id.0.to_string(),
        noted.at.to_string(),
        noted.actor.to_string(),
        noted.act.clone(),
        noted.outcome.name().to_owned(),
        noted.organization.as_ref().map(ToString::to_string).unwrap_or_default(),
        about.into_iter().flatten().collect::<Vec<_>>().join(" "),
        noted.detail.clone().unwrap_or_default(),
    ]
}
