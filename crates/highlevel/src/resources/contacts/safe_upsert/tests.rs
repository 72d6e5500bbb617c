//! Tests of the safe upsert: nobody is merged, nothing is lost, and what did not arrive is told.

use serde_json::json;

use super::*;
use crate::{
    CustomFieldId,
    models::CustomFieldWrite,
    stand_ins::{Answer, answer, client, location, lost},
};

fn wanted() -> SafeUpsert {
    SafeUpsert {
        location_id: location(),
        fields: ContactFields {
            first_name: Some("Ada".to_owned()),
            email: Some("ada@example.com".to_owned()),
            phone: Some("+49 151 1".to_owned()),
            ..ContactFields::default()
        },
        company_name: None,
        add_tags: vec!["vip".to_owned()],
    }
}

fn contact(id: &str) -> Value {
    json!({"id": id, "firstName": "Ada", "email": "ada@example.com", "phone": "+491511"})
}

fn found(contact: &Value) -> Answer {
    answer(200, &json!({"contact": contact, "traceId": "t"}).to_string())
}

fn nobody() -> Answer {
    answer(200, r#"{"contact":null}"#)
}

const BY_EMAIL: &str = "GET /contacts/search/duplicate?locationId=loc1&email=ada%40example.com";
const BY_PHONE: &str = "GET /contacts/search/duplicate?locationId=loc1&number=%2B49%20151%201";
const UPDATE: &str =
    r#"PUT /contacts/c1 {"firstName":"Ada","email":"ada@example.com","phone":"+49 151 1"}"#;
const TAGS: &str = r#"POST /contacts/c1/tags {"tags":["vip"]}"#;

#[tokio::test]
async fn one_contact_is_updated_by_id_and_its_tags_are_added() {
    let tags = || answer(201, r#"{"tags":["old","vip"]}"#);
    let known = contact("c1");
    let (client, script) = client([found(&known), found(&known), found(&known), tags()]);
    let Upserted::Updated { contact, not_applied } = safe_upsert(&client, &wanted()).await.unwrap()
    else {
        panic!("it is known");
    };
    assert_eq!(contact.tags.unwrap(), ["old", "vip"]);
    assert_eq!(not_applied, []);
    assert_eq!(script.wire(), [BY_EMAIL, BY_PHONE, UPDATE, TAGS]);
}

#[tokio::test]
async fn two_people_are_not_merged() {
    let (client, script) = client([found(&contact("c1")), found(&contact("c2"))]);
    let (by_email, by_phone) = (ContactId::new("c1"), ContactId::new("c2"));
    let outcome = safe_upsert(&client, &wanted()).await.unwrap();
    assert_eq!(outcome, Upserted::TwoContacts { by_email, by_phone });
    assert_eq!(script.wire(), [BY_EMAIL, BY_PHONE], "nothing was written");
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_adopted_where_it_is_whole() {
    let mut whole = contact("c1");
    whole["tags"] = json!(["vip"]);
    let (client, script) = client([nobody(), nobody(), lost(), found(&whole), found(&whole)]);
    let outcome = safe_upsert(&client, &wanted()).await.unwrap();
    assert!(matches!(outcome, Upserted::Created { not_applied, .. } if not_applied.is_empty()));
    assert_eq!(script.wire()[3..], [BY_EMAIL, BY_PHONE], "nothing more was written");
}

#[tokio::test]
async fn nobody_becomes_a_new_contact() {
    let (client, script) = client([nobody(), nobody(), found(&contact("c1"))]);
    let outcome = safe_upsert(&client, &wanted()).await.unwrap();
    assert!(matches!(outcome, Upserted::Created { not_applied, .. } if not_applied.is_empty()));
    assert_eq!(
        script.wire()[2],
        concat!(
            r#"POST /contacts/ {"locationId":"loc1","tags":["vip"],"firstName":"Ada","#,
            r#""email":"ada@example.com","phone":"+49 151 1"}"#
        )
    );
}

#[tokio::test]
async fn a_creation_that_may_have_happened_is_looked_up_and_not_repeated() {
    let refused = || answer(422, r#"{"message":["phone must be valid"]}"#);
    for failure in [lost(), answer(500, ""), refused()] {
        let known = contact("c1");
        let tags = answer(201, r#"{"tags":["vip"]}"#);
        let answers = [nobody(), nobody(), failure, found(&known), nobody(), found(&known), tags];
        let (client, script) = client(answers);
        let outcome = safe_upsert(&client, &wanted()).await.unwrap();
        assert!(matches!(outcome, Upserted::Updated { .. }));
        let wire = script.wire();
        assert_eq!(wire.iter().filter(|sent| sent.starts_with("POST /contacts/ ")).count(), 1);
        assert_eq!(wire[3..], [BY_EMAIL, BY_PHONE, UPDATE, TAGS]);
    }
    let (client, script) = client([nobody(), nobody(), lost(), nobody(), nobody()]);
    let error = safe_upsert(&client, &wanted()).await.unwrap_err();
    assert!(error.is_ambiguous());
    assert_eq!(script.wire().len(), 5);

    let (client, script) = self::client([nobody(), nobody(), answer(403, r#"{"message":"x"}"#)]);
    safe_upsert(&client, &wanted()).await.unwrap_err();
    assert_eq!(script.wire().len(), 3, "a refusal is a refusal");
}

#[tokio::test]
async fn the_contact_that_a_refusal_names_is_adopted() {
    let duplicate = json!({
        "statusCode": 400, "message": "This location does not allow duplicated contacts.",
        "meta": {"contactId": "c1", "matchingField": "email"}
    });
    let known = contact("c1");
    let refused = answer(400, &duplicate.to_string());
    let answers = [nobody(), nobody(), refused, nobody(), nobody(), found(&known), found(&known)];
    let (client, script) = client(answers);
    let no_tags = SafeUpsert { add_tags: Vec::new(), ..wanted() };
    safe_upsert(&client, &no_tags).await.unwrap();
    assert_eq!(script.wire()[5..], ["GET /contacts/c1", UPDATE]);
}

#[tokio::test]
async fn a_further_address_does_not_become_the_primary_one() {
    let mut known = contact("c1");
    known["email"] = json!("countess@example.com");
    known["additionalEmails"] = json!([{"email": "Ada@example.com"}]);
    let (client, script) = client([found(&known), nobody(), found(&known)]);
    let no_tags = SafeUpsert { add_tags: Vec::new(), ..wanted() };
    let outcome = safe_upsert(&client, &no_tags).await.unwrap();
    assert_eq!(script.wire()[2], r#"PUT /contacts/c1 {"firstName":"Ada","phone":"+49 151 1"}"#);
    let Upserted::Updated { not_applied, .. } = outcome else { panic!("it is known") };
    assert_eq!(
        not_applied,
        [NotApplied {
            field: "email".to_owned(),
            wanted: json!("ada@example.com"),
            found: Some(json!("countess@example.com")),
        }]
    );
}

#[tokio::test]
async fn what_did_not_arrive_is_told_and_other_spellings_are_not() {
    let mut wanted = wanted();
    wanted.add_tags.clear();
    wanted.fields.city = Some("London".to_owned());
    wanted.fields.name = Some("ada LOVELACE".to_owned());
    let write = |id: &str, value: Value| CustomFieldWrite::by_id(CustomFieldId::new(id), value);
    wanted.fields.custom_fields = vec![
        write("f1", json!(7)),
        write("f2", json!("x")),
        CustomFieldWrite::by_key("contract_end", "2027-01-01"),
    ];
    let mut reply = contact("c1");
    reply["firstName"] = json!("ada");
    reply["lastName"] = json!("lovelace");
    reply["email"] = json!("ADA@example.com");
    reply["customFields"] = json!([{"id": "f1", "value": "7"}]);
    let (client, _) = client([nobody(), nobody(), found(&reply)]);
    let Upserted::Created { not_applied, .. } = safe_upsert(&client, &wanted).await.unwrap() else {
        panic!("nobody was there");
    };
    let told: Vec<_> = not_applied.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(told, ["city", "customFields.f2"]);
}

#[tokio::test]
async fn without_a_way_to_find_the_contact_nothing_is_sent() {
    let (client, script) = client([]);
    let mut wanted = wanted();
    wanted.fields.email = Some("  ".to_owned());
    wanted.fields.phone = None;
    let error = safe_upsert(&client, &wanted).await.unwrap_err();
    assert!(matches!(error.call(), Some(endpoint::Error::Build { .. })));
    assert!(script.wire().is_empty());
}

#[tokio::test]
async fn a_company_is_given_to_who_is_new_and_told_of_who_is_not() {
    let company_name = Some("Analytical".to_owned());
    let wanted = SafeUpsert { company_name, add_tags: Vec::new(), ..wanted() };
    let mut whole = contact("c1");
    whole["companyName"] = json!("Analytical");
    let (client, script) = client([nobody(), nobody(), found(&whole)]);
    let outcome = safe_upsert(&client, &wanted).await.unwrap();
    assert!(matches!(outcome, Upserted::Created { not_applied, .. } if not_applied.is_empty()));
    assert!(script.wire()[2].contains(r#""companyName":"Analytical""#), "{:?}", script.wire());

    let known = contact("c1");
    let (client, script) = crate::stand_ins::client([found(&known), found(&known), found(&known)]);
    let Upserted::Updated { not_applied, .. } = safe_upsert(&client, &wanted).await.unwrap() else {
        panic!("it is known");
    };
    let (field, found) = ("companyName".to_owned(), None);
    assert_eq!(not_applied, [NotApplied { field, wanted: json!("Analytical"), found }]);
    assert_eq!(script.wire()[2], UPDATE);
}
