//! What every store of credentials must do.

use bytes::Bytes;

use super::sample::{at, credential, tenant};
use crate::{ConnectionId, CredentialKey, SealedContent, Storage};

fn sealed(bytes: &'static [u8], master_key: &str) -> SealedContent {
    SealedContent { bytes: Bytes::from_static(bytes), master_key: master_key.to_owned() }
}

/// A credential is there as it was stored, in its own place only, until it is replaced or removed.
pub async fn a_credential_is_kept_in_its_place<S: Storage>(store: S) {
    let mut first = credential("alpha", "token", "mk_1");
    first.content.bytes = Bytes::from_static(&[0, 0xff, 0xfe, 0]);
    store.put_credential(first.clone()).await.expect("put");
    assert_eq!(store.credential(&first.key).await.expect("get"), Some(first.clone()));
    let other_kind = CredentialKey { kind: "oauth".to_owned(), ..first.key.clone() };
    let other_owner = CredentialKey { tenant: tenant("beta"), ..first.key.clone() };
    for elsewhere in [&other_kind, &other_owner] {
        assert_eq!(store.credential(elsewhere).await.expect("get"), None);
        assert!(!store.delete_credential(elsewhere).await.expect("delete"));
    }
    let mut newer = first.clone();
    newer.content = sealed(b"newer", "mk_2");
    newer.stored_at = at(7);
    store.put_credential(newer.clone()).await.expect("put");
    assert_eq!(store.credential(&first.key).await.expect("get"), Some(newer));
    assert!(store.delete_credential(&first.key).await.expect("delete"));
    assert!(!store.delete_credential(&first.key).await.expect("delete"));
    assert_eq!(store.credential(&first.key).await.expect("get"), None);
}

/// An organization lists its own credentials, all or those of one connection, in order.
pub async fn credentials_are_listed_for_their_owner<S: Storage>(store: S) {
    let mut notion = credential("alpha", "token", "mk_2");
    notion.key.tenant.connection = ConnectionId::new("alpha-notion");
    let stored = [
        notion.clone(),
        credential("beta", "token", "mk_1"),
        credential("alpha", "token", "mk_1"),
        credential("alpha", "oauth", "mk_1"),
    ];
    for credential in &stored {
        store.put_credential(credential.clone()).await.expect("put");
    }
    let alpha = tenant("alpha");
    let all = store.credentials(&alpha.organization, None).await.expect("list");
    let kinds: Vec<_> =
        all.iter().map(|one| (one.key.tenant.connection.as_str(), one.key.kind.as_str())).collect();
    let highlevel = alpha.connection.as_str();
    assert_eq!(kinds, [(highlevel, "oauth"), (highlevel, "token"), ("con_alpha-notion", "token")]);
    let one = store.credentials(&alpha.organization, Some(&notion.key.tenant.connection)).await;
    let one = one.expect("list");
    assert_eq!(one.len(), 1);
    assert_eq!((&one[0].key, one[0].master_key.as_str()), (&notion.key, "mk_2"));
    assert_eq!(one[0].stored_at, notion.stored_at);
    let foreign = store.credentials(&tenant("beta").organization, Some(&alpha.connection)).await;
    assert_eq!(foreign.expect("list"), vec![]);
}

/// A rotation sees every credential that it has to re-wrap once, whatever the size of its pages.
pub async fn a_rotation_finds_its_work_in_pages<S: Storage>(store: S) {
    let mut expected = Vec::new();
    for number in 0..25 {
        let owner = format!("owner-{:02}", number % 5);
        let master_key = if number % 3 == 0 { "mk_new" } else { "mk_old" };
        let one = credential(&owner, &format!("kind-{number:02}"), master_key);
        store.put_credential(one.clone()).await.expect("put");
        if master_key == "mk_old" {
            expected.push(one);
        }
    }
    expected.sort_by(|one, other| one.key.cmp(&other.key));
    for limit in [1, 4, 100] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = store.credentials_not_under("mk_new", after.as_ref(), limit).await;
            let page = page.expect("page");
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            seen.extend(page);
        }
        assert_eq!(seen, expected);
    }
    let counts = store.master_key_counts().await.expect("count");
    assert_eq!(counts, [("mk_new".to_owned(), 9), ("mk_old".to_owned(), 16)].into());
}

/// A re-wrap replaces the form it was made from and nothing newer, also after a removal.
pub async fn a_rewrap_never_brings_an_old_credential_back<S: Storage>(store: S) {
    let original = credential("alpha", "token", "mk_1");
    let (key, from) = (original.key.clone(), original.content.bytes.clone());
    let to = sealed(b"re-wrapped", "mk_2");
    let rewrap = || store.rewrap_credential(&key, &from, to.clone());
    assert!(!rewrap().await.expect("nothing is there"));
    store.put_credential(original.clone()).await.expect("put");
    assert!(rewrap().await.expect("re-wrap"));
    let found = store.credential(&key).await.expect("get").expect("it is there");
    assert_eq!((found.content, found.stored_at), (to.clone(), original.stored_at));
    assert!(!rewrap().await.expect("it is done already"));

    let mut refreshed = original.clone();
    refreshed.content = sealed(b"refreshed", "mk_1");
    store.put_credential(refreshed.clone()).await.expect("put");
    assert!(!rewrap().await.expect("a newer one is there"));
    assert_eq!(store.credential(&key).await.expect("get"), Some(refreshed.clone()));
    store.delete_credential(&key).await.expect("delete");
    store.put_credential(refreshed.clone()).await.expect("put");
    assert!(!rewrap().await.expect("another one is there"));
    assert_eq!(store.credential(&key).await.expect("get"), Some(refreshed));
}
