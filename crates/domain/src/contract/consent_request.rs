//! What every store of consents must do.

use jiff::Timestamp;

use super::sample::{at, tenant};
use crate::{
    Actor, CONSENT_LIFETIME, CONSENT_MEMORY, ConsentOutcome, ConsentRequest, Finding, KeyHash,
    NoConsent, SealedContent, Storage,
};

fn request(state: &str, made_at: Timestamp) -> ConsentRequest {
    ConsentRequest {
        state_hash: KeyHash::of(state),
        tenant: tenant("alpha"),
        renews: true,
        vendor: "highlevel".to_owned(),
        name: "Main".to_owned(),
        url: Some("http://127.0.0.1:1".to_owned()),
        app: [("client_id".to_owned(), "66aa-k1".to_owned())].into(),
        secrets: SealedContent { bytes: vec![0, 1, 255].into(), master_key: "mk_1".to_owned() },
        actor: Actor::Installation,
        made_at,
        ends_at: made_at + CONSENT_LIFETIME,
        outcome: ConsentOutcome::Open,
    }
}

/// A state opens its consent once, and not when it is too late.
pub async fn a_consent_is_taken_once_and_in_time<S: Storage>(store: S) {
    let (first, second) = (request("one", at(0)), request("two", at(0)));
    for one in [&first, &second] {
        store.add_consent(one.clone()).await.expect("add");
    }
    let take = async |state, now| store.take_consent(&KeyHash::of(state), now).await.expect("take");
    let taken = ConsentRequest { outcome: ConsentOutcome::Taken, ..first.clone() };
    assert_eq!(take("one", at(1)).await, Ok(taken.clone()));
    assert_eq!(take("one", at(2)).await, Err(NoConsent::Used));
    assert_eq!(store.consent(&first.state_hash).await.expect("read"), Some(taken));
    assert_eq!(take("other", at(1)).await, Err(NoConsent::Unknown));
    assert_eq!(take("two", second.ends_at).await, Err(NoConsent::Expired));
    let open = store.consent(&second.state_hash).await.expect("read");
    assert_eq!(open, Some(second), "too late is no use of it");
}

/// Of many who come with one state at the same moment, one is let in.
pub async fn of_many_with_one_state_one_is_let_in<S: Storage>(store: S) {
    store.add_consent(request("one", at(0))).await.expect("add");
    let state = KeyHash::of("one");
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        callers
            .spawn(async move { store.take_consent(&state, at(1)).await.expect("take").is_ok() });
    }
    let taken = callers.join_all().await;
    assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
}

/// What became of a consent is told once and for a day; then it is forgotten.
pub async fn the_end_of_a_consent_is_kept_for_a_while<S: Storage>(store: S) {
    let asked = request("one", at(0));
    store.add_consent(asked.clone()).await.expect("add");
    let found = vec![
        Finding::good("account", "Northwind"),
        Finding::warning("scopes", "one is missing", "add it"),
    ];
    let end = async |outcome| store.end_consent(&asked.state_hash, outcome).await.expect("end");
    assert!(end(ConsentOutcome::Taken).await);
    let connected =
        ConsentOutcome::Connected { connection: asked.tenant.connection.clone(), findings: found };
    assert!(end(connected.clone()).await);
    assert!(!end(ConsentOutcome::Failed("too late".to_owned())).await, "it has ended");
    let kept = store.consent(&asked.state_hash).await.expect("read").expect("it is there");
    assert_eq!(kept.outcome, connected);
    let unknown = KeyHash::of("unknown");
    assert!(!store.end_consent(&unknown, ConsentOutcome::Taken).await.expect("end"));

    let failed = request("two", at(0));
    store.add_consent(failed.clone()).await.expect("add");
    let outcome = ConsentOutcome::Failed("the person refused".to_owned());
    assert!(store.end_consent(&failed.state_hash, outcome.clone()).await.expect("end"));
    let last = asked.ends_at + CONSENT_MEMORY;
    store.add_consent(request("three", last)).await.expect("add");
    let kept = store.consent(&failed.state_hash).await.expect("read").expect("it is there");
    assert_eq!(kept.outcome, outcome);
    let later = last + jiff::SignedDuration::from_micros(1);
    store.add_consent(request("four", later)).await.expect("add");
    for forgotten in [&asked, &failed] {
        assert_eq!(store.consent(&forgotten.state_hash).await.expect("read"), None);
    }
}
