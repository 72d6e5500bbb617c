//! What every store of subscriptions, their notifications and their replays must do.

use super::{
    outbox::{dead, done, fill, retry},
    sample::{at, credential, event_id, notification, organization, subscription, tenant},
};
use crate::{
    ActionState, ConnectionId, CredentialKey, Dropped, NotificationPage, Replay, ReplayStep,
    SecretVersions, Sequence, Storage, Subscription, SubscriptionState,
};

async fn add<S: Storage>(store: &S, owner: &str, number: u64) -> Subscription {
    store.add_organization(organization(owner)).await.expect("add");
    let subscription = subscription(owner, number);
    assert!(store.put_subscription(subscription.clone()).await.expect("put"));
    subscription
}

async fn states<S: Storage>(store: &S, subscription: &Subscription) -> Vec<(u128, ActionState)> {
    let page = NotificationPage { limit: 99, ..NotificationPage::default() };
    let found = store.notifications(&subscription.id, page).await.expect("notifications");
    let number = |event: crate::EventId| u128::from_be_bytes(*event.as_bytes());
    found.iter().map(|one| (number(one.action.event), one.state)).collect()
}

async fn claim<S: Storage>(store: &S, subscription: &Subscription, seconds: i64) -> Vec<u128> {
    let claimed = store.claim(&subscription.destination(), at(seconds), 9).await.expect("claim");
    super::outbox::events(&claimed)
}

fn by_ada(seconds: i64) -> Dropped {
    Dropped { at: at(seconds), by: "ada".to_owned() }
}

/// A subscription is kept with every value, and a change that is based on an old one is refused.
pub async fn a_subscription_is_changed_by_who_knows_it<S: Storage>(store: S) {
    assert!(!store.put_subscription(subscription("alpha", 1)).await.expect("put"), "nobody's");
    let first = add(&store, "alpha", 1).await;
    let before = store.revision().await.expect("revision");
    let mut full = first.clone().disabled(at(7), "the receiver is gone".to_owned());
    full.connection = Some(ConnectionId::new("alpha-highlevel"));
    full.kinds = "contact.* opportunity.stage_changed".parse().expect("kinds");
    full.secret = SecretVersions::FIRST.rotated(at(6));
    assert!(store.put_subscription(full.clone()).await.expect("put"));
    assert!(!store.put_subscription(full.clone()).await.expect("put"), "it is not the next");
    assert!(!store.put_subscription(first.clone()).await.expect("put"), "it is there already");
    let found = store.subscription(&first.id).await.expect("get");
    assert_eq!(found, Some(full.clone()));
    assert!(store.revision().await.expect("revision") > before);
    let paused = full.changed_to(SubscriptionState::Paused { since: at(8) });
    assert!(store.put_subscription(paused.clone()).await.expect("put"));
    let foreign = add(&store, "beta", 2).await;
    let own = Some(&first.organization);
    let listed = store.subscriptions(own).await.expect("list");
    assert_eq!(listed, std::slice::from_ref(&paused));
    assert_eq!(store.subscriptions(None).await.expect("list"), [paused, foreign]);
}

/// The first failure in a row is noted, and forgotten with the first success; it is no change.
pub async fn a_row_of_failures_is_noted_once<S: Storage>(store: S) {
    let first = add(&store, "alpha", 1).await;
    let before = store.revision().await.expect("revision");
    for (noted, kept) in [(Some(3), Some(3)), (Some(9), Some(3)), (None, None), (Some(9), Some(9))]
    {
        store.note_failing(&first.id, noted.map(at)).await.expect("note");
        let found = store.subscription(&first.id).await.expect("get").expect("it is there");
        assert_eq!(found, Subscription { failing_since: kept.map(at), ..first.clone() });
    }
    assert_eq!(store.revision().await.expect("revision"), before);
}

