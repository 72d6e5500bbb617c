//! `/opportunities/upsert`: create or update an opportunity.

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::declaration::operation;
use crate::{
    ContactId, LocationId, LostReasonId, OpportunityId, PipelineId, StageId, UserId,
    models::{OpportunityStatus, UpsertOpportunityReply},
};

/// Creates or updates an opportunity.
///
/// The specification asks for the members about followers, which cannot be right, and leaves out
/// the contact (`facts/highlevel.md` 6.4): here all but place and pipeline can be left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpsertOpportunity {
    /// In which location.
    pub location_id: LocationId,
    /// In which pipeline.
    pub pipeline_id: PipelineId,
    /// Which opportunity, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<OpportunityId>,
    /// Of which contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<OpportunityStatus>,
    /// The stage that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_stage_id: Option<StageId>,
    /// What it is worth, in major units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monetary_value: Option<f64>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
    /// Why it is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_reason_id: Option<LostReasonId>,
    /// Who follows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<UserId>,
    /// `add` or `remove`: what becomes of [`Self::followers`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers_action_type: Option<String>,
    /// Whether nobody follows it afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_remove_all_followers: Option<bool>,
    /// Further members, sent as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl UpsertOpportunity {
    /// An upsert of nothing yet.
    #[must_use]
    pub fn new(location_id: LocationId, pipeline_id: PipelineId) -> Self {
        Self {
            location_id,
            pipeline_id,
            id: None,
            contact_id: None,
            name: None,
            status: None,
            pipeline_stage_id: None,
            monetary_value: None,
            assigned_to: None,
            lost_reason_id: None,
            followers: Vec::new(),
            followers_action_type: None,
            is_remove_all_followers: None,
            extra: Map::new(),
        }
    }
}

operation! {
    UpsertOpportunity = "opportunities.upsert-opportunity",
    Post "/opportunities/upsert" => UpsertOpportunityReply,
    V2021_07_28 Write Some("opportunities.write"),
    body json,
}
