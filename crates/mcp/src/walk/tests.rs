//! The walk of a call in a house without a vendor.

mod confirm;
mod house;
mod record;

use domain::ChangeSets as _;
use serde_json::json;

use self::house::{Scripted, Speaker, caller, object};
use super::*;
use crate::{Mode, caps::Caps, confirm::person::Reach};

fn nobody() -> Client {
    Client { reach: Reach::Nobody, state: None, responses: None }
}

fn value(walked: Walked) -> Value {
    match walked {
        Walked::Told(told) => told.value,
        Walked::Asks(_) => panic!("nobody can be asked"),
    }
}

fn walk(house: &Arc<Scripted>, caller: Caller) -> Walk {
    Walk {
        house: Arc::clone(house) as _,
        caller: Arc::new(caller),
        directory: Arc::default(),
        handles: Arc::default(),
        safety: Arc::new(Safety::of_process(Caps::default())),
    }
}

async fn call(walk: &Walk, tool: &Speaker, arguments: Value) -> Result<Value, &'static str> {
    let held = Held::of(Box::new(tool.clone()));
    let call = Call { tool: &held, arguments: object(arguments), progress: None, client: nobody() };
    walk.call(call).await.map(value).map_err(|error| error.code)
}

#[tokio::test]
async fn every_result_names_its_location_and_a_write_its_change_set() {
    let house = Scripted::new();
    let walk = walk(&house, caller(Mode::Default));
    let heard = call(&walk, &Speaker::new(Kind::Read), json!({"text": "hi"})).await.unwrap();
    let location = json!({"id": "locationa", "name": "Shop a"});
    assert_eq!(heard, json!({"heard": "hi", "location": location}));

    let tool = Speaker::new(Kind::Write);
    let said = call(&walk, &tool, json!({"text": "hi", "location": "Shop a"})).await.unwrap();
    let sets = house.store.change_sets(&domain::Realm::Installation, None, 9).await.unwrap();
    let set = json!(sets[0].id.to_string());
    assert_eq!(said, json!({"said": true, "location": location, "change_set": set}));
    assert_eq!(tool.said(), ["hi"]);
}

#[tokio::test]
async fn a_dry_run_shows_and_does_nothing() {
    let house = Scripted::new();
    for (mode, kind, asked) in [
        (Mode::Default, Kind::Write, "nothing"),
        (Mode::Default, Kind::Send, "whether to do it"),
        (Mode::Strict, Kind::Delete, "to type a word, and whether to do it"),
        (Mode::Trusted, Kind::Money, "nothing"),
    ] {
        let tool = Speaker::new(kind);
        let walk = walk(&house, caller(mode));
        let shown = call(&walk, &tool, json!({"text": "hi", "dry_run": true})).await.unwrap();
        assert_eq!(shown["status"], "dry_run");
        assert_eq!(shown["kind"], kind.as_str());
        assert_eq!(shown["question"], "Say “hi” to Person 0");
        assert_eq!(shown["targets"][0]["id"], "c0");
        assert_eq!(shown["calls"][0]["body"]["message"], "hi");
        assert_eq!(shown["would_ask"], asked, "{mode:?} {kind:?}");
        assert!(tool.said().is_empty());
    }
    let sets = house.store.change_sets(&domain::Realm::Installation, None, 9).await.unwrap();
    assert_eq!(sets.len(), 0, "nothing was begun");
}

#[tokio::test]
async fn whoever_works_elsewhere_finds_no_such_location() {
    let house = Scripted::new();
    let walk = walk(&house, caller(Mode::Default));
    for named in ["locationb", "Shop b", "../locationa", ""] {
        let tool = Speaker::new(Kind::Write);
        let refused = call(&walk, &tool, json!({"text": "hi", "location": named})).await;
        assert_eq!(refused, Err("no_location"), "{named}");
        assert!(tool.said().is_empty());
    }
}
