//! What is done once, what is counted, and what is noted.

use domain::Outcome;
use endpoint::catalogue::Kind;
use serde_json::{Value, json};

use super::{
    super::*,
    call,
    house::{Scripted, Speaker, caller},
    walk,
};
use crate::{
    Mode,
    caps::{Cap, Caps},
    safety::Safety,
};

#[tokio::test]
async fn what_comes_twice_under_one_key_is_done_once() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Write));
    let walk = walk(&house, caller(Mode::Default));
    let keyed = |text: &str| json!({"text": text, "idempotency_key": "k1"});
    let first = call(&walk, &tool, keyed("hi")).await.unwrap();
    assert_eq!(call(&walk, &tool, keyed("hi")).await.unwrap(), first, "the same answer");
    assert_eq!(call(&walk, &tool, keyed("ho")).await, Err("key_reused"));
    assert_eq!(tool.said(), ["hi"]);
    house.pass(24 * 3600);
    call(&walk, &tool, keyed("hi")).await.unwrap();
    assert_eq!(tool.said(), ["hi", "hi"], "a day later the key is free");
}

#[tokio::test]
async fn a_key_is_free_while_nothing_was_begun() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
    let walk = walk(&house, caller(Mode::Default));
    let mut keyed = json!({"text": "hi", "idempotency_key": "k1"});
    let shown = call(&walk, &tool, keyed.clone()).await.unwrap();
    keyed["confirm"] = shown["confirm"].clone();
    let done = call(&walk, &tool, keyed.clone()).await.unwrap();
    assert_eq!(done["said"], true);
    // Whoever lost the answer gets it again, and nothing is sent twice.
    assert_eq!(call(&walk, &tool, keyed).await.unwrap(), done);
    assert_eq!(tool.said(), ["hi"]);
}

#[tokio::test]
async fn what_failed_after_it_was_begun_is_not_tried_again_under_its_key() {
    let house = Scripted::new();
    let tool = Speaker { fails: Some("in_doubt"), ..Speaker::new(Kind::Write) };
    let walk = walk(&house, caller(Mode::Default));
    let keyed = json!({"text": "hi", "idempotency_key": "k1"});
    assert_eq!(call(&walk, &tool, keyed.clone()).await, Err("in_doubt"));
    assert_eq!(call(&walk, &tool, keyed).await, Err("failed_before"));
    assert_eq!(tool.said(), ["hi"]);
}

#[tokio::test]
async fn a_cap_holds_in_every_mode_and_has_room_again() {
    let house = Scripted::new();
    let sends = Cap { per_hour: 2, per_day: 3 };
    let safety = Arc::new(Safety::of_process(Caps { sends, ..Caps::default() }));
    let walk = Walk { safety, ..walk(&house, caller(Mode::Trusted)) };
    let tool = Speaker::new(Kind::Send);
    let say = || call(&walk, &tool, json!({"text": "hi"}));
    assert!(say().await.is_ok() && say().await.is_ok());
    assert_eq!(say().await, Err("cap_reached"));
    assert!(call(&walk, &Speaker::new(Kind::Write), json!({"text": "hi"})).await.is_ok());
    house.pass(3600);
    assert!(say().await.is_ok());
    assert_eq!(say().await, Err("cap_reached"), "the day is full");
    let many = Speaker { records: 2, ..Speaker::new(Kind::Send) };
    assert_eq!(call(&walk, &many, json!({"text": "hi"})).await, Err("cap_reached"));
    assert_eq!(tool.said().len(), 3);
}

#[tokio::test]
async fn what_was_refused_is_not_counted_and_what_is_in_doubt_is() {
    let house = Scripted::new();
    let sends = Cap { per_hour: 1, per_day: 1 };
    let safety = Arc::new(Safety::of_process(Caps { sends, ..Caps::default() }));
    let walk = Walk { safety, ..walk(&house, caller(Mode::Trusted)) };
    let failing = |code| Speaker { fails: Some(code), ..Speaker::new(Kind::Send) };
    let say = json!({"text": "hi"});
    assert_eq!(call(&walk, &failing("opted_out"), say.clone()).await, Err("opted_out"));
    assert_eq!(call(&walk, &failing("in_doubt"), say.clone()).await, Err("in_doubt"));
    assert_eq!(call(&walk, &failing("opted_out"), say).await, Err("cap_reached"));
}

