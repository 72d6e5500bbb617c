//! `/v1/opportunities`: find, upsert, read, move.

use domain::{
    ConnectionId,
    crm::{
        Opportunity, OpportunityDraft, OpportunityFilter, OpportunityPatch, OpportunityStatus,
        Page, PageWish, Reading, UpsertedOpportunity,
    },
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    AccountText, READ_ERRORS, RecordId, Service, Where, Which, contacts::How, reach, reach_to_write,
};
use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag,
        formats::{ConnectionIdText, Limit, Text},
    },
    problem::{Kind, Problem},
};

/// `GET /v1/opportunities`.
pub(crate) const LIST: Operation = Operation {
    id: "opportunities.list",
    path: "/v1/opportunities",
    tag: Tag::Opportunities,
    summary: "Find opportunities",
    description: "Opportunities of which everything holds that is given. They come from the hub's \
                  own copy, in the order in which they last changed, and `as_of` says when it was \
                  told of each; `fresh=true` asks the CRM itself, at most 100 in a page.",
    errors: READ_ERRORS,
    is_paged: true,
    ..Operation::COMMON
};

/// `POST /v1/opportunities`.
pub(crate) const UPSERT: Operation = Operation {
    id: "opportunities.upsert",
    method: Method::Post,
    path: "/v1/opportunities",
    tag: Tag::Opportunities,
    summary: "Create an opportunity or change the open one",
    description: "The open opportunity of the contact in the pipeline is changed; where there is \
                  none, one is made. Pipeline and stage are named as people name them, or by id.",
    errors: &[
        (Kind::NotFound, "There is no such connection."),
        (Kind::Conflict, "There is one that may not be doubled, or several could be meant."),
        (Kind::ConnectionUnready, "The connection cannot be used as it stands."),
        (Kind::InDoubt, "Nobody knows whether the CRM did it."),
    ],
    takes_idempotency_key: true,
    takes_change_set: true,
    ..Operation::COMMON
};

/// `GET /v1/opportunities/{id}`.
pub(crate) const SHOW: Operation = Operation {
    id: "opportunities.show",
    path: "/v1/opportunities/{id}",
    tag: Tag::Opportunities,
    summary: "Read an opportunity",
    description: "From the hub's own copy, or from the CRM itself with `fresh=true` and where the \
                  copy does not have it.",
    errors: READ_ERRORS,
    has_etag: true,
    ..Operation::COMMON
};

/// `PATCH /v1/opportunities/{id}`.
pub(crate) const PATCH: Operation = Operation {
    id: "opportunities.patch",
    method: Method::Patch,
    path: "/v1/opportunities/{id}",
    tag: Tag::Opportunities,
    summary: "Move, win or change an opportunity",
    description: "What is left out stays. A stage is one of the pipeline that is named, or of the \
                  one that the opportunity is in.",
    errors: READ_ERRORS,
    takes_change_set: true,
    ..Operation::COMMON
};

/// What can be asked of the opportunities.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WantedOpportunities")]
pub(crate) struct Wanted {
    /// The `next` of a page, to go on after it.
    after: Option<Text<1000>>,
    /// How many opportunities to answer at most.
    limit: Option<Limit>,
    /// Whether the CRM itself is asked.
    #[serde(default)]
    fresh: bool,
    /// Of this contact.
    contact: Option<RecordId>,
    /// In this pipeline, by name or id.
    pipeline: Option<Text<200>>,
    /// In this stage of the pipeline, by name or id.
    stage: Option<Text<200>>,
    /// With this status.
    status: Option<OpportunityStatus>,
    /// Changed at this moment or later; not with `fresh`.
    updated_since: Option<Timestamp>,
    /// The connection, where the caller can see several.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// The account of the connection, such as a location, where it has several.
    account: Option<AccountText>,
}

/// Finds opportunities.
pub(crate) async fn list(
    call: Call<Service, Nothing, Wanted>,
) -> Result<Answer<Page<Reading<Opportunity>>>, Problem> {
    let wanted = call.query;
    let place = Where { connection: wanted.connection, account: wanted.account };
    let (crm, behalf) = reach(call.state, &call.caller, place).await?;
    let filter = OpportunityFilter {
        contact: wanted.contact.map(|id| id.to_string()),
        pipeline: wanted.pipeline.map(|text| text.to_string()),
        stage: wanted.stage.map(|text| text.to_string()),
        status: wanted.status,
        updated_since: wanted.updated_since,
    };
    let page = PageWish {
        limit: wanted.limit.unwrap_or_default().0,
        cursor: wanted.after.map(|text| text.to_string()),
        fresh: wanted.fresh,
    };
    Ok(Answer(crm.opportunities(&behalf, &filter, &page).await?))
}

/// Creates an opportunity or changes the open one.
pub(crate) async fn upsert(
    call: Call<Service, Nothing, Where, OpportunityDraft>,
) -> Result<Answer<UpsertedOpportunity>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    Ok(Answer(crm.upsert_opportunity(&behalf, &call.body).await?))
}

/// Reads an opportunity.
pub(crate) async fn show(
    call: Call<Service, Which, How>,
) -> Result<Answer<Reading<Opportunity>>, Problem> {
    let (fresh, place) = call.query.split();
    let (crm, behalf) = reach(call.state, &call.caller, place).await?;
    Ok(Answer(crm.opportunity(&behalf, call.path.id.as_str(), fresh).await?))
}

/// Moves, wins or changes an opportunity.
pub(crate) async fn patch(
    call: Call<Service, Which, Where, OpportunityPatch>,
) -> Result<Answer<Reading<Opportunity>>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    Ok(Answer(crm.patch_opportunity(&behalf, call.path.id.as_str(), &call.body).await?))
}
