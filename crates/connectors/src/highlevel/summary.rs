//! What an event says, in a few words for people.

use domain::{Entity, Event, Summary};
use serde_json::Value;

/// A label, and where in the body its value stands (JSON pointer).
type Facts = &'static [(&'static str, &'static str)];

/// Summarizes an event; one that cannot be parsed has nothing to say.
pub(super) fn summarize(event: &Event) -> Summary {
    let Ok(body) = serde_json::from_slice::<Value>(&event.body) else {
        return Summary::default();
    };
    let entity = event.kind.entity;
    let name = name_pointers(entity).iter().find_map(|pointer| text_at(&body, pointer));
    let facts = facts(entity)
        .iter()
        .filter_map(|(label, pointer)| Some(((*label).to_owned(), text_at(&body, pointer)?)))
        .collect();
    Summary { name: name.or_else(|| full_name(&body)), facts }
}

fn name_pointers(entity: Entity) -> &'static [&'static str] {
    match entity {
        Entity::App => &["/companyName"],
        Entity::Appointment => &["/appointment/title"],
        Entity::Association => &["/key"],
        Entity::EmailDelivery => &["/webhookPayload/recipient"],
        Entity::Invoice => &["/name", "/contactDetails/name"],
        Entity::Message => &["/subject"],
        Entity::ObjectSchema => &["/labels/singular", "/key"],
        Entity::Order => &["/source/name"],
        Entity::Task => &["/title"],
        _ => &["/name"],
    }
}

fn facts(entity: Entity) -> Facts {
    match entity {
        Entity::App => &[("Plan", "/planId"), ("New plan", "/newPlanId"), ("User", "/userId")],
        Entity::Appointment => &[
            ("Status", "/appointment/appointmentStatus"),
            ("Start", "/appointment/startTime"),
            ("End", "/appointment/endTime"),
        ],
        Entity::Association => &[("From", "/firstObjectKey"), ("To", "/secondObjectKey")],
        Entity::Campaign => &[("Status", "/status")],
        Entity::Contact => &[("Email", "/email"), ("Phone", "/phone"), ("Tags", "/tags")],
        Entity::Conversation => &[("Unread", "/unreadCount"), ("Starred", "/starred")],
        Entity::EmailDelivery => &[("Event", "/webhookPayload/event")],
        Entity::Invoice => &[
            ("Number", "/invoiceNumber"),
            ("Status", "/status"),
            ("Total", "/total"),
            ("Paid", "/amountPaid"),
            ("Due", "/amountDue"),
            ("Currency", "/currency"),
        ],
        Entity::Location => &[("Company", "/companyId")],
        Entity::Message => &[
            ("Channel", "/messageType"),
            ("Direction", "/direction"),
            ("Status", "/status"),
            ("Call status", "/callStatus"),
            ("Call seconds", "/callDuration"),
        ],
        Entity::Opportunity => &[
            ("Status", "/status"),
            ("Value", "/monetaryValue"),
            ("Stage", "/pipelineStageId"),
            ("Assigned to", "/assignedTo"),
        ],
        Entity::Order => &[
            ("Status", "/status"),
            ("Amount", "/amount"),
            ("Currency", "/currency"),
            ("Fulfillment", "/fulfillmentStatus"),
        ],
        Entity::Price => &[("Amount", "/amount"), ("Currency", "/currency")],
        Entity::Product => &[("Type", "/productType")],
        Entity::Relation => &[("From", "/firstObjectKey"), ("To", "/secondObjectKey")],
        Entity::Task => &[("Due", "/dueDate")],
        Entity::User => &[("Role", "/role")],
        // Other vendors tell of the rest, or nobody does: the hub reads them.
        _ => &[],
    }
}

/// A text, number, flag or list of texts; anything else and anything empty says nothing.
fn text_at(body: &Value, pointer: &str) -> Option<String> {
    let text = match body.pointer(pointer)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            texts.join(", ")
        }
        Value::Null | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn full_name(body: &Value) -> Option<String> {
    let parts = ["/firstName", "/lastName"].map(|pointer| text_at(body, pointer));
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}
