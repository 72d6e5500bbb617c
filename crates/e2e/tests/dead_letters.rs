//! What Notion refuses is set aside with its reason, and comes back once when a person says so.

use std::{path::Path, process::Output};

use anyhow::{Context, Result};
use domain::{DeadLetters, Outbox, Parking};
use e2e::{Events, Hub, NotionLog, Program, Sender};
use sandbox::fault::{Fault, FaultAction};
use serde_json::{Value, json};
use store::Sqlite;

/// `highwire events` on the data folder of a test.
struct Desk<'a> {
    program: Program,
    folder: &'a Path,
}

impl Desk<'_> {
    fn run(&self, arguments: &[&str]) -> Result<Output> {
        let data = self.folder.join("data");
        let mut command = self.program.command(self.folder);
        Ok(command.arg("events").args(arguments).arg("--data-dir").arg(data).output()?)
    }

    fn json(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let output = self.run(&[arguments, &["--json"]].concat())?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        anyhow::ensure!(output.status.success(), "{arguments:?}: {said}");
        let text = String::from_utf8(output.stdout)?;
        Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// The exit code, and what was said on both streams.
    fn ends(&self, arguments: &[&str]) -> Result<(i32, String)> {
        let output = self.run(arguments)?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code().context("killed")?, String::from_utf8(said)?))
    }
}

fn replayed(told: &[Value]) -> usize {
    told[0]["replayed"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_page_is_replayed_once_however_often_it_is_asked_for() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let notion = NotionLog::start().await?;
    let events = Events::new(7, 400)?;
    let mut variables = notion.variables();
    variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()));
    variables.push(("GHL_LOCATION_ID", "loc-e2e".to_owned()));
    let program = Program::built()?;
    let hub = Hub::start(&program, folder.path(), variables)?;
    let desk = Desk { program, folder: folder.path() };

    // Notion refuses these pages as they are: contacts 1, 2 and 3, once each.
    let refusal = FaultAction::status(400);
    notion.vendor.faults().set(vec![Fault::always(refusal).on("pages.create")])?;
    let mut sender = Sender::connect(hub.address()).await?;
    for number in 1..=3 {
        let event = events.signed(number, number)?;
        assert_eq!(sender.send(&Sender::request(&event)).await?, 200);
    }
    let store = Sqlite::open_to_read(&folder.path().join("data"))?;
    while store.dead_letters(0, 9).await?.len() < 3 {
        tokio::task::yield_now().await;
    }
    notion.vendor.faults().clear();

    let dead = desk.json(&["dead"])?;
    assert_eq!(dead.len(), 3);
    for letter in &dead {
        assert_eq!((&letter["kind"], &letter["attempts"]), (&"contact.updated".into(), &1.into()));
        assert!(letter["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{letter}");
    }
    let (code, said) = desk.ends(&["dead", "--exit-code"])?;
    assert!(code == 3 && said.contains("3 letters"), "{said}");
    let (code, said) = desk.ends(&["replay"])?;
    assert!(code == 2 && said.contains("--all"), "{said}");
    let id = |index: usize| dead[index]["event"].as_str().context("an event");
    let shown = desk.json(&["replay", "--kind", "contact.updated", "--dry-run"])?;
    assert_eq!((replayed(&shown), shown[0]["dry_run"].as_bool()), (3, Some(true)));
    assert_eq!(desk.json(&["dead"])?, dead, "a dry run changes nothing");

    assert_eq!(replayed(&desk.json(&["replay", id(0)?])?), 1);
    assert_eq!(notion.wait_for(1).await, [id(0)?]);
    assert_eq!(replayed(&desk.json(&["replay", id(0)?])?), 0, "it is under way or done");
    desk.json(&["drop", id(1)?, "--by", "ada"])?;
    assert_eq!(replayed(&desk.json(&["replay", "--all"])?), 1, "what was dropped stays away");
    assert_eq!(notion.wait_for(2).await, [id(0)?, id(2)?]);
    assert_eq!(desk.ends(&["dead", "--exit-code"])?.0, 0);
    let dropped = desk.json(&["dead", "--dropped"])?;
    assert_eq!((dropped.len(), &dropped[0]["dropped"]["by"]), (1, &"ada".into()));
    assert_eq!(replayed(&desk.json(&["replay", id(1)?])?), 1, "by its id it comes back");
    assert_eq!(notion.wait_for(3).await.len(), 3);

    // The page is there before the hub has written so.
    while store.action_counts().await?.keys().any(|state| state.name() != "done") {
        tokio::task::yield_now().await;
    }
    let (code, said) = desk.ends(&["replay", id(0)?, id(1)?, id(2)?])?;
    assert!(code == 0 && said.contains("log_activity is done"), "{said}");
    let (code, said) = desk.ends(&["replay", "evt_00000000000000000000000000000000"])?;
    assert!(code == 1 && said.contains("hint: "), "{said}");
    assert_eq!(notion.told().len(), 3, "each page is there once");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_cannot_be_mirrored_is_parked_and_the_others_go_on() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let notion = NotionLog::start().await?;
    let events = Events::new(8, 400)?;
    let mut variables = notion.variables();
    variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()));
    variables.push(("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()));
    let program = Program::built()?;
    let hub = Hub::start(&program, folder.path(), variables)?;
    let desk = Desk { program, folder: folder.path() };
    let mut sender = Sender::connect(hub.address()).await?;
    let nameless = events.sign("{\"type\":\"ContactUpdate\",\"locationId\":\"loc-e2e\"}")?;
    assert_eq!(sender.send(&Sender::request(&nameless)).await?, 200);
    let next = events.signed(1, 1)?;
    assert_eq!(sender.send(&Sender::request(&next)).await?, 200);
    assert_eq!(notion.wait_for(2).await.len(), 2, "each event has its page all the same");

    let parked = desk.json(&["dead"])?.remove(0);
    assert_eq!((&parked["stop"], &parked["attempts"]), (&"mirror".into(), &3.into()));
    let event = parked["event"].as_str().context("an event")?;
    assert_eq!(replayed(&desk.json(&["replay", event])?), 1);
    let store = Sqlite::open_to_read(&folder.path().join("data"))?;
    while store.parked(None, 1).await?[0].tries < 4 {
        tokio::task::yield_now().await;
    }
    let (_, story) = desk.ends(&["show", event])?;
    assert!(story.contains("parked: after 4 tries"), "{story}");
    // The fourth try may be under way, and what is under way cannot be dropped.
    while desk.json(&["drop", "--all", "--by", "ada"])?[0]["dropped"] != json!([event]) {}
    assert_eq!(desk.ends(&["dead", "--exit-code"])?.0, 0);
    assert_eq!(notion.told().len(), 2);
    Ok(())
}
