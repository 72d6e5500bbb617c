//! What each provider answers: one file each.

pub(crate) mod anthropic;
pub(crate) mod ollama;
pub(crate) mod openai;

use serde_json::Value;

use super::refusal::Refusal;

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenAi,
    Anthropic,
    Ollama,
}

/// A successful answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Json(Value),
    /// One JSON value on each line.
    Lines(Vec<Value>),
    /// As the script says, well-formed or not.
    Raw(String),
}

impl Dialect {
    /// The body of a refusal in the provider's words.
    pub(crate) fn refuse(self, refusal: &Refusal, request_id: &str) -> Value {
        match self {
            Self::OpenAi => openai::refuse(refusal),
            Self::Anthropic => anthropic::refuse(refusal, request_id),
            Self::Ollama => ollama::refuse(refusal),
        }
    }

    /// What a fault of this status is in the provider's words. `reason` is the finer word that
    /// OpenAI has for it.
    pub(crate) fn of_fault(self, status: u16, reason: Option<&str>) -> Refusal {
        match self {
            Self::OpenAi => openai::of_fault(status, reason),
            Self::Anthropic => anthropic::of_fault(status),
            Self::Ollama => ollama::of_fault(status),
        }
    }
}
