//! The simulated OpenAI: `/models`, `/models/{model}`, `/chat/completions`.

use serde_json::{Value, json};

use super::Answer;
use crate::models::{
    door::{Call, State},
    prompt::{Prompt, tokens},
    refusal::Refusal,
    script::{Scripted, Stop},
};

const INVALID: &str = "invalid_request_error";

/// How many characters of a wrong key are repeated.
const SHOWN: usize = 3;

/// Lets in who has the key.
pub(crate) fn authorize(call: &Call) -> Result<(), Refusal> {
    let given = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    match given {
        Some(key) if key == call.key => Ok(()),
        Some(key) => {
            let start: String = key.chars().take(SHOWN).collect();
            let message = format!("Incorrect API key provided: {start}*****.");
            Err(Refusal::new(401, INVALID, Some("invalid_api_key"), message))
        }
        None => Err(Refusal::new(401, INVALID, None, "You did not provide an API key.")),
    }
}

pub(crate) fn list(_: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let models: Vec<Value> = call.models.iter().map(|name| model(name, call)).collect();
    Ok(Answer::Json(json!({ "object": "list", "data": models })))
}

pub(crate) fn get(_: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let name = call.segment.as_deref().unwrap_or_default();
    known(call, name)?;
    Ok(Answer::Json(model(name, call)))
}

pub(crate) fn complete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let Some(mut prompt) = Prompt::read(&call.body) else {
        return Err(Refusal::invalid("Missing required parameter: 'messages' or 'model'."));
    };
    known(call, &prompt.model)?;
    if call.body["stream"] == true {
        return Err(Refusal::invalid("The simulated OpenAI does not stream: send stream false."));
    }
    let limit = call.body["max_completion_tokens"].as_u64();
    let limit = limit.or_else(|| call.body["max_tokens"].as_u64());
    prompt.max_tokens = limit.and_then(|limit| usize::try_from(limit).ok());
    let answer = state.answer(call, &prompt);
    if let Some(body) = answer.raw {
        return Ok(Answer::Raw(body));
    }
    let (input, output) = (prompt.tokens, tokens(&answer.text));
    Ok(Answer::Json(json!({
        "id": format!("chatcmpl-{}", state.requests),
        "object": "chat.completion",
        "created": call.now.as_second(),
        "model": prompt.model,
        "choices": [{
            "index": 0,
            "finish_reason": finish_reason(answer.stop),
            "logprobs": null,
            "message": message(&answer, state.requests),
        }],
        "usage": {
            "prompt_tokens": input,
            "completion_tokens": output,
            "total_tokens": input + output,
        },
    })))
}

fn message(answer: &Scripted, request: u64) -> Value {
    let refused = answer.stop == Stop::Refused;
    let text = Some(&answer.text).filter(|text| !text.is_empty());
    let mut message = json!({
        "role": "assistant",
        "content": text.filter(|_| !refused),
        "refusal": text.filter(|_| refused),
    });
    if !answer.tool_calls.is_empty() {
        let calls = answer.tool_calls.iter().zip(1..).map(|(call, number)| {
            // A text, which may be no JSON.
            let arguments = match &call.arguments {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            json!({
                "id": format!("call_{request}_{number}"),
                "type": "function",
                "function": { "name": call.name, "arguments": arguments },
            })
        });
        message["tool_calls"] = calls.collect();
    }
    message
}

fn finish_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End | Stop::Refused => "stop",
        Stop::Length => "length",
        Stop::Tools => "tool_calls",
    }
}

fn model(name: &str, call: &Call) -> Value {
    json!({ "id": name, "object": "model", "created": call.since.as_second(), "owned_by": "sandbox" })
}

fn known(call: &Call, name: &str) -> Result<(), Refusal> {
    if call.models.iter().any(|known| known == name) {
        return Ok(());
    }
    let message = format!("The model `{name}` does not exist or you do not have access to it.");
    Err(Refusal::new(404, INVALID, Some("model_not_found"), message))
}

/// No such path.
pub(crate) fn nowhere(path: &str) -> Refusal {
    let message = format!("Unknown request URL: {path}.");
    Refusal::new(404, INVALID, Some("unknown_url"), message)
}

pub(crate) fn refuse(refusal: &Refusal) -> Value {
    json!({ "error": {
        "message": refusal.message,
        "type": refusal.kind,
        "param": null,
        "code": refusal.code,
    } })
}

pub(crate) fn of_fault(status: u16, reason: Option<&str>) -> Refusal {
    let (kind, code, message) = match (status, reason) {
        (429, Some("insufficient_quota")) => {
            ("insufficient_quota", Some("insufficient_quota"), "You exceeded your current quota.")
        }
        (429, _) => ("requests", Some("rate_limit_exceeded"), "Rate limit reached."),
        (401, _) => (INVALID, Some("invalid_api_key"), "Incorrect API key provided."),
        (400, Some("context_length_exceeded")) => {
            (INVALID, Some("context_length_exceeded"), "The conversation is too long.")
        }
        (400..500, _) => (INVALID, None, "The request could not be processed."),
        (503, _) => ("server_error", None, "The engine is currently overloaded."),
        _ => ("server_error", None, "The server had an error."),
    };
    Refusal::new(status, kind, code, message)
}
