//! The simulated Ollama: `/api/version`, `/api/tags`, `/api/chat`. It asks for no key, and streams unless it is told not to.

use serde_json::{Value, json};

use super::Answer;
use crate::models::{
    door::{Call, State},
    prompt::{Prompt, tokens},
    refusal::Refusal,
    script::Stop,
};

/// What a name without a tag stands for.
const LATEST: &str = ":latest";

pub(crate) fn version(_: &mut State, _: &Call) -> Result<Answer, Refusal> {
    Ok(Answer::Json(json!({ "version": "0.12.0" })))
}

pub(crate) fn tags(_: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let models: Vec<Value> = call
        .models
        .iter()
        .map(|name| {
            let name = format!("{name}{LATEST}");
            json!({
                "name": name, "model": name, "modified_at": call.since, "size": 1_000_000_000_u64,
                "details": { "format": "gguf", "family": "sandbox", "parameter_size": "1B" },
            })
        })
        .collect();
    Ok(Answer::Json(json!({ "models": models })))
}

pub(crate) fn chat(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let Some(mut prompt) = Prompt::read(&call.body) else {
        return Err(refusal(400, "model is required"));
    };
    let name = prompt.model.strip_suffix(LATEST).unwrap_or(&prompt.model);
    if !call.models.iter().any(|known| known == name) {
        return Err(refusal(404, format!("model '{}' not found", prompt.model)));
    }
    let limit = call.body["options"]["num_predict"].as_u64();
    prompt.max_tokens = limit.and_then(|limit| usize::try_from(limit).ok());
    let answer = state.answer(call, &prompt);
    if let Some(body) = answer.raw {
        return Ok(Answer::Raw(body));
    }
    let calls: Vec<Value> = answer
        .tool_calls
        .iter()
        .map(|call| json!({ "function": { "name": call.name, "arguments": call.arguments } }))
        .collect();
    let mut message = json!({ "role": "assistant", "content": answer.text });
    if !calls.is_empty() {
        message["tool_calls"] = json!(calls);
    }
    let whole = json!({
        "model": prompt.model,
        "created_at": call.now,
        "message": message,
        "done": true,
        "done_reason": if answer.stop == Stop::Length { "length" } else { "stop" },
        "total_duration": 1_000_000,
        "prompt_eval_count": prompt.tokens,
        "eval_count": tokens(&answer.text),
    });
    if call.body["stream"] == false {
        return Ok(Answer::Json(whole));
    }
    let begun = json!({
        "model": prompt.model, "created_at": call.now, "message": whole["message"], "done": false,
    });
    let mut end = whole;
    end["message"]["content"] = json!("");
    Ok(Answer::Lines(vec![begun, end]))
}

fn refusal(status: u16, message: impl Into<String>) -> Refusal {
    Refusal::new(status, "", None, message)
}

/// No such path.
pub(crate) fn nowhere() -> Refusal {
    refusal(404, "404 page not found")
}

pub(crate) fn refuse(refusal: &Refusal) -> Value {
    json!({ "error": refusal.message })
}

pub(crate) fn of_fault(status: u16) -> Refusal {
    match status {
        503 => refusal(503, "server busy, please try again. maximum pending requests exceeded"),
        _ => refusal(status, "something went wrong"),
    }
}
