//! Blocks are appended where the request says, and listed in order.

use serde_json::{Value, json};

use crate::notion::{
    operations::desk::{Desk, id, text},
    version::Version,
};

fn paragraph(content: &str) -> Value {
    json!({ "object": "block", "type": "paragraph", "paragraph": { "rich_text": text(content) } })
}

fn texts(list: &Value) -> Vec<&str> {
    let blocks = list["results"].as_array().unwrap().iter();
    blocks.map(|block| block["paragraph"]["rich_text"][0]["plain_text"].as_str().unwrap()).collect()
}

#[test]
fn blocks_go_where_the_position_says() {
    let mut desk = Desk::new();
    let page = desk.workspace.shared_page;
    let line = format!("PATCH /v1/blocks/{page}/children");
    let first = desk.ok(&line, json!({ "children": [paragraph("b"), paragraph("d")] }));
    assert_eq!(texts(&first), ["b", "d"]);
    assert_eq!(
        first["results"][0]["parent"],
        json!({ "type": "page_id", "page_id": page.to_string() })
    );
    desk.ok(&line, json!({ "children": [paragraph("a")], "position": { "type": "start" } }));
    let after = json!({ "type": "after_block", "after_block": { "id": id(&first["results"][0]) } });
    let answer = desk.ok(&line, json!({ "children": [paragraph("c")], "position": after }));
    assert_eq!(texts(&answer), ["c"]);
    desk.ok(&line, json!({ "children": [paragraph("e")], "position": { "type": "end" } }));
    let all = desk.ok(&format!("GET /v1/blocks/{page}/children"), json!({}));
    assert_eq!(texts(&all), ["a", "b", "c", "d", "e"]);
    let part = desk.ok(&format!("GET /v1/blocks/{page}/children?page_size=2"), json!({}));
    assert_eq!((texts(&part), &part["has_more"]), (vec!["a", "b"], &json!(true)));
}

#[test]
fn versions_name_the_place_in_their_own_way() {
    let mut desk = Desk::new();
    let line = format!("PATCH /v1/blocks/{}/children", desk.workspace.shared_page);
    let first = desk.ok(&line, json!({ "children": [paragraph("a"), paragraph("c")] }));
    let body = json!({ "children": [paragraph("b")], "after": id(&first["results"][0]) });
    let message = desk.refused(&line, body.clone());
    assert!(message.contains("body.after should be not present"), "{message}");
    desk.version = Version::V2025_09_03;
    desk.ok(&line, body);
    let all =
        desk.ok(&format!("GET /v1/blocks/{}/children", desk.workspace.shared_page), json!({}));
    assert_eq!(texts(&all), ["a", "b", "c"]);
}

#[test]
fn a_block_has_children_of_its_own() {
    let mut desk = Desk::new();
    let page = desk.workspace.shared_page;
    let mut toggle = json!({ "toggle": { "rich_text": text("more") } });
    toggle["toggle"]["children"] = json!([paragraph("inside")]);
    let answer =
        desk.ok(&format!("PATCH /v1/blocks/{page}/children"), json!({ "children": [toggle] }));
    let block = id(&answer["results"][0]);
    let shown = desk.ok(&format!("GET /v1/blocks/{block}"), json!({}));
    assert_eq!((&shown["has_children"], &shown["type"]), (&json!(true), &json!("toggle")));
    assert_eq!(shown["toggle"].get("children"), None);
    let inside = desk.ok(&format!("GET /v1/blocks/{block}/children"), json!({}));
    assert_eq!(texts(&inside), ["inside"]);
    assert_eq!(inside["results"][0]["parent"], json!({ "type": "block_id", "block_id": block }));
}

#[test]
fn a_block_is_changed_in_place_and_trashed() {
    let mut desk = Desk::new();
    let page = desk.workspace.shared_page;
    let children = format!("/v1/blocks/{page}/children");
    let both = json!({ "children": [paragraph("a"), paragraph("b")] });
    let made = desk.ok(&format!("PATCH {children}"), both);
    let first = format!("PATCH /v1/blocks/{}", id(&made["results"][0]));
    let changed = desk.ok(&first, json!({ "paragraph": { "rich_text": text("c") } }));
    assert_eq!(changed["paragraph"]["rich_text"][0]["plain_text"], "c");
    let listed = desk.ok(&format!("GET {children}"), json!({}));
    assert_eq!(texts(&listed), ["c", "b"]);

    let delete = first.replace("PATCH", "DELETE");
    assert_eq!(desk.ok(&delete, json!({}))["in_trash"], true);
    assert_eq!(texts(&desk.ok(&format!("GET {children}"), json!({}))), ["b"]);
    for line in [&delete, &first] {
        assert!(desk.refused(line, json!({})).contains("archived"));
    }
    desk.ok(&first, json!({ "in_trash": false }));
    assert_eq!(texts(&desk.ok(&format!("GET {children}"), json!({}))), ["c", "b"]);

    let other = json!({ "callout": { "rich_text": text("d") } });
    assert!(desk.refused(&first, other).contains("body.callout should be not present"));
    let below = json!({ "paragraph": { "rich_text": [], "children": [] } });
    assert!(desk.refused(&first, below).contains("children should be not present"));
    let not_a_block = desk.refused(&format!("PATCH /v1/blocks/{page}"), json!({}));
    assert!(not_a_block.contains("/v1/pages"), "{not_a_block}");
}

#[test]
fn wrong_appends_are_refused() {
    let mut desk = Desk::new();
    let line = format!("PATCH /v1/blocks/{}/children", desk.workspace.shared_page);
    let nobody = "12345678-1234-4123-8123-123456789abc";
    for (body, expected) in [
        (json!({}), "body.children should be defined"),
        (
            json!({ "children": [paragraph("x")], "position": { "type": "after_block", "after_block": { "id": nobody } } }),
            "Could not find block with ID",
        ),
        (
            json!({ "children": [paragraph("x")], "position": { "type": "middle" } }),
            "body.position.type should be",
        ),
    ] {
        let message = desk.refused(&line, body);
        assert!(message.contains(expected), "{message}");
    }
    let message = desk.refused(&format!("GET /v1/blocks/{nobody}"), json!({}));
    assert!(message.contains("Could not find block with ID"), "{message}");
    assert!(desk.workspace.blocks.is_empty());
}
