//! A conversation that a model is to continue, whichever provider was asked.

use serde_json::Value;

/// A conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Prompt {
    pub(crate) model: String,
    /// The last thing that was said to the model.
    pub(crate) last: String,
    /// How many tokens all of it has.
    pub(crate) tokens: usize,
    /// How many the answer may have.
    pub(crate) max_tokens: Option<usize>,
}

impl Prompt {
    /// Reads what all providers write alike: the model and the messages. None where they are missing.
    pub(crate) fn read(body: &Value) -> Option<Self> {
        let messages = body["messages"].as_array().filter(|messages| !messages.is_empty())?;
        let texts: Vec<String> =
            messages.iter().map(|message| content(&message["content"])).collect();
        let system = content(&body["system"]);
        Some(Self {
            model: body["model"].as_str()?.to_owned(),
            last: texts.last().cloned().unwrap_or_default(),
            tokens: texts.iter().chain([&system]).map(|text| tokens(text)).sum(),
            max_tokens: None,
        })
    }
}

/// How many tokens a text is taken for: one for every four bytes, so that it is always the same.
pub(crate) fn tokens(text: &str) -> usize {
    text.len().div_ceil(4)
}

/// A text, or the texts of a list of blocks.
fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().filter_map(|block| block["text"].as_str());
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}
