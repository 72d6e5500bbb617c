//! Retention on the real binary: killed in the middle of it again and again, nothing else is harmed.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use domain::{Entry, Retained, Retention};
use e2e::{Events, Hub, Program, Sender, Signed, journal};
use serde_json::Value;
use store::Sqlite;

const EVENTS: u64 = 3_000;
const EVENT_BYTES: usize = 2_000;
/// What the setting leaves of them.
const LIMIT: u64 = 1_000_000;
const KILLS: u64 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_in_the_middle_of_pruning_take_nothing_but_what_may_go() -> Result<()> {
    let (program, folder) = (Program::built()?, tempfile::tempdir()?);
    let events = Events::new(6, EVENT_BYTES)?;
    let key = events.public_key();
    let start = |megabytes: &str| {
        let variables = [
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", key.as_str()),
            ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true"),
            ("HIGHWIRE_RETENTION_BYTES_MEGABYTES", megabytes),
        ];
        Hub::start(&program, folder.path(), variables)
    };
    let data = folder.path().join("data");
    let hub = start("0")?;
    let signed: Vec<_> = (0..EVENTS).map(|n| events.signed(n, n % 50)).collect::<Result<_>>()?;
    send(&hub, &signed).await?;
    drop(hub);
    let before = journal(&data).await?;
    let mut left = vec![kept(&data).await?];
    for life in 0..KILLS {
        let hub = start("1")?;
        let before = left[left.len() - 1];
        wait_for(&data, |bytes| bytes < before || bytes <= LIMIT).await?;
        let moment = Duration::from_millis(life * 7 % 25);
        tokio::time::sleep(moment).await; // tidy: sleep, the moment of the kill
        hub.kill()?;
        left.push(kept(&data).await?);
    }
    let cut_off = left.iter().filter(|bytes| (LIMIT + 1..left[0]).contains(bytes)).count();
    assert!(cut_off > 0, "no kill met the pruning: {left:?}");
    let hub = start("1")?;
    wait_for(&data, |bytes| bytes <= LIMIT).await?;
    let mut sender = Sender::connect(hub.address()).await?;
    assert_eq!(sender.send(&Sender::request(&signed[0])).await?, 200);
    let after = journal(&data).await?;
    check(&before, &after);
    tell(&program, &data, &after)
}

async fn send(hub: &Hub, signed: &[Signed]) -> Result<()> {
    let mut connections = tokio::task::JoinSet::new();
    for part in signed.chunks(signed.len().div_ceil(16)) {
        let (part, address) = (part.to_vec(), hub.address());
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            for event in part {
                anyhow::ensure!(sender.send(&Sender::request(&event)).await? == 200);
            }
            Ok(())
        });
    }
    while let Some(sent) = connections.join_next().await {
        sent??;
    }
    Ok(())
}

/// Waits until what is kept of the bytes is as it shall be.
async fn wait_for(data: &Path, is_so: impl Fn(u64) -> bool) -> Result<()> {
    for _ in 0..6_000 {
        if is_so(kept(data).await?) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await; // tidy: sleep, another process works
    }
    anyhow::bail!("{} bytes are still kept", kept(data).await?)
}

async fn kept(data: &Path) -> Result<u64> {
    let store = Sqlite::open_to_read(data)?;
    let kept = store.kept_after(Retained::Bytes, 0, EVENTS as usize).await?;
    Ok(kept.iter().map(|thing| thing.size).sum())
}

/// Every event is still there and the same but for its bytes, which went from the oldest on.
fn check(before: &[Entry], after: &[Entry]) {
    assert_eq!((before.len(), after.len()), (EVENTS as usize, EVENTS as usize));
    let first_kept = after.iter().position(|entry| entry.dropped_bytes.is_none());
    let first_kept = first_kept.expect("some bytes are kept");
    for (place, (was, is)) in before.iter().zip(after).enumerate() {
        let mut was = was.clone();
        if place < first_kept {
            was.dropped_bytes = Some(was.event.body.len() as u64);
            was.event.body = Default::default();
        }
        assert!(*is == was && is.event.body == was.event.body, "at {}", was.sequence);
    }
}

/// Commands tell that bytes are gone, and how much is kept.
fn tell(program: &Program, data: &Path, after: &[Entry]) -> Result<()> {
    let run = |words: &[&str]| -> Result<String> {
        let mut command = program.command(data);
        let output = command.args(words).arg("--data-dir").arg(data).output()?;
        anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    };
    let story = run(&["events", "show", &after[0].event.id.to_string()])?;
    assert!(story.contains("bytes, which are no longer kept"), "{story}");
    let listed = run(&["events", "list", "--all", "--json"])?;
    let first: Value = serde_json::from_str(listed.lines().next().context("a line")?)?;
    assert_eq!(first["bytes_kept"], false);
    assert!(first["bytes"].as_u64().context("a number")? > 1_900);
    let lines = run(&["retention", "--json"])?;
    let bytes: Value = serde_json::from_str(lines.lines().next().context("a line")?)?;
    assert_eq!(bytes["kind"], "bytes");
    assert!(bytes["bytes"].as_u64().context("a number")? <= LIMIT);
    Ok(())
}
