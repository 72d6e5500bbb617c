//! What the models answer: the first line of the script that concerns a conversation, or an echo of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::prompt::{Prompt, tokens};

/// How many bytes a token is taken for.
const BYTES_PER_TOKEN: usize = 4;

/// One line of the script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scripted {
    /// Answers only where this stands in the last thing that was said; always when absent.
    pub when: Option<String>,
    /// What is answered.
    pub text: String,
    /// Why the answer ends.
    pub stop: Stop,
    /// The tools that the model wants to be called.
    pub tool_calls: Vec<ToolCall>,
    /// The whole body of the reply in place of all this, for one that is malformed.
    pub raw: Option<String>,
    /// How many conversations it answers before it is gone; without end when absent.
    pub count: Option<u32>,
}

/// Why an answer ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It is finished.
    #[default]
    End,
    /// It is cut.
    Length,
    /// The model would not answer.
    Refused,
    /// The model wants tools to be called.
    Tools,
}

/// A tool that the model wants to be called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// Its name.
    pub name: String,
    /// Its arguments: an object, or a text to be sent as it is where a provider writes them as text.
    pub arguments: Value,
}

impl Scripted {
    /// A plain answer to everything.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// A reply with this body and nothing else.
    #[must_use]
    pub fn raw(body: &str) -> Self {
        Self { raw: Some(body.to_owned()), ..Self::default() }
    }

    /// The same, only where this stands in the last thing that was said.
    #[must_use]
    pub fn when(mut self, words: &str) -> Self {
        self.when = Some(words.to_owned());
        self
    }

    /// The same, ending for this reason.
    #[must_use]
    pub fn ending(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// The same, for that many conversations only.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }

    fn concerns(&self, prompt: &Prompt) -> bool {
        self.when.as_ref().is_none_or(|words| prompt.last.contains(words.as_str()))
    }
}

/// The script.
#[derive(Debug, Default)]
pub(crate) struct Script(Vec<Scripted>);

impl Script {
    pub(crate) fn set(&mut self, lines: Vec<Scripted>) {
        self.0 = lines;
    }

    /// What is left of it.
    pub(crate) fn lines(&self) -> &[Scripted] {
        &self.0
    }

    /// The answer to a conversation, cut at the tokens that it may have.
    pub(crate) fn answer(&mut self, prompt: &Prompt) -> Scripted {
        let found = self.0.iter().position(|line| line.concerns(prompt));
        let mut answer = match found {
            Some(at) => self.take(at),
            None => Scripted::text(&format!("You said: {}", prompt.last)),
        };
        if let Some(most) = prompt.max_tokens
            && tokens(&answer.text) > most
        {
            let end = answer.text.floor_char_boundary(most.saturating_mul(BYTES_PER_TOKEN));
            answer.text.truncate(end);
            answer.stop = Stop::Length;
        }
        answer
    }

    fn take(&mut self, at: usize) -> Scripted {
        let line = &mut self.0[at];
        line.count = line.count.map(|left| left.saturating_sub(1));
        let answer = line.clone();
        if answer.count == Some(0) {
            self.0.remove(at);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(last: &str) -> Prompt {
        Prompt { last: last.to_owned(), ..Prompt::default() }
    }

    #[test]
    fn the_first_line_that_concerns_a_conversation_answers_it() {
        let mut script = Script::default();
        script.set(vec![
            Scripted::text("Nine.").when("hours"),
            Scripted::text("Once.").times(1),
            Scripted::text("Else."),
        ]);
        let mut answers = |last: &str| script.answer(&prompt(last)).text;
        assert_eq!(answers("your hours?"), "Nine.");
        assert_eq!(answers("hello"), "Once.");
        assert_eq!(answers("hello"), "Else.");
        script.set(Vec::new());
        assert_eq!(script.answer(&prompt("hello")).text, "You said: hello");
    }

    #[test]
    fn an_answer_is_cut_between_characters() {
        let mut script = Script::default();
        script.set(vec![Scripted::text("ééééé")]);
        let cut = script.answer(&Prompt { max_tokens: Some(2), ..Prompt::default() });
        assert_eq!((cut.text.as_str(), cut.stop), ("éééé", Stop::Length));
        let whole = script.answer(&Prompt { max_tokens: Some(3), ..Prompt::default() });
        assert_eq!((whole.text.as_str(), whole.stop), ("ééééé", Stop::End));
    }
}
