//! A sync whose hub ends at a commit: it is started again, and both sides have to be as if it never had.
//!
//! Every commit that the store comes to is a crash point, before and after it is on the disk. They are
//! listed by a day without a crash, and then the same day is lived through once for each of them.

mod house;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use domain::RunKind;
use store::{Commit, CutOff, Sqlite};

use self::house::House;

/// How many contacts there are from the start.
const PEOPLE: usize = 3;

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A crash point, and which of its occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The commit.
    pub commit: Commit,
    /// Its number among those alike, from 1.
    pub number: usize,
}

/// Counts the commits, and ends the store at one.
#[derive(Default)]
struct Plan {
    at: Option<Cut>,
    met: Mutex<BTreeMap<Commit, usize>>,
    is_cut: AtomicBool,
}

impl CutOff for Plan {
    fn is_cut_at(&self, commit: Commit) -> bool {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let number = met.entry(commit).or_default();
        *number += 1;
        let is_it = self.at == Some(Cut { commit, number: *number });
        if is_it {
            self.is_cut.store(true, Ordering::SeqCst);
        }
        is_it
    }
}

/// How a day with one crash ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Whether the crash point was met.
    pub was_met: bool,
    /// How often each commit was come to.
    pub met: BTreeMap<Commit, usize>,
    /// What is not as it has to be.
    pub differences: Vec<String>,
}

/// Lives through a day with a crash at this point; without one where there is none.
///
/// # Errors
/// Where the vendors do not start, or the hub does not come to rest.
pub async fn live(cut: Option<Cut>) -> Result<Ended> {
    let house = House::open().await?;
    let plan = Arc::new(Plan { at: cut, ..Plan::default() });
    let mut day = Day::default();
    let mut left = Some(Arc::clone(&plan));
    loop {
        let store = house.store(left.take()).await?;
        let hub = match house.hub(&store).await {
            Ok(hub) => hub,
            Err(_) if plan.is_cut.load(Ordering::SeqCst) => continue,
            Err(error) => return Err(error),
        };
        let ended = tokio::time::timeout(PATIENCE, day.go_on(&house, &store)).await;
        drop(hub);
        drop(store);
        match ended {
            Ok(Ok(())) => break,
            Ok(Err(error)) if !day.survives(&plan) => return Err(error),
            Err(_) if !day.survives(&plan) => {
                anyhow::bail!("the hub does not come to rest: {:?}", house.differences().await?)
            }
            // A hub whose store is gone cannot go on; the next one does.
            _ => {}
        }
    }
    let met = plan.met.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let was_met = plan.is_cut.load(Ordering::SeqCst);
    Ok(Ended { was_met, met, differences: house.differences().await? })
}

/// The crash points of a day, from what it came to: of each commit the first, the middle and the last.
#[must_use]
pub fn points(met: &BTreeMap<Commit, usize>) -> Vec<Cut> {
    let of = |(commit, count): (&Commit, &usize)| {
        let numbers = BTreeSet::from([1, count.div_ceil(2), *count]);
        let commit = *commit;
        numbers.into_iter().map(move |number| Cut { commit, number })
    };
    met.iter().flat_map(of).collect()
}

/// How far a day has come. What people did is not done again after a crash.
#[derive(Debug, Default)]
struct Day {
    step: usize,
    has_crashed: bool,
}

impl Day {
    /// Whether the end of a hub was the crash that was asked for, which counts once.
    fn survives(&mut self, plan: &Plan) -> bool {
        let is_first = plan.is_cut.load(Ordering::SeqCst) && !self.has_crashed;
        self.has_crashed |= is_first;
        is_first
    }

    async fn go_on(&mut self, house: &House, store: &Sqlite) -> Result<()> {
        if self.step == 0 {
            house.read_lists(store, RunKind::Backfill).await?;
            house.until_equal(store, PEOPLE).await?;
            self.step = 1;
        }
        if self.step == 1 {
            house.edit().await?;
            self.step = 2;
        }
        if self.step == 2 {
            house.read_lists(store, RunKind::Reconcile).await?;
            house.until_equal(store, PEOPLE + 1).await?;
            self.step = 3;
        }
        Ok(())
    }
}
