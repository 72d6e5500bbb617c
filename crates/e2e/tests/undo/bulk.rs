//! A set that tags 500 contacts and changes their fields, undone whole, in part, and after a crash.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, Result, ensure};
use domain::{
    Actor, ChangeSetId, ChangeSets as _, Realm, UndoCounts, UndoOutcome, UndoReport,
    crm::{AddressPatch, Contact, ContactPatch, CrmContacts as _},
};
use engine::undo::Order;
use highlevel::models::ContactFields;
use serde_json::json;
use tokio::sync::Notify;

use crate::house::{House, owner};

const CONTACTS: usize = 500;

/// Tags every contact, takes a tag from those that have it, and changes a field, an address and a
/// custom field.
async fn change_all(house: &House, all: &BTreeMap<String, Contact>) -> Result<ChangeSetId> {
    let set = house.set("spring campaign").await?;
    let behalf = house.behalf(Some(&set));
    let patch = ContactPatch {
        source: Some(Some("campaign".to_owned())),
        address: Some(AddressPatch {
            city: Some(Some("Springfield".to_owned())),
            ..AddressPatch::default()
        }),
        custom_fields: [("Support plan".to_owned(), json!("gold"))].into(),
        ..ContactPatch::default()
    };
    for (id, contact) in all {
        house.port.add_tags(&behalf, id, &["spring".to_owned()]).await?;
        if let Some(tag) = contact.tags.first() {
            house.port.remove_tag(&behalf, id, tag).await?;
        }
        house.port.patch_contact(&behalf, id, &patch, None).await?;
    }
    Ok(set)
}

