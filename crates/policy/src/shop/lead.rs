//! When a new lead of the CRM carries the tag for it, then the shop gets it as a lead, once.

use domain::{Fields, Record, RecordKey, ShopLead};
use serde_json::Value;

/// The lead that a contact is; none where it lacks the tag, came from the shop itself, is gone, or
/// says too little: a name, and a way to reach the person.
#[must_use]
pub fn lead(contact: &Record, tag: &str, shop_tags: &[String]) -> Option<ShopLead> {
    let fields = &contact.fields;
    let carries = |wanted: &str| {
        let tags = fields.get("tags").and_then(Value::as_array).into_iter().flatten();
        tags.filter_map(Value::as_str).any(|tag| tag.trim().eq_ignore_ascii_case(wanted.trim()))
    };
    let is_shops_own = shop_tags.iter().any(|tag| carries(tag));
    if contact.deleted_at.is_some() || tag.trim().is_empty() || !carries(tag) || is_shops_own {
        return None;
    }
    let lead = ShopLead {
        mark: mark(&contact.key),
        first_name: text(fields, "first_name"),
        last_name: text(fields, "last_name"),
        company: text(fields, "company_name"),
        email: text(fields, "email").map(|email| email.to_lowercase()),
        phone: text(fields, "phone"),
        street: text(fields, "address"),
        city: text(fields, "city"),
        region: text(fields, "state"),
        postal_code: text(fields, "postal_code"),
    };
    let is_named = [&lead.first_name, &lead.last_name, &lead.company].iter().any(|it| it.is_some());
    let is_reachable = lead.email.is_some() || lead.phone.is_some();
    (is_named && is_reachable).then_some(lead)
}

/// What a lead at the shop says of where it came from.
fn mark(contact: &RecordKey) -> String {
    format!("HighLevel contact {}", contact.id)
}

fn text(fields: &Fields, member: &str) -> Option<String> {
    let text = fields.get(member)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::{at, record, tenant};
    use serde_json::json;

    use super::*;

    fn contact(fields: Value) -> Record {
        let fields = serde_json::from_value(fields).unwrap();
        Record { fields, ..record(&tenant("alpha"), "c1", 1) }
    }

    fn of(fields: Value) -> Option<ShopLead> {
        lead(&contact(fields), "to-shop", &["repairshopr".to_owned()])
    }

    #[test]
    fn who_carries_the_tag_and_can_be_reached_is_a_lead() {
        let found = of(json!({
            "first_name": "Ada", "email": "Ada@example.com", "tags": ["vip", "To-Shop"],
        }));
        let found = found.unwrap();
        assert_eq!(found.email.as_deref(), Some("ada@example.com"));
        assert_eq!(found.mark, "HighLevel contact c1");
    }

    #[test]
    fn nobody_else_is_one() {
        let tags = json!(["to-shop"]);
        for fields in [
            json!({"first_name": "Ada", "email": "a@example.com"}),
            json!({"first_name": "Ada", "email": "a@example.com", "tags": ["to-shop", "repairshopr"]}),
            json!({"first_name": "Ada", "tags": tags}),
            json!({"email": "a@example.com", "tags": tags}),
        ] {
            assert_eq!(of(fields.clone()), None, "{fields}");
        }
        let whole = json!({"first_name": "Ada", "phone": "+15550100142", "tags": tags});
        assert!(of(whole.clone()).is_some());
        assert_eq!(lead(&contact(whole.clone()), "", &[]), None);
        let gone = Record { deleted_at: Some(at(1)), ..contact(whole) };
        assert_eq!(lead(&gone, "to-shop", &[]), None);
    }
}
