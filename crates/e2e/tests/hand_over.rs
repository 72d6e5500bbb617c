//! A hub takes over from another under load: nobody is refused, and nothing acknowledged is lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use domain::{Journal, Sequence};
use e2e::{Events, Hub, Program, Sender};
use store::Sqlite;
use tokio::{
    sync::watch,
    task::{JoinSet, spawn_blocking},
};

/// How often the hub is replaced.
const SUCCESSIONS: usize = 5;
/// Senders that connect anew for each request, as a vendor's pool of workers does.
const NEWCOMERS: usize = 4;
/// Senders that keep their connection for as long as they are let.
const REGULARS: usize = 2;
/// Each sends its next event so long after the last one, or when that is answered.
const PACE: Duration = Duration::from_millis(2);

/// What the senders saw.
#[derive(Default)]
struct Seen {
    acknowledged: BTreeSet<String>,
    statuses: BTreeMap<u16, usize>,
}

/// What they share.
struct Crowd {
    events: Events,
    address: SocketAddr,
    /// How many events were begun; each takes its number from here.
    begun: watch::Sender<u64>,
    enough: AtomicBool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_successor_refuses_nobody_and_loses_nothing() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(11, 400)?;
    let variables = vec![
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
    ];
    let mut hub = Hub::start(&program, folder.path(), variables.clone())?;
    let (begun, mut progress) = watch::channel(0);
    let enough = AtomicBool::new(false);
    let crowd = Arc::new(Crowd { events, address: hub.address(), begun, enough });
    let mut senders = JoinSet::new();
    for number in 0..NEWCOMERS + REGULARS {
        senders.spawn(send(Arc::clone(&crowd), number < NEWCOMERS));
    }
    for _ in 0..SUCCESSIONS {
        let goal = *progress.borrow() + 200;
        progress.wait_for(|begun| *begun >= goal).await?;
        let (program, path, variables) =
            (program.clone(), folder.path().to_owned(), variables.clone());
        let successor = spawn_blocking(move || Hub::succeed(&program, &path, variables)).await??;
        assert_eq!(successor.address(), crowd.address, "the port goes with the socket");
        let former = std::mem::replace(&mut hub, successor);
        let status = spawn_blocking(move || former.wait()).await??;
        assert_eq!(status.code(), Some(0), "the hub before ends well");
    }
    crowd.enough.store(true, Ordering::Relaxed);
    let mut all = Seen::default();
    while let Some(seen) = senders.join_next().await {
        let seen = seen?.context("a sender was not answered")?;
        all.acknowledged.extend(seen.acknowledged);
        for (status, count) in seen.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
    }
    assert!(all.statuses.keys().all(|status| [200, 429].contains(status)), "{:?}", all.statuses);
    assert!(all.acknowledged.len() > 200 * SUCCESSIONS / 2, "{:?}", all.statuses);
    check_journal(&folder.path().join("data"), &all.acknowledged).await
}

/// Sends until it is enough; whatever is not answered is an error.
async fn send(crowd: Arc<Crowd>, connects_anew: bool) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut sender = None;
    let mut pace = tokio::time::interval(PACE);
    while !crowd.enough.load(Ordering::Relaxed) {
        pace.tick().await;
        let mut number = 0;
        crowd.begun.send_modify(|begun| number = std::mem::replace(begun, *begun + 1));
        let event = crowd.events.signed(number, 1)?;
        let mut connection = match sender.take() {
            Some(connection) => connection,
            None => Sender::connect(crowd.address).await.context("connect")?,
        };
        let status = connection.send(&Sender::request(&event)).await.context("be answered")?;
        *seen.statuses.entry(status).or_default() += 1;
        if status == 200 {
            seen.acknowledged.insert(event.webhook_id);
            sender = (!connects_anew).then_some(connection);
        }
    }
    Ok(seen)
}

async fn check_journal(folder: &std::path::Path, acknowledged: &BTreeSet<String>) -> Result<()> {
    let store = Sqlite::open_to_read(folder)?;
    let mut kept = BTreeSet::new();
    let mut after = Sequence(0);
    loop {
        let entries = store.entries_after(after, 500).await?;
        let Some(last) = entries.last() else { break };
        after = last.sequence;
        for entry in entries {
            let webhook_id = entry.event.webhook_id.context("an event of somebody else")?;
            assert!(kept.insert(webhook_id), "an event is in the journal twice");
        }
    }
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    Ok(())
}

#[test]
fn a_second_hub_that_does_not_ask_is_refused() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let _hub = Hub::start(&program, folder.path(), [("HIGHWIRE_LOG_LEVEL", "error")])?;
    let second = program
        .command(folder.path())
        .args(["up", "--listen", "127.0.0.1:0"])
        .env("HIGHWIRE_LOG_LEVEL", "error")
        .output()?;
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("another hub runs on the data folder"), "{said}");
    assert!(said.contains("--take-over"), "{said}");
    Ok(())
}

#[test]
fn where_no_hub_runs_a_successor_starts_as_usual() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let variables = [("HIGHWIRE_LOG_LEVEL", "error")];
    Hub::succeed(&program, folder.path(), variables)?.kill()?;
    // The socket of the hub that was killed is still there, and nobody behind it.
    let hub = Hub::succeed(&program, folder.path(), variables)?;
    hub.signal("TERM")?;
    assert_eq!(hub.wait()?.code(), Some(0));
    Ok(())
}
