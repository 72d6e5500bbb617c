//! The office: who may have what changed, and that nothing happens in silence.

use domain::{
    Audit, BoxFuture, CredentialKey, Event, Journal, Memory, Notifications, Organizations, Outbox,
    Replays, Tenant,
    contract::sample::{at, event, event_id, organization, tenant},
};

use super::*;
use crate::fixture::{clock, store};

/// Takes every address but one, and counts what it makes.
#[derive(Default)]
struct Stub(std::sync::atomic::AtomicU8);

impl SubscriptionNotary for Stub {
    fn judge(&self, url: &str) -> Result<(), String> {
        if url.contains("inner") { Err("it is inside; give another".to_owned()) } else { Ok(()) }
    }

    fn draw(&self) -> Result<[u8; 16], String> {
        Ok([self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed); 16])
    }

    fn issue<'a>(
        &'a self,
        key: &'a CredentialKey,
        _: &'a Actor,
    ) -> BoxFuture<'a, Result<SecretString, String>> {
        Box::pin(std::future::ready(Ok(key.kind.clone().into())))
    }

    fn withdraw<'a>(
        &'a self,
        _: &'a CredentialKey,
        _: &'a Actor,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

async fn office() -> (Memory, Subscriptions<Memory>) {
    let store = store();
    for owner in ["alpha", "beta"] {
        store.add_organization(organization(owner)).await.unwrap();
    }
    (store.clone(), Subscriptions::new(store, Arc::new(Stub::default()), clock()))
}

fn draft(owner: &str) -> Draft {
    Draft {
        organization: OrganizationId::new(owner),
        connection: None,
        name: " shop ".to_owned(),
        url: "https://hooks.example.com".to_owned(),
        kinds: "contact.*".parse().unwrap(),
    }
}

fn realm(owner: &str) -> Realm {
    Realm::Organization(OrganizationId::new(owner))
}

#[tokio::test]
async fn a_realm_sees_and_changes_its_own_subscriptions_only() {
    let (_, office) = office().await;
    let actor = Actor::Installation;
    let (own, _) = office.register(draft("alpha"), &actor).await.unwrap();
    let bound = Draft { connection: Some(tenant("alpha").connection), ..draft("alpha") };
    let (bound, _) = office.register(bound, &actor).await.unwrap();
    assert_eq!(own.name, "shop");
    let connection = Realm::Connection(tenant("alpha"));
    let foreign = Tenant { connection: ConnectionId::new("other"), ..tenant("alpha") };
    for (realm, seen) in [
        (realm("alpha"), vec![&own, &bound]),
        (Realm::Installation, vec![&own, &bound]),
        (connection, vec![&bound]),
        (Realm::Connection(foreign), vec![]),
        (realm("beta"), vec![]),
    ] {
        let listed = office.list(&realm).await.unwrap();
        let ids =
            |list: &[&Subscription]| list.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&listed.iter().collect::<Vec<_>>()), ids(&seen));
        let may = office.change((&realm, &own.id), Amendment::default(), &actor).await.is_ok();
        assert_eq!(may, seen.contains(&&own), "{realm:?}");
        let page = NotificationPage { limit: 1, ..NotificationPage::default() };
        assert_eq!(office.told((&realm, &bound.id), page).await.is_ok(), seen.contains(&&bound));
        if !seen.contains(&&own) {
            assert!(office.rotate((&realm, &own.id), &actor).await.is_err());
            assert!(office.test((&realm, &own.id), &actor).await.is_err());
            assert!(office.remove(&realm, &own.id, &actor).await.is_err());
            assert!(office.redeliver((&realm, &own.id), None, &actor).await.is_err());
            let again = Again::Since(at(0));
            assert!(office.replay((&realm, &own.id), again, &actor).await.is_err());
        }
    }
}

#[tokio::test]
async fn what_is_refused_is_refused_at_every_way_in() {
    let (_, office) = office().await;
    let actor = Actor::Installation;
    let (own, _) = office.register(draft("alpha"), &actor).await.unwrap();
    let (alpha, inner) = (realm("alpha"), "https://inner.example".to_owned());
    let refused = office.register(Draft { url: inner.clone(), ..draft("alpha") }, &actor).await;
    assert!(matches!(refused, Err(Refused::Url(_))));
    let change = Amendment { url: Some(inner), ..Amendment::default() };
    let refused = office.change((&alpha, &own.id), change, &actor).await;
    assert!(matches!(refused, Err(Refused::Url(_))));
    for name in ["", " ", "a\nb", &"x".repeat(101)] {
        let refused =
            office.register(Draft { name: name.to_owned(), ..draft("alpha") }, &actor).await;
        assert!(matches!(refused, Err(Refused::Name)), "{name:?}");
    }
    let refused = office.register(draft("gamma"), &actor).await;
    assert!(matches!(refused, Err(Refused::NoOrganization)));
    let old = Amendment { based_on: Some(7), ..Amendment::default() };
    let refused = office.change((&alpha, &own.id), old, &actor).await;
    assert!(matches!(refused, Err(Refused::Changed)));
    for _ in 1..MOST {
        office.register(draft("alpha"), &actor).await.unwrap();
    }
    let refused = office.register(draft("alpha"), &actor).await;
    assert!(matches!(refused, Err(Refused::TooMany)));
    assert!(office.register(draft("beta"), &actor).await.is_ok());
}

