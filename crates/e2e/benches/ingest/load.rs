//! The load: as fast as the hub answers, or at a pace of its own.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, ensure};
use e2e::Sender;
use tokio::runtime::{Builder, Runtime};

/// How many connections the load comes over.
pub(crate) const CONNECTIONS: usize = 64;

/// Requests, ready to be sent.
pub(crate) type Requests = Arc<[Vec<u8>]>;

/// What a load met.
pub(crate) struct Run {
    elapsed: Duration,
    /// The times of all answers, in order of length.
    times: Vec<Duration>,
}

impl Run {
    fn new(elapsed: Duration, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { elapsed, times }
    }

    /// How many requests were answered.
    pub(crate) fn answers(&self) -> usize {
        self.times.len()
    }

    /// Answers per second.
    pub(crate) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// A percentile of the times in milliseconds, by the nearest rank.
    pub(crate) fn percentile(&self, percent: f64) -> f64 {
        let rank = (self.times.len() as f64 * percent / 100.0).ceil() as usize;
        let time = self.times.get(rank.saturating_sub(1)).copied();
        time.unwrap_or_default().as_secs_f64() * 1e3
    }
}

/// One thread that drives everything on it.
pub(crate) fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().worker_threads(1).enable_all().build()?)
}

/// Closed loop: each connection sends its next request when the last one is answered.
pub(crate) fn closed(address: SocketAddr, requests: Requests) -> Result<Run> {
    runtime()?.block_on(async move {
        let next = Arc::new(AtomicUsize::new(0));
        let mut senders = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            senders.push(Sender::connect(address).await?);
        }
        let started = Instant::now();
        let mut connections = tokio::task::JoinSet::new();
        for mut sender in senders {
            let (next, requests) = (Arc::clone(&next), Arc::clone(&requests));
            connections.spawn(async move {
                let mut times = Vec::with_capacity(requests.len() / CONNECTIONS * 2);
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let sent = Instant::now();
                    ensure!(sender.send(request).await? == 200, "an event was not accepted");
                    times.push(sent.elapsed());
                }
                Ok(times)
            });
        }
        let mut times = Vec::with_capacity(requests.len());
        while let Some(connection) = connections.join_next().await {
            times.extend(connection??);
        }
        Ok(Run::new(started.elapsed(), times))
    })
}

/// Open loop: every request has its moment, and its time counts from that moment, whether or not
/// the hub kept up. Each connection has a thread, since a runtime's timer counts in milliseconds.
pub(crate) fn paced(address: SocketAddr, requests: &Requests, gap: Duration) -> Result<Run> {
    let started = Instant::now() + Duration::from_millis(100);
    let threads = (0..CONNECTIONS).map(|first| {
        let requests = Arc::clone(requests);
        std::thread::spawn(move || -> Result<Vec<Duration>> {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let mut sender = runtime.block_on(Sender::connect(address))?;
            let mut times = Vec::with_capacity(requests.len() / CONNECTIONS + 1);
            for (number, request) in requests.iter().enumerate().skip(first).step_by(CONNECTIONS) {
                let moment = started + gap * number as u32;
                wait_until(moment);
                ensure!(runtime.block_on(sender.send(request))? == 200, "not accepted");
                times.push(moment.elapsed());
            }
            Ok(times)
        })
    });
    let mut times = Vec::with_capacity(requests.len());
    for thread in threads.collect::<Vec<_>>() {
        times.extend(thread.join().map_err(|_| anyhow!("a connection's thread failed"))??);
    }
    Ok(Run::new(started.elapsed(), times))
}

fn wait_until(moment: Instant) {
    // Nobody ever sends: what counts is that waiting for it ends in time.
    let (_sender, never) = mpsc::channel::<()>();
    let left = moment.saturating_duration_since(Instant::now());
    let _ = never.recv_timeout(left);
}
