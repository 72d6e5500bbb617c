//! What every store of members must do.

use super::sample::{member, organization};
use crate::{Added, MemberChange, MemberId, OrganizationId, Role, Storage};

/// A person is a member of an organization once, and of two independently.
pub async fn a_person_is_a_member_once<S: Storage>(store: S) {
    let people = || ["alpha", "beta"].map(|owner| member(owner, 1, Role::Owner));
    for name in ["alpha", "beta"] {
        store.add_organization(organization(name)).await.expect("add");
    }
    for (index, mut one) in people().into_iter().enumerate() {
        one.id = MemberId::from_random([index as u8; 8]);
        assert_eq!(store.add_member(one.clone()).await.expect("add"), Added::New);
        one.id = MemberId::from_random([9; 8]);
        assert_eq!(store.add_member(one.clone()).await.expect("add"), Added::Exists);
        let listed = store.members(&one.organization).await.expect("list");
        one.id = MemberId::from_random([index as u8; 8]);
        assert_eq!(listed, [one]);
    }
}

/// Members are listed for their organization, in order, and no other can change one.
pub async fn members_are_changed_by_their_organization_only<S: Storage>(store: S) {
    for name in ["alpha", "beta"] {
        store.add_organization(organization(name)).await.expect("add");
    }
    let (first, second) = (member("alpha", 1, Role::Owner), member("alpha", 2, Role::Viewer));
    for one in [&second, &first] {
        store.add_member(one.clone()).await.expect("add");
    }
    store.add_member(member("beta", 3, Role::Owner)).await.expect("add");
    let (alpha, beta) = (OrganizationId::new("alpha"), OrganizationId::new("beta"));
    let absent = MemberChange::Absent;
    let given = store.set_member_role(&beta, &second.id, Role::Owner).await;
    assert_eq!(given.expect("change"), absent);
    assert_eq!(store.remove_member(&beta, &second.id).await.expect("remove"), absent);
    assert_eq!(store.members(&alpha).await.expect("list"), [first.clone(), second.clone()]);
    let given = store.set_member_role(&alpha, &second.id, Role::Operator).await;
    assert_eq!(given.expect("change"), MemberChange::Done);
    let mut changed = second.clone();
    changed.role = Role::Operator;
    assert_eq!(store.members(&alpha).await.expect("list"), [first.clone(), changed]);
    assert_eq!(store.remove_member(&alpha, &second.id).await.expect("remove"), MemberChange::Done);
    assert_eq!(store.remove_member(&alpha, &second.id).await.expect("remove"), absent);
    assert_eq!(store.members(&alpha).await.expect("list"), [first]);
    assert_eq!(store.members(&beta).await.expect("list").len(), 1);
}

/// The last owner stays owner while there are other members, and may leave as the last of all.
pub async fn an_owner_stays_while_there_are_others<S: Storage>(store: S) {
    for name in ["alpha", "beta"] {
        store.add_organization(organization(name)).await.expect("add");
    }
    let (first, second) = (member("alpha", 1, Role::Owner), member("alpha", 2, Role::Viewer));
    // An owner of another organization is none of this one.
    for one in [first.clone(), second.clone(), member("beta", 3, Role::Owner)] {
        store.add_member(one).await.expect("add");
    }
    let alpha = OrganizationId::new("alpha");
    let give = |id: &MemberId, role| {
        let (store, alpha, id) = (&store, &alpha, id.clone());
        async move { store.set_member_role(alpha, &id, role).await.expect("change") }
    };
    let last = MemberChange::LastOwner;
    assert_eq!(give(&first.id, Role::Operator).await, last);
    assert_eq!(store.remove_member(&alpha, &first.id).await.expect("remove"), last);
    assert_eq!(give(&first.id, Role::Owner).await, MemberChange::Done);
    assert_eq!(give(&second.id, Role::Owner).await, MemberChange::Done);
    assert_eq!(give(&first.id, Role::Viewer).await, MemberChange::Done);
    assert_eq!(store.remove_member(&alpha, &second.id).await.expect("remove"), last);
    assert_eq!(store.remove_member(&alpha, &first.id).await.expect("remove"), MemberChange::Done);
    assert_eq!(store.remove_member(&alpha, &second.id).await.expect("remove"), MemberChange::Done);
    assert_eq!(store.members(&alpha).await.expect("list"), vec![]);
}
