//! `/databases`: create, read, change.

use jiff::Timestamp;
use serde_json::Value;

use super::decoration;
use crate::notion::{
    call::Call, data_source::DataSource, database::Database, field::Field, ids::Uuid,
    refusal::Refusal, rich_text, schema::Schema, workspace::Workspace,
};

/// `POST /databases`: a database with its first data source, on a page.
pub(crate) fn create(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.needs_data_sources()?;
    let body = call.body();
    body.only(&[
        "parent",
        "title",
        "description",
        "is_inline",
        "initial_data_source",
        "icon",
        "cover",
    ])?;
    let page = parent(workspace, &body.key("parent"))?;
    let mut database = blank(workspace.ids.uuid(), page, call.now);
    change(&mut database, &body)?;
    let initial = body.key("initial_data_source");
    let schema = match initial.key("properties").present() {
        Some(properties) => Schema::create(&properties, &mut workspace.ids)?,
        None => Schema::title_only("Name"),
    };
    let mut source = DataSource::new(workspace, database.id, schema, call.now)?;
    source.title.clone_from(&database.title);
    database.sources.push(source.id);
    let id = database.id;
    workspace.sources.insert(source.id, source);
    workspace.databases.insert(id, database);
    workspace.children.entry(page).or_default().push(id);
    render(workspace, call, id)
}

/// `GET /databases/{id}`.
pub(crate) fn retrieve(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.needs_data_sources()?;
    render(workspace, call, call.id()?)
}

/// `PATCH /databases/{id}`.
pub(crate) fn update(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.needs_data_sources()?;
    call.only(&["title", "description", "is_inline", "icon", "cover", "is_locked"])?;
    let mut database = workspace.database(call.id()?)?.clone();
    change(&mut database, &call.body())?;
    if let Some(in_trash) = call.trash()? {
        database.in_trash = in_trash;
        for source in &database.sources {
            if let Some(source) = workspace.sources.get_mut(source) {
                source.in_trash = in_trash;
            }
        }
    }
    database.edited = call.now;
    let id = database.id;
    workspace.databases.insert(id, database);
    render(workspace, call, id)
}

fn blank(id: Uuid, page: Uuid, now: Timestamp) -> Database {
    Database {
        id,
        page,
        title: Vec::new(),
        description: Vec::new(),
        is_inline: false,
        is_locked: false,
        in_trash: false,
        icon: Value::Null,
        cover: Value::Null,
        created: now,
        edited: now,
        sources: Vec::new(),
    }
}

fn change(database: &mut Database, body: &Field) -> Result<(), Refusal> {
    if let Some(title) = body.key("title").present() {
        database.title = rich_text::write(&title)?;
    }
    if let Some(description) = body.key("description").present() {
        database.description = rich_text::write(&description)?;
    }
    if let Some(is_inline) = body.key("is_inline").present() {
        database.is_inline = is_inline.boolean()?;
    }
    if let Some(is_locked) = body.key("is_locked").present() {
        database.is_locked = is_locked.boolean()?;
    }
    if let Some(icon) = body.key("icon").present() {
        database.icon = decoration(&icon)?;
    }
    if let Some(cover) = body.key("cover").present() {
        database.cover = decoration(&cover)?;
    }
    Ok(())
}

/// The page that a new database goes onto.
fn parent(workspace: &Workspace, field: &Field) -> Result<Uuid, Refusal> {
    let object = field.object()?;
    if object.contains_key("workspace") {
        return Err(Refusal::validation(
            "The simulated connection is internal and cannot add to the workspace itself: name a \
             page that is shared with it as parent.page_id.",
        ));
    }
    field.only(&["type", "page_id"])?;
    let page = workspace.page(field.key("page_id").uuid()?)?;
    match page.in_trash {
        true => Err(trashed()),
        false => Ok(page.id),
    }
}

/// What is in the trash cannot be changed.
pub(super) fn trashed() -> Refusal {
    Refusal::validation(
        "Can't edit block that is archived. You must unarchive the block before editing.",
    )
}

fn render(workspace: &Workspace, call: &Call, id: Uuid) -> Result<Value, Refusal> {
    let database = workspace.database(id)?;
    let sources = database.sources.iter().filter_map(|source| workspace.sources.get(source));
    Ok(database.render(call.version, sources))
}

#[cfg(test)]
mod tests;
