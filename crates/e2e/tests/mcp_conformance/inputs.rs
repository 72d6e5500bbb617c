//! The tools of the suite that ask for more input: each is called again with what it asked for.

use std::sync::Arc;

use rmcp::{
    ErrorData,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ElicitRequest,
        ElicitRequestParams, InputRequest, InputRequests, InputRequiredResult, RequestMetaObject,
        RequestStateCodec,
    },
};
use serde_json::{Value, json};

/// What the names of these tools begin with.
pub(crate) const PREFIX: &str = "test_input_required_result_";

/// What follows in their names.
pub(crate) const NAMES: [&str; 8] = [
    "elicitation",
    "sampling",
    "list_roots",
    "request_state",
    "multiple_inputs",
    "multi_round",
    "tampered_state",
    "capabilities",
];

/// Plays the tools.
#[derive(Clone)]
pub(crate) struct Inputs(Arc<RequestStateCodec>);

impl Default for Inputs {
    fn default() -> Self {
        let key = [7_u8; 32];
        Self(Arc::new(RequestStateCodec::try_new(key).expect("32 bytes are enough")))
    }
}

impl Inputs {
    /// Calls the tool with this name behind the prefix.
    pub(crate) fn call(
        &self,
        name: &str,
        request: &CallToolRequestParams,
        meta: &RequestMetaObject,
    ) -> Result<CallToolResponse, ErrorData> {
        let has = |key: &str| answer(request, key).is_some();
        let open = self.opened(request)?;
        match name {
            "elicitation" if has("user_name") => Ok(said("Hello, you!")),
            "elicitation" => Ok(asks([("user_name", question("name"))])),
            "sampling" if has("capital_question") => Ok(said("Sampling response: noted")),
            "sampling" => Ok(asks([("capital_question", sample("Which city is the capital?"))])),
            "list_roots" if has("client_roots") => Ok(said("Roots: noted")),
            "list_roots" => Ok(asks([("client_roots", roots())])),
            "request_state" | "tampered_state" => match open {
                Some(_) => Ok(said("state-ok")),
                None => self.asks_sealed([("confirm", flag("ok"))], json!({"step": 1})),
            },
            "multiple_inputs" => {
                let all = [
                    ("user_name", question("name")),
                    ("greeting", sample("Say hello")),
                    ("client_roots", roots()),
                ];
                match open.is_some() && all.iter().all(|(key, _)| has(key)) {
                    true => Ok(said("all of it came")),
                    false => self.asks_sealed(all, json!({"step": 1})),
                }
            }
            "multi_round" => match open.and_then(|state| state["step"].as_u64()) {
                None => self.asks_sealed([("step1", question("name"))], json!({"step": 1})),
                Some(1) => self.asks_sealed([("step2", question("color"))], json!({"step": 2})),
                Some(_) => Ok(said("all rounds are done")),
            },
            "capabilities" if request.input_responses.is_some() => Ok(said("noted")),
            "capabilities" => Ok(of_capabilities(meta)),
            _ => Err(ErrorData::invalid_params("there is no such tool", None)),
        }
    }

    /// What was sealed in the state that came back; an error where it is not what was given.
    fn opened(&self, request: &CallToolRequestParams) -> Result<Option<Value>, ErrorData> {
        let Some(sealed) = request.request_state.as_deref() else { return Ok(None) };
        let wrong = |_| ErrorData::invalid_params("the state is not what was given", None);
        self.0.open_json(sealed).map(Some).map_err(wrong)
    }

    fn asks_sealed<const COUNT: usize>(
        &self,
        asked: [(&str, InputRequest); COUNT],
        state: Value,
    ) -> Result<CallToolResponse, ErrorData> {
        let sealed = self.0.seal_json(&state);
        let sealed = sealed.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        Ok(InputRequiredResult::new(Some(requests(asked)), Some(sealed)).into())
    }
}

/// A form with one text.
pub(crate) fn question(field: &str) -> InputRequest {
    form(field, "string")
}

/// The answers that came to a question, where it is one at all.
fn answer<'a>(request: &'a CallToolRequestParams, key: &str) -> Option<&'a Value> {
    request.input_responses.as_ref()?.get(key).filter(|answer| answer.is_object())
}

/// Asks only for what the client says that it can do.
fn of_capabilities(meta: &RequestMetaObject) -> CallToolResponse {
    let can = meta.client_capabilities().unwrap_or_default();
    let can = serde_json::to_value(can).unwrap_or_default();
    let all = [
        ("elicitation", "user_name", question("name")),
        ("sampling", "greeting", sample("Say hello")),
        ("roots", "client_roots", roots()),
    ];
    let mut asked = InputRequests::new();
    for (capability, key, request) in all {
        if can.get(capability).is_some() {
            asked.insert(key.to_owned(), request);
        }
    }
    match asked.is_empty() {
        true => said("nothing can be asked"),
        false => InputRequiredResult::from_input_requests(asked).into(),
    }
}

fn said(text: &str) -> CallToolResponse {
    CallToolResult::success(vec![ContentBlock::text(text)]).into()
}

fn asks<const COUNT: usize>(asked: [(&str, InputRequest); COUNT]) -> CallToolResponse {
    InputRequiredResult::from_input_requests(requests(asked)).into()
}

fn requests<const COUNT: usize>(asked: [(&str, InputRequest); COUNT]) -> InputRequests {
    asked.into_iter().map(|(key, request)| (key.to_owned(), request)).collect()
}

fn flag(field: &str) -> InputRequest {
    form(field, "boolean")
}

fn form(field: &str, kind: &str) -> InputRequest {
    let schema = json!({
        "type": "object", "properties": {field: {"type": kind}}, "required": [field],
    });
    InputRequest::Elicitation(ElicitRequest::new(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: format!("Which {field}?"),
        requested_schema: serde_json::from_value(schema).expect("a schema of a form"),
    }))
}

fn sample(prompt: &str) -> InputRequest {
    let message = json!({"role": "user", "content": {"type": "text", "text": prompt}});
    let params = json!({"messages": [message], "maxTokens": 50});
    read(json!({"method": "sampling/createMessage", "params": params}))
}

fn roots() -> InputRequest {
    read(json!({"method": "roots/list", "params": {}}))
}

fn read(request: Value) -> InputRequest {
    serde_json::from_value(request).expect("a request of the protocol")
}
