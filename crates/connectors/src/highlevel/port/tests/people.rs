//! Contacts: upserted without merging, read from the right place, patched by name, tagged.

use domain::{
    Entity, Mirror, Outcome as Noted, Record, RecordKey,
    crm::{ContactPatch, CrmContacts, CrmError, CrmStandings, Origin, Outcome, Standing, Target},
};
use endpoint::Timer;
use sandbox::fault::FaultAction;
use serde_json::json;

use super::{Bench, Runtime, bench, changes::fail, draft, pointers};

#[tokio::test]
async fn who_is_new_is_created_and_who_is_known_is_updated_with_all_tags() {
    let bench = bench().await;
    let made = bench.person("ada@example.com", "+1 (555) 010-9001").await;
    assert_eq!(made.outcome, Outcome::Created);
    assert_eq!(made.contact.item.phones, ["+15550109001"]);
    assert_eq!(made.not_applied, []);
    let mut again = draft("ADA@example.com", "");
    again.first_name = Some("Ada".to_owned());
    again.tags = vec!["second".to_owned()];
    again.company = Some("Analytical".to_owned());
    let updated = bench.port.upsert_contact(&bench.alpha, &again).await.unwrap();
    assert_eq!(updated.outcome, Outcome::Updated);
    assert_eq!(updated.contact.item.id, made.contact.item.id);
    let tags: Vec<_> = updated.contact.item.tags.iter().map(String::as_str).collect();
    assert_eq!(tags, ["first", "second"]);
    assert_eq!(updated.not_applied[0].pointer, "/company");
    assert_eq!(updated.contact.item.phones, ["+15550109001"], "it was not named");
}

