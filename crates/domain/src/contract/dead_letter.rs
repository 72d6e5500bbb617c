//! What every keeper of dead letters must do.

use super::{
    outbox::{claim, dead, done, events, fill, retry},
    sample::{action, at, event_id},
};
use crate::{
    Action, ActionId, ActionState, Backlog, ConnectionId, DeadLetter, Dropped, Settlement, Storage,
};

/// Claims the next action and gives it up at this second.
async fn give_up<S: Storage>(store: &S, seconds: i64, settlement: Settlement) -> ActionId {
    let claimed = claim(store, seconds, 1).await.remove(0);
    store.settle(&claimed.action.id, at(seconds), settlement).await.expect("settle");
    claimed.action.id
}

async fn letters<S: Storage>(store: &S) -> Vec<DeadLetter> {
    store.dead_letters(0, 100).await.expect("dead letters")
}

async fn state<S: Storage>(store: &S, number: u128) -> ActionState {
    store.actions(event_id(number)).await.expect("actions")[0].state
}

fn by_ada(seconds: i64) -> Dropped {
    Dropped { at: at(seconds), by: "ada".to_owned() }
}

fn lane_of(count: u128) -> Vec<Action> {
    (1..=count).map(|number| action(number, "notion", "a")).collect()
}

/// A dead letter tells what, when, why and after how many tries.
pub async fn a_dead_letter_tells_its_reason<S: Storage>(store: S) {
    let actions = vec![action(1, "notion", "a"), action(2, "elsewhere", "a")];
    fill(&store, actions.clone()).await;
    let first = claim(&store, 10, 1).await.remove(0);
    store.settle(&first.action.id, at(11), retry(12, false)).await.expect("settle");
    give_up(&store, 12, dead(Some(99))).await;
    let found = letters(&store).await;
    assert_eq!(found.len(), 1);
    let expected = DeadLetter {
        place: found[0].place,
        action: actions[0].clone(),
        died_at: at(12),
        reason: "refused; correct it".to_owned(),
        attempts: 2,
        holds_until: Some(at(99)),
        dropped: None,
    };
    assert_eq!(found[0], expected);
    let backlog = store.backlog().await.expect("backlog");
    let waiting = Backlog { count: 1, oldest: at(12) };
    assert_eq!(backlog, [(ConnectionId::new("notion"), waiting)].into());
}

/// Dead letters come in the order of their actions, page by page.
pub async fn dead_letters_come_in_pages<S: Storage>(store: S) {
    let actions = (1..=5).map(|number| action(number, "notion", &format!("lane-{number}")));
    fill(&store, actions.collect()).await;
    for seconds in 10..15 {
        give_up(&store, seconds, dead(None)).await;
    }
    let (mut after, mut pages) = (0, Vec::new());
    loop {
        let page = store.dead_letters(after, 2).await.expect("dead letters");
        let Some(last) = page.last() else { break };
        after = last.place;
        pages.push(page.iter().map(|letter| letter.action.event).collect::<Vec<_>>());
    }
    let expected: [&[u128]; 3] = [&[1, 2], &[3, 4], &[5]];
    let expected = expected.map(|page| page.iter().copied().map(event_id).collect::<Vec<_>>());
    assert_eq!(pages, expected);
}

/// A replayed action goes before what came after it, is tried under the next number, and starts a
/// new series of failures.
pub async fn a_replayed_action_is_tried_in_its_place<S: Storage>(store: S) {
    fill(&store, lane_of(3)).await;
    let first = claim(&store, 10, 1).await.remove(0);
    store.settle(&first.action.id, at(11), retry(12, true)).await.expect("settle");
    let id = give_up(&store, 12, dead(None)).await;
    let under_way = claim(&store, 13, 1).await.remove(0);
    assert_eq!(events(std::slice::from_ref(&under_way)), [2]);
    let replayed = store.replay_dead(std::slice::from_ref(&id), at(14)).await.expect("replay");
    assert_eq!(replayed, [id]);
    assert_eq!(events(&claim(&store, 14, 9).await), [0; 0], "the lane is busy");
    store.settle(&under_way.action.id, at(15), done("page")).await.expect("settle");
    let again = claim(&store, 15, 9).await;
    assert_eq!(events(&again), [1], "the older one goes first");
    assert_eq!((again[0].attempt, again[0].failures, again[0].look_first), (3, 0, true));
    store.settle(&again[0].action.id, at(16), done("page")).await.expect("settle");
    assert_eq!(events(&claim(&store, 16, 9).await), [3]);
    assert!(letters(&store).await.is_empty());
    assert!(store.backlog().await.expect("backlog").is_empty());
    assert_eq!(store.actions(event_id(1)).await.expect("actions")[0].attempts.len(), 3);
}

