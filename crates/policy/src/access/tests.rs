//! The decision over a row, and what makes the table whole.

use domain::{
    ConnectionId, OrganizationId,
    contract::sample::{api_key, tenant},
};

use super::*;

fn principal(role: Role, scopes: impl Into<Scopes>) -> Principal {
    let realm = Realm::Organization(OrganizationId::new("alpha"));
    Principal { realm, role, scopes: scopes.into() }
}

const GRANT: Grant = Grant {
    roles: &[Role::Owner, Role::Operator],
    scope: Scope::KeysRead,
    breadth: Breadth::Organization,
};

#[test]
fn role_scope_and_breadth_must_all_be_there() {
    let need = Need::Grant(GRANT);
    let decide = |somebody: Option<&Principal>| decide(&need, somebody, Exposure::Loopback);
    assert_eq!(decide(None), Err(Denial::Unknown));
    assert_eq!(decide(Some(&principal(Role::Operator, [Scope::KeysRead]))), Ok(()));
    let role = decide(Some(&principal(Role::Viewer, Scope::ALL)));
    assert_eq!(role, Err(Denial::Role(GRANT.roles)));
    let scope = decide(Some(&principal(Role::Owner, [Scope::KeysWrite])));
    assert_eq!(scope, Err(Denial::Scope(Scope::KeysRead)));
    let mut bound = principal(Role::Owner, Scope::ALL);
    bound.realm = Realm::Connection(tenant("alpha"));
    assert_eq!(decide(Some(&bound)), Err(Denial::Bound));
    assert_eq!(decide(Some(&Principal::installation())), Ok(()));
}

#[test]
fn a_probe_asks_for_a_key_only_where_the_network_reaches_it() {
    let need = Need::GrantOnNetwork(GRANT);
    assert_eq!(decide(&need, None, Exposure::Loopback), Ok(()));
    assert_eq!(decide(&need, None, Exposure::Network), Err(Denial::Unknown));
    let reader = principal(Role::Owner, [Scope::KeysRead]);
    assert_eq!(decide(&need, Some(&reader), Exposure::Network), Ok(()));
}

#[test]
fn no_key_is_the_installation() {
    let need = Need::Installation("a reason");
    let mightiest = principal(Role::Owner, Scope::ALL);
    let denied = decide(&need, Some(&mightiest), Exposure::Loopback);
    assert_eq!(denied, Err(Denial::Installation));
    let owner = Principal::installation();
    assert_eq!(decide(&need, Some(&owner), Exposure::Network), Ok(()));
}

#[test]
fn a_key_acts_in_its_own_realm() {
    let (mut key, _) = api_key("alpha", 1);
    let whole = Principal::of_key(&key);
    assert_eq!(whole.realm, Realm::Organization(OrganizationId::new("alpha")));
    assert_eq!((whole.role, &whole.scopes), (key.role, &key.scopes));
    key.connection = Some(tenant("alpha").connection);
    assert_eq!(Principal::of_key(&key).realm, Realm::Connection(tenant("alpha")));
}

#[test]
fn the_table_is_in_order_and_has_each_surface_once() {
    let surfaces: Vec<_> = TABLE.iter().map(|row| row.surface).collect();
    let is_sorted = surfaces.is_sorted_by(|one, other| match (one, other) {
        (Surface::Route(method, path), Surface::Route(next_method, next_path)) => {
            (path, method) < (next_path, next_method)
        }
        (one, other) => one < other,
    });
    assert!(is_sorted, "sort the rows by path and by words: {surfaces:#?}");
    for row in TABLE {
        let found = match row.surface {
            Surface::Route(method, path) => route(method, path),
            Surface::Command(words) => command(words),
            Surface::Tools(kind) => tools(kind),
        };
        assert_eq!(found.map(|row| row.surface), Some(row.surface));
    }
    assert!(route("DELETE", "/v1/me").is_none() && command("events").is_none());
}

#[test]
fn an_owner_can_have_what_any_person_can_and_only_owners_change_who_may_what() {
    let owner = ceiling(Role::Owner);
    for role in [Role::Operator, Role::Viewer] {
        assert!(ceiling(role).beyond(&owner).is_empty(), "{role}");
    }
    for role in [Role::Operator, Role::Viewer, Role::Application, Role::Assistant] {
        for scope in [Scope::KeysWrite, Scope::MembersWrite] {
            assert!(!ceiling(role).contains(scope), "{role} {scope}");
        }
    }
}

#[test]
fn nobody_makes_a_key_that_can_do_more_than_they_can() {
    let key = |role, scopes: &[Scope]| NewKey {
        role,
        scopes: scopes.iter().copied().collect(),
        connection: None,
    };
    let owner = Principal::installation();
    let (read, send) = (Scope::EventsRead, Scope::WebhooksSend);
    assert_eq!(may_issue(&owner, &key(Role::Application, &[read, send])), Ok(()));
    let empty = may_issue(&owner, &key(Role::Viewer, &[]));
    assert_eq!(empty, Err(Unissued::Empty(ceiling(Role::Viewer))));
    let refused = may_issue(&owner, &key(Role::Assistant, &[read, Scope::KeysWrite])).unwrap_err();
    assert!(refused.to_string().contains("assistant cannot have keys:write;"), "{refused}");

    let mut own = principal(Role::Owner, [Scope::KeysWrite, read]);
    assert_eq!(may_issue(&own, &key(Role::Owner, &[Scope::KeysWrite, read])), Ok(()));
    let more = may_issue(&own, &key(Role::Application, &[read, send]));
    assert_eq!(more, Err(Unissued::NotOwn([send].into())));
    let connection = ConnectionId::new("alpha-highlevel");
    own.realm = Realm::Connection(domain::Tenant { connection, ..tenant("alpha") });
    assert_eq!(may_issue(&own, &key(Role::Viewer, &[read])), Err(Unissued::Bound));
}
