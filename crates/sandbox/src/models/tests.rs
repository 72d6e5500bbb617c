//! Tests: the simulated providers over their own port.

use endpoint::{
    Method, Request, Response, Transport as _, TransportError,
    http::{HttpTransport, Settings},
};
use serde_json::json;

use super::*;
use crate::{
    fault::{Fault, FaultAction},
    highlevel::receiver::still_clock,
};

struct Bench {
    models: ModelsSandbox,
    transport: HttpTransport,
}

impl Bench {
    async fn start() -> Self {
        let settings = ModelsSettings::default();
        Self {
            models: ModelsSandbox::start(settings, still_clock()).await.unwrap(),
            transport: HttpTransport::new(Settings::default()).unwrap(),
        }
    }

    async fn send(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Response, TransportError> {
        let (method, body) = match body.is_null() {
            true => (Method::Get, String::new()),
            false => (Method::Post, body.to_string()),
        };
        let url = format!("{}{path}", self.models.url());
        let mut request = Request { method, url, headers: Vec::new(), body: body.into() };
        for (name, value) in headers {
            request = request.with_header(name, *value);
        }
        self.transport.send(request).await
    }

    async fn call(&self, path: &str, headers: &[(&str, &str)], body: Value) -> (u16, Value) {
        let response = self.send(path, headers, &body).await.unwrap();
        (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
    }

    async fn openai(&self, body: Value) -> (u16, Value) {
        self.call("/openai/v1/chat/completions", &[OPENAI], body).await
    }

    async fn anthropic(&self, body: Value) -> (u16, Value) {
        self.call("/anthropic/v1/messages", &[ANTHROPIC, VERSION], body).await
    }
}

const OPENAI: (&str, &str) = ("authorization", "Bearer sk-sandbox");
const ANTHROPIC: (&str, &str) = ("x-api-key", "sk-sandbox");
const VERSION: (&str, &str) = ("anthropic-version", "2023-06-01");

fn hello() -> Value {
    json!({
        "model": "sandbox-small",
        "max_tokens": 100,
        "messages": [{ "role": "user", "content": "Hello" }],
    })
}

#[tokio::test]
async fn every_provider_answers_in_its_own_words() {
    let bench = Bench::start().await;
    let (status, openai) = bench.openai(hello()).await;
    assert_eq!(status, 200, "{openai}");
    assert_eq!(openai["choices"][0]["message"]["content"], "You said: Hello");
    assert_eq!(openai["choices"][0]["finish_reason"], "stop");
    assert_eq!(openai["usage"]["total_tokens"], 6);

    let (status, anthropic) = bench.anthropic(hello()).await;
    assert_eq!(status, 200, "{anthropic}");
    assert_eq!(anthropic["content"][0]["text"], "You said: Hello");
    assert_eq!(anthropic["stop_reason"], "end_turn");
    assert_eq!(anthropic["usage"]["output_tokens"], 4);

    let mut asked = hello();
    asked["stream"] = json!(false);
    let (status, ollama) = bench.call("/ollama/api/chat", &[], asked).await;
    assert_eq!(status, 200, "{ollama}");
    assert_eq!(ollama["message"]["content"], "You said: Hello");
    assert_eq!((&ollama["done_reason"], &ollama["eval_count"]), (&json!("stop"), &json!(4)));

    let prompts = bench.models.prompts();
    let asked: Vec<_> = prompts.iter().map(|it| it["operation"].as_str().unwrap()).collect();
    assert_eq!(asked, ["openai.chat.completions", "anthropic.messages", "ollama.chat"]);
    assert_eq!(prompts[0]["body"], hello());
}

#[tokio::test]
async fn ollama_streams_unless_it_is_told_not_to() {
    let bench = Bench::start().await;
    let streamed = bench.send("/ollama/api/chat", &[], &hello()).await.unwrap();
    assert_eq!(streamed.header("content-type"), Some("application/x-ndjson"));
    let text = String::from_utf8(streamed.body.to_vec()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["done"], &lines[1]["done"]), (&json!(false), &json!(true)));
    assert_eq!(lines[0]["message"]["content"], "You said: Hello");
}

#[tokio::test]
async fn models_are_listed() {
    let bench = Bench::start().await;
    let openai = bench.call("/openai/v1/models", &[OPENAI], Value::Null).await.1;
    assert_eq!(openai["data"][1]["id"], "sandbox-small");
    let one = bench.call("/openai/v1/models/sandbox-small", &[OPENAI], Value::Null).await.1;
    assert_eq!(one["object"], "model");
    let path = "/anthropic/v1/models?limit=1";
    let part = bench.call(path, &[ANTHROPIC, VERSION], Value::Null).await.1;
    assert_eq!((&part["has_more"], &part["last_id"]), (&json!(true), &json!("sandbox-large")));
    let path = "/anthropic/v1/models?limit=1&after_id=sandbox-large";
    let rest = bench.call(path, &[ANTHROPIC, VERSION], Value::Null).await.1;
    assert_eq!((&rest["has_more"], &rest["last_id"]), (&json!(false), &json!("sandbox-small")));
    let tags = bench.call("/ollama/api/tags", &[], Value::Null).await.1;
    assert_eq!(tags["models"][1]["name"], "sandbox-small:latest");
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_providers_words() {
    let bench = Bench::start().await;
    let chat = "/openai/v1/chat/completions";
    let (status, body) = bench.call(chat, &[("authorization", "Bearer sk-other")], hello()).await;
    assert_eq!((status, &body["error"]["code"]), (401, &json!("invalid_api_key")));
    assert!(!body.to_string().contains("sk-other"));
    assert_eq!(bench.call(chat, &[], hello()).await.0, 401);
    let mut other = hello();
    other["model"] = json!("gone");
    let (status, body) = bench.openai(other.clone()).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("model_not_found")));
    let (status, body) = bench.call("/openai/v1/x", &[OPENAI], hello()).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("unknown_url")));

    let messages = "/anthropic/v1/messages";
    let (status, body) = bench.call(messages, &[VERSION], hello()).await;
    assert_eq!((status, &body["error"]["type"]), (401, &json!("authentication_error")));
    assert_eq!(body["type"], "error");
    assert_eq!(bench.call(messages, &[OPENAI, VERSION], hello()).await.0, 200, "a bearer");
    let (status, body) = bench.call(messages, &[ANTHROPIC], hello()).await;
    assert_eq!((status, &body["error"]["type"]), (400, &json!("invalid_request_error")));
    let (status, body) = bench.anthropic(other.clone()).await;
    assert_eq!((status, &body["error"]["type"]), (404, &json!("not_found_error")));
    let unbounded = json!({ "model": "sandbox-small", "messages": hello()["messages"] });
    assert_eq!(bench.anthropic(unbounded).await.0, 400);

    let (status, body) = bench.call("/ollama/api/chat", &[], other).await;
    assert_eq!((status, body), (404, json!({ "error": "model 'gone' not found" })));
}

