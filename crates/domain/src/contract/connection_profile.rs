//! What every store of profiles must do.

use super::{
    connection::connection,
    sample::{at, tenant},
};
use crate::{Access, ConnectionProfile, Standing, Storage, Tenant};

fn profile(owner: &Tenant) -> ConnectionProfile {
    ConnectionProfile {
        tenant: owner.clone(),
        access: Access::OAuth,
        url: Some("http://127.0.0.1:1".to_owned()),
        settings: [(ConnectionProfile::CLIENT_ID.to_owned(), "app-1".to_owned())].into(),
        account_name: Some("Main".to_owned()),
        scopes: vec!["contacts.readonly".to_owned(), "contacts.write".to_owned()],
        standing: Standing::Ready,
        revised_at: at(1),
    }
}

/// A profile is there as it was stored, as long as its connection is.
pub async fn a_profile_lives_with_its_connection<S: Storage>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    assert!(!store.put_profile(profile(&alpha)).await.expect("put"), "nobody is connected");
    for owner in [&alpha, &beta] {
        store.put_connection(connection(owner)).await.expect("put");
        assert!(store.put_profile(profile(owner)).await.expect("put"));
    }
    assert_eq!(store.profile(&alpha).await.expect("get"), Some(profile(&alpha)));
    let bare = ConnectionProfile {
        access: Access::Open,
        url: None,
        settings: [].into(),
        account_name: None,
        scopes: Vec::new(),
        ..profile(&alpha)
    };
    assert!(store.put_profile(bare.clone()).await.expect("put again"));
    let all = store.profiles(None).await.expect("list");
    assert_eq!(all, [bare.clone(), profile(&beta)]);
    let own = store.profiles(Some(&alpha.organization)).await.expect("list");
    assert_eq!(own, std::slice::from_ref(&bare));
    assert!(store.remove_connection(&alpha).await.expect("remove"));
    assert_eq!(store.profile(&alpha).await.expect("get"), None);
    assert_eq!(store.profiles(None).await.expect("list"), [profile(&beta)]);
}

/// How a connection stands is told once, keeps its first moment, and is a change of the revision.
pub async fn a_standing_is_told_once<S: Storage>(store: S) {
    let alpha = tenant("alpha");
    let lost = |second, reason: &str| Standing::NeedsConsent {
        since: at(second),
        reason: reason.to_owned(),
    };
    assert!(!store.set_standing(&alpha, lost(2, "lost"), at(2)).await.expect("set"));
    store.put_connection(connection(&alpha)).await.expect("put");
    assert!(store.put_profile(profile(&alpha)).await.expect("put"));
    let before = store.revision().await.expect("revision");
    assert!(store.set_standing(&alpha, lost(2, "lost"), at(2)).await.expect("set"));
    let after = store.revision().await.expect("revision");
    assert!(after > before);
    assert!(!store.set_standing(&alpha, lost(3, "again"), at(3)).await.expect("set"));
    assert_eq!(store.revision().await.expect("revision"), after);
    let found = store.profile(&alpha).await.expect("get").expect("it is there");
    assert_eq!((found.standing, found.revised_at), (lost(2, "lost"), at(2)));
    assert!(store.set_standing(&alpha, Standing::Ready, at(4)).await.expect("set"));
    assert!(!store.set_standing(&alpha, Standing::Ready, at(5)).await.expect("set"));
}
