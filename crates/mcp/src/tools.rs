//! Every tool, one file each.

mod get_more;
mod white_label;
mod whoami;

use crate::{Profile, tool::Tool};

/// The tools of a profile, in order of name.
pub(crate) fn of(profile: &Profile) -> Vec<Box<dyn Tool>> {
    let mut tools: Vec<Box<dyn Tool>> = match profile {
        Profile::Default | Profile::Meta | Profile::Toolsets(_) => {
            vec![Box::new(get_more::GetMore), Box::new(whoami::Whoami)]
        }
        Profile::WhiteLabel(prefix) => white_label::all(prefix),
    };
    tools.sort_by_cached_key(|tool| tool.spec().name);
    tools
}
