//! What is asked, and which answers count.

use std::sync::Mutex;

use domain::BoxFuture;
use endpoint::catalogue::Kind;
use rmcp::model::{ElicitRequestParams, ElicitResult, ElicitationAction, InputRequest};
use serde_json::{Value, json};

use super::{
    super::*,
    house::{Scripted, Speaker, caller, caller_of, object},
    nobody, value, walk,
};
use crate::{
    Mode,
    confirm::person::{Ask, Reach},
    tool::every_kind,
};

const HI: &str = "hi";

fn modern(answer: Option<(&str, Value)>) -> Client {
    let (state, responses) = match answer {
        None => (None, None),
        Some((state, answer)) => {
            (Some(state.to_owned()), Some([("confirm".to_owned(), answer)].into()))
        }
    };
    Client { reach: Reach::Retry, state, responses }
}

fn yes() -> Value {
    json!({"action": "accept", "content": {"confirm": true}})
}

/// Walks a call of the tool by a client.
async fn call(
    walk: &Walk,
    tool: &Speaker,
    (arguments, client): (Value, Client),
) -> Result<Walked, &'static str> {
    let held = Held::of(Box::new(tool.clone()));
    let call = Call { tool: &held, arguments: object(arguments), progress: None, client };
    walk.call(call).await.map_err(|error| error.code)
}

/// Has the client asked, and gives the state with the form.
async fn asked(walk: &Walk, tool: &Speaker, text: &str) -> (String, ElicitRequestParams) {
    let walked = call(walk, tool, (json!({ "text": text }), modern(None))).await.unwrap();
    let Walked::Asks(asks) = walked else { panic!("the client is to ask") };
    let request = asks.input_requests.unwrap().remove("confirm").unwrap();
    let InputRequest::Elicitation(form) = request else { panic!("it is a form") };
    (asks.request_state.unwrap(), form.params)
}

async fn answered(
    walk: &Walk,
    tool: &Speaker,
    (text, state, answer): (&str, &str, Value),
) -> Result<Value, &'static str> {
    let client = modern(Some((state, answer)));
    call(walk, tool, (json!({ "text": text }), client)).await.map(value)
}

#[tokio::test]
async fn every_kind_in_every_mode() {
    use Kind::{Delete, Money, Read, Send, Write};
    let modes = [Mode::ReadOnly, Mode::Strict, Mode::Default, Mode::Trusted];
    for (kind, records, expected) in [
        (Read, 1, ["heard", "heard", "heard", "heard"]),
        (Write, 1, ["read_only", "preview", "said", "said"]),
        (Send, 1, ["read_only", "preview", "preview", "said"]),
        (Delete, 1, ["read_only", "typed", "preview", "said"]),
        (Money, 1, ["read_only", "typed", "preview", "said"]),
        (Write, 5, ["read_only", "preview", "preview", "said"]),
        (Send, 5, ["read_only", "preview", "preview", "said"]),
        (Delete, 5, ["read_only", "typed", "preview", "said"]),
        (Money, 5, ["read_only", "typed", "preview", "said"]),
    ] {
        for (mode, expected) in modes.into_iter().zip(expected) {
            let house = Scripted::new();
            let tool = Speaker { records, ..Speaker::new(kind) };
            let walk = walk(&house, caller(mode));
            let became = call(&walk, &tool, (json!({"text": HI}), nobody())).await.map(value);
            let became = match became {
                Ok(told) if told.get("to_type").is_some() => "typed",
                Ok(told) if told["status"] == "preview" => "preview",
                Ok(told) if told.get("said").is_some() => "said",
                Ok(_) => "heard",
                Err(code) => code,
            };
            assert_eq!(became, expected, "{mode:?} {kind:?} {records}");
            assert_eq!(tool.said().len(), usize::from(expected == "said"));
        }
    }
}

