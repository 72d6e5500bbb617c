//! Simulated days of calls from two processes: each expiry is one refresh, and no call fails.

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};

use super::{House, TokenProcess};
use crate::Random;

/// How many calls each process makes at once in a step.
const CALLS: usize = 8;

/// How far the clock moves in a usual step.
const STEP: Duration = Duration::from_secs(30 * 60);

/// Once in so many steps, both processes sleep through an expiry.
const LONG_STEP: usize = 40;
const LONG: Duration = Duration::from_secs(25 * 3600);

/// How long it goes on.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// How many simulated hours, at least.
    pub hours: u64,
    /// What the steps follow from.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct DayReport {
    /// How many hours passed.
    pub hours: u64,
    /// How many calls succeeded, in both processes.
    pub calls: usize,
    /// Why calls failed.
    pub failed: Vec<String>,
    /// How often the pair was due, or had expired.
    pub due: usize,
    /// How often it was refreshed.
    pub refreshes: usize,
    /// Steps in which the refreshes were not what was due, each in a sentence.
    pub wrong: Vec<String>,
    /// How many refreshes the audit tells.
    pub audited: usize,
}

impl DayReport {
    /// Whether everything was kept.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failed.is_empty() && self.wrong.is_empty() && self.audited == self.refreshes
    }
}

/// Lets two processes call through one connection of a company: a hub, and one beside it.
///
/// # Errors
/// Where the trial itself does not work.
pub async fn run_day(program: &Path, folder: &Path, day: Day) -> Result<DayReport> {
    let mut house = House::open(folder).await?;
    house.consent("&user_type=Company").await?;
    let location = house.highlevel.location_id().to_owned();
    let mut processes =
        [TokenProcess::start(program, folder, true)?, TokenProcess::start(program, folder, false)?];
    let (mut random, mut report) = (Random::new(day.seed), DayReport::default());
    while house.ahead.as_secs() < day.hours * 3600 {
        house.pass(if random.once_in(LONG_STEP) { LONG } else { STEP });
        let pair = house.pair().await?;
        let life = pair.expires_at.duration_since(pair.issued_at);
        let is_due = house.clock.now() >= pair.issued_at + life * 4 / 5;
        let before = house.relay.asked();
        for process in &mut processes {
            process.order(house.ahead, CALLS, &location)?;
        }
        for process in &mut processes {
            let told = tokio::task::block_in_place(|| process.told())?;
            let told = told.ok_or_else(|| anyhow::anyhow!("a process ended by itself"))?;
            report.calls += told.done;
            report.failed.extend(told.failed);
        }
        let refreshed = house.relay.asked() - before;
        report.due += usize::from(is_due);
        report.refreshes += refreshed;
        if refreshed != usize::from(is_due) {
            let hours = house.ahead.as_secs_f64() / 3600.0;
            report.wrong.push(format!("{refreshed} refreshes after {hours:.1} h, due: {is_due}"));
        }
    }
    report.hours = house.ahead.as_secs() / 3600;
    report.audited = house.audited("token.refreshed").await?;
    ensure!(report.calls > 0, "no call was made");
    drop(processes);
    house.highlevel.stop().await;
    Ok(report)
}