#[tokio::test]
async fn the_strict_version_of_anthropic_refuses_sampling() {
    let bench = Bench::start().await;
    let mut warm = hello();
    warm["temperature"] = json!(0.5);
    assert_eq!(bench.anthropic(warm.clone()).await.0, 200);
    let strict = [ANTHROPIC, ("anthropic-version", "2026-10-21")];
    let (status, body) = bench.call("/anthropic/v1/messages", &strict, warm).await;
    assert_eq!(status, 400);
    assert!(body["error"]["message"].as_str().unwrap().starts_with("temperature"), "{body}");
    assert_eq!(bench.call("/anthropic/v1/messages", &strict, hello()).await.0, 200);
}

#[tokio::test]
async fn a_script_says_what_is_answered_and_how_it_ends() {
    let bench = Bench::start().await;
    let call = ToolCall { name: "look_up".to_owned(), arguments: json!({ "id": 7 }) };
    let broken = ToolCall { name: "look_up".to_owned(), arguments: json!("{\"id\":") };
    let tools = |calls: Vec<ToolCall>| Scripted {
        tool_calls: calls,
        stop: Stop::Tools,
        ..Scripted::default()
    };
    bench.models.script(vec![
        Scripted::text("No.").ending(Stop::Refused).times(2),
        tools(vec![call]).times(2),
        tools(vec![broken]).times(1),
        Scripted::raw("{\"choices\":[").times(1),
    ]);
    let refused = bench.openai(hello()).await.1;
    assert_eq!(refused["choices"][0]["message"]["refusal"], "No.");
    assert_eq!(bench.anthropic(hello()).await.1["stop_reason"], "refusal");
    let wanted = bench.openai(hello()).await.1;
    let function = &wanted["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(function["arguments"], "{\"id\":7}", "a text");
    assert_eq!(wanted["choices"][0]["message"]["content"], Value::Null);
    let wanted = bench.anthropic(hello()).await.1;
    assert_eq!(wanted["content"][0]["input"], json!({ "id": 7 }), "an object");
    let broken = bench.openai(hello()).await.1;
    let function = &broken["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(function["arguments"], "{\"id\":");
    let raw = bench.send("/openai/v1/chat/completions", &[OPENAI], &hello()).await.unwrap();
    assert_eq!((raw.status, raw.body.as_ref()), (200, b"{\"choices\":[".as_slice()));
    assert_eq!(
        bench.openai(hello()).await.1["choices"][0]["message"]["content"],
        "You said: Hello"
    );

    let mut short = hello();
    short["max_tokens"] = json!(2);
    let cut = bench.openai(short.clone()).await.1;
    assert_eq!(cut["choices"][0]["finish_reason"], "length");
    assert_eq!(bench.anthropic(short).await.1["stop_reason"], "max_tokens");
}

#[tokio::test]
async fn faults_are_told_in_the_providers_words() {
    let bench = Bench::start().await;
    let set = |status, reason: Option<&str>, operation: &str| {
        let reason = reason.map(str::to_owned);
        let action = FaultAction::Status { status, retry_after: Some(2), reason, committed: false };
        bench.models.faults().set(vec![Fault::always(action).on(operation)]).unwrap();
    };
    set(429, Some("insufficient_quota"), "openai.chat.completions");
    let (status, body) = bench.openai(hello()).await;
    assert_eq!((status, &body["error"]["code"]), (429, &json!("insufficient_quota")));
    set(529, None, "anthropic.messages");
    let response =
        bench.send("/anthropic/v1/messages", &[ANTHROPIC, VERSION], &hello()).await.unwrap();
    assert_eq!((response.status, response.header("retry-after")), (529, Some("2")));
    assert!(response.header("request-id").is_some());
    set(503, None, "ollama.chat");
    assert_eq!(bench.call("/ollama/api/chat", &[], hello()).await.0, 503);
    assert_eq!(bench.models.prompts(), [] as [Value; 0], "none of them was read");

    bench.models.faults().set(vec![Fault::always(FaultAction::Truncate)]).unwrap();
    let cut = bench.send("/openai/v1/models", &[OPENAI], &Value::Null).await;
    assert!(matches!(cut, Err(TransportError::Interrupted { .. })), "half of an answer");
}

#[tokio::test]
async fn controls_are_beside_the_providers() {
    let bench = Bench::start().await;
    let about = bench.call("/", &[], Value::Null).await.1;
    assert_eq!(about["simulates"]["openai"], "/openai/v1");
    let script = json!([{ "when": "Hello", "text": "Hi." }]);
    let url = format!("{}/_sandbox/script", bench.models.url());
    let body = script.to_string().into();
    let put = Request { method: Method::Put, url, headers: Vec::new(), body };
    assert_eq!(bench.transport.send(put).await.unwrap().status, 200);
    assert_eq!(bench.openai(hello()).await.1["choices"][0]["message"]["content"], "Hi.");
    let prompts = bench.call("/_sandbox/prompts", &[], Value::Null).await.1;
    assert_eq!(prompts["prompts"][0]["body"]["model"], "sandbox-small");
    bench.call("/_sandbox/reset", &[], json!({})).await;
    assert_eq!((bench.models.prompts().len(), bench.models.request_count()), (0, 0));
}
