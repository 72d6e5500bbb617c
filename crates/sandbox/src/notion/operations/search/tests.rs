//! Search sees titles, of pages and data sources.

use serde_json::{Value, json};

use crate::notion::operations::desk::{Desk, id, text};

fn found(answer: &Value) -> Vec<(String, String)> {
    let results = answer["results"].as_array().unwrap().iter();
    results.map(|one| (one["object"].as_str().unwrap().to_owned(), id(one))).collect()
}

#[test]
fn titles_are_searched_without_case_and_filtered_by_object() {
    let mut desk = Desk::new();
    let (_, source) = desk.database(json!({ "Name": { "title": {} } }));
    desk.advance(60);
    let row = id(&desk.row(&source, json!({ "Name": { "title": text("A LOG entry") } })));
    let page = ("page".to_owned(), row.clone());
    let source = ("data_source".to_owned(), source);
    let search = "POST /v1/search";
    assert_eq!(found(&desk.ok(search, json!({ "query": "log" }))), [page.clone(), source.clone()]);
    let only =
        |value: &str| json!({ "query": "log", "filter": { "property": "object", "value": value } });
    assert_eq!(found(&desk.ok(search, only("page"))), std::slice::from_ref(&page));
    assert_eq!(found(&desk.ok(search, only("data_source"))), std::slice::from_ref(&source));
    let sort = json!({ "timestamp": "last_edited_time", "direction": "ascending" });
    assert_eq!(
        found(&desk.ok(search, json!({ "query": "log", "sort": sort }))),
        [source.clone(), page.clone()]
    );

    desk.ok(&format!("PATCH /v1/pages/{row}"), json!({ "in_trash": true }));
    assert_eq!(found(&desk.ok(search, json!({ "query": "log" }))), [source]);
    let trash = json!({ "query": "log", "filter": { "in_trash": true } });
    assert_eq!(found(&desk.ok(search, trash)), [page]);
}

#[test]
fn wrong_searches_are_refused() {
    let mut desk = Desk::new();
    for (body, expected) in [
        (
            json!({ "filter": { "property": "object", "value": "database" } }),
            "body.filter.value should be `\"page\"` or `\"data_source\"`",
        ),
        (
            json!({ "sort": { "timestamp": "created_time", "direction": "ascending" } }),
            "body.sort.timestamp should be",
        ),
        (json!({ "query": 7 }), "body.query should be a string"),
    ] {
        let message = desk.refused("POST /v1/search", body);
        assert!(message.contains(expected), "{message}");
    }
}
