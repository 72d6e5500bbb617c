//! A command that wraps and unwraps data keys: the master key stays in a key service.
//!
//! The hub runs the words of the command and one more: `wrap` or `unwrap`. It writes two lines to
//! its standard input, both in base64: the data key or the wrapped data key, then the associated
//! data, which a service that has an encryption context should bind. The command writes the answer
//! to its standard output, in base64, and ends with 0. What it writes to its standard error is
//! dropped, since a script that traces itself would write the data key there.

use std::{process::Stdio, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::zeroize::Zeroizing;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};

use crate::{KeyError, data_key::DataKey, sealed::WRAPPED_LIMIT};

/// What is read of an answer: the longest one in base64, its line's end, and then too much.
const ANSWER_LIMIT: usize = WRAPPED_LIMIT * 2;

/// A program with its first arguments, and how long it may take. It runs on a tokio runtime with
/// I/O and time.
#[derive(Clone, Debug)]
pub struct KeyCommand {
    program: String,
    arguments: Vec<String>,
    limit: Duration,
    hidden: Vec<String>,
}

impl KeyCommand {
    /// The command with these words; none where there are none.
    ///
    /// The words identify the master key: other words, such as another key's name as an argument,
    /// are another master key.
    #[must_use]
    pub fn new(words: &[String], limit: Duration) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        let (program, arguments) = (program.clone(), arguments.to_vec());
        Some(Self { program, arguments, limit, hidden: Vec::new() })
    }

    /// The same command, which does not inherit these variables of the environment: a key service
    /// needs its own credentials, and none of the caller's.
    #[must_use]
    pub fn hiding(mut self, variables: impl IntoIterator<Item = String>) -> Self {
        self.hidden.extend(variables);
        self
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.program.as_str()).chain(self.arguments.iter().map(String::as_str))
    }

    /// Wraps a data key, and unwraps it again at once: a credential that nobody can ever open is
    /// found now and not on the day it is needed.
    pub(crate) async fn wrap(&self, key: &DataKey, context: &[u8]) -> Result<Vec<u8>, KeyError> {
        let answer = self.run("wrap", key.as_bytes(), context).await?;
        if answer.is_empty() || answer.len() > WRAPPED_LIMIT {
            return Err(self.failed("does not wrap: its answer is empty or too long"));
        }
        if answer.windows(key.as_bytes().len()).any(|part| part == key.as_bytes()) {
            return Err(self.failed("does not wrap: its answer shows the data key"));
        }
        let again = self.unwrap(&answer, context).await?;
        match again.is(key) {
            true => Ok(answer.to_vec()),
            false => Err(self.failed("does not unwrap what it wrapped")),
        }
    }

    pub(crate) async fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<DataKey, KeyError> {
        let answer = self.run("unwrap", wrapped, context).await?;
        DataKey::from_bytes(&answer).ok_or_else(|| self.failed("did not answer with a data key"))
    }

    async fn run(
        &self,
        verb: &'static str,
        input: &[u8],
        context: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let answer =
            tokio::time::timeout(self.limit, self.answer(verb, input, context)).await.map_err(
                |_| self.failed(&format!("took more than {} s", self.limit.as_secs_f32())),
            )??;
        let text = answer.trim_ascii();
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 3));
        STANDARD
            .decode_vec(text, &mut bytes)
            .map_err(|_| self.failed("did not answer in base64"))?;
        Ok(bytes)
    }

    async fn answer(
        &self,
        verb: &str,
        input: &[u8],
        context: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut command = Command::new(&self.program);
        for variable in &self.hidden {
            command.env_remove(variable);
        }
        let mut child = command
            .args(&self.arguments)
            .arg(verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.failed(&format!("cannot be started ({error})")))?;
        let mut stdin = child.stdin.take().expect("the pipe was asked for");
        let mut stdout = child.stdout.take().expect("the pipe was asked for");
        let input = Zeroizing::new(STANDARD.encode(input));
        let context = STANDARD.encode(context);
        let write = async move {
            for part in [input.as_str(), "\n", context.as_str(), "\n"] {
                // A command that needs no more input may have gone; its answer tells.
                let _ = stdin.write_all(part.as_bytes()).await;
            }
        };
        let mut answer = Zeroizing::new(Vec::with_capacity(ANSWER_LIMIT + 1));
        let mut bounded = (&mut stdout).take(ANSWER_LIMIT as u64 + 1);
        let ((), read) = tokio::join!(write, bounded.read_to_end(&mut answer));
        read.map_err(|error| self.failed(&format!("cannot be read ({error})")))?;
        if answer.len() > ANSWER_LIMIT {
            return Err(self.failed("answered with more than a wrapped key"));
        }
        let status = child.wait().await;
        match status.map_err(|error| self.failed(&format!("was lost ({error})")))? {
            status if status.success() => Ok(answer),
            status => Err(self.failed(&format!("ended with {status}"))),
        }
    }

    fn failed(&self, problem: &str) -> KeyError {
        KeyError::Command { program: self.program.clone(), problem: problem.to_owned() }
    }
}

#[cfg(test)]
mod tests;