#[tokio::test]
async fn a_pause_a_rotation_and_a_removal_are_told_in_the_audit() {
    let (store, office) = office().await;
    let (actor, alpha) = (Actor::Installation, realm("alpha"));
    let (own, first) = office.register(draft("alpha"), &actor).await.unwrap();
    let place = (&alpha, &own.id);
    let active = |is_active| Amendment { is_active: Some(is_active), ..Amendment::default() };
    let paused = office.change(place, active(false), &actor).await.unwrap();
    assert_eq!(paused.state.name(), "paused");
    assert!(matches!(office.test(place, &actor).await, Err(Refused::NotActive)));
    assert_eq!(office.change(place, active(true), &actor).await.unwrap().state.name(), "active");
    let (rotated, second) = office.rotate(place, &actor).await.unwrap();
    use secrecy::ExposeSecret;
    assert_eq!(first.expose_secret(), "signing_secret_1");
    assert_eq!(second.expose_secret(), "signing_secret_2");
    assert_eq!(rotated.secret.signing(at(1)).collect::<Vec<_>>(), [2, 1]);
    office.test(place, &actor).await.unwrap();
    let page = NotificationPage { limit: 9, ..NotificationPage::default() };
    assert_eq!(office.told(place, page).await.unwrap().len(), 1);
    office.remove(&alpha, &own.id, &actor).await.unwrap();
    assert!(matches!(office.find(&alpha, &own.id).await, Err(Refused::Absent)));
    let audit = store.audit(&alpha, "subscription.", None, 9).await.unwrap();
    let acts: Vec<_> = audit.iter().rev().map(|one| one.noted.act.as_str()).collect();
    let expected = ["created", "changed", "changed", "rotated", "tested", "removed"]
        .map(|act| format!("subscription.{act}"));
    assert_eq!(acts, expected);
}

#[tokio::test]
async fn a_replay_is_of_own_events_that_are_wanted() {
    let (store, office) = office().await;
    let (actor, alpha) = (Actor::Installation, realm("alpha"));
    let (own, _) = office.register(draft("alpha"), &actor).await.unwrap();
    let mut other = event(2);
    other.kind.entity = domain::Entity::Order;
    for event in [event(1), other, Event { tenant: Some(tenant("beta")), ..event(3) }] {
        store.append(event).await.unwrap();
    }
    let place = (&alpha, &own.id);
    let replay = office.replay(place, Again::Event(event_id(1)), &actor).await.unwrap();
    assert_eq!((replay.after, replay.until), (Sequence(0), Sequence(1)));
    assert_eq!(store.next_replay().await.unwrap(), Some(replay));
    for (number, absent) in [(2, false), (3, true), (4, true)] {
        let refused = office.replay(place, Again::Event(event_id(number)), &actor).await;
        let is_absent = matches!(refused, Err(Refused::NoEvent));
        assert_eq!(is_absent, absent, "{number}: {refused:?}");
        assert!(refused.is_err());
    }
}

#[tokio::test]
async fn only_its_own_notifications_are_told_again() {
    let (store, office) = office().await;
    let (actor, alpha) = (Actor::Installation, realm("alpha"));
    let (one, _) = office.register(draft("alpha"), &actor).await.unwrap();
    let (other, _) = office.register(draft("alpha"), &actor).await.unwrap();
    let mut ids = Vec::new();
    for subscription in [&one, &other] {
        ids.push(office.test((&alpha, &subscription.id), &actor).await.unwrap());
        let due = at(99);
        store.claim(&subscription.destination(), due, 9).await.unwrap();
        let dead = domain::Settlement::Dead {
            ambiguous: false,
            holds_until: None,
            reason: "refused".to_owned(),
        };
        store.settle(ids.last().unwrap(), due, dead).await.unwrap();
    }
    assert_eq!(office.redeliver((&alpha, &one.id), Some(&ids), &actor).await.unwrap(), 1);
    assert_eq!(office.redeliver((&alpha, &one.id), None, &actor).await.unwrap(), 0);
    assert_eq!(office.redeliver((&alpha, &other.id), None, &actor).await.unwrap(), 1);
    let page = NotificationPage { limit: 9, ..NotificationPage::default() };
    let states = store.notifications(&other.id, page).await.unwrap();
    assert_eq!(states[0].state, ActionState::Waiting);
}
