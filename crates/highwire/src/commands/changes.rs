//! `highwire changes`: what was changed outside, with what was there before.

use domain::{ChangeSet, ChangeSets, Difference, Write};
use serde_json::{Value, json};
use store::Sqlite;

use crate::{actor::Actor, cli, failure::Failure, printer, settings::Settings};

/// Runs one of the commands.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    command: &cli::Changes,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    let realm = &actor.principal.realm;
    match command {
        cli::Changes::List(wanted) => {
            let limit = usize::from(wanted.limit);
            let sets = store.change_sets(realm, wanted.before.as_ref(), limit).await?;
            let mut undone = Vec::new();
            for set in &sets {
                undone.push(!store.undos(realm, &set.id).await?.is_empty());
            }
            list(&sets, &undone, json);
            if let Some(last) = sets.last().filter(|_| sets.len() == limit && !json) {
                printer::talk(format!("`--before {}` goes on.", last.id));
            }
        }
        cli::Changes::Show(wanted) => {
            let set = store.change_set(realm, &wanted.id).await?.ok_or_else(no_set)?;
            let limit = usize::from(wanted.limit);
            let writes = store.writes(realm, &wanted.id, wanted.after, limit).await?;
            show(&set, &writes, json);
            let last = writes.last().map_or(0, |write| write.number);
            if last < set.writes && writes.len() == limit && !json {
                printer::talk(format!("`--after {last}` goes on, until {}.", set.writes));
            }
        }
    }
    Ok(())
}

/// What is said where there is no such set.
pub(crate) fn no_set() -> Failure {
    Failure::user("find the change set", "copy its id from `highwire changes list`")
}

/// What a difference changes, in one line: values before and after, and tags with their sign.
pub(crate) fn sentence(difference: &Difference) -> String {
    let fields = difference.fields.iter().map(|(key, field)| {
        let name = field.name.as_deref().unwrap_or(key);
        format!("{name}: {} -> {}", shown(&field.before), shown(&field.after))
    });
    let added = difference.tags.added.iter().map(|tag| format!("+{tag}"));
    let removed = difference.tags.removed.iter().map(|tag| format!("-{tag}"));
    fields.chain(added).chain(removed).collect::<Vec<_>>().join(", ")
}

/// A value as people read it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(empty)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn list(sets: &[ChangeSet], undone: &[bool], json: bool) {
    let all = sets.iter().zip(undone);
    if json {
        for (set, is_undone) in all {
            let mut line = described(set);
            line["is_undone"] = json!(is_undone);
            printer::data(line.to_string());
        }
        return;
    }
    let rows = all.map(|(set, is_undone)| {
        let kind = match (&set.undoes, is_undone) {
            (Some(_), true) => "an undo, undone",
            (Some(_), false) => "an undo",
            (None, true) => "undone",
            (None, false) => "",
        };
        vec![
            set.id.to_string(),
            set.begun_at.to_string(),
            set.actor.to_string(),
            set.title.clone(),
            set.writes.to_string(),
            kind.to_owned(),
            set.tenant.connection.to_string(),
        ]
    });
    let head = ["change set", "begun", "who", "what for", "writes", "standing", "connection"];
    printer::data(printer::table(&head, rows));
}

fn show(set: &ChangeSet, writes: &[Write], json: bool) {
    if json {
        printer::data(described(set).to_string());
        writes.iter().for_each(|write| printer::data(write_of(write).to_string()));
        return;
    }
    printer::data(format!("{}: {}, {} writes", set.id, set.title, set.writes));
    printer::data(format!("begun {} by {} in {}", set.begun_at, set.actor, set.tenant.connection));
    if let Some(undone) = &set.undoes {
        printer::data(format!("takes {undone} back"));
    }
    let rows = writes.iter().map(|write| {
        let intent = &write.intent;
        vec![
            write.number.to_string(),
            intent.at.to_string(),
            intent.act.clone(),
            write.state.name().replace('_', " "),
            intent.record.as_ref().map(ToString::to_string).unwrap_or_default(),
            sentence(&intent.difference),
        ]
    });
    let head = ["write", "when", "what", "state", "record", "before -> after"];
    printer::data(printer::wrapped_table(&head, rows));
}

fn described(set: &ChangeSet) -> Value {
    json!({
        "id": set.id,
        "connection": set.tenant.connection,
        "actor": set.actor,
        "title": set.title,
        "undoes": set.undoes,
        "begun_at": set.begun_at,
        "written_at": set.written_at,
        "writes": set.writes,
    })
}

fn write_of(write: &Write) -> Value {
    let intent = &write.intent;
    json!({
        "number": write.number,
        "at": intent.at,
        "actor": intent.actor,
        "act": intent.act,
        "effect": intent.effect,
        "record": intent.record.as_ref().map(ToString::to_string),
        "parent": intent.parent.as_ref().map(ToString::to_string),
        "account": intent.account,
        "difference": intent.difference,
        "state": write.state,
        "ended_at": write.ended_at,
        "detail": write.detail,
    })
}
