//! How many events per second become durable, against what the same machine's disk and cores can do.
//!
//! The hub is the real binary in a process of its own; the load comes from this one, on the same
//! cores. Every event is signed, verified, journaled and synced before its 200. Two runs: events of
//! accounts that are not connected (the door and the journal alone), and events of connected ones
//! (mirror and decisions follow on the same cores).

use std::{
    fs::File,
    io::Write,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use e2e::{Events, Hub, Program, Sender, Signed};

const CONNECTIONS: usize = 64;
const EVENT_BYTES: usize = 1_024;
const EVENTS: usize = 120_000;
const CONTACTS: u64 = 5_000;
const DISK_TIME: Duration = Duration::from_secs(2);

fn main() -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let syncs = syncs_per_second(folder.path())?;
    print(&format!("disk: {syncs:.0} times per second append 4 KiB and sync"));
    let events = Events::new(7, EVENT_BYTES)?;
    let signed: Vec<Vec<u8>> = (0..EVENTS as u64)
        .map(|number| Ok(Sender::request(&events.signed(number, number % CONTACTS)?)))
        .collect::<Result<_>>()?;
    let signed = Arc::new(signed);
    for (name, connected) in [("door and journal", "false"), ("with the mirror", "true")] {
        let folder = tempfile::tempdir()?;
        let key = events.public_key();
        let variables = [
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", key.as_str()),
            ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", connected),
        ];
        let hub = Hub::start(&program, folder.path(), variables)?;
        let run = runtime.block_on(load(hub.address(), Arc::clone(&signed)))?;
        report(name, &run, syncs, &hub, folder.path())?;
    }
    let paced: Vec<Signed> = (0..10_000_u64)
        .map(|number| events.signed(1_000_000 + number, number % CONTACTS))
        .collect::<Result<_>>()?;
    let folder = tempfile::tempdir()?;
    let key = events.public_key();
    let hub = Hub::start(&program, folder.path(), [("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", key)])?;
    let times = runtime.block_on(pace(hub.address(), &paced, Duration::from_millis(1)))?;
    let (p50, p99) = (percentile(&times, 50.0), percentile(&times, 99.0));
    print(&format!("paced at 1,000/s: p50 {p50:.2} ms, p99 {p99:.2} ms from the intended moment"));
    Ok(())
}

struct Run {
    elapsed: Duration,
    times: Vec<Duration>,
}

/// Closed loop: each connection sends its next event when the last one is answered.
async fn load(address: SocketAddr, requests: Arc<Vec<Vec<u8>>>) -> Result<Run> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut connections = tokio::task::JoinSet::new();
    let started = Instant::now();
    for _ in 0..CONNECTIONS {
        let (next, requests) = (Arc::clone(&next), Arc::clone(&requests));
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            let mut times = Vec::with_capacity(EVENTS / CONNECTIONS * 2);
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let sent = Instant::now();
                ensure!(sender.send(request).await? == 200, "an event was not accepted");
                times.push(sent.elapsed());
            }
            Ok(times)
        });
    }
    let mut times = Vec::with_capacity(EVENTS);
    while let Some(connection) = connections.join_next().await {
        times.extend(connection??);
    }
    Ok(Run { elapsed: started.elapsed(), times })
}

/// Open loop: events leave at their moment, whether or not the hub keeps up, and their time counts
/// from that moment.
async fn pace(address: SocketAddr, events: &[Signed], gap: Duration) -> Result<Vec<Duration>> {
    let (give, take) = tokio::sync::mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let take = Arc::new(tokio::sync::Mutex::new(take));
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let take = Arc::clone(&take);
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            let mut times = Vec::new();
            loop {
                let next = take.lock().await.recv().await;
                let Some((moment, request)) = next else { return anyhow::Ok(times) };
                ensure!(sender.send(&request).await? == 200, "an event was not accepted");
                times.push(moment.elapsed());
            }
        });
    }
    let mut ticks = tokio::time::interval(gap);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    for event in events {
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

fn report(name: &str, run: &Run, syncs: f64, hub: &Hub, folder: &Path) -> Result<()> {
    let rate = run.times.len() as f64 / run.elapsed.as_secs_f64();
    let (p50, p99) = (percentile(&run.times, 50.0), percentile(&run.times, 99.0));
    let worst = percentile(&run.times, 100.0);
    let memory = status_kib(hub.process_id(), "VmHWM")? as f64 / 1024.0;
    let cpu = cpu_seconds(hub.process_id())? / run.times.len() as f64 * 1e6;
    let log = std::fs::metadata(folder.join("data/journal.db-wal"))?.len() as f64 / 1e6;
    print(&format!(
        "{name}: {rate:.0} events/s at {CONNECTIONS} connections = {:.2} x the disk's syncs; \
         p50 {p50:.1} ms, p99 {p99:.1} ms, max {worst:.1} ms; hub: {cpu:.0} us CPU per event, \
         {memory:.0} MB at most, log {log:.0} MB",
        rate / syncs
    ));
    Ok(())
}

/// The machine's own limit: append 4 KiB to a file and sync it.
fn syncs_per_second(folder: &Path) -> Result<f64> {
    let mut file = File::create(folder.join("syncs"))?;
    let (started, mut count) = (Instant::now(), 0_u32);
    while started.elapsed() < DISK_TIME {
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

fn status_kib(process: u32, field: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with(field)).context("no such field")?;
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}

/// User and system time of the process so far; Linux counts in hundredths of a second.
fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').context("an unreadable stat file")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok());
    Ok((ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / 100.0)
}

/// A percentile in milliseconds, by the nearest rank.
fn percentile(times: &[Duration], percent: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default().as_secs_f64() * 1e3
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
