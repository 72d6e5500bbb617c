//! An opportunity in the words of the port: as HighLevel told it, or as the mirror has it.

use domain::{
    Record,
    crm::{Opportunity, OpportunityStatus},
};
use highlevel::models::{self, FieldDirectory, Moment, Pipeline};
use serde_json::Value;

use crate::highlevel::port::{fields, pipelines};

/// An opportunity as HighLevel told it.
pub(super) fn of_vendor(
    told: &models::Opportunity,
    all: &[Pipeline],
    names: Option<&FieldDirectory>,
) -> Opportunity {
    let values = told.custom_fields.iter().flatten();
    let values = values.filter_map(|field| Some((field.id()?, field.value()?)));
    let status = told.status.as_ref().map(models::OpportunityStatus::as_str);
    Opportunity {
        id: told.id.to_string(),
        name: told.name.clone(),
        contact: told.contact_id.as_ref().map(ToString::to_string),
        pipeline: told.pipeline_id.as_ref().map(|id| pipelines::pipeline(all, id.as_str())),
        stage: told.pipeline_stage_id.as_ref().map(|id| pipelines::stage(all, id.as_str())),
        status: status.and_then(OpportunityStatus::parse),
        value: told.monetary_value,
        owner: told.assigned_to.as_ref().map(ToString::to_string),
        source: told.source.clone(),
        custom_fields: Some(fields::named(names, values)),
        created_at: told.created_at.as_ref().and_then(Moment::timestamp),
    }
}

/// An opportunity as the mirror has it: no event tells its custom fields.
pub(super) fn of_mirror(record: &Record, all: &[Pipeline]) -> Opportunity {
    let text = |name: &str| {
        let text = record.fields.get(name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    Opportunity {
        id: record.key.id.clone(),
        name: text("name"),
        contact: text("contact_id"),
        pipeline: text("pipeline_id").map(|id| pipelines::pipeline(all, &id)),
        stage: text("stage_id").map(|id| pipelines::stage(all, &id)),
        status: text("status").and_then(|status| OpportunityStatus::parse(&status)),
        value: record.fields.get("value").and_then(Value::as_f64),
        owner: text("assigned_to"),
        source: text("source"),
        custom_fields: None,
        created_at: text("created_at").and_then(|text| text.parse().ok()),
    }
}
