//! When a subscription is told of an event, then this is the body: complete, bounded, and the same
//! whenever it is made of the same view.

use domain::{
    Change, Event, Fields, LONGEST_MESSAGE, MESSAGE_VERSION, Message, MessageData, Subscription,
    TEST_MESSAGE, Tenant, TestData,
};
use jiff::Timestamp;

use crate::View;

/// The body that tells of an event of this tenant, as JSON of at most [`LONGEST_MESSAGE`] bytes.
#[must_use]
pub fn body(event: &Event, tenant: &Tenant, view: &View) -> String {
    let change = view.change_of(event);
    let record = event.record.clone().or_else(|| change.map(|change| change.key.clone()));
    let data = MessageData {
        version: MESSAGE_VERSION,
        event: event.id,
        organization: tenant.organization.clone(),
        connection: tenant.connection.clone(),
        source: event.source.clone(),
        account: event.account.clone(),
        origin: event.origin,
        correlation: event.correlation.clone(),
        record,
        applied: change.map(|change| change.applied),
        changes: change.map(|change| change.fields.clone()).unwrap_or_default(),
        fields: view.record.as_ref().map(|record| record.fields.clone()),
        deleted_at: view.record.as_ref().and_then(|record| record.deleted_at),
        truncated: false,
        left_out: Vec::new(),
    };
    bounded(Message { kind: event.kind.to_string(), timestamp: event.occurred_at, data })
}

/// The body that only says that messages arrive.
#[must_use]
pub fn test_body(subscription: &Subscription, now: Timestamp) -> String {
    let data = TestData {
        version: MESSAGE_VERSION,
        subscription: subscription.id.clone(),
        organization: subscription.organization.clone(),
    };
    let message = Message { kind: TEST_MESSAGE.to_owned(), timestamp: now, data };
    serde_json::to_string(&message).expect("it is a few texts")
}

impl View {
    /// What the event changed of its own record.
    fn change_of(&self, event: &Event) -> Option<&Change> {
        match &event.record {
            Some(key) => self.changes.iter().find(|change| change.key == *key),
            None => self.changes.first(),
        }
    }
}

/// What the note that a value was left out takes at most beside the value's name, in bytes.
const SHORTEST_LEFT_OUT: usize = 32;

/// Where a value stands that may be left out.
enum Place {
    Field(String),
    Change(String),
}

/// Leaves out the largest values until the rest fits. Everything else of a message is short.
fn bounded(mut message: Message<MessageData>) -> String {
    let body = json(&message);
    let Some(mut excess) = body.len().checked_sub(LONGEST_MESSAGE).filter(|over| *over > 0) else {
        return body;
    };
    message.data.truncated = true;
    let mut places = places(&message.data);
    places.sort_by_key(|(size, _)| *size);
    // A value that is shorter than what names it as left out saves nothing.
    while excess > 0
        && let Some((size, place)) = places.pop().filter(|(size, _)| *size > SHORTEST_LEFT_OUT)
    {
        excess = excess.saturating_sub(size - SHORTEST_LEFT_OUT);
        leave_out(&mut message.data, place);
    }
    let body = json(&message);
    if body.len() <= LONGEST_MESSAGE {
        return body;
    }
    (message.data.fields, message.data.changes) = (None, Default::default());
    message.data.left_out = vec!["fields".to_owned(), "changes".to_owned()];
    json(&message)
}

/// Every value with its size, the changes after the fields.
fn places(data: &MessageData) -> Vec<(usize, Place)> {
    let fields = data.fields.iter().flatten();
    let fields = fields.map(|(name, value)| (value.to_string().len(), Place::Field(name.clone())));
    let changes = data.changes.iter().map(|(name, change)| {
        let size = change.before.to_string().len() + change.after.to_string().len();
        (size, Place::Change(name.clone()))
    });
    fields.chain(changes).collect()
}

fn leave_out(data: &mut MessageData, place: Place) {
    match place {
        Place::Field(name) => {
            data.fields.as_mut().map(|fields: &mut Fields| fields.remove(&name));
            data.left_out.push(format!("fields.{name}"));
        }
        Place::Change(name) => {
            data.changes.remove(&name);
            data.left_out.push(format!("changes.{name}"));
        }
    }
}

