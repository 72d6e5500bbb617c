//! Tests of locations: created and changed by an agency; tasks and templates of one.

use super::*;
use crate::models::LocationFields;

#[test]
fn an_agency_creates_changes_and_deletes_locations() {
    let timezone = Some(text("Europe/Zurich"));
    let fields = LocationFields { timezone, ..LocationFields::default() };
    let create = CreateLocation {
        name: text("Acme"),
        company_id: CompanyId::new("com1"),
        snapshot_id: Some(text("snap1")),
        fields: fields.clone(),
    };
    let body = concat!(
        r#"{"name":"Acme","companyId":"com1","snapshotId":"snap1","#,
        r#""timezone":"Europe/Zurich"}"#
    );
    assert_eq!(sent(&create), format!("2021-07-28 POST /locations/ {body}"));
    let company_id = CompanyId::new("com1");
    let update = UpdateLocation { location_id: location(), company_id, name: None, fields };
    let body = r#"{"companyId":"com1","timezone":"Europe/Zurich"}"#;
    assert_eq!(sent(&update), format!("2021-07-28 PUT /locations/l1 {body}"));
    kept::<UpdateLocation>(r#"{"id":"l1","name":"Acme","social":{"yelp":""},"domain":"x.test"}"#);
    let delete = DeleteLocation { location_id: location(), delete_twilio_account: false };
    assert_eq!(sent(&delete), "2021-07-28 DELETE /locations/l1?deleteTwilioAccount=false");
}

#[tokio::test]
async fn tasks_of_all_contacts_come_in_pages() {
    let search = SearchTasks { limit: 1, completed: Some(false), ..SearchTasks::new(location()) };
    assert!(sent(&search).starts_with("2021-07-28 POST /locations/l1/tasks/search {"));
    let one = r#"{"tasks":[{"id":"t1","title":"Call","contactId":"c1","isRecurring":false}]}"#;
    kept::<SearchTasks>(one);
    let (sizes, wire) = turned(search, &[one, r#"{"tasks":[]}"#]).await;
    assert_eq!(sizes, [1]);
    let page = |skip: u8| {
        format!(r#"POST /locations/l1/tasks/search {{"completed":false,"limit":1,"skip":{skip}}}"#)
    };
    assert_eq!(wire, [page(0), page(1)]);
}

#[tokio::test]
async fn templates_come_in_pages() {
    let kind = Some(text("sms"));
    let list = ListTemplates { limit: 1, kind, ..ListTemplates::new(location(), location()) };
    let path = "GET /locations/l1/templates?originId=l1&limit=1";
    assert_eq!(sent(&list), format!("2021-07-28 {path}&skip=0&type=sms"));
    let one = r#"{"templates":[{"id":"tpl1","type":"sms","template":{"body":"Hi"},
        "urlAttachments":[]}],"totalCount":1}"#;
    kept::<ListTemplates>(one);
    let (_, wire) = turned(list, &[one, r#"{"templates":[]}"#]).await;
    assert_eq!(wire[1], format!("{path}&skip=1&type=sms"));
}
