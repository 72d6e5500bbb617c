//! `GET /opportunities/search`: opportunities, the newest first.

use domain::{Entity, Fields, ListPart, Upkeep};
use highlevel::RawCall;
use serde_json::{Map, Value, json};

use super::{
    noun::{Ask, ById, Noun, Single, Turned, call},
    row,
};

/// The largest page (`facts/highlevel.md` 5).
const PAGE: u64 = 100;

pub(super) const OPPORTUNITIES: Noun = Noun {
    part: ListPart { name: "opportunities", entity: Entity::Opportunity, upkeep: Upkeep::Sweep },
    ask,
    turn,
    fields,
    changed: &["updatedAt", "dateUpdated", "createdAt"],
    single: Single::ById(ById {
        operation: "opportunities.get-opportunity",
        id: "id",
        location: &[],
        envelope: Some("opportunity"),
        fields: None,
    }),
};

fn ask(ask: &Ask<'_>) -> RawCall {
    let call = call("opportunities.search-opportunity")
        .with("location_id", ask.location)
        .with("limit", PAGE);
    match &ask.cursor {
        Some(after) => {
            call.with("startAfter", after[0].clone()).with("startAfterId", after[1].clone())
        }
        None => call,
    }
}

fn turn(_: &Ask<'_>, mut reply: Value) -> Turned {
    let meta = reply.get("meta").cloned().unwrap_or_default();
    let rows = row::rows(&mut reply, "opportunities");
    let (after, id) = (meta["startAfter"].clone(), meta["startAfterId"].clone());
    let text = |value: Value| if value.is_string() { value } else { value.to_string().into() };
    let more = !after.is_null() && !id.is_null() && !rows.is_empty();
    Turned { next: more.then(|| json!([text(after), id])), total: meta["total"].as_u64(), rows }
}

fn fields(opportunity: &mut Map<String, Value>) -> Fields {
    if !opportunity.contains_key("contactId")
        && let Some(id) = opportunity.get("contact").and_then(|contact| contact.get("id")).cloned()
    {
        opportunity.insert("contactId".to_owned(), id);
    }
    row::all([
        row::told(
            opportunity,
            &[
                ("assignedTo", "assigned_to"),
                ("contactId", "contact_id"),
                ("monetaryValue", "value"),
                ("name", "name"),
                ("pipelineId", "pipeline_id"),
                ("pipelineStageId", "stage_id"),
                ("source", "source"),
                ("status", "status"),
            ],
        ),
        row::mentioned(opportunity, &[("lostReasonId", "lost_reason_id")]),
        row::moments(opportunity, &[("createdAt", "created_at")]),
        row::custom_fields(opportunity),
    ])
}
