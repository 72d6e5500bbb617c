//! Tests of the dialects: each request compared with its wire form, each reply read from one.

use endpoint::{Endpoint, Response};

use super::*;
use crate::{Completion, Message, Reply, Stop, Usage};

/// Method, address and body as one text.
fn wire<E: Endpoint>(operation: &E) -> String {
    let request = endpoint::encode("", operation).unwrap();
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    format!("{} {} {body}", request.method, request.url)
}

fn read<E: Endpoint>(body: &'static str) -> E::Response {
    let response = Response { status: 200, headers: vec![], body: body.into() };
    endpoint::decode::<E>(response).unwrap()
}

fn conversation() -> Completion {
    let said = vec![Message::user("Hi"), Message::assistant("Yes?"), Message::user("Go on")];
    Completion::new("m-1", said).with_system("Be kind.").with_max_tokens(64)
}

fn ids(models: impl IntoIterator<Item = crate::Model>) -> Vec<String> {
    models.into_iter().map(|model| model.id).collect()
}

#[test]
fn a_conversation_is_told_to_openai() {
    let completion = conversation();
    let complete = |limit| wire(&openai::Complete { completion: &completion, limit });
    assert_eq!(
        complete("max_completion_tokens"),
        concat!(
            r#"POST /chat/completions {"max_completion_tokens":64,"messages":["#,
            r#"{"content":"Be kind.","role":"system"},{"content":"Hi","role":"user"},"#,
            r#"{"content":"Yes?","role":"assistant"},{"content":"Go on","role":"user"}],"#,
            r#""model":"m-1"}"#
        )
    );
    assert!(complete("max_tokens").contains(r#""max_tokens":64"#));
    assert_eq!(wire(&openai::ListModels), "GET /models ");
    assert_eq!(wire(&openai::GetModel { model: "a/b" }), "GET /models/a%2Fb ");
}

#[test]
fn a_conversation_is_told_to_anthropic() {
    let completion = conversation();
    assert_eq!(
        wire(&anthropic::Complete { completion: &completion }),
        concat!(
            r#"POST /v1/messages {"max_tokens":64,"messages":[{"content":"Hi","role":"user"},"#,
            r#"{"content":"Yes?","role":"assistant"},{"content":"Go on","role":"user"}],"#,
            r#""model":"m-1","system":"Be kind."}"#
        )
    );
    assert_eq!(wire(&anthropic::ListModels { after: None }), "GET /v1/models?limit=1000 ");
    assert_eq!(
        wire(&anthropic::ListModels { after: Some("m".to_owned()) }),
        "GET /v1/models?limit=1000&after_id=m "
    );
    assert_eq!(wire(&anthropic::GetModel { model: "m-1" }), "GET /v1/models/m-1 ");
}

#[test]
fn a_conversation_is_told_to_ollama() {
    let completion = Completion::new("m-1", vec![Message::user("Hi")]);
    assert_eq!(
        wire(&ollama::Complete { completion: &completion }),
        concat!(
            r#"POST /api/chat {"messages":[{"content":"Hi","role":"user"}],"model":"m-1","#,
            r#""options":{"num_predict":1024},"stream":false}"#
        )
    );
    assert_eq!(wire(&ollama::ListModels), "GET /api/tags ");
}

#[test]
fn openai_answers() {
    let read = |body| read::<openai::Complete<'_>>(body).into_reply();
    let whole = read(
        r#"{"id":"c","object":"chat.completion","created":1,"model":"m-1-2026","choices":[{"index":0,
        "finish_reason":"stop","message":{"role":"assistant","content":"Well.","refusal":null}}],
        "usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}"#,
    );
    let usage = Usage { input_tokens: 12, output_tokens: 3 };
    let (model, text) = ("m-1-2026".to_owned(), "Well.".to_owned());
    assert_eq!(whole, Reply { model, text, stop: Stop::End, usage });

    let stop = |reason: &str, message: &str| {
        let body = format!(r#"{{"choices":[{{"finish_reason":{reason},"message":{message}}}]}}"#);
        let answer: openai::Answer = serde_json::from_str(&body).unwrap();
        answer.into_reply().stop
    };
    assert_eq!(stop(r#""length""#, r#"{"content":""}"#), Stop::Length);
    assert_eq!(stop(r#""content_filter""#, r#"{"content":null}"#), Stop::Refused);
    assert_eq!(stop(r#""stop""#, r#"{"content":null,"refusal":"No."}"#), Stop::Refused);
    assert_eq!(stop(r#""tool_calls""#, r#"{"tool_calls":[]}"#), Stop::Other);
    assert_eq!(stop(r#""of_tomorrow""#, r#"{"content":"x"}"#), Stop::Other);
    assert_eq!(stop("null", r#"{"content":"x"}"#), Stop::Other);
    assert!(serde_json::from_str::<openai::Answer>(r#"{"choices":[]}"#).is_err());
}

#[test]
fn anthropic_answers() {
    let whole = read::<anthropic::Complete<'_>>(
        r#"{"id":"msg","type":"message","role":"assistant","model":"m-1","content":[
        {"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"One. "},
        {"type":"tool_use","id":"t","name":"n","input":{}},{"type":"text","text":"Two."}],
        "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":3,
        "cache_creation_input_tokens":20,"cache_read_input_tokens":100}}"#,
    );
    let reply = whole.into_reply();
    assert_eq!((reply.text.as_str(), reply.stop), ("One. Two.", Stop::End));
    assert_eq!(reply.usage, Usage { input_tokens: 125, output_tokens: 3 });

    for (reason, stop) in [
        ("stop_sequence", Stop::End),
        ("max_tokens", Stop::Length),
        ("model_context_window_exceeded", Stop::Length),
        ("refusal", Stop::Refused),
        ("tool_use", Stop::Other),
        ("pause_turn", Stop::Other),
        ("of_tomorrow", Stop::Other),
    ] {
        let body = format!(r#"{{"content":[],"stop_reason":"{reason}"}}"#);
        let answer: anthropic::Answer = serde_json::from_str(&body).unwrap();
        assert_eq!(answer.into_reply().stop, stop, "{reason}");
    }
}

#[test]
fn ollama_answers() {
    let whole = read::<ollama::Complete<'_>>(
        r#"{"model":"m-1:latest","created_at":"2026-03-05T12:00:00Z","message":{"role":"assistant",
        "content":"Well."},"done":true,"done_reason":"stop","total_duration":1,
        "prompt_eval_count":26,"eval_count":4}"#,
    );
    let reply = whole.into_reply();
    assert_eq!((reply.text.as_str(), reply.stop), ("Well.", Stop::End));
    assert_eq!(reply.usage, Usage { input_tokens: 26, output_tokens: 4 });
    let cut: ollama::Answer =
        serde_json::from_str(r#"{"message":{},"done_reason":"length"}"#).unwrap();
    assert_eq!(cut.into_reply().stop, Stop::Length);
}

#[test]
fn lists_of_models_are_read() {
    let openai = read::<openai::ListModels>(
        r#"{"object":"list","data":[{"id":"m-2","object":"model","created":1,"owned_by":"o"},
        {"id":"m-1"}]}"#,
    );
    assert_eq!(ids(openai.into_models()), ["m-2", "m-1"]);

    let part = read::<anthropic::ListModels>(
        r#"{"data":[{"type":"model","id":"m-1","display_name":"Model 1"}],"has_more":true,
        "first_id":"m-1","last_id":"m-1"}"#,
    );
    assert_eq!(part.next().as_deref(), Some("m-1"));
    let models: Vec<_> = part.into_models().collect();
    assert_eq!(models[0].display_name.as_deref(), Some("Model 1"));
    let last = read::<anthropic::ListModels>(r#"{"data":[],"has_more":false,"last_id":"m-1"}"#);
    assert_eq!(last.next(), None);

    let ollama = read::<ollama::ListModels>(
        r#"{"models":[{"name":"m-1:latest","size":1},{"name":"b:8b"}]}"#,
    );
    assert_eq!(ids(ollama.into_models()), ["m-1:latest", "b:8b"]);
    assert!(ollama::is_meant("m-1:latest", "m-1") && ollama::is_meant("b:8b", "b:8b"));
    assert!(!ollama::is_meant("b:8b", "b"));
}
