//! Every tool, one file each.

mod add_note;
mod delete_contact;
mod find_contacts;
mod get_contact;
mod get_location_setup;
mod listed;
mod people;
mod save_contact;
mod save_task;
mod whoami;

use crate::{Profile, tool::Tool};

/// The tools of a profile, in order of name.
pub(crate) fn of(profile: &Profile) -> Vec<Box<dyn Tool>> {
    let mut tools: Vec<Box<dyn Tool>> = match profile {
        Profile::Default | Profile::Meta | Profile::Toolsets(_) => vec![Box::new(whoami::Whoami)],
        Profile::WhiteLabel(_) => Vec::new(),
    };
    if *profile == Profile::Default {
        tools.extend(people_and_messages());
    }
    tools.sort_by_cached_key(|tool| tool.spec().name);
    tools
}

/// The curated tools of contacts and messages.
fn people_and_messages() -> Vec<Box<dyn Tool>> {
    vec![
        Box::new(add_note::AddNote),
        Box::new(delete_contact::DeleteContact),
        Box::new(find_contacts::FindContacts),
        Box::new(get_contact::GetContact),
        Box::new(get_location_setup::GetLocationSetup),
        Box::new(save_contact::SaveContact),
        Box::new(save_task::SaveTask),
    ]
}
