//! The clients of the port by the broker: one for each connection, on behalf of the location that is meant.

use domain::{
    Access, BoxFuture, ListError, ListScope, OrganizationId, Storage, Tenant,
    crm::{Answer, CrmError},
};
use endpoint::{Timer, Transport};
use highlevel::{CompanyId, LocationId};

use super::{Clients, Connected, checked};
use crate::{
    SafeError,
    highlevel::{
        Broker, BrokerError, HighLevel, Locations,
        snapshot::{Snapshot, Snapshots},
    },
};

/// Clients by the broker.
pub struct Brokered<S, T, C> {
    broker: Broker<S, T, C>,
    snapshots: Snapshots<S>,
    /// The connection that the settings describe.
    described: Option<Tenant>,
}

impl<S, T, C> Brokered<S, T, C>
where
    S: Storage,
    T: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    /// Clients of this broker, for what the store keeps and the settings describe.
    #[must_use]
    pub fn new(broker: Broker<S, T, C>, store: S, described: Option<Tenant>) -> Self {
        Self { broker, snapshots: Snapshots::new(store), described }
    }

    async fn connected(
        &self,
        tenant: &Tenant,
        account: Option<&str>,
    ) -> Result<Connected<T, C>, CrmError> {
        let known = self.snapshots.now().await?;
        let location = match account {
            Some(account) => {
                known.check(tenant, account)?;
                LocationId::new(account)
            }
            None => {
                let client = self.broker.client(tenant, None).await.map_err(refusal)?;
                if let highlevel::Tenant::Location(location) = client.tenant()
                    && checked(location.as_str(), "account").is_ok()
                {
                    let location = location.clone();
                    return Ok(Connected { client, location });
                }
                let company = match client.tenant() {
                    highlevel::Tenant::Company(company) => Some(company),
                    highlevel::Tenant::Location(_) => None,
                };
                only(&known.accounts(tenant), company)?
            }
        };
        let asked = highlevel::Tenant::Location(location.clone());
        let client = self.broker.client(tenant, Some(&asked)).await.map_err(refusal)?;
        Ok(Connected { client, location })
    }
}

impl<S, T, C> Clients<T, C> for Brokered<S, T, C>
where
    S: Storage,
    T: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    fn client<'a>(
        &'a self,
        tenant: &'a Tenant,
        account: Option<&'a str>,
    ) -> Answer<'a, Connected<T, C>> {
        Box::pin(self.connected(tenant, account))
    }

    fn connections<'a>(&'a self, organization: &'a OrganizationId) -> Answer<'a, Vec<Tenant>> {
        Box::pin(async move {
            let mut found = self.snapshots.now().await?.of(organization);
            let described = self.described.iter().filter(|it| it.organization == *organization);
            found.extend(described.cloned());
            found.sort();
            found.dedup();
            Ok(found)
        })
    }
}

impl<S, T, C> Locations for Brokered<S, T, C>
where
    S: Storage,
    T: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    fn locations(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>> {
        Box::pin(async move {
            let known = self.snapshots.now().await;
            let known = known.map_err(|error| ListError::Later(error.to_string()))?;
            let mut scopes = Vec::new();
            for tenant in known.callable().chain(self.described.as_ref()) {
                // What cannot be called now is told where it is looked after.
                let Ok(client) = self.broker.client(tenant, None).await else { continue };
                let accounts = known.accounts(tenant);
                let found: Vec<&str> = match client.tenant() {
                    highlevel::Tenant::Location(own) if checked(own.as_str(), "").is_ok() => {
                        vec![own.as_str()]
                    }
                    highlevel::Tenant::Location(_) => accounts,
                    highlevel::Tenant::Company(company) => {
                        accounts.into_iter().filter(|id| *id != company.as_str()).collect()
                    }
                };
                scopes.extend(
                    found.into_iter().map(|id| ListScope {
                        tenant: tenant.clone(),
                        account: Some(id.to_owned()),
                    }),
                );
            }
            scopes.sort();
            scopes.dedup();
            Ok(scopes)
        })
    }
}

impl Snapshot {
    /// The connections that calls can be made through.
    fn callable(&self) -> impl Iterator<Item = &Tenant> {
        let all = self.listing.connections.iter().filter(|it| it.vendor == HighLevel::NAME);
        all.map(|connection| &connection.tenant).filter(|tenant| self.can_call(tenant))
    }

    fn can_call(&self, tenant: &Tenant) -> bool {
        let profile = self.profiles.iter().find(|profile| profile.tenant == *tenant);
        profile.is_some_and(|it| matches!(it.access, Access::OAuth | Access::PrivateToken))
    }

    /// The connections of an organization that calls can be made through.
    fn of(&self, organization: &OrganizationId) -> Vec<Tenant> {
        self.callable().filter(|it| it.organization == *organization).cloned().collect()
    }

