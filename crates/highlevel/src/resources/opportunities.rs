//! `/opportunities`: search, read, create, update, upsert, delete; status and followers.

mod advanced_search;
mod upsert;

use endpoint::{Endpoint, Method};
use serde::Serialize;

use super::declaration::operation;
use crate::{
    ContactId, Effect, HighLevelEndpoint, LocationId, LostReasonId, OpportunityId, PipelineId,
    StageId, UserId, Version,
    models::{
        CustomFieldWrite, Done, Followers, OpportunitiesReply, Opportunity, OpportunityReply,
        OpportunityStatus,
    },
    operation::add,
    pages::{Paged, Turn},
};

pub use self::{advanced_search::FilterOpportunities, upsert::UpsertOpportunity};

/// Finds opportunities, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchOpportunities {
    /// In which location.
    pub location_id: LocationId,
    /// Words to look for.
    pub q: Option<String>,
    /// In which pipeline.
    pub pipeline_id: Option<PipelineId>,
    /// In which stage.
    pub pipeline_stage_id: Option<StageId>,
    /// Of which contact.
    pub contact_id: Option<ContactId>,
    /// Whom somebody looks after.
    pub assigned_to: Option<UserId>,
    /// With which status.
    pub status: Option<OpportunityStatus>,
    /// How many in a page, at most 100.
    pub limit: u32,
    /// Where the page begins: the sort value of the row before it.
    pub start_after: Option<String>,
    /// Where the page begins: the id of the row before it.
    pub start_after_id: Option<OpportunityId>,
}

impl SearchOpportunities {
    /// All opportunities of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            q: None,
            pipeline_id: None,
            pipeline_stage_id: None,
            contact_id: None,
            assigned_to: None,
            status: None,
            limit: 100,
            start_after: None,
            start_after_id: None,
        }
    }
}

impl Paged for SearchOpportunities {
    type Item = Opportunity;

    fn turn(&self, reply: OpportunitiesReply) -> Turn<Self> {
        let meta = reply.meta.unwrap_or_default();
        let next = meta.start_after_id.zip(meta.start_after).map(|(id, after)| {
            let after = after.as_str().map_or_else(|| after.to_string(), str::to_owned);
            let cursor = format!("{after} {id}");
            let start_after_id = Some(OpportunityId::new(&id));
            (cursor, Self { start_after: Some(after), start_after_id, ..self.clone() })
        });
        Turn::cursored(reply.opportunities, self.limit, next)
    }
}

impl Endpoint for SearchOpportunities {
    const NAME: &'static str = "opportunities.search-opportunity";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/opportunities/search";
    type Response = OpportunitiesReply;

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query =
            vec![("location_id", self.location_id.to_string()), ("limit", self.limit.to_string())];
        add(&mut query, "q", self.q.as_ref());
        add(&mut query, "pipeline_id", self.pipeline_id.as_ref());
        add(&mut query, "pipeline_stage_id", self.pipeline_stage_id.as_ref());
        add(&mut query, "contact_id", self.contact_id.as_ref());
        add(&mut query, "assigned_to", self.assigned_to.as_ref());
        add(&mut query, "startAfter", self.start_after.as_ref());
        add(&mut query, "startAfterId", self.start_after_id.as_ref());
        let status = self.status.as_ref().map(OpportunityStatus::as_str);
        add(&mut query, "status", status.as_ref());
        query
    }
}

impl HighLevelEndpoint for SearchOpportunities {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("opportunities.readonly");
}

/// Reads an opportunity.
#[derive(Clone, Debug, PartialEq)]
pub struct GetOpportunity {
    /// Which opportunity.
    pub opportunity_id: OpportunityId,
}

operation! {
    GetOpportunity = "opportunities.get-opportunity",
    Get "/opportunities/{id}" (id: opportunity_id) => OpportunityReply,
    V2021_07_28 Read Some("opportunities.readonly"),
}

