//! The simulated Anthropic: `/v1/models`, `/v1/models/{model}`, `/v1/messages`.

use serde_json::{Value, json};

use super::Answer;
use crate::models::{
    door::{Call, State},
    prompt::{Prompt, tokens},
    refusal::Refusal,
    script::{Scripted, Stop},
};

/// The version that refuses what tells a model how to choose its words.
const STRICT: &str = "2026-10-21";

/// The versions that are simulated.
const VERSIONS: [&str; 2] = ["2023-06-01", STRICT];

/// What the strict version refuses (`facts/conversation-ai.md` 6.3).
const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];

/// How many models a part of the list has where nobody says so.
const PART: usize = 20;

/// Lets in who has the key and names a version. The key stands in the header that is documented for the
/// older version, or as the bearer that the official client sends with the newer one.
pub(crate) fn authorize(call: &Call) -> Result<(), Refusal> {
    let bearer = || call.header("authorization")?.strip_prefix("Bearer ");
    if call.header("x-api-key").or_else(bearer) != Some(call.key.as_str()) {
        return Err(Refusal::new(401, "authentication_error", None, "invalid x-api-key"));
    }
    match call.header("anthropic-version") {
        Some(version) if VERSIONS.contains(&version) => Ok(()),
        Some(version) => {
            Err(Refusal::invalid(format!("anthropic-version: {version} is not simulated")))
        }
        None => Err(Refusal::invalid("anthropic-version: header is required")),
    }
}

pub(crate) fn list(_: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let after = call.parameter("after_id");
    let start = after.and_then(|after| call.models.iter().position(|name| name == after));
    let start = start.map_or(0, |at| at + 1);
    let limit = call.parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PART);
    let part: Vec<&String> = call.models.iter().skip(start).take(limit).collect();
    Ok(Answer::Json(json!({
        "data": part.iter().map(|name| model(name, call)).collect::<Vec<_>>(),
        "has_more": start + part.len() < call.models.len(),
        "first_id": part.first(),
        "last_id": part.last(),
    })))
}

pub(crate) fn get(_: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let name = call.segment.as_deref().unwrap_or_default();
    known(call, name)?;
    Ok(Answer::Json(model(name, call)))
}

pub(crate) fn message(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let Some(mut prompt) = Prompt::read(&call.body) else {
        return Err(Refusal::invalid("messages: Field required"));
    };
    let Some(limit) = call.body["max_tokens"].as_u64() else {
        return Err(Refusal::invalid("max_tokens: Field required"));
    };
    known(call, &prompt.model)?;
    if call.header("anthropic-version") == Some(STRICT)
        && let Some(named) = SAMPLING.iter().find(|name| !call.body[**name].is_null())
    {
        return Err(Refusal::invalid(format!("{named}: Extra inputs are not permitted")));
    }
    if call.body["stream"] == true {
        return Err(Refusal::invalid(
            "The simulated Anthropic does not stream: send stream false.",
        ));
    }
    prompt.max_tokens = usize::try_from(limit).ok();
    let answer = state.answer(call, &prompt);
    if let Some(body) = answer.raw {
        return Ok(Answer::Raw(body));
    }
    Ok(Answer::Json(json!({
        "id": format!("msg_{}", state.requests),
        "type": "message",
        "role": "assistant",
        "model": prompt.model,
        "content": content(&answer, state.requests),
        "stop_reason": stop_reason(answer.stop),
        "stop_sequence": null,
        "usage": {
            "input_tokens": prompt.tokens,
            "output_tokens": tokens(&answer.text),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
        },
    })))
}

fn content(answer: &Scripted, request: u64) -> Value {
    let text = Some(&answer.text).filter(|text| !text.is_empty());
    let text = text.map(|text| json!({ "type": "text", "text": text, "citations": null }));
    let calls = answer.tool_calls.iter().zip(1..).map(|(call, number)| {
        json!({
            "type": "tool_use",
            "id": format!("toolu_{request}_{number}"),
            "name": call.name,
            "input": call.arguments,
        })
    });
    text.into_iter().chain(calls).collect()
}

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end_turn",
        Stop::Length => "max_tokens",
        Stop::Refused => "refusal",
        Stop::Tools => "tool_use",
    }
}

fn model(name: &str, call: &Call) -> Value {
    json!({
        "type": "model",
        "id": name,
        "display_name": name.replace('-', " "),
        "created_at": format!("{:.0}", call.since),
    })
}

fn known(call: &Call, name: &str) -> Result<(), Refusal> {
    match call.models.iter().any(|known| known == name) {
        true => Ok(()),
        false => Err(Refusal::new(404, "not_found_error", None, format!("model: {name}"))),
    }
}

/// No such path.
pub(crate) fn nowhere() -> Refusal {
    Refusal::new(404, "not_found_error", None, "Not found")
}

pub(crate) fn refuse(refusal: &Refusal, request_id: &str) -> Value {
    json!({
        "type": "error",
        "error": { "type": refusal.kind, "message": refusal.message },
        "request_id": request_id,
    })
}

pub(crate) fn of_fault(status: u16) -> Refusal {
    let (kind, message) = match status {
        401 => ("authentication_error", "invalid x-api-key"),
        402 => ("billing_error", "Your credit balance is too low."),
        403 => ("permission_error", "Your API key does not have permission."),
        404 => ("not_found_error", "Not found"),
        413 => ("request_too_large", "Request exceeds the maximum size"),
        429 => ("rate_limit_error", "This request would exceed your rate limit."),
        400..500 => ("invalid_request_error", "The request could not be processed."),
        504 => ("timeout_error", "The request timed out."),
        529 => ("overloaded_error", "Overloaded"),
        _ => ("api_error", "Internal server error"),
    };
    Refusal::new(status, kind, None, message)
}
