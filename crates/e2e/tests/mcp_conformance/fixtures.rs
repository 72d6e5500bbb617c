//! What the conformance suite calls: tools, resources and prompts with the names that it gives them.
//!
//! The texts and values that it compares are the suite's; nothing of this is in the product.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult,
        CompletionInfo, ElicitRequestParams, GetPromptRequestParams, GetPromptResponse,
        GetPromptResult, Implementation, InputRequiredResult, JsonObject, ListPromptsResult,
        ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
        ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams,
        ReadResourceResponse, ReadResourceResult, ServerCapabilities, ServerConfig,
        SubscribeRequestParams, Tool, UnsubscribeRequestParams,
    },
    service::RequestContext,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::inputs::{self, Inputs};

/// A picture of one pixel, and no sound at all.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";
const SOUND: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";

const TEXT: &str = "test://static-text";
const BINARY: &str = "test://static-binary";

/// The tools without arguments.
const PLAIN: [&str; 13] = [
    "test_audio_content",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_embedded_resource",
    "test_error_handling",
    "test_image_content",
    "test_logging_tool",
    "test_missing_capability",
    "test_multiple_content_types",
    "test_simple_text",
    "test_streaming_elicitation",
    "test_tool_with_logging",
    "test_tool_with_progress",
];

/// The fixtures. Clones share everything.
#[derive(Clone, Default)]
pub(crate) struct Fixtures {
    inputs: Inputs,
    watched: Arc<Mutex<BTreeSet<String>>>,
}