/// Creates an opportunity. Where the contact has one already and the location allows no second, it is
/// refused with [`crate::Kind::DuplicateOpportunity`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateOpportunity {
    /// In which location.
    pub location_id: LocationId,
    /// In which pipeline.
    pub pipeline_id: PipelineId,
    /// Of which contact.
    pub contact_id: ContactId,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: OpportunityStatus,
    /// The stage that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_stage_id: Option<StageId>,
    /// What it is worth, in major units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monetary_value: Option<f64>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
    /// Values of custom fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomFieldWrite>,
}

impl CreateOpportunity {
    /// An open opportunity in the first stage of a pipeline.
    #[must_use]
    pub fn new(
        location_id: LocationId,
        pipeline_id: PipelineId,
        contact_id: ContactId,
        name: &str,
    ) -> Self {
        Self {
            location_id,
            pipeline_id,
            contact_id,
            name: name.to_owned(),
            status: OpportunityStatus::Open,
            pipeline_stage_id: None,
            monetary_value: None,
            assigned_to: None,
            custom_fields: Vec::new(),
        }
    }
}

operation! {
    CreateOpportunity = "opportunities.create-opportunity",
    Post "/opportunities/" => OpportunityReply,
    V2021_07_28 Write Some("opportunities.write"),
    body json,
}

/// Changes an opportunity; what is left out stays. Its contact cannot be changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateOpportunity {
    /// Which opportunity.
    #[serde(skip)]
    pub opportunity_id: OpportunityId,
    /// The pipeline that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<PipelineId>,
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
    /// Values of custom fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomFieldWrite>,
}

impl UpdateOpportunity {
    /// A change of nothing yet.
    #[must_use]
    pub fn new(opportunity_id: OpportunityId) -> Self {
        Self {
            opportunity_id,
            pipeline_id: None,
            name: None,
            status: None,
            pipeline_stage_id: None,
            monetary_value: None,
            assigned_to: None,
            custom_fields: Vec::new(),
        }
    }
}

operation! {
    UpdateOpportunity = "opportunities.update-opportunity",
    Put "/opportunities/{id}" (id: opportunity_id) => OpportunityReply,
    V2021_07_28 Write Some("opportunities.write"),
    body json,
}

/// Wins, loses, abandons or reopens an opportunity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetOpportunityStatus {
    /// Which opportunity.
    #[serde(skip)]
    pub opportunity_id: OpportunityId,
    /// The status.
    pub status: OpportunityStatus,
    /// Why it is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_reason_id: Option<LostReasonId>,
}

operation! {
    SetOpportunityStatus = "opportunities.update-opportunity-status",
    Put "/opportunities/{id}/status" (id: opportunity_id) => Done,
    V2021_07_28 Write Some("opportunities.write"),
    body json,
}

/// Deletes an opportunity.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteOpportunity {
    /// Which opportunity.
    pub opportunity_id: OpportunityId,
}

operation! {
    DeleteOpportunity = "opportunities.delete-opportunity",
    Delete "/opportunities/{id}" (id: opportunity_id) => Done,
    V2021_07_28 Delete Some("opportunities.write"),
}

/// Lets users follow an opportunity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddOpportunityFollowers {
    /// Which opportunity.
    #[serde(skip)]
    pub opportunity_id: OpportunityId,
    /// Which users.
    pub followers: Vec<UserId>,
}

operation! {
    AddOpportunityFollowers = "opportunities.add-followers-opportunity",
    Post "/opportunities/{id}/followers" (id: opportunity_id) => Followers,
    V2021_07_28 Write Some("opportunities.write"),
    body json,
    const REPEATABLE = true,
}

/// Stops users from following an opportunity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveOpportunityFollowers {
    /// Which opportunity.
    #[serde(skip)]
    pub opportunity_id: OpportunityId,
    /// Which users.
    pub followers: Vec<UserId>,
}

operation! {
    RemoveOpportunityFollowers = "opportunities.remove-followers-opportunity",
    Delete "/opportunities/{id}/followers" (id: opportunity_id) => Followers,
    V2021_07_28 Write Some("opportunities.write"),
    body json,
}
