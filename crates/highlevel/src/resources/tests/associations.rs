//! Tests of associations and relations, whose lists come in three shapes.

use super::*;
use crate::{AssociationId, RecordId, RelationId};

fn association() -> AssociationId {
    AssociationId::new("as1")
}

#[test]
fn associations_are_found_created_renamed_and_deleted() {
    let get = GetAssociation { association_id: association() };
    assert_eq!(sent(&get), "2021-07-28 GET /associations/as1");
    let by_key = GetAssociationByKey { key: text("owner_boat"), location_id: location() };
    assert_eq!(sent(&by_key), "2021-07-28 GET /associations/key/owner_boat?locationId=l1");
    let find = FindAssociations {
        location_id: Some(location()),
        ..FindAssociations::new("custom_objects.boat")
    };
    let expected = "GET /associations/objectKey/custom_objects.boat?locationId=l1";
    assert_eq!(sent(&find), format!("2021-07-28 {expected}"));
    let create = CreateAssociation {
        location_id: location(),
        key: text("owner_boat"),
        first_object_label: json!("Owner"),
        first_object_key: text("contact"),
        second_object_label: json!("Boat"),
        second_object_key: text("custom_objects.boat"),
    };
    let body = concat!(
        r#"{"locationId":"l1","key":"owner_boat","firstObjectLabel":"Owner","#,
        r#""firstObjectKey":"contact","secondObjectLabel":"Boat","#,
        r#""secondObjectKey":"custom_objects.boat"}"#
    );
    assert_eq!(sent(&create), format!("2021-07-28 POST /associations/ {body}"));
    let rename = UpdateAssociation {
        association_id: association(),
        first_object_label: json!("Skipper"),
        second_object_label: json!("Boat"),
    };
    let body = r#"{"firstObjectLabel":"Skipper","secondObjectLabel":"Boat"}"#;
    assert_eq!(sent(&rename), format!("2021-07-28 PUT /associations/as1 {body}"));
    let delete = DeleteAssociation { association_id: association() };
    assert_eq!(sent(&delete), "2021-07-28 DELETE /associations/as1");
    kept::<DeleteAssociation>(r#"{"deleted":true,"id":"as1","message":"gone"}"#);
    kept::<GetAssociation>(r#"{"id":"as1","key":"owner_boat","firstObjectLabel":"Owner","x":0}"#);
}

#[tokio::test]
async fn associations_are_read_in_each_shape_of_a_list() {
    for body in [
        r#"{"associations":[{"id":"as1","key":"k"}]}"#,
        r#"[{"id":"as1","key":"k"}]"#,
        r#"{"id":"as1","key":"k"}"#,
    ] {
        let found = read::<ListAssociations>(body).associations;
        assert_eq!(found[0].id, association(), "{body}");
    }
    let list = ListAssociations { limit: 1, ..ListAssociations::new(location()) };
    let pages = [r#"{"associations":[{"id":"as1"}]}"#, r#"{"associations":[]}"#];
    let (sizes, wire) = turned(list, &pages).await;
    assert_eq!(sizes, [1]);
    assert_eq!(wire[1], "GET /associations/?locationId=l1&limit=1&skip=1");
}

#[tokio::test]
async fn relations_are_listed_by_record_and_deleted_by_relation() {
    let create = CreateRelation {
        location_id: location(),
        association_id: association(),
        first_record_id: RecordId::new("c1"),
        second_record_id: RecordId::new("r1"),
    };
    let body = concat!(
        r#"{"locationId":"l1","associationId":"as1","firstRecordId":"c1","#,
        r#""secondRecordId":"r1"}"#
    );
    assert_eq!(sent(&create), format!("2021-07-28 POST /associations/relations {body}"));
    let delete = DeleteRelation { relation_id: RelationId::new("re1"), location_id: location() };
    assert_eq!(sent(&delete), "2021-07-28 DELETE /associations/relations/re1?locationId=l1");
    let list = ListRelations { limit: 1, ..ListRelations::new(RecordId::new("r1"), location()) };
    let one =
        r#"{"relations":[{"id":"re1","associationId":"as1","firstRecordId":"c1"}],"total":1}"#;
    kept::<ListRelations>(one);
    let (_, wire) = turned(list, &[one, r#"{"relations":[]}"#]).await;
    assert_eq!(wire[1], "GET /associations/relations/r1?locationId=l1&limit=1&skip=1");
}
