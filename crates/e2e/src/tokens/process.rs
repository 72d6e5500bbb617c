//! A process that calls through the trial's connection whenever it is told to.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use highlevel::{LocationId, RawCall};
use serde::{Deserialize, Serialize};
use store::Sqlite;
use tokio::task::JoinSet;

use super::{
    house::{domain_clock, open_broker, tenant},
    relay::Kill,
};

/// What a process did in one step.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Told {
    /// How many calls succeeded.
    pub done: usize,
    /// Why the others failed.
    pub failed: Vec<String>,
}

/// One step of a process.
#[derive(Serialize, Deserialize)]
struct Step {
    /// How far its clock is ahead of the real one, in milliseconds.
    ahead: u64,
    /// How many calls it makes at once.
    calls: usize,
    /// The location that they read.
    location: String,
}

/// A running process. Dropping it kills it.
pub struct TokenProcess {
    child: Arc<Mutex<Child>>,
    orders: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl TokenProcess {
    /// Starts `program` on a data folder: as its hub, or beside one.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(program: &Path, folder: &Path, is_hub: bool) -> Result<Self> {
        let mut child = Command::new(program)
            .arg(if is_hub { "hub" } else { "beside" })
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start a process of the trial")?;
        let orders = child.stdin.take().context("it has no stdin")?;
        let replies = BufReader::new(child.stdout.take().context("it has no stdout")?);
        Ok(Self { child: Arc::new(Mutex::new(child)), orders, replies })
    }

    /// Tells it to make calls at once, with its clock so far ahead.
    ///
    /// # Errors
    /// Where it is gone.
    pub fn order(&mut self, ahead: Duration, calls: usize, location: &str) -> Result<()> {
        let ahead = u64::try_from(ahead.as_millis())?;
        let step = Step { ahead, calls, location: location.to_owned() };
        writeln!(self.orders, "{}", serde_json::to_string(&step)?)?;
        Ok(self.orders.flush()?)
    }

    /// What it did; none where it was killed meanwhile. Waits for it.
    ///
    /// # Errors
    /// Where it says something else.
    pub fn told(&mut self) -> Result<Option<Told>> {
        let mut line = String::new();
        match self.replies.read_line(&mut line)? {
            0 => Ok(None),
            _ => Ok(Some(serde_json::from_str(&line).with_context(|| format!("{line:?}"))?)),
        }
    }

    /// What kills it.
    #[must_use]
    pub fn killer(&self) -> Kill {
        let child = Arc::clone(&self.child);
        Box::new(move || kill(&child))
    }
}

impl Drop for TokenProcess {
    fn drop(&mut self) {
        kill(&self.child);
    }
}

fn kill(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    // It may be gone already, which is what is wanted.
    drop(child.kill());
    drop(child.wait());
}

/// Follows the orders on `orders` until they end; what each came to is handed to `reply`.
///
/// # Errors
/// Where the data folder cannot be used.
pub async fn serve(
    is_hub: bool,
    folder: &Path,
    orders: impl BufRead,
    reply: impl Fn(&str),
) -> Result<()> {
    let clock = crate::clock();
    let store = match is_hub {
        true => Sqlite::open(folder, domain_clock(&clock))?,
        false => Sqlite::open_beside(folder)?,
    };
    let mut ahead = Duration::ZERO;
    let mut broker = None;
    for order in orders.lines() {
        let step: Step = serde_json::from_str(&order?)?;
        let wanted = Duration::from_millis(step.ahead);
        clock.advance(wanted.saturating_sub(ahead));
        ahead = wanted;
        let broker = match &broker {
            Some(broker) => broker,
            None => broker.insert(open_broker(folder, &store, &clock)?),
        };
        let mut calls = JoinSet::new();
        for _ in 0..step.calls {
            calls.spawn(call(broker.clone(), step.location.clone()));
        }
        if is_hub {
            // As a hub does, whatever is called: a company's pair is needed for exchanges only.
            let broker = broker.clone();
            calls.spawn(async move { broker.tend().await.map(drop).map_err(Into::into) });
        }
        let mut told = Told::default();
        for outcome in calls.join_all().await {
            match outcome {
                Ok(()) => told.done += 1,
                Err(error) => told.failed.push(format!("{error:#}")),
            }
        }
        reply(&serde_json::to_string(&told)?);
    }
    Ok(())
}

type TrialBroker =
    connectors::highlevel::Broker<Sqlite, endpoint::http::HttpTransport, super::house::TrialTime>;

async fn call(broker: TrialBroker, location: String) -> Result<()> {
    let account = LocationId::new(&location).into();
    let client = broker.client(&tenant(), Some(&account)).await?;
    let get = RawCall::new("locations.get-location")?.with("locationId", location.as_str());
    client.call(&get).await?;
    Ok(())
}
