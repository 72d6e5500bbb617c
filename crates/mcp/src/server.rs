//! The server: lists tools, and walks each call from its arguments to its result.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use endpoint::catalogue::Kind;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
        JsonObject, ListToolsResult, PaginatedRequestParams, ProtocolVersion, ServerCapabilities,
        ServerConfig, ToolAnnotations,
    },
    service::RequestContext,
};
use serde_json::Value;

use crate::{
    Caller, House, Place, ToolError,
    desk::Desk,
    directory::Directory,
    guard::{self, Verdict},
    plan::Plan,
    tool::{Act, Answer, Tool},
    tools,
};

/// The argument that every tool takes: the location, by its id or its name.
const LOCATION: &str = "location";

/// Serves one caller's tools. Clones share everything.
#[derive(Clone)]
pub struct McpServer {
    house: Arc<dyn House>,
    caller: Arc<Caller>,
    tools: Arc<BTreeMap<String, Box<dyn Tool>>>,
    directory: Arc<Directory>,
}

impl McpServer {
    /// A server for a caller. Nothing is opened.
    #[must_use]
    pub fn new(house: Arc<dyn House>, caller: Caller) -> Self {
        let is_there = |tool: &dyn Tool| {
            let spec = tool.spec();
            guard::is_listed(&caller, spec.kind) && !caller.surface.without.contains(&spec.name)
        };
        let tools = tools::of(&caller.surface.profile)
            .into_iter()
            .filter(|tool| is_there(tool.as_ref()))
            .map(|tool| (tool.spec().name, tool))
            .collect();
        let directory = Arc::default();
        Self { house, caller: Arc::new(caller), tools: Arc::new(tools), directory }
    }

    /// The same, that knows the names that this directory knows: for servers that live for one call.
    #[must_use]
    pub fn knowing(self, directory: Arc<Directory>) -> Self {
        Self { directory, ..self }
    }

    /// The tools as they are listed.
    #[must_use]
    pub fn listed(&self) -> Vec<rmcp::model::Tool> {
        self.tools.values().map(|tool| listed(tool.as_ref())).collect()
    }

    async fn call(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.tools.get(request.name.as_ref()) else {
            let message = format!("there is no tool `{}`", request.name);
            return Err(ErrorData::invalid_params(message, None));
        };
        let answer = self.walk(tool.as_ref(), request.arguments.unwrap_or_default(), context).await;
        Ok(match answer {
            Ok(answer) => CallToolResult::structured(answer.value).into(),
            Err(error) => told(&error).into(),
        })
    }

    async fn walk(
        &self,
        tool: &dyn Tool,
        mut arguments: JsonObject,
        context: RequestContext<RoleServer>,
    ) -> Result<Answer, ToolError> {
        let place = self.place(arguments.remove(LOCATION)).await?;
        let mut desk = Desk::new(Arc::clone(&self.house), Arc::clone(&self.caller), place)
            .knowing(Arc::clone(&self.directory));
        if let Some(token) = context.meta.get_progress_token() {
            desk = desk.telling(context.peer.clone(), token);
        }
        match tool.call(&desk, arguments).await? {
            Act::Answer(answer) => Ok(answer),
            Act::Plan(plan) => self.carry_out(desk, plan).await,
        }
    }

    async fn carry_out(&self, desk: Desk, plan: Plan) -> Result<Answer, ToolError> {
        match guard::verdict(&self.caller, &plan)? {
            Verdict::Ask { .. } => Err(ToolError::new(
                "needs_confirmation",
                plan.question.clone(),
                "confirm it with a client that can ask",
            )),
            Verdict::Run => {
                let cause = format!("mcp {}", desk.now().as_nanosecond());
                let desk = desk.writing(cause, plan.title).await?;
                (plan.run)(desk).await
            }
        }
    }

    /// The place that an argument names; the first where none is named.
    async fn place(&self, named: Option<Value>) -> Result<Place, ToolError> {
        let places = self.house.places(&self.caller).await?;
        let wanted = named.as_ref().and_then(Value::as_str);
        let found = match wanted {
            None => places.into_iter().next(),
            Some(wanted) => places.into_iter().find(|place| {
                place.location.as_str() == wanted || place.name.as_deref() == Some(wanted)
            }),
        };
        found.ok_or_else(|| {
            ToolError::new(
                "no_location",
                "there is no such location, or none of yours",
                "whoami tells the locations that you can work in",
            )
        })
    }
}

/// A tool as it is listed.
fn listed(tool: &dyn Tool) -> rmcp::model::Tool {
    let spec = tool.spec();
    let is_read = spec.kind == Kind::Read;
    let annotations = ToolAnnotations::new()
        .read_only(is_read)
        .destructive(matches!(spec.kind, Kind::Delete | Kind::Send | Kind::Money))
        .idempotent(spec.is_idempotent)
        .open_world(true);
    rmcp::model::Tool::new_with_raw(spec.name, Some(Cow::Borrowed(spec.about)), spec.input)
        .with_raw_output_schema(spec.output)
        .with_annotations(annotations)
}

/// An error as a result of its tool.
fn told(error: &ToolError) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(error.to_string())]);
    result.structured_content = serde_json::to_value(error).ok();
    result
}

impl ServerHandler for McpServer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("highwire", env!("CARGO_PKG_VERSION")))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        const SPOKEN: &[ProtocolVersion] = &[
            ProtocolVersion::V_2025_06_18,
            ProtocolVersion::V_2025_11_25,
            ProtocolVersion::V_2026_07_28,
        ];
        Cow::Borrowed(SPOKEN)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.listed()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.call(request, context).await
    }
}
