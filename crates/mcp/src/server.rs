//! The server: lists tools, and walks each call from its arguments to its result.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use endpoint::catalogue::Kind;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
        ListToolsResult, PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig,
        ToolAnnotations,
    },
    service::RequestContext,
};

use crate::{
    Caller, House, ToolError, guard,
    tool::Tool,
    tools,
    walk::{Call, Walk},
};

/// Serves one caller's tools. Clones share everything.
#[derive(Clone)]
pub struct McpServer {
    house: Arc<dyn House>,
    caller: Arc<Caller>,
    tools: Arc<BTreeMap<String, Box<dyn Tool>>>,
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
        Self { house, caller: Arc::new(caller), tools: Arc::new(tools) }
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
        let progress = context.meta.get_progress_token().map(|token| (context.peer.clone(), token));
        let arguments = request.arguments.unwrap_or_default();
        let call = Call { tool: tool.as_ref(), arguments, progress };
        let walk = Walk { house: Arc::clone(&self.house), caller: Arc::clone(&self.caller) };
        Ok(match walk.call(call).await {
            Ok(answer) => CallToolResult::structured(answer.value).into(),
            Err(error) => told(&error).into(),
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
