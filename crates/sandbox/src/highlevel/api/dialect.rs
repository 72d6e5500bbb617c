//! The words of the third generation, and what they are in the second (`facts/highlevel.md` 1.4).
//!
//! Operations know the second generation alone. What a request of the third says otherwise is
//! translated before they see it, and their answers are translated back where the schema of the
//! third knows another word.

use endpoint::catalogue::{Edition, Generation, Operation, Shape};
use serde_json::{Map, Value};

use super::{
    answer::{Answer, Content},
    call::Call,
    refusal::Refusal,
};

/// The channels of the do-not-disturb settings: second generation, third generation.
const CHANNELS: [(&str, &str); 7] = [
    ("Call", "call"),
    ("Email", "email"),
    ("SMS", "sms"),
    ("WhatsApp", "whatsApp"),
    ("GMB", "gmb"),
    ("FB", "fb"),
    ("RCS", "rcs"),
];

/// The query of the search for opportunities.
const SEARCH: [(&str, &str); 5] = [
    ("location_id", "locationId"),
    ("pipeline_id", "pipelineId"),
    ("pipeline_stage_id", "pipelineStageId"),
    ("contact_id", "contactId"),
    ("assigned_to", "assignedTo"),
];

/// Turns a request of the third generation into one of the second.
pub(crate) fn understand(operation: Operation<'static>, call: &mut Call) {
    if !call.is_v3() {
        return;
    }
    if operation.id() == "opportunities.search-opportunity" {
        for (key, _) in &mut call.query {
            if let Some((older, _)) = SEARCH.iter().find(|(_, newer)| newer == key) {
                *key = (*older).to_owned();
            }
        }
    }
    if operation.product() == "contacts"
        && let Some(settings) = call.body.get_mut("dndSettings").and_then(Value::as_object_mut)
    {
        rename(settings, CHANNELS.map(|(older, newer)| (newer, older)));
    }
}

/// Says an answer, or a refusal, in the words of the edition.
pub(crate) fn speak(
    edition: Edition<'static>,
    result: Result<Answer, Refusal>,
) -> Result<Answer, Refusal> {
    if edition.generation() == Generation::V2 {
        return result;
    }
    match result {
        Ok(mut answer) => {
            if let Content::Json(Value::Object(body)) = &mut answer.content {
                translate(edition, body);
            }
            Ok(answer)
        }
        Err(refusal) if is_enveloped(edition, refusal.status) => Err(refusal.in_envelope()),
        Err(refusal) => Err(refusal),
    }
}

/// Whether the errors of this status are documented as `{error: {code, message, …}}`.
fn is_enveloped(edition: Edition<'static>, status: u16) -> bool {
    let schema = edition.reply(status).and_then(|reply| reply.schema());
    let error = schema.and_then(|schema| schema.field("error")).map(|error| error.schema());
    error.is_some_and(|error| {
        matches!(error.shape(), Shape::Object) && error.field("code").is_some()
    })
}

fn translate(edition: Edition<'static>, body: &mut Map<String, Value>) {
    let schema = edition.success().and_then(|reply| reply.schema());
    let knows = |name: &str| schema.is_some_and(|schema| schema.field(name).is_some());
    if let Some(done) = body.get("succeded").cloned() {
        for name in ["succeeded", "success"] {
            if knows(name) {
                body.insert(name.to_owned(), done.clone());
            }
        }
        if !knows("succeded") && (knows("succeeded") || knows("success")) {
            body.remove("succeded");
        }
    }
    let contacts = match body.get_mut("contact") {
        Some(contact) => std::slice::from_mut(contact),
        None => body.get_mut("contacts").and_then(Value::as_array_mut).map_or(&mut [][..], |it| it),
    };
    for contact in contacts {
        if let Some(settings) = contact.get_mut("dndSettings").and_then(Value::as_object_mut) {
            rename(settings, CHANNELS);
        }
    }
}

fn rename(fields: &mut Map<String, Value>, names: [(&str, &str); 7]) {
    for (old, new) in names {
        if let Some(value) = fields.remove(old) {
            fields.insert(new.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests;
