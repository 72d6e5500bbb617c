//! `/data_sources`: create, read, change the schema.

use jiff::Timestamp;
use serde_json::Value;

use super::decoration;
use crate::notion::{
    call::Call, data_source::DataSource, ids::Uuid, kind::Kind, refusal::Refusal, rich_text,
    schema::Schema, workspace::Workspace,
};

/// `POST /data_sources`: another data source in a database.
pub(crate) fn create(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.needs_data_sources()?;
    let body = call.body();
    body.only(&["parent", "properties", "title", "icon"])?;
    let parent = body.key("parent");
    parent.only(&["type", "database_id"])?;
    let database = workspace.database(parent.key("database_id").uuid()?)?.id;
    let schema = Schema::create(&body.key("properties"), &mut workspace.ids)?;
    let mut source = DataSource::new(workspace, database, schema, call.now)?;
    if let Some(title) = body.key("title").present() {
        source.title = rich_text::write(&title)?;
    }
    if let Some(icon) = body.key("icon").present() {
        source.icon = decoration(&icon)?;
    }
    let id = source.id;
    workspace.sources.insert(id, source);
    if let Some(database) = workspace.databases.get_mut(&database) {
        database.sources.push(id);
    }
    render(workspace, call, id)
}

/// `GET /data_sources/{id}`.
pub(crate) fn retrieve(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.needs_data_sources()?;
    render(workspace, call, call.id()?)
}

/// `PATCH /data_sources/{id}`.
pub(crate) fn update(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.needs_data_sources()?;
    call.only(&["title", "icon", "properties"])?;
    let body = call.body();
    let id = call.id()?;
    let source = workspace.source(id)?;
    let mut schema = source.schema.clone();
    if let Some(properties) = body.key("properties").present() {
        schema = schema.update(&properties, &mut workspace.ids)?;
        complete_relations(workspace, id, &mut schema)?;
    }
    let title = match body.key("title").present() {
        Some(title) => Some(rich_text::write(&title)?),
        None => None,
    };
    let icon = match body.key("icon").present() {
        Some(icon) => Some(decoration(&icon)?),
        None => None,
    };
    let in_trash = call.trash()?;
    if let Some(source) = workspace.sources.get_mut(&id) {
        source.schema = schema;
        source.title = title.unwrap_or_else(|| source.title.clone());
        source.icon = icon.unwrap_or_else(|| source.icon.clone());
        source.in_trash = in_trash.unwrap_or(source.in_trash);
        source.edited = call.now;
    }
    render(workspace, call, id)
}

impl DataSource {
    /// A data source without rows, not yet in the workspace.
    ///
    /// # Errors
    /// When one of its relations leads to a data source that is not there.
    pub(super) fn new(
        workspace: &mut Workspace,
        database: Uuid,
        mut schema: Schema,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let id = workspace.ids.uuid();
        complete_relations(workspace, id, &mut schema)?;
        Ok(Self {
            id,
            database,
            title: Vec::new(),
            icon: Value::Null,
            in_trash: false,
            author: workspace.bot,
            created: now,
            edited: now,
            schema,
            rows: Vec::new(),
        })
    }
}

/// Relations also show the database that their data source is in.
fn complete_relations(
    workspace: &Workspace,
    own: Uuid,
    schema: &mut Schema,
) -> Result<(), Refusal> {
    let relations = schema.properties.iter_mut().filter(|property| property.kind == Kind::Relation);
    for relation in relations {
        if let Some(target) = relation.related().filter(|target| *target != own) {
            relation.set_related_database(workspace.source(target)?.database);
        }
    }
    Ok(())
}

fn render(workspace: &Workspace, call: &Call, id: Uuid) -> Result<Value, Refusal> {
    let source = workspace.source(id)?;
    let database = workspace.database(source.database)?;
    Ok(source.render(call.version, database))
}

#[cfg(test)]
mod tests;
