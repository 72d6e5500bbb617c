//! The power goes at any instant: no acknowledged event is lost, and the files always open.
//!
//! A recorder loaded into the real hub notes each write, sync and answer in order; the disks that a
//! cut could leave are rebuilt from it. Ignoring the syncs of the write-ahead log must lose events:
//! a checker that finds nothing there would find nothing anywhere.

use std::path::Path;

use anyhow::{Context, Result};
use domain::{Journal, Mirror, Sequence};
use e2e::{
    Events, Hub, Program, Random, Sender,
    power::{Disk, Leaves, Step, read, recorder},
};
use store::Sqlite;

const EVENTS: u64 = 1_200;
const CONNECTIONS: u64 = 8;
const CUTS: usize = 2_000;
const CUTS_WITHOUT_SYNCS: usize = 100;
const KINDS: [Leaves; 4] = [Leaves::Nothing, Leaves::Everything, Leaves::Writes, Leaves::Sectors];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_power_cuts_lose_no_acknowledged_event() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let steps = record(folder.path()).await?;
    let promises = steps.iter().filter(|step| matches!(step, Step::Promise(_))).count();
    let syncs = steps.iter().filter(|step| matches!(step, Step::Sync(_))).count();
    assert_eq!(promises as u64, EVENTS, "every answer is in the recording");
    assert!(syncs > 50, "only {syncs} syncs were recorded");

    let report = cut_everywhere(&steps, CUTS, true).await?;
    eprintln!("{promises} promises, {syncs} syncs: {report:?}");
    assert_eq!((report.unopened, report.lost), (0, 0), "{report:?}");
    let control = cut_everywhere(&steps, CUTS_WITHOUT_SYNCS, false).await?;
    eprintln!("without the log's syncs: {control:?}");
    let found = control.lost + control.unopened;
    assert!(found > CUTS_WITHOUT_SYNCS / 2, "the checker is blind: {control:?}");
    Ok(())
}

/// A hub under load, recorded and then killed.
async fn record(folder: &Path) -> Result<Vec<Step>> {
    let events = Events::new(6, 800)?;
    let library = recorder(folder)?;
    let log = folder.join("recording");
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
        ("LD_PRELOAD", library.display().to_string()),
        ("RECORDER_LOG", log.display().to_string()),
        ("RECORDER_ROOT", folder.join("data").display().to_string()),
    ];
    let hub = Hub::start(&Program::built()?, folder, variables)?;
    let mut connections = tokio::task::JoinSet::new();
    for lane in 0..CONNECTIONS {
        let numbers = (0..EVENTS).filter(|number| number % CONNECTIONS == lane);
        let signed: Vec<_> =
            numbers.map(|number| events.signed(number, number % 50)).collect::<Result<_>>()?;
        let address = hub.address();
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            for event in signed {
                anyhow::ensure!(sender.send(&Sender::request(&event)).await? == 200);
            }
            Ok(())
        });
    }
    while let Some(connection) = connections.join_next().await {
        connection??;
    }
    hub.kill()?;
    read(&log)
}

#[derive(Debug, Default)]
struct Report {
    cuts: usize,
    unopened: usize,
    lost: usize,
    most_lost: usize,
}

/// Cuts the power at random steps of the recording, each kind of cut in turn.
async fn cut_everywhere(steps: &[Step], cuts: usize, syncs: bool) -> Result<Report> {
    let mut random = Random::new(42);
    // Before the first promise nothing can be lost.
    let first = steps.iter().position(|step| matches!(step, Step::Promise(_)));
    let first = first.context("a promise")?;
    let mut moments: Vec<usize> =
        (0..cuts).map(|_| first + random.below(steps.len() - first)).collect();
    moments.sort_unstable();
    let (mut disk, mut taken, mut report) = (Disk::default(), 0, Report::default());
    for (index, moment) in moments.into_iter().enumerate() {
        for (place, step) in steps.iter().enumerate().take(moment + 1).skip(taken) {
            // The tables are older than the first promise, and stay.
            disk.take(step, syncs || place < first);
        }
        taken = taken.max(moment + 1);
        let folder = tempfile::tempdir_in(fast_folder())?;
        disk.cut(KINDS[index % KINDS.len()], &mut random, folder.path())?;
        report.cuts += 1;
        match missing(folder.path(), &disk).await {
            Ok(0) => {}
            Ok(missing) => {
                report.lost += 1;
                report.most_lost = report.most_lost.max(missing);
            }
            Err(_) => report.unopened += 1,
        }
    }
    Ok(report)
}

/// How many promised events the disk does not have.
async fn missing(folder: &Path, disk: &Disk) -> Result<usize> {
    let store = Sqlite::open_to_read(folder)?;
    let (mut cursor, mut kept) = (Sequence(0), std::collections::BTreeSet::new());
    loop {
        let page = store.entries_after(cursor, 500).await?;
        let Some(last) = page.last() else { break };
        cursor = last.sequence;
        kept.extend(page.iter().map(|entry| entry.event.id.to_string()));
    }
    let projected = store.projected().await?;
    anyhow::ensure!(projected <= cursor, "the mirror is ahead of the journal");
    Ok(disk.promised.difference(&kept).count())
}

/// Memory where there is some: the rebuilt disks need no disk.
fn fast_folder() -> &'static Path {
    match Path::new("/dev/shm") {
        memory if memory.is_dir() => memory,
        _ => Path::new("/tmp"),
    }
}
