//! What an event says about the records that the mirror keeps, in the hub's field names.

use domain::{Entity, Event, Fields, RecordKey, RecordUpdate, Verb};
use serde_json::{Map, Value};

/// HighLevel's field name and the hub's.
type Names = &'static [(&'static str, &'static str)];

const CONTACT: Names = &[
    ("address1", "address"),
    ("assignedTo", "assigned_to"),
    ("attachments", "attachments"),
    ("city", "city"),
    ("companyName", "company_name"),
    ("country", "country"),
    ("dateAdded", "created_at"),
    ("dateOfBirth", "date_of_birth"),
    ("dnd", "dnd"),
    ("dndSettings", "dnd_settings"),
    ("email", "email"),
    ("firstName", "first_name"),
    ("lastName", "last_name"),
    ("name", "name"),
    ("phone", "phone"),
    ("postalCode", "postal_code"),
    ("source", "source"),
    ("state", "state"),
    ("tags", "tags"),
    ("website", "website"),
];

const NOTE: Names = &[("body", "body"), ("contactId", "contact_id"), ("dateAdded", "created_at")];

const TASK: Names = &[
    ("assignedTo", "assigned_to"),
    ("body", "body"),
    ("contactId", "contact_id"),
    ("dateAdded", "created_at"),
    ("dueDate", "due_at"),
    ("title", "title"),
];

const APPOINTMENT: Names = &[
    ("address", "address"),
    ("appointmentStatus", "status"),
    ("assignedUserId", "assigned_to"),
    ("calendarId", "calendar_id"),
    ("contactId", "contact_id"),
    ("dateAdded", "created_at"),
    ("dateUpdated", "updated_at"),
    ("endTime", "ends_at"),
    ("groupId", "group_id"),
    ("notes", "notes"),
    ("source", "source"),
    ("startTime", "starts_at"),
    ("title", "title"),
    ("users", "users"),
];

const OPPORTUNITY: Names = &[
    ("assignedTo", "assigned_to"),
    ("contactId", "contact_id"),
    ("dateAdded", "created_at"),
    ("monetaryValue", "value"),
    ("name", "name"),
    ("pipelineId", "pipeline_id"),
    ("pipelineStageId", "stage_id"),
    ("source", "source"),
    ("status", "status"),
];

const INVOICE: Names = &[
    ("amountDue", "amount_due"),
    ("amountPaid", "amount_paid"),
    ("createdAt", "created_at"),
    ("currency", "currency"),
    ("dueDate", "due_date"),
    ("issueDate", "issue_date"),
    ("liveMode", "live_mode"),
    ("name", "name"),
    ("status", "status"),
    ("title", "title"),
    ("total", "total"),
];

const CONVERSATION: Names = &[
    ("contactId", "contact_id"),
    ("inbox", "inbox"),
    ("starred", "starred"),
    ("unreadCount", "unread_count"),
];

const MESSAGE: Names = &[
    ("attachments", "attachments"),
    ("bcc", "bcc"),
    ("body", "body"),
    ("callDuration", "call_seconds"),
    ("callStatus", "call_status"),
    ("cc", "cc"),
    ("contactId", "contact_id"),
    ("conversationId", "conversation_id"),
    ("conversationProviderId", "provider_id"),
    ("dateAdded", "created_at"),
    ("direction", "direction"),
    ("emailMessageId", "email_message_id"),
    ("from", "from"),
    ("messageType", "channel"),
    ("source", "source"),
    ("status", "status"),
    ("subject", "subject"),
    ("threadId", "thread_id"),
    ("to", "to"),
    ("userId", "user_id"),
];

/// The same message as a conversation provider is told it.
const PROVIDER_MESSAGE: Names = &[
    ("attachments", "attachments"),
    ("contactId", "contact_id"),
    ("emailFrom", "from"),
    ("emailMessageId", "email_message_id"),
    ("emailTo", "to"),
    ("html", "body"),
    ("message", "body"),
    ("phone", "to"),
    ("subject", "subject"),
    ("type", "channel"),
    ("userId", "user_id"),
];

