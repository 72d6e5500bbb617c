//! Tests of opportunities beyond the plain record: upsert, lost reasons, search by filters.

use super::*;
use crate::models::AdditionalDetails;

#[test]
fn an_upsert_names_the_pipeline_and_what_is_given() {
    let upsert = UpsertOpportunity {
        contact_id: Some(contact()),
        name: Some(text("Roof")),
        status: Some(OpportunityStatus::Open),
        followers: users(),
        followers_action_type: Some(text("add")),
        is_remove_all_followers: Some(false),
        ..UpsertOpportunity::new(location(), PipelineId::new("p1"))
    };
    let body = concat!(
        r#"{"locationId":"l1","pipelineId":"p1","contactId":"c1","name":"Roof","status":"open","#,
        r#""followers":["u1"],"followersActionType":"add","isRemoveAllFollowers":false}"#
    );
    assert_eq!(sent(&upsert), format!("2021-07-28 POST /opportunities/upsert {body}"));
    let reply = kept::<UpsertOpportunity>(
        r#"{"new":false,"opportunity":{"id":"o1","status":"open","forecast":{"p":0.5}}}"#,
    );
    assert_eq!((reply.is_new, reply.opportunity.id), (Some(false), opportunity()));
}

#[tokio::test]
async fn lost_reasons_come_in_pages() {
    let list = ListLostReasons { limit: 1, ..ListLostReasons::new(location()) };
    let expected = "2021-07-28 GET /opportunities/lost-reason?locationId=l1&limit=1&skip=0";
    assert_eq!(sent(&list), expected);
    let first = r#"{"lostReasons":[{"id":"r1","name":"Price","createdAt":"2027-01-01T00:00:00.000Z"}],"total":1}"#;
    kept::<ListLostReasons>(first);
    let (sizes, wire) = turned(list, &[first, r#"{"lostReasons":[]}"#]).await;
    assert_eq!(sizes, [1]);
    assert!(wire[1].ends_with("limit=1&skip=1"));
}

#[tokio::test]
async fn a_search_by_filters_counts_its_pages() {
    let search = FilterOpportunities {
        limit: 1,
        filters: vec![Filter::equals(Field::Other(text("pipeline_id")), "p1")],
        sort: vec![Sort::descending(&Field::DateAdded)],
        additional_details: Some(AdditionalDetails { notes: true, ..AdditionalDetails::default() }),
        ..FilterOpportunities::new(location())
    };
    sent(&search);
    let (sizes, wire) = turned(
        search,
        &[r#"{"opportunities":[{"id":"o1","notes":[]}],"total":1}"#, r#"{"opportunities":[]}"#],
    )
    .await;
    assert_eq!(sizes, [1]);
    let rest = concat!(
        r#""filters":[{"field":"pipeline_id","operator":"eq","value":"p1"}],"#,
        r#""sort":[{"field":"dateAdded","direction":"desc"}],"additionalDetails":{"notes":true,"#,
        r#""tasks":false,"calendarEvents":false,"unReadConversations":false}}"#
    );
    let page = |page: u8| {
        let start = r#"POST /opportunities/search {"locationId":"l1","limit":1,"query":"""#;
        format!(r#"{start},"page":{page},{rest}"#)
    };
    assert_eq!(wire, [page(1), page(2)]);
}