impl Fixtures {
    fn watched(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerHandler for Fixtures {
    fn get_info(&self) -> ServerConfig {
        let capabilities = json!({
            "tools": {}, "resources": {"subscribe": true}, "prompts": {}, "completions": {},
            "logging": {},
        });
        ServerConfig::new(read::<ServerCapabilities>(capabilities))
            .with_server_info(Implementation::new("fixtures", "1"))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        const SPOKEN: &[ProtocolVersion] = &[
            ProtocolVersion::V_2025_06_18,
            ProtocolVersion::V_2025_11_25,
            ProtocolVersion::V_2026_07_28,
        ];
        Cow::Borrowed(SPOKEN)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools().into_iter().find(|tool| tool.name == name)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if let Some(name) = request.name.strip_prefix(inputs::PREFIX) {
            return self.inputs.call(name, &request, &context.meta);
        }
        let arguments = request.arguments.clone().unwrap_or_default();
        match request.name.as_ref() {
            "test_sampling" => sampled(&arguments, &context).await,
            "test_elicitation" => {
                let fields = json!({"username": {"type": "string"}, "email": {"type": "string"}});
                let schema = json!({"type": "object", "properties": fields, "required": ["username", "email"]});
                let message = arguments.get("message").and_then(Value::as_str).unwrap_or("Who?");
                elicited(message, schema, &context).await
            }
            "test_elicitation_sep1034_defaults" => {
                elicited("Check these", defaults(), &context).await
            }
            "test_elicitation_sep1330_enums" => elicited("Choose", choices(), &context).await,
            "test_streaming_elicitation" => {
                let asked = [("value".to_owned(), inputs::question("value"))];
                Ok(InputRequiredResult::from_input_requests(asked.into()).into())
            }
            "test_missing_capability" => needs_sampling(&context),
            "test_tool_with_progress" => progressed(&context).await,
            "test_tool_with_logging" => {
                let steps = ["Tool execution started", "Tool processing data"];
                for step in steps.into_iter().chain(["Tool execution completed"]) {
                    log(&context, step).await;
                }
                Ok(text("logged"))
            }
            "test_logging_tool" => {
                if context.meta.log_level().is_some() {
                    log(&context, "asked for").await;
                }
                Ok(text("done"))
            }
            name => still(name, &arguments),
        }
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(read(json!({"resources": [
            {"uri": TEXT, "name": "text", "description": "A text.", "mimeType": "text/plain"},
            {"uri": BINARY, "name": "picture", "description": "A picture.", "mimeType": "image/png"},
        ]})))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(read(json!({"resourceTemplates": [{
            "uriTemplate": "test://template/{id}/data", "name": "data",
            "description": "Data of an id.", "mimeType": "application/json",
        }]})))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri.as_str();
        let id = uri.strip_prefix("test://template/").and_then(|it| it.strip_suffix("/data"));
        let contents = match (uri, id) {
            (TEXT, _) => json!({
                "uri": uri, "mimeType": "text/plain",
                "text": "This is the content of the static text resource.",
            }),
            (BINARY, _) => json!({"uri": uri, "mimeType": "image/png", "blob": PICTURE}),
            (_, Some(id)) => {
                let data = format!("Data for ID: {id}");
                let data = json!({"id": id, "templateTest": true, "data": data}).to_string();
                json!({"uri": uri, "mimeType": "application/json", "text": data})
            }
            _ => {
                let told = Some(json!({"uri": uri}));
                return Err(ErrorData::resource_not_found("there is no such resource", told));
            }
        };
        Ok(read::<ReadResourceResult>(json!({"contents": [contents]})).into())
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.watched().insert(request.uri);
        Ok(())
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.watched().remove(request.uri.as_str());
        Ok(())
    }

    #[expect(deprecated, reason = "the suite of the older revision requires it")]
    async fn set_level(
        &self,
        _: rmcp::model::SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let argument = |name| json!({"name": name, "description": "A word.", "required": true});
        let mut prompts = vec![json!({
            "name": "test_prompt_with_arguments", "description": "Takes two words.",
            "arguments": [argument("arg1"), argument("arg2")],
        })];
        for name in ["simple_prompt", "prompt_with_embedded_resource", "prompt_with_image"] {
            prompts.push(json!({"name": format!("test_{name}"), "description": "A prompt."}));
        }
        let asking = format!("{}prompt", inputs::PREFIX);
        prompts.push(json!({"name": asking, "description": "Asks for more."}));
        Ok(read(json!({"prompts": prompts})))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let arguments = request.arguments.clone().unwrap_or_default();
        let word = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let contents = match request.name.as_str() {
            "test_simple_prompt" => vec![said("This is a simple prompt for testing.")],
            "test_prompt_with_arguments" => vec![said(&format!(
                "Prompt with arguments: arg1='{}', arg2='{}'",
                word("arg1"),
                word("arg2")
            ))],
            "test_prompt_with_embedded_resource" => {
                let resource = json!({
                    "uri": word("resourceUri"), "mimeType": "text/plain",
                    "text": "Embedded resource content for testing.",
                });
                let embedded = json!({"type": "resource", "resource": resource});
                vec![embedded, said("Please process the embedded resource above.")]
            }
            "test_prompt_with_image" => {
                let image = json!({"type": "image", "data": PICTURE, "mimeType": "image/png"});
                vec![image, said("Please analyze the image above.")]
            }
            "test_input_required_result_prompt" => {
                let answers = request.input_responses.as_ref();
                if !answers.is_some_and(|answers| answers.contains_key("user_context")) {
                    let asked = [("user_context".to_owned(), inputs::question("context"))];
                    return Ok(InputRequiredResult::from_input_requests(asked.into()).into());
                }
                vec![said("A prompt with context.")]
            }
            _ => return Err(ErrorData::invalid_params("there is no such prompt", None)),
        };
        let messages: Vec<Value> =
            contents.into_iter().map(|it| json!({"role": "user", "content": it})).collect();
        Ok(read::<GetPromptResult>(json!({"messages": messages})).into())
    }

    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let values = vec!["paris".to_owned(), "park".to_owned()];
        let info = CompletionInfo::new(values);
        Ok(CompleteResult::new(info.map_err(|why| ErrorData::internal_error(why, None))?))
    }
}

/// Every tool, in order of name.
fn tools() -> Vec<Tool> {
    let tool = |name: &str, schema: Value| Tool::new(name.to_owned(), "A fixture.", object(schema));
    let nothing = || json!({"type": "object", "properties": {}});
    let one = |name: &str, mut schema: Value| {
        schema["type"] = "string".into();
        json!({"type": "object", "properties": {name: schema}, "required": [name]})
    };
    let mut tools: Vec<Tool> = PLAIN.iter().map(|name| tool(name, nothing())).collect();
    let asking = inputs::NAMES.map(|name| format!("{}{name}", inputs::PREFIX));
    tools.extend(asking.iter().map(|name| tool(name, nothing())));
    tools.push(tool("test_sampling", one("prompt", json!({}))));
    tools.push(tool("test_elicitation", one("message", json!({}))));
    tools.push(tool("test_custom_header", one("value", json!({"x-mcp-header": "Value"}))));
    tools.sort_by(|one, other| one.name.cmp(&other.name));
    tools
}

/// The tools that answer at once.
fn still(name: &str, arguments: &JsonObject) -> Result<CallToolResponse, ErrorData> {
    let picture = || json!({"type": "image", "data": PICTURE, "mimeType": "image/png"});
    let resource = |uri: &str, kind: &str, text: &str| json!({"type": "resource", "resource": {"uri": uri, "mimeType": kind, "text": text}});
    let content = match name {
        "test_simple_text" => vec![said("This is a simple text response for testing.")],
        "test_image_content" => vec![picture()],
        "test_audio_content" => {
            vec![json!({"type": "audio", "data": SOUND, "mimeType": "audio/wav"})]
        }
        "test_embedded_resource" => vec![resource(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )],
        "test_multiple_content_types" => {
            let data = json!({"test": "data", "value": 123}).to_string();
            let mixed = resource("test://mixed-content-resource", "application/json", &data);
            vec![said("Multiple content types test:"), picture(), mixed]
        }
        "test_custom_header" => {
            vec![said(arguments.get("value").and_then(Value::as_str).unwrap_or_default())]
        }
        "test_error_handling" => {
            let told = said("This tool intentionally returns an error for testing");
            return Ok(result(json!({"content": [told], "isError": true})));
        }
        _ => return Err(ErrorData::invalid_params("there is no such tool", None)),
    };
    Ok(result(json!({"content": content})))
}

async fn progressed(context: &RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
    if let Some(token) = context.meta.get_progress_token() {
        for done in [0.0, 50.0, 100.0] {
            let told = ProgressNotificationParam::new(token.clone(), done).with_total(100.0);
            let sent = context.peer.notify_progress(told).await;
            sent.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        }
    }
    Ok(text("done"))
}

#[expect(deprecated, reason = "the suite of the older revision requires it")]
async fn log(context: &RequestContext<RoleServer>, what: &str) {
    let told = json!({"level": "info", "logger": "fixtures", "data": what});
    // Whoever does not listen any more misses it.
    let _ = context.peer.notify_logging_message(read(told)).await;
}

#[expect(deprecated, reason = "the suite of the older revision requires it")]
async fn sampled(
    arguments: &JsonObject,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let prompt = arguments.get("prompt").cloned().unwrap_or_default();
    let message = json!({"role": "user", "content": {"type": "text", "text": prompt}});
    let asked = read(json!({"messages": [message], "maxTokens": 100}));
    let told = context.peer.create_message(asked).await;
    let told = told.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    let told = serde_json::to_value(told).unwrap_or_default();
    let words = told.pointer("/content/text").or_else(|| told.pointer("/content/0/text"));
    Ok(text(&format!("LLM response: {}", words.and_then(Value::as_str).unwrap_or_default())))
}

async fn elicited(
    message: &str,
    schema: Value,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let asked = ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: message.to_owned(),
        requested_schema: read(schema),
    };
    let told = context.peer.create_elicitation(asked).await;
    let told = told.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    let told = serde_json::to_value(told).unwrap_or_default();
    let (action, content) = (&told["action"], &told["content"]);
    let action = action.as_str().unwrap_or_default();
    Ok(text(&format!("User response: action={action}, content={content}")))
}

