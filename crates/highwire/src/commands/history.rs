//! `highwire history`: what changed a record, who told it, and what it was at a time.

use domain::{FieldChange, Fields};
use engine::{AsOf, History, HistoryStep};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Sqlite;

use super::{query, show};
use crate::{actor::Actor, cli, failure::Failure, printer, settings::Settings};

/// Tells a record's history, or what it was.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    asked: &cli::History,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    let realm = query::realm(&store, actor, &asked.owner).await?;
    let (tenant, key) = show::find(&store, &realm, (asked.entity, &asked.record)).await?;
    let limit = if asked.at.is_some() { usize::MAX } else { asked.limit };
    let Some(history) = engine::history(&store, (&tenant, &key), limit).await? else {
        let attempted = format!("find {key}: the mirror has none");
        return Err(Failure::user(attempted, "look for it with `highwire search`"));
    };
    if let Some(at) = asked.at {
        return state(&history, at, json);
    }
    match json {
        true => history.steps.iter().for_each(|step| printer::data(line(step))),
        false => {
            let head = ["when", "version", "what", "field", "before", "after", "told by", "event"];
            printer::data(printer::table(&head, history.steps.iter().flat_map(rows)));
        }
    }
    if history.steps.len() == asked.limit {
        printer::talk("There may be older changes; --limit takes more.");
    }
    Ok(())
}

fn state(history: &History, at: Timestamp, json: bool) -> Result<(), Failure> {
    let key = &history.record.key;
    let fields: Fields = match history.as_of(at) {
        AsOf::There(fields) => fields,
        AsOf::Absent => {
            let attempted = format!("tell what {key} was at {at}: it was not there");
            return Err(Failure::found(attempted, "leave out --at to see when it came and went"));
        }
        AsOf::Unknown => {
            let attempted =
                format!("tell what {key} was at {at}: its changes since are not all kept");
            return Err(Failure::found(attempted, "name a later time, or read a backup"));
        }
    };
    match json {
        true => printer::data(
            json!({"record": key.to_string(), "at": at, "fields": fields}).to_string(),
        ),
        false => {
            printer::data(format!("{key} at {at}"));
            for (name, value) in &fields {
                printer::data(format!("  {name:<22} {}", query::cell(value)));
            }
        }
    }
    Ok(())
}

fn line(step: &HistoryStep) -> String {
    let event = step.entry.as_ref().map(|entry| &entry.event);
    json!({
        "at": step.at,
        "version": step.change.version,
        "what": step.change.applied,
        "fields": step.change.fields,
        "event": step.change.event,
        "source": event.map(|event| &event.source),
        "origin": event.map(|event| event.origin.name()),
        "vendor_type": event.and_then(|event| event.vendor_type.as_deref()),
        "correlation": event.map(|event| event.correlation.to_string()),
    })
    .to_string()
}

fn rows(step: &HistoryStep) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let nothing = FieldChange { before: Value::Null, after: Value::Null };
    let mut fields: Vec<(&str, &FieldChange)> =
        step.change.fields.iter().map(|(name, change)| (name.as_str(), change)).collect();
    if fields.is_empty() {
        fields.push(("", &nothing));
    }
    for (name, change) in fields {
        let is_first = lines.is_empty();
        let once = |text: String| if is_first { text } else { String::new() };
        lines.push(vec![
            once(step.at.map_or_else(|| "before that".to_owned(), |at| at.to_string())),
            once(step.change.version.to_string()),
            once(step.change.applied.name().to_owned()),
            name.to_owned(),
            query::short(&change.before),
            query::short(&change.after),
            once(step.teller()),
            once(step.change.event.to_string()),
        ]);
    }
    lines
}
