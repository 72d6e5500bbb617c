//! Tests of businesses and workflows.

use super::*;
use crate::{BusinessId, models::BusinessFields};

#[tokio::test]
async fn businesses_come_in_pages_and_under_a_misspelled_name() {
    let business_id = BusinessId::new("b1");
    let get = GetBusiness { business_id: business_id.clone() };
    assert_eq!(sent(&get), "2021-07-28 GET /businesses/b1");
    let website = Some(text("https://x.test"));
    let fields = BusinessFields { website, ..BusinessFields::default() };
    let create =
        CreateBusiness { name: text("Acme"), location_id: location(), fields: fields.clone() };
    let body = r#"{"name":"Acme","locationId":"l1","website":"https://x.test"}"#;
    assert_eq!(sent(&create), format!("2021-07-28 POST /businesses/ {body}"));
    let created = kept::<CreateBusiness>(
        r#"{"success":true,"buiseness":{"id":"b1","name":"Acme","createdBy":{"id":"u1"}}}"#,
    );
    assert_eq!(created.business.id, business_id);
    let update = UpdateBusiness { business_id: business_id.clone(), name: None, fields };
    let body = r#"{"website":"https://x.test"}"#;
    assert_eq!(sent(&update), format!("2021-07-28 PUT /businesses/b1 {body}"));
    assert_eq!(sent(&DeleteBusiness { business_id }), "2021-07-28 DELETE /businesses/b1");
    kept::<GetBusiness>(
        r#"{"business":{"id":"b1","city":"Bern","updatedAt":"2027-01-01T00:00:00.000Z"}}"#,
    );
    let list = ListBusinesses { limit: 1, ..ListBusinesses::new(location()) };
    let (sizes, wire) =
        turned(list, &[r#"{"businesses":[{"id":"b1"}]}"#, r#"{"businesses":[]}"#]).await;
    assert_eq!(sizes, [1]);
    assert_eq!(wire[1], "GET /businesses/?locationId=l1&limit=1&skip=1");
}

#[test]
fn workflows_are_listed() {
    let list = ListWorkflows { location_id: location() };
    assert_eq!(sent(&list), "2021-07-28 GET /workflows/?locationId=l1");
    let reply = kept::<ListWorkflows>(
        r#"{"workflows":[{"id":"w1","name":"Welcome","status":"published","version":3,
        "createdAt":"2027-01-01T00:00:00.000Z","folder":null}]}"#,
    );
    assert_eq!(reply.workflows[0].version, Some(3));
}
