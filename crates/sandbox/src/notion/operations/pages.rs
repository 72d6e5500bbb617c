//! `/pages`: create, read, change; and one property at a time.

use serde_json::{Value, json};

use super::{databases::trashed, decoration};
use crate::notion::{
    block,
    call::Call,
    change::Change,
    choice::{Choice, Named},
    field::Field,
    ids::{Uuid, percent_encoded},
    kind::Kind,
    page::{Page, Parent},
    paging::Paging,
    refusal::Refusal,
    schema::{Property, Schema, unknown},
    value::{self, Written},
    workspace::{Place, Workspace},
};

/// `POST /pages`: a row of a data source, or a page under a page.
pub(crate) fn create(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    let body = call.body();
    body.only(&["parent", "properties", "icon", "cover", "children"])?;
    let parent = parent(workspace, &body.key("parent"))?;
    let mut page = workspace.blank_page(parent, call.by, call.now);
    change(&mut page, call)?;
    let drafts = match body.key("children").present() {
        Some(children) => block::write(&children)?,
        None => Vec::new(),
    };
    let only = shown(workspace, &page, call)?;
    if let Some(properties) = body.key("properties").present() {
        write_properties(workspace, &mut page, &properties)?;
    }
    let id = page.id;
    workspace.changes.push(Change::created(&page));
    add(workspace, page);
    workspace.insert(id, Place::End, drafts, call.now)?;
    render(workspace, call, id, only.as_deref())
}

/// `GET /pages/{id}`.
pub(crate) fn retrieve(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    let page = workspace.page(call.id()?)?;
    let only = shown(workspace, page, call)?;
    render(workspace, call, page.id, only.as_deref())
}

/// `PATCH /pages/{id}`.
pub(crate) fn update(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.only(&["properties", "icon", "cover", "is_locked", "is_archived"])?;
    let before = workspace.page(call.id()?)?.clone();
    let mut page = before.clone();
    let in_trash = call.trash()?;
    if page.in_trash && in_trash != Some(false) {
        return Err(trashed());
    }
    page.in_trash = in_trash.unwrap_or(page.in_trash);
    change(&mut page, call)?;
    let only = shown(workspace, &page, call)?;
    if let Some(properties) = call.body().key("properties").present() {
        write_properties(workspace, &mut page, &properties)?;
    }
    page.edited = call.now;
    page.editor = call.by;
    workspace.changes.extend(Change::between(&before, &page));
    let id = page.id;
    workspace.pages.insert(id, page);
    render(workspace, call, id, only.as_deref())
}

/// `GET /pages/{id}/properties/{id}`: the whole of one property; of lists, part by part.
pub(crate) fn retrieve_property(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    let page = workspace.page(call.id()?)?;
    let schema = workspace.schema_of(page);
    let named = schema.find(&call.name);
    let property = named.ok_or_else(|| not_a_property(&call.name))?;
    let (id, kind) = (percent_encoded(&property.id), property.kind.as_str());
    let item =
        |value: &Value| json!({ "object": "property_item", "id": id, "type": kind, kind: value });
    let whole = page.value(property);
    let listed =
        matches!(property.kind, Kind::Title | Kind::RichText | Kind::People | Kind::Relation);
    let Some(elements) = whole.as_array().filter(|_| listed) else {
        return Ok(item(&whole));
    };
    let positions: Vec<usize> = (0..elements.len()).collect();
    let paging = Paging::of_query(&call.query)?;
    let scope = (page.id, &property.id);
    let part = paging.cut(&positions, scope, usize::MAX, |_| page.id)?;
    let results: Vec<Value> = part.items.iter().map(|at| item(&elements[*at])).collect();
    Ok(json!({
        "object": "list",
        "type": "property_item",
        "property_item": { "id": id, "type": kind, kind: {}, "next_url": null },
        "results": results,
        "has_more": part.next_cursor.is_some(),
        "next_cursor": part.next_cursor,
    }))
}