fn needs_sampling(context: &RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
    let can = context.meta.client_capabilities().unwrap_or_default();
    let can = serde_json::to_value(can).unwrap_or_default();
    match can.get("sampling") {
        Some(_) => Ok(text("it can")),
        None => {
            let lacking = read(json!({"sampling": {}}));
            Err(ErrorData::missing_required_client_capability(lacking))
        }
    }
}

/// A form with a default of each kind.
fn defaults() -> Value {
    json!({"type": "object", "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {
            "type": "string", "enum": ["active", "inactive", "pending"], "default": "active",
        },
        "verified": {"type": "boolean", "default": true},
    }})
}

/// A form with a choice of each kind.
fn choices() -> Value {
    let titled = |word: &str| {
        ["First", "Second", "Third"].iter().zip(1..).map(|(nth, number)| {
            json!({"const": format!("value{number}"), "title": format!("{nth} {word}")})
        }).collect::<Vec<_>>()
    };
    let plain = ["option1", "option2", "option3"];
    json!({"type": "object", "properties": {
        "untitledSingle": {"type": "string", "enum": plain},
        "titledSingle": {"type": "string", "oneOf": titled("Option")},
        "legacyEnum": {
            "type": "string", "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled("Choice")}},
    }})
}

fn text(text: &str) -> CallToolResponse {
    result(json!({"content": [said(text)]}))
}

fn said(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn result(value: Value) -> CallToolResponse {
    read::<rmcp::model::CallToolResult>(value).into()
}

fn object(value: Value) -> JsonObject {
    read(value)
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("what the protocol says")
}