/// With a subscription go its secrets and its replay; what was open is dropped and stays so, also
/// where an attempt was under way.
pub async fn a_removed_subscription_is_told_nothing<S: Storage>(store: S) {
    let (gone, other) = (add(&store, "alpha", 1).await, add(&store, "alpha", 2).await);
    for one in [&gone, &other] {
        let credential = credential("alpha", "signing_secret_1", "mk_1");
        let key: CredentialKey = one.secret_key(1);
        store.put_credential(crate::Credential { key, ..credential }).await.expect("put");
    }
    let told = |number, lane: &str| notification(number, &gone, lane);
    let actions = vec![
        told(1, "a"),
        told(2, "b"),
        told(3, "b"),
        told(4, "c"),
        told(5, "d"),
        notification(6, &other, "a"),
    ];
    fill(&store, actions.clone()).await;
    assert_eq!(claim(&store, &gone, 10).await, [1, 2, 4, 5]);
    store.settle(&actions[0].id, at(11), done("200")).await.expect("settle");
    store.settle(&actions[3].id, at(11), dead(None)).await.expect("settle");
    let replay = Replay {
        subscription: gone.id.clone(),
        since: at(0),
        after: Sequence(0),
        until: Sequence(9),
    };
    store.ask_replay(replay).await.expect("ask");
    assert!(store.remove_subscription(&gone.id, by_ada(12)).await.expect("remove"));
    assert!(!store.remove_subscription(&gone.id, by_ada(12)).await.expect("remove"));
    store.settle(&actions[1].id, at(13), retry(14, false)).await.expect("settle");
    store.settle(&actions[4].id, at(13), dead(None)).await.expect("settle");
    use ActionState::{Dead, Done, Dropped, Ready};
    let left = [(5, Dropped), (4, Dead), (3, Dropped), (2, Dropped), (1, Done)];
    assert_eq!(states(&store, &gone).await, left);
    assert_eq!(claim(&store, &gone, 99).await, [0; 0]);
    assert_eq!(states(&store, &other).await, [(6, Ready)]);
    assert_eq!(store.due_subscriptions(at(99)).await.expect("due"), [other.id]);
    assert_eq!(store.replay(&gone.id).await.expect("replay"), None);
    assert_eq!(store.subscription(&gone.id).await.expect("get"), None);
    let credentials = store.master_key_counts().await.expect("count");
    assert_eq!(credentials, [("mk_1".to_owned(), 1)].into());
    let letters = store.dead_letters(0, 9).await.expect("letters");
    let dropped = letters.iter().find(|letter| letter.action.event == event_id(3));
    assert_eq!(dropped.and_then(|letter| letter.dropped.clone()), Some(by_ada(12)));
}

/// Only an active subscription with something to be told now is due.
pub async fn what_is_paused_is_not_due<S: Storage>(store: S) {
    let (first, second) = (add(&store, "alpha", 1).await, add(&store, "beta", 2).await);
    let due = async |seconds| store.due_subscriptions(at(seconds)).await.expect("due");
    assert_eq!(due(10).await, vec![]);
    let actions = vec![notification(1, &first, "a"), notification(2, &second, "a")];
    fill(&store, actions.clone()).await;
    assert_eq!(due(10).await, [first.id.clone(), second.id.clone()]);
    let paused = second.changed_to(SubscriptionState::Paused { since: at(10) });
    store.put_subscription(paused.clone()).await.expect("put");
    assert_eq!(due(10).await, std::slice::from_ref(&first.id));
    assert_eq!(claim(&store, &first, 10).await, [1]);
    assert_eq!(due(11).await, vec![], "it is being told");
    store.settle(&actions[0].id, at(11), retry(30, false)).await.expect("settle");
    assert_eq!(due(29).await, vec![]);
    store.put_subscription(paused.changed_to(SubscriptionState::Active)).await.expect("put");
    assert_eq!(due(30).await.len(), 2);
}

