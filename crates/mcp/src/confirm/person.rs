//! The person before the client: whether they can be asked, with which form, and what they answered.

use std::{sync::Arc, time::Duration};

use domain::BoxFuture;
use rmcp::{
    Peer, RoleServer,
    model::{
        CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction,
        ElicitationSchema, InputRequest, InputResponses, ProtocolVersion,
    },
    service::{RequestContext, ServiceError},
};
use serde_json::Value;

use super::seal::ANSWERED_WITHIN;

/// The name of the question in a result, and of the field that is checked.
pub(crate) const CONFIRM: &str = "confirm";

/// The field in which a word is typed.
const TYPED: &str = "typed";

/// Asks a person over the connection, and waits.
pub(crate) trait Ask: Send + Sync {
    /// The person's answer; none where none came.
    fn ask(&self, form: ElicitRequestParams) -> BoxFuture<'_, Option<ElicitResult>>;
}

/// How the person is reached.
#[derive(Clone)]
pub(crate) enum Reach {
    /// The client asks and calls again: the revision without a handshake.
    Retry,
    /// The client is asked while the call waits: sessions of the older revisions.
    Session(Arc<dyn Ask>),
    /// Not at all.
    Nobody,
}

/// The client of one call.
#[derive(Clone)]
pub(crate) struct Client {
    /// How the person is reached.
    pub(crate) reach: Reach,
    /// The state that comes back with an answer.
    pub(crate) state: Option<String>,
    /// The answers that come back.
    pub(crate) responses: Option<InputResponses>,
}

/// What a person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Do it; with what they typed.
    Yes(Option<String>),
    /// Do not.
    No,
    /// Nothing: the question was closed.
    Nothing,
}

impl Client {
    /// The client that makes this request.
    pub(crate) fn of(
        request: &mut CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Self {
        Self {
            reach: Reach::of(context),
            state: request.request_state.take(),
            responses: request.input_responses.take(),
        }
    }

    /// What came back with the state.
    pub(crate) fn said(&self) -> Said {
        let told = self.responses.as_ref().and_then(|responses| responses.get(CONFIRM));
        told.map_or(Said::Nothing, |told| said(serde_json::from_value(told.clone()).ok()))
    }
}

impl Reach {
    /// How the person before a client is reached, which says so in each request or once.
    pub(crate) fn of(context: &RequestContext<RoleServer>) -> Self {
        let capabilities = context.client_capabilities();
        let asks = capabilities.and_then(|capabilities| capabilities.elicitation);
        // Before forms had a name, whoever could ask at all could show one.
        let has_forms = asks.is_some_and(|asks| asks.form.is_some() || asks.url.is_none());
        let is_modern = context
            .protocol_version()
            .is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
        match (has_forms, is_modern) {
            (false, _) => Self::Nobody,
            (true, true) => Self::Retry,
            (true, false) if context.peer.peer_info().is_some() => {
                Self::Session(Arc::new(context.peer.clone()))
            }
            (true, false) => Self::Nobody,
        }
    }

    /// Whether a person can be asked.
    pub(crate) fn is_somebody(&self) -> bool {
        !matches!(self, Self::Nobody)
    }
}

impl Ask for Peer<RoleServer> {
    fn ask(&self, form: ElicitRequestParams) -> BoxFuture<'_, Option<ElicitResult>> {
        Box::pin(async move {
            let within: Duration = ANSWERED_WITHIN.unsigned_abs();
            match self.create_elicitation_with_timeout(form, Some(within)).await {
                Ok(answered) => Some(answered),
                Err(error) => {
                    let is_late = matches!(error, ServiceError::Timeout { .. });
                    tracing::debug!(is_late, "a question had no answer");
                    None
                }
            }
        })
    }
}

/// The form with the one question; with a word, that has to be typed.
pub(crate) fn form(message: String, word: Option<&str>) -> ElicitRequestParams {
    let schema = match word {
        Some(word) => ElicitationSchema::builder().required_string_with(TYPED, |field| {
            field.title("To do it, type").description(word.to_owned())
        }),
        None => ElicitationSchema::builder()
            .required_bool_with(CONFIRM, |field| field.title("Do it").description("Yes or no.")),
    };
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message,
        requested_schema: schema.build_unchecked(),
    }
}

/// The form as a request that is part of a result.
pub(crate) fn request(form: ElicitRequestParams) -> InputRequest {
    InputRequest::Elicitation(ElicitRequest::new(form))
}

/// What an answer to the form says.
pub(crate) fn said(answered: Option<ElicitResult>) -> Said {
    let Some(answered) = answered else { return Said::Nothing };
    let field = |name| answered.content.as_ref().and_then(|content| content.get(name));
    match answered.action {
        ElicitationAction::Decline => Said::No,
        ElicitationAction::Accept => {
            let typed = field(TYPED).and_then(Value::as_str).map(str::to_owned);
            match field(CONFIRM) {
                Some(Value::Bool(true)) => Said::Yes(typed),
                _ if typed.is_some() => Said::Yes(typed),
                _ => Said::No,
            }
        }
        // Closed without an answer, or with one of a later revision.
        _ => Said::Nothing,
    }
}
