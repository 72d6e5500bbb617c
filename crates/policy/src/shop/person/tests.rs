//! Tests of people: who is brought, as whom, with which tags, and who is passed over.

use domain::{
    Entity,
    contract::sample::{at, record, tenant},
};
use serde_json::json;

use super::*;

fn row(entity: Entity, id: &str, fields: Value) -> Record {
    let fields = serde_json::from_value(fields).unwrap();
    let row = record(&tenant("shop"), id, 1);
    Record { key: RecordKey::new(entity, id), fields, ..row }
}

fn customer(fields: Value) -> Record {
    row(Entity::Customer, "7", fields)
}

fn rules() -> ShopRules {
    let rules = ShopRules {
        walk_ins: ["1".to_owned()].into(),
        tags: ["repairshopr".to_owned()].into(),
        tier_field: Some("Plan".to_owned()),
        tier_prefix: "tier-".to_owned(),
        ..ShopRules::default()
    };
    let cities = ["Mesa = location-mesa".to_owned()];
    rules.in_country("US").unwrap().with_city_tags(&cities).unwrap()
}

fn own(fields: Value) -> Result<ShopPerson, Passed> {
    people(&customer(fields), &[], &rules()).remove(0).1
}

fn texts(tags: &BTreeSet<String>) -> Vec<&str> {
    tags.iter().map(String::as_str).collect()
}

#[test]
fn a_customer_is_a_person_with_everything_that_can_be_told() {
    let person = own(json!({
        "first_name": "Ada", "last_name": "Baker", "company_name": "Baker Dental",
        "email": " Ada@Example.com ", "phone": "5550100142", "mobile": "5550100143",
        "address": "1 Main St", "address_2": "Suite 2", "city": "MESA", "state": "AZ",
        "postal_code": "85201", "disabled": false, "opt_out": false, "takes_sms": true,
        "custom_fields": {"Plan ": "Gold Plus", "x": null},
    }));
    let person = person.unwrap();
    assert_eq!(person.email.as_deref(), Some("ada@example.com"));
    assert_eq!(person.phone.as_deref(), Some("+15550100143"), "text messages reach the mobile");
    assert_eq!(person.company.as_deref(), Some("Baker Dental"));
    assert_eq!(person.address.street.as_deref(), Some("1 Main St, Suite 2"));
    assert_eq!(texts(&person.tags), ["location-mesa", "repairshopr", "tier-gold-plus"]);
    assert!(person.closed.is_empty() && person.left_out.is_empty());
    assert_eq!(person.customer, "7");
}

#[test]
fn who_is_nobody_is_passed_over_with_the_reason() {
    let email = "a@example.com";
    assert_eq!(own(json!({"email": email, "disabled": true})), Err(Passed::Disabled));
    let walk_in = json!({"first_name": "Walk-In", "last_name": "Customer", "email": email});
    assert_eq!(own(walk_in), Err(Passed::WalkIn));
    let first = row(Entity::Customer, "1", json!({"email": email}));
    assert_eq!(people(&first, &[], &rules())[0].1, Err(Passed::WalkIn));
    assert_eq!(own(json!({"first_name": "Ada", "phone": "0142"})), Err(Passed::Unreachable));
    let gone = Record { deleted_at: Some(at(1)), ..customer(json!({"email": email})) };
    assert_eq!(people(&gone, &[], &rules())[0].1, Err(Passed::Gone));
    // Nothing of a customer that is nobody is brought.
    let below = row(Entity::Contact, "8", json!({"name": "Ben", "email": "ben@example.com"}));
    let away = customer(json!({"email": email, "disabled": true}));
    assert_eq!(people(&away, &[below], &rules())[1].1, Err(Passed::Disabled));
}

#[test]
fn a_business_is_several_people() {
    let business = customer(json!({
        "company_name": "Baker Dental", "email": "office@example.com", "phone": "5550100100",
        "city": "Mesa", "takes_sms": false,
    }));
    let contacts = [
        ("8", json!({"name": "Ben de la Cruz", "email": "ben@example.com", "phone": "5550100100"})),
        ("9", json!({"name": "Office", "email": "OFFICE@example.com"})),
        (
            "10",
            json!({"name": "Cleo Dunn", "mobile": "5550100110", "city": "Tempe", "opt_out": true}),
        ),
        ("11", json!({"name": "Front desk", "phone": "5550100100"})),
    ];
    let contacts = contacts.map(|(id, fields)| row(Entity::Contact, id, fields));
    let all = people(&business, &contacts, &rules());
    let keys: Vec<_> = all.iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(keys, ["customer/7", "contact/8", "contact/9", "contact/10", "contact/11"]);

    let ben = all[1].1.as_ref().unwrap();
    assert_eq!(ben.last_name.as_deref(), Some("de la Cruz"));
    assert_eq!((ben.company.as_deref(), ben.customer.as_str()), (Some("Baker Dental"), "7"));
    assert_eq!((&ben.phone, &ben.left_out[..]), (&None, &[LeftOut::SharedPhone][..]));
    assert_eq!(texts(&ben.tags), ["location-mesa", "repairshopr"], "the house's city");
    assert_eq!(ben.closed, [Channel::Sms].into(), "the house's wish");

    assert_eq!(all[2].1, Err(Passed::SamePerson));
    let cleo = all[3].1.as_ref().unwrap();
    assert_eq!(texts(&cleo.tags), ["repairshopr"], "a city of her own");
    assert_eq!(cleo.closed, [Channel::Email, Channel::Sms].into());
    assert_eq!(all[4].1, Err(Passed::SamePerson));
}

#[test]
fn only_a_no_closes_a_channel() {
    let closed = |fields: Value| own(fields).unwrap().closed;
    let email = "a@example.com";
    assert_eq!(closed(json!({"email": email})), [].into());
    assert_eq!(closed(json!({"email": email, "takes_sms": null})), [].into());
    assert_eq!(closed(json!({"email": email, "takes_sms": false})), [Channel::Sms].into());
    assert_eq!(closed(json!({"email": email, "no_email": true})), [Channel::Email].into());
    assert_eq!(closed(json!({"email": email, "opt_out": true})), [Channel::Email].into());
}

#[test]
fn what_cannot_be_told_is_left_out_and_said() {
    let person = own(json!({"email": "a b@example.com", "phone": "5550100142", "mobile": "0143"}));
    let person = person.unwrap();
    assert_eq!((person.email, person.phone.as_deref()), (None, Some("+15550100142")));
    assert_eq!(person.left_out, [LeftOut::Email, LeftOut::Mobile]);
}
