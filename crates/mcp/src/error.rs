//! Why a tool did not do what it was asked, as an assistant reads it.

use endpoint::Retry;
use serde::Serialize;

/// A refusal or a failure. It is a result of the tool, never an error of the protocol, so that the
/// assistant reads what to change (`facts/mcp.md` 4.3). No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}; {fix}")]
pub struct ToolError {
    /// What kind it is, as `snake_case`.
    pub code: &'static str,
    /// The vendor's HTTP status, where it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// What is wrong.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// After how long, in milliseconds, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What to change, or to do next.
    pub fix: String,
    /// The vendor's number of the call, for its support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

impl ToolError {
    /// A refusal that repeating does not help.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            code,
            http_status: None,
            message: message.into(),
            retryable: false,
            retry_after_ms: None,
            fix: fix.into(),
            trace_id: None,
        }
    }

    /// An argument that makes no sense.
    #[must_use]
    pub fn argument(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new("invalid_arguments", message, fix)
    }

    /// A failure that passes.
    #[must_use]
    pub fn later(mut self, after: Option<std::time::Duration>) -> Self {
        self.retryable = true;
        self.retry_after_ms =
            after.map(|after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
        self
    }
}

impl From<highlevel::Error> for ToolError {
    fn from(error: highlevel::Error) -> Self {
        let problems = error.problems();
        if !problems.is_empty() {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let fix = "correct these; describe_operation tells what the operation takes";
            return Self::argument(told.join("; "), fix);
        }
        let status = error.status();
        let code = match status {
            Some(401) => "unauthorized",
            Some(403) => "forbidden",
            Some(404) => "not_found",
            Some(409) => "conflict",
            Some(400 | 422) => "rejected",
            Some(429) => "rate_limited",
            Some(_) => "vendor_failed",
            None => "vendor_unreachable",
        };
        let told = Self {
            http_status: status,
            trace_id: error.trace_id().map(str::to_owned),
            ..Self::new(code, error.to_string(), error.hint())
        };
        match error.retry() {
            Retry::Never => told,
            Retry::After(wait) => told.later(Some(wait)),
            Retry::Backoff => told.later(None),
        }
    }
}

impl From<domain::crm::CrmError> for ToolError {
    fn from(error: domain::crm::CrmError) -> Self {
        use domain::crm::CrmError as Crm;
        let told = Self::new(word_of(&error), error.to_string(), error.hint());
        match error {
            Crm::UsedUp { wait } => told.later(Some(wait)),
            Crm::Unavailable { wait } => told.later(wait),
            Crm::Storage(_) => told.later(None),
            Crm::Invalid(problems) => {
                let told: Vec<String> = problems
                    .iter()
                    .map(|problem| format!("{}: {}", problem.pointer, problem.message))
                    .collect();
                Self::argument(told.join("; "), "correct these values")
            }
            _ => told,
        }
    }
}

impl From<domain::StorageError> for ToolError {
    fn from(error: domain::StorageError) -> Self {
        let fix = "try again; the hub's log says more";
        Self::new("store_unavailable", error.to_string(), fix).later(None)
    }
}

/// The kind of a refusal of the port.
fn word_of(error: &domain::crm::CrmError) -> &'static str {
    use domain::crm::CrmError as Crm;
    match error {
        Crm::NotFound(_) => "not_found",
        Crm::TwoContacts { .. } => "two_contacts",
        Crm::Exists { .. } => "exists",
        Crm::Ambiguous { .. } => "ambiguous",
        Crm::SlotTaken => "slot_taken",
        Crm::OptedOut(_) => "opted_out",
        Crm::Changed { .. } => "changed",
        Crm::Invalid(_) => "invalid_arguments",
        Crm::NotPermitted { .. } => "forbidden",
        Crm::NeedsConsent { .. } => "needs_consent",
        Crm::NotConnected { .. } => "not_connected",
        Crm::UsedUp { .. } => "rate_limited",
        Crm::InDoubt => "in_doubt",
        Crm::Unavailable { .. } => "vendor_unreachable",
        Crm::Storage(_) => "store_unavailable",
    }
}
