//! Tests of pages: each style goes on, ends, and does not turn in circles.

use serde_json::{Value, json};

use super::*;
use crate::{
    CompanyId, ConversationId,
    resources::{
        ListMessages, SearchContacts, SearchConversations, SearchLocations, SearchOpportunities,
        SearchUsers,
    },
    stand_ins::{Answer, Script, answer, client, location},
};

/// The ids of all pages, and the requests that brought them.
async fn all<E: Paged>(
    first: E,
    replies: impl IntoIterator<Item = Value>,
) -> (Vec<usize>, Vec<String>)
where
    E::Item: Sized,
{
    let replies: Vec<Answer> =
        replies.into_iter().map(|body| answer(200, &body.to_string())).collect();
    let (client, script): (_, Script<_>) = client(replies);
    let mut pages = client.pages(first);
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().len());
    }
    (sizes, script.wire())
}

fn row(id: &str, after: i64) -> Value {
    json!({"id": id, "searchAfter": [after, id], "sort": [after]})
}

#[tokio::test]
async fn a_search_of_contacts_goes_on_after_its_last_row_and_ends_with_a_short_page() {
    let first = SearchContacts { page_limit: 2, ..SearchContacts::new(location()) };
    let pages = [
        json!({"contacts": [row("a", 1), row("b", 2)], "total": 3}),
        json!({"contacts": [row("c", 3)], "total": 3}),
    ];
    let (sizes, wire) = all(first, pages).await;
    assert_eq!(sizes, [2, 1]);
    assert_eq!(
        wire,
        [
            r#"POST /contacts/search {"locationId":"loc1","pageLimit":2}"#,
            r#"POST /contacts/search {"locationId":"loc1","pageLimit":2,"searchAfter":[2,"b"]}"#,
        ]
    );
}

#[tokio::test]
async fn opportunities_go_on_after_a_pair_and_end_where_there_is_none() {
    let first = SearchOpportunities { limit: 1, ..SearchOpportunities::new(location()) };
    let pages = [
        json!({"opportunities": [{"id": "o1"}], "meta": {"startAfter": 7, "startAfterId": "o1"}}),
        json!({"opportunities": [{"id": "o2"}], "meta": {"total": 2}}),
    ];
    let (sizes, wire) = all(first, pages).await;
    assert_eq!(sizes, [1, 1]);
    assert_eq!(
        wire[1],
        "GET /opportunities/search?location_id=loc1&limit=1&startAfter=7&startAfterId=o1"
    );
}

#[tokio::test]
async fn conversations_go_on_after_a_date_and_messages_after_a_message() {
    let first = SearchConversations { limit: 1, ..SearchConversations::new(location()) };
    let pages = [
        json!({"conversations": [{"id": "k1", "lastMessageDate": "1970-01-01T00:00:09Z"}]}),
        json!({"conversations": []}),
    ];
    let (sizes, wire) = all(first, pages).await;
    assert_eq!(sizes, [1]);
    assert_eq!(wire[1], "GET /conversations/search?locationId=loc1&limit=1&startAfterDate=9000");

    let first = ListMessages::new(ConversationId::new("k1"));
    let pages = [
        json!({"messages": {"lastMessageId": "m2", "nextPage": true, "messages": [{"id": "m1"}]}}),
        json!({"lastMessageId": "m3", "nextPage": false, "messages": [{"id": "m3"}]}),
    ];
    let (sizes, wire) = all(first, pages).await;
    assert_eq!(sizes, [1, 1]);
    assert_eq!(wire[1], "GET /conversations/k1/messages?limit=100&lastMessageId=m2");
}

#[tokio::test]
async fn locations_and_users_are_skipped_to() {
    let first = SearchLocations { limit: 2, ..SearchLocations::new() };
    let pages = [json!({"locations": [{"id": "a"}, {"id": "b"}]}), json!({"locations": []})];
    let (sizes, wire) = all(first, pages).await;
    assert_eq!(sizes, [2]);
    assert_eq!(wire[1], "GET /locations/search?limit=2&skip=2");

    let first = SearchUsers { limit: 1, ..SearchUsers::new(CompanyId::new("com1")) };
    let pages =
        [json!({"users": [{"id": "a"}]}), json!({"users": [{"id": "b"}]}), json!({"users": []})];
    let (sizes, wire) = all(first, pages).await;
    assert_eq!(sizes, [1, 1]);
    assert_eq!(wire[2], "GET /users/search?companyId=com1&limit=1&skip=2");
}

#[tokio::test]
async fn a_list_that_comes_back_to_where_it_was_ends_with_an_error() {
    let same = || answer(200, &json!({"contacts": [row("a", 1)]}).to_string());
    let (client, script) = client((0..9).map(|_| same()));
    let first = SearchContacts { page_limit: 1, ..SearchContacts::new(location()) };
    let mut pages = client.pages(first);
    assert!(pages.next().await.unwrap().is_ok());
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("gave the same page twice"), "{error}");
    assert!(pages.next().await.is_none());
    assert_eq!(script.wire().len(), 2);

    let same = || answer(200, r#"{"locations":[{"id":"a"}]}"#);
    let (client, _) = self::client((0..9).map(|_| same()));
    let mut pages = client.pages(SearchLocations { limit: 1, ..SearchLocations::new() });
    assert!(pages.next().await.unwrap().is_ok());
    assert!(pages.next().await.unwrap().is_err(), "the number was forgotten");
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_page_that_failed_can_be_asked_for_again() {
    let page = || answer(200, &json!({"contacts": [row("a", 1)]}).to_string());
    let (client, _) = client([answer(400, r#"{"message":"no"}"#), page()]);
    let mut pages = client.pages(SearchContacts::new(location()));
    assert!(pages.next().await.unwrap().is_err());
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 1);
    assert!(pages.next().await.is_none());
}
