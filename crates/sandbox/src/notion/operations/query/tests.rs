//! Queries: found by key, in order, part by part, up to the cap.

use serde_json::{Value, json};

use crate::notion::operations::desk::{Desk, id, text};

fn desk(rows: u32) -> (Desk, String) {
    let mut desk = Desk::new();
    let (_, source) = desk.database(
        json!({ "Name": { "title": {} }, "Key": { "rich_text": {} }, "Fee": { "number": {} } }),
    );
    for at in 0..rows {
        desk.advance(1);
        desk.row(
            &source,
            json!({ "Key": { "rich_text": text(&format!("k{at}")) }, "Fee": { "number": at % 3 } }),
        );
    }
    (desk, source)
}

fn keys(answer: &Value) -> Vec<&str> {
    let rows = answer["results"].as_array().unwrap().iter();
    rows.map(|row| row["properties"]["Key"]["rich_text"][0]["plain_text"].as_str().unwrap())
        .collect()
}

#[test]
fn a_row_is_found_by_its_key() {
    let (mut desk, source) = desk(20);
    let line = format!("POST /v1/data_sources/{source}/query");
    let by = |condition: Value| json!({ "filter": { "property": "Key", "rich_text": condition } });
    assert_eq!(keys(&desk.ok(&line, by(json!({ "equals": "k1" })))), ["k1"]);
    let containing = desk.ok(&line, by(json!({ "contains": "k1" })));
    assert_eq!(containing["results"].as_array().unwrap().len(), 11);
    assert_eq!(containing["request_status"], json!({ "type": "complete" }));
    assert_eq!(containing["type"], "page_or_data_source");
    let none = desk.ok(&line, by(json!({ "equals": "nobody" })));
    assert_eq!((&none["results"], &none["has_more"]), (&json!([]), &json!(false)));
}

#[test]
fn parts_follow_each_other_and_the_cap_ends_them() {
    let (mut desk, source) = desk(25);
    let line = format!("POST /v1/data_sources/{source}/query");
    let walk = |desk: &mut Desk| {
        let mut body = json!({
            "page_size": 10,
            "sorts": [{ "property": "Fee", "direction": "descending" }, { "timestamp": "created_time", "direction": "ascending" }],
        });
        let mut all: Vec<String> = Vec::new();
        loop {
            let part = desk.ok(&line, body.clone());
            all.extend(keys(&part).into_iter().map(str::to_owned));
            if part["has_more"] == false {
                return (all, part["request_status"].clone());
            }
            body["start_cursor"] = part["next_cursor"].clone();
        }
    };
    let (all, status) = walk(&mut desk);
    assert_eq!(all[..3], ["k2", "k5", "k8"]);
    assert_eq!(all.len(), 25);
    assert_eq!(status, json!({ "type": "complete" }));

    desk.workspace.row_cap = 15;
    let (all, status) = walk(&mut desk);
    assert_eq!(all.len(), 15);
    let incomplete =
        json!({ "type": "incomplete", "incomplete_reason": "query_result_limit_reached" });
    assert_eq!(status, incomplete);
}

#[test]
fn rows_in_the_trash_are_apart() {
    let (mut desk, source) = desk(3);
    let line = format!("POST /v1/data_sources/{source}/query");
    let first = id(&desk.ok(&line, json!({}))["results"][0]);
    desk.ok(&format!("PATCH /v1/pages/{first}"), json!({ "in_trash": true }));
    assert_eq!(keys(&desk.ok(&line, json!({}))), ["k1", "k2"]);
    assert_eq!(keys(&desk.ok(&line, json!({ "in_trash": true }))), ["k0"]);
}

#[test]
fn a_cursor_does_not_serve_another_filter() {
    let (mut desk, source) = desk(5);
    let line = format!("POST /v1/data_sources/{source}/query");
    let cursor = desk.ok(&line, json!({ "page_size": 2 }))["next_cursor"].clone();
    let filter = json!({ "property": "Fee", "number": { "equals": 1 } });
    let message = desk.refused(&line, json!({ "start_cursor": cursor, "filter": filter }));
    assert!(message.starts_with("The start_cursor provided is invalid"), "{message}");
}

#[test]
fn wrong_queries_are_refused() {
    let (mut desk, source) = desk(0);
    let line = format!("POST /v1/data_sources/{source}/query");
    for (body, expected) in [
        (json!({ "page_size": 101 }), "body.page_size should be ≤ `100`, instead was `101`."),
        (json!({ "archived": true }), "body.archived should be not present"),
        (json!({ "filters": {} }), "body.filters should be not present"),
        (json!({ "result_type": "row" }), "body.result_type should be"),
    ] {
        let message = desk.refused(&line, body);
        assert!(message.contains(expected), "{message}");
    }
}
