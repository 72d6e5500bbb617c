//! What every outbox must do.

use super::sample::{action, at, event_id, tenant};
use crate::{
    Action, ActionState, Claimed, ConnectionId, Decisions, LaneStep, Lanes, Receipt, Sequence,
    Settlement, Storage, StorageError,
};

pub(super) async fn fill<S: Storage>(store: &S, actions: Vec<Action>) {
    let from = store.decided().await.expect("cursor");
    let to = Sequence(from.0 + 1);
    store.decide(Decisions { from, to, actions, ..Decisions::default() }).await.expect("decide");
}

pub(super) async fn claim<S: Storage>(store: &S, seconds: i64, limit: usize) -> Vec<Claimed> {
    store.claim(&ConnectionId::new("notion"), at(seconds), limit).await.expect("claim")
}

pub(super) fn events(claimed: &[Claimed]) -> Vec<u128> {
    claimed.iter().map(|claimed| u128::from_be_bytes(*claimed.action.event.as_bytes())).collect()
}

pub(super) fn done(reference: &str) -> Settlement {
    Settlement::Done(Receipt { reference: reference.to_owned(), adopted: false })
}

pub(super) fn retry(seconds: i64, ambiguous: bool) -> Settlement {
    let reason = "busy; wait".to_owned();
    Settlement::Retry { at: at(seconds), counted: true, ambiguous, reason }
}

pub(super) fn dead(holds_until: Option<i64>) -> Settlement {
    Settlement::Dead {
        ambiguous: false,
        holds_until: holds_until.map(at),
        reason: "refused; correct it".to_owned(),
    }
}

/// The same action from two decisions is one.
pub async fn deciding_twice_gives_one_action<S: Storage>(store: S) {
    fill(&store, vec![action(1, "notion", "a")]).await;
    fill(&store, vec![action(1, "notion", "a")]).await;
    assert_eq!(store.action_counts().await.expect("counts"), [(ActionState::Ready, 1)].into());
}

/// Decisions that are based on an old cursor write nothing.
pub async fn decisions_from_an_old_cursor_are_refused<S: Storage>(store: S) {
    fill(&store, vec![]).await;
    let actions = vec![action(1, "notion", "a")];
    let old = Decisions { to: Sequence(9), actions, ..Decisions::default() };
    assert!(matches!(store.decide(old).await, Err(StorageError::Moved { .. })));
    assert_eq!(store.decided().await.expect("cursor"), Sequence(1));
    assert!(store.action_counts().await.expect("counts").is_empty());
}

/// Only the head of a lane is given out, and the next one only when the head is settled.
pub async fn a_lane_goes_one_by_one_and_in_order<S: Storage>(store: S) {
    let actions = vec![
        action(1, "notion", "a"),
        action(2, "notion", "a"),
        action(3, "notion", "b"),
        action(4, "notion", "a"),
    ];
    fill(&store, actions.clone()).await;
    assert_eq!(events(&claim(&store, 10, 10).await), [1, 3]);
    assert_eq!(events(&claim(&store, 11, 10).await), [0; 0]);
    for (index, next) in [(0, vec![2]), (1, vec![4]), (3, vec![])] {
        store.settle(&actions[index].id, at(12), done("page")).await.expect("settle");
        assert_eq!(events(&claim(&store, 12, 10).await), next);
    }
}

/// A lane that waits for a time holds its own actions and no others.
pub async fn a_waiting_lane_stops_no_other<S: Storage>(store: S) {
    let actions =
        vec![action(1, "notion", "a"), action(2, "notion", "a"), action(3, "notion", "b")];
    fill(&store, actions.clone()).await;
    assert_eq!(events(&claim(&store, 10, 1).await), [1]);
    store.settle(&actions[0].id, at(11), retry(60, false)).await.expect("settle");
    assert_eq!(events(&claim(&store, 12, 10).await), [3]);
    store.settle(&actions[2].id, at(12), done("page")).await.expect("settle");
    let notion = ConnectionId::new("notion");
    assert_eq!(store.next_due(&notion).await.expect("due"), Some(at(60)));
    let again = claim(&store, 60, 10).await;
    assert_eq!(events(&again), [1]);
    assert_eq!((again[0].attempt, again[0].failures, again[0].look_first), (2, 1, false));
    store.settle(&actions[0].id, at(61), done("page")).await.expect("settle");
    assert_eq!(events(&claim(&store, 61, 10).await), [2]);
}