#[tokio::test]
async fn a_kind_that_a_caller_may_not_is_refused_in_every_mode() {
    for mode in [Mode::ReadOnly, Mode::Strict, Mode::Default, Mode::Trusted] {
        for kind in [Kind::Write, Kind::Send, Kind::Delete, Kind::Money] {
            let mut kinds = every_kind();
            kinds.remove(&kind);
            let (house, tool) = (Scripted::new(), Speaker::new(kind));
            let walk = walk(&house, caller_of("a", mode, kinds));
            let expected = if mode == Mode::ReadOnly { "read_only" } else { "not_permitted" };
            for arguments in [json!({"text": HI}), json!({"text": HI, "dry_run": true})] {
                let refused = call(&walk, &tool, (arguments, modern(None))).await;
                assert_eq!(refused.err(), Some(expected), "{mode:?} {kind:?}");
            }
            assert!(tool.said().is_empty());
        }
    }
}

#[tokio::test]
async fn a_form_that_is_answered_yes_counts_once() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
    let walk = walk(&house, caller(Mode::Default));
    let (state, form) = asked(&walk, &tool, HI).await;
    let ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } = form else {
        panic!("it is a form")
    };
    assert_eq!(message, "Say “hi” to Person 0");
    assert_eq!(requested_schema.required, Some(vec!["confirm".to_owned()]));
    assert!(tool.said().is_empty(), "nothing is done before the answer");

    let told = answered(&walk, &tool, (HI, &state, yes())).await.unwrap();
    assert_eq!(told["said"], true);
    let again = answered(&walk, &tool, (HI, &state, yes())).await;
    assert_eq!(again, Err("confirmed_before"));
    assert_eq!(tool.said(), [HI]);
}

#[tokio::test]
async fn a_no_is_a_result_and_is_final() {
    for (answer, status) in [
        (json!({"action": "decline"}), "declined"),
        (json!({"action": "cancel"}), "cancelled"),
        (json!({"action": "accept", "content": {"confirm": false}}), "declined"),
        (json!({"action": "accept"}), "declined"),
        (json!({"action": "grant"}), "cancelled"),
        (json!("yes"), "cancelled"),
    ] {
        let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
        let walk = walk(&house, caller(Mode::Default));
        let (state, _) = asked(&walk, &tool, HI).await;
        let told = answered(&walk, &tool, (HI, &state, answer.clone())).await.unwrap();
        assert_eq!(told["status"], status, "{answer}");
        let later = answered(&walk, &tool, (HI, &state, yes())).await;
        assert_eq!(later, Err("confirmed_before"));
        assert!(tool.said().is_empty());
    }
}

#[tokio::test]
async fn a_state_is_for_one_call_of_one_caller_in_one_place() {
    let house = Scripted::new();
    let tool = Speaker::new(Kind::Send);
    let owner = walk(&house, caller(Mode::Default));
    let (state, _) = asked(&owner, &tool, HI).await;

    let safety = Arc::clone(&owner.safety);
    let by = |caller: Caller| Walk { safety: Arc::clone(&safety), ..walk(&house, caller) };
    let other_arguments = answered(&owner, &tool, ("ho", &state, yes())).await;
    assert_eq!(other_arguments, Err("not_confirmed"));

    let mut stranger = caller(Mode::Default);
    stranger.actor = domain::Actor::Installation;
    let other_user = answered(&by(stranger), &tool, (HI, &state, yes())).await;
    assert_eq!(other_user, Err("not_confirmed"));

    let other_tool = Speaker { name: "shout", ..tool.clone() };
    let other = answered(&owner, &other_tool, (HI, &state, yes())).await;
    assert_eq!(other, Err("not_confirmed"));

    // Another organization is another tenant, and in the same one another location.
    let mut both = caller(Mode::Default);
    both.realm = domain::Realm::Installation;
    let client = || modern(Some((&state, yes())));
    for elsewhere in ["locationb", "locationa2"] {
        let arguments = json!({"text": HI, "location": elsewhere});
        let refused = call(&by(both.clone()), &tool, (arguments, client())).await;
        assert_eq!(refused.err(), Some("not_confirmed"), "{elsewhere}");
    }

    let others = walk(&house, caller(Mode::Default));
    let other_key = answered(&others, &tool, (HI, &state, yes())).await;
    assert_eq!(other_key, Err("not_confirmed"));
    assert!(tool.said().is_empty());
    // And none of that has used it up.
    assert!(answered(&owner, &tool, (HI, &state, yes())).await.is_ok());
}

