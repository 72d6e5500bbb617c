//! Follows runs until they are over, with a bar on a terminal.

use std::{path::Path, time::Duration};

use domain::{SyncRun, SyncRuns};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use store::Sqlite;

use crate::{commands::StopSignals, failure::Failure};

/// How often it is looked how far a run is.
const LOOK: Duration = Duration::from_millis(200);

/// Where runs are worked at.
pub(super) struct Follower<'a> {
    pub(super) store: &'a Sqlite,
    /// The data folder of the hub that works at them; none where this process does.
    pub(super) folder: Option<&'a Path>,
    pub(super) json: bool,
}

impl Follower<'_> {
    /// Waits until all of them are over; gives them as they ended.
    pub(super) async fn until_over(&self, asked: Vec<SyncRun>) -> Result<Vec<SyncRun>, Failure> {
        let mut signals = StopSignals::listen()?;
        let mut ended = Vec::new();
        for run in asked {
            let bar = self.bar();
            let over = tokio::select! {
                over = self.one(&run, &bar) => over,
                () = signals.next() => Err(self.left()),
            };
            bar.finish_and_clear();
            ended.push(over?);
        }
        Ok(ended)
    }

    async fn one(&self, asked: &SyncRun, bar: &ProgressBar) -> Result<SyncRun, Failure> {
        loop {
            let Some(run) = self.store.run(&asked.id).await? else {
                let hint = "`highwire sync status` shows what there is";
                return Err(Failure::user("follow the run: it is gone", hint));
            };
            if !run.state.is_open() {
                return Ok(run);
            }
            show(&run, bar);
            if self.folder.is_some_and(|folder| !Sqlite::is_held(folder)) {
                return Err(Failure::user(
                    "follow the run: the hub has stopped",
                    "start it again, and the run goes on where it was",
                ));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn left(&self) -> Failure {
        let hint = match self.folder {
            Some(_) => "the hub goes on with it; `highwire sync status` tells how far it is",
            None => {
                "it goes on where it was with the next `highwire sync highlevel` or `highwire up`"
            }
        };
        Failure::user("follow the run to its end: told to stop", hint)
    }

    fn bar(&self) -> ProgressBar {
        let target = match self.json {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr_with_hz(5),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = "{msg} {bar:30} {pos}/{len} {per_sec} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar
    }
}

fn show(run: &SyncRun, bar: &ProgressBar) {
    let tally = run.tally();
    let at_work = run.parts.iter().find(|part| part.started_at.is_some() && part.step.is_open());
    let part = at_work.map_or("waiting", |part| part.name.as_str());
    let what = match (&run.problem, run.waits_until) {
        (Some(problem), Some(until)) => format!("waits until {until:.0}: {problem}"),
        _ => part.to_owned(),
    };
    bar.set_message(format!("{} {what}", run.scope));
    // What lists do not say how many they have counts as much as was listed of it.
    let expected = run.parts.iter().map(|part| part.total.unwrap_or(0).max(part.tally.listed));
    bar.set_length(expected.sum::<u64>().max(1));
    bar.set_position(tally.listed);
}