/// What the event says about mirrored records.
pub(super) fn updates(event: &Event) -> Result<Vec<RecordUpdate>, String> {
    let Some(names) = names(event) else {
        return Ok(Vec::new());
    };
    let mut body: Map<String, Value> = serde_json::from_slice(&event.body)
        .map_err(|problem| format!("its body is no JSON object of bounded depth: {problem}"))?;
    let is_gone = event.kind.verb == Verb::Deleted || body.get("deleted") == Some(&true.into());
    if event.kind.entity == Entity::Appointment {
        let Some(Value::Object(appointment)) = body.remove("appointment") else {
            return Err("it has no `appointment` object".to_owned());
        };
        body = appointment;
    }
    let mut fields = pick(&mut body, names);
    extend(event, &body, &mut fields);
    let key = match (&event.record, event.kind.entity) {
        (Some(key), _) => key.clone(),
        // Some message events name no message (published examples); the event itself names it.
        (None, Entity::Message) => RecordKey::new(Entity::Message, event.id.to_string()),
        (None, entity) => return Err(format!("it names no {entity}")),
    };
    let conversation = conversation_of(event, &fields);
    let own = match is_gone {
        true => RecordUpdate::Remove(key, fields),
        false => RecordUpdate::Set(key, fields),
    };
    Ok(std::iter::once(own).chain(conversation).collect())
}

/// The field names of an event's entity; none where the mirror does not keep it.
fn names(event: &Event) -> Option<Names> {
    match event.kind.entity {
        Entity::Appointment => Some(APPOINTMENT),
        Entity::Contact => Some(CONTACT),
        Entity::Conversation => Some(CONVERSATION),
        // Without its id it is no record; the activity log has it all the same.
        Entity::Invoice if event.record.is_some() => Some(INVOICE),
        Entity::Message if event.kind.verb == Verb::HandedOver => Some(PROVIDER_MESSAGE),
        Entity::Message => Some(MESSAGE),
        Entity::Note => Some(NOTE),
        Entity::Opportunity => Some(OPPORTUNITY),
        Entity::Task => Some(TASK),
        _ => None,
    }
}

/// Takes the named values out of an object.
fn pick(content: &mut Map<String, Value>, names: Names) -> Fields {
    let named =
        |(theirs, ours): &(&str, &str)| Some(((*ours).to_owned(), content.remove(*theirs)?));
    names.iter().filter_map(named).collect()
}

/// The fields that are not a plain copy.
fn extend(event: &Event, body: &Map<String, Value>, fields: &mut Fields) {
    match (event.kind.entity, event.kind.verb) {
        (Entity::Contact, _) => {
            if let Some(values) = body.get("customFields").and_then(Value::as_array) {
                fields.insert("custom_fields".to_owned(), custom_fields(values));
            }
        }
        (Entity::Invoice, _) => {
            if let Some(contact) = body.get("contactDetails").and_then(|it| it.get("id")) {
                fields.insert("contact_id".to_owned(), contact.clone());
            }
            match body.get("invoiceNumber") {
                Some(Value::Number(number)) => {
                    fields.insert("number".to_owned(), number.to_string().into());
                }
                Some(number) => drop(fields.insert("number".to_owned(), number.clone())),
                None => {}
            }
        }
        (Entity::Task, verb) if verb != Verb::Deleted => {
            fields.insert("completed".to_owned(), (verb == Verb::Completed).into());
        }
        (Entity::Message, Verb::HandedOver) => {
            fields.insert("direction".to_owned(), "outbound".into());
        }
        _ => {}
    }
}

/// `[{id, value}]` as a map of id to value, so that one field's change is one difference
/// (`facts/highlevel.md` 9.2).
fn custom_fields(values: &[Value]) -> Value {
    let pair = |field: &Value| {
        let id = field.get("id")?.as_str()?.to_owned();
        Some((id, field.get("value").cloned().unwrap_or(Value::Null)))
    };
    Value::Object(values.iter().filter_map(pair).collect())
}

/// A message also tells when its conversation last moved.
fn conversation_of(event: &Event, message: &Fields) -> Option<RecordUpdate> {
    if event.kind.entity != Entity::Message {
        return None;
    }
    let id = message.get("conversation_id")?.as_str()?;
    let copied = [
        ("contact_id", "contact_id"),
        ("created_at", "last_message_at"),
        ("channel", "last_message_channel"),
        ("direction", "last_message_direction"),
    ];
    let fields = copied
        .iter()
        .filter_map(|(from, to)| Some(((*to).to_owned(), message.get(*from)?.clone())))
        .collect();
    Some(RecordUpdate::Set(RecordKey::new(Entity::Conversation, id), fields))
}
