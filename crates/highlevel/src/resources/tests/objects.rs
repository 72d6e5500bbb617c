//! Tests of objects: schemas, and records with properties that nobody knows in advance.

use super::*;
use crate::{RecordId, models::Labels};

const BOAT: &str = "custom_objects.boat";

fn properties() -> Map<String, Value> {
    Map::from_iter([(text("name"), json!("Mary")), (text("length"), json!(7.5))])
}

#[test]
fn kinds_of_objects_are_listed_read_and_written() {
    let list = ListObjectSchemas { location_id: location() };
    assert_eq!(sent(&list), "2021-07-28 GET /objects/?locationId=l1");
    let fetch_properties = Some(true);
    let get = GetObjectSchema { key: text(BOAT), location_id: location(), fetch_properties };
    let expected = "GET /objects/custom_objects.boat?locationId=l1&fetchProperties=true";
    assert_eq!(sent(&get), format!("2021-07-28 {expected}"));
    let reply = kept::<GetObjectSchema>(
        r#"{"object":{"id":"ob1","key":"custom_objects.boat","standard":false,"type":"USER_DEFINED",
        "labels":{"singular":"Boat","plural":"Boats"}},"cache":false,"fields":[
        {"id":"f1","fieldKey":"custom_objects.boat.name","dataType":"TEXT","showInForms":true}]}"#,
    );
    assert_eq!(reply.fields.unwrap()[0].field_key.as_deref(), Some("custom_objects.boat.name"));
    let labels =
        || Labels { singular: Some(text("Boat")), plural: Some(text("Boats")), extra: Map::new() };
    let create = CreateObjectSchema {
        location_id: location(),
        key: text(BOAT),
        labels: labels(),
        primary_display_property_details: json!({"key": "k", "name": "Name", "dataType": "TEXT"}),
        description: None,
    };
    let body = concat!(
        r#"{"locationId":"l1","key":"custom_objects.boat","#,
        r#""labels":{"singular":"Boat","plural":"Boats"},"primaryDisplayPropertyDetails":"#,
        r#"{"dataType":"TEXT","key":"k","name":"Name"}}"#
    );
    assert_eq!(sent(&create), format!("2021-07-28 POST /objects/ {body}"));
    let update = UpdateObjectSchema {
        key: text(BOAT),
        location_id: location(),
        searchable_properties: vec![text("custom_objects.boat.name")],
        labels: None,
        description: Some(text("at the pier")),
    };
    let body = concat!(
        r#"{"locationId":"l1","searchableProperties":["custom_objects.boat.name"],"#,
        r#""description":"at the pier"}"#
    );
    assert_eq!(sent(&update), format!("2021-07-28 PUT /objects/custom_objects.boat {body}"));
}

#[test]
fn records_are_read_created_changed_and_deleted() {
    let (schema_key, record_id) = (|| text(BOAT), || RecordId::new("r1"));
    let path = "/objects/custom_objects.boat/records";
    let get = GetRecord { schema_key: schema_key(), record_id: record_id() };
    assert_eq!(sent(&get), format!("2021-07-28 GET {path}/r1"));
    let reply = kept::<GetRecord>(
        r#"{"record":{"id":"r1","owner":["u1"],"followers":[],"dateAdded":"2027-01-01T00:00:00Z",
        "properties":{"name":"Mary","length":7.5,"crew":["a"],"new":{"x":null}}}}"#,
    );
    assert_eq!(reply.record.properties.unwrap()["crew"], json!(["a"]));
    let create = CreateRecord {
        schema_key: schema_key(),
        location_id: location(),
        properties: properties(),
        owner: users(),
        followers: vec![],
    };
    let body = r#"{"locationId":"l1","properties":{"length":7.5,"name":"Mary"},"owner":["u1"]}"#;
    assert_eq!(sent(&create), format!("2021-07-28 POST {path} {body}"));
    let update = UpdateRecord {
        schema_key: schema_key(),
        record_id: record_id(),
        location_id: location(),
        properties: properties(),
        owner: vec![],
        followers: vec![],
    };
    let body = r#"{"properties":{"length":7.5,"name":"Mary"}}"#;
    assert_eq!(sent(&update), format!("2021-07-28 PUT {path}/r1?locationId=l1 {body}"));
    let delete = DeleteRecord { schema_key: schema_key(), record_id: record_id() };
    assert_eq!(sent(&delete), format!("2021-07-28 DELETE {path}/r1"));
    assert_eq!(kept::<DeleteRecord>(r#"{"id":"r1","success":true}"#).succeeded(), Some(true));
}

#[tokio::test]
async fn a_search_of_records_goes_on_after_its_last_row() {
    let search =
        SearchRecords { page_limit: 1, ..SearchRecords::new(text(BOAT).as_str(), location()) };
    sent(&search);
    let (sizes, wire) = turned(
        search,
        &[
            r#"{"records":[{"id":"r1","properties":{},"searchAfter":[9,"r1"]}],"total":2}"#,
            r#"{"records":[],"total":2}"#,
        ],
    )
    .await;
    assert_eq!(sizes, [1]);
    let page = |page: u8, after: &str| {
        format!(
            r#"POST /objects/custom_objects.boat/records/search {{"locationId":"l1","page":{page},"pageLimit":1,"query":"","searchAfter":{after}}}"#
        )
    };
    assert_eq!(wire, [page(1, "[]"), page(2, r#"[9,"r1"]"#)]);
}
