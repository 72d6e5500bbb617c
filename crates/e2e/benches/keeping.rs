//! What acknowledgments cost beside the hub's housekeeping: quiet, while bytes go, during a backup.
//!
//! One hub with a filled journal takes events at a steady pace. Their times are told for each of the
//! three, so that what pruning and backups add can be seen on the machine at hand.

use std::{
    path::Path,
    process::Child,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use domain::{Retained, Retention};
use e2e::{Events, Hub, Program, Sender, Signed};
use store::Sqlite;

const EVENT_BYTES: usize = 1_024;
const FILLED: u64 = 40_000;
const CONNECTIONS: u64 = 16;
/// Of each of the three: so many events, this far apart.
const PACED: u64 = 5_000;
const GAP: Duration = Duration::from_millis(2);

fn main() -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (program, folder) = (Program::built()?, tempfile::tempdir()?);
    let events = Arc::new(Events::new(5, EVENT_BYTES)?);
    let hub = start(&program, folder.path(), &events, "0")?;
    runtime.block_on(fill(&hub, &events))?;
    let signed = |part: u64| -> Result<Vec<Signed>> {
        let first = FILLED + part * PACED;
        (first..first + PACED).map(|number| events.signed(number, number % 500)).collect()
    };
    report("quiet", runtime.block_on(pace(&hub, signed(0)?))?);
    let mut copies = Copies::start(program.clone(), folder.path());
    report("during backups", runtime.block_on(pace(&hub, signed(1)?))?);
    print(&format!("  {} backups were made meanwhile", copies.stop()?));
    drop(hub);
    let hub = start(&program, folder.path(), &events, "1")?;
    let before = kept(&runtime, folder.path())?;
    report("while bytes go", runtime.block_on(pace(&hub, signed(2)?))?);
    let left = kept(&runtime, folder.path())?;
    print(&format!("  of {before} bodies {left} are left, new ones included"));
    Ok(())
}

fn start(program: &Program, folder: &Path, events: &Events, megabytes: &str) -> Result<Hub> {
    let key = events.public_key();
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", key.as_str()),
        ("HIGHWIRE_RETENTION_BYTES_MEGABYTES", megabytes),
    ];
    Hub::start(program, folder, variables)
}

fn kept(runtime: &tokio::runtime::Runtime, folder: &Path) -> Result<usize> {
    let store = Sqlite::open_to_read(&folder.join("data"))?;
    let (mut count, mut place) = (0, 0);
    loop {
        let page = runtime.block_on(store.kept_after(Retained::Bytes, place, 10_000))?;
        let Some(last) = page.last() else { return Ok(count) };
        (count, place) = (count + page.len(), last.place);
    }
}

async fn fill(hub: &Hub, events: &Arc<Events>) -> Result<()> {
    let mut connections = tokio::task::JoinSet::new();
    for lane in 0..CONNECTIONS {
        let (events, address) = (Arc::clone(events), hub.address());
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            for number in (lane..FILLED).step_by(CONNECTIONS as usize) {
                let event = events.signed(number, number % 500)?;
                ensure!(sender.send(&Sender::request(&event)).await? == 200);
            }
            Ok(())
        });
    }
    while let Some(filled) = connections.join_next().await {
        filled??;
    }
    Ok(())
}

/// Events leave at their moments, whether or not the hub keeps up, and their time counts from there.
async fn pace(hub: &Hub, events: Vec<Signed>) -> Result<Vec<Duration>> {
    let (give, take) = tokio::sync::mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let take = Arc::new(tokio::sync::Mutex::new(take));
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (take, address) = (Arc::clone(&take), hub.address());
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            let mut times = Vec::new();
            loop {
                let next = take.lock().await.recv().await;
                let Some((moment, request)) = next else { return anyhow::Ok(times) };
                ensure!(sender.send(&request).await? == 200, "an event was not taken");
                times.push(moment.elapsed());
            }
        });
    }
    let mut ticks = tokio::time::interval(GAP);
    for event in &events {
        let moment = ticks.tick().await.into_std();
        give.send((moment, Sender::request(event)))?;
    }
    drop(give);
    let mut times = Vec::new();
    while let Some(connection) = connections.join_next().await {
        times.extend(connection??);
    }
    Ok(times)
}

/// Backups, one after the other, until they are stopped.
struct Copies {
    stop: std::sync::mpsc::Sender<()>,
    thread: Option<std::thread::JoinHandle<Result<u32>>>,
}

impl Copies {
    fn start(program: Program, folder: &Path) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel();
        let folder = folder.to_owned();
        let copying = move || {
            let mut made = 0;
            while stopped.try_recv().is_err() {
                let mut copy: Child = program
                    .command(&folder)
                    .args(["--data-dir", "data", "backup", &format!("copy-{made}")])
                    .stdout(std::process::Stdio::null())
                    .stderr(std::process::Stdio::null())
                    .spawn()?;
                ensure!(copy.wait()?.success(), "a backup failed");
                made += 1;
            }
            Ok(made)
        };
        Self { stop, thread: Some(std::thread::spawn(copying)) }
    }

    fn stop(&mut self) -> Result<u32> {
        self.stop.send(())?;
        let Some(thread) = self.thread.take() else { return Ok(0) };
        thread.join().unwrap_or_else(|_| Ok(0))
    }
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: f64| {
        let rank = (times.len() as f64 * percent / 100.0).ceil() as usize;
        times.get(rank.saturating_sub(1)).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    print(&format!(
        "{name}: p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, max {:.2} ms at {:.0}/s",
        at(50.0),
        at(99.0),
        at(99.9),
        at(100.0),
        1.0 / GAP.as_secs_f64()
    ));
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
