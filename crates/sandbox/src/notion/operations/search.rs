//! `/search`: pages and data sources by title.

use jiff::Timestamp;
use serde_json::Value;

use crate::notion::{
    call::Call,
    field::Field,
    ids::Uuid,
    paging::{Paging, list},
    refusal::Refusal,
    rich_text,
    workspace::Workspace,
};

/// `POST /search`.
pub(crate) fn search(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.needs_data_sources()?;
    let body = call.body();
    body.only(&["query", "filter", "sort", "start_cursor", "page_size"])?;
    let words = match body.key("query").present() {
        Some(query) => query.string()?.to_lowercase(),
        None => String::new(),
    };
    let filter = Wanted::parse(&body.key("filter"))?;
    let ascending = ascending(&body.key("sort"))?;
    let paging = Paging::of_body(&body)?;

    let mut found: Vec<(Timestamp, Uuid)> = Vec::new();
    if filter.pages {
        let pages = workspace.pages.values();
        let pages = pages.filter(|page| {
            page.in_trash == filter.in_trash && page.title().to_lowercase().contains(&words)
        });
        found.extend(pages.map(|page| (page.edited, page.id)));
    }
    if filter.sources {
        let sources = workspace.sources.values();
        let sources = sources.filter(|source| {
            let title = rich_text::text_of(&source.title).to_lowercase();
            source.in_trash == filter.in_trash && title.contains(&words)
        });
        found.extend(sources.map(|source| (source.edited, source.id)));
    }
    found.sort();
    if !ascending {
        found.reverse();
    }
    let question = (words, call.body.get("filter").map(Value::to_string), ascending);
    let part = paging.cut(&found, question, usize::MAX, |(_, id)| id)?;
    let results = part.items.iter().map(|(_, id)| render(workspace, call, *id));
    let results = results.collect::<Result<_, _>>()?;
    Ok(list("page_or_data_source", &part, results))
}

/// What is searched for.
struct Wanted {
    pages: bool,
    sources: bool,
    in_trash: bool,
}

impl Wanted {
    fn parse(field: &Field) -> Result<Self, Refusal> {
        let mut wanted = Self { pages: true, sources: true, in_trash: false };
        if field.is_absent() {
            return Ok(wanted);
        }
        field.only(&["property", "value", "in_trash"])?;
        if let Some(in_trash) = field.key("in_trash").present() {
            wanted.in_trash = in_trash.boolean()?;
        }
        if let Some(property) = field.key("property").present() {
            property.one_of(&["object"])?;
            let value = field.key("value").one_of(&["page", "data_source"])?;
            wanted.pages = value == "page";
            wanted.sources = value == "data_source";
        }
        Ok(wanted)
    }
}

/// By the last edit; relevance is the same as newest first here.
fn ascending(field: &Field) -> Result<bool, Refusal> {
    if field.is_absent() {
        return Ok(false);
    }
    if let Some(property) = field.key("property").present() {
        property.one_of(&["relevance"])?;
        return Ok(false);
    }
    field.key("timestamp").one_of(&["last_edited_time"])?;
    let direction = field.key("direction").one_of(&["ascending", "descending"])?;
    Ok(direction == "ascending")
}

fn render(workspace: &Workspace, call: &Call, id: Uuid) -> Result<Value, Refusal> {
    match workspace.pages.get(&id) {
        Some(page) => Ok(page.render(call.version, workspace.schema_of(page), None)),
        None => {
            let source = workspace.source(id)?;
            let database = workspace.database(source.database)?;
            Ok(source.render(call.version, database))
        }
    }
}

#[cfg(test)]
mod tests;
