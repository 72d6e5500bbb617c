//! Tests of the client: what it sends to whom, and what it repeats by itself.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use endpoint::{Response, TransportError};
use jiff::Timestamp;

use super::*;
use crate::Message;

const OPENAI: &str = r#"{"choices":[{"finish_reason":"stop","message":{"content":"Well."}}]}"#;
const ANTHROPIC: &str = r#"{"content":[{"type":"text","text":"Well."}],"stop_reason":"end_turn"}"#;
const OLLAMA: &str = r#"{"message":{"content":"Well."},"done_reason":"stop"}"#;

/// Time that stands still until somebody waits.
#[derive(Clone)]
struct ManualTimer(Arc<Mutex<Timestamp>>);

impl Timer for ManualTimer {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

type Answer = Result<Response, TransportError>;

/// Answers from a script, and notes when which request came.
#[derive(Clone)]
struct Script {
    timer: ManualTimer,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    sent: Arc<Mutex<Vec<(f64, Request)>>>,
}

impl Script {
    fn sent_at(&self) -> Vec<f64> {
        self.sent.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }

    /// Address and headers of the request with this number.
    fn head(&self, number: usize) -> String {
        let sent = self.sent.lock().unwrap();
        let request = &sent[number].1;
        let headers = request.headers.iter().filter(|(name, _)| !name.starts_with("accept"));
        let headers: Vec<_> = headers.map(|(name, value)| format!(" {name}: {value}")).collect();
        format!("{}{}", request.url, headers.join(""))
    }
}

impl Transport for Script {
    async fn send(&self, request: Request) -> Answer {
        let at = self.timer.now().duration_since(Timestamp::UNIX_EPOCH).as_secs_f64();
        self.sent.lock().unwrap().push((at, request));
        self.answers.lock().unwrap().pop_front().expect("the script has an answer for each call")
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let header = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers = headers.iter().map(header).collect();
    Ok(Response { status, headers, body: body.to_owned().into() })
}

fn client(
    settings: Settings,
    answers: impl IntoIterator<Item = Answer>,
) -> (Client<Script, ManualTimer>, Script) {
    let timer = ManualTimer(Arc::new(Mutex::new(Timestamp::UNIX_EPOCH)));
    let script = Script {
        timer: timer.clone(),
        answers: Arc::new(Mutex::new(answers.into_iter().collect())),
        sent: Arc::default(),
    };
    (Client::new(script.clone(), timer, settings), script)
}

fn settings(provider: Provider) -> Settings {
    Settings::new(provider, Secret::new("sk-hidden-key"))
}

fn hello() -> Completion {
    Completion::new("m-1", vec![Message::user("Hi")])
}

fn of_openai(answers: impl IntoIterator<Item = Answer>) -> (Client<Script, ManualTimer>, Script) {
    client(settings(Provider::OpenAi), answers)
}

#[tokio::test]
async fn each_provider_gets_the_key_where_it_looks_for_it() {
    let custom = settings(Provider::Custom).at("http://10.0.0.7:8000/v1/ ");
    let ollama = Settings::new(Provider::Ollama, Secret::new(""));
    for (settings, body, head) in [
        (
            settings(Provider::OpenAi),
            OPENAI,
            "https://api.openai.com/v1/chat/completions content-type: application/json \
             authorization: Bearer sk-hidden-key",
        ),
        (
            settings(Provider::Anthropic),
            ANTHROPIC,
            "https://api.anthropic.com/v1/messages content-type: application/json \
             x-api-key: sk-hidden-key anthropic-version: 2023-06-01",
        ),
        (
            custom,
            OPENAI,
            "http://10.0.0.7:8000/v1/chat/completions content-type: application/json \
             authorization: Bearer sk-hidden-key",
        ),
        (ollama, OLLAMA, "http://127.0.0.1:11434/api/chat content-type: application/json"),
    ] {
        let (client, script) = client(settings, [answer(200, &[], body)]);
        assert_eq!(client.complete(&hello()).await.unwrap().text, "Well.");
        assert_eq!(script.head(0), head);
    }
}

#[tokio::test]
async fn a_custom_server_is_told_the_limit_by_its_older_name() {
    let (client, script) = client(settings(Provider::Custom), [answer(200, &[], OPENAI)]);
    client.correlated("cor_1").complete(&hello()).await.unwrap();
    let sent = script.sent.lock().unwrap();
    let body: serde_json::Value = serde_json::from_slice(&sent[0].1.body).unwrap();
    assert_eq!((&body["max_tokens"], &body["max_completion_tokens"]), (&1024.into(), &().into()));
    assert!(sent[0].1.headers.contains(&("x-correlation-id".to_owned(), "cor_1".to_owned())));
}

#[tokio::test]
async fn no_secret_is_printed() {
    let denied = r#"{"error":{"message":"Incorrect key sk-hidden-key","code":"invalid_api_key"}}"#;
    let (client, _) = of_openai([answer(401, &[], denied)]);
    let error = client.models().await.unwrap_err();
    assert_eq!(error.kind(), Kind::BadKey);
    for printed in [format!("{client:?}"), format!("{error:?}"), error.to_string()] {
        assert!(!printed.contains("hidden"), "{printed}");
    }
}

#[tokio::test]
async fn models_are_listed_in_order_and_to_the_end() {
    let part = |id: &str, more: bool| {
        let body = format!(r#"{{"data":[{{"id":"{id}"}}],"has_more":{more},"last_id":"{id}"}}"#);
        answer(200, &[], &body)
    };
    let parts = [part("m-2", true), part("m-1", false)];
    let (client, script) = client(settings(Provider::Anthropic), parts);
    let models = client.models().await.unwrap();
    assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["m-1", "m-2"]);
    assert!(script.head(1).contains("/v1/models?limit=1000&after_id=m-2 "));
}

#[tokio::test]
async fn a_list_without_an_end_is_left() {
    let part = || answer(200, &[], r#"{"data":[],"has_more":true,"last_id":"m"}"#);
    let (client, script) = client(settings(Provider::Anthropic), (0..30).map(|_| part()));
    client.models().await.unwrap();
    assert_eq!(script.sent_at().len(), MOST_PARTS);
}

#[tokio::test]
async fn a_model_is_found_or_is_none() {
    let missing =
        r#"{"error":{"message":"The model m-9 does not exist","code":"model_not_found"}}"#;
    let (client, _) = of_openai([answer(200, &[], r#"{"id":"m-1"}"#), answer(404, &[], missing)]);
    assert_eq!(client.model("m-1").await.unwrap().unwrap().id, "m-1");
    assert_eq!(client.model("m-9").await.unwrap(), None);

    let tags = || answer(200, &[], r#"{"models":[{"name":"m-1:latest"}]}"#);
    let (client, _) = self::client(settings(Provider::Ollama), [tags(), tags()]);
    assert_eq!(client.model("m-1").await.unwrap().unwrap().id, "m-1:latest");
    assert_eq!(client.model("m-1:8b").await.unwrap(), None);

    let list = answer(200, &[], r#"{"data":[{"id":"m-1"}]}"#);
    let none = answer(404, &[], "not here");
    let (client, _) = self::client(settings(Provider::Custom), [list, none]);
    assert_eq!(client.model("m").await.unwrap(), None);
    assert_eq!(client.model("m").await.unwrap_err().kind(), Kind::NotOffered);
}

#[tokio::test]
async fn what_was_turned_away_unread_is_repeated_twice() {
    let full = || answer(529, &[], "");
    let (client, script) = of_openai([full(), full(), answer(200, &[], OPENAI)]);
    client.complete(&hello()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 0.5, 2.5]);

    let (client, script) = of_openai([full(), full(), full()]);
    assert_eq!(client.complete(&hello()).await.unwrap_err().kind(), Kind::Overloaded);
    assert_eq!(script.sent_at(), [0.0, 0.5, 2.5]);

    let named = answer(429, &[("retry-after-ms", "1500")], "");
    let (client, script) = of_openai([named, answer(200, &[], OPENAI)]);
    client.complete(&hello()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 1.5]);

    let (client, script) = of_openai([answer(429, &[("retry-after", "21")], "")]);
    client.complete(&hello()).await.unwrap_err();
    assert_eq!(script.sent_at(), [0.0], "so long a wait belongs to the caller's schedule");
}

#[tokio::test]
async fn what_may_have_been_paid_for_or_cannot_be_helped_is_told_at_once() {
    let lost =
        || Err(TransportError::Interrupted { host: "api.test".to_owned(), source: "reset".into() });
    for script in [
        answer(500, &[], ""),
        answer(200, &[], "<html>"),
        answer(401, &[], ""),
        answer(429, &[], r#"{"error":{"code":"insufficient_quota"}}"#),
        lost(),
    ] {
        let (client, script) = of_openai([script]);
        client.complete(&hello()).await.unwrap_err();
        assert_eq!(script.sent_at(), [0.0]);
    }
    let (client, script) = of_openai([answer(500, &[], ""), answer(200, &[], r#"{"data":[]}"#)]);
    client.models().await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 0.5], "a list costs nothing");
}
