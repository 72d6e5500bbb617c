//! The power goes at any instant: no acknowledged event is lost, no call is forgotten, and the files
//! open, are whole, and go on from where they are.
//!
//! A recorder loaded into the real hub notes each write, sync, answer and call in order; the disks
//! that a cut could leave are rebuilt from it. The same hub on a store whose commits do not wait for
//! the disk must lose events: a checker that finds nothing there would find nothing anywhere.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use domain::{ActionState, Journal, Outbox, Sequence};
use e2e::{
    Events, Hub, NotionLog, Program, Random, Sender, crash,
    power::{Report, Step, cut_everywhere, read, recorder},
};
use store::Sqlite;
use tempfile::TempDir;

const EVENTS: u64 = 500;
const CONNECTIONS: u64 = 8;
const CUTS: usize = 2_000;
/// One disk in so many is started again.
const STARTED_AGAIN: usize = 250;
const CUTS_OF_FORGETFUL: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_power_cuts_lose_nothing_and_every_disk_goes_on() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = Program::built()?;
    let notion = NotionLog::start().await?;
    let steps = record(&program, folder.path(), notion.variables()).await?;
    notion.vendor.stop().await;
    let counted = |is: fn(&Step) -> bool| steps.iter().filter(|step| is(step)).count();
    let promises = counted(|step| matches!(step, Step::Promise(_)));
    let syncs = counted(|step| matches!(step, Step::Sync(_)));
    let calls = counted(|step| matches!(step, Step::Call(_)));
    assert_eq!(promises as u64, EVENTS, "every answer is in the recording");
    assert!(syncs > 50 && calls > 20, "only {syncs} syncs and {calls} calls were recorded");

    let (report, disks) = cut(steps, CUTS).await?;
    eprintln!("{promises} promises, {calls} calls, {syncs} syncs: {report:?}");
    assert!(report.cuts == CUTS && report.is_clean(), "{report:?}");
    for disk in &disks {
        starts_again(&program, disk).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_does_not_wait_for_the_disk_is_found_out() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let forgetful = Program::at(env!("CARGO_BIN_EXE_forgetful"));
    let steps = record(&forgetful, folder.path(), Vec::new()).await?;
    let (report, _) = cut(steps, CUTS_OF_FORGETFUL).await?;
    eprintln!("without waiting for the disk: {report:?}");
    assert!(report.lost > 0, "the checker is blind: {report:?}");
    Ok(())
}

/// A hub under load, recorded until it has stopped or, where it does not, was killed.
async fn record(
    program: &Program,
    folder: &Path,
    vendors: Vec<(&'static str, String)>,
) -> Result<Vec<Step>> {
    let events = Events::new(6, 800)?;
    let library = recorder(folder)?;
    let log = folder.join("recording");
    let is_hub = !vendors.is_empty();
    let mut variables = vendors;
    variables.extend([
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
        ("LD_PRELOAD", library.display().to_string()),
        ("RECORDER_LOG", log.display().to_string()),
        ("RECORDER_ROOT", folder.join("data").display().to_string()),
    ]);
    let hub = Hub::start(program, folder, variables)?;
    let mut connections = tokio::task::JoinSet::new();
    for lane in 0..CONNECTIONS {
        let numbers = (0..EVENTS).filter(|number| number % CONNECTIONS == lane);
        let signed: Vec<_> =
            numbers.map(|number| events.signed(number, number % 50)).collect::<Result<_>>()?;
        let address = hub.address();
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            for event in signed {
                ensure!(sender.send(&Sender::request(&event)).await? == 200);
            }
            Ok(())
        });
    }
    while let Some(connection) = connections.join_next().await {
        connection??;
    }
    match is_hub {
        true => {
            hub.ask_to_stop()?;
            hub.wait().context("wait for the hub")?;
        }
        false => hub.kill()?,
    }
    read(&log)
}

/// On both cores.
async fn cut(steps: Vec<Step>, cuts: usize) -> Result<(Report, Vec<TempDir>)> {
    let steps = Arc::new(steps);
    let mut halves = tokio::task::JoinSet::new();
    for seed in [42, 43] {
        let steps = Arc::clone(&steps);
        halves.spawn(async move {
            cut_everywhere(&steps, cuts / 2, STARTED_AGAIN, Random::new(seed)).await
        });
    }
    let (mut report, mut disks) = (Report::default(), Vec::new());
    for half in halves.join_all().await {
        let (found, kept) = half?;
        report = report.with(found);
        disks.extend(kept);
    }
    Ok((report, disks))
}

/// A hub on a disk that a cut left comes up, works off what is left, and has lost nothing.
async fn starts_again(program: &Program, disk: &TempDir) -> Result<()> {
    let notion = NotionLog::start().await?;
    let events = Events::new(6, 800)?;
    let mut variables = notion.variables();
    variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()));
    variables.push(("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()));
    let data = disk.path().join("data");
    let before = Sqlite::open_to_read(&data)?.last().await?;
    let hub = Hub::start(program, disk.path(), variables)?;
    crash::settle(&data).await?;
    let mut sender = Sender::connect(hub.address()).await?;
    assert_eq!(sender.send(&Sender::request(&events.signed(EVENTS, 1)?)).await?, 200);
    let store = Sqlite::open_to_read(&data)?;
    assert_eq!(store.last().await?, Sequence(before.0 + 1), "the journal goes on where it ended");
    assert_eq!(store.damage().await?, Vec::<String>::new());
    let actions = store.action_counts().await?;
    assert!(!actions.contains_key(&ActionState::Dead), "{actions:?}");
    drop(hub);
    notion.vendor.stop().await;
    Ok(())
}
