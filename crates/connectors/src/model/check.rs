//! Checks a connection to a provider of language models: the key, the model, and one short answer.

#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

use chat::{Client, Completion, Error, Kind, Message, Model, Provider, Stop, Timer};
use domain::Finding;
use endpoint::Transport;

/// What people call the parts.
const KEY: &str = "key";
const MODEL: &str = "model";
const ANSWER: &str = "answer";

/// How many models a hint names.
const NAMED: usize = 5;

/// Enough for a short answer, also of a model that reasons a little before it gives one.
const ANSWER_TOKENS: u32 = 64;

/// What is said to the model.
const QUESTION: &str = "Answer with the single word: ready";

/// How far a check goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Only what costs nothing: the list of models.
    Listing,
    /// One answer of at most 64 tokens too, which the provider charges for.
    Answer,
}

/// Checks the provider of this client, and the model of this name.
pub async fn check<T: Transport, C: Timer>(
    client: &Client<T, C>,
    model: Option<&str>,
    depth: Depth,
) -> Vec<Finding> {
    let (mut findings, models) = match client.models().await {
        Ok(models) => {
            let found = format!("{}; {}", counts(client.provider()), counted(models.len()));
            (vec![Finding::good(KEY, found)], models)
        }
        // A server without a list is told by its answer alone.
        Err(error) if has_no_list(client.provider(), &error) => {
            let why = "the server has no list of models; an answer would tell";
            (vec![Finding::skipped(KEY, why)], Vec::new())
        }
        Err(error) => return vec![trouble(KEY, &error)],
    };
    let Some(name) = model else {
        let hint = format!("set the model{}", examples(&models, ""));
        findings.push(Finding::bad(MODEL, "none is set", hint));
        return findings;
    };
    let known = known(client, name, &models).await;
    let goes_on = !matches!(known.verdict, domain::Verdict::Bad);
    findings.push(known);
    match (depth, goes_on) {
        (Depth::Listing, _) => {}
        (Depth::Answer, true) => findings.push(answer(client, name).await),
        (Depth::Answer, false) => {
            findings.push(Finding::skipped(ANSWER, "not asked: there is no such model"));
        }
    }
    findings
}

/// Whether the provider has the model.
async fn known<T: Transport, C: Timer>(
    client: &Client<T, C>,
    name: &str,
    models: &[Model],
) -> Finding {
    if models.iter().any(|model| model.id == name) {
        return Finding::good(MODEL, format!("`{name}` is there"));
    }
    match client.model(name).await {
        Ok(Some(model)) if model.id == name => Finding::good(MODEL, format!("`{name}` is there")),
        Ok(Some(model)) => Finding::good(MODEL, format!("`{name}` is `{}`", model.id)),
        Ok(None) => {
            let hint = match client.provider() {
                Provider::Ollama => format!("run `ollama pull {name}`, or choose another"),
                _ => "choose another".to_owned(),
            };
            let hint = format!("{hint}{}", examples(models, name));
            Finding::bad(MODEL, format!("there is no `{name}` for this key"), hint)
        }
        Err(error) if has_no_list(client.provider(), &error) => {
            Finding::skipped(MODEL, "the server has no list of models; an answer would tell")
        }
        Err(error) => trouble(MODEL, &error),
    }
}

/// Whether the model answers. How is of no interest: that it does, and what it takes.
async fn answer<T: Transport, C: Timer>(client: &Client<T, C>, name: &str) -> Finding {
    let question = Completion::new(name, vec![Message::user(QUESTION)]);
    match client.complete(&question.with_max_tokens(ANSWER_TOKENS)).await {
        Ok(reply) => {
            let usage = reply.usage;
            let took = format!("{} tokens in, {} out", usage.input_tokens, usage.output_tokens);
            match reply.stop {
                Stop::End | Stop::Length => Finding::good(ANSWER, format!("it answers: {took}")),
                Stop::Refused | Stop::Other => Finding::warning(
                    ANSWER,
                    format!("it does not answer a plain question: {took}"),
                    "choose a model that is made for conversations",
                ),
            }
        }
        Err(error) => trouble(ANSWER, &error),
    }
}

fn has_no_list(provider: Provider, error: &Error) -> bool {
    provider == Provider::Custom && error.kind() == Kind::NotOffered
}

fn counts(provider: Provider) -> &'static str {
    match provider.needs_key() {
        true => "it counts",
        false => "the server answers",
    }
}

fn counted(models: usize) -> String {
    match models {
        1 => "1 model".to_owned(),
        models => format!("{models} models"),
    }
}

/// The models that are spelt most like `name`, for the end of a hint.
fn examples(models: &[Model], name: &str) -> String {
    if models.is_empty() {
        return String::new();
    }
    let mut models: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
    models.sort_by_key(|id| std::cmp::Reverse(common_start(id, name)));
    models.truncate(NAMED);
    format!(", such as `{}`", models.join("`, `"))
}

/// How many characters two texts begin with that are the same.
fn common_start(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

/// What a failed call means, without words of the reply.
fn trouble(subject: &str, error: &Error) -> Finding {
    let found = match (error.kind(), error.status()) {
        (Kind::Unreachable, _) => "no connection could be made".to_owned(),
        (Kind::Interrupted, _) => "the connection broke before the answer".to_owned(),
        (Kind::BadKey, _) => "the provider does not know the key".to_owned(),
        (Kind::Forbidden, _) => "the key may not do this".to_owned(),
        (Kind::NoSuchModel, _) => "there is no such model for this key".to_owned(),
        (Kind::Quota, _) => "the account has no credit or no quota left".to_owned(),
        (Kind::Throttled, _) => "too many calls or tokens for now".to_owned(),
        (Kind::Overloaded, _) => "the provider has no room for now".to_owned(),
        (Kind::Unreadable, _) => "the answer is none of this provider's".to_owned(),
        (_, Some(status)) => format!("the provider answered with status {status}"),
        (_, None) => "the call could not be made".to_owned(),
    };
    match error.kind() {
        Kind::Throttled | Kind::Overloaded => Finding::warning(subject, found, error.hint()),
        _ => Finding::bad(subject, found, error.hint()),
    }
}
