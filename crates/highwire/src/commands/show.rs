//! `highwire show`: one record as it is, and of a contact what belongs to it.

use domain::{
    ConnectionId, Entity, Queries, Query, QueryAnswer, QueryLimits, Realm, RecordKey, Tenant,
};
use serde_json::{Map, Value, json};
use store::Sqlite;

use super::query;
use crate::{actor::Actor, cli, failure::Failure, printer, settings::Settings};

/// What belongs to a contact, newest or next first.
const PARTS: [(&str, &str); 5] = [
    (
        "opportunities",
        "SELECT id, name, status, value, pipeline, stage, updated_at FROM opportunities
         WHERE contact_id = ?1 ORDER BY updated_at DESC LIMIT 20",
    ),
    (
        "appointments",
        "SELECT id, title, status, starts_at, assigned_to_name FROM appointments
         WHERE contact_id = ?1 ORDER BY starts_at DESC LIMIT 10",
    ),
    (
        "tasks",
        "SELECT id, title, completed, due_at, assigned_to_name FROM tasks
         WHERE contact_id = ?1 ORDER BY completed, due_at LIMIT 10",
    ),
    (
        "notes",
        "SELECT id, created_at, body FROM notes WHERE contact_id = ?1
         ORDER BY created_at DESC LIMIT 5",
    ),
    (
        "messages",
        "SELECT id, created_at, channel, direction, status, coalesce(subject, body) AS text
         FROM messages WHERE contact_id = ?1 ORDER BY created_at DESC LIMIT 10",
    ),
];

/// Shows a record.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    asked: &cli::Show,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    let realm = query::realm(&store, actor, &asked.owner).await?;
    let (tenant, key) = find(&store, &realm, (asked.entity, &asked.record)).await?;
    let reader = Reader { store: &store, realm: Realm::Connection(tenant) };
    let view = view_of(&store, key.entity);
    let of_kind = if view == "records" { "AND entity = ?2" } else { "AND ?2 IS NOT NULL" };
    let sql = format!("SELECT * FROM {view} WHERE id = ?1 {of_kind}");
    let values = vec![key.id.as_str().into(), key.entity.name().into()];
    let answer = reader.ask(&sql, values).await?;
    let Some(record) = answer.rows.first() else {
        let attempted = format!("show {key}: the vendor deleted it");
        let hint = format!("see `highwire history {} {}`", key.entity, key.id);
        return Err(Failure::user(attempted, hint));
    };
    let parts = parts(&reader, &key).await?;
    if json {
        let record = query::objects(&answer).remove(0);
        let mut whole = Map::from_iter([(key.entity.name().to_owned(), record)]);
        let objects =
            |(name, answer): (&str, QueryAnswer)| (name.to_owned(), query::objects(&answer).into());
        whole.extend(parts.into_iter().map(objects));
        printer::data(json!(whole).to_string());
        return Ok(());
    }
    printer::data(key.to_string());
    for (name, value) in answer.columns.iter().zip(record).filter(|(_, value)| !value.is_null()) {
        printer::data(format!("  {name:<22} {}", query::cell(value)));
    }
    for (name, answer) in parts.iter().filter(|(_, answer)| !answer.rows.is_empty()) {
        printer::data(format!("\n{name}"));
        printer::data(query::table(answer));
    }
    Ok(())
}

/// What belongs to a contact; to others nothing does.
async fn parts(
    reader: &Reader<'_>,
    key: &RecordKey,
) -> Result<Vec<(&'static str, QueryAnswer)>, Failure> {
    let mut parts = Vec::new();
    if key.entity == Entity::Contact {
        for (name, sql) in PARTS {
            parts.push((name, reader.ask(sql, vec![key.id.as_str().into()]).await?));
        }
    }
    Ok(parts)
}

/// The record that is meant: by its id, or a contact by address or number.
pub(crate) async fn find(
    store: &Sqlite,
    realm: &Realm,
    (entity, word): (Entity, &str),
) -> Result<(Tenant, RecordKey), Failure> {
    let reader = Reader { store, realm: realm.clone() };
    let digits: String = word.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let ways: &[(&str, &str)] = match entity {
        Entity::Contact => &[
            ("SELECT id, connection FROM records WHERE id = ?1 AND entity = 'contact'", word),
            ("SELECT id, connection FROM contacts WHERE email = ?1", word),
            ("SELECT id, connection FROM contacts WHERE phone = ?1", &digits),
        ],
        _ => &[("SELECT id, connection FROM records WHERE id = ?1 AND entity = ?2", word)],
    };
    for (sql, word) in ways {
        let mut values: Vec<Value> = vec![(*word).into()];
        values.extend((sql.contains("?2")).then(|| Value::from(entity.name())));
        let found = query::objects(&reader.ask(sql, values).await?);
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        match (found.as_slice(), realm.organization()) {
            ([], _) | (_, None) => {}
            ([one], Some(organization)) => {
                let connection = ConnectionId::new(&text(one, "connection"));
                let tenant = Tenant { organization: organization.clone(), connection };
                return Ok((tenant, RecordKey::new(entity, text(one, "id"))));
            }
            (several, _) => {
                let ids = several.iter().map(|row| text(row, "id"));
                let attempted = format!("find the {entity}: {} have this value", several.len());
                return Err(
                    Failure::user(attempted, "name one of them by its id").with_details(ids)
                );
            }
        }
    }
    let hint = match entity {
        Entity::Contact => "look for it with `highwire search NAME`",
        _ => "look for it with `highwire query`",
    };
    Err(Failure::user(format!("find the {entity} {word}: the mirror has none"), hint))
}

/// The view of an entity, or that of all records where it has none.
fn view_of(store: &Sqlite, entity: Entity) -> &'static str {
    let plural = match entity {
        Entity::Business => "businesses".to_owned(),
        Entity::Opportunity => "opportunities".to_owned(),
        other => format!("{other}s"),
    };
    let views = store.views();
    views.into_iter().find(|view| view.name == plural).map_or("records", |view| view.name)
}

/// Reads rows for a realm.
struct Reader<'a> {
    store: &'a Sqlite,
    realm: Realm,
}

impl Reader<'_> {
    async fn ask(&self, sql: &str, parameters: Vec<Value>) -> Result<QueryAnswer, Failure> {
        let limits = QueryLimits::default();
        let query = Query { realm: self.realm.clone(), sql: sql.to_owned(), parameters, limits };
        self.store.query(query).await.map_err(query::failed)
    }
}
