//! The person before the official client: in which era it speaks, and what they answer.

use std::sync::{Arc, Mutex};

use rmcp::{
    ErrorData, RoleClient,
    handler::client::ClientHandler,
    model::{
        ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
        ElicitationCapability, FormElicitationCapability, Implementation, ProtocolVersion,
    },
    service::{ClientLifecycleMode, RequestContext},
};
use serde_json::json;

/// In which era a client opens its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// With a handshake.
    Sessions,
    /// Without one.
    Requests,
}

/// A person, and what they were asked.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) era: Era,
    /// What they answer; none where their client cannot ask.
    pub(crate) says: Option<ElicitationAction>,
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl Person {
    /// Nobody who can be asked.
    pub(crate) fn absent() -> Self {
        Self { era: Era::Sessions, says: None, asked: Arc::default() }
    }

    /// One who answers every question so.
    pub(crate) fn saying(era: Era, says: ElicitationAction) -> Self {
        Self { era, says: Some(says), asked: Arc::default() }
    }

    /// What they were asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panicked with it").clone()
    }

    pub(crate) fn lifecycle(&self) -> ClientLifecycleMode {
        match self.era {
            Era::Sessions => ClientLifecycleMode::Initialize,
            Era::Requests => ClientLifecycleMode::Discover {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            },
        }
    }
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        if self.says.is_some() {
            let form = FormElicitationCapability::new();
            capabilities.elicitation = Some(ElicitationCapability::new().with_form(form));
        }
        ClientConfig::new(capabilities, Implementation::new("person", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else {
            return Ok(ElicitResult::new(ElicitationAction::Decline));
        };
        self.asked.lock().expect("nobody panicked with it").push(message);
        let says = self.says.clone().unwrap_or(ElicitationAction::Decline);
        let answer = ElicitResult::new(says.clone());
        Ok(match says {
            ElicitationAction::Accept => answer.with_content(json!({"confirm": true})),
            _ => answer,
        })
    }
}
