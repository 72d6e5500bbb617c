//! `/data_sources/{id}/query`: the rows that pass a filter, in order, part by part.

use serde_json::{Value, json};

use super::pages::shown_of;
use crate::notion::{
    call::Call,
    filter::{Filter, Setting},
    page::Page,
    paging::{Paging, list},
    refusal::Refusal,
    sort,
    workspace::Workspace,
};

/// `POST /data_sources/{id}/query`.
pub(crate) fn query(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    call.needs_data_sources()?;
    call.only(&["filter", "sorts", "start_cursor", "page_size", "result_type"])?;
    let body = call.body();
    let source = workspace.source(call.id()?)?;
    let setting = Setting { schema: &source.schema, me: workspace.bot, now: call.now };
    let filter = match body.key("filter").present() {
        Some(filter) => Some(Filter::parse(&filter, &setting)?),
        None => None,
    };
    let sorts = sort::parse(&body.key("sorts"), &source.schema)?;
    let kind = match body.key("result_type").present() {
        Some(kind) => kind.one_of(&["page", "data_source"])?,
        None => "page",
    };
    let paging = Paging::of_body(&body)?.shortened(workspace.short_parts);
    let only = shown_of(&source.schema, call)?;
    let in_trash = call.trash()?.unwrap_or(false);

    let rows = source.rows.iter().filter_map(|id| workspace.pages.get(id));
    let wanted = |page: &&Page| {
        let passes = filter.as_ref().is_none_or(|filter| filter.wants(page));
        kind == "page" && page.in_trash == in_trash && passes
    };
    let mut rows: Vec<&Page> = rows.filter(wanted).collect();
    sort::sort(&mut rows, &sorts);
    let question = (source.id, in_trash, text(call, "filter"), text(call, "sorts"));
    let part = paging.cut(&rows, question, workspace.row_cap, |page| page.id)?;
    let render = |page: &&Page| page.render(call.version, &source.schema, only.as_deref());
    let results = part.items.iter().map(render).collect();
    let mut answer = list("page_or_data_source", &part, results);
    answer["request_status"] = match part.capped {
        true => json!({ "type": "incomplete", "incomplete_reason": "query_result_limit_reached" }),
        false => json!({ "type": "complete" }),
    };
    Ok(answer)
}

fn text(call: &Call, key: &str) -> String {
    call.body.get(key).map(Value::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests;
