//! What every store of API keys must do.

use super::sample::{api_key, at, organization};
use crate::{Added, ConnectionId, KeyHash, OrganizationId, Role, Scope, Scopes, Storage};

/// A key is found by the hash of its secret and by no other, with every value that it has.
pub async fn a_key_is_found_by_the_hash_of_its_secret<S: Storage>(store: S) {
    store.add_organization(organization("alpha")).await.expect("add");
    let (bare, secret) = api_key("alpha", 1);
    let (mut full, other) = api_key("alpha", 2);
    full.connection = Some(ConnectionId::new("alpha-highlevel"));
    full.role = Role::Assistant;
    full.scopes = Scope::ALL.into();
    full.expires_at = Some(at(50));
    full.last_used_at = Some(at(40));
    full.revoked_at = Some(at(45));
    let mut idle = api_key("alpha", 3).0;
    idle.scopes = Scopes::default();
    for one in [&bare, &full, &idle] {
        assert_eq!(store.add_api_key(one.clone()).await.expect("add"), Added::New);
        let found = store.api_key_by_hash(&one.secret_hash).await.expect("find");
        assert_eq!(found.as_ref(), Some(one));
    }
    assert_eq!(store.api_key_by_hash(&secret.hash()).await.expect("find"), Some(bare.clone()));
    assert_eq!(store.api_key_by_hash(&other.hash()).await.expect("find"), Some(full));
    let unknown = KeyHash::from_bytes([0; 32]);
    assert_eq!(store.api_key_by_hash(&unknown).await.expect("find"), None);
    assert!(store.add_api_key(bare).await.is_err(), "a key took the place of another");
}

/// An organization lists its own keys, the oldest first, and no other's.
pub async fn keys_are_listed_for_their_owner<S: Storage>(store: S) {
    for name in ["alpha", "beta"] {
        store.add_organization(organization(name)).await.expect("add");
    }
    let keys = [("alpha", 1), ("beta", 2), ("alpha", 3)].map(|(owner, age)| api_key(owner, age).0);
    for key in keys.iter().rev() {
        store.add_api_key(key.clone()).await.expect("add");
    }
    let [first, foreign, second] = keys;
    let of = async |name: &str| store.api_keys(&OrganizationId::new(name)).await.expect("list");
    assert_eq!(of("alpha").await, [first.clone(), second.clone()]);
    assert_eq!(of("gamma").await, vec![]);
    assert_eq!(store.api_keys_of_all().await.expect("list"), [first, foreign.clone(), second]);
    assert_eq!(of("beta").await, [foreign]);
}

/// No organization revokes another's key, and the first revocation counts.
pub async fn a_key_is_revoked_by_its_organization_only<S: Storage>(store: S) {
    for name in ["alpha", "beta"] {
        store.add_organization(organization(name)).await.expect("add");
    }
    let (key, _) = api_key("alpha", 1);
    store.add_api_key(key.clone()).await.expect("add");
    let (alpha, beta) = (OrganizationId::new("alpha"), OrganizationId::new("beta"));
    assert!(!store.revoke_api_key(&beta, &key.id, at(7)).await.expect("revoke"));
    assert!(!store.revoke_api_key(&beta, &api_key("beta", 9).0.id, at(7)).await.expect("revoke"));
    let found = store.api_key_by_hash(&key.secret_hash).await.expect("find");
    assert_eq!(found, Some(key.clone()));
    for moment in [at(8), at(9)] {
        assert!(store.revoke_api_key(&alpha, &key.id, moment).await.expect("revoke"));
        let found = store.api_key_by_hash(&key.secret_hash).await.expect("find");
        assert_eq!(found.and_then(|key| key.revoked_at), Some(at(8)));
    }
}

/// Uses of many keys are noted in one write; an older moment and an unknown key change nothing.
pub async fn uses_are_noted_together_and_never_go_back<S: Storage>(store: S) {
    store.add_organization(organization("alpha")).await.expect("add");
    let keys = [1, 2, 3, 4].map(|number| api_key("alpha", number).0);
    let [first, second, third, unknown] = keys;
    for key in [&first, &second, &third] {
        store.add_api_key(key.clone()).await.expect("add");
    }
    let note = async |uses: &[(&crate::ApiKeyId, i64)]| {
        let uses = uses.iter().map(|(id, second)| ((*id).clone(), at(*second))).collect();
        store.note_use(uses).await.expect("note");
    };
    note(&[(&first.id, 20), (&second.id, 21), (&unknown.id, 22)]).await;
    note(&[(&first.id, 19), (&second.id, 31)]).await;
    note(&[]).await;
    let listed = store.api_keys(&first.organization).await.expect("list");
    let noted: Vec<_> = listed.iter().map(|key| key.last_used_at).collect();
    assert_eq!(noted, [Some(at(20)), Some(at(31)), None]);
}
