//! Deciding: after the mirror, once, and by the rules.

use domain::{
    ActionState, Applied, ConnectionId, Intent, Journal, Lanes, Memory, Mirror, NotificationPage,
    Notifications, Organizations, Outbox, Parking, Projection, Replay, Replays, Sequence,
    Subscriptions, Verb,
    contract::sample::{at, event_id, organization, subscription, tenant},
};

use super::*;
use crate::fixture::{self, clock, decide as stage, saying, store};

async fn project(store: &Memory, from: u64, to: u64) {
    let (from, to) = (Sequence(from), Sequence(to));
    store.project(Projection { from, to, ..Projection::default() }).await.unwrap();
}

#[tokio::test]
async fn nothing_is_decided_before_the_mirror_has_it() {
    let store = store();
    for number in 1..=3 {
        store.append(saying(number, "a Ada")).await.unwrap();
    }
    assert_eq!(stage(&store).pass().await.unwrap(), Progress::Idle);
    project(&store, 0, 2).await;
    assert_eq!(stage(&store).pass().await.unwrap(), Progress::Moved);
    assert_eq!(store.decided().await.unwrap(), Sequence(2));
    assert_eq!(store.action_counts().await.unwrap(), [(ActionState::Ready, 2)].into());
}

#[tokio::test]
async fn a_second_pass_decides_nothing_new() {
    let store = store();
    store.append(saying(1, "a Ada")).await.unwrap();
    project(&store, 0, 1).await;
    stage(&store).pass().await.unwrap();
    assert_eq!(stage(&store).pass().await.unwrap(), Progress::Idle);
    assert_eq!(store.action_counts().await.unwrap(), [(ActionState::Ready, 1)].into());
}

#[tokio::test]
async fn a_decision_sees_the_mirror() {
    let store = store();
    store.append(saying(1, "a Ada")).await.unwrap();
    let mut project = fixture::project(&store);
    project.pass().await.unwrap();
    stage(&store).pass().await.unwrap();
    let tracked = store.actions(saying(1, "").id).await.unwrap();
    let Intent::LogActivity(entry) = &tracked[0].action.intent else { panic!("it logs nothing") };
    assert_eq!(entry.entity_name, "Ada");
}

#[tokio::test]
async fn each_event_of_a_stretch_is_decided_with_its_own_record() {
    let store = store();
    for (number, body) in [(1, "a Ada"), (2, "b Bob")] {
        store.append(saying(number, body)).await.unwrap();
    }
    let mut project = fixture::project(&store);
    project.pass().await.unwrap();
    stage(&store).pass().await.unwrap();
    for (number, name) in [(1, "Ada"), (2, "Bob")] {
        let tracked = store.actions(saying(number, "").id).await.unwrap();
        let Intent::LogActivity(entry) = &tracked[0].action.intent else {
            panic!("it logs nothing")
        };
        assert_eq!(entry.entity_name, name);
    }
}

#[tokio::test]
async fn what_concerns_no_rule_is_passed_over() {
    let store = store();
    store.append(saying(1, "a Ada")).await.unwrap();
    project(&store, 0, 1).await;
    let mut stage = Decide { outlets: KnownOutlets::default(), ..stage(&store) };
    assert_eq!(stage.pass().await.unwrap(), Progress::Moved);
    assert_eq!(store.decided().await.unwrap(), Sequence(1));
    assert!(store.action_counts().await.unwrap().is_empty());
}

#[tokio::test]
async fn passing_over_goes_as_far_as_the_mirror_and_no_further() {
    let store = store();
    for number in 1..=3 {
        store.append(saying(number, "a Ada")).await.unwrap();
    }
    let owner = saying(1, "").tenant.unwrap().organization;
    let ahead = Lanes([(Some(owner), Sequence(3))].into());
    let lanes = LaneStep { from: Lanes::default(), to: ahead.clone() };
    let projection = Projection { to: Sequence(1), lanes, ..Projection::default() };
    store.project(projection).await.unwrap();
    let mut stage = Decide { outlets: KnownOutlets::default(), ..stage(&store) };
    assert_eq!(stage.pass().await.unwrap(), Progress::Moved);
    assert_eq!(store.decided().await.unwrap(), Sequence(1));
    assert_eq!(store.decided_ahead().await.unwrap(), ahead);
    assert_eq!(stage.pass().await.unwrap(), Progress::Idle);
}

#[tokio::test]
async fn what_happened_before_a_restore_may_have_been_done_and_is_looked_up() {
    let store = store();
    store.append(saying(10, "a Ada")).await.unwrap();
    store.append(saying(30, "b Bob")).await.unwrap();
    project(&store, 0, 2).await;
    store.mark_restored(at(20)).await.unwrap();
    stage(&store).pass().await.unwrap();
    let mut claimed = store.claim(&ConnectionId::new("notion"), at(40), 10).await.unwrap();
    claimed.sort_by_key(|claimed| claimed.action.event);
    let looked_up: Vec<_> = claimed.iter().map(|claimed| claimed.look_first).collect();
    assert_eq!(looked_up, [true, false]);
}

fn failing(_: &domain::Event, _: &View, _: Timestamp) -> Vec<Action> {
    panic!("a rule that fails")
}

