//! A conversation that a model is to continue, and what it answered.

use std::fmt;

/// How many tokens an answer may have where nobody says otherwise.
const MAX_TOKENS: u32 = 1024;

/// A conversation that a model is to continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Which model: [`crate::Model::id`].
    pub model: String,
    /// What stands above the conversation: who the model is and what it must keep to.
    pub system: Option<String>,
    /// What was said, oldest first. The last one is the user's.
    pub messages: Vec<Message>,
    /// The most tokens that the answer may have, those of reasoning among them.
    pub max_tokens: u32,
}

impl Completion {
    /// An answer of at most 1,024 tokens, with nothing above the conversation.
    #[must_use]
    pub fn new(model: &str, messages: Vec<Message>) -> Self {
        Self { model: model.to_owned(), system: None, messages, max_tokens: MAX_TOKENS }
    }

    /// The same, with a text above the conversation.
    #[must_use]
    pub fn with_system(mut self, text: &str) -> Self {
        self.system = Some(text.to_owned());
        self
    }

    /// The same, with at most so many tokens in the answer.
    #[must_use]
    pub fn with_max_tokens(mut self, tokens: u32) -> Self {
        self.max_tokens = tokens;
        self
    }
}

/// Something that was said.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// By whom.
    pub role: Role,
    /// What.
    pub text: String,
}

impl Message {
    /// Said to the model.
    #[must_use]
    pub fn user(text: &str) -> Self {
        Self { role: Role::User, text: text.to_owned() }
    }

    /// Said by the model.
    #[must_use]
    pub fn assistant(text: &str) -> Self {
        Self { role: Role::Assistant, text: text.to_owned() }
    }
}

/// Without what was said.
impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Message")
            .field("role", &self.role)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The one whom the model answers.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// As all providers write it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// What a model answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The model that answered, which may be another name of the one that was asked.
    pub model: String,
    /// The text; empty where it answered with none, as a refusal may.
    pub text: String,
    /// Why it ended. Anything but [`Stop::End`] is no whole answer.
    pub stop: Stop,
    /// What it took.
    pub usage: Usage,
}

/// Without what was said.
impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("model", &self.model)
            .field("bytes", &self.text.len())
            .field("stop", &self.stop)
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It was finished.
    End,
    /// It was cut at the most tokens, or at the model's own limit.
    Length,
    /// The model or its provider would not answer.
    Refused,
    /// The model wants something else than to answer: a tool, or a pause.
    Other,
}

/// How many tokens a completion took; zero where the provider does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Those of what was sent, also where the provider had them in a cache.
    pub input_tokens: u64,
    /// Those of the answer, with those of reasoning.
    pub output_tokens: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_said_is_printed() {
        let completion = Completion::new("m-1", vec![Message::user("my number is 555-0100")]);
        let reply = Reply {
            model: "m-1".to_owned(),
            text: "your number is 555-0100".to_owned(),
            stop: Stop::End,
            usage: Usage::default(),
        };
        for printed in [format!("{completion:?}"), format!("{reply:?}")] {
            assert!(!printed.contains("555"), "{printed}");
            assert!(printed.contains("m-1"), "{printed}");
        }
    }
}