/// However long the queue of one busy lane, another lane's action is found.
pub async fn a_busy_lane_starves_no_other<S: Storage>(store: S) {
    let mut actions: Vec<_> = (1..=2_000).map(|number| action(number, "notion", "hot")).collect();
    actions.push(action(2_001, "notion", "cold"));
    fill(&store, actions).await;
    assert_eq!(events(&claim(&store, 10, 2).await), [1, 2_001]);
}

/// What waits longest goes first: an action that fails again and again keeps no other from its try.
pub async fn the_longest_due_goes_first<S: Storage>(store: S) {
    let mut late = action(3, "notion", "c");
    late.decided_at = at(50);
    let actions = vec![action(1, "notion", "a"), action(2, "notion", "b"), late];
    fill(&store, actions.clone()).await;
    let mut tried = Vec::new();
    for (seconds, due) in [(10, 20), (20, 30), (30, 40), (60, 70), (70, 80), (80, 90)] {
        let claimed = claim(&store, seconds, 1).await.remove(0);
        tried.extend(events(std::slice::from_ref(&claimed)));
        store.settle(&claimed.action.id, at(seconds), retry(due, false)).await.expect("settle");
    }
    assert_eq!(tried, [1, 2, 1, 2, 1, 3]);
}

/// Organizations with due work take turns, also from claim to claim; within one the oldest goes first.
pub async fn organizations_take_turns<S: Storage>(store: S) {
    let of = |owner: &str, number: u128| {
        let mut action = action(number, "notion", &format!("lane-{number}"));
        action.tenant = tenant(owner);
        action
    };
    let mut actions: Vec<_> = (1..=1_000).map(|number| of("alpha", number)).collect();
    actions.extend([of("beta", 2_001), of("gamma", 3_001), of("gamma", 3_002), of("beta", 2_002)]);
    fill(&store, actions.clone()).await;
    assert_eq!(events(&claim(&store, 10, 4).await), [1, 2_001, 3_001, 2]);
    assert_eq!(events(&claim(&store, 10, 1).await), [2_002]);
    assert_eq!(events(&claim(&store, 10, 1).await), [3_002]);
    assert_eq!(events(&claim(&store, 10, 2).await), [3, 4], "nobody else has anything left");
    // What waits for its next attempt takes its turn too.
    store.settle(&actions[1_003].id, at(11), retry(12, false)).await.expect("settle");
    assert_eq!(events(&claim(&store, 11, 1).await), [5]);
    assert_eq!(events(&claim(&store, 12, 3).await), [2_002, 6, 7]);
}

/// What can never succeed is set aside; the rest of its lane goes on.
pub async fn a_dead_action_lets_its_lane_go_on<S: Storage>(store: S) {
    let actions = vec![action(1, "notion", "a"), action(2, "notion", "a")];
    fill(&store, actions.clone()).await;
    claim(&store, 10, 1).await;
    store.settle(&actions[0].id, at(11), dead(None)).await.expect("settle");
    assert_eq!(events(&claim(&store, 12, 10).await), [2]);
    let counts = store.action_counts().await.expect("counts");
    assert_eq!(counts.get(&ActionState::Dead), Some(&1));
}

/// An attempt without an end is looked up before it is repeated, and keeps its place.
pub async fn a_started_action_is_looked_up_after_a_crash<S: Storage>(store: S) {
    let actions =
        vec![action(1, "notion", "a"), action(2, "notion", "a"), action(3, "notion", "b")];
    fill(&store, actions.clone()).await;
    assert_eq!(events(&claim(&store, 10, 1).await), [1]);
    assert_eq!(store.recover(at(20)).await.expect("recover"), 1);
    let again = claim(&store, 20, 10).await;
    assert_eq!(events(&again), [3, 1]);
    assert!(again[1].look_first && !again[0].look_first);
    assert_eq!((again[1].attempt, again[1].failures), (2, 0));
}

