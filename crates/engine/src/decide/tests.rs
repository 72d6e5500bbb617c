//! Deciding: after the mirror, once, and by the rules.

use domain::{
    ActionState, Intent, Journal, Lanes, Memory, Mirror, Outbox, Projection, Sequence,
    contract::sample::at,
};

use super::*;
use crate::fixture::{self, decide as stage, saying, store};

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
    let Intent::LogActivity(entry) = &tracked[0].action.intent;
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
        let Intent::LogActivity(entry) = &tracked[0].action.intent;
        assert_eq!(entry.entity_name, name);
    }
}

#[tokio::test]
async fn what_concerns_no_rule_is_passed_over() {
    let store = store();
    store.append(saying(1, "a Ada")).await.unwrap();
    project(&store, 0, 1).await;
    let mut stage = Decide { activity_log: None, ..stage(&store) };
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
    let mut stage = Decide { activity_log: None, ..stage(&store) };
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
