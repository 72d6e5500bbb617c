//! What every store of leases must do.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::sample::{at, credential};
use crate::{Credential, Epoch, Lease, LeaseClaim, LeaseReply, SealedContent, Storage};

/// How long the claims of these cases ask for, in seconds.
const LENGTH: i64 = 12;

fn claim(name: &str, holder: &str, seconds: i64) -> LeaseClaim {
    LeaseClaim {
        name: name.to_owned(),
        holder: holder.to_owned(),
        now: at(seconds),
        until: at(seconds + LENGTH),
    }
}

async fn ask<S: Storage>(store: &S, holder: &str, seconds: i64) -> LeaseReply {
    store.take_lease(claim("tokens", holder, seconds)).await.expect("claim a lease")
}

async fn take<S: Storage>(store: &S, holder: &str, seconds: i64) -> Lease {
    match ask(store, holder, seconds).await {
        LeaseReply::Granted(lease) => lease,
        LeaseReply::HeldUntil(until) => panic!("it is held until {until}"),
    }
}

fn held(seconds: i64) -> LeaseReply {
    LeaseReply::HeldUntil(at(seconds))
}

/// A lease is one holder's until its time is over, it is released, or renewed for longer; another
/// name is another lease.
pub async fn a_lease_has_one_holder_until_its_time<S: Storage>(store: S) {
    let first = take(&store, "one", 0).await;
    assert_eq!(first, Lease { name: "tokens".to_owned(), epoch: Epoch(1) });
    assert_eq!(ask(&store, "two", 11).await, held(12));
    let other = store.take_lease(claim("others", "two", 11)).await.expect("claim");
    assert!(matches!(other, LeaseReply::Granted(Lease { epoch: Epoch(1), .. })));
    assert!(store.renew_lease(&first, at(20)).await.expect("renew"));
    assert_eq!(ask(&store, "two", 19).await, held(20));
    assert_eq!(take(&store, "two", 20).await.epoch, Epoch(2), "its time is over at its end");
    let again = take(&store, "two", 21).await;
    assert_eq!(again.epoch, Epoch(3), "a holder takes its own again");
    assert!(store.release_lease(&again).await.expect("release"));
    assert_eq!(take(&store, "one", 22).await.epoch, Epoch(4), "a release does not reset it");
}

/// Who was overtaken, or has released, can neither renew nor release; whose time was over can go
/// on while nobody took it.
pub async fn a_lease_of_another_epoch_is_over<S: Storage>(store: S) {
    let unknown = Lease { name: "tokens".to_owned(), epoch: Epoch(1) };
    assert!(!store.renew_lease(&unknown, at(9)).await.expect("renew"));
    let first = take(&store, "one", 0).await;
    assert!(store.renew_lease(&first, at(100)).await.expect("renew late"));
    assert_eq!(ask(&store, "two", 99).await, held(100));
    let second = take(&store, "two", 100).await;
    assert!(!store.renew_lease(&first, at(200)).await.expect("renew"));
    assert!(!store.release_lease(&first).await.expect("release"));
    assert_eq!(ask(&store, "one", 101).await, held(112));
    assert!(store.release_lease(&second).await.expect("release"));
    assert!(!store.release_lease(&second).await.expect("release twice"));
    assert!(!store.renew_lease(&second, at(200)).await.expect("renew what was released"));
}

/// Of many that ask at the same moment, one is granted the lease.
pub async fn one_of_many_claims_is_granted<S: Storage>(store: S) {
    let store = Arc::new(store);
    let mut claims = tokio::task::JoinSet::new();
    for number in 0..32 {
        let store = Arc::clone(&store);
        claims.spawn(async move { ask(&*store, &format!("holder {number}"), 0).await });
    }
    let replies = claims.join_all().await;
    let granted = replies.iter().filter(|reply| matches!(reply, LeaseReply::Granted(_)));
    assert_eq!(granted.count(), 1);
    assert_eq!(replies.iter().filter(|reply| **reply == held(12)).count(), 31);
}

fn newer(before: &Credential, bytes: &'static [u8], stored_at: Timestamp) -> Credential {
    let content = SealedContent { bytes: Bytes::from_static(bytes), ..before.content.clone() };
    Credential { content, stored_at, ..before.clone() }
}

/// A write is done by who holds the lease: not after it was released or taken over, and not with
/// the lease of another name.
pub async fn a_fenced_write_needs_its_epoch<S: Storage>(store: S) {
    let first = credential("alpha", "token_pair", "mk_1");
    store.put_credential(first.clone()).await.expect("put");
    let (overtaken, second) = (take(&store, "one", 0).await, newer(&first, b"second", at(20)));
    let lease = take(&store, "two", 12).await;
    let elsewhere = Lease { name: "others".to_owned(), ..lease.clone() };
    for lost in [&overtaken, &elsewhere] {
        let write = store.put_credential_fenced(second.clone(), lost, first.stored_at);
        assert!(!write.await.expect("a fenced write"));
    }
    assert_eq!(store.credential(&first.key).await.expect("get"), Some(first.clone()));
    let before = store.revision().await.expect("revision");
    let write = store.put_credential_fenced(second.clone(), &lease, first.stored_at);
    assert!(write.await.expect("a fenced write"));
    assert_eq!(store.credential(&first.key).await.expect("get"), Some(second.clone()));
    assert!(store.revision().await.expect("revision") > before);
    assert!(store.release_lease(&lease).await.expect("release"));
    let third = newer(&first, b"third", at(30));
    let write = store.put_credential_fenced(third, &lease, second.stored_at);
    assert!(!write.await.expect("a fenced write"));
    assert_eq!(store.credential(&first.key).await.expect("get"), Some(second));
}

/// A write never replaces what somebody stored in the meantime and never brings back what was
/// removed; a re-wrap does not get in its way.
pub async fn a_fenced_write_replaces_what_it_was_made_from<S: Storage>(store: S) {
    let first = credential("alpha", "token_pair", "mk_1");
    let second = newer(&first, b"second", at(20));
    let lease = take(&store, "one", 0).await;
    let write = || store.put_credential_fenced(second.clone(), &lease, first.stored_at);
    assert!(!write().await.expect("nothing is there"));
    let consented = newer(&first, b"consented", at(10));
    store.put_credential(consented.clone()).await.expect("put");
    assert!(!write().await.expect("something newer is there"));
    assert_eq!(store.credential(&first.key).await.expect("get"), Some(consented));

    let finer = first.stored_at + jiff::SignedDuration::from_nanos(1);
    store.put_credential(Credential { stored_at: finer, ..first.clone() }).await.expect("put");
    let wrapped =
        SealedContent { bytes: Bytes::from_static(b"wrapped"), master_key: "mk_2".to_owned() };
    let rewrap = store.rewrap_credential(&first.key, &first.content.bytes, wrapped);
    assert!(rewrap.await.expect("re-wrap"));
    assert!(write().await.expect("it is the same credential"));
    assert_eq!(store.credential(&first.key).await.expect("get"), Some(second));
}