#[tokio::test]
async fn two_people_stay_two() {
    let bench = bench().await;
    let one = bench.person("one@example.com", "+15550109101").await.contact.item;
    let other = bench.person("other@example.com", "+15550109102").await.contact.item;
    let mixed = draft("one@example.com", "+15550109102");
    let refused = bench.port.upsert_contact(&bench.alpha, &mixed).await.unwrap_err();
    assert_eq!(refused.kind(), "two-contacts");
    assert_eq!(refused.records(), [one.id.as_str(), other.id.as_str()]);
    for before in [one, other] {
        let now = bench.port.contact(&bench.alpha, &before.id, true).await.unwrap();
        assert_eq!(now.item.version, before.version);
    }
    let noted = bench.audit().await.remove(0).noted;
    assert_eq!((noted.act.as_str(), noted.outcome), ("contact.upserted", Noted::Refused));
    assert_eq!(noted.detail.as_deref(), Some("two-contacts"));
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_sent() {
    let bench = bench().await;
    let mut wrong = draft("no address", "030 1234");
    wrong.date_of_birth = Some("yesterday".to_owned());
    wrong.address.country = Some("Germany".to_owned());
    wrong.tags = vec![" ".to_owned()];
    let refused = bench.port.upsert_contact(&bench.alpha, &wrong).await.unwrap_err();
    let expected = ["/email", "/phone", "/address/country", "/date_of_birth", "/tags/0"];
    assert_eq!(pointers(&refused), expected);
    let nobody = bench.port.upsert_contact(&bench.alpha, &draft("", " ")).await.unwrap_err();
    assert_eq!(pointers(&nobody), [""]);
    assert_eq!(bench.vendor.request_count(), 0);
}

#[tokio::test]
async fn custom_fields_go_by_name() {
    let bench = bench().await;
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    let named = |fields: serde_json::Value| ContactPatch {
        custom_fields: serde_json::from_value(fields).unwrap(),
        ..ContactPatch::default()
    };
    let set = named(json!({"support PLAN": "gold", "contract_end": "2027-12-31"}));
    let patched = bench.port.patch_contact(&bench.alpha, &id, &set, None).await.unwrap();
    let read = bench.port.contact(&bench.alpha, &id, true).await.unwrap();
    assert_eq!(read.item.custom_fields, patched.item.custom_fields);
    let expected = json!({"Contract end": "2027-12-31", "Support plan": "gold"});
    assert_eq!(json!(read.item.custom_fields), expected);
    let clear = named(json!({"Support plan": null}));
    let cleared = bench.port.patch_contact(&bench.alpha, &id, &clear, None).await.unwrap();
    assert_eq!(json!(cleared.item.custom_fields), json!({"Contract end": "2027-12-31"}));

    let wrong = named(json!({"Suport plan": "gold", "a/b": 1, "Contract end": "2028-01-01"}));
    let refused = bench.port.patch_contact(&bench.alpha, &id, &wrong, None).await.unwrap_err();
    assert_eq!(pointers(&refused), ["/custom_fields/Suport plan", "/custom_fields/a~1b"]);
    let CrmError::Invalid(problems) = refused else { unreachable!() };
    assert!(problems[0].message.contains("did you mean `Support plan`?"), "{problems:?}");
    let read = bench.port.contact(&bench.alpha, &id, true).await.unwrap();
    assert_eq!(read.item.version, cleared.item.version, "nothing was written");
}

#[tokio::test]
async fn a_patch_of_another_version_changes_nothing() {
    let bench = bench().await;
    let made = bench.person("ada@example.com", "+15550109001").await.contact.item;
    let rename = |name: Option<&str>| ContactPatch {
        first_name: Some(name.map(str::to_owned)),
        phone: Some(None),
        ..ContactPatch::default()
    };
    let (ada, version) = (rename(Some("Ada")), Some(made.version.as_str()));
    let patched = bench.port.patch_contact(&bench.alpha, &made.id, &ada, version).await.unwrap();
    assert_eq!(patched.item.first_name.as_deref(), Some("Ada"));
    assert_eq!(patched.item.phones, [""; 0]);
    let late = rename(Some("Late"));
    let refused = bench.port.patch_contact(&bench.alpha, &made.id, &late, version).await;
    let Err(CrmError::Changed { version }) = refused else { panic!("{refused:?}") };
    assert_eq!(version, patched.item.version);
    let read = bench.port.contact(&bench.alpha, &made.id, true).await.unwrap();
    assert_eq!(read.item.first_name.as_deref(), Some("Ada"));
}

#[tokio::test]
async fn tags_are_added_and_taken_one_by_one() {
    let bench = bench().await;
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let add = [" Second ".to_owned(), "third".to_owned()];
    assert_eq!(port.add_tags(alpha, &id, &add).await.unwrap().len(), 3);
    let left = port.remove_tag(alpha, &id, "first").await.unwrap();
    assert_eq!(left.len(), 2);
    assert_eq!(port.remove_tag(alpha, &id, "never").await.unwrap(), left);
    assert_eq!(port.contact(alpha, &id, true).await.unwrap().item.tags, left);
    assert!(port.add_tags(alpha, &id, &[]).await.is_err());
    let acts: Vec<_> = bench.audit().await.into_iter().map(|entry| entry.noted).collect();
    assert_eq!(acts[0].act, "contact.untagged");
    assert!(acts.iter().all(|noted| noted.subject.as_deref() == Some(id.as_str())));
    assert!(!format!("{acts:?}").contains("ada@example.com"));
}

/// The fields of a row as events tell them.
fn row(name: &str) -> serde_json::Value {
    json!({
        "created_at": "2026-03-03T14:05:27.906Z", "first_name": name, "email": "x@example.com",
        "phone": "+15550109001", "tags": ["b", "a"], "dnd": false, "custom_fields": {"f": "v"},
        "date_of_birth": "1984-07-19T00:00:00.000Z",
    })
}

#[tokio::test]
async fn the_mirror_answers_with_its_age_and_no_call() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let record = bench.mirror(alpha, (Entity::Contact, "m1"), row("Mirrored")).await;
    port.contact(alpha, "m1", false).await.unwrap(); // It learns the names of fields.
    let calls = bench.vendor.request_count();
    let read = port.contact(alpha, "m1", false).await.unwrap();
    assert_eq!((read.as_of, read.origin), (record.occurred_at, Origin::Mirror));
    assert_eq!(read.item.first_name.as_deref(), Some("Mirrored"));
    assert_eq!(read.item.date_of_birth.as_deref(), Some("1984-07-19"));
    assert_eq!(read.item.tags.iter().map(String::as_str).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(read.item.do_not_disturb, None, "no event told it");
    assert_eq!(bench.vendor.request_count(), calls);
    let absent = port.contact(alpha, "m1", true).await.unwrap_err();
    assert!(matches!(absent, CrmError::NotFound("contact")), "{absent}");

    let gone = Record { deleted_at: Some(record.occurred_at), version: 2, ..record };
    let from = bench.store.projected().await.unwrap();
    bench.put(from, gone).await;
    assert!(matches!(port.contact(alpha, "m1", false).await, Err(CrmError::NotFound(_))));
}

#[tokio::test]
async fn what_the_mirror_lacks_or_has_seen_in_part_is_read_through() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let made = bench.person("ada@example.com", "+15550109001").await.contact.item;
    let read = port.contact(alpha, &made.id, false).await.unwrap();
    assert_eq!((read.origin, &read.item.version), (Origin::Vendor, &made.version));
    let part = json!({"first_name": "Of a workflow"});
    bench.mirror(alpha, (Entity::Contact, &made.id), part).await;
    let read = port.contact(alpha, &made.id, false).await.unwrap();
    assert_eq!((read.origin, read.item.first_name), (Origin::Vendor, None));
}

