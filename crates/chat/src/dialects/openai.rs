//! OpenAI's words: `/models`, `/models/{model}` and `/chat/completions`; compatible servers know them too.

use endpoint::{Endpoint, Method};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Completion, Model, Reply, Stop, Usage};

/// All models.
pub(crate) struct ListModels;

impl Endpoint for ListModels {
    const NAME: &'static str = "models.list";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/models";
    type Response = Models;
}

/// One model.
pub(crate) struct GetModel<'a> {
    pub(crate) model: &'a str,
}

impl Endpoint for GetModel<'_> {
    const NAME: &'static str = "models.get";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/models/{model}";
    type Response = OneModel;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("model", self.model)]
    }
}

/// One answer.
pub(crate) struct Complete<'a> {
    pub(crate) completion: &'a Completion,
    /// How the limit of tokens is called: OpenAI has given up `max_tokens`, which is the only one
    /// that many compatible servers know.
    pub(crate) limit: &'static str,
}

impl Endpoint for Complete<'_> {
    const NAME: &'static str = "chat.complete";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/chat/completions";
    type Response = Answer;

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        let completion = self.completion;
        let system = completion.system.iter().map(|text| ("system", text.as_str()));
        let said = completion.messages.iter().map(|it| (it.role.as_str(), it.text.as_str()));
        let messages: Vec<Value> = system
            .chain(said)
            .map(|(role, content)| json!({ "role": role, "content": content }))
            .collect();
        let mut body = json!({ "model": completion.model, "messages": messages });
        body[self.limit] = json!(completion.max_tokens);
        serde_json::to_vec(&body).map(Some)
    }
}

#[derive(Deserialize)]
pub(crate) struct Models {
    data: Vec<OneModel>,
}

impl Models {
    pub(crate) fn into_models(self) -> Vec<Model> {
        self.data.into_iter().map(OneModel::into_model).collect()
    }
}

#[derive(Deserialize)]
pub(crate) struct OneModel {
    id: String,
}

impl OneModel {
    pub(crate) fn into_model(self) -> Model {
        Model { id: self.id, display_name: None }
    }
}

#[derive(Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    model: String,
    choices: [Choice; 1],
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Choice {
    finish_reason: Option<String>,
    message: Said,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

impl Answer {
    pub(crate) fn into_reply(self) -> Reply {
        let [Choice { finish_reason, message }] = self.choices;
        let stop = match (finish_reason.as_deref(), &message.refusal) {
            (Some("content_filter"), _) | (_, Some(_)) => Stop::Refused,
            (Some("stop"), None) => Stop::End,
            (Some("length"), None) => Stop::Length,
            _ => Stop::Other,
        };
        let usage = self.usage.map_or_else(Usage::default, |tokens| Usage {
            input_tokens: tokens.prompt_tokens,
            output_tokens: tokens.completion_tokens,
        });
        Reply { model: self.model, text: message.content.unwrap_or_default(), stop, usage }
    }
}