/// What is the same before a set and after its undo. Moments of changes are not.
fn content(all: &BTreeMap<String, Contact>) -> BTreeMap<&str, &str> {
    all.iter().map(|(id, contact)| (id.as_str(), contact.version.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_contacts_come_back_and_twenty_that_people_edited_stay() -> Result<()> {
    let house = House::open(CONTACTS).await?;
    let before = house.contacts().await?;
    ensure!(before.len() == CONTACTS, "{}", before.len());
    let tagged = before.values().filter(|contact| !contact.tags.is_empty()).count();
    ensure!(tagged > 0, "some have a tag to lose");
    let set = change_all(&house, &before).await?;
    let changed = house.contacts().await?;
    ensure!(changed.iter().all(|(id, now)| now.version != before[id].version));

    // Twenty people type something into what the set wrote, and twenty into something else.
    let ids: Vec<&String> = before.keys().collect();
    for (index, id) in ids.iter().take(40).enumerate() {
        let text = Some(format!("typed by a person {index}"));
        let fields = match index {
            0..10 => ContactFields { city: text, ..ContactFields::default() },
            10..20 => ContactFields { source: text, ..ContactFields::default() },
            _ => ContactFields { website: text, ..ContactFields::default() },
        };
        house.edit(id, fields).await?;
    }
    let edited = house.contacts().await?;

    let calls = house.vendor.request_count();
    let preview = house.undo(&set, true).await?;
    ensure!(house.vendor.request_count() == calls + CONTACTS as u64, "one look for each");
    ensure!(house.contacts().await? == edited, "a preview writes nothing");
    let expected = UndoCounts { restored: 480, refused: 20, ..UndoCounts::default() };
    ensure!(preview.counts == expected && preview.is_preview && preview.undo.is_none());

    let report = house.undo(&set, false).await?;
    ensure!(report.counts == expected && report.stopped.is_none(), "{:?}", report.counts);
    let told = |report: &UndoReport| {
        let items = report.items.iter().map(|item| {
            (item.record.clone(), item.outcome, item.difference.clone(), item.conflicts.clone())
        });
        items.collect::<Vec<_>>()
    };
    ensure!(told(&preview) == told(&report), "the preview is exactly what the undo does");
    let now = house.contacts().await?;
    for (index, id) in ids.iter().enumerate() {
        let (before, now) = (&before[*id], &now[*id]);
        match index {
            0..20 => ensure!(*now == edited[*id], "a person's record is as the person left it"),
            20..40 => {
                let same = Contact { website: before.website.clone(), ..now.clone() };
                ensure!(now.website.is_some() && same.tags == before.tags, "{now:?}");
                ensure!(same.address == before.address && same.source == before.source);
                ensure!(same.custom_fields == before.custom_fields);
            }
            _ => ensure!(now.version == before.version, "{before:?}\n{now:?}"),
        }
    }
    let refused = report.items.iter().filter(|item| item.outcome == UndoOutcome::Refused);
    for item in refused {
        let conflict = &item.conflicts[0];
        ensure!(item.conflicts.len() == 1 && item.reason.is_some(), "{item:?}");
        ensure!(conflict.found.as_str().is_some_and(|found| found.starts_with("typed by")));
    }
    again_and_back(&house, (&set, &report), (&edited, &now)).await
}

/// The same undo once more does nothing; the undo of the undo brings back what it took.
async fn again_and_back(
    house: &House,
    (set, report): (&ChangeSetId, &UndoReport),
    (edited, undone): (&BTreeMap<String, Contact>, &BTreeMap<String, Contact>),
) -> Result<()> {
    let own = report.undo.clone().expect("it wrote");
    let writes = house.writes(&own).await?.len();
    let again = house.undo(set, false).await?;
    ensure!((again.counts.unchanged, again.counts.refused) == (480, 20), "{:?}", again.counts);
    ensure!(again.undo.is_none() && house.writes(&own).await?.len() == writes);
    let redo = house.undo(&own, false).await?;
    ensure!(redo.counts == UndoCounts { restored: 480, ..UndoCounts::default() });
    ensure!(content(&house.contacts().await?) == content(edited), "as before the undo");
    // And once more: the first undo is over, so this is another set.
    let second = house.undo(set, false).await?;
    ensure!(second.counts.restored == 480 && second.undo != report.undo, "{:?}", second.counts);
    ensure!(content(&house.contacts().await?) == content(undone));
    let undos = house.store.undos(&Realm::Installation, set).await?;
    ensure!(undos.len() == 2, "{undos:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_that_is_cut_off_goes_on() -> Result<()> {
    let house = House::open(60).await?;
    let before = house.contacts().await?;
    let set = change_all(&house, &before).await?;
    // Cut off after more and more records, at whatever call each of the others is just at.
    for cut in [1, 9, 10, 23, 37] {
        let reached = Arc::new(Notify::new());
        let undo = house.undoing();
        let (notice, id) = (Arc::clone(&reached), set.clone());
        let mut run = tokio::task::JoinSet::new();
        run.spawn(async move {
            let order = Order {
                realm: &Realm::Connection(owner()),
                actor: Actor::Installation,
                is_preview: false,
                progress: &|done, _| {
                    if done == cut {
                        notice.notify_one();
                    }
                },
            };
            undo.run(&id, order).await.is_ok()
        });
        reached.notified().await;
        run.abort_all();
        let ended = run.join_next().await.context("it was begun")?;
        ensure!(ended.is_err_and(|error| error.is_cancelled()), "it was cut off");
    }
    let report = house.undo(&set, false).await?;
    ensure!(report.counts.restored + report.counts.unchanged == 60, "{:?}", report.counts);
    ensure!(report.counts.unchanged >= 37, "{:?}", report.counts);
    ensure!(content(&house.contacts().await?) == content(&before), "nothing is left behind");
    let undos = house.store.undos(&Realm::Installation, &set).await?;
    ensure!(undos.len() == 1, "one undo, however often it was begun: {undos:?}");
    // What was cut off is among its writes, so that the undo itself can be undone whole.
    let redo = house.undo(&undos[0].id, false).await?;
    ensure!(redo.counts.restored == 60, "{:?}", redo.counts);
    Ok(())
}
