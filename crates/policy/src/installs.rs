//! When an app is installed or removed somewhere, then the connection of the app gains or loses the account.
//!
//! Installations come in any order and five hundred at once, so nothing here follows from one event:
//! it compares what is installed with what is connected, and says what is missing on either side
//! (`facts/highlevel.md` 2.3, 7.4).

use std::collections::{BTreeMap, BTreeSet};

use domain::{Account, AccountKey, Installation, Listing, Tenant};

/// A connection that stands on an app which people install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grantee {
    /// The connection.
    pub tenant: Tenant,
    /// The vendor's id of the app, as installations name it.
    pub app: String,
    /// The account that its tokens are for: a location's, or a company's.
    pub own: AccountKey,
    /// Whether the locations that have the app come with the company's.
    pub is_bulk: bool,
}

/// What is to be done so that both sides agree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The app is gone from where its tokens come from: the connection has nothing any more.
    Revoke(Tenant),
    /// The app is gone from one account.
    Disconnect(Tenant, AccountKey),
    /// The app is in one more account of the company.
    Connect(Tenant, AccountKey),
    /// The app is in an account, and nothing says of which company: the connection's list of
    /// installations may.
    Look(Tenant, AccountKey),
}

/// What is to be done, in order.
#[must_use]
pub fn steps(grantees: &[Grantee], listing: &Listing) -> Vec<Step> {
    let accounts: BTreeMap<&AccountKey, &Account> =
        listing.accounts.iter().map(|one| (&one.key, one)).collect();
    let mut steps = BTreeSet::new();
    for grantee in grantees {
        let of_app = || {
            let vendor = grantee.own.vendor.as_str();
            let is_its = move |one: &&Installation| {
                one.key.app == grantee.app && one.key.account.vendor == vendor
            };
            listing.installations.iter().filter(is_its)
        };
        let own = accounts.get(&grantee.own).filter(|own| own.tenant == grantee.tenant);
        let ended = own.is_some_and(|own| {
            of_app().any(|one| one.key.account == grantee.own && is_removed_since(one, own))
        });
        if ended {
            steps.insert(Step::Revoke(grantee.tenant.clone()));
            continue;
        }
        if own.is_none() || !grantee.is_bulk {
            continue;
        }
        for installation in of_app().filter(|one| one.key.account != grantee.own) {
            steps.extend(step(grantee, installation, accounts.get(&installation.key.account)));
        }
    }
    steps.into_iter().collect()
}

/// What follows from one installation for a company's connection.
fn step(
    grantee: &Grantee,
    installation: &Installation,
    account: Option<&&Account>,
) -> Option<Step> {
    let (tenant, key) = (grantee.tenant.clone(), installation.key.account.clone());
    match (account, installation.installed) {
        (Some(account), Some(false)) if account.tenant == tenant => {
            is_removed_since(installation, account).then_some(Step::Disconnect(tenant, key))
        }
        (None, Some(true)) => match &installation.company {
            Some(company) => (*company == grantee.own.id).then_some(Step::Connect(tenant, key)),
            None => Some(Step::Look(tenant, key)),
        },
        _ => None,
    }
}

/// Whether the app was removed after the account was connected: an older removal is what the
/// connection was made after.
fn is_removed_since(installation: &Installation, account: &Account) -> bool {
    installation.installed == Some(false)
        && installation.state_at.is_some_and(|at| at > account.connected_at)
}

#[cfg(test)]
mod tests {
    use domain::{
        InstallationKey,
        contract::sample::{at, tenant},
    };

    use super::*;

    fn key(id: &str) -> AccountKey {
        AccountKey::new("highlevel", id)
    }

    fn agency() -> Grantee {
        let own = key("agency");
        Grantee { tenant: tenant("alpha"), app: "app".to_owned(), own, is_bulk: true }
    }

    fn account(id: &str, owner: &str, second: i64) -> Account {
        Account { key: key(id), tenant: tenant(owner), connected_at: at(second) }
    }

    fn installation(id: &str, company: Option<&str>, installed: bool, second: i64) -> Installation {
        Installation {
            key: InstallationKey { app: "app".to_owned(), account: key(id) },
            company: company.map(str::to_owned),
            installed: Some(installed),
            state_at: Some(at(second)),
            plan: None,
            plan_at: None,
        }
    }

    fn listing(accounts: Vec<Account>, installations: Vec<Installation>) -> Listing {
        Listing { accounts, installations, ..Listing::default() }
    }

    #[test]
    fn what_the_agency_installed_is_connected_and_what_nobody_places_is_looked_up() {
        let installations = vec![
            installation("agency", None, true, 1),
            installation("one", Some("agency"), true, 2),
            installation("other", Some("another agency"), true, 2),
            installation("placeless", None, true, 2),
            installation("owned", Some("agency"), true, 2),
        ];
        let accounts = vec![account("agency", "alpha", 1), account("owned", "beta", 1)];
        let steps = steps(&[agency()], &listing(accounts, installations));
        let tenant = tenant("alpha");
        assert_eq!(
            steps,
            [Step::Connect(tenant.clone(), key("one")), Step::Look(tenant, key("placeless"))]
        );
    }

    #[test]
    fn a_removed_location_goes_and_a_removed_agency_takes_everything() {
        let accounts = || vec![account("agency", "alpha", 1), account("one", "alpha", 1)];
        let one = installation("one", None, false, 5);
        let gone = steps(&[agency()], &listing(accounts(), vec![one.clone()]));
        assert_eq!(gone, [Step::Disconnect(tenant("alpha"), key("one"))]);
        let all = installation("agency", None, false, 6);
        let gone = steps(&[agency()], &listing(accounts(), vec![one, all]));
        assert_eq!(gone, [Step::Revoke(tenant("alpha"))]);
    }

    #[test]
    fn a_removal_from_before_the_connection_ends_nothing() {
        let accounts = vec![account("agency", "alpha", 5), account("one", "alpha", 5)];
        let old = vec![installation("agency", None, false, 4), installation("one", None, false, 4)];
        assert_eq!(steps(&[agency()], &listing(accounts, old)), []);
    }

    #[test]
    fn a_locations_own_connection_ends_with_its_installation() {
        let own = Grantee { own: key("one"), is_bulk: false, ..agency() };
        let accounts = vec![account("one", "alpha", 1)];
        let removed =
            vec![installation("one", None, false, 2), installation("two", Some("agency"), true, 2)];
        let steps = steps(&[own], &listing(accounts, removed));
        assert_eq!(steps, [Step::Revoke(tenant("alpha"))]);
    }

    #[test]
    fn another_app_and_a_connection_without_its_account_change_nothing() {
        let mut other = installation("one", Some("agency"), true, 2);
        other.key.app = "another app".to_owned();
        let accounts = vec![account("agency", "alpha", 1)];
        assert_eq!(steps(&[agency()], &listing(accounts, vec![other])), []);
        let installed = vec![installation("one", Some("agency"), true, 2)];
        assert_eq!(steps(&[agency()], &listing(Vec::new(), installed)), []);
    }
}
