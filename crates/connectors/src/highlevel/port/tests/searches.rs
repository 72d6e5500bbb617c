//! Searches: the same questions to the mirror and to HighLevel.

use domain::{
    Entity,
    crm::{ContactFilter, CrmContacts, CrmError, Origin, PageWish},
};
use serde_json::json;

use super::{Bench, bench, page, pointers};

fn filter(change: impl FnOnce(&mut ContactFilter)) -> ContactFilter {
    let mut filter = ContactFilter::default();
    change(&mut filter);
    filter
}

/// The ids of all that is found, page by page.
async fn all(bench: &Bench, filter: &ContactFilter, mut page: PageWish) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let found = bench.port.contacts(&bench.alpha, filter, &page).await.unwrap();
        let origin = if page.fresh { Origin::Vendor } else { Origin::Mirror };
        assert!(found.items.iter().all(|it| it.origin == origin));
        ids.extend(found.items.into_iter().map(|it| it.item.id));
        match found.next {
            Some(next) => page.cursor = Some(next),
            None => return ids,
        }
    }
}

#[tokio::test]
async fn the_mirror_finds_by_everything_that_can_be_asked() {
    let bench = bench().await;
    for (id, email, last, tag) in
        [("a", "a@example.com", "Lovelace", "vip"), ("b", "b@example.com", "Lovett", "lead")]
    {
        let fields = json!({
            "created_at": "2026-03-03T14:05:27Z", "email": email, "last_name": last,
            "tags": [tag], "phone": format!("+1555010900{}", id.len() + usize::from(id == "b")),
        });
        bench.mirror(&bench.alpha, (Entity::Contact, id), fields).await;
    }
    bench.mirror(&bench.beta, (Entity::Contact, "c"), json!({"email": "a@example.com"})).await;
    for (asked, expected) in [
        (ContactFilter::default(), vec!["a", "b"]),
        (filter(|it| it.email = Some("A@example.com".to_owned())), vec!["a"]),
        (filter(|it| it.phone = Some("+1 555 010 9002".to_owned())), vec!["b"]),
        (filter(|it| it.name = Some("love".to_owned())), vec!["a", "b"]),
        (filter(|it| it.tag = Some("VIP".to_owned())), vec!["a"]),
        (filter(|it| it.updated_since = Some(domain::contract::sample::at(1))), vec![]),
    ] {
        assert_eq!(all(&bench, &asked, page(1, false)).await, expected, "{asked:?}");
    }
}

#[tokio::test]
async fn a_fresh_search_asks_the_crm_and_goes_on() {
    let bench = bench().await;
    let made = bench.person("ada@example.com", "+15550109001").await.contact.item;
    let everybody = all(&bench, &ContactFilter::default(), page(7, true)).await;
    assert_eq!(everybody.len(), bench.vendor.contact_count());
    assert!(everybody.contains(&made.id));
    for asked in [
        filter(|it| it.email = Some("ADA@example.com".to_owned())),
        filter(|it| it.phone = Some("+1 555 010 9001".to_owned())),
        filter(|it| it.tag = Some("First".to_owned())),
        filter(|it| it.updated_since = made.created_at),
    ] {
        assert_eq!(all(&bench, &asked, page(7, true)).await, [made.id.as_str()], "{asked:?}");
    }
    let nobody = filter(|it| {
        it.email = Some("ada@example.com".to_owned());
        it.tag = Some("other".to_owned());
    });
    assert!(all(&bench, &nobody, page(7, true)).await.is_empty());
    let by_name = filter(|it| it.name = Some("maya".to_owned()));
    let found = bench.port.contacts(&bench.alpha, &by_name, &page(100, true)).await.unwrap();
    assert!(!found.items.is_empty());
    for row in found.items {
        assert_eq!(row.item.first_name.as_deref(), Some("Maya"));
        assert_eq!(row.item.do_not_disturb, None, "rows do not tell it");
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let bench = bench().await;
    let found = bench.port.contacts(&bench.alpha, &ContactFilter::default(), &page(5, true)).await;
    let wish = PageWish { cursor: found.unwrap().next, ..page(5, false) };
    assert!(wish.cursor.is_some());
    let refused = bench.port.contacts(&bench.alpha, &ContactFilter::default(), &wish).await;
    assert_eq!(pointers(&refused.unwrap_err()), ["after"]);
    let asked = filter(|it| it.phone = Some("5550109001".to_owned()));
    for fresh in [true, false] {
        let refused = bench.port.contacts(&bench.alpha, &asked, &page(5, fresh)).await;
        assert!(matches!(refused, Err(CrmError::Invalid(_))));
    }
}
