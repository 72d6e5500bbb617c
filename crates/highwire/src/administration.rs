//! Administration from the command line: the desk of whoever runs a command, and its refusals in their words.

use domain::{Holdings, OrganizationId};
use engine::administration::{Administration, By, Refused};
use store::Sqlite;

use crate::{actor::Actor, clock, failure::Failure};

/// The desk at which this actor administers a store.
pub(crate) fn desk<'a>(
    store: &'a Sqlite,
    actor: &'a Actor,
    first: &'a OrganizationId,
) -> Administration<'a, Sqlite> {
    let by = By { principal: &actor.principal, actor: actor.name() };
    Administration { store, by, first, now: clock::now() }
}

/// What to do next, on the command line.
impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let hint = match &refused {
            Refused::NoOrganization(_) => {
                "`highwire organizations list` shows those that you can see"
            }
            Refused::OrganizationTaken(_) => "choose another id; none is given twice",
            Refused::OrganizationStays(_) => "it stays as long as the installation",
            Refused::StillOwns(..) => {
                "remove them first, then run this again; its events stay in the journal"
            }
            Refused::NoMember => "`highwire members list` shows those that are there",
            Refused::AddressTaken(_) => "`highwire members role` gives a member another role",
            Refused::NoAddress => "give it as name@example.com, without spaces",
            Refused::LastOwner => {
                "make another member the owner first, with `highwire members role MEMBER owner`"
            }
            Refused::NoKey(..) => "`highwire api-keys list` shows those that are there",
            Refused::NoConnection(_) => "`highwire connections list` shows those that are there",
            Refused::DescribedConnection(_) => "take it out there",
            Refused::AccountTaken(_) => "an account has one owner; disconnect it there first",
            Refused::AccountDescribed(_) => {
                "the settings name it, and count more: take it out there first"
            }
            Refused::NoAccount(_) => "`highwire connections list` shows those that are connected",
            Refused::Unissued(_) => {
                "choose a role and scopes that go together, and that are yours to give"
            }
            Refused::Storage(_) => "see the line above for what to do",
        };
        let failure = Self::user(refused.to_string(), hint);
        match refused {
            Refused::StillOwns(id, holdings) => failure.with_details(owned(&id, holdings)),
            Refused::Unissued(unissued) => failure.because(unissued),
            Refused::Storage(error) => failure.because(error),
            _ => failure,
        }
    }
}

/// What an organization still owns, and the command that takes it away.
fn owned(id: &OrganizationId, holdings: Holdings) -> Vec<String> {
    let Holdings { members, connections, api_keys, credentials, subscriptions } = holdings;
    let kinds = [
        (members, format!("members: `highwire members remove MEMBER --organization {id}`")),
        (api_keys, format!("API keys: `highwire api-keys revoke KEY --organization {id}`")),
        (
            connections,
            format!("connections: `highwire connections remove CONNECTION --organization {id}`"),
        ),
        (
            subscriptions,
            format!(
                "subscriptions: `highwire subscriptions remove SUBSCRIPTION --organization {id}`"
            ),
        ),
        (credentials, "stored credentials: remove what they belong to".to_owned()),
    ];
    let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
    kinds.map(|(count, what)| format!("{count} {what}")).collect()
}