/// An attempt whose end is in doubt is looked up before it is repeated.
pub async fn an_ambiguous_attempt_is_looked_up<S: Storage>(store: S) {
    let actions = vec![action(1, "notion", "a")];
    fill(&store, actions.clone()).await;
    claim(&store, 10, 1).await;
    store.settle(&actions[0].id, at(11), retry(12, true)).await.expect("settle");
    let second = claim(&store, 12, 1).await;
    assert!(second[0].look_first);
    store.settle(&actions[0].id, at(13), retry(14, false)).await.expect("settle");
    assert!(claim(&store, 14, 1).await[0].look_first, "the doubt stays until it is settled");
}

/// A destination's queue is its own.
pub async fn destinations_do_not_see_each_other<S: Storage>(store: S) {
    fill(&store, vec![action(1, "elsewhere", "a"), action(2, "notion", "a")]).await;
    assert_eq!(events(&claim(&store, 10, 10).await), [2]);
}

/// Every attempt is kept with its end.
pub async fn the_story_of_an_action_is_kept<S: Storage>(store: S) {
    let actions = vec![action(1, "notion", "a")];
    fill(&store, actions.clone()).await;
    claim(&store, 10, 1).await;
    store.settle(&actions[0].id, at(11), retry(12, false)).await.expect("settle");
    claim(&store, 12, 1).await;
    store.settle(&actions[0].id, at(13), done("page-1")).await.expect("settle");
    let story = store.actions(event_id(1)).await.expect("actions");
    assert_eq!((story.len(), story[0].state), (1, ActionState::Done));
    assert_eq!(story[0].action, actions[0]);
    let outcomes: Vec<_> = story[0]
        .attempts
        .iter()
        .map(|attempt| (attempt.number, attempt.outcome.as_deref(), attempt.detail.as_deref()))
        .collect();
    assert_eq!(
        outcomes,
        [(1, Some("retry"), Some("busy; wait")), (2, Some("done"), Some("page-1"))]
    );
    assert_eq!(story[0].attempts[1].finished_at, Some(at(13)));
}

/// Decisions keep their lanes too, and nobody's events are a lane like others.
pub async fn lanes_move_with_the_cursor_of_the_outbox<S: Storage>(store: S) {
    let ahead =
        Lanes([(None, Sequence(4)), (Some(tenant("beta").organization), Sequence(9))].into());
    let step = LaneStep { from: Lanes::default(), to: ahead.clone() };
    let decisions = || Decisions { lanes: step.clone(), ..Decisions::default() };
    store.decide(decisions()).await.expect("decide");
    assert_eq!(store.decided_ahead().await.expect("lanes"), ahead);
    assert!(matches!(store.decide(decisions()).await, Err(StorageError::Moved { .. })));
    assert_eq!(store.projected_ahead().await.expect("lanes"), Lanes::default());
}

/// After a restore each action that is not done may have been done since the backup, those that were
/// given up included; so may those that are decided for events from before it.
pub async fn after_a_restore_everything_open_is_looked_up<S: Storage>(store: S) {
    let actions: Vec<_> =
        [(1, "a"), (2, "b"), (3, "c"), (4, "c")].map(|(n, lane)| action(n, "notion", lane)).into();
    fill(&store, actions.clone()).await;
    assert_eq!(events(&claim(&store, 10, 3).await), [1, 2, 3]);
    store.settle(&actions[0].id, at(11), done("page")).await.expect("settle");
    assert_eq!(store.restored_at().await.expect("restored"), None);
    assert_eq!(store.mark_restored(at(20)).await.expect("mark"), 3);
    assert_eq!(store.restored_at().await.expect("restored"), Some(at(20)));
    store.recover(at(21)).await.expect("recover");
    let later = [action(5, "notion", "d"), action(6, "notion", "e")];
    let decisions = Decisions {
        from: Sequence(1),
        to: Sequence(2),
        look_first: [later[0].id.clone()].into(),
        actions: later.into(),
        ..Decisions::default()
    };
    store.decide(decisions).await.expect("decide");
    let mut claimed = claim(&store, 30, 10).await;
    claimed.sort_by_key(|claimed| claimed.action.event);
    let looked_up: Vec<_> = claimed.iter().map(|claimed| claimed.look_first).collect();
    assert_eq!((events(&claimed), looked_up), (vec![2, 3, 5, 6], vec![true, true, true, false]));
    store.settle(&actions[2].id, at(31), done("page")).await.expect("settle");
    let behind = claim(&store, 32, 10).await;
    assert_eq!((events(&behind), behind[0].look_first), (vec![4], true));
}
