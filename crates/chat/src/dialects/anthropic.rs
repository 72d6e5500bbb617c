//! Anthropic's words: `/v1/models`, `/v1/models/{model}` and `/v1/messages`.

use endpoint::{Endpoint, Method};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Completion, Model, Reply, Stop, Usage};

/// The version that is asked for in the header `anthropic-version`. What this crate says and reads
/// is the same in the later one, and gateways know this one best.
pub(crate) const VERSION: &str = "2023-06-01";

/// The most models of one part of the list.
const PART: &str = "1000";

/// A part of all models.
pub(crate) struct ListModels {
    /// After which model it begins.
    pub(crate) after: Option<String>,
}

impl Endpoint for ListModels {
    const NAME: &'static str = "models.list";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/models";
    type Response = Models;

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![("limit", PART.to_owned())];
        query.extend(self.after.iter().map(|after| ("after_id", after.clone())));
        query
    }
}

/// One model, also by a name that stands for the newest of its kind.
pub(crate) struct GetModel<'a> {
    pub(crate) model: &'a str,
}

impl Endpoint for GetModel<'_> {
    const NAME: &'static str = "models.get";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/models/{model}";
    type Response = OneModel;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("model", self.model)]
    }
}

/// One answer.
pub(crate) struct Complete<'a> {
    pub(crate) completion: &'a Completion,
}

impl Endpoint for Complete<'_> {
    const NAME: &'static str = "chat.complete";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/messages";
    type Response = Answer;

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        let completion = self.completion;
        let said = completion.messages.iter();
        let messages: Vec<Value> = said
            .map(|message| json!({ "role": message.role.as_str(), "content": message.text }))
            .collect();
        let mut body = json!({
            "model": completion.model,
            "max_tokens": completion.max_tokens,
            "messages": messages,
        });
        if let Some(text) = &completion.system {
            body["system"] = json!(text);
        }
        serde_json::to_vec(&body).map(Some)
    }
}

#[derive(Deserialize)]
pub(crate) struct Models {
    data: Vec<OneModel>,
    #[serde(default)]
    has_more: bool,
    last_id: Option<String>,
}

impl Models {
    /// After which model the next part begins; none for the last part.
    pub(crate) fn next(&self) -> Option<String> {
        self.last_id.clone().filter(|_| self.has_more)
    }

    pub(crate) fn into_models(self) -> impl Iterator<Item = Model> {
        self.data.into_iter().map(OneModel::into_model)
    }
}

#[derive(Deserialize)]
pub(crate) struct OneModel {
    id: String,
    display_name: Option<String>,
}

impl OneModel {
    pub(crate) fn into_model(self) -> Model {
        Model { id: self.id, display_name: self.display_name }
    }
}

#[derive(Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    model: String,
    content: Vec<Block>,
    stop_reason: Option<String>,
    usage: Option<Tokens>,
}

/// A part of an answer; only those of type `text` have one.
#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
}

impl Answer {
    pub(crate) fn into_reply(self) -> Reply {
        let texts = self.content.into_iter().filter(|block| block.kind == "text");
        let text = texts.filter_map(|block| block.text).collect();
        let stop = match self.stop_reason.as_deref() {
            Some("end_turn" | "stop_sequence") => Stop::End,
            Some("max_tokens" | "model_context_window_exceeded") => Stop::Length,
            Some("refusal") => Stop::Refused,
            _ => Stop::Other,
        };
        // What was read from or written into the cache is not among the input's tokens.
        let usage = self.usage.map_or_else(Usage::default, |tokens| Usage {
            input_tokens: tokens.input_tokens
                + tokens.cache_creation_input_tokens.unwrap_or_default()
                + tokens.cache_read_input_tokens.unwrap_or_default(),
            output_tokens: tokens.output_tokens,
        });
        Reply { model: self.model, text, stop, usage }
    }
}
