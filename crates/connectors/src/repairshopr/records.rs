//! What RepairShopr's lists say of records, in the hub's field names.
//!
//! Only what is named here is kept. The address of a customer's portal, which has a key in it, is not
//! ([`repairshopr::models::Customer`] does not even read it), and neither are a shop's own notes.

use domain::{Entity, Fields, Listed, RecordKey};
use jiff::Timestamp;
use repairshopr::models::{
    Asset, Contact, Contract, Customer, Estimate, Invoice, Moment, Readable, Schedule, Ticket,
};
use serde_json::{Map, Value, json};

/// A record of RepairShopr that the mirror keeps.
pub(super) trait Mirrored: Readable {
    /// What it is.
    const ENTITY: Entity;

    /// Its values: null where it has none.
    fn fields(&self) -> Fields;

    /// When it was changed last; none where its kind does not tell.
    fn changed_at(&self) -> Option<Timestamp>;
}

/// A record as lists tell it.
pub(super) fn listed<R: Mirrored>(record: &R) -> Listed {
    Listed {
        key: RecordKey::new(R::ENTITY, record.id().to_string()),
        fields: record.fields(),
        occurred_at: record.changed_at(),
    }
}

impl Mirrored for Customer {
    const ENTITY: Entity = Entity::Customer;

    fn fields(&self) -> Fields {
        fields([
            ("address", json!(self.address)),
            ("address_2", json!(self.address_2)),
            ("city", json!(self.city)),
            ("company_name", json!(self.business_name)),
            ("created_at", moment(self.created_at.as_ref())),
            ("custom_fields", custom_fields(&self.properties)),
            ("disabled", json!(self.disabled)),
            ("email", json!(self.email)),
            ("first_name", json!(self.firstname)),
            ("last_name", json!(self.lastname)),
            ("mobile", json!(self.mobile)),
            ("name", json!(self.fullname)),
            ("no_email", json!(self.no_email)),
            ("opt_out", json!(self.opt_out)),
            ("phone", json!(self.phone)),
            ("postal_code", json!(self.zip)),
            ("state", json!(self.state)),
            ("takes_sms", json!(self.get_sms)),
            ("updated_at", moment(self.updated_at.as_ref())),
        ])
    }

    fn changed_at(&self) -> Option<Timestamp> {
        timestamp(self.updated_at.as_ref())
    }
}

impl Mirrored for Contact {
    const ENTITY: Entity = Entity::Contact;

    fn fields(&self) -> Fields {
        fields([
            ("address", json!(self.address1)),
            ("address_2", json!(self.address2)),
            ("city", json!(self.city)),
            ("created_at", moment(self.created_at.as_ref())),
            ("custom_fields", custom_fields(&self.properties)),
            ("customer_id", id(self.customer_id)),
            ("email", json!(self.email)),
            ("extension", json!(self.extension)),
            ("mobile", json!(self.mobile)),
            ("name", json!(self.name)),
            ("opt_out", json!(self.opt_out)),
            ("phone", json!(self.phone)),
            ("postal_code", json!(self.zip)),
            ("state", json!(self.state)),
            // It is written at the top and read from here (`facts/repairshopr.md` 4.2).
            ("title", self.properties.get("title").cloned().unwrap_or(Value::Null)),
            ("updated_at", moment(self.updated_at.as_ref())),
        ])
    }

    fn changed_at(&self) -> Option<Timestamp> {
        timestamp(self.updated_at.as_ref())
    }
}

impl Mirrored for Ticket {
    const ENTITY: Entity = Entity::Ticket;

    fn fields(&self) -> Fields {
        fields([
            ("contact_id", id(self.contact_id)),
            ("contract_id", id(self.contract_id)),
            ("created_at", moment(self.created_at.as_ref())),
            ("custom_fields", custom_fields(&self.properties)),
            ("customer_id", id(self.customer_id)),
            ("due_at", moment(self.due_date.as_ref())),
            ("number", json!(self.number)),
            ("problem_type", json!(self.problem_type)),
            ("resolved_at", moment(self.resolved_at.as_ref())),
            ("status", json!(self.status)),
            ("subject", json!(self.subject)),
            ("updated_at", moment(self.updated_at.as_ref())),
        ])
    }

    fn changed_at(&self) -> Option<Timestamp> {
        timestamp(self.updated_at.as_ref())
    }
}

impl Mirrored for Contract {
    const ENTITY: Entity = Entity::Contract;

    fn fields(&self) -> Fields {
        fields([
            ("amount", json!(self.contract_amount)),
            ("created_at", moment(self.created_at.as_ref())),
            ("customer_id", id(self.customer_id)),
            ("description", json!(self.description)),
            ("ends_on", day(self.end_date.as_ref())),
            ("likelihood", json!(self.likelihood)),
            ("name", json!(self.name)),
            ("starts_on", day(self.start_date.as_ref())),
            ("status", json!(self.status)),
            ("updated_at", moment(self.updated_at.as_ref())),
        ])
    }

    fn changed_at(&self) -> Option<Timestamp> {
        timestamp(self.updated_at.as_ref())
    }
}

impl Mirrored for Invoice {
    const ENTITY: Entity = Entity::Invoice;

