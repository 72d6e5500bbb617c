//! Whose an event is, in every case that a hub meets.

use domain::{
    Event, EventKind, Verb,
    contract::sample::{at, event, tenant},
};

use super::*;

fn account(id: &str, owner: &str) -> Account {
    Account { key: AccountKey::new("highlevel", id), tenant: tenant(owner), connected_at: at(0) }
}

fn installation(id: &str, company: &str, installed: bool, second: i64) -> Installation {
    let account = AccountKey::new("highlevel", id);
    Installation {
        key: InstallationKey { app: "app".to_owned(), account },
        company: Some(company.to_owned()),
        installed: Some(installed),
        state_at: Some(at(second)),
        plan: None,
        plan_at: None,
    }
}

fn reading(account: Option<&str>) -> Reading {
    let event = Event { tenant: None, account: account.map(str::to_owned), ..event(1) };
    Reading { event, app: Some("app".to_owned()), company: None }
}

fn standing(directory: &Directory, account: &str) -> Standing {
    let told = directory.standing(&reading(Some(account)));
    let heir = directory.heir(&AccountKey::new("highlevel", account), Some("app")).cloned();
    match &told {
        Standing::Owned(tenant) => {
            assert_eq!(heir.as_ref(), Some(tenant), "it would wait for ever")
        }
        Standing::Waiting(_) => assert_eq!(heir, None, "it would be released at once"),
        Standing::Nobody | Standing::Foreign | Standing::Ambiguous => {}
    }
    told
}

fn of(owner: &str) -> Standing {
    Standing::Owned(tenant(owner))
}

const WAITS: Standing = Standing::Waiting(Reason::NotConnected);

#[test]
fn an_account_is_its_owners_and_every_other_waits() {
    let accounts = vec![account("one", "alpha"), account("two", "beta")];
    let directory = Directory::new(&Rules::default(), &Listing { accounts, ..Listing::default() });
    assert_eq!(standing(&directory, "one"), of("alpha"));
    assert_eq!(standing(&directory, "two"), of("beta"));
    assert_eq!(standing(&directory, "three"), WAITS);
    assert_eq!(directory.standing(&reading(None)), Standing::Nobody);
}

#[test]
fn the_settings_win_and_everybody_may_be_taken() {
    let rules = Rules {
        accounts: vec![account("one", "beta")],
        everybody: Some(tenant("gamma")),
        ..Rules::default()
    };
    let accounts = vec![account("one", "alpha")];
    let installations = vec![installation("one", "company", false, 5)];
    let listing = Listing { accounts, installations, ..Listing::default() };
    let directory = Directory::new(&rules, &listing);
    assert_eq!(standing(&directory, "one"), of("beta"), "also after it was removed");
    assert_eq!(standing(&directory, "three"), of("gamma"));
    assert_eq!(directory.standing(&reading(None)), of("gamma"));
}

#[test]
fn events_for_another_app_wait_and_those_that_name_none_do_not() {
    let apps = [("highlevel".to_owned(), ["ours".to_owned()].into())].into();
    let rules = Rules { accounts: vec![account("one", "alpha")], apps, ..Rules::default() };
    let directory = Directory::new(&rules, &Listing::default());
    let standing = |app: Option<&str>| {
        directory.standing(&Reading { app: app.map(str::to_owned), ..reading(Some("one")) })
    };
    assert_eq!(standing(Some("theirs")), Standing::Waiting(Reason::OtherApp));
    assert_eq!(standing(Some("ours")), of("alpha"));
    assert_eq!(standing(None), of("alpha"));
}

#[test]
fn a_location_belongs_to_the_owner_of_its_company_once_it_is_installed() {
    let accounts = vec![account("company", "alpha"), account("own", "beta")];
    let mut listing = Listing { accounts, ..Listing::default() };
    let directory = Directory::new(&Rules::default(), &listing);
    assert_eq!(standing(&directory, "location"), WAITS);
    listing.installations =
        vec![installation("location", "company", true, 1), installation("own", "company", true, 1)];
    let directory = Directory::new(&Rules::default(), &listing);
    assert_eq!(standing(&directory, "location"), of("alpha"));
    assert_eq!(standing(&directory, "own"), of("beta"), "its own owner comes first");
}

#[test]
fn a_removal_ends_it_and_a_later_installation_begins_anew() {
    let accounts = vec![account("company", "alpha")];
    let mut listing = Listing { accounts, ..Listing::default() };
    for (own, company, expected) in [
        ((true, 1), None, of("alpha")),
        ((false, 2), None, WAITS),
        ((true, 3), None, of("alpha")),
        ((true, 3), Some((false, 4)), WAITS),
        ((true, 5), Some((false, 4)), of("alpha")),
        ((true, 5), Some((true, 6)), of("alpha")),
    ] {
        listing.installations = vec![installation("location", "company", own.0, own.1)];
        if let Some((installed, second)) = company {
            listing.installations.push(installation("company", "company", installed, second));
        }
        let directory = Directory::new(&Rules::default(), &listing);
        assert_eq!(standing(&directory, "location"), expected, "{own:?} {company:?}");
    }
}

