//! When a shop's records say until when something is agreed with a customer, then that is an agreement.
//!
//! Shops keep the end of a service agreement in one of four places (`facts/repairshopr.md` 6), and
//! whoever reminds of a renewal wants one form. A changed end makes another [`Agreement::key`], so that
//! reminders begin anew.

use domain::{Entity, Fields, Record, RecordKey};
use jiff::civil::Date;
use serde_json::Value;

/// The words of contracts that are not in force, in lower case. Statuses are the account's own.
const ENDED: [&str; 8] =
    ["cancelled", "canceled", "declined", "expired", "inactive", "lost", "terminated", "void"];

/// How often a schedule that stands for an agreement bills: others are no term of years.
const TERMS: [&str; 3] = ["annually", "biennially", "triennially"];

/// Where agreements may stand besides contracts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgreementPlaces {
    /// Labels of custom fields of customers that hold the day on which an agreement ends.
    pub customer_fields: Vec<String>,
    /// Labels of custom fields of assets that hold such a day, such as that of a warranty.
    pub asset_fields: Vec<String>,
    /// Whether the next bill of a yearly schedule counts as the end of a term.
    pub schedules: bool,
}

/// Something that is agreed with a customer until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Which record says so.
    pub source: RecordKey,
    /// With which customer, by its id.
    pub customer: String,
    /// What people call it.
    pub name: Option<String>,
    /// What it is worth, as somebody typed it.
    pub amount: Option<String>,
    /// The day it begins.
    pub start: Option<Date>,
    /// The day it ends.
    pub end: Date,
    /// The account's word for where it stands.
    pub status: Option<String>,
    /// What kind of place it stands in.
    pub kind: RenewalKind,
}

/// What kind of place tells of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RenewalKind {
    /// A contract.
    Contract,
    /// A custom field of a customer.
    Field,
    /// A custom field of an asset.
    Asset,
    /// A recurring invoice.
    Schedule,
}

impl RenewalKind {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Field => "field",
            Self::Asset => "asset",
            Self::Schedule => "schedule",
        }
    }
}

impl Agreement {
    /// What it is known by: another end is another agreement.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}/{}", self.kind.name(), self.source, self.end)
    }
}

