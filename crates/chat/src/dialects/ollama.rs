//! Ollama's words: `/api/tags` and `/api/chat`.

use endpoint::{Endpoint, Method};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Completion, Model, Reply, Stop, Usage};

/// What a name without a tag stands for.
const LATEST: &str = ":latest";

/// All models that the machine has.
pub(crate) struct ListModels;

impl Endpoint for ListModels {
    const NAME: &'static str = "models.list";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/tags";
    type Response = Models;
}

/// One answer.
pub(crate) struct Complete<'a> {
    pub(crate) completion: &'a Completion,
}

impl Endpoint for Complete<'_> {
    const NAME: &'static str = "chat.complete";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/chat";
    type Response = Answer;

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        let completion = self.completion;
        let system = completion.system.iter().map(|text| ("system", text.as_str()));
        let said = completion.messages.iter().map(|it| (it.role.as_str(), it.text.as_str()));
        let messages: Vec<Value> = system
            .chain(said)
            .map(|(role, content)| json!({ "role": role, "content": content }))
            .collect();
        let body = json!({
            "model": completion.model,
            "messages": messages,
            "stream": false,
            "options": { "num_predict": completion.max_tokens },
        });
        serde_json::to_vec(&body).map(Some)
    }
}

/// Whether a model of this id is meant by `name`: a name without a tag is that of the latest.
pub(crate) fn is_meant(id: &str, name: &str) -> bool {
    id == name || id.strip_suffix(LATEST) == Some(name)
}

#[derive(Deserialize)]
pub(crate) struct Models {
    #[serde(default)]
    models: Vec<OneModel>,
}

impl Models {
    pub(crate) fn into_models(self) -> Vec<Model> {
        let model = |model: OneModel| Model { id: model.name, display_name: None };
        self.models.into_iter().map(model).collect()
    }
}

#[derive(Deserialize)]
struct OneModel {
    name: String,
}

#[derive(Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    model: String,
    message: Said,
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: u64,
    #[serde(default)]
    eval_count: u64,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    content: String,
}

impl Answer {
    pub(crate) fn into_reply(self) -> Reply {
        let stop = match self.done_reason.as_deref() {
            Some("stop") => Stop::End,
            Some("length") => Stop::Length,
            _ => Stop::Other,
        };
        let usage = Usage { input_tokens: self.prompt_eval_count, output_tokens: self.eval_count };
        Reply { model: self.model, text: self.message.content, stop, usage }
    }
}