#[tokio::test]
async fn a_state_ends_after_five_minutes() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
    let walk = walk(&house, caller(Mode::Default));
    let (state, _) = asked(&walk, &tool, HI).await;
    house.pass(300);
    assert_eq!(answered(&walk, &tool, (HI, &state, yes())).await, Err("not_confirmed"));
    let (state, _) = asked(&walk, &tool, HI).await;
    house.pass(299);
    assert!(answered(&walk, &tool, (HI, &state, yes())).await.is_ok());
}

#[tokio::test]
async fn a_state_that_was_changed_is_none() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
    let walk = walk(&house, caller(Mode::Default));
    let (state, _) = asked(&walk, &tool, HI).await;
    for at in (0..state.len()).step_by(7) {
        let mut changed = state.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let refused = answered(&walk, &tool, (HI, &changed, yes())).await;
        assert_eq!(refused, Err("not_confirmed"), "byte {at}");
    }
    for wrong in ["", "rs1", "rs1..", "null", &state[..state.len() - 1]] {
        let refused = answered(&walk, &tool, (HI, wrong, yes())).await;
        assert_eq!(refused, Err("not_confirmed"), "{wrong}");
    }
    assert!(tool.said().is_empty());
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_done() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
    let walk = walk(&house, caller(Mode::Default));
    let (state, _) = asked(&walk, &tool, HI).await;
    *tool.version.lock().unwrap() = "2";
    assert_eq!(answered(&walk, &tool, (HI, &state, yes())).await, Err("changed"));
    assert!(tool.said().is_empty());
}

#[tokio::test]
async fn in_strict_mode_a_word_is_typed() {
    let (house, mut tool) = (Scripted::new(), Speaker::new(Kind::Delete));
    let walk = walk(&house, caller(Mode::Strict));
    for (must_type, records, word) in
        [(Some("USD 12.00"), 1, "USD 12.00"), (None, 1, "Person 0"), (None, 3, "3")]
    {
        tool.must_type = must_type;
        tool.records = records;
        let (state, form) = asked(&walk, &tool, HI).await;
        let form = serde_json::to_value(form).unwrap();
        assert_eq!(form["requestedSchema"]["properties"]["typed"]["description"], word);
        let typed = |text: &str| json!({"action": "accept", "content": {"typed": text}});
        for wrong in [yes(), typed(""), typed("yes"), typed(&word.to_lowercase())] {
            if wrong["content"]["typed"] == word {
                continue;
            }
            let refused = answered(&walk, &tool, (HI, &state, wrong)).await;
            assert_eq!(refused, Err("not_confirmed"), "{word}");
        }
        let before = tool.said().len();
        let told = answered(&walk, &tool, (HI, &state, typed(&format!(" {word} ")))).await;
        assert_eq!(told.unwrap()["said"], true);
        assert_eq!(tool.said().len(), before + 1);
    }
}

#[tokio::test]
async fn a_question_about_many_says_how_many_and_names_some() {
    let (house, tool) = (Scripted::new(), Speaker { records: 14, ..Speaker::new(Kind::Write) });
    let walk = walk(&house, caller(Mode::Default));
    let told = call(&walk, &tool, (json!({"text": "\u{202e}hi"}), nobody())).await.map(value);
    let expected = "Say “hi” to Person 0\n14 records: Person 0, Person 1, Person 2 and 11 more";
    assert_eq!(told.unwrap()["question"], expected, "and nothing in it turns it around");
}

