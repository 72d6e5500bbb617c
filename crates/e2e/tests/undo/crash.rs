//! A process that ends at any commit of its writes or of their undo leaves nothing that cannot be undone.

use anyhow::{Result, ensure};
use domain::{
    ChangeSetId, ChangeSets as _, Realm,
    crm::{AddressPatch, ContactPatch, CrmContacts as _, CrmNotes as _, NoteDraft},
};

use crate::house::{House, owner};

const CAUSE: &str = "spring campaign";

/// Writes to every contact in one set, and undoes it. The process may end anywhere on the way.
async fn write_and_undo(house: &House, ids: &[String]) -> Result<()> {
    let set = house.set(CAUSE).await?;
    let behalf = house.behalf(Some(&set));
    let city = AddressPatch { city: Some(Some("Ulm".to_owned())), ..AddressPatch::default() };
    let patch = ContactPatch { address: Some(city), ..ContactPatch::default() };
    for id in ids {
        house.port.add_tags(&behalf, id, &["spring".to_owned()]).await?;
        house.port.patch_contact(&behalf, id, &patch, None).await?;
    }
    let report = house.undo(&set, false).await?;
    // Where its own store is gone the undo says so, and does not go on.
    ensure!(report.stopped.is_none() && report.counts.failed == 0, "{report:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_is_without_its_entry_wherever_the_process_ends() -> Result<()> {
    let mut commits = 0;
    loop {
        let house = House::until(2, commits + 1).await?;
        let before = house.contacts().await?;
        let ids: Vec<String> = before.keys().cloned().collect();
        let is_through = write_and_undo(&house, &ids).await.is_ok();
        let house = house.again()?;
        let set = ChangeSetId::of(&owner(), CAUSE);
        let now = house.contacts().await?;
        let changed = now.iter().filter(|(id, it)| it.version != before[*id].version).count();
        match house.store.change_set(&Realm::Installation, &set).await? {
            None => ensure!(changed == 0, "{commits}: what was written is noted"),
            Some(_) => {
                let report = house.undo(&set, false).await?;
                let done = report.counts.restored + report.counts.unchanged;
                ensure!(done == report.items.len(), "{commits}: {report:?}");
                ensure!(report.counts.restored == changed, "{commits}: {report:?}");
            }
        }
        let now = house.contacts().await?;
        let is_back = now.iter().all(|(id, it)| it.version == before[id].version);
        ensure!(is_back, "{commits}: {before:?}\n{now:?}");
        if is_through {
            break;
        }
        commits += 1;
    }
    ensure!(commits > 40, "all of it was tried: {commits}");
    Ok(())
}

/// What nobody can find again is not made in silence either: its intent says that it may be there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_made_while_the_process_ends_is_told_as_unknown() -> Result<()> {
    // A set is begun, the intent and the end of the note are noted, and the audit has a line.
    let mut unknown = 0;
    for commits in 0..8 {
        let house = House::until(1, commits + 1).await?;
        let id = house.contacts().await?.into_keys().next().expect("one");
        let note = NoteDraft { body: "Likes tea.".to_owned(), title: None };
        let made = async {
            let set = house.set(CAUSE).await?;
            house.port.add_note(&house.behalf(Some(&set)), &id, &note).await?;
            anyhow::Ok(())
        };
        // Whoever asks is told of what was made, also where its end could not be noted.
        let _ = made.await;
        let house = house.again()?;
        let set = ChangeSetId::of(&owner(), CAUSE);
        let is_there = !house.port.notes(&house.behalf(None), &id).await?.is_empty();
        if house.store.change_set(&Realm::Installation, &set).await?.is_some() {
            let report = house.undo(&set, false).await?;
            let told = report.counts.deleted + report.counts.impossible;
            ensure!(!is_there || told == 1, "{commits}: {report:?}");
            unknown += report.counts.impossible;
        } else {
            ensure!(!is_there, "{commits}: it is noted before it is made");
        }
    }
    ensure!(unknown >= 2, "an intent without an end, with a note and without one: {unknown}");
    Ok(())
}