fn change(page: &mut Page, call: &Call) -> Result<(), Refusal> {
    let body = call.body();
    if let Some(icon) = body.key("icon").present() {
        page.icon = decoration(&icon)?;
    }
    if let Some(cover) = body.key("cover").present() {
        page.cover = decoration(&cover)?;
    }
    if let Some(is_locked) = body.key("is_locked").present() {
        page.is_locked = is_locked.boolean()?;
    }
    if let Some(is_archived) = body.key("is_archived").present() {
        page.is_archived = is_archived.boolean()?;
    }
    Ok(())
}

/// Where a new page goes. A database stands for its only data source.
fn parent(workspace: &Workspace, field: &Field) -> Result<Parent, Refusal> {
    let object = field.object()?;
    if object.contains_key("page_id") {
        field.only(&["type", "page_id"])?;
        let page = workspace.page(field.key("page_id").uuid()?)?;
        return match page.in_trash {
            true => Err(trashed()),
            false => Ok(Parent::Page(page.id)),
        };
    }
    let source = if object.contains_key("database_id") && !object.contains_key("data_source_id") {
        only_source(workspace, field.key("database_id").uuid()?)?
    } else {
        field.only(&["type", "data_source_id", "database_id"])?;
        field.key("data_source_id").uuid()?
    };
    let source = workspace.source(source)?;
    match source.in_trash {
        true => Err(trashed()),
        false => Ok(Parent::Row { source: source.id, database: source.database }),
    }
}

fn only_source(workspace: &Workspace, database: Uuid) -> Result<Uuid, Refusal> {
    match workspace.database(database)?.sources.as_slice() {
        [only] => Ok(*only),
        _ => Err(Refusal::validation(format!(
            "Databases with multiple data sources are not supported in this API version: \
             {database}. Name one of them as parent.data_source_id."
        ))),
    }
}

fn add(workspace: &mut Workspace, mut page: Page) {
    match page.parent {
        Parent::Row { source, .. } => {
            if let Some(source) = workspace.sources.get_mut(&source) {
                source.rows.push(page.id);
                page.number = source.rows.len() as u64;
            }
        }
        Parent::Page(parent) => workspace.children.entry(parent).or_default().push(page.id),
        Parent::Workspace => {}
    }
    workspace.pages.insert(page.id, page);
}

/// Writes properties; either all of them or none.
fn write_properties(
    workspace: &mut Workspace,
    page: &mut Page,
    field: &Field,
) -> Result<(), Refusal> {
    // First the form of the request, then whether it fits: so does Notion.
    let mut written = Vec::new();
    for (name, entry) in field.entries()? {
        let (kind, value) = value::write(&entry)?;
        written.push((name, kind, value));
    }
    let schema = workspace.schema_of(page);
    check_fit(schema, &written)?;
    let mut additions = Vec::new();
    for (name, _, value) in &written {
        let Some(at) = schema.position(name) else {
            continue;
        };
        check_references(workspace, &schema.properties[at], value)?;
        additions
            .extend(new_names(&schema.properties[at], value)?.into_iter().map(|new| (at, new)));
    }
    add_choices(workspace, page.parent, additions);
    let schema = workspace.schema_of(page);
    for (name, _, value) in written {
        if let Some(property) = schema.find(name) {
            let stored = stored(property, value);
            match stored.is_null() {
                true => page.values.remove(&property.id),
                false => page.values.insert(property.id.clone(), stored),
            };
        }
    }
    Ok(())
}

/// Names every property that does not exist or has another type, in one message, as Notion does.
fn check_fit(schema: &Schema, written: &[(&str, Kind, Written)]) -> Result<(), Refusal> {
    let problems = written.iter().filter_map(|(name, kind, _)| match schema.find(name) {
        None => Some(format!("{name} is not a property that exists.")),
        Some(property) if property.kind != *kind => {
            Some(format!("{name} is expected to be {}.", property.kind.as_str()))
        }
        Some(_) => None,
    });
    let problems: Vec<String> = problems.collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Refusal::validation(problems.join(" "))),
    }
}