    fn fields(&self) -> Fields {
        fields([
            ("created_at", moment(self.created_at.as_ref())),
            ("customer_id", id(self.customer_id)),
            ("due_on", day(self.due_date.as_ref())),
            ("issued_on", day(self.date.as_ref())),
            ("number", json!(self.number)),
            ("paid", json!(self.is_paid)),
            ("subtotal", json!(self.subtotal)),
            ("tax", json!(self.tax)),
            ("ticket_id", id(self.ticket_id)),
            ("total", json!(self.total)),
            ("updated_at", moment(self.updated_at.as_ref())),
        ])
    }

    fn changed_at(&self) -> Option<Timestamp> {
        timestamp(self.updated_at.as_ref())
    }
}

impl Mirrored for Estimate {
    const ENTITY: Entity = Entity::Estimate;

    fn fields(&self) -> Fields {
        fields([
            ("customer_id", id(self.customer_id)),
            ("invoice_id", id(self.invoice_id)),
            ("issued_on", day(self.date.as_ref())),
            ("name", json!(self.name)),
            ("number", json!(self.number)),
            ("status", json!(self.status)),
            ("ticket_id", id(self.ticket_id)),
            ("total", json!(self.total)),
            ("updated_at", moment(self.updated_at.as_ref())),
        ])
    }

    fn changed_at(&self) -> Option<Timestamp> {
        timestamp(self.updated_at.as_ref())
    }
}

impl Mirrored for Schedule {
    const ENTITY: Entity = Entity::Schedule;

    fn fields(&self) -> Fields {
        fields([
            ("customer_id", id(self.customer_id)),
            ("frequency", json!(self.frequency)),
            ("name", json!(self.name)),
            ("next_run_on", day(self.next_run.as_ref())),
            ("paused", json!(self.paused)),
            ("subtotal", json!(self.subtotal)),
        ])
    }

    /// A schedule does not tell.
    fn changed_at(&self) -> Option<Timestamp> {
        None
    }
}

impl Mirrored for Asset {
    const ENTITY: Entity = Entity::Asset;

    fn fields(&self) -> Fields {
        fields([
            ("contact_id", id(self.contact_id)),
            ("created_at", moment(self.created_at.as_ref())),
            ("custom_fields", custom_fields(&self.properties)),
            ("customer_id", id(self.customer_id)),
            ("name", json!(self.name)),
            ("serial_number", json!(self.asset_serial)),
            ("type", json!(self.asset_type)),
            ("updated_at", moment(self.updated_at.as_ref())),
        ])
    }

    fn changed_at(&self) -> Option<Timestamp> {
        timestamp(self.updated_at.as_ref())
    }
}

fn fields<const N: usize>(named: [(&str, Value); N]) -> Fields {
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// An id as rows keep them: a text.
fn id<I: ToString>(id: Option<I>) -> Value {
    id.map_or(Value::Null, |id| Value::from(id.to_string()))
}

/// A moment in one form, whichever of its forms RepairShopr chose; what is none stays as it is.
fn moment(moment: Option<&Moment>) -> Value {
    match (timestamp(moment), moment) {
        (Some(at), _) => at.to_string().into(),
        (None, Some(text)) => text.as_str().into(),
        (None, None) => Value::Null,
    }
}

/// The day that people typed, which is no moment (`facts/repairshopr.md` 5).
fn day(moment: Option<&Moment>) -> Value {
    moment.and_then(Moment::date).map_or(Value::Null, |date| date.to_string().into())
}

fn timestamp(moment: Option<&Moment>) -> Option<Timestamp> {
    moment.and_then(Moment::timestamp)
}

/// Values by the labels that people see, without those that are empty.
fn custom_fields(properties: &Map<String, Value>) -> Value {
    let has_value = |(_, value): &(&String, &Value)| !value.is_null() && value.as_str() != Some("");
    let named = properties.iter().filter(has_value);
    Value::Object(named.map(|(label, value)| (label.clone(), value.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<R: Mirrored>(record: Value) -> Value {
        json!(listed(&serde_json::from_value::<R>(record).unwrap()).fields)
    }

    #[test]
    fn nothing_of_a_portal_is_kept() {
        let customer = of::<Customer>(json!({
            "id": 7, "firstname": "Ada", "online_profile_url": "https://a.test/key",
            "pdf_url": "https://a.test/pdf-key", "notes": "he owes us", "contacts": [{"id": 8}],
            "properties": {"Plan ": "Gold", "Empty": ""}, "updated_at": "2026-03-05 08:33:21 UTC",
        }));
        let text = customer.to_string();
        assert!(!text.contains("key") && !text.contains("owes"), "{text}");
        assert_eq!(customer["custom_fields"], json!({"Plan ": "Gold"}));
        assert_eq!(customer["updated_at"], "2026-03-05T08:33:21Z");
        assert_eq!((&customer["takes_sms"], &customer["email"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn days_stay_days_and_ids_are_texts() {
        let contract = of::<Contract>(json!({
            "id": 2, "customer_id": 7, "contract_amount": "30k",
            "end_date": "2027-01-31T00:00:00.000Z", "start_date": null,
        }));
        assert_eq!(
            (&contract["ends_on"], &contract["customer_id"]),
            (&json!("2027-01-31"), &json!("7"))
        );
        assert_eq!(contract["starts_on"], Value::Null);
        let schedule = json!({"id": 3, "next_run": "2027-02-01", "frequency": "Annually"});
        assert_eq!(of::<Schedule>(schedule)["next_run_on"], "2027-02-01");
        let contact = of::<Contact>(json!({"id": 8, "properties": {"title": "Manager"}}));
        assert_eq!(contact["title"], "Manager");
    }
}
