//! What every store of organizations must do.

use super::sample::{api_key, at, credential, member, organization, subscription};
use crate::{Added, Connection, Dropped, Holdings, OrganizationId, Removal, Role, Storage};

/// An organization is there as it was added, and leaves only when nothing is its own any more.
pub async fn an_organization_is_kept_until_it_owns_nothing<S: Storage>(store: S) {
    let (alpha, beta) = (organization("alpha"), organization("beta"));
    for one in [&beta, &alpha] {
        assert_eq!(store.add_organization(one.clone()).await.expect("add"), Added::New);
    }
    assert_eq!(store.organization(&alpha.id).await.expect("get"), Some(alpha.clone()));
    assert_eq!(store.organizations().await.expect("list"), [alpha.clone(), beta.clone()]);
    let absent = store.remove_organization(&OrganizationId::new("gamma"), at(9)).await;
    assert_eq!(absent.expect("remove"), Removal::Absent);

    let (person, (key, _)) = (member("alpha", 1, Role::Owner), api_key("alpha", 1));
    let credential = credential("alpha", "token", "mk_1");
    store.add_member(person.clone()).await.expect("add");
    store.add_api_key(key.clone()).await.expect("add");
    store.put_credential(credential.clone()).await.expect("put");
    let connection = Connection {
        tenant: credential.key.tenant.clone(),
        vendor: "highlevel".to_owned(),
        name: "Main".to_owned(),
        created_at: at(1),
    };
    store.put_connection(connection.clone()).await.expect("put");
    let remove = || store.remove_organization(&alpha.id, at(9));
    let subscribed = subscription("alpha", 1);
    assert!(store.put_subscription(subscribed.clone()).await.expect("put"));
    let owns = |members, connections, api_keys, (credentials, subscriptions)| {
        Removal::Owns(Holdings { members, connections, api_keys, credentials, subscriptions })
    };
    assert_eq!(remove().await.expect("remove"), owns(1, 1, 1, (1, 1)));
    store.remove_member(&alpha.id, &person.id).await.expect("remove");
    assert_eq!(remove().await.expect("remove"), owns(0, 1, 1, (1, 1)));
    store.revoke_api_key(&alpha.id, &key.id, at(8)).await.expect("revoke");
    assert_eq!(remove().await.expect("remove"), owns(0, 1, 0, (1, 1)));
    assert_eq!(store.organization(&alpha.id).await.expect("get"), Some(alpha.clone()));
    store.delete_credential(&credential.key).await.expect("delete");
    assert_eq!(remove().await.expect("remove"), owns(0, 1, 0, (0, 1)));
    let dropped = Dropped { at: at(8), by: "ada".to_owned() };
    assert!(store.remove_subscription(&subscribed.id, dropped).await.expect("remove"));
    assert_eq!(remove().await.expect("remove"), owns(0, 1, 0, (0, 0)));
    assert!(store.remove_connection(&connection.tenant).await.expect("remove"));
    assert_eq!(remove().await.expect("remove"), Removal::Removed);
    assert_eq!(remove().await.expect("remove"), Removal::Absent);
    assert_eq!(store.organization(&alpha.id).await.expect("get"), None);
    assert_eq!(store.organizations().await.expect("list"), [beta]);
}

/// An id is used once, and nothing is added to an organization that is not there.
pub async fn the_id_of_a_removed_organization_is_not_given_again<S: Storage>(store: S) {
    let alpha = organization("alpha");
    let orphans = async || {
        let person = store.add_member(member("alpha", 1, Role::Owner)).await.expect("add");
        let key = store.add_api_key(api_key("alpha", 1).0).await.expect("add");
        assert_eq!((person, key), (Added::NoOrganization, Added::NoOrganization));
        assert_eq!(store.members(&alpha.id).await.expect("list"), vec![]);
        assert_eq!(store.api_keys(&alpha.id).await.expect("list"), vec![]);
    };
    orphans().await;
    store.add_organization(alpha.clone()).await.expect("add");
    assert_eq!(store.add_organization(alpha.clone()).await.expect("add"), Added::Exists);
    store.remove_organization(&alpha.id, at(9)).await.expect("remove");
    assert_eq!(store.add_organization(alpha.clone()).await.expect("add"), Added::Exists);
    assert_eq!(store.organization(&alpha.id).await.expect("get"), None);
    orphans().await;
}