/// Notifications are listed for their subscription, the newest first, by state and in pages; those
/// that follow from no event too.
pub async fn notifications_are_listed_newest_first<S: Storage>(store: S) {
    let (first, other) = (add(&store, "alpha", 1).await, add(&store, "alpha", 2).await);
    let actions: Vec<_> = (1..=5).map(|number| notification(number, &first, "a")).collect();
    fill(&store, actions.clone()).await;
    store.enqueue(vec![notification(6, &other, "a")]).await.expect("enqueue");
    let ping = notification(7, &first, "a");
    store.enqueue(vec![ping.clone(), actions[0].clone()]).await.expect("enqueue");
    let numbers = async |page: NotificationPage| {
        let found = store.notifications(&first.id, page).await.expect("list");
        let event = |one: &crate::Tracked| u128::from_be_bytes(*one.action.event.as_bytes());
        found.iter().map(event).collect::<Vec<_>>()
    };
    let page = |limit: usize| NotificationPage { limit, ..NotificationPage::default() };
    assert_eq!(numbers(page(2)).await, [7, 5]);
    let before = Some(actions[4].id.clone());
    assert_eq!(numbers(NotificationPage { before, ..page(9) }).await, [4, 3, 2, 1]);
    let before = Some(notification(9, &first, "a").id);
    assert_eq!(numbers(NotificationPage { before, ..page(9) }).await, [0; 0]);
    assert_eq!(claim(&store, &first, 10).await, [1]);
    store.settle(&actions[0].id, at(11), dead(None)).await.expect("settle");
    let dead = Some(ActionState::Dead);
    assert_eq!(numbers(NotificationPage { state: dead, ..page(9) }).await, [1]);
    let found = store.notifications(&first.id, page(1)).await.expect("list");
    assert_eq!(found[0].action, ping);
}

/// What is finished can be told again, in its place; what is open is left as it is.
pub async fn a_finished_notification_is_told_again<S: Storage>(store: S) {
    let first = add(&store, "alpha", 1).await;
    let actions: Vec<_> = (1..=4).map(|number| notification(number, &first, "a")).collect();
    fill(&store, actions.clone()).await;
    for (index, end) in [(0, done("200")), (1, dead(None))] {
        assert_eq!(claim(&store, &first, 12).await.len(), 1);
        store.settle(&actions[index].id, at(11), end).await.expect("settle");
    }
    let ids: Vec<_> = actions.iter().map(|action| action.id.clone()).collect();
    assert_eq!(store.redeliver(&ids, at(20)).await.expect("again"), ids[..2]);
    assert_eq!(store.redeliver(&ids, at(20)).await.expect("again"), vec![]);
    assert_eq!(store.dead_letters(0, 9).await.expect("letters"), vec![]);
    for number in 1..=4 {
        assert_eq!(claim(&store, &first, 32).await, [number]);
        let id = &actions[number as usize - 1].id;
        store.settle(id, at(31), done("200")).await.expect("settle");
    }
    let story = store.actions(event_id(1)).await.expect("actions");
    assert_eq!(story[0].attempts.len(), 2);
}

/// A replay goes on where it was, adds what is missing, repeats what is finished, and ends.
pub async fn a_replay_goes_on_until_it_is_through<S: Storage>(store: S) {
    let first = add(&store, "alpha", 1).await;
    let told = |number| notification(number, &first, "a");
    fill(&store, vec![told(1), told(2)]).await;
    assert_eq!(claim(&store, &first, 10).await, [1]);
    store.settle(&told(1).id, at(11), done("200")).await.expect("settle");
    assert_eq!(store.next_replay().await.expect("next"), None);
    let subscription = first.id.clone();
    let asked = Replay { subscription, since: at(3), after: Sequence(0), until: Sequence(9) };
    let other = Replay { subscription: subscription_id(2), after: Sequence(5), ..asked.clone() };
    for replay in [&other, &asked] {
        store.ask_replay(replay.clone()).await.expect("ask");
    }
    assert_eq!(store.next_replay().await.expect("next"), Some(asked.clone()));
    let step = |from: &Replay, to: u64, numbers: &[u128]| ReplayStep {
        from: from.clone(),
        to: Sequence(to),
        actions: numbers.iter().copied().map(told).collect(),
        now: at(12),
    };
    store.step_replay(step(&asked, 4, &[1, 2])).await.expect("step");
    store.step_replay(step(&asked, 9, &[5])).await.expect("step");
    let gone_on = Replay { after: Sequence(4), ..asked };
    assert_eq!(store.replay(&first.id).await.expect("replay"), Some(gone_on.clone()));
    store.step_replay(step(&gone_on, 9, &[3])).await.expect("step");
    assert_eq!(store.next_replay().await.expect("next"), Some(other));
    for number in [1, 2, 3] {
        assert_eq!(claim(&store, &first, 32).await, [number]);
        store.settle(&told(number).id, at(31), done("200")).await.expect("settle");
    }
    assert_eq!(claim(&store, &first, 32).await, [0; 0]);
}

fn subscription_id(number: u64) -> crate::SubscriptionId {
    subscription(tenant("alpha").organization.as_str(), number).id
}
