//! The office of administrators: what the operations about organizations, people and keys share.

use std::sync::Arc;

use aws_lc_rs::rand;
use domain::{Clock, Holdings, Organization, OrganizationId, Storage};
use engine::administration::{Administration, By, Refused, first_organization};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    api::formats::OrganizationIdText,
    guard::Caller,
    problem::{Kind, Problem},
};

/// Where administrators come to. Clones share it.
#[derive(Clone)]
pub(crate) struct Office<S> {
    pub(crate) store: S,
    clock: Arc<dyn Clock>,
    first: OrganizationId,
}

/// Whose things an operation is about.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Owner {
    /// The organization: the key's own where it is left out, and the installation's first for its
    /// administrator.
    #[schemars(with = "Option<OrganizationIdText>")]
    pub(crate) organization: Option<OrganizationIdText>,
}

impl<S: Storage> Office<S> {
    /// An office over this store.
    pub(crate) fn new(store: S, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, first: first_organization() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The desk at which this caller administers.
    pub(crate) fn desk<'a>(&'a self, caller: &'a Caller) -> Administration<'a, S> {
        let by = By { principal: &caller.principal, actor: caller.actor() };
        Administration { store: &self.store, by, first: &self.first, now: self.now() }
    }

    /// The organization that a call is about.
    pub(crate) async fn organization(
        &self,
        caller: &Caller,
        owner: &Owner,
    ) -> Result<Organization, Problem> {
        let named = owner.organization.as_ref().map(|named| &named.0);
        Ok(self.desk(caller).organization(named).await?)
    }
}

/// Freshly drawn bytes.
pub(crate) fn random<const COUNT: usize>() -> Result<[u8; COUNT], Problem> {
    let mut random = [0; COUNT];
    let none = |_| Problem::new(Kind::Unavailable, "the system has no random bytes", "try again");
    rand::fill(&mut random).map_err(none)?;
    Ok(random)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let detail = format!("cannot {refused}");
        let (kind, hint) = match refused {
            Refused::Storage(error) => return error.into(),
            Refused::NoOrganization(_) => {
                (Kind::NotFound, "`GET /v1/organizations` lists those that you can see".to_owned())
            }
            Refused::OrganizationTaken(_) => {
                (Kind::Conflict, "choose another id; none is given twice".to_owned())
            }
            Refused::OrganizationStays(_) => {
                (Kind::Conflict, "it stays as long as the installation".to_owned())
            }
            Refused::StillOwns(_, holdings) => (Kind::Conflict, owned(holdings)),
            Refused::NoMember => {
                (Kind::NotFound, "`GET /v1/members` lists those that are there".to_owned())
            }
            Refused::AddressTaken(_) => {
                (Kind::Conflict, "`PATCH /v1/members/{id}` gives another role".to_owned())
            }
            Refused::NoAddress => {
                (Kind::Invalid, "give it as name@example.com, without spaces".to_owned())
            }
            Refused::LastOwner => {
                (Kind::Conflict, "make another member the owner first".to_owned())
            }
            Refused::NoKey(..) => {
                (Kind::NotFound, "`GET /v1/api-keys` lists those that are there".to_owned())
            }
            Refused::NoConnection(_) | Refused::NoAccount(_) => {
                (Kind::NotFound, "`GET /v1/connections` lists what is there".to_owned())
            }
            Refused::DescribedConnection(_) => {
                (Kind::Conflict, "take it out of the hub's settings".to_owned())
            }
            Refused::AccountTaken(_) => (
                Kind::Conflict,
                "an account has one owner; take it from the other connection first".to_owned(),
            ),
            Refused::AccountDescribed(_) => {
                (Kind::Conflict, "take it out of the hub's settings first".to_owned())
            }
            Refused::Unissued(unissued) => (Kind::Forbidden, unissued.to_string()),
        };
        Self::new(kind, detail, hint)
    }
}

/// What an organization still owns.
fn owned(holdings: Holdings) -> String {
    let Holdings { members, connections, api_keys, credentials, subscriptions } = holdings;
    let kinds = [
        (members, "members"),
        (api_keys, "API keys that are not revoked"),
        (connections, "connections"),
        (subscriptions, "subscriptions"),
        (credentials, "stored credentials"),
    ];
    let owned = kinds.iter().filter(|(count, _)| *count > 0);
    let owned: Vec<_> = owned.map(|(count, what)| format!("{count} {what}")).collect();
    format!("remove these first: {}", owned.join(", "))
}
