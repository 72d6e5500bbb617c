//! Tests of what hangs on contacts: campaigns, appointments, businesses, tags of many.

use super::*;
use crate::{BusinessId, CampaignId};

#[test]
fn campaigns_are_reached_by_contact() {
    let (contact_id, campaign_id) = (contact(), CampaignId::new("cam1"));
    let add = AddToCampaign { contact_id: contact(), campaign_id: campaign_id.clone() };
    assert_eq!(sent(&add), "2021-07-28 POST /contacts/c1/campaigns/cam1");
    let remove = RemoveFromCampaign { contact_id: contact(), campaign_id };
    assert_eq!(sent(&remove), "2021-07-28 DELETE /contacts/c1/campaigns/cam1");
    let all = RemoveFromCampaigns { contact_id };
    assert_eq!(sent(&all), "2021-07-28 DELETE /contacts/c1/campaigns/removeAll");
    assert_eq!(read::<AddToCampaign>(r#"{"succeded":true}"#).succeeded(), Some(true));
}

#[test]
fn the_appointments_of_a_contact_keep_what_nobody_knows() {
    let list = ListContactAppointments { contact_id: contact() };
    assert_eq!(sent(&list), "2021-07-28 GET /contacts/c1/appointments");
    let reply = kept::<ListContactAppointments>(
        r#"{"events":[{"id":"e1","calendarId":"cal1","status":"booked",
        "appointmentStatus":"confirmed","startTime":"2027-03-01 09:30:00",
        "dateAdded":"2027-02-01T08:00:00.000Z","assignedResources":["room"],"new":{"a":null}}]}"#,
    );
    assert_eq!(reply.events[0].appointment_status.as_deref(), Some("confirmed"));
}

#[test]
fn many_contacts_are_tagged_and_put_into_a_business_at_once() {
    let contacts = vec![contact(), ContactId::new("c2")];
    let tag = BulkUpdateTags {
        change: text("add"),
        contacts: contacts.clone(),
        tags: vec![text("vip")],
        location_id: location(),
        remove_all_tags: None,
    };
    let expected = concat!(
        "2021-07-28 POST /contacts/bulk/tags/update/add ",
        r#"{"contacts":["c1","c2"],"tags":["vip"],"locationId":"l1"}"#
    );
    assert_eq!(sent(&tag), expected);
    let reply = kept::<BulkUpdateTags>(
        r#"{"succeded":true,"errorCount":1,"responses":[
        {"contactId":"c1","type":"success","tagsAdded":["vip"]},{"contactId":"c2"}]}"#,
    );
    assert_eq!(reply.responses.map(|all| all[0]["tagsAdded"].clone()), Some(json!(["vip"])));
    let texts = r#"{"succeded":true,"errorCount":1,"responses":["c2 is gone"]}"#;
    let reply = read::<BulkUpdateTags>(texts);
    assert_eq!((reply.error_count, reply.responses), (Some(1), Some(vec![json!("c2 is gone")])));
    let business_id = Some(BusinessId::new("b1"));
    let join = SetBusiness { location_id: location(), ids: contacts, business_id };
    let body = r#"{"locationId":"l1","ids":["c1","c2"],"businessId":"b1"}"#;
    assert_eq!(sent(&join), format!("2021-07-28 POST /contacts/bulk/business {body}"));
    let leave = SetBusiness { ids: vec![contact()], business_id: None, ..join };
    let body = r#"{"locationId":"l1","ids":["c1"],"businessId":null}"#;
    assert!(sent(&leave).ends_with(body));
    assert_eq!(kept::<SetBusiness>(r#"{"success":true,"ids":["c1"]}"#).ids, Some(vec![contact()]));
}

#[tokio::test]
async fn the_contacts_of_a_business_come_in_pages() {
    let all = ListBusinessContacts::new(BusinessId::new("b1"), location());
    let (sizes, wire) = turned(
        ListBusinessContacts { limit: 2, query: Some(text("ada")), ..all },
        &[
            r#"{"contacts":[{"id":"c1","businessId":"b1"},{"id":"c2"}],"count":3}"#,
            r#"{"contacts":[{"id":"c3"}],"count":3}"#,
        ],
    )
    .await;
    assert_eq!(sizes, [2, 1]);
    assert_eq!(
        wire,
        [
            "GET /contacts/business/b1?locationId=l1&limit=2&skip=0&query=ada",
            "GET /contacts/business/b1?locationId=l1&limit=2&skip=2&query=ada",
        ]
    );
}
