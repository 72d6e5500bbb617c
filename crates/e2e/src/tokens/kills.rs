//! `kill -9` between HighLevel's answer and the store: nobody is locked out within the grace, and after it nobody is left in the dark.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use domain::Standing;

use super::{House, TokenProcess, When};
use crate::Random;

/// How many calls wait for the refresh that is cut off.
const CALLS: usize = 4;

/// An expiry passes.
const EXPIRY: Duration = Duration::from_secs(25 * 3600);

/// The turn of the killed process is over after 12 seconds and the grace after 30; starting a
/// process takes real time as well.
const WITHIN_GRACE: std::ops::Range<usize> = 13..21;
const AFTER_GRACE: std::ops::Range<usize> = 31..120;

/// The kill comes within this time of the answer, or before it.
const MOMENTS: Duration = Duration::from_millis(12);

/// Once in so many kills, the answer does not arrive.
const NO_ANSWER: usize = 3;

/// Once in so many kills, nobody comes within the grace.
const LATE: usize = 10;

/// How often a process is killed, and when.
#[derive(Clone, Copy, Debug)]
pub struct Kills {
    /// How many kills.
    pub kills: usize,
    /// What the moments follow from.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct KillReport {
    /// Kills after which another process came within the grace.
    pub in_time: usize,
    /// Of these, how many had cut off the store: HighLevel's pair was nowhere but in its answer.
    pub in_doubt: usize,
    /// Kills after which nobody came within the grace, with the pair lost.
    pub late: usize,
    /// Calls that succeeded after a kill.
    pub calls: usize,
    /// What was not as promised, each in a sentence.
    pub broken: Vec<String>,
}

/// Kills a process around the answer of each refresh, and lets another one go on.
///
/// # Errors
/// Where the trial itself does not work.
pub async fn run_kills(program: &Path, folder: &Path, kills: Kills) -> Result<KillReport> {
    let mut house = House::open(folder).await?;
    house.consent("").await?;
    let (mut random, mut report) = (Random::new(kills.seed), KillReport::default());
    let mut victim = TokenProcess::start(program, folder, false)?;
    for _ in 0..kills.kills {
        let is_late = random.once_in(LATE);
        let when = match is_late || random.once_in(NO_ANSWER) {
            true => When::BeforeTheAnswer,
            false => When::After(random.time_below(MOMENTS)),
        };
        let is_lost = kill_one(&mut house, &mut victim, when).await?;
        let wait = random.within(if is_late { AFTER_GRACE } else { WITHIN_GRACE });
        house.pass(Duration::from_secs(wait as u64));
        victim = TokenProcess::start(program, folder, false)?;
        match is_late {
            true => late(&mut house, &mut victim, &mut report).await?,
            false => in_time(&mut house, &mut victim, (when, is_lost), &mut report).await?,
        }
    }
    drop(victim);
    house.highlevel.stop().await;
    Ok(report)
}

/// Kills a process around the answer of a refresh; whether the pair was not stored.
async fn kill_one(house: &mut House, victim: &mut TokenProcess, when: When) -> Result<bool> {
    house.pass(EXPIRY);
    let (before, asked) = (house.pair().await?, house.relay.asked());
    house.relay.arm(when, victim.killer());
    victim.order(house.ahead, CALLS, house.highlevel.location_id())?;
    // Where it was quicker than the kill, it tells what it did before it is gone.
    while tokio::task::block_in_place(|| victim.told())?.is_some() {}
    ensure!(house.relay.asked() == asked + 1, "it was killed around one refresh");
    Ok(house.pair().await?.refresh.expose() == before.refresh.expose())
}

async fn in_time(
    house: &mut House,
    next: &mut TokenProcess,
    (when, is_lost): (When, bool),
    report: &mut KillReport,
) -> Result<()> {
    let failed = calls(house, next, report)?;
    report.in_time += 1;
    report.in_doubt += usize::from(is_lost);
    if !failed.is_empty() {
        report.broken.push(format!("{when:?}, stored: {}: {failed:?}", !is_lost));
    }
    match house.standing().await? {
        Standing::Ready => {}
        standing => report.broken.push(format!("{when:?} within the grace: {standing:?}")),
    }
    Ok(())
}

async fn late(house: &mut House, next: &mut TokenProcess, report: &mut KillReport) -> Result<()> {
    let told = house.audited("token.failed").await?;
    let failed = calls(house, next, report)?;
    report.late += 1;
    let is_told = |reason: &String| reason.contains("who installed the app");
    if failed.len() != CALLS || !failed.iter().all(is_told) {
        report.broken.push(format!("after the grace, calls said {failed:?}"));
    }
    if house.standing().await? == Standing::Ready {
        report.broken.push("a connection whose pair is lost is said to be ready".to_owned());
    }
    if house.audited("token.failed").await? != told + 1 {
        report.broken.push("the audit does not tell of a lost pair once".to_owned());
    }
    house.consent("").await?;
    let failed = calls(house, next, report)?;
    if !failed.is_empty() {
        report.broken.push(format!("after a new consent: {failed:?}"));
    }
    Ok(())
}

/// Why calls of a process failed that is not killed.
fn calls(
    house: &House,
    process: &mut TokenProcess,
    report: &mut KillReport,
) -> Result<Vec<String>> {
    process.order(house.ahead, CALLS, house.highlevel.location_id())?;
    let told = tokio::task::block_in_place(|| process.told())?;
    let told = told.context("a process ended by itself")?;
    report.calls += told.done;
    Ok(told.failed)
}