/// The agreements that one record tells of. That the customer was put away is the caller's to see.
#[must_use]
pub fn told_by(record: &Record, places: &AgreementPlaces) -> Vec<Agreement> {
    if record.deleted_at.is_some() {
        return Vec::new();
    }
    match record.key.entity {
        Entity::Contract => contract(record).into_iter().collect(),
        Entity::Customer => {
            in_fields(record, &record.key.id, (&places.customer_fields, RenewalKind::Field))
        }
        Entity::Asset => match text(&record.fields, "customer_id") {
            Some(customer) => {
                in_fields(record, &customer, (&places.asset_fields, RenewalKind::Asset))
            }
            None => Vec::new(),
        },
        Entity::Schedule if places.schedules => schedule(record).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn contract(record: &Record) -> Option<Agreement> {
    let fields = &record.fields;
    let status = text(fields, "status");
    let is_over = status.as_ref().is_some_and(|status| ENDED.contains(&&*status.to_lowercase()));
    let agreement = Agreement {
        source: record.key.clone(),
        customer: text(fields, "customer_id")?,
        name: text(fields, "name"),
        amount: text(fields, "amount"),
        start: day(fields, "starts_on"),
        end: day(fields, "ends_on")?,
        status,
        kind: RenewalKind::Contract,
    };
    (!is_over).then_some(agreement)
}

fn in_fields(
    record: &Record,
    customer: &str,
    (labels, kind): (&[String], RenewalKind),
) -> Vec<Agreement> {
    let Some(values) = record.fields.get("custom_fields").and_then(Value::as_object) else {
        return Vec::new();
    };
    let agreement = |label: &String| {
        let (label, value) = values.iter().find(|(known, _)| known.trim() == label.trim())?;
        Some(Agreement {
            source: record.key.clone(),
            customer: customer.to_owned(),
            name: Some(text(&record.fields, "name").unwrap_or_else(|| label.trim().to_owned())),
            amount: None,
            start: None,
            end: value.as_str()?.trim().get(..10)?.parse().ok()?,
            status: None,
            kind,
        })
    };
    labels.iter().filter_map(agreement).collect()
}

fn schedule(record: &Record) -> Option<Agreement> {
    let fields = &record.fields;
    let frequency = text(fields, "frequency")?;
    let is_term = TERMS.contains(&&*frequency.to_lowercase());
    let is_paused = fields.get("paused") == Some(&Value::Bool(true));
    let agreement = Agreement {
        source: record.key.clone(),
        customer: text(fields, "customer_id")?,
        name: text(fields, "name"),
        amount: text(fields, "subtotal"),
        start: None,
        end: day(fields, "next_run_on")?,
        status: Some(frequency),
        kind: RenewalKind::Schedule,
    };
    (is_term && !is_paused).then_some(agreement)
}

fn text(fields: &Fields, member: &str) -> Option<String> {
    let text = fields.get(member)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn day(fields: &Fields, member: &str) -> Option<Date> {
    text(fields, member)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::{at, record, tenant};
    use serde_json::json;

    use super::*;

    fn row(entity: Entity, fields: Value) -> Record {
        let fields = serde_json::from_value(fields).unwrap();
        Record { key: RecordKey::new(entity, "5"), fields, ..record(&tenant("shop"), "5", 1) }
    }

    fn places() -> AgreementPlaces {
        AgreementPlaces {
            customer_fields: vec!["Agreement End".to_owned()],
            asset_fields: vec!["Warranty End".to_owned()],
            schedules: true,
        }
    }

    fn keys(record: &Record) -> Vec<String> {
        told_by(record, &places()).iter().map(Agreement::key).collect()
    }

    #[test]
    fn an_agreement_is_found_in_each_of_its_places() {
        let contract = json!({
            "customer_id": "7", "name": "Care", "amount": "30k", "starts_on": "2026-01-31",
            "ends_on": "2027-01-31", "status": "Active",
        });
        let contract = row(Entity::Contract, contract);
        assert_eq!(keys(&contract), ["contract/contract/5/2027-01-31"]);
        let agreement = &told_by(&contract, &places())[0];
        assert_eq!((agreement.customer.as_str(), agreement.amount.as_deref()), ("7", Some("30k")));
        assert_eq!(agreement.start.unwrap().to_string(), "2026-01-31");

        let customer = json!({"custom_fields": {"Agreement End ": "2027-02-28", "x": 3}});
        assert_eq!(keys(&row(Entity::Customer, customer)), ["field/customer/5/2027-02-28"]);
        let asset = json!({
            "customer_id": "7", "name": "PC", "custom_fields": {"Warranty End": "2027-06-30"},
        });
        assert_eq!(keys(&row(Entity::Asset, asset)), ["asset/asset/5/2027-06-30"]);
        let schedule = json!({
            "customer_id": "7", "frequency": "Annually", "next_run_on": "2027-03-01",
            "paused": false,
        });
        assert_eq!(keys(&row(Entity::Schedule, schedule)), ["schedule/schedule/5/2027-03-01"]);
    }

    #[test]
    fn what_has_no_end_or_is_over_is_none() {
        let contract = |status: &str, end: Value| {
            row(Entity::Contract, json!({"customer_id": "7", "status": status, "ends_on": end}))
        };
        assert_eq!(keys(&contract("Cancelled", json!("2027-01-31"))), [""; 0]);
        assert_eq!(keys(&contract("Active", Value::Null)), [""; 0]);
        let gone = Record { deleted_at: Some(at(1)), ..contract("Active", json!("2027-01-31")) };
        assert_eq!(keys(&gone), [""; 0]);
        for (frequency, paused) in [("Monthly", false), ("Annually", true)] {
            let schedule = json!({
                "customer_id": "7", "frequency": frequency, "next_run_on": "2027-03-01",
                "paused": paused,
            });
            assert_eq!(keys(&row(Entity::Schedule, schedule)), [""; 0], "{frequency}");
        }
        let field = json!({"custom_fields": {"Agreement End": "when he calls"}});
        assert_eq!(keys(&row(Entity::Customer, field)), [""; 0]);
        assert_eq!(keys(&row(Entity::Ticket, json!({"customer_id": "7"}))), [""; 0]);
    }
}
