//! What every store of links and conflicts must do.

use serde_json::json;

use super::sample::at;
use crate::{
    Because, FieldConflict, Fields, Link, LinkEnd, LinkStanding, OrganizationId, Side, Storage,
};

fn link(owner: &str, record: Option<&str>, row: Option<&str>) -> Link {
    Link {
        record: record.map(str::to_owned),
        row: row.map(str::to_owned),
        ..Link::new(OrganizationId::new(owner), "people")
    }
}

fn fields(value: &str) -> Fields {
    [("email".to_owned(), json!(value)), ("phone".to_owned(), json!(null))].into()
}

/// A link is found at both ends by its own organization, with every value, and a change that is based
/// on an old one is refused.
pub async fn a_link_is_found_at_both_ends<S: Storage>(store: S) {
    let (alpha, beta) = (OrganizationId::new("alpha"), OrganizationId::new("beta"));
    let made = store.put_link(link("alpha", Some("c1"), None), Vec::new()).await;
    let made = made.expect("put").expect("it is the first");
    assert_eq!((made.id.is_some(), made.revision), (true, 1));
    let full = Link {
        row: Some("row-1".to_owned()),
        agreed: fields("a@example.com"),
        row_fields: fields("b@example.com"),
        row_at: Some(at(3)),
        spelled: fields("c@example.com"),
        standing: LinkStanding::Refused { reason: "no address".to_owned() },
        synced_at: Some(at(4)),
        ..made.clone()
    };
    let stored = store.put_link(full.clone(), Vec::new()).await.expect("put").expect("it is new");
    assert_eq!(stored, Link { revision: 2, ..full.clone() });
    assert_eq!(store.put_link(full, Vec::new()).await.expect("put"), None, "an old base");
    for end in [LinkEnd::Record("c1"), LinkEnd::Row("row-1")] {
        let found = store.link(&alpha, "people", end).await.expect("link");
        assert_eq!(found.as_ref(), Some(&stored));
        assert_eq!(store.link(&beta, "people", end).await.expect("link"), None);
        assert_eq!(store.link(&alpha, "deals", end).await.expect("link"), None);
    }
}

/// No record has two rows and no row two records, in one mapping of one organization.
pub async fn an_end_has_one_link<S: Storage>(store: S) {
    let put = async |link: Link| store.put_link(link, Vec::new()).await.expect("put");
    let first = put(link("alpha", Some("c1"), Some("row-1"))).await.expect("it is the first");
    assert_eq!(put(link("alpha", Some("c1"), Some("row-2"))).await, None);
    assert_eq!(put(link("alpha", Some("c2"), Some("row-1"))).await, None);
    assert!(put(link("beta", Some("c1"), Some("row-1"))).await.is_some(), "another's");
    assert!(put(link("alpha", None, Some("row-3"))).await.is_some());
    let fourth = put(link("alpha", Some("c4"), None)).await.expect("an end may be missing");
    assert_eq!(put(Link { row: Some("row-1".to_owned()), ..fourth.clone() }).await, None);
    let alpha = OrganizationId::new("alpha");
    let all = store.links(&alpha, "people", 0, 9).await.expect("links");
    assert_eq!(all.len(), 3);
    let after = all[0].id.expect("stored");
    let rest = store.links(&alpha, "people", after, 1).await.expect("links");
    assert_eq!((all[0].id, rest.as_slice()), (first.id, &all[1..2]));
}

/// Conflicts are noted with the link and with nothing else, and listed with the newest first.
pub async fn conflicts_come_with_their_link<S: Storage>(store: S) {
    let conflict = |field: &str| FieldConflict {
        field: field.to_owned(),
        column: "E-mail".to_owned(),
        agreed: json!(null),
        crm: json!("a"),
        row: json!("b"),
        kept: Side::Crm,
        because: Because::WithinSkew,
    };
    let conflicts = vec![(conflict("email"), at(1)), (conflict("phone"), at(1))];
    let made = store.put_link(link("alpha", Some("c1"), Some("row-1")), conflicts.clone()).await;
    let made = made.expect("put").expect("it is the first");
    let stale = Link { revision: 9, ..made.clone() };
    assert_eq!(store.put_link(stale, conflicts).await.expect("put"), None);
    store.put_link(made, vec![(conflict("name"), at(2))]).await.expect("put").expect("its turn");
    let alpha = OrganizationId::new("alpha");
    let all = store.conflicts(&alpha, Some("people"), None, 9).await.expect("conflicts");
    let names: Vec<_> = all.iter().map(|one| one.field.field.as_str()).collect();
    assert_eq!(names, ["name", "phone", "email"]);
    assert_eq!((all[0].record.as_deref(), all[0].at), (Some("c1"), at(2)));
    assert_eq!(all[0].field, conflict("name"));
    let rest = store.conflicts(&alpha, None, Some(all[0].id), 1).await.expect("conflicts");
    assert_eq!(rest, all[1..2]);
    let beta = OrganizationId::new("beta");
    assert_eq!(store.conflicts(&beta, None, None, 9).await.expect("conflicts"), []);
    assert_eq!(store.conflicts(&alpha, Some("deals"), None, 9).await.expect("conflicts"), []);
}
