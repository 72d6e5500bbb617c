//! Two events that tell one change of an opportunity have one page; single ones have their own.

use anyhow::Result;
use domain::{Journal, Mirror, Outbox, Sequence};
use e2e::{Events, Hub, NotionLog, Program, Sender};
use serde_json::{Value, json};
use store::Sqlite;

/// What HighLevel sends of one opportunity: the body of its `number`th event.
fn body(number: u64, kind: &str, fields: &Value) -> String {
    let mut body = json!({
        "type": kind,
        "locationId": "loc-e2e",
        "id": "deal-1",
        "name": "Two servers",
        "status": "open",
        "pipelineStageId": "stage-1",
        "dateAdded": "2026-03-04T10:00:00.000Z",
        "webhookId": format!("00000000-0000-4000-8000-{number:012}"),
        "timestamp": format!("2026-03-04T10:00:0{number}.000Z"),
    });
    if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object()) {
        body.extend(fields.clone());
    }
    body.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_change_has_one_page_in_whichever_order_its_events_come() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let notion = NotionLog::start().await?;
    let events = Events::new(3, 400)?;
    let mut variables = notion.variables();
    variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()));
    variables.push(("GHL_LOCATION_ID", "loc-e2e".to_owned()));
    let hub = Hub::start(&Program::built()?, folder.path(), variables)?;
    let (open, moved) = (json!({}), json!({ "pipelineStageId": "stage-2" }));
    let won = json!({ "pipelineStageId": "stage-2", "status": "won" });
    // Each event with whether it has a page.
    let sent = [
        ("OpportunityCreate", &open, true),
        ("OpportunityUpdate", &open, false),
        ("OpportunityStageUpdate", &moved, true),
        ("OpportunityUpdate", &moved, false),
        ("OpportunityUpdate", &won, true),
        ("OpportunityStatusUpdate", &won, false),
        ("OpportunityMonetaryValueUpdate", &won, true),
        ("OpportunityDelete", &won, true),
        ("OpportunityUpdate", &won, false),
    ];
    let mut sender = Sender::connect(hub.address()).await?;
    for (number, (kind, fields, _)) in (0..).zip(&sent) {
        let event = events.sign(&body(number, kind, fields))?;
        assert_eq!(sender.send(&Sender::request(&event)).await?, 200);
    }
    let expected = sent.iter().filter(|(_, _, has_page)| *has_page).count();
    notion.wait_for(expected).await;
    let store = Sqlite::open_to_read(&folder.path().join("data"))?;
    while store.decided().await? < Sequence(sent.len() as u64) {
        tokio::task::yield_now().await;
    }
    let pages = notion.wait_for(expected).await;
    let entries = store.entries_after(Sequence(0), 100).await?;
    assert_eq!(entries.len(), sent.len(), "the journal has all of them");
    for (entry, (kind, _, has_page)) in entries.iter().zip(&sent) {
        let told = pages.contains(&entry.event.id.to_string());
        assert_eq!(told, *has_page, "{kind} at {}", entry.sequence);
    }
    assert_eq!(pages.len(), expected);
    assert!(store.record_counts().await?.is_empty(), "the deal stays deleted");
    Ok(())
}