#[tokio::test(start_paused = true)]
async fn every_call_is_noted_without_its_values() {
    let house = Scripted::new();
    let walk = walk(&house, caller(Mode::Default));
    let secret = "Meet Ada at 5, her number is +15550100142";
    let arguments = json!({"text": secret, "ada@example.com": "x"});
    call(&walk, &Speaker::new(Kind::Read), arguments.clone()).await.unwrap();
    assert!(house.audit().await.is_empty(), "a read does not wait for the store");
    call(&walk, &Speaker::new(Kind::Write), arguments.clone()).await.unwrap();
    let shown = call(&walk, &Speaker::new(Kind::Send), arguments.clone()).await.unwrap();
    let mut confirmed = arguments.clone();
    confirmed["confirm"] = shown["confirm"].clone();
    call(&walk, &Speaker::new(Kind::Send), confirmed.clone()).await.unwrap();
    call(&walk, &Speaker::new(Kind::Send), confirmed).await.unwrap_err();
    let failing = Speaker { fails: Some("conflict"), ..Speaker::new(Kind::Write) };
    call(&walk, &failing, arguments).await.unwrap_err();
    call(&walk, &failing, json!({"location": "elsewhere"})).await.unwrap_err();
    let dyn_house: Arc<dyn House> = Arc::clone(&house) as _;
    walk.safety.flush(&dyn_house).await;

    let audit = house.audit().await;
    let noted: Vec<_> = audit
        .iter()
        .map(|entry| {
            let detail = entry.noted.detail.clone().unwrap();
            let decision = detail.split(';').next().unwrap().to_owned();
            (entry.noted.act.as_str(), entry.noted.outcome, decision)
        })
        .collect();
    let expected = [
        ("mcp.speak", Outcome::Done, "read read"),
        ("mcp.speak.begun", Outcome::Done, "write ran"),
        ("mcp.speak", Outcome::Done, "write ran"),
        ("mcp.speak", Outcome::Done, "send preview by preview"),
        ("mcp.speak.begun", Outcome::Done, "send confirmed by preview"),
        ("mcp.speak", Outcome::Done, "send confirmed by preview"),
        ("mcp.speak", Outcome::Refused, "send refused"),
        ("mcp.speak.begun", Outcome::Done, "write ran"),
        ("mcp.speak", Outcome::Refused, "write ran"),
        ("mcp.speak", Outcome::Refused, "write refused"),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(act, outcome, what)| (act, outcome, what.to_owned())).collect();
    assert_eq!(noted, expected);
    let subject = audit[1].noted.subject.as_deref();
    assert_eq!(subject, Some("conversations.send-a-new-message c0"));
    let detail = audit[2].noted.detail.as_deref().unwrap();
    assert!(detail.contains(" of text; location locationa; change set "), "{detail}");
    let all = serde_json::to_string(&audit).unwrap();
    for value in ["Ada", "ada@", "example.com", "0100142", "Person", "elsewhere"] {
        assert!(!all.contains(value), "{value}: {all}");
    }
}

#[tokio::test(start_paused = true)]
async fn reads_are_noted_together_in_a_moment() {
    let house = Scripted::new();
    let walk = walk(&house, caller(Mode::ReadOnly));
    for _ in 0..100 {
        call(&walk, &Speaker::new(Kind::Read), json!({"text": "hi"})).await.unwrap();
    }
    assert_eq!(house.notes(), 0);
    // The clock of the test moves on by itself once nothing else is to be done.
    while house.audit().await.is_empty() {
        tokio::time::advance(std::time::Duration::from_millis(50)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!((house.notes(), house.audit().await.len()), (1, 100));
}

#[tokio::test]
async fn what_cannot_be_noted_is_not_done() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Write));
    let walk = walk(&house, caller(Mode::Default));
    house.loses_notes();
    assert_eq!(call(&walk, &tool, json!({"text": "hi"})).await, Err("store_unavailable"));
    assert!(tool.said().is_empty());
    let read = call(&walk, &Speaker::new(Kind::Read), json!({"text": "hi"})).await;
    assert!(read.is_ok(), "and reads go on");
}

#[tokio::test]
async fn a_tool_that_says_that_it_reads_writes_nothing() {
    let (house, tool) = (Scripted::new(), Speaker { lies: true, ..Speaker::new(Kind::Write) });
    let walk = walk(&house, caller(Mode::Trusted));
    assert_eq!(call(&walk, &tool, json!({"text": "hi"})).await, Err("bug"));
    assert!(tool.said().is_empty());
    let _: Value = json!(null);
}
