//! Stories: whole, cut short, and of events that lead nowhere.

use domain::{
    ConnectionId, EventKind, Journal, Memory, Outbox, Receipt, Retained, Retention, Settlement,
    contract::sample::{at, event_id},
};

use super::*;
use crate::{
    fixture::{self, saying, sources, store},
    stage::Stage,
};

async fn run(store: &Memory) {
    let (mut project, mut decide) = (fixture::project(store), fixture::decide(store));
    project.pass().await.unwrap();
    decide.pass().await.unwrap();
}

async fn texts(store: &Memory, number: u128) -> Vec<String> {
    let story = tell(store, &sources(), event_id(number)).await.unwrap().unwrap();
    story
        .steps
        .into_iter()
        .map(|step| format!("{} {}: {}", step.stop, step.name, step.text))
        .collect()
}

#[tokio::test]
async fn a_story_grows_with_its_event() {
    let store = store();
    assert_eq!(tell(&store, &sources(), event_id(1)).await.unwrap(), None);
    store.append(saying(1, "a Ada")).await.unwrap();
    let early = texts(&store, 1).await;
    assert_eq!(early[2], "3 journal: durable as entry 1");
    assert_eq!(early[3..], ["4 mirror: not reached yet", "5 decide: not reached yet"]);

    run(&store).await;
    let notion = ConnectionId::new("notion");
    let claimed = store.claim(&notion, at(9), 1).await.unwrap().remove(0);
    let cut_off = texts(&store, 1).await;
    assert_eq!(
        cut_off[5..],
        ["6 deliver: to con_notion: started", "7 speak: attempt 1: its end is not known"]
    );
    let receipt = Receipt { reference: "page-1".to_owned(), adopted: false };
    store.settle(&claimed.action.id, at(10), Settlement::Done(receipt)).await.unwrap();
    let whole = texts(&store, 1).await;
    assert_eq!(
        whole[3..],
        [
            "4 mirror: one record",
            "5 decide: one action",
            "6 deliver: to con_notion: done",
            "7 speak: attempt 1: done",
        ]
    );
}

#[tokio::test]
async fn a_story_tells_how_the_sender_was_known_and_what_the_delivery_is_called() {
    let store = store();
    let mut keyed = saying(1, "a Ada");
    keyed.origin = Origin::Keyed;
    let called = keyed.correlation.to_string();
    store.append(keyed).await.unwrap();
    let told = tell(&store, &sources(), event_id(1)).await.unwrap().unwrap().steps.remove(0);
    let proof = "received from highlevel with a key, token or secret of its organization, 5 bytes";
    assert_eq!(told.text, proof);
    assert!(told.details.contains(&("correlation id".to_owned(), called)), "{:?}", told.details);
}

#[tokio::test]
async fn a_story_tells_where_the_event_differs_from_its_contract() {
    let store = store();
    for event in [saying(1, "a Ada?"), saying(2, "a Ada"), saying(3, "poison")] {
        store.append(event).await.unwrap();
    }
    let told = async |number| {
        let story = tell(&store, &sources(), event_id(number)).await.unwrap().unwrap();
        let details = story.steps.into_iter().flat_map(|step| step.details);
        let differs = details.filter(|(label, _)| label == "differs from its contract");
        differs.map(|(_, told)| told).collect::<Vec<_>>()
    };
    assert_eq!(told(1).await, ["/name: expected a fact, found a question"]);
    assert_eq!(told(2).await, [""; 0]);
    assert_eq!(told(3).await, [""; 0], "a reader that fails tells nothing");
}

#[tokio::test]
async fn an_event_that_leads_nowhere_says_why() {
    let store = store();
    let mut nobodys = saying(1, "a Ada");
    nobodys.tenant = None;
    let mut unreadable = saying(3, "odd");
    unreadable.kind = EventKind::UNREADABLE;
    for event in [nobodys, saying(2, "odd"), unreadable] {
        store.append(event).await.unwrap();
    }
    run(&store).await;
    let nobodys = texts(&store, 1).await;
    assert_eq!(
        nobodys[3..],
        ["4 mirror: not mirrored: it belongs to nobody", "5 decide: nothing: it belongs to nobody",]
    );
    assert_eq!(texts(&store, 2).await[3], "4 mirror: not mirrored: `odd` has no name");
    assert_eq!(texts(&store, 3).await[4], "5 decide: nothing follows from it");
    let story = tell(&store, &sources(), event_id(2)).await.unwrap().unwrap();
    let parked = pair("parked", "after 3 tries: `odd` has no name");
    assert!(story.steps[3].details.contains(&parked), "{:?}", story.steps[3]);
}

#[tokio::test]
async fn a_story_without_its_bytes_says_so_and_keeps_the_rest() {
    let store = store();
    for event in [saying(1, "a Ada"), saying(2, "odd")] {
        store.append(event).await.unwrap();
    }
    run(&store).await;
    let before = texts(&store, 1).await;
    let all = store.kept_after(Retained::Bytes, 0, 10).await.unwrap();
    store.remove(Retained::Bytes, &all).await.unwrap();
    let after = texts(&store, 1).await;
    let told =
        "1 door: received from highlevel with a valid signature, 5 bytes, which are no longer kept";
    assert_eq!(after[0], told);
    assert_eq!(after[1..], before[1..]);
    let untold = "4 mirror: changed no mirrored record; its bytes are no longer kept to tell why";
    assert_eq!(texts(&store, 2).await[3], untold);
}
