//! Tests of the client and the check against the simulated providers, with which they share no code.

use std::sync::Arc;

use chat::Settings;
use domain::Verdict;
use endpoint::{Secret, http::HttpTransport};
use sandbox::{
    SandboxClock,
    fault::{Fault, FaultAction},
    models::{ModelsSandbox, ModelsSettings, Scripted, Stop as Ending},
};

use super::*;
use crate::stand_ins::StillTimer;

const MODEL: &str = "sandbox-small";

const ALL: [Provider; 4] =
    [Provider::OpenAi, Provider::Anthropic, Provider::Ollama, Provider::Custom];

struct Bench {
    models: ModelsSandbox,
    timer: StillTimer,
    transport: HttpTransport,
}

impl Bench {
    async fn start() -> Self {
        let timer = StillTimer::default();
        let told = timer.clone();
        let clock = SandboxClock::new(Arc::new(move || told.now()));
        Self {
            models: ModelsSandbox::start(ModelsSettings::default(), clock).await.unwrap(),
            timer,
            transport: HttpTransport::new(endpoint::http::Settings::default()).unwrap(),
        }
    }

    fn client_with(&self, provider: Provider, key: &str) -> Client<HttpTransport, StillTimer> {
        let url = match provider {
            Provider::OpenAi | Provider::Custom => self.models.openai_url(),
            Provider::Anthropic => self.models.anthropic_url(),
            Provider::Ollama => self.models.ollama_url(),
        };
        let settings = Settings::new(provider, Secret::new(key)).at(&url);
        Client::new(self.transport.clone(), self.timer.clone(), settings)
    }

    fn client(&self, provider: Provider) -> Client<HttpTransport, StillTimer> {
        self.client_with(provider, self.models.key())
    }

    fn fail(&self, action: FaultAction, times: u32) {
        self.models.faults().set(vec![Fault::always(action).times(times)]).unwrap();
    }
}

fn hello() -> Completion {
    let said = vec![Message::user("Hi"), Message::assistant("Yes?"), Message::user("Hello")];
    Completion::new(MODEL, said).with_system("Be kind.")
}

#[tokio::test]
async fn every_provider_passes_the_check() {
    let bench = Bench::start().await;
    for provider in ALL {
        let findings = check(&bench.client(provider), Some(MODEL), Depth::Answer).await;
        let verdicts: Vec<_> = findings.iter().map(|finding| finding.verdict).collect();
        assert_eq!(verdicts, [Verdict::Good; 3], "{provider}: {findings:?}");
    }
    let asked = bench.models.prompts().len();
    check(&bench.client(Provider::OpenAi), Some(MODEL), Depth::Listing).await;
    assert_eq!(bench.models.prompts().len(), asked, "a listing asks for no answer");
}

#[tokio::test]
async fn every_provider_hears_the_conversation_and_is_understood() {
    let bench = Bench::start().await;
    for provider in ALL {
        let reply = bench.client(provider).complete(&hello()).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.stop), ("You said: Hello", Stop::End), "{provider}");
        assert_eq!(reply.usage.output_tokens, 4, "{provider}");
        assert!(reply.usage.input_tokens >= 5, "{provider}: {:?}", reply.usage);
        let prompt = bench.models.prompts().pop().unwrap().to_string();
        for said in ["Be kind.", "Yes?", "\"Hi\""] {
            assert!(prompt.contains(said), "{provider}: {prompt}");
        }
        let cut = bench.client(provider).complete(&hello().with_max_tokens(2)).await.unwrap();
        assert_eq!((cut.text.as_str(), cut.stop), ("You said", Stop::Length), "{provider}");
    }
}

#[tokio::test]
async fn what_a_model_does_in_place_of_an_answer_is_told_apart() {
    let bench = Bench::start().await;
    for provider in [Provider::OpenAi, Provider::Anthropic] {
        for (ending, stop) in [(Ending::Refused, Stop::Refused), (Ending::Tools, Stop::Other)] {
            bench.models.script(vec![Scripted::text("No.").ending(ending)]);
            let reply = bench.client(provider).complete(&hello()).await.unwrap();
            assert_eq!(reply.stop, stop, "{provider}");
        }
        bench.models.script(vec![Scripted::raw(r#"{"content":[{"#)]);
        let error = bench.client(provider).complete(&hello()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unreadable, "{provider}");
    }
}

#[tokio::test]
async fn a_key_a_model_and_an_address_that_are_wrong_are_told_apart() {
    let bench = Bench::start().await;
    for provider in ALL {
        let other = Completion::new("gone", vec![Message::user("Hello")]);
        let error = bench.client(provider).complete(&other).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NoSuchModel, "{provider}");
        assert_eq!(bench.client(provider).model("gone").await.unwrap(), None, "{provider}");
        let findings = check(&bench.client(provider), Some("gone"), Depth::Answer).await;
        let hint = findings[1].hint.as_deref().unwrap();
        assert!(hint.contains("sandbox-"), "{provider}: {hint}");

        let elsewhere = Settings::new(provider, Secret::new(bench.models.key()));
        let elsewhere = elsewhere.at(&format!("{}/openai/v9", bench.models.url()));
        let client = Client::new(bench.transport.clone(), bench.timer.clone(), elsewhere);
        assert_eq!(client.models().await.unwrap_err().kind(), Kind::NotOffered, "{provider}");
    }
    for provider in [Provider::OpenAi, Provider::Anthropic, Provider::Custom] {
        let client = bench.client_with(provider, "sk-wrong-key");
        let error = client.complete(&hello()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::BadKey, "{provider}");
        let findings = check(&client, Some(MODEL), Depth::Answer).await;
        assert_eq!((findings.len(), findings[0].verdict), (1, Verdict::Bad), "{provider}");
    }
}

#[tokio::test]
async fn overload_is_waited_out_and_what_may_have_been_paid_for_is_not_repeated() {
    let bench = Bench::start().await;
    for (provider, status) in
        [(Provider::OpenAi, 503), (Provider::Anthropic, 529), (Provider::Ollama, 503)]
    {
        bench.fail(FaultAction::status(status), 2);
        bench.client(provider).complete(&hello()).await.unwrap();
        bench.fail(FaultAction::status(status), 3);
        let error = bench.client(provider).complete(&hello()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Overloaded, "{provider}");

        let before = bench.models.prompts().len();
        for action in [FaultAction::Truncate, FaultAction::Reset { committed: true }] {
            bench.fail(action, 1);
            let error = bench.client(provider).complete(&hello()).await.unwrap_err();
            assert_eq!((error.kind(), error.is_ambiguous()), (Kind::Interrupted, true));
        }
        assert_eq!(bench.models.prompts().len(), before + 2, "each was asked once");
    }
    let reason = Some("insufficient_quota".to_owned());
    bench.fail(FaultAction::Status { status: 429, retry_after: None, reason, committed: false }, 1);
    let error = bench.client(Provider::OpenAi).complete(&hello()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Quota);
    bench.models.stop().await;
}
