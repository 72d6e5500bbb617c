//! What a tool would change: what a person is asked, what a dry run shows, and how it is done.
//!
//! A tool makes a plan by reading alone. Everything that decides what is done is in the plan's
//! digest, so that what a person confirmed and what is done cannot differ.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use domain::BoxFuture;
use endpoint::catalogue::Kind;
use serde::Serialize;
use serde_json::Value;

use crate::{ToolError, desk::Desk, tool::Answer};

/// Does what was planned, by a desk whose writes are noted in the plan's change set.
pub type Run = Box<dyn FnOnce(Desk) -> BoxFuture<'static, Result<Answer, ToolError>> + Send + Sync>;

/// What a tool would change.
pub struct Plan {
    /// The worst kind of what it does.
    pub kind: Kind,
    /// What the change set is for, in a few words without anybody's data: `save_contact`.
    pub title: String,
    /// What a person is asked, with whom and what: `Send an SMS to Ada Lovelace (+15550100142): "…"`.
    pub question: String,
    /// The records that it touches; more than one is bulk.
    pub targets: Vec<PlanTarget>,
    /// How many records it touches, where they are not all in `targets`.
    pub count: usize,
    /// What a person has to type in strict mode before something is taken away or paid: a name or an
    /// amount.
    pub must_type: Option<String>,
    /// The calls that it would make, as far as they are known before.
    pub calls: Vec<PlannedCall>,
    /// Does it.
    pub run: Run,
}

/// A record that a plan touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanTarget {
    /// What it is: `contact`, `invoice`.
    pub entity: String,
    /// Its id.
    pub id: String,
    /// What people call it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its state as it was read, where it has one: what is confirmed is done to this state only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A call that a plan would make.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedCall {
    /// The operation of the catalogue, or the act of the port: `contacts.create-note`.
    pub operation: String,
    /// The HTTP method and the path, where the call is known to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What is sent, without secrets.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub body: Value,
    /// The scopes that the credential needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

impl Plan {
    /// What tells this plan from every other: two plans with the same one do the same to the same
    /// records in the same state.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let told = serde_json::json!([
            self.kind.as_str(),
            self.title,
            self.question,
            self.targets,
            self.count,
            self.calls,
        ]);
        let mut context = Context::new(&SHA256);
        context.update(told.to_string().as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        bytes
    }

    /// Whether it touches more than one record.
    #[must_use]
    pub fn is_bulk(&self) -> bool {
        self.count.max(self.targets.len()) > 1
    }
}

impl fmt::Debug for Plan {
    /// Without what it says: plans hold what people wrote.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Plan")
            .field("kind", &self.kind)
            .field("title", &self.title)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}
