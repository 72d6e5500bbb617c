//! Tests of the styles: what a page of each changes in the next call, and what ends a list.

use endpoint::{Response, catalogue::Operation};
use serde_json::json;

use super::*;
use crate::{
    Call, Paged, RawCall, catalogue,
    stand_ins::{BASE, answer, client, wire},
};

/// How many rows a page has, and the request after it.
fn turn(call: &RawCall, reply: &Value) -> (usize, Option<String>) {
    let body = reply.to_string().into();
    let reply = call.read(Response { status: 200, headers: vec![], body }).unwrap();
    let turn = call.turn(reply);
    let next = turn.next.map(|next| {
        assert_eq!(next.problems(), [], "{next:?}");
        wire(&next.request(BASE).unwrap())
    });
    (turn.items.len(), next)
}

/// The query or the body after a page; none after the last.
fn next(call: &RawCall, reply: &Value) -> Option<String> {
    let request = turn(call, reply).1?;
    Some(request.split_once(['?', '{']).unwrap().1.to_owned())
}

fn raw(id: &str) -> RawCall {
    RawCall::new(id).unwrap()
}

fn style(call: &RawCall) -> PageStyle {
    call.edition().unwrap().pagination().style()
}

fn rows(count: usize) -> Vec<Value> {
    (0..count).map(|row| json!({"id": format!("r{row}")})).collect()
}

#[test]
fn what_does_not_continue_is_one_page_of_rows_or_of_one_thing() {
    let tags = raw("locations.get-location-tags").with("locationId", "l1");
    assert_eq!(style(&tags), PageStyle::None);
    assert_eq!(turn(&tags, &json!({"tags": rows(3)})), (3, None));
    let contact = raw("contacts.get-contact").with("contactId", "c1");
    assert_eq!(turn(&contact, &json!({"contact": {"id": "c1", "tags": ["a", "b"]}})), (1, None));
    assert_eq!(turn(&contact, &json!({"id": "c1", "tags": ["a", "b"]})), (1, None));
}

#[test]
fn rows_are_skipped_by_how_many_came() {
    let users = raw("users.search-users").with("companyId", "com1").with("limit", 2);
    assert_eq!(style(&users), PageStyle::SkipLimit);
    let page = |count| json!({"users": rows(count)});
    assert_eq!(next(&users, &page(2)).unwrap(), "companyId=com1&skip=2&limit=2");
    let later = users.clone().with("skip", "4");
    assert_eq!(next(&later, &page(2)).unwrap(), "companyId=com1&skip=6&limit=2");
    assert_eq!(next(&users, &page(1)), None);
    assert_eq!(turn(&users, &json!({"users": null, "traceId": "t"})), (0, None));
    // The server caps the page, and a total says that there is more.
    let capped = json!({"users": rows(1), "total": "3"});
    assert_eq!(next(&users, &capped).unwrap(), "companyId=com1&skip=1&limit=2");
    // Nobody knows how long a page could be: only an empty one ends the list.
    let unsized_page = raw("users.search-users").with("companyId", "com1");
    assert!(next(&unsized_page, &page(1)).is_some());
    assert_eq!(next(&unsized_page, &page(0)), None);
}