fn json(message: &Message<MessageData>) -> String {
    serde_json::to_string(message).expect("its keys are texts and its values come from JSON")
}

#[cfg(test)]
mod tests {
    use domain::{
        Applied, FieldChange,
        contract::sample::{event, event_id, record, subscription, tenant},
    };
    use serde_json::{Value, json};

    use super::*;

    fn view(fields: &[(&str, Value)], changes: &[(&str, Value, Value)]) -> View {
        let mut record = record(&tenant("alpha"), "contact-1", 1);
        let named = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        record.fields = named.collect();
        let fields = changes.iter().map(|(name, before, after)| {
            let change = FieldChange { before: before.clone(), after: after.clone() };
            ((*name).to_owned(), change)
        });
        let change = Change {
            event: event_id(1),
            tenant: tenant("alpha"),
            key: record.key.clone(),
            applied: Applied::Updated,
            version: 2,
            fields: fields.collect(),
            found: None,
        };
        View { record: Some(record), changes: vec![change], ..View::default() }
    }

    fn told(view: &View) -> Value {
        let body = body(&event(1), &tenant("alpha"), view);
        assert!(body.len() <= LONGEST_MESSAGE, "{} bytes", body.len());
        serde_json::from_str(&body).unwrap()
    }

    #[test]
    fn a_message_tells_what_happened_to_what() {
        let view = view(
            &[("first_name", json!("Ada")), ("tags", json!(["vip"]))],
            &[("first_name", json!("Eda"), json!("Ada"))],
        );
        assert_eq!(
            told(&view),
            json!({
                "type": "contact.created",
                "timestamp": event(1).occurred_at,
                "data": {
                    "version": 1,
                    "event": event_id(1),
                    "organization": "org_alpha",
                    "connection": "con_alpha-highlevel",
                    "source": "highlevel",
                    "account": "location-1",
                    "origin": "webhook",
                    "correlation": event(1).correlation,
                    "record": { "entity": "contact", "id": "contact-1" },
                    "applied": "updated",
                    "changes": { "first_name": { "before": "Eda", "after": "Ada" } },
                    "fields": { "first_name": "Ada", "tags": ["vip"] },
                    "deleted_at": null,
                    "truncated": false,
                    "left_out": [],
                }
            })
        );
    }

    #[test]
    fn what_the_hub_knows_nothing_of_is_told_all_the_same() {
        let told = told(&View::default());
        let data = &told["data"];
        assert_eq!((&data["fields"], &data["applied"]), (&Value::Null, &Value::Null));
        assert_eq!(data["record"]["id"], "contact-1");
    }

    #[test]
    fn a_long_message_leaves_out_its_largest_values_and_says_so() {
        let long = json!("x".repeat(LONGEST_MESSAGE));
        let told = told(&view(
            &[("body", long), ("name", json!("Ada"))],
            &[
                ("body", json!("x".repeat(200_000)), json!("y")),
                ("name", json!("Eda"), json!("Ada")),
            ],
        ));
        let data = &told["data"];
        assert_eq!(data["truncated"], true);
        assert_eq!(data["left_out"], json!(["fields.body"]));
        assert_eq!(data["fields"], json!({ "name": "Ada" }));
        assert_eq!(data["changes"]["name"]["after"], "Ada");
    }

    #[test]
    fn a_message_of_very_many_fields_is_bounded_too() {
        let names: Vec<String> = (0..40_000).map(|number| format!("field_{number}")).collect();
        let fields: Vec<_> = names.iter().map(|name| (name.as_str(), json!(1))).collect();
        let told = told(&view(&fields, &[]));
        assert_eq!(told["data"]["truncated"], true);
        assert_eq!(told["data"]["left_out"], json!(["fields", "changes"]));
    }

    #[test]
    fn a_test_names_its_subscription() {
        let body = test_body(&subscription("alpha", 1), event(1).occurred_at);
        let told: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(told["type"], "webhook.test");
        assert_eq!(told["data"]["subscription"], subscription("alpha", 1).id.as_str());
    }
}
