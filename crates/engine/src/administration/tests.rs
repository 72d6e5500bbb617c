//! Administration on a store in memory: who sees whom, what is refused, and what the audit tells.

use domain::{
    ApiKey, ApiKeys, Audit, Connection, Connections, MemberId, Memory, Organizations, Realm, Role,
    Scope,
    contract::sample::{api_key, at, clock, organization, tenant},
};
use policy::access::NewKey;

use super::*;

struct Office {
    store: Memory,
    principal: Principal,
    first: OrganizationId,
}

impl Office {
    async fn of(realm: Realm) -> Self {
        let store = Memory::new(clock());
        for name in ["alpha", "beta"] {
            store.add_organization(organization(name)).await.unwrap();
        }
        let principal = Principal { realm, ..Principal::installation() };
        Self { store, principal, first: organization("alpha").id }
    }

    fn desk(&self) -> Administration<'_, Memory> {
        let by = By { principal: &self.principal, actor: Actor::Installation };
        Administration { store: &self.store, by, first: &self.first, now: at(7) }
    }

    async fn acts(&self) -> Vec<String> {
        let entries = self.store.audit(&Realm::Installation, "", None, 99).await.unwrap();
        entries.into_iter().rev().map(|entry| entry.noted.act).collect()
    }
}

fn person(number: u8, role: Role) -> NewMember {
    NewMember {
        id: MemberId::from_random([number; 8]),
        organization: organization("beta").id,
        email: format!(" Person-{number}@Example.com "),
        name: String::new(),
        role,
    }
}

#[tokio::test]
async fn nobody_finds_anothers_organization() {
    let (alpha, beta) = (organization("alpha").id, organization("beta").id);
    let office = Office::of(Realm::Organization(beta.clone())).await;
    let desk = office.desk();
    assert_eq!(desk.organization(None).await.unwrap().id, beta);
    assert!(matches!(desk.organization(Some(&alpha)).await, Err(Refused::NoOrganization(_))));
    assert_eq!(desk.organizations().await.unwrap().len(), 1);
    let office = Office::of(Realm::Installation).await;
    assert_eq!(office.desk().organization(None).await.unwrap().id, alpha, "the first one");
    assert_eq!(office.desk().organization(Some(&beta)).await.unwrap().id, beta);
}

#[tokio::test]
async fn an_organization_goes_when_it_owns_nothing_and_is_not_the_first() {
    let office = Office::of(Realm::Installation).await;
    let desk = office.desk();
    let gamma = desk.add_organization(OrganizationId::new("gamma"), None).await.unwrap();
    assert_eq!(gamma.name, "gamma");
    let again = desk.add_organization(gamma.id.clone(), None).await;
    assert!(matches!(again, Err(Refused::OrganizationTaken(_))));
    desk.add_member(person(1, Role::Owner)).await.unwrap();
    let owned = desk.remove_organization(&organization("beta").id).await;
    assert!(matches!(owned, Err(Refused::StillOwns(_, Holdings { members: 1, .. }))));
    let first = desk.remove_organization(&office.first).await;
    assert!(matches!(first, Err(Refused::OrganizationStays(_))));
    desk.remove_organization(&gamma.id).await.unwrap();
    assert_eq!(office.acts().await, ["organization.added", "member.added", "organization.removed"]);
}

#[tokio::test]
async fn members_have_one_address_each_and_an_owner_stays() {
    let office = Office::of(Realm::Installation).await;
    let desk = office.desk();
    let beta = organization("beta").id;
    let owner = desk.add_member(person(1, Role::Owner)).await.unwrap();
    assert_eq!(owner.email, "person-1@example.com");
    let twice = NewMember { id: MemberId::from_random([9; 8]), ..person(1, Role::Viewer) };
    assert!(matches!(desk.add_member(twice).await, Err(Refused::AddressTaken(_))));
    for wrong in ["", "a", "@b", "a@", "a@b@c", "a b@c", &format!("{}@b", "a".repeat(253))] {
        let new = NewMember { email: wrong.to_owned(), ..person(2, Role::Viewer) };
        assert!(matches!(desk.add_member(new).await, Err(Refused::NoAddress)), "{wrong}");
    }
    let viewer = desk.add_member(person(3, Role::Viewer)).await.unwrap();
    let found = desk.find_member(&beta, "PERSON-3@example.com").await.unwrap();
    assert_eq!(found.id, viewer.id);
    let last = desk.set_member_role(&beta, (&owner.id, Role::Viewer)).await;
    assert!(matches!(last, Err(Refused::LastOwner)));
    assert!(matches!(desk.remove_member(&beta, &owner.id).await, Err(Refused::LastOwner)));
    desk.set_member_role(&beta, (&viewer.id, Role::Owner)).await.unwrap();
    desk.remove_member(&beta, &owner.id).await.unwrap();
    let gone = desk.find_member(&beta, owner.id.as_str()).await;
    assert!(matches!(gone, Err(Refused::NoMember)));
    let acts = ["member.added", "member.added", "member.changed", "member.removed"];
    assert_eq!(office.acts().await, acts);
}

#[tokio::test]
async fn keys_are_made_within_the_makers_rights_and_revoked_once() {
    let beta = organization("beta").id;
    let mut office = Office::of(Realm::Organization(beta.clone())).await;
    office.principal.scopes = [Scope::KeysWrite, Scope::EventsRead].into();
    let desk = office.desk();
    let wish = || KeyWish { name: "a".to_owned(), organization: beta.clone(), expires_at: None };
    let new = |scope| NewKey { role: Role::Application, scopes: [scope].into(), connection: None };
    let random = [7; domain::ApiKeySecret::RANDOM];
    let more = desk.issue_key(new(Scope::EventsWrite), wish(), &random).await;
    assert!(matches!(more, Err(Refused::Unissued(_))));
    let issued = desk.issue_key(new(Scope::EventsRead), wish(), &random).await.unwrap();
    assert_eq!(issued.key.secret_hash, issued.secret.hash());
    desk.revoke_key(&beta, &issued.key.id).await.unwrap();
    let foreign = desk.revoke_key(&organization("alpha").id, &issued.key.id).await;
    assert!(matches!(foreign, Err(Refused::NoKey(..))));
    assert_eq!(office.acts().await, ["api_key.issued", "api_key.revoked"]);
}

#[tokio::test]
async fn a_connection_takes_the_keys_that_are_bound_to_it() {
    let office = Office::of(Realm::Organization(organization("beta").id)).await;
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    for owner in [&alpha, &beta] {
        let (vendor, name) = ("highlevel".to_owned(), "Main".to_owned());
        let connection = Connection { tenant: owner.clone(), vendor, name, created_at: at(0) };
        office.store.put_connection(connection).await.unwrap();
    }
    let bound = ApiKey { connection: Some(beta.connection.clone()), ..api_key("beta", 1).0 };
    let free = api_key("beta", 2).0;
    for key in [&bound, &free] {
        office.store.add_api_key(key.clone()).await.unwrap();
    }
    let described = Described::default();
    let foreign = office.desk().remove_connection(&alpha, &described).await;
    assert!(matches!(foreign, Err(Refused::NoConnection(_))));
    assert_eq!(office.desk().remove_connection(&beta, &described).await.unwrap(), 1);
    let keys = office.store.api_keys(&beta.organization).await.unwrap();
    let revoked: Vec<_> = keys.iter().map(|key| (&key.id, key.revoked_at.is_some())).collect();
    assert!(revoked.contains(&(&bound.id, true)) && revoked.contains(&(&free.id, false)));
    assert_eq!(office.acts().await, ["api_key.revoked", "connection.removed"]);
}
