//! `/_sandbox` of the simulated providers: the script and the prompts, beside what every vendor has.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    routing::get,
};
use serde_json::{Value, json};

use super::{
    door::{Shared, serve},
    operation,
    script::Scripted,
};
use crate::control::{self, Answer, read};

/// Larger bodies are refused by the HTTP library.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// The APIs and their controls.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/_sandbox/script", get(show_script).put(set_script))
        .route("/_sandbox/prompts", get(prompts))
        .merge(control::router())
        .fallback(serve)
        .method_not_allowed_fallback(serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

async fn about(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let mut controls = control::described("openai.chat.completions");
    let line = json!([{ "when": "opening hours", "text": "We open at nine.", "count": 1 }]);
    controls.push(format!("GET or PUT /_sandbox/script {line}"));
    controls.push("GET /_sandbox/prompts".to_owned());
    Json(json!({
        "name": "Highwire sandbox: language models",
        "simulates": {
            "openai": "/openai/v1",
            "anthropic": "/anthropic",
            "ollama": "/ollama",
        },
        "models": shared.settings.models,
        "operations": operation::names().collect::<Vec<_>>(),
        "controls": controls,
    }))
}

async fn show_script(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "script": shared.state().script.lines() }))
}

/// Replaces the script.
async fn set_script(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let script: Vec<Scripted> = read(&body, "a list of answers; GET / shows one")?;
    let mut state = shared.state();
    state.script.set(script);
    Ok(Json(json!({ "script": state.script.lines() })))
}

async fn prompts(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "prompts": shared.state().prompts }))
}