#[test]
fn positions_in_a_body_have_the_type_that_the_body_wants() {
    let by_mail = raw("users.filter-users-by-email");
    let as_text = by_mail.body(json!({"companyId": "com1", "emails": "a@x.test",
        "limit": "1", "skip": "0"}));
    let body = next(&as_text, &json!({"users": rows(1)})).unwrap();
    assert!(body.contains(r#""skip":"1""#), "{body}");
    let tasks = raw("locations.task-search").with("locationId", "l1").body(json!({"limit": 1}));
    assert_eq!(style(&tasks), PageStyle::SkipLimit);
    assert_eq!(next(&tasks, &json!({"tasks": rows(1)})).unwrap(), r#""limit":1,"skip":1}"#);
}

#[test]
fn offsets_go_on_as_the_reply_says() {
    let notes = raw("calendars.get-appointment-notes")
        .with("appointmentId", "a1")
        .with("limit", 2)
        .with("offset", 0);
    assert_eq!(style(&notes), PageStyle::OffsetLimit);
    let page = |count, more: bool| json!({"notes": rows(count), "hasMore": more});
    assert_eq!(next(&notes, &page(1, true)).unwrap(), "limit=2&offset=1");
    assert_eq!(next(&notes, &page(2, false)), None);
}

#[test]
fn pages_are_numbered_from_what_the_reply_or_the_call_says() {
    let forms = raw("forms.get-forms-submissions").with("locationId", "l1").with("limit", 1);
    assert_eq!(style(&forms), PageStyle::Page);
    let page = |meta: Value| json!({"submissions": rows(1), "meta": meta});
    let to = |meta| next(&forms, &page(meta)).map(|it| it.contains("page=2"));
    assert_eq!(to(json!({"currentPage": 1, "nextPage": 2})), Some(true));
    assert_eq!(to(json!({"total": 9})), Some(true));
    assert_eq!(to(json!({"currentPage": 1, "nextPage": null})), None);
    let third = forms.with("page", 3);
    assert!(next(&third, &page(json!({}))).unwrap().contains("page=4"));
    // One list begins at 0, as its replies say.
    let numbers = raw("phone-system.active-numbers").with("locationId", "l1").with("pageSize", 1);
    let first = json!({"numbers": rows(1), "page": 0, "pageSize": 1});
    assert!(next(&numbers, &first).unwrap().contains("page=1"));
}

#[test]
fn pairs_come_from_the_reply_or_from_the_last_row() {
    let contacts = raw("contacts.get-contacts").with("locationId", "l1").with("limit", 1);
    assert_eq!(style(&contacts), PageStyle::KeysetPair);
    let told = json!({"contacts": rows(1), "meta": {"startAfter": 7, "startAfterId": "r0"}});
    let pair = "startAfter=7&startAfterId=r0";
    let has_pair = |reply: &Value| {
        let query = next(&contacts, reply)?;
        let parts: Vec<_> = query.split('&').filter(|it| it.starts_with("startAfter")).collect();
        let (mut parts, mut pair): (Vec<_>, Vec<_>) = (parts, pair.split('&').collect());
        parts.sort_unstable();
        pair.sort_unstable();
        Some(parts == pair)
    };
    assert_eq!(has_pair(&told), Some(true));
    assert_eq!(has_pair(&json!({"contacts": [{"id": "r0", "startAfter": [7, "r0"]}]})), Some(true));
    assert_eq!(has_pair(&json!({"contacts": rows(1), "meta": {}})), None);
    assert_eq!(has_pair(&json!({"contacts": rows(1), "meta": {"startAfter": 7}})), None);
}

#[test]
fn where_there_is_a_choice_the_caller_makes_it() {
    let search = raw("opportunities.search-opportunity").with("location_id", "l1").with("limit", 1);
    assert_eq!(style(&search), PageStyle::PageOrKeysetPair);
    let reply = json!({"opportunities": rows(1),
        "meta": {"startAfter": 7, "startAfterId": "r0", "currentPage": 1, "nextPage": 2}});
    let pair = next(&search, &reply).unwrap();
    assert!(pair.contains("startAfter=7") && !pair.contains("page="), "{pair}");
    let numbered = next(&search.clone().with("page", 1), &reply).unwrap();
    assert!(numbered.contains("page=2") && !numbered.contains("startAfter"), "{numbered}");
    let without = json!({"opportunities": rows(1), "meta": {"currentPage": 1, "nextPage": 2}});
    assert!(next(&search, &without).unwrap().contains("page=2"));
    let last = json!({"opportunities": rows(1), "meta": {"nextPage": null, "startAfter": 7,
        "startAfterId": "r0"}});
    assert_eq!(next(&search, &last), None);
}

#[test]
fn conversations_go_on_after_the_value_that_sorts_them() {
    let search = raw("conversations.search-conversation").with("locationId", "l1").with("limit", 1);
    assert_eq!(style(&search), PageStyle::SortValue);
    let after = |call: &RawCall, row: Value| {
        let query = next(call, &json!({"conversations": [row]}))?;
        let value = query.split('&').find_map(|it| it.strip_prefix("startAfterDate="));
        value.map(str::to_owned)
    };
    assert_eq!(after(&search, json!({"sort": [9000], "lastMessageDate": 1})).unwrap(), "9000");
    let dates = json!({"lastMessageDate": "1970-01-01T00:00:09Z", "lastManualMessageDate": 8000});
    assert_eq!(after(&search, dates.clone()).unwrap(), "9000");
    let manual = search.clone().with("sortBy", "last_manual_message_date");
    assert_eq!(after(&manual, dates).unwrap(), "8000");
    assert_eq!(after(&search, json!({"id": "k1"})), None);
    assert_eq!(next(&search.with("limit", 2), &json!({"conversations": [{"sort": [9]}]})), None);
}

#[test]
fn messages_go_on_after_an_id_in_both_shapes_of_the_reply() {
    let list = raw("conversations.get-messages").with("conversationId", "k1").with("limit", 20);
    assert_eq!(style(&list), PageStyle::LastId);
    let inner = |more: bool| json!({"lastMessageId": "m2", "nextPage": more, "messages": rows(1)});
    let nested = json!({"messages": inner(true), "traceId": "t"});
    assert!(next(&list, &nested).unwrap().contains("lastMessageId=m2"));
    assert!(next(&list, &inner(true)).unwrap().contains("lastMessageId=m2"));
    assert_eq!(turn(&list, &json!({"messages": inner(false)})), (1, None));
    let faqs =
        raw("knowledge-base.list-faqs").with("knowledgeBaseId", "b1").with("locationId", "l1");
    let reply = json!({"faqs": rows(2), "hasMore": true});
    let query = next(&faqs, &reply).unwrap();
    assert!(query.contains("lastFaqId=r1"), "{query}");
}

#[test]
fn cursors_lead_on_from_short_pages_until_none_is_named() {
    let export = raw("conversations.export-messages-by-location")
        .with("locationId", "l1")
        .with("limit", 100);
    assert_eq!(style(&export), PageStyle::Cursor);
    let page = |cursor: Value| json!({"messages": rows(1), "nextCursor": cursor});
    assert!(next(&export, &page(json!("n/1="))).unwrap().contains("cursor=n%2F1%3D"));
    assert_eq!(next(&export, &page(json!(null))), None);
    assert_eq!(next(&export, &page(json!(""))), None);
    assert_eq!(next(&export, &json!({"messages": rows(100)})), None);
    let agents = raw("conversation-ai.search-agent").with("limit", 2);
    assert!(next(&agents, &json!({"agents": rows(2)})).unwrap().contains("startAfter=r1"));
    assert_eq!(next(&agents, &json!({"agents": rows(1)})), None);
}

#[test]
fn searches_go_on_after_the_values_of_their_last_row() {
    let search = raw("contacts.search-contacts-advanced");
    assert_eq!(style(&search), PageStyle::SearchAfter);
    let search = search.body(json!({"locationId": "l1", "pageLimit": 1, "page": 1}));
    let row = json!({"contacts": [{"id": "c1", "searchAfter": [7, "c1"]}]});
    assert_eq!(
        next(&search, &row).unwrap(),
        r#""locationId":"l1","pageLimit":1,"searchAfter":[7,"c1"]}"#
    );
    let plain = next(&search, &json!({"contacts": rows(1)})).unwrap();
    assert!(plain.contains(r#""page":2"#), "{plain}");
    let records = raw("objects.search-object-records")
        .with("schemaKey", "s1")
        .body(json!({"locationId": "l1", "page": 1, "pageLimit": 1, "query": ""}));
    let reply = json!({"records": [{"id": "r0", "searchAfter": [1]}]});
    let body = next(&records, &reply).unwrap();
    assert!(body.contains(r#""page":1"#) && body.contains(r#""searchAfter":[1]"#), "{body}");
}

#[test]
fn tokens_lead_on_and_windows_do_not() {
    let installed = raw("oauth.get-installed-location")
        .generation(endpoint::catalogue::Generation::V3)
        .with("companyId", "com1")
        .with("appId", "app1");
    assert_eq!(style(&installed), PageStyle::Token);
    let page = |token: Value| json!({"items": rows(1), "pagination": {"nextPageToken": token}});
    assert!(next(&installed, &page(json!("t2"))).unwrap().contains("pageToken=t2"));
    assert_eq!(next(&installed, &page(json!(null))), None);

    let slots =
        raw("calendars.get-slots").with("calendarId", "k1").with("startDate", 1).with("endDate", 2);
    assert_eq!(style(&slots), PageStyle::Window);
    assert_eq!(turn(&slots, &json!({"2026-01-05": {"slots": ["a"]}, "traceId": "t"})), (1, None));
    let events = raw("calendars.get-calendar-events")
        .with("locationId", "l1")
        .with("startTime", "1")
        .with("endTime", "2");
    assert_eq!(turn(&events, &json!({"events": rows(2)})), (2, None));
}

#[test]
fn rows_are_found_where_the_catalogue_does_not_name_them() {
    let found = |id: &str, reply: Value| find_rows(raw(id).edition().unwrap(), &reply);
    let rows = |pointer: &str| Found::Rows(pointer.to_owned());
    assert_eq!(found("emails.fetch-template", json!([{"id": "t"}])), rows(""));
    let funnels = json!({"funnels": [{"id": "f"}], "count": 1});
    assert_eq!(found("funnels.get-funnels", funnels), rows("/funnels"));
    let posts = json!({"results": {"posts": [], "count": 0}, "success": true});
    assert_eq!(found("social-media-posting.get-posts", posts), rows("/results/posts"));
    let wrapped = json!({"data": {"a/b": []}});
    assert_eq!(found("calendars.fetch-calendar-resources", wrapped), rows("/data/a~1b"));
}

#[test]
fn every_list_of_the_catalogue_ends_and_none_panics() {
    let replies = [json!(null), json!([]), json!({}), json!([1]), json!({"a": [1], "b": [2]})];
    for edition in catalogue::operations().flat_map(Operation::editions) {
        for reply in &replies {
            if let Found::Rows(pointer) = find_rows(edition, reply) {
                let page = Page::of(edition, None, reply, &pointer).unwrap();
                let is_empty = page.rows.is_empty();
                assert!(!is_empty || step(&page) == Step::Last);
            }
        }
    }
}

#[tokio::test]
async fn raw_pages_go_on_end_and_do_not_turn_in_circles() {
    let page = |ids: [&str; 2]| {
        let rows = ids.map(|id| json!({"id": id}));
        answer(200, &json!({"users": rows}).to_string())
    };
    let users = raw("users.search-users").with("companyId", "com1").with("limit", 2);
    let empty = answer(200, r#"{"users":[]}"#);
    let (client, script) = client([page(["a", "b"]), page(["c", "d"]), empty]);
    let mut pages = client.pages(users.clone());
    assert_eq!(pages.next().await.unwrap().unwrap()[1]["id"], "b");
    assert_eq!(pages.next().await.unwrap().unwrap()[0]["id"], "c");
    assert!(pages.next().await.is_none());
    assert_eq!(script.requests().len(), 3);

    let (client, _) = self::client((0..9).map(|_| page(["a", "b"])));
    let mut pages = client.pages(users);
    assert!(pages.next().await.unwrap().is_ok());
    assert!(pages.next().await.unwrap().is_err(), "the number was forgotten");
    assert!(pages.next().await.is_none());
}