#[tokio::test]
async fn a_preview_is_confirmed_by_its_token_once() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
    let walk = walk(&house, caller(Mode::Default));
    let told = call(&walk, &tool, (json!({"text": HI}), nobody())).await.map(value).unwrap();
    assert_eq!(told["status"], "preview");
    assert!(told["note"].as_str().unwrap().contains("not that a person agreed"));
    let token = told["confirm"].as_str().unwrap();
    let confirm = |text: &str, token: &str| json!({"text": text, "confirm": token});

    // A token is no form, and a form's state is no token.
    let as_form = answered(&walk, &tool, (HI, token, yes())).await;
    assert_eq!(as_form, Err("not_confirmed"));
    let (state, _) = asked(&walk, &tool, HI).await;
    let as_token = call(&walk, &tool, (confirm(HI, &state), nobody())).await;
    assert_eq!(as_token.err(), Some("not_confirmed"));

    let other = call(&walk, &tool, (confirm("ho", token), nobody())).await;
    assert_eq!(other.err(), Some("not_confirmed"));
    let done = call(&walk, &tool, (confirm(HI, token), nobody())).await.map(value);
    assert_eq!(done.unwrap()["said"], true);
    let twice = call(&walk, &tool, (confirm(HI, token), nobody())).await;
    assert_eq!(twice.err(), Some("confirmed_before"));
    assert_eq!(tool.said(), [HI]);
}

#[tokio::test]
async fn a_token_counts_for_nothing_where_a_person_can_be_asked_or_has_to_be() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
    let owner = walk(&house, caller(Mode::Default));
    let told = call(&owner, &tool, (json!({"text": HI}), nobody())).await.map(value).unwrap();
    let arguments = json!({"text": HI, "confirm": told["confirm"]});
    let asks = call(&owner, &tool, (arguments.clone(), modern(None))).await.unwrap();
    assert!(matches!(asks, Walked::Asks(_)), "the person is asked all the same");

    let mut strict = caller(Mode::Default);
    strict.surface.requires_person = true;
    let strict = Walk { safety: Arc::clone(&owner.safety), ..walk(&house, strict) };
    for arguments in [arguments, json!({"text": HI})] {
        let refused = call(&strict, &tool, (arguments, nobody())).await;
        assert_eq!(refused.err(), Some("needs_person"));
    }
    assert!(tool.said().is_empty());
}

#[tokio::test]
async fn read_only_beats_an_answer() {
    let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
    let owner = walk(&house, caller(Mode::Default));
    let (state, _) = asked(&owner, &tool, HI).await;
    let reader = Walk { safety: Arc::clone(&owner.safety), ..walk(&house, caller(Mode::ReadOnly)) };
    assert_eq!(answered(&reader, &tool, (HI, &state, yes())).await, Err("read_only"));
    assert!(tool.said().is_empty());
}

/// A person in a session, who changes something before they answer.
struct Person {
    answer: Option<ElicitResult>,
    changes: Option<Arc<Mutex<&'static str>>>,
}

impl Ask for Person {
    fn ask(&self, _: ElicitRequestParams) -> BoxFuture<'_, Option<ElicitResult>> {
        if let Some(version) = &self.changes {
            *version.lock().unwrap() = "2";
        }
        Box::pin(std::future::ready(self.answer.clone()))
    }
}

#[tokio::test]
async fn a_session_asks_while_the_call_waits() {
    let agreed =
        ElicitResult::new(ElicitationAction::Accept).with_content(json!({"confirm": true}));
    let declined = ElicitResult::new(ElicitationAction::Decline);
    for (answer, changes, expected) in [
        (Some(agreed.clone()), false, Ok(None)),
        (Some(agreed), true, Err("changed")),
        (Some(declined), false, Ok(Some("declined"))),
        (None, false, Ok(Some("cancelled"))),
    ] {
        let (house, tool) = (Scripted::new(), Speaker::new(Kind::Send));
        let walk = walk(&house, caller(Mode::Default));
        let changes = changes.then(|| Arc::clone(&tool.version));
        let reach = Reach::Session(Arc::new(Person { answer, changes }));
        let client = Client { reach, state: None, responses: None };
        let told = call(&walk, &tool, (json!({"text": HI}), client)).await.map(value);
        let status = told.as_ref().map(|told| told.get("status").and_then(Value::as_str));
        assert_eq!(status.map_err(|code| *code), expected);
        assert_eq!(tool.said().len(), usize::from(expected == Ok(None)));
    }
}