/// What died in doubt is looked up when it is replayed.
pub async fn what_died_in_doubt_is_looked_up<S: Storage>(store: S) {
    fill(&store, lane_of(1)).await;
    let reason = "no answer".to_owned();
    let doubtful = Settlement::Dead { ambiguous: true, holds_until: None, reason };
    let id = give_up(&store, 10, doubtful).await;
    store.replay_dead(&[id], at(11)).await.expect("replay");
    assert!(claim(&store, 11, 1).await[0].look_first);
}

/// A replay of what is not dead changes nothing.
pub async fn a_second_replay_changes_nothing<S: Storage>(store: S) {
    fill(&store, lane_of(2)).await;
    let id = give_up(&store, 10, dead(None)).await;
    let ids = [id.clone(), ActionId::of(&event_id(2), "log_activity"), ActionId::new("none")];
    assert_eq!(store.replay_dead(&ids, at(11)).await.expect("replay"), std::slice::from_ref(&id));
    assert_eq!(store.replay_dead(&ids, at(12)).await.expect("replay"), []);
    let again = claim(&store, 13, 9).await;
    assert_eq!((events(&again), again[0].attempt), (vec![1], 2));
    assert_eq!(store.replay_dead(&ids, at(13)).await.expect("replay"), [], "it is under way");
    store.settle(&id, at(14), done("page")).await.expect("settle");
    assert_eq!(store.replay_dead(&ids, at(15)).await.expect("replay"), [], "it is done");
    assert_eq!(state(&store, 1).await, ActionState::Done);
}

/// A dropped action is kept, tells who dropped it, is no backlog, and can be replayed.
pub async fn a_dropped_action_stays_and_can_come_back<S: Storage>(store: S) {
    fill(&store, lane_of(2)).await;
    let id = give_up(&store, 10, dead(None)).await;
    let ids = [id.clone(), ActionId::of(&event_id(2), "log_activity")];
    assert_eq!(store.drop_dead(&ids, by_ada(11)).await.expect("drop"), std::slice::from_ref(&id));
    assert_eq!(store.drop_dead(&ids, by_ada(12)).await.expect("drop"), [], "it is dropped");
    assert_eq!(letters(&store).await[0].dropped, Some(by_ada(11)));
    assert_eq!(state(&store, 1).await, ActionState::Dropped);
    assert!(store.backlog().await.expect("backlog").is_empty());
    assert_eq!(store.replay_dead(&ids, at(13)).await.expect("replay"), [id]);
    assert!(letters(&store).await.is_empty());
}

/// A dead action that holds its lane lets nothing pass until its time is over, and others go on.
pub async fn a_held_lane_waits_for_its_time<S: Storage>(store: S) {
    let mut actions = lane_of(2);
    actions.push(action(3, "notion", "b"));
    fill(&store, actions).await;
    give_up(&store, 10, dead(Some(60))).await;
    let other = claim(&store, 11, 9).await;
    assert_eq!(events(&other), [3]);
    store.settle(&other[0].action.id, at(12), done("page")).await.expect("settle");
    fill(&store, vec![action(4, "notion", "a")]).await;
    assert_eq!(events(&claim(&store, 59, 9).await), [0; 0]);
    assert_eq!(events(&claim(&store, 60, 9).await), [2], "then it goes on");
}

/// A held lane with nothing in it holds what comes later.
pub async fn a_held_lane_holds_what_comes_later<S: Storage>(store: S) {
    fill(&store, lane_of(1)).await;
    give_up(&store, 10, dead(Some(60))).await;
    fill(&store, vec![action(2, "notion", "a")]).await;
    assert_eq!(events(&claim(&store, 59, 9).await), [0; 0]);
    assert_eq!(events(&claim(&store, 60, 9).await), [2]);
}

/// A replay or a drop lets a held lane go on at once.
pub async fn a_held_lane_goes_on_after_replay_or_drop<S: Storage>(store: S) {
    fill(&store, lane_of(3)).await;
    let first = give_up(&store, 10, dead(Some(60))).await;
    store.replay_dead(std::slice::from_ref(&first), at(11)).await.expect("replay");
    assert_eq!(give_up(&store, 12, dead(Some(60))).await, first, "the same one, not the next");
    assert_eq!(events(&claim(&store, 13, 9).await), [0; 0]);
    store.drop_dead(std::slice::from_ref(&first), by_ada(14)).await.expect("drop");
    let second = give_up(&store, 14, dead(Some(60))).await;
    assert_eq!(second, ActionId::of(&event_id(2), "log_activity"));
    // What is older than the one that holds the lane may pass.
    store.replay_dead(std::slice::from_ref(&first), at(15)).await.expect("replay");
    let older = claim(&store, 15, 9).await;
    assert_eq!(events(&older), [1]);
    store.settle(&first, at(16), done("page")).await.expect("settle");
    assert_eq!(events(&claim(&store, 17, 9).await), [0; 0], "the second holds it still");
    assert_eq!(events(&claim(&store, 60, 9).await), [3]);
}
