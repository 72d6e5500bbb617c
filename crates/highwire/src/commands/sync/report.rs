//! What a run found: as tables for people, and as JSON.

use domain::{RunTally, SyncRun};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::printer;

/// How many failures the table shows; `--json` has all that are kept.
const FAILURES_SHOWN: usize = 20;

/// What the figures of a tally are called.
const FIGURES: [&str; 8] =
    ["calls", "listed", "created", "updated", "deleted", "unchanged", "skipped", "failed"];

/// Tells that a run was asked for.
pub(super) fn begun(run: &SyncRun, json: bool) {
    printer::data(match json {
        true => json!({ "run": run.id, "state": run.state }).to_string(),
        false => format!("{} is asked for: {}", run.id, run.scope),
    });
}

/// Tells all of a run.
pub(super) fn tell(run: &SyncRun, now: Timestamp, json: bool) {
    if json {
        printer::data(described(run, now).to_string());
        return;
    }
    let rows = run.parts.iter().map(|part| {
        let first = [part.name.clone(), part.step.name().to_owned()];
        let problem = part.problem.clone().unwrap_or_default();
        first.into_iter().chain(figures(part.tally)).chain([problem]).collect()
    });
    let total = ["all".to_owned(), String::new()];
    let total = total.into_iter().chain(figures(run.tally())).chain([String::new()]).collect();
    let head = [&["list", "state"], &FIGURES[..], &["why not"]].concat();
    printer::data(printer::table(&head, rows.chain([total])));
    printer::data(format!(
        "\n{} of {}: {} in {}, {} calls, {:.1} % of the records could be read ({})",
        run.kind.name(),
        run.scope,
        run.state.name(),
        length(run.duration(now)),
        run.tally().calls,
        run.tally().success_percent(),
        run.id,
    ));
    if let Some(problem) = &run.problem {
        printer::data(format!("  {problem}"));
    }
    for failure in run.failures.iter().take(FAILURES_SHOWN) {
        printer::data(format!("  {} {}: {}", failure.part, failure.record, failure.reason));
    }
}

/// Lists runs, a line for each.
pub(super) fn list(runs: &[SyncRun], now: Timestamp, json: bool) {
    if json {
        runs.iter().for_each(|run| printer::data(described(run, now).to_string()));
        return;
    }
    if runs.is_empty() {
        return;
    }
    let rows = runs.iter().map(|run| {
        let began = run.started_at.unwrap_or(run.asked_at);
        let first = [
            run.id.to_string(),
            run.scope.to_string(),
            run.kind.name().to_owned(),
            run.state.name().to_owned(),
            format!("{began:.0}"),
            length(run.duration(now)),
        ];
        first.into_iter().chain(figures(run.tally())).collect()
    });
    let head = [&["run", "of", "kind", "state", "began", "took"], &FIGURES[..]].concat();
    printer::data(printer::table(&head, rows));
}

/// A run with what follows from it.
fn described(run: &SyncRun, now: Timestamp) -> Value {
    let mut told = serde_json::to_value(run).unwrap_or_default();
    let tally = run.tally();
    told["duration_seconds"] = json!(run.duration(now).as_secs_f64());
    told["tally"] = json!(tally);
    told["success_percent"] = json!(tally.success_percent());
    told
}

/// The figures of a tally, under [`FIGURES`].
fn figures(tally: RunTally) -> [String; 8] {
    let RunTally { calls, listed, created, updated, deleted, unchanged, skipped, failed } = tally;
    [calls, listed, created, updated, deleted, unchanged, skipped, failed]
        .map(|count| count.to_string())
}

/// A duration as people say it.
fn length(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, _) => format!("{:.1} s", duration.as_secs_f64()),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