    /// The ids of the accounts of a connection.
    fn accounts(&self, tenant: &Tenant) -> Vec<&str> {
        let all = self.listing.accounts.iter().filter(|it| it.key.vendor == HighLevel::NAME);
        all.filter(|it| it.tenant == *tenant).map(|account| account.key.id.as_str()).collect()
    }

    /// Refuses an account that is none, or that belongs to another connection: a company's token
    /// reaches every location below it, whoever connected that.
    fn check(&self, tenant: &Tenant, account: &str) -> Result<(), CrmError> {
        let account = checked(account, "account")?;
        let owner = self
            .listing
            .accounts
            .iter()
            .find(|it| it.key.vendor == HighLevel::NAME && it.key.id == account);
        match owner.is_none_or(|owner| owner.tenant == *tenant) {
            true => Ok(()),
            false => Err(CrmError::NotFound("account")),
        }
    }
}

/// The only location among the accounts of a connection.
fn only(accounts: &[&str], company: Option<&CompanyId>) -> Result<LocationId, CrmError> {
    let is_location = |id: &&&str| company.is_none_or(|company| company.as_str() != **id);
    let locations: Vec<&str> = accounts.iter().filter(is_location).copied().collect();
    match locations.as_slice() {
        [one] => Ok(LocationId::new(one)),
        [] => Err(CrmError::NotConnected {
            hint: "nobody has said which location it is for: name one with `account`, or connect \
                   one to it"
                .to_owned(),
        }),
        several => {
            let message = format!("it has several locations; name one of {}", several.join(", "));
            Err(CrmError::invalid("account", message))
        }
    }
}

fn refusal(error: BrokerError) -> CrmError {
    match error {
        BrokerError::NeedsConsent { .. } => CrmError::NeedsConsent { link: None },
        BrokerError::OtherAccount { .. } => CrmError::NotFound("account"),
        BrokerError::Storage(error) | BrokerError::Safe(SafeError::Storage(error)) => error.into(),
        BrokerError::Safe(SafeError::Sealer(problem)) => {
            CrmError::NotConnected { hint: format!("its credential cannot be opened: {problem}") }
        }
        BrokerError::Unknown(_) | BrokerError::NoToken(_) | BrokerError::Address(_) => {
            CrmError::NotConnected { hint: error.to_string() }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Account, AccountKey, Connection, ConnectionProfile, Listing,
        contract::sample::{at, tenant},
    };

    use super::*;

    fn known() -> Snapshot {
        let account = |owner: &str, id: &str| Account {
            key: AccountKey::new(HighLevel::NAME, id),
            tenant: tenant(owner),
            connected_at: at(0),
        };
        let connection = |owner: &str, vendor: &str| Connection {
            tenant: tenant(owner),
            vendor: vendor.to_owned(),
            name: owner.to_owned(),
            created_at: at(0),
        };
        let profile = |owner: &str, access| ConnectionProfile {
            tenant: tenant(owner),
            access,
            url: None,
            settings: Default::default(),
            account_name: None,
            scopes: Vec::new(),
            standing: domain::Standing::Ready,
            revised_at: at(0),
        };
        Snapshot {
            listing: Listing {
                connections: vec![
                    connection("alpha", HighLevel::NAME),
                    connection("beta", "notion"),
                    connection("gamma", HighLevel::NAME),
                ],
                accounts: vec![account("alpha", "company"), account("alpha", "one")],
                ..Listing::default()
            },
            profiles: vec![
                profile("alpha", Access::OAuth),
                profile("beta", Access::PrivateToken),
                profile("gamma", Access::Browser),
            ],
        }
    }

    #[test]
    fn only_what_can_be_called_is_a_crm() {
        let known = known();
        let of = |owner: &str| known.of(&tenant(owner).organization);
        assert_eq!(of("alpha"), [tenant("alpha")]);
        assert_eq!(of("beta"), [], "it is another vendor's");
        assert_eq!(of("gamma"), [], "what a browser can see is for nobody else");
    }

    #[test]
    fn an_account_is_its_owners() {
        let known = known();
        assert!(known.check(&tenant("alpha"), "one").is_ok());
        assert!(known.check(&tenant("alpha"), "unheard").is_ok(), "the vendor knows");
        for (owner, account) in [("gamma", "one"), ("alpha", ".."), ("alpha", "")] {
            let refused = known.check(&tenant(owner), account);
            assert!(matches!(refused, Err(CrmError::NotFound("account"))), "{account}");
        }
    }

    #[test]
    fn the_only_location_needs_no_name() {
        let company = CompanyId::new("company");
        let (known, owner) = (known(), tenant("alpha"));
        let accounts = known.accounts(&owner);
        assert_eq!(only(&accounts, Some(&company)).unwrap().as_str(), "one");
        let nothing = only(&["company"], Some(&company));
        assert!(matches!(nothing, Err(CrmError::NotConnected { .. })));
        let Err(CrmError::Invalid(problems)) = only(&accounts, None) else { panic!() };
        assert!(problems[0].message.contains("company, one"), "{problems:?}");
    }
}
