//! What a write changes of an opportunity, in the keys of change sets, and the write that brings values back.

use domain::{Difference, Fields, WrittenField};
use highlevel::{
    OpportunityId, PipelineId, StageId, UserId,
    models::{self, FieldDirectory, OpportunityStatus},
    resources::UpdateOpportunity,
};
use serde_json::{Value, json};

use super::{contact, said};

/// The values of an opportunity under their keys; null where they are empty.
pub(in crate::highlevel::port) fn values(told: &models::Opportunity) -> Fields {
    let id = |text: Option<String>| said(json!(text));
    let mut fields: Fields = [
        ("name", id(told.name.clone())),
        ("contact", id(told.contact_id.as_ref().map(ToString::to_string))),
        ("pipeline", id(told.pipeline_id.as_ref().map(ToString::to_string))),
        ("stage", id(told.pipeline_stage_id.as_ref().map(ToString::to_string))),
        ("status", json!(told.status.as_ref().map(OpportunityStatus::as_str))),
        ("value", json!(told.monetary_value)),
        ("owner", id(told.assigned_to.as_ref().map(ToString::to_string))),
        ("source", id(told.source.clone())),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    for field in told.custom_fields.iter().flatten() {
        if let (Some(id), Some(value)) = (field.id(), field.value()) {
            fields.insert(format!("{}{id}", contact::CUSTOM), said(value.clone()));
        }
    }
    fields
}

/// What this write will change of an opportunity.
pub(in crate::highlevel::port) fn intended(
    before: &models::Opportunity,
    write: &UpdateOpportunity,
    names: Option<&FieldDirectory>,
) -> Difference {
    let known = values(before);
    let texts = [
        ("name", write.name.clone()),
        ("pipeline", write.pipeline_id.as_ref().map(ToString::to_string)),
        ("stage", write.pipeline_stage_id.as_ref().map(ToString::to_string)),
        ("status", write.status.as_ref().map(|status| status.as_str().to_owned())),
        ("owner", write.assigned_to.as_ref().map(ToString::to_string)),
    ];
    let texts = texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text?))));
    let value = write.monetary_value.map(|value| ("value".to_owned(), json!(value)));
    let custom = write.custom_fields.iter().filter_map(|field| {
        Some((format!("{}{}", contact::CUSTOM, field.id()?), said(field.value().clone())))
    });
    let mut difference = Difference::default();
    for (key, after) in texts.chain(value).chain(custom) {
        let before = known.get(&key).cloned().unwrap_or(Value::Null);
        if before != after {
            let field = WrittenField { name: contact::name(&key, names), before, after };
            difference.fields.insert(key, field);
        }
    }
    difference
}

/// What it changed, by HighLevel's reply. What the reply does not tell is taken as it was sent.
pub(in crate::highlevel::port) fn told(
    (before, after): (&models::Opportunity, &models::Opportunity),
    intended: &Difference,
) -> Difference {
    let (known, now) = (values(before), values(after));
    let mut difference = Difference::default();
    for (key, field) in &intended.fields {
        let after = match now.get(key) {
            Some(value) if !value.is_null() => value.clone(),
            _ => field.after.clone(),
        };
        let before = known.get(key).cloned().unwrap_or(Value::Null);
        if before != after {
            let field = WrittenField { name: field.name.clone(), before, after };
            difference.fields.insert(key.clone(), field);
        }
    }
    difference
}

/// An opportunity that was made, as HighLevel answered it.
pub(in crate::highlevel::port) fn made(
    told: &models::Opportunity,
    names: Option<&FieldDirectory>,
) -> Difference {
    let mut difference = super::made_of(&values(told));
    for (key, field) in &mut difference.fields {
        field.name = contact::name(key, names);
    }
    difference
}

/// The write after which an opportunity has what is after this difference. One without a value is
/// given the value of nothing, since HighLevel clears none.
pub(in crate::highlevel::port) fn restored(id: &str, difference: &Difference) -> UpdateOpportunity {
    let mut write = UpdateOpportunity::new(OpportunityId::new(id));
    for (key, field) in &difference.fields {
        let text = field.after.as_str();
        match key.as_str() {
            "name" => write.name = text.map(str::to_owned),
            "pipeline" => write.pipeline_id = text.map(PipelineId::new),
            "stage" => write.pipeline_stage_id = text.map(StageId::new),
            "status" => {
                write.status = text.map(|status| OpportunityStatus::from(status.to_owned()));
            }
            "owner" => write.assigned_to = text.map(UserId::new),
            "value" => write.monetary_value = Some(field.after.as_f64().unwrap_or_default()),
            key => write.custom_fields.extend(contact::custom(key, &field.after)),
        }
    }
    write
}