#[tokio::test]
async fn what_a_rule_fails_on_is_parked_and_can_be_decided_again() {
    let store = store();
    for (number, body) in [(1, "a Ada"), (2, "b Bob")] {
        store.append(saying(number, body)).await.unwrap();
    }
    project(&store, 0, 2).await;
    let broken = Rule {
        name: "broken",
        sentence: "",
        is_on: |_| true,
        concerns: |_, _| true,
        decide: failing,
    };
    let mut unable = Decide { rules: vec![broken], ..stage(&store) };
    assert_eq!(unable.pass().await.unwrap(), Progress::Moved);
    let keys: Vec<_> = store.parked(None, 9).await.unwrap().iter().map(|one| one.key).collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(store.decided().await.unwrap(), Sequence(2), "the others go on");

    store.ask_again(&keys[..1]).await.unwrap();
    let mut able = stage(&store);
    while able.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(store.action_counts().await.unwrap(), [(ActionState::Ready, 1)].into());
    assert_eq!(store.parked(None, 9).await.unwrap().len(), 1, "the other was not asked for");
    assert_eq!(store.decided().await.unwrap(), Sequence(2));
}

#[tokio::test]
async fn a_decision_that_was_taken_is_not_taken_twice() {
    let store = store();
    store.append(saying(1, "a Ada")).await.unwrap();
    project(&store, 0, 1).await;
    stage(&store).pass().await.unwrap();
    let key = domain::ParkedKey { sequence: Sequence(1), stop: Stop::Mirror };
    let late = domain::Parked {
        key,
        event: saying(1, "").id,
        reason: "odd".to_owned(),
        tries: 3,
        parked_at: clock().now(),
        dropped: None,
    };
    let at = Sequence(1);
    let parked = Projection { from: at, to: at, parked: vec![late], ..Projection::default() };
    store.project(parked).await.unwrap();
    store.ask_again(&[key]).await.unwrap();
    store.take_asked(Stop::Mirror).await.unwrap().unwrap();
    let freed = Projection { from: at, to: at, freed: vec![at], ..Projection::default() };
    store.project(freed).await.unwrap();
    let mut stage = stage(&store);
    while stage.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(store.action_counts().await.unwrap(), [(ActionState::Ready, 1)].into());
    assert!(store.parked(None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_pair_of_events_has_one_page_and_a_single_one_has_its_own() {
    let store = store();
    let deal = |number: u128, verb| {
        let mut event = saying(number, "deal won");
        event.kind = domain::EventKind { entity: Entity::Opportunity, verb };
        event
    };
    let verbs = [Verb::Updated, Verb::StatusChanged, Verb::StatusChanged];
    for (number, verb) in (1..).zip(verbs) {
        store.append(deal(number, verb)).await.unwrap();
    }
    let won = domain::FieldChange { before: "open".into(), after: "won".into() };
    let change = |number: u128, applied, found: u128| Change {
        event: deal(number, Verb::Updated).id,
        tenant: tenant("alpha"),
        key: RecordKey::new(Entity::Contact, "deal"),
        applied,
        version: 7,
        fields: Default::default(),
        found: Some(deal(found, Verb::Updated).id),
    };
    let first =
        Change { fields: [("status".to_owned(), won)].into(), ..change(1, Applied::Updated, 9) };
    let changes = vec![first, change(2, Applied::Unchanged, 1), change(3, Applied::Unchanged, 9)];
    let projection = Projection { to: Sequence(3), changes, ..Projection::default() };
    store.project(projection).await.unwrap();
    stage(&store).pass().await.unwrap();
    let mut told = Vec::new();
    for number in 1..=3 {
        told.push(store.actions(deal(number, Verb::Updated).id).await.unwrap().len());
    }
    assert_eq!(told, [1, 0, 1], "the second tells what the first told");
}

#[tokio::test]
async fn subscriptions_are_told_from_the_moment_they_are_there_and_replayed_what_was_before() {
    let store = store();
    store.add_organization(organization("alpha")).await.unwrap();
    for (number, body) in [(1, "a Ada"), (2, "b Bob")] {
        store.append(saying(number, body)).await.unwrap();
    }
    project(&store, 0, 2).await;
    let mut stage = Decide { outlets: KnownOutlets::default(), ..stage(&store) };
    while stage.pass().await.unwrap() != Progress::Idle {}
    assert!(store.action_counts().await.unwrap().is_empty());

    let told = subscription("alpha", 1);
    assert!(store.put_subscription(told.clone()).await.unwrap());
    store.append(saying(3, "c Cid")).await.unwrap();
    project(&store, 2, 3).await;
    while stage.pass().await.unwrap() != Progress::Idle {}
    let page = NotificationPage { limit: 9, ..NotificationPage::default() };
    let events = async || {
        let found = store.notifications(&told.id, page.clone()).await.unwrap();
        found.iter().map(|one| one.action.event).collect::<Vec<_>>()
    };
    assert_eq!(events().await, [event_id(3)]);

    let replay = Replay {
        subscription: told.id.clone(),
        since: at(0),
        after: Sequence(0),
        until: Sequence(3),
    };
    store.ask_replay(replay.clone()).await.unwrap();
    while stage.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(events().await, [event_id(2), event_id(1), event_id(3)]);
    assert_eq!(store.replay(&told.id).await.unwrap(), None);

    store.ask_replay(Replay { since: at(9), ..replay.clone() }).await.unwrap();
    store.put_subscription(told.clone().disabled(at(9), "gone".to_owned())).await.unwrap();
    store.ask_replay(replay).await.unwrap();
    while stage.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(store.action_counts().await.unwrap(), [(ActionState::Ready, 3)].into());
}
