//! Every tool, one file each.

mod calls;
mod explain_event;
mod get_more;
mod list_calendars;
mod list_pipelines;
mod mirror;
mod query_mirror;
mod rows;
mod summarize_records;
mod undo;
mod whoami;

use crate::{Profile, tool::Tool};

/// The tools of a profile, in order of name.
pub(crate) fn of(profile: &Profile) -> Vec<Box<dyn Tool>> {
    let mut tools: Vec<Box<dyn Tool>> = match profile {
        Profile::Default | Profile::Meta | Profile::Toolsets(_) => {
            vec![Box::new(get_more::GetMore), Box::new(whoami::Whoami)]
        }
        Profile::WhiteLabel(_) => Vec::new(),
    };
    if *profile == Profile::Default {
        tools.extend(business());
    }
    tools.sort_by_cached_key(|tool| tool.spec().name);
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
