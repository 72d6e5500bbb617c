//! An opportunity: a possible sale, in a stage of a pipeline.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CustomField, Moment};
use crate::{ContactId, LocationId, LostReasonId, OpportunityId, PipelineId, StageId, UserId};

/// An opportunity (`facts/highlevel.md` 6.4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opportunity {
    /// Its id.
    pub id: OpportunityId,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is worth, in major units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monetary_value: Option<f64>,
    /// The pipeline that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<PipelineId>,
    /// The stage that it has reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_stage_id: Option<StageId>,
    /// Whether it is open, won, lost or abandoned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<OpportunityStatus>,
    /// Why it was lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_reason_id: Option<LostReasonId>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// Where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The values of custom fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Vec<CustomField>>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Moment>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Moment>,
    /// When its status last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status_change_at: Option<Moment>,
    /// When it last moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_stage_change_at: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Where a search of opportunities stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageMeta {
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Where the next page begins: the id of the last row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_after_id: Option<String>,
    /// Where the next page begins: the sort value of the last row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_after: Option<Value>,
    /// The number of this page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_page: Option<Value>,
    /// The number of the next, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page: Option<Value>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Whether an opportunity is still one. Other texts are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum OpportunityStatus {
    /// It may still be won.
    Open,
    /// It became a sale.
    Won,
    /// It did not.
    Lost,
    /// Nobody pursues it.
    Abandoned,
    /// Another, in HighLevel's spelling. Searches also take `all`.
    Other(String),
}

impl OpportunityStatus {
    /// The status as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Abandoned => "abandoned",
            Self::Other(text) => text,
        }
    }
}

impl From<String> for OpportunityStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "open" => Self::Open,
            "won" => Self::Won,
            "lost" => Self::Lost,
            "abandoned" => Self::Abandoned,
            _ => Self::Other(text),
        }
    }
}

impl From<OpportunityStatus> for String {
    fn from(status: OpportunityStatus) -> Self {
        status.as_str().to_owned()
    }
}

/// The reply to an upsert of an opportunity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpsertOpportunityReply {
    /// Whether it was created.
    #[serde(rename = "new", skip_serializing_if = "Option::is_none")]
    pub is_new: Option<bool>,
    /// The opportunity as it is after the call.
    pub opportunity: Opportunity,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A reason for which opportunities are lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LostReason {
    /// Its id.
    pub id: LostReasonId,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of the reasons for which opportunities are lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LostReasonsReply {
    /// The reasons.
    pub lost_reasons: Vec<LostReason>,
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What else the rows of a search by filters tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdditionalDetails {
    /// The notes.
    pub notes: bool,
    /// The tasks.
    pub tasks: bool,
    /// The appointments.
    pub calendar_events: bool,
    /// The unread messages.
    pub un_read_conversations: bool,
}
