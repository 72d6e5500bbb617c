//! What an application may tell of its rows, and who sees which mapping and what was settled in it.

use domain::{
    Because, ConnectionId, FieldConflict, Journal, Memory, Side, Tenant,
    contract::sample::{at, mapping, tenant},
};
use policy::directory::Rules;
use serde_json::Value;

use super::*;
use crate::{
    DoorSettings,
    admit::Admit,
    fixture::{clock, store},
    intake::Footing,
    watch::Hints,
};

const APPLICATION: &str = "application";

/// Alpha's people at an application, and its deals in tables that the hub reads itself.
async fn office() -> (Memory, Mappings<Memory>) {
    let (store, settings) = (store(), DoorSettings::default());
    let rules = (Rules::default(), settings.clone());
    let admit = Admit::open(store.clone(), rules, clock(), Arc::default()).await.unwrap();
    let intake = Intake::new(Footing {
        store: store.clone(),
        register: admit.register(),
        settings,
        meter: admit.meter(),
        projector: Arc::default(),
        hints: Hints::default(),
    });
    let people = Mapping {
        vendor: APPLICATION.to_owned(),
        counterpart: ConnectionId::new("own"),
        ..mapping("alpha")
    };
    let deals = Mapping { name: "deals".to_owned(), ..mapping("alpha") };
    let all = [people, deals].into();
    (store.clone(), Mappings::new(store, intake, all, clock()))
}

fn told(changed_at: Timestamp) -> ToldRow {
    ToldRow {
        id: "row-1".to_owned(),
        fields: [("E-mail".to_owned(), "ada@example.com".into())].into(),
        changed_at,
        record: None,
        gone: false,
    }
}

fn connection(name: &str) -> Realm {
    Realm::Connection(Tenant { connection: ConnectionId::new(name), ..tenant("alpha") })
}

#[tokio::test(start_paused = true)]
async fn a_row_is_an_event_however_often_it_is_told() {
    let (store, mappings) = office().await;
    let place = (&Realm::Installation, "people");
    // Its clock may be ahead by as much as the mapping allows.
    let first = mappings.tell(place, APPLICATION, told(at(5))).await.unwrap();
    let again = mappings.tell(place, APPLICATION, told(at(5))).await.unwrap();
    let later = mappings.tell(place, APPLICATION, told(at(4))).await.unwrap();
    assert_eq!((first.duplicate, again.duplicate, again.event), (false, true, first.event));
    assert!(!later.duplicate && later.event != first.event);
    let entry = store.entry(first.event).await.unwrap().expect("it is in the journal");
    let (name, row) = Row::of(&entry.event).expect("it is a row's");
    assert_eq!((name.as_str(), row.id.as_str(), row.changed_at), ("people", "row-1", at(5)));
    assert_eq!(row.fields["E-mail"], "ada@example.com");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_row_of_the_mapping_is_refused_and_not_kept() {
    let (store, mappings) = office().await;
    let refused = async |name: &str, told: ToldRow| {
        let place = (&Realm::Installation, name);
        mappings.tell(place, APPLICATION, told).await.expect_err("it is refused")
    };
    assert!(matches!(refused("nobody", told(at(0))).await, RowRefused::NoMapping));
    let elsewhere = refused("deals", told(at(0))).await;
    assert!(matches!(elsewhere, RowRefused::NotTold(vendor) if vendor == "notion"));
    let id = ToldRow { id: String::new(), ..told(at(0)) };
    assert!(matches!(refused("people", id).await, RowRefused::Id));
    let mut row = told(at(0));
    row.fields.insert("Shoes".to_owned(), Value::Null);
    let columns = refused("people", row).await;
    assert!(matches!(columns, RowRefused::Columns(names) if names == ["Shoes"]));
    assert!(matches!(refused("people", told(at(6))).await, RowRefused::Ahead(6)));
    assert_eq!(store.last().await.unwrap().0, 0);
}

#[tokio::test(start_paused = true)]
async fn a_mapping_is_seen_from_both_of_its_sides_and_from_nowhere_else() {
    let (_, mappings) = office().await;
    let crm = Realm::Connection(tenant("alpha"));
    for realm in [&crm, &connection("own"), &Realm::Installation] {
        assert!(mappings.mapping(realm, "people").is_ok(), "{realm:?}");
    }
    let beta = Realm::Organization(tenant("beta").organization);
    for realm in [&connection("notion"), &beta, &Realm::Connection(tenant("beta"))] {
        assert!(mappings.mapping(realm, "people").is_err(), "{realm:?}");
        let found = mappings.find((realm, "people"), "row-1").await;
        assert!(matches!(found, Err(RowRefused::NoMapping)), "{realm:?}");
    }
    let found = mappings.find((&crm, "people"), "row-1").await;
    assert!(matches!(found, Err(RowRefused::NoRow)));
}

/// Notes one conflict for each of these mappings, in order.
async fn settle(store: &Memory, names: &[&str]) {
    for (number, name) in names.iter().enumerate() {
        let field = FieldConflict {
            field: "email".to_owned(),
            column: "E-mail".to_owned(),
            agreed: Value::Null,
            crm: "a".into(),
            row: "b".into(),
            kept: Side::Crm,
            because: Because::Later,
        };
        let row = Some(format!("row-{number}"));
        let link = Link { row, ..Link::new(tenant("alpha").organization, name) };
        let stored = store.put_link(link, vec![(field, at(0))]).await.unwrap();
        assert!(stored.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_sees_what_was_settled_in_its_mappings_the_newest_first() {
    let (store, mappings) = office().await;
    settle(&store, &["people", "deals", "people", "removed"]).await;
    let seen = async |realm: &Realm, name: Option<&str>, page: (Option<u64>, usize)| {
        let found = mappings.conflicts(realm, name, page).await.unwrap();
        found.into_iter().map(|one| (one.id, one.mapping)).collect::<Vec<_>>()
    };
    let names = |found: &[(u64, String)]| {
        found.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>().join(" ")
    };
    let all = Realm::Organization(tenant("alpha").organization);
    let whole = seen(&all, None, (None, 9)).await;
    assert_eq!(names(&whole), "removed people deals people");
    let crm = Realm::Connection(tenant("alpha"));
    let newest = seen(&crm, None, (None, 2)).await;
    assert_eq!(names(&newest), "people deals");
    assert_eq!(names(&seen(&crm, None, (Some(newest[1].0), 2)).await), "people");
    assert_eq!(names(&seen(&connection("own"), None, (None, 9)).await), "people people");
    assert_eq!(names(&seen(&crm, Some("deals"), (None, 9)).await), "deals");
    let hidden = mappings.conflicts(&connection("own"), Some("deals"), (None, 9)).await;
    assert!(matches!(hidden, Err(RowRefused::NoMapping)));
}
