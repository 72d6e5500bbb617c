//! What every store of connections, accounts and installations must do.

use super::sample::{api_key, at, credential, organization, tenant};
use crate::{
    Account, AccountKey, Added, Connection, Installation, InstallationKey, Projection, Sequence,
    Storage, Tenant,
};

pub(super) fn connection(owner: &Tenant) -> Connection {
    Connection {
        tenant: owner.clone(),
        vendor: "highlevel".to_owned(),
        name: "Main".to_owned(),
        created_at: at(1),
    }
}

fn account(owner: &Tenant, id: &str) -> Account {
    Account { key: AccountKey::new("highlevel", id), tenant: owner.clone(), connected_at: at(2) }
}

fn installation(id: &str, installed: bool) -> Installation {
    Installation {
        key: InstallationKey { app: "app".to_owned(), account: AccountKey::new("highlevel", id) },
        company: Some("company".to_owned()),
        installed: Some(installed),
        state_at: Some(at(3)),
        plan: None,
        plan_at: None,
    }
}

/// Nobody takes an account that another connection has, and nobody gives it away.
pub async fn an_account_has_one_owner<S: Storage>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    for owner in [&alpha, &beta] {
        store.put_connection(connection(owner)).await.expect("put");
    }
    let ours = account(&alpha, "location-1");
    assert!(store.connect_account(ours.clone()).await.expect("connect"));
    assert!(store.connect_account(ours.clone()).await.expect("connect again"));
    assert!(!store.connect_account(account(&beta, "location-1")).await.expect("connect"));
    assert!(!store.disconnect_account(&beta, &ours.key).await.expect("disconnect"));
    assert_eq!(store.listing().await.expect("list").accounts, std::slice::from_ref(&ours));
    assert!(store.disconnect_account(&alpha, &ours.key).await.expect("disconnect"));
    assert!(!store.disconnect_account(&alpha, &ours.key).await.expect("disconnect"));
    assert!(store.connect_account(account(&beta, "location-1")).await.expect("connect"));
}

/// With a connection go its accounts and its credentials, and nobody else's.
pub async fn a_removed_connection_takes_what_is_its_own<S: Storage>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    for owner in [&beta, &alpha] {
        store.put_connection(connection(owner)).await.expect("put");
        let id = format!("location of {}", owner.organization);
        store.connect_account(account(owner, &id)).await.expect("connect");
    }
    for owner in ["alpha", "beta"] {
        store.put_credential(credential(owner, "token", "mk_1")).await.expect("put");
    }
    let names = |listing: crate::Listing| {
        listing.connections.into_iter().map(|one| one.tenant).collect::<Vec<_>>()
    };
    assert_eq!(names(store.listing().await.expect("list")), [alpha.clone(), beta.clone()]);
    assert!(store.remove_connection(&alpha).await.expect("remove"));
    assert!(!store.remove_connection(&alpha).await.expect("remove again"));
    let listing = store.listing().await.expect("list");
    assert_eq!(listing.accounts, [account(&beta, "location of org_beta")]);
    assert_eq!(listing.connections, [connection(&beta)]);
    let left = store.master_key_counts().await.expect("count");
    assert_eq!(left, [("mk_1".to_owned(), 1)].into());
}

/// Installations are written with the cursor of the mirror, or not at all.
pub async fn installations_come_with_the_mirror<S: Storage>(store: S) {
    let projection = |from, to, installed| Projection {
        from: Sequence(from),
        to: Sequence(to),
        installations: vec![installation("location-1", installed)],
        ..Projection::default()
    };
    store.project(projection(0, 1, true)).await.expect("project");
    assert_eq!(
        store.listing().await.expect("list").installations,
        [installation("location-1", true)]
    );
    assert!(store.project(projection(0, 1, false)).await.is_err());
    assert_eq!(
        store.listing().await.expect("list").installations,
        [installation("location-1", true)]
    );
    store.project(projection(1, 2, false)).await.expect("project");
    assert_eq!(
        store.listing().await.expect("list").installations,
        [installation("location-1", false)]
    );
}

/// A listing is true as long as the revision stands where it was.
pub async fn a_revision_tells_every_change<S: Storage>(store: S) {
    let alpha = tenant("alpha");
    let mut last = store.revision().await.expect("revision");
    assert_eq!(store.listing().await.expect("list").revision, last);
    assert_eq!(store.add_organization(organization("alpha")).await.expect("add"), Added::New);
    let key = api_key("alpha", 1).0;
    for step in 0..9 {
        match step {
            0 => store.put_connection(connection(&alpha)).await.expect("put"),
            1 => assert!(store.connect_account(account(&alpha, "a")).await.expect("connect")),
            2 => store.put_credential(credential("alpha", "token", "mk_1")).await.expect("put"),
            3 => {
                let key = credential("alpha", "token", "mk_1").key;
                assert!(store.delete_credential(&key).await.expect("delete"));
            }
            4 => {
                let installations = vec![installation("a", true)];
                let to = Sequence(1);
                let projection = Projection { to, installations, ..Projection::default() };
                store.project(projection).await.expect("project");
            }
            5 => {
                let key = AccountKey::new("highlevel", "a");
                assert!(store.disconnect_account(&alpha, &key).await.expect("disconnect"));
            }
            6 => assert_eq!(store.add_api_key(key.clone()).await.expect("add"), Added::New),
            7 => {
                let revoked = store.revoke_api_key(&key.organization, &key.id, at(9)).await;
                assert!(revoked.expect("revoke"));
            }
            _ => assert!(store.remove_connection(&alpha).await.expect("remove")),
        }
        let now = store.revision().await.expect("revision");
        assert!(now > last, "step {step} is not seen");
        assert_eq!(store.listing().await.expect("list").revision, now);
        last = now;
    }
    let used = [(key.id, at(10))].into();
    store.note_use(used).await.expect("note");
    assert_eq!(store.revision().await.expect("revision"), last, "a use changes nobody's rights");
}