/// The names of options that this value makes.
fn new_names<'a>(property: &Property, value: &'a Written) -> Result<Vec<&'a str>, Refusal> {
    let Written::Choices(choices) = value else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    let known = |named: &Named| property.choices.iter().any(|choice| choice.is(named));
    for named in choices.iter().filter(|named| !known(named)) {
        match named {
            Named::Name(name) if property.kind == Kind::Status => {
                return Err(Refusal::validation(format!(
                    "Invalid status option. Status option \"{name}\" does not exist."
                )));
            }
            Named::Name(name) => names.push(name.as_str()),
            Named::Id(id) => {
                let message = format!("Could not find select option with id: {id}");
                return Err(Refusal::validation(message));
            }
        }
    }
    Ok(names)
}

fn add_choices(workspace: &mut Workspace, parent: Parent, additions: Vec<(usize, &str)>) {
    let source = match parent {
        Parent::Row { source, .. } => workspace.sources.get_mut(&source),
        Parent::Page(_) | Parent::Workspace => None,
    };
    let Some(source) = source else {
        return;
    };
    for (at, name) in additions {
        let choices = &mut source.schema.properties[at].choices;
        if !choices.iter().any(|choice| choice.name == name) {
            choices.push(Choice::new(name, choices.len(), &mut workspace.ids));
        }
    }
}

/// A relation leads to rows of its data source, and people are in the workspace.
fn check_references(
    workspace: &Workspace,
    property: &Property,
    value: &Written,
) -> Result<(), Refusal> {
    let Written::Payload(Value::Array(ids)) = value else {
        return Ok(());
    };
    let ids = || ids.iter().filter_map(|id| Uuid::parse(id.as_str()?));
    match property.kind {
        Kind::Relation => ids().try_for_each(|id| workspace.page(id).map(|_| ())),
        Kind::People => {
            let known = [workspace.bot, workspace.person];
            match ids().find(|id| !known.contains(id)) {
                Some(unknown) => Err(Refusal::not_found("user", unknown)),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// A value as the page keeps it; null is empty.
fn stored(property: &Property, value: Written) -> Value {
    let choices = match value {
        Written::Payload(Value::Array(items)) if items.is_empty() => return Value::Null,
        Written::Payload(payload) => return payload,
        Written::Choices(choices) => choices,
    };
    let find = |named: &Named| property.choices.iter().find(|choice| choice.is(named));
    let mut ids: Vec<&str> = Vec::new();
    for choice in choices.iter().filter_map(find) {
        if !ids.contains(&choice.id.as_str()) {
            ids.push(&choice.id);
        }
    }
    match ids.is_empty() {
        true => Value::Null,
        false => json!(ids),
    }
}

/// The ids of the properties that `filter_properties` names; none when it is absent.
pub(super) fn shown(
    workspace: &Workspace,
    page: &Page,
    call: &Call,
) -> Result<Option<Vec<String>>, Refusal> {
    shown_of(workspace.schema_of(page), call)
}

/// The same for a schema.
pub(super) fn shown_of(schema: &Schema, call: &Call) -> Result<Option<Vec<String>>, Refusal> {
    let named = call.query.iter().filter(|(key, _)| key == "filter_properties");
    let ids = named.map(|(_, name)| {
        let property = schema.find(name).ok_or_else(|| unknown(name))?;
        Ok(property.id.clone())
    });
    let ids = ids.collect::<Result<Vec<_>, Refusal>>()?;
    Ok((!ids.is_empty()).then_some(ids))
}

fn not_a_property(name: &str) -> Refusal {
    Refusal::validation(format!("{name} is not a property that exists."))
}

fn render(
    workspace: &Workspace,
    call: &Call,
    id: Uuid,
    only: Option<&[String]>,
) -> Result<Value, Refusal> {
    let page = workspace.page(id)?;
    Ok(page.render(call.version, workspace.schema_of(page), only))
}

#[cfg(test)]
mod tests;
