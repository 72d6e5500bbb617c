//! That every operation can be described, and how much that costs.

use highlevel::catalogue;

use super::*;

/// What a description costs: four bytes are a token.
fn tokens(told: &JsonObject) -> usize {
    serde_json::to_string(told).unwrap().len() / 4
}

fn costs(detail: Detail) -> Vec<usize> {
    let cost = |operation| tokens(&describe(operation, detail, None).unwrap());
    let mut costs: Vec<_> = catalogue::operations().map(cost).collect();
    costs.sort_unstable();
    costs
}

#[test]
fn descriptions_cost_no_more_than_they_may() {
    for (detail, median) in [(Detail::Brief, 250), (Detail::Full, 400), (Detail::Output, 400)] {
        let costs = costs(detail);
        let (middle, most) = (costs[costs.len() / 2], costs[costs.len() - 1]);
        println!("{detail:?}: median {middle}, most {most} tokens");
        assert!(middle <= median, "{detail:?}: the median is {middle} tokens");
        assert!(most <= 1_500, "{detail:?}: the most is {most} tokens");
    }
}

#[test]
fn a_brief_description_is_enough_for_a_call() {
    let note = catalogue::operation("contacts.create-note").unwrap();
    let told = Value::Object(describe(note, Detail::Brief, None).unwrap());
    assert_eq!(told["call_with"], "write_operation");
    assert_eq!(told["request"], "POST /contacts/{contactId}/notes");
    assert_eq!(told["required"], json!({ "body": "string", "contactId": "string" }));
    assert_eq!(told["example"], json!({ "body": "<body>", "contactId": "<contactId>" }));
    let search = catalogue::operation("opportunities.search-opportunity").unwrap();
    let told = Value::Object(describe(search, Detail::Brief, None).unwrap());
    assert_eq!(told["required"], json!({}), "the location is filled in: {told}");
    assert!(told["optional"].to_string().contains("status"), "{told}");
}

#[test]
fn a_path_leads_into_what_is_too_big() {
    let invoice = catalogue::operation("invoices.create-invoice").unwrap();
    let told = describe(invoice, Detail::Full, Some("items")).unwrap();
    assert!(told["input"][0]["name*"].is_string(), "{told:?}");
    let refused = describe(invoice, Detail::Full, Some("items.nothing")).unwrap_err();
    assert_eq!(refused.code, "invalid_arguments");
    let contact = catalogue::operation("contacts.get-contact").unwrap();
    let told = describe(contact, Detail::Output, Some("contact.email")).unwrap();
    assert_eq!(told["output"], "string");
}
