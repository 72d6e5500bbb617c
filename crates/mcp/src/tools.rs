//! Every tool, one file each.

mod calls;
mod describe_operation;
mod explain_event;
mod get_more;
mod list_calendars;
mod list_pipelines;
mod mirror;
mod one_operation;
mod query_mirror;
mod read_operation;
mod rows;
mod search_operations;
mod summarize_records;
mod undo;
mod white_label;
mod whoami;
mod write_operation;

use std::collections::BTreeSet;

use crate::{Profile, tool::Tool};

/// The tools of a profile, in order of name.
pub(crate) fn of(profile: &Profile) -> Vec<Box<dyn Tool>> {
    let mut tools: Vec<Box<dyn Tool>> = match profile {
        Profile::Default | Profile::Meta => meta(),
        Profile::Toolsets(products) => with_operations(products),
        Profile::WhiteLabel(prefix) => white_label::all(prefix),
    };
    if *profile == Profile::Default {
        tools.extend(business());
    }
    tools.sort_by_cached_key(|tool| tool.spec().name);
    tools
}

/// The tools over every operation.
fn meta() -> Vec<Box<dyn Tool>> {
    vec![
        Box::new(describe_operation::DescribeOperation),
        Box::new(get_more::GetMore),
        Box::new(read_operation::ReadOperation),
        Box::new(search_operations::SearchOperations),
        Box::new(whoami::Whoami),
        Box::new(write_operation::WriteOperation),
    ]
}

/// The meta tools, and one for each operation of these products.
fn with_operations(products: &BTreeSet<String>) -> Vec<Box<dyn Tool>> {
    let mut tools = meta();
    for tool in one_operation::of(products) {
        tools.push(Box::new(tool));
    }
    tools
}

/// The curated tools of deals, appointments, money, the mirror and the books.
fn business() -> Vec<Box<dyn Tool>> {
    vec![
        Box::new(explain_event::ExplainEvent),
        Box::new(list_calendars::ListCalendars),
        Box::new(list_pipelines::ListPipelines),
        Box::new(query_mirror::QueryMirror),
        Box::new(summarize_records::SummarizeRecords),
        Box::new(undo::Undo),
    ]
}
