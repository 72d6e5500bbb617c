//! Tests of the check: what each answer of a provider means for a person.

use chat::Settings;
use domain::Verdict;
use endpoint::{Request, Response, Secret, TransportError};

use super::*;
use crate::stand_ins::StillTimer;

const MODELS: &str = r#"{"data":[{"id":"m-1"},{"id":"m-2-mini"},{"id":"other"}]}"#;
const WELL: &str = r#"{"choices":[{"finish_reason":"stop","message":{"content":"ready"}}],
    "usage":{"prompt_tokens":14,"completion_tokens":1}}"#;

/// What each path is answered with.
type Table<'a> = &'a [(&'static str, u16, &'static str)];

/// Answers each path from a table.
struct Desk<'a>(Table<'a>);

impl Transport for Desk<'_> {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let path = request.url.strip_prefix("http://models.test").expect("it is the provider's");
        let scripted = self.0.iter().find(|(known, ..)| path == *known);
        let (status, body) =
            scripted.map_or((404, "not here"), |(_, status, body)| (*status, *body));
        Ok(Response { status, headers: vec![], body: body.into() })
    }
}

async fn checked(
    provider: Provider,
    desk: Table<'_>,
    model: Option<&str>,
) -> Vec<(String, Verdict, String)> {
    let settings = Settings { retries: 0, ..Settings::new(provider, Secret::new("sk-example")) };
    let client = Client::new(Desk(desk), StillTimer::default(), settings.at("http://models.test"));
    let findings = check(&client, model, Depth::Answer).await;
    let told = |finding: Finding| {
        let hint = finding.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        (finding.subject, finding.verdict, format!("{}{hint}", finding.found))
    };
    findings.into_iter().map(told).collect()
}

fn told(subject: &str, verdict: Verdict, text: &str) -> (String, Verdict, String) {
    (subject.to_owned(), verdict, text.to_owned())
}

#[tokio::test]
async fn a_model_that_answers_is_good() {
    let desk = &[("/models", 200, MODELS), ("/chat/completions", 200, WELL)];
    assert_eq!(
        checked(Provider::OpenAi, desk, Some("m-1")).await,
        [
            told("key", Verdict::Good, "it counts; 3 models"),
            told("model", Verdict::Good, "`m-1` is there"),
            told("answer", Verdict::Good, "it answers: 14 tokens in, 1 out"),
        ]
    );
}

#[tokio::test]
async fn a_key_that_does_not_count_ends_the_check() {
    let desk = &[("/models", 401, r#"{"error":{"message":"sk-example is wrong"}}"#)];
    assert_eq!(
        checked(Provider::OpenAi, desk, Some("m-1")).await,
        [told(
            "key",
            Verdict::Bad,
            "the provider does not know the key; give a key that is valid at this provider"
        )]
    );
}

#[tokio::test]
async fn a_model_that_is_not_there_is_told_with_its_neighbors() {
    let missing = r#"{"error":{"message":"The model does not exist","code":"model_not_found"}}"#;
    let desk = &[("/models", 200, MODELS), ("/models/m-2", 404, missing)];
    let findings = checked(Provider::OpenAi, desk, Some("m-2")).await;
    assert_eq!(
        findings[1..],
        [
            told(
                "model",
                Verdict::Bad,
                "there is no `m-2` for this key; choose another, such as `m-2-mini`, `m-1`, `other`"
            ),
            told("answer", Verdict::Skipped, "not asked: there is no such model"),
        ]
    );
    let findings = checked(Provider::OpenAi, desk, None).await;
    assert_eq!((findings.len(), findings[1].1), (2, Verdict::Bad));
    assert!(findings[1].2.starts_with("none is set; set the model, such as"), "{findings:?}");
}

#[tokio::test]
async fn a_server_without_a_list_is_told_by_its_answer() {
    let desk = &[("/chat/completions", 200, WELL)];
    let findings = checked(Provider::Custom, desk, Some("m-1")).await;
    let verdicts: Vec<_> = findings.iter().map(|(_, verdict, _)| *verdict).collect();
    assert_eq!(verdicts, [Verdict::Skipped, Verdict::Skipped, Verdict::Good]);
    let nowhere = checked(Provider::OpenAi, &[], Some("m-1")).await;
    assert_eq!((nowhere.len(), nowhere[0].1), (1, Verdict::Bad), "OpenAI has a list");
}

#[tokio::test]
async fn what_passes_is_a_warning_and_what_does_not_is_bad() {
    let poor = r#"{"error":{"code":"insufficient_quota"}}"#;
    for (status, body, verdict, word) in
        [(529, "", Verdict::Warning, "no room"), (429, poor, Verdict::Bad, "credit")]
    {
        let desk = &[("/models", 200, MODELS), ("/chat/completions", status, body)];
        let findings = checked(Provider::OpenAi, desk, Some("m-1")).await;
        assert_eq!(findings[2].1, verdict);
        assert!(findings[2].2.contains(word), "{findings:?}");
    }
}

#[tokio::test]
async fn a_refusal_to_answer_is_seen() {
    let refused = r#"{"choices":[{"finish_reason":"content_filter","message":{"content":null}}]}"#;
    let desk = &[("/models", 200, MODELS), ("/chat/completions", 200, refused)];
    let findings = checked(Provider::OpenAi, desk, Some("m-1")).await;
    assert_eq!(findings[2].1, Verdict::Warning);
}