#[tokio::test]
async fn who_writes_reads_what_they_wrote() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    bench.mirror(alpha, (Entity::Contact, &id), row("Before")).await;
    let read = port.contact(alpha, &id, false).await.unwrap();
    assert_eq!(read.origin, Origin::Vendor, "the mirror has not seen the write yet");
}

/// Has the mirror see a contact as it was a moment ago.
async fn catch_up(bench: &Bench, id: &str) {
    let record = bench.mirror(&bench.alpha, (Entity::Contact, id), row("Before")).await;
    let from = bench.store.projected().await.unwrap();
    let occurred_at = Runtime.now();
    bench.put(from, Record { occurred_at, version: 2, ..record }).await;
    let read = bench.port.contact(&bench.alpha, id, false).await.unwrap();
    assert_eq!(read.origin, Origin::Mirror);
    // Writes are told apart from what was seen by the millisecond.
    while Runtime.now().as_millisecond() <= occurred_at.as_millisecond() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_may_have_been_written_and_what_was_deleted_is_not_told_as_it_was() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    catch_up(&bench, &id).await;
    fail(&bench, "contacts.update-contact", FaultAction::Reset { committed: true });
    let name = Some(Some("Ida".to_owned()));
    let patch = ContactPatch { first_name: name, ..ContactPatch::default() };
    assert!(port.patch_contact(alpha, &id, &patch, None).await.is_err());
    let read = port.contact(alpha, &id, false).await.unwrap();
    assert_eq!((read.origin, read.item.first_name.as_deref()), (Origin::Vendor, Some("Ida")));
    catch_up(&bench, &id).await;
    let target = Target { key: RecordKey::new(Entity::Contact, &*id), parent: None };
    port.remove(alpha, &target, &Standing::default()).await.unwrap();
    let read = port.contact(alpha, &id, false).await;
    assert!(matches!(read, Err(CrmError::NotFound("contact"))), "{read:?}");
}

#[tokio::test]
async fn another_tenants_contacts_are_not_there() {
    let bench = bench().await;
    let Bench { port, alpha, beta, .. } = &bench;
    let made = bench.person("ada@example.com", "").await.contact.item;
    bench.mirror(alpha, (Entity::Contact, "m1"), row("Mirrored")).await;
    let patch = ContactPatch { website: Some(None), ..ContactPatch::default() };
    for id in [made.id.as_str(), "m1", "..", "a/b", "", "a%2fb"] {
        let read = port.contact(beta, id, false).await;
        assert!(matches!(read, Err(CrmError::NotFound("contact"))), "{id}: {read:?}");
        let patched = port.patch_contact(beta, id, &patch, None).await;
        assert!(matches!(patched, Err(CrmError::NotFound("contact"))), "{id}: {patched:?}");
        let tagged = port.add_tags(beta, id, &["x".to_owned()]).await;
        assert!(matches!(tagged, Err(CrmError::NotFound("contact"))), "{id}: {tagged:?}");
    }
    let read = port.contact(alpha, &made.id, true).await.unwrap();
    assert_eq!(read.item.version, made.version);
}
