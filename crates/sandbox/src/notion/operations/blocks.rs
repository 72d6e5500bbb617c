//! `/blocks`: read, change or trash one, list what is on a page or in a block, append to it.

use serde_json::Value;

use super::databases::trashed;
use crate::notion::{
    block::{self, Block},
    call::Call,
    field::Field,
    ids::Uuid,
    paging::{Paging, Part, list as envelope},
    refusal::Refusal,
    version::Version,
    workspace::{Place, Workspace},
};

/// `GET /blocks/{id}`.
pub(crate) fn retrieve(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    render(workspace, call, call.id()?)
}

/// `PATCH /blocks/{id}`: other content of the same type, or the trash and back.
pub(crate) fn update(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    let mut block = own(workspace, call.id()?)?;
    let in_trash = call.trash()?;
    if block.in_trash && in_trash != Some(false) {
        return Err(trashed());
    }
    call.only(&["type", &block.kind])?;
    if let Some(content) = call.body().key(&block.kind).present() {
        block.content = block::rewrite(&block.kind, &content)?;
    }
    block.in_trash = in_trash.unwrap_or(block.in_trash);
    keep(workspace, call, block)
}

/// `DELETE /blocks/{id}`: into the trash.
pub(crate) fn delete(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    let mut block = own(workspace, call.id()?)?;
    if block.in_trash {
        return Err(trashed());
    }
    block.in_trash = true;
    keep(workspace, call, block)
}

/// `GET /blocks/{id}/children`.
pub(crate) fn list(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    let parent = workspace.block(call.id()?)?.id;
    let paging = Paging::of_query(&call.query)?;
    let mut children = workspace.children_of(parent).to_vec();
    children.retain(|child| workspace.block(*child).is_ok_and(|block| !block.in_trash));
    let part = paging.cut(&children, parent, usize::MAX, |id| id)?;
    listed(workspace, call, &part)
}

/// `PATCH /blocks/{id}/children`: adds blocks at the end or where `position` says.
pub(crate) fn append(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    let body = call.body();
    match call.version {
        Version::V2026_03_11 => body.only(&["children", "position"])?,
        Version::V2022_06_28 | Version::V2025_09_03 => {
            body.only(&["children", "position", "after"])?;
        }
    }
    let parent = workspace.block(call.id()?)?;
    if parent.in_trash {
        return Err(trashed());
    }
    let place = place(&body)?;
    let drafts = block::write(&body.key("children"))?;
    let items = workspace.insert(parent.id, place, drafts, call.now)?;
    if let Some(page) = workspace.pages.get_mut(&parent.id) {
        page.edited = call.now;
    }
    if let Some(block) = workspace.blocks.get_mut(&parent.id) {
        block.edited = call.now;
    }
    let part = Part { items, next_cursor: None, capped: false };
    listed(workspace, call, &part)
}

/// A block that is no page and no database: those have operations of their own.
fn own(workspace: &Workspace, id: Uuid) -> Result<Block, Refusal> {
    if let Some(block) = workspace.blocks.get(&id) {
        return Ok(block.clone());
    }
    workspace.block(id)?;
    Err(Refusal::validation(
        "The simulated Notion changes pages and databases by their own operations: use \
         /v1/pages or /v1/databases.",
    ))
}

fn keep(workspace: &mut Workspace, call: &Call, mut block: Block) -> Result<Value, Refusal> {
    block.edited = call.now;
    let id = block.id;
    if let Some(page) = workspace.pages.get_mut(&block.parent) {
        page.edited = call.now;
    }
    workspace.blocks.insert(id, block);
    render(workspace, call, id)
}

fn place(body: &Field) -> Result<Place, Refusal> {
    if let Some(after) = body.key("after").present() {
        return Ok(Place::After(after.uuid()?));
    }
    let Some(position) = body.key("position").present() else {
        return Ok(Place::End);
    };
    position.only(&["type", "after_block"])?;
    match position.key("type").one_of(&["after_block", "start", "end"])? {
        "start" => Ok(Place::Start),
        "end" => Ok(Place::End),
        _ => {
            let sibling = position.key("after_block").key("id").uuid()?;
            Ok(Place::After(sibling))
        }
    }
}

fn listed(workspace: &Workspace, call: &Call, part: &Part<Uuid>) -> Result<Value, Refusal> {
    let blocks = part.items.iter().map(|id| render(workspace, call, *id));
    let blocks = blocks.collect::<Result<_, _>>()?;
    Ok(envelope("block", part, blocks))
}

fn render(workspace: &Workspace, call: &Call, id: Uuid) -> Result<Value, Refusal> {
    let block = workspace.block(id)?;
    let has_children = !workspace.children_of(id).is_empty();
    let on_page = workspace.pages.contains_key(&block.parent);
    Ok(block.render(call.version, has_children, on_page))
}

#[cfg(test)]
mod tests;
