//! What a set made goes where nobody touched it; what it sent is told; stages and appointments come back.

use anyhow::{Context, Result, ensure};
use domain::{
    ChangeSets as _, Realm, UndoOutcome, WriteEffect, WriteState,
    crm::{
        Appointment, Behalf, Booking, ContactDraft, ContactPatch, CrmCalendars, CrmContacts,
        CrmError, CrmMessages, CrmNotes, CrmOpportunities, MessageDraft, NoteDraft,
        OpportunityDraft, OpportunityPatch, OpportunityStatus, SlotSpan,
    },
};
use highlevel::{
    LocationId,
    models::ContactFields,
    resources::{ListCalendars, ListPipelines},
};
use jiff::ToSpan as _;
use serde_json::json;

use crate::house::{House, item};

fn person(email: &str) -> ContactDraft {
    ContactDraft {
        email: Some(email.to_owned()),
        name: Some("Ada Lovelace".to_owned()),
        tags: vec!["new".to_owned()],
        company: Some("Analytical".to_owned()),
        ..ContactDraft::default()
    }
}

fn note(body: &str) -> NoteDraft {
    NoteDraft { body: body.to_owned(), title: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_made_goes_and_what_somebody_touched_stays() -> Result<()> {
    let house = House::open(5).await?;
    let set = house.set("import").await?;
    let behalf = house.behalf(Some(&set));
    let port = &house.port;
    let mut ids = Vec::new();
    for name in ["plain", "noted", "edited", "foreign-note"] {
        let made = port.upsert_contact(&behalf, &person(&format!("{name}@example.com"))).await?;
        ids.push(made.contact.item.id);
    }
    // What the set hangs on a contact and changes of it is its own.
    let own = port.add_note(&behalf, &ids[1], &note("by the import")).await?;
    let rename =
        ContactPatch { first_name: Some(Some("Augusta".to_owned())), ..Default::default() };
    port.patch_contact(&behalf, &ids[1], &rename, None).await?;
    // What others do is not.
    let city = ContactFields { city: Some("Bonn".to_owned()), ..ContactFields::default() };
    house.edit(&ids[2], city).await?;
    let others = house.behalf(None);
    port.add_note(&others, &ids[3], &note("by somebody else")).await?;

    let preview = house.undo(&set, true).await?;
    let report = house.undo(&set, false).await?;
    for report in [&preview, &report] {
        for (index, outcome) in [
            (0, UndoOutcome::Deleted),
            (1, UndoOutcome::Deleted),
            (2, UndoOutcome::Refused),
            (3, UndoOutcome::Refused),
        ] {
            let found = item(report, &format!("contact/{}", ids[index]))?;
            ensure!(found.outcome == outcome, "{index}: {found:?}");
        }
        ensure!(item(report, &format!("note/{}", own.id))?.outcome == UndoOutcome::Deleted);
    }
    let touched = item(&report, &format!("contact/{}", ids[2]))?;
    ensure!(touched.conflicts.len() == 1 && touched.conflicts[0].field == "address.city");
    let attached = item(&report, &format!("contact/{}", ids[3]))?;
    ensure!(attached.conflicts[0].field == "attached", "{attached:?}");
    for (id, is_there) in ids.iter().zip([false, false, true, true]) {
        let read = port.contact(&others, id, true).await;
        ensure!(read.is_ok() == is_there, "{id}: {read:?}");
    }
    let again = house.undo(&set, false).await?;
    ensure!((again.counts.unchanged, again.counts.refused) == (3, 2), "{:?}", again.counts);
    // What was deleted does not come back with another undo, and that is said.
    let redo = house.undo(&report.undo.context("it wrote")?, false).await?;
    ensure!(redo.counts.impossible == 3 && redo.items.iter().all(|it| it.reason.is_some()));
    Ok(())
}

fn email() -> MessageDraft {
    MessageDraft {
        channel: domain::crm::Channel::Email,
        text: Some("Won.".to_owned()),
        html: None,
        subject: Some("Thanks".to_owned()),
        from: None,
        attachments: Vec::new(),
    }
}

/// Books a contact into the last free slot of somebody's own calendar.
async fn book(house: &House, behalf: &Behalf, contact: &str) -> Result<Appointment> {
    let location = LocationId::new(house.vendor.location_id());
    let calendars = house.client().call(&ListCalendars::new(location)).await?.calendars;
    let personal = calendars.iter().find(|it| it.calendar_type.as_deref() == Some("personal"));
    let calendar = personal.context("a personal calendar")?.id.to_string();
    let from = e2e::clock().now();
    let span = SlotSpan { from, until: from.checked_add(336.hours())?, timezone: None };
    let slot = house.port.free_slots(behalf, &calendar, &span).await?.pop().context("a slot")?;
    let booking = Booking {
        calendar,
        contact: contact.to_owned(),
        starts_at: slot.starts_at,
        title: Some("Survey".to_owned()),
        place: None,
    };
    Ok(house.port.book(behalf, &booking).await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stages_and_appointments_come_back_and_messages_are_told() -> Result<()> {
    let house = House::open(5).await?;
    let (port, free) = (&house.port, house.behalf(None));
    let contact = port.upsert_contact(&free, &person("ada@example.com")).await?.contact.item.id;
    let client = house.client();
    let location = LocationId::new(house.vendor.location_id());
    let list = ListPipelines { location_id: location };
    let sales = client.call(&list).await?.pipelines.remove(0);
    let stages = sales.stages.clone().context("stages")?;
    let other = port.upsert_contact(&free, &person("other@example.com")).await?.contact.item.id;
    let draft = |contact: &str, name: &str| OpportunityDraft {
        contact: contact.to_owned(),
        pipeline: sales.id.to_string(),
        stage: None,
        name: name.to_owned(),
        status: None,
        value: None,
        owner: None,
        custom_fields: [("Decision maker".to_owned(), json!("Ada"))].into(),
    };
    let old = port.upsert_opportunity(&free, &draft(&contact, "Engine")).await?.opportunity.item;

    let set = house.set("quarter").await?;
    let behalf = house.behalf(Some(&set));
    let patch = OpportunityPatch {
        stage: Some(stages[1].id.to_string()),
        status: Some(OpportunityStatus::Won),
        value: Some(Some(1200.5)),
        name: Some("The engine".to_owned()),
        custom_fields: [("Decision maker".to_owned(), json!("Charles"))].into(),
        ..OpportunityPatch::default()
    };
    port.patch_opportunity(&behalf, &old.id, &patch).await?;
    let new =
        port.upsert_opportunity(&behalf, &draft(&other, "Second engine")).await?.opportunity.item;
    ensure!(new.id != old.id);
    let booked = book(&house, &behalf, &contact).await?;
    let email = email();
    let sent = port.send_message(&behalf, &contact, &email).await?;
    let noted = house.writes(&set).await?;
    ensure!(!format!("{noted:?}").contains("Won."), "the text of a message is not kept");

    let report = house.undo(&set, false).await?;
    for (record, outcome) in [
        (format!("opportunity/{}", old.id), UndoOutcome::Restored),
        (format!("opportunity/{}", new.id), UndoOutcome::Deleted),
        (format!("appointment/{}", booked.id), UndoOutcome::Restored),
        (format!("message/{}", sent.id), UndoOutcome::Impossible),
    ] {
        let found = item(&report, &record)?;
        ensure!(found.outcome == outcome, "{found:?}");
    }
    let now = port.opportunity(&free, &old.id, true).await?.item;
    ensure!((&now.name, &now.stage, now.status) == (&old.name, &old.stage, old.status), "{now:?}");
    ensure!(now.custom_fields == old.custom_fields && now.value.unwrap_or(0.0) == 0.0, "{now:?}");
    let gone = port.opportunity(&free, &new.id, true).await;
    ensure!(matches!(gone, Err(CrmError::NotFound(_))), "{gone:?}");
    let filter = domain::crm::AppointmentFilter { contact: Some(contact), ..Default::default() };
    let listed = port.appointments(&free, &filter).await?;
    ensure!(listed.iter().all(|it| it.status.as_deref() == Some("cancelled")), "{listed:?}");
    let again = house.undo(&set, false).await?;
    ensure!((again.counts.unchanged, again.counts.impossible) == (3, 1), "{:?}", again.counts);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upsert_notes_what_it_replaces() -> Result<()> {
    let house = House::open(5).await?;
    let free = house.behalf(None);
    let before = house.port.upsert_contact(&free, &person("ada@example.com")).await?.contact.item;
    let set = house.set("import").await?;
    let again = ContactDraft {
        phone: Some("+15550109001".to_owned()),
        name: Some("Augusta King".to_owned()),
        tags: vec!["NEW".to_owned(), "second".to_owned()],
        custom_fields: [("Support plan".to_owned(), json!("gold"))].into(),
        ..person("ada@example.com")
    };
    house.port.upsert_contact(&house.behalf(Some(&set)), &again).await?;
    let writes = house.writes(&set).await?;
    ensure!(writes.len() == 2, "fields, then tags: {writes:?}");
    ensure!(writes.iter().all(|it| it.state == WriteState::Done), "{writes:?}");
    ensure!(writes.iter().all(|it| it.intent.effect == WriteEffect::Changed));
    let fields: Vec<&str> = writes[0].intent.difference.fields.keys().map(String::as_str).collect();
    ensure!(fields.len() == 4 && fields[1..] == ["first_name", "last_name", "phone"], "{fields:?}");
    let tags = &writes[1].intent.difference.tags;
    ensure!(tags.added == ["second".to_owned()].into(), "it had the other one: {tags:?}");
    let plan = writes[0].intent.difference.fields.values().next().context("a field")?;
    ensure!(plan.name.as_deref() == Some("Support plan") && plan.before.is_null(), "{plan:?}");
    let report = house.undo(&set, false).await?;
    ensure!(report.counts.restored == 1, "{report:?}");
    let now = house.port.contact(&free, &before.id, true).await?.item;
    ensure!(now.version == before.version, "{before:?}\n{now:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_into_a_set_of_nobody() -> Result<()> {
    let house = House::open(5).await?;
    let free = house.behalf(None);
    let id = house.port.upsert_contact(&free, &person("ada@example.com")).await?.contact.item.id;
    let calls = house.vendor.request_count();
    let unknown = domain::ChangeSetId::new(&"0".repeat(32));
    let behalf = house.behalf(Some(&unknown));
    let noted = house.port.add_note(&behalf, &id, &note("lost")).await;
    ensure!(matches!(noted, Err(CrmError::NotFound("change set"))), "{noted:?}");
    ensure!(house.vendor.request_count() == calls, "nothing was sent");
    let rename = ContactPatch { first_name: Some(None), ..Default::default() };
    ensure!(house.port.patch_contact(&behalf, &id, &rename, None).await.is_err());
    ensure!(house.port.upsert_contact(&behalf, &person("new@example.com")).await.is_err());
    let now = house.port.contact(&free, &id, true).await?.item;
    ensure!(now.first_name.is_some(), "nothing was changed");
    // A write without a set has one of its own.
    let sets = house.store.change_sets(&Realm::Installation, None, 9).await?;
    ensure!(sets.len() == 1 && sets[0].title == "contact.upserted", "{sets:?}");
    Ok(())
}
