//! Kills a hub over and over under load, and holds what is left against what it promised.
//!
//! The moments follow from a seed: while it starts and recovers, while it takes events and moves
//! its log into its files, while it works off what it took, while it stops. The load is what a
//! vendor sends: one connection per lane, one event of a record after the other, an event without
//! an answer again, some twice, some twice at once.

mod lane;
mod ledger;
mod verdict;

use std::{
    path::Path,
    process::Stdio,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use domain::{ActionState, Journal, Mirror, Outbox};
use store::Sqlite;
use tokio::task::JoinSet;

use self::{lane::Lane, ledger::Ledger, verdict::Line};
pub use self::{ledger::Counts, verdict::Verdict};
use crate::{Events, Hub, NotionLog, Program, Random, Starting};

/// How many connections send at the same time.
const LANES: u64 = 8;

/// A hub is killed within this time of being up, or of the word to stop.
const WHILE_SERVING: Duration = Duration::from_millis(250);
const WHILE_STOPPING: Duration = Duration::from_millis(30);

/// How long a start takes where none was seen yet.
const FIRST_START: Duration = Duration::from_millis(50);

/// How many events a life takes at most: what it took is worked off before the end.
const EVENTS_PER_LIFE: usize = 120;

/// Nothing may stand still for as long as this.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a hub in another process is asked how far it is.
const LOOK: Duration = Duration::from_millis(50);

/// How often it is killed, and when.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// How many kills.
    pub kills: usize,
    /// What the moments, the records and the sizes follow from.
    pub seed: u64,
}

/// What came of a trial.
#[derive(Debug)]
pub struct Report {
    /// Kills before the hub said that it was up.
    pub kills_starting: usize,
    /// Kills while it took events or worked them off.
    pub kills_serving: usize,
    /// Kills after the word to stop.
    pub kills_stopping: usize,
    /// What was sent.
    pub counts: Counts,
    /// From the start of a process that follows a kill to its first 200, shortest first.
    pub first_200: Vec<Duration>,
    /// What is left, held against what was promised.
    pub verdict: Verdict,
}

/// When a life ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// After this part of the time that the last start took, in thousandths.
    Starting(u32),
    /// So long after it was up.
    Serving(Duration),
    /// Told to stop after the first time, killed after the second.
    Stopping(Duration, Duration),
}

impl End {
    fn draw(random: &mut Random) -> Self {
        match random.below(10) {
            0..2 => Self::Starting(random.below(1_200) as u32),
            2..4 => {
                let serving = random.time_below(WHILE_SERVING);
                Self::Stopping(serving, random.time_below(WHILE_STOPPING))
            }
            _ => Self::Serving(random.time_below(WHILE_SERVING)),
        }
    }
}

/// Runs a trial. The data folder is below `folder`.
///
/// # Errors
/// Where the hub does not come up after a kill, does not settle in the end, or cannot be asked.
pub async fn run(program: &Program, folder: &Path, trial: Trial) -> Result<Report> {
    let notion = NotionLog::start().await?;
    let events = Arc::new(Events::new(trial.seed, 0)?);
    let mut variables = notion.variables();
    variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()));
    variables.push(("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()));
    let mut random = Random::new(trial.seed);
    let ledger = Arc::<Ledger>::default();
    let lane =
        |number| Lane::new(number, random.branch(), Arc::clone(&events), Arc::clone(&ledger));
    let mut lanes: Vec<Lane> = (0..LANES).map(lane).collect();
    let (mut kills, mut first_200) = ([0; 3], Vec::new());
    let mut start_took = FIRST_START;
    for _ in 0..trial.kills {
        let started = Instant::now();
        let starting = Starting::launch(program, folder, variables.clone())?;
        let end = End::draw(&mut random);
        let (kind, serving) = match end {
            End::Starting(thousandths) => {
                tokio::time::sleep(start_took * thousandths / 1_000).await;
                starting.kill();
                kills[0] += 1;
                continue;
            }
            End::Serving(after) => (1, (after, None)),
            End::Stopping(after, then) => (2, (after, Some(then))),
        };
        kills[kind] += 1;
        let hub = starting.until_up()?;
        start_took = started.elapsed();
        let first = serve(hub, &mut lanes, serving).await?;
        first_200.extend(first.map(|first| first.duration_since(started)));
    }
    first_200.sort_unstable();
    let hub = Hub::start(program, folder, variables)?;
    settle(&folder.join("data")).await?;
    let lines = listed(program, folder)?;
    drop(hub);
    let verdict = Verdict::of(&ledger, &lines, &notion.told());
    notion.vendor.stop().await;
    let [kills_starting, kills_serving, kills_stopping] = kills;
    let counts = ledger.counts(&lines);
    Ok(Report { kills_starting, kills_serving, kills_stopping, counts, first_200, verdict })
}

/// Lets every lane send until the hub is killed; returns when the first 200 came.
async fn serve(
    hub: Hub,
    lanes: &mut Vec<Lane>,
    (after, then): (Duration, Option<Duration>),
) -> Result<Option<Instant>> {
    let (address, left) = (hub.address(), Arc::new(AtomicUsize::new(EVENTS_PER_LIFE)));
    let first = Arc::<OnceLock<Instant>>::default();
    let mut sending = JoinSet::new();
    for mut lane in lanes.drain(..) {
        let (left, first) = (Arc::clone(&left), Arc::clone(&first));
        sending.spawn(async move {
            let may_send = || {
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                    .is_ok()
            };
            lane.send(address, may_send, &first).await;
            lane
        });
    }
    tokio::time::sleep(after).await;
    if let Some(then) = then {
        hub.ask_to_stop()?;
        tokio::time::sleep(then).await;
    }
    hub.kill()?;
    lanes.extend(sending.join_all().await);
    lanes.sort_by_key(Lane::number);
    Ok(first.get().copied())
}

/// Waits until the hub on this folder has worked off its journal.
///
/// # Errors
/// Where it stands still, or its files cannot be read.
pub async fn settle(data: &Path) -> Result<()> {
    let store = Sqlite::open_to_read(data)?;
    let (mut before, mut unchanged) = (None, Duration::ZERO);
    loop {
        let actions = store.action_counts().await?;
        let cursors = (store.last().await?, store.projected().await?, store.decided().await?);
        let open = [ActionState::Ready, ActionState::Waiting, ActionState::Started];
        let is_idle = open.iter().all(|state| !actions.contains_key(state));
        if is_idle && cursors.0 == cursors.1 && cursors.1 == cursors.2 {
            return Ok(());
        }
        let now = Some((actions, cursors));
        unchanged = if now == before { unchanged + LOOK } else { Duration::ZERO };
        ensure!(unchanged < PATIENCE, "the hub stands still at {now:?}");
        before = now;
        tokio::time::sleep(LOOK).await;
    }
}

/// The journal as a user reads it, while the hub runs.
fn listed(program: &Program, folder: &Path) -> Result<Vec<Line>> {
    let mut command = program.command(folder);
    command.args(["events", "list", "--all", "--json"]).stderr(Stdio::inherit());
    let listed = command.env("HIGHWIRE_DATA_DIR", folder.join("data")).output()?;
    ensure!(listed.status.success(), "`highwire events list` failed");
    let text = String::from_utf8(listed.stdout)?;
    text.lines().map(|line| Line::read(line).with_context(|| format!("a line {line:?}"))).collect()
}
