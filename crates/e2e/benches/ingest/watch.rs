//! Watches the hub's process from outside: its memory, its log, and where its CPU time goes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::mpsc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};

/// How often the log's size is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// The hub has followed when it used less than this in [`QUIET`].
const QUIET_CPU: f64 = 0.02;
const QUIET: Duration = Duration::from_millis(400);

/// How long it may take to follow.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a process used.
pub(crate) struct Used {
    /// User and system time in seconds when the last answer was there.
    pub(crate) cpu: f64,
    /// The same by the names of its threads.
    pub(crate) threads: BTreeMap<String, f64>,
    /// The same as `cpu` when mirror and decisions had followed.
    pub(crate) cpu_settled: f64,
    /// How long they followed after the last answer, in seconds.
    pub(crate) settled_after: f64,
    /// The most memory that it had, in MB.
    pub(crate) memory: f64,
    /// The largest write-ahead log of the journal while it ran, in MB.
    pub(crate) log: f64,
}

/// Looks at the log until it is asked what it saw.
pub(crate) struct Watch {
    process: u32,
    cpu_before: f64,
    threads_before: BTreeMap<String, f64>,
    stop: mpsc::Sender<()>,
    log: JoinHandle<u64>,
}

impl Watch {
    /// Begins to look at the hub that has this data folder.
    pub(crate) fn begin(process: u32, data: &Path) -> Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let path = data.join("journal.db-wal");
        let log = std::thread::spawn(move || largest(&path, &stopped));
        let (cpu_before, threads_before) = (cpu_seconds(process)?, thread_seconds(process)?);
        Ok(Self { process, cpu_before, threads_before, stop, log })
    }

    /// What it saw, once the hub has followed.
    pub(crate) fn end(self) -> Result<Used> {
        let cpu = cpu_seconds(self.process)? - self.cpu_before;
        let mut threads = thread_seconds(self.process)?;
        for (name, seconds) in &mut threads {
            *seconds -= self.threads_before.get(name).copied().unwrap_or_default();
        }
        let (cpu_settled, settled_after) = self.settle()?;
        // The thread is gone where it could not look; joining tells.
        let _ = self.stop.send(());
        let log = self.log.join().map_err(|_| anyhow!("nobody looked at the log"))?;
        let memory = status_kib(self.process, "VmHWM")? as f64 * 1024.0 / 1e6;
        let cpu_settled = cpu_settled - self.cpu_before;
        let log = log as f64 / 1e6;
        Ok(Used { cpu, threads, cpu_settled, settled_after, memory, log })
    }

    /// Waits until the process rests, and says what it used until then and how long it took.
    fn settle(&self) -> Result<(f64, f64)> {
        let (started, mut before) = (Instant::now(), cpu_seconds(self.process)?);
        let (_sender, never) = mpsc::channel::<()>();
        while started.elapsed() < PATIENCE {
            // Nobody ever sends: this only waits.
            let _ = never.recv_timeout(QUIET);
            let now = cpu_seconds(self.process)?;
            if now - before < QUIET_CPU {
                break;
            }
            before = now;
        }
        Ok((before, started.elapsed().saturating_sub(QUIET).as_secs_f64()))
    }
}

/// The largest size that a file has until the sender is heard or gone.
fn largest(path: &PathBuf, stopped: &mpsc::Receiver<()>) -> u64 {
    let mut largest = 0;
    while stopped.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
        largest = largest.max(std::fs::metadata(path).map_or(0, |file| file.len()));
    }
    largest
}

fn status_kib(process: u32, field: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with(field)).context("no such field")?;
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}

/// User and system time of a process so far.
fn cpu_seconds(process: u32) -> Result<f64> {
    Ok(stat(Path::new(&format!("/proc/{process}/stat")))?.1)
}

/// User and system time by the names of a process's threads.
fn thread_seconds(process: u32) -> Result<BTreeMap<String, f64>> {
    let mut threads = BTreeMap::new();
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may end between the two looks.
        if let Ok((name, seconds)) = stat(&thread?.path().join("stat")) {
            *threads.entry(name).or_default() += seconds;
        }
    }
    Ok(threads)
}

/// The name in a `stat` file, and the user and system time; Linux counts in hundredths of a second.
fn stat(path: &Path) -> Result<(String, f64)> {
    let stat = std::fs::read_to_string(path)?;
    let (head, rest) = stat.rsplit_once(')').context("an unreadable stat file")?;
    let name = head.split_once('(').map_or("", |(_, name)| name);
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok());
    let seconds = (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / 100.0;
    Ok((name.to_owned(), seconds))
}
