//! Every write is in a change set before it is sent, and says afterwards how it ended.

use domain::{
    ChangeSet, ChangeSets as _, Entity, Realm, RecordKey, Write, WriteState,
    crm::{ContactPatch, CrmContacts as _, CrmError, CrmNotes as _, NoteDraft, WriteCause},
};
use sandbox::fault::{Fault, FaultAction};
use serde_json::json;

use super::{Bench, bench, draft};

/// The sets, the newest first, each with its writes.
async fn noted(bench: &Bench) -> Vec<(ChangeSet, Vec<Write>)> {
    let mut found = Vec::new();
    for set in bench.store.change_sets(&Realm::Installation, None, 100).await.unwrap() {
        let writes = bench.store.writes(&Realm::Installation, &set.id, 0, 100).await.unwrap();
        found.push((set, writes));
    }
    found
}

async fn last(bench: &Bench) -> Write {
    noted(bench).await.remove(0).1.pop().unwrap()
}

pub(super) fn fail(bench: &Bench, operation: &str, action: FaultAction) {
    bench.vendor.faults().set(vec![Fault::always(action).on(operation).times(1)]).unwrap();
}

fn city(text: &str) -> ContactPatch {
    let address = serde_json::from_value(json!({"city": text})).unwrap();
    ContactPatch { address: Some(address), ..ContactPatch::default() }
}

#[tokio::test]
async fn a_write_tells_what_was_before_and_how_it_ended() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    let made = last(&bench).await;
    assert_eq!((made.state, made.intent.act.as_str()), (WriteState::Done, "contact.upserted"));
    assert_eq!(made.intent.record, Some(RecordKey::new(Entity::Contact, &*id)));
    assert_eq!(made.intent.actor, alpha.actor);
    port.patch_contact(alpha, &id, &city("Bonn"), None).await.unwrap();
    port.patch_contact(alpha, &id, &city("Ulm"), None).await.unwrap();
    let patched = last(&bench).await.intent.difference;
    let field = &patched.fields["address.city"];
    assert_eq!((&field.before, &field.after), (&json!("Bonn"), &json!("Ulm")));
    assert_eq!(patched.fields.len(), 1);
    port.remove_tag(alpha, &id, "never").await.unwrap();
    assert!(last(&bench).await.intent.difference.is_empty(), "the contact did not have it");
    assert_eq!(noted(&bench).await.len(), 4, "each is a set of its own");
}

#[tokio::test]
async fn a_write_that_is_not_answered_is_in_doubt_and_one_that_is_refused_is_not() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    fail(&bench, "contacts.create-note", FaultAction::Reset { committed: true });
    let note = NoteDraft { body: "Likes tea.".to_owned(), title: None };
    assert!(port.add_note(alpha, &id, &note).await.is_err());
    let write = last(&bench).await;
    assert_eq!((write.state, write.intent.record), (WriteState::InDoubt, None));
    assert_eq!(write.intent.difference.fields["body"].after, json!("Likes tea."));
    let parent = RecordKey::new(Entity::Contact, &*id);
    assert_eq!(write.intent.parent, Some(parent));
    assert!(port.add_note(alpha, "nobody", &note).await.is_err());
    let write = last(&bench).await;
    assert_eq!((write.state, write.detail.as_deref()), (WriteState::Refused, Some("not-found")));
    fail(&bench, "contacts.update-contact", FaultAction::Reset { committed: true });
    assert!(port.patch_contact(alpha, &id, &city("Ulm"), None).await.is_err());
    let write = last(&bench).await;
    assert_eq!(write.state, WriteState::InDoubt);
    assert_eq!(write.intent.difference.fields["address.city"].after, json!("Ulm"));
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_and_noted_whole() {
    let bench = bench().await;
    fail(&bench, "contacts.create-contact", FaultAction::Reset { committed: true });
    let made = bench.port.upsert_contact(&bench.alpha, &draft("ada@example.com", "")).await;
    let id = made.unwrap().contact.item.id;
    let write = last(&bench).await;
    assert_eq!(write.state, WriteState::Done);
    assert_eq!(write.intent.record, Some(RecordKey::new(Entity::Contact, id)));
}

#[tokio::test]
async fn writes_of_one_cause_join_one_set_of_their_tenant() {
    let bench = bench().await;
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    let cause = WriteCause::Joined { cause: "import 7".to_owned(), title: "import".to_owned() };
    let alpha = domain::crm::Behalf { cause, ..bench.alpha.clone() };
    for name in ["Bonn", "Ulm"] {
        bench.port.patch_contact(&alpha, &id, &city(name), None).await.unwrap();
    }
    let sets = noted(&bench).await;
    assert_eq!((sets[0].0.title.as_str(), sets[0].1.len()), ("import", 2));
    // The same set in the name of another tenant is none.
    let cause = WriteCause::Set(sets[0].0.id.clone());
    let beta = domain::crm::Behalf { cause, ..bench.beta.clone() };
    let refused = bench.port.upsert_contact(&beta, &draft("eve@example.com", "")).await;
    assert!(matches!(refused, Err(CrmError::NotFound("change set"))), "{refused:?}");
    assert_eq!(noted(&bench).await[0].1.len(), 2);
}