#[test]
fn what_concerns_the_hub_itself_never_waits() {
    let directory = Directory::new(
        &Rules::default(),
        &Listing { accounts: vec![account("company", "alpha")], ..Listing::default() },
    );
    let mut install = reading(Some("location"));
    install.event.kind = EventKind { entity: Entity::App, verb: Verb::Installed };
    assert_eq!(directory.standing(&install), Standing::Nobody);
    install.company = Some("company".to_owned());
    assert_eq!(directory.standing(&install), of("alpha"));
}

#[test]
fn two_apps_in_one_account_are_two() {
    let mut other = installation("one", "company", true, 1);
    other.key.app = "other".to_owned();
    let listing = Listing {
        accounts: vec![account("one", "alpha")],
        installations: vec![installation("one", "company", false, 9), other],
        ..Listing::default()
    };
    assert_eq!(standing(&Directory::new(&Rules::default(), &listing), "one"), of("alpha"));
}

fn connection(owner: &str, id: &str, vendor: &str) -> Connection {
    Connection {
        tenant: Tenant { connection: ConnectionId::new(id), ..tenant(owner) },
        vendor: vendor.to_owned(),
        name: id.to_owned(),
        created_at: at(0),
    }
}

/// Alpha has one connection to HighLevel and one to Notion, beta has two to HighLevel.
fn two_organizations() -> Directory {
    let connections = vec![
        connection("alpha", "main", "highlevel"),
        connection("alpha", "notes", "notion"),
        connection("beta", "east", "highlevel"),
        connection("beta", "west", "highlevel"),
    ];
    let own = |id: &str, owner: &Connection| Account {
        key: AccountKey::new("highlevel", id),
        tenant: owner.tenant.clone(),
        connected_at: at(0),
    };
    let accounts =
        vec![own("a", &connections[0]), own("w", &connections[3]), own("c", &connections[2])];
    let installations = vec![installation("below c", "c", true, 1)];
    Directory::new(
        &Rules::default(),
        &Listing { connections, accounts, installations, ..Listing::default() },
    )
}

#[test]
fn what_a_key_sends_is_its_connections_and_never_anothers() {
    let directory = two_organizations();
    let from =
        |sender: &Sender, account| directory.standing_from(sender, "highlevel", &reading(account));
    let at_connection = |owner, id| Tenant { connection: ConnectionId::new(id), ..tenant(owner) };
    let alpha = Sender::Organization(OrganizationId::new("alpha"));
    let main = Standing::Owned(at_connection("alpha", "main"));
    for account in [None, Some("a"), Some("nobody's")] {
        assert_eq!(from(&alpha, account), main, "{account:?}");
    }
    for account in ["w", "c", "below c"] {
        assert_eq!(from(&alpha, Some(account)), Standing::Foreign, "{account}");
    }
    let beta = Sender::Organization(OrganizationId::new("beta"));
    assert_eq!(from(&beta, Some("w")), Standing::Owned(at_connection("beta", "west")));
    assert_eq!(from(&beta, Some("below c")), Standing::Owned(at_connection("beta", "east")));
    for account in [None, Some("nobody's")] {
        assert_eq!(from(&beta, account), Standing::Ambiguous, "which of the two, nobody knows");
    }
    assert_eq!(from(&beta, Some("a")), Standing::Foreign);
    let bound = Sender::Connection(at_connection("beta", "west"));
    for account in [None, Some("c"), Some("nobody's")] {
        assert_eq!(from(&bound, account), Standing::Owned(at_connection("beta", "west")));
    }
    assert_eq!(from(&bound, Some("a")), Standing::Foreign);
    assert_eq!(from(&Sender::Vendor, Some("a")), main);
    assert_eq!(from(&Sender::Vendor, Some("nobody's")), WAITS);
}

#[test]
fn a_key_without_its_organizations_consent_brings_no_company_over() {
    let directory = two_organizations();
    let alpha = Sender::Organization(OrganizationId::new("alpha"));
    let mut told = reading(Some("nobody's"));
    told.company = Some("c".to_owned());
    assert_eq!(directory.standing_from(&alpha, "highlevel", &told), Standing::Foreign);
}

#[test]
fn a_connection_is_found_by_its_id_where_only_one_has_it() {
    let directory = two_organizations();
    let found = |id, vendor| directory.connection(&ConnectionId::new(id), vendor).cloned();
    assert_eq!(found("notes", "notion"), Some(connection("alpha", "notes", "notion").tenant));
    assert_eq!(found("notes", "highlevel"), None);
    let twice = ["alpha", "beta"].map(|owner| connection(owner, "notes", "notion"));
    let listing = Listing { connections: twice.to_vec(), ..Listing::default() };
    let directory = Directory::new(&Rules::default(), &listing);
    assert_eq!(directory.connection(&ConnectionId::new("notes"), "notion"), None);
}
