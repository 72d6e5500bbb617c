//! What a stretch of work cost this process: time, processor, and bytes written.

use std::time::{Duration, Instant};

/// What rows cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// How many rows.
    pub rows: usize,
    /// The time that passed.
    pub time: Duration,
    /// The time of the processor, of user and system; zero where the system does not tell it.
    pub processor: Duration,
    /// How many bytes were written to files; zero where the system does not tell it.
    pub written: u64,
}

/// What a process had used when a stretch began.
pub(super) struct Meter {
    begun: Instant,
    processor: Duration,
    written: u64,
}

impl Cost {
    /// Rows in a second of time.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.rows as f64 / self.time.as_secs_f64().max(f64::EPSILON)
    }

    /// Microseconds of the processor for a row.
    #[must_use]
    pub fn processor_micros(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / self.rows.max(1) as f64
    }

    /// Bytes written for a row.
    #[must_use]
    pub fn bytes(&self) -> f64 {
        self.written as f64 / self.rows.max(1) as f64
    }
}

impl Meter {
    pub(super) fn start() -> Self {
        Self { begun: Instant::now(), processor: processor(), written: written() }
    }

    pub(super) fn stop(&self, rows: usize) -> Cost {
        Cost {
            rows,
            time: self.begun.elapsed(),
            processor: processor().saturating_sub(self.processor),
            written: written().saturating_sub(self.written),
        }
    }
}

/// User and system time of this process; Linux counts in hundredths of a second.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// What this process has written to files. What it handed to the disk would count whole stretches of the
/// page cache.
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|bytes| bytes.trim().parse().ok()).unwrap_or_default()
}
