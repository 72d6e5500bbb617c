//! `highwire undo`: takes a change set back, where nobody has changed its records since.

use std::{sync::Arc, time::Duration};

use domain::{SecretSealer, UndoCounts, UndoItem, UndoOutcome, UndoReport};
use engine::undo::{Order, Refused, Undo};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use store::Sqlite;

use super::changes::{no_set, sentence, shown};
use crate::{
    actor::Actor, broker, cli, clock, failure::Failure, master_keys, port, printer, sealer::Sealer,
    settings::Settings,
};

/// Undoes a change set, or tells what that would do.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    asked: &cli::Undo,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let keyring = master_keys::open(settings, &store).await?;
    let sealer: Arc<dyn SecretSealer> = Arc::new(Sealer::new(keyring));
    let broker = broker::open(settings, &store, sealer, actor.name())?;
    let clock = clock::system();
    let crm = port::highlevel(settings, &broker, &store, &clock);
    let bar = bar();
    let order = Order {
        realm: &actor.principal.realm,
        actor: actor.name(),
        is_preview: asked.dry_run,
        progress: &|done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        },
    };
    let done = Undo::new(store, crm, clock).run(&asked.id, order).await;
    bar.finish_and_clear();
    let report = done.map_err(|refused| match refused {
        Refused::NoSet => no_set(),
        Refused::Storage(error) => error.into(),
    })?;
    // A pair of tokens that was refreshed meanwhile is stored before the program ends.
    broker.settle().await;
    match json {
        true => printer::data(json!(report).to_string()),
        false => tell(&report),
    }
    end(&report)
}

/// A bar on stderr, and only on a terminal.
fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template("undo {bar:30} {pos}/{len} {per_sec} {eta}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn tell(report: &UndoReport) {
    let head = ["record", "outcome", "what", "why"];
    let rows = report.items.iter().filter(|item| item.outcome != UndoOutcome::Unchanged);
    let rows: Vec<Vec<String>> = rows.map(|item| row(report.is_preview, item)).collect();
    if !rows.is_empty() {
        printer::data(printer::wrapped_table(&head, rows));
    }
    printer::data(summary(report.is_preview, &report.counts));
    if let Some(undo) = &report.undo {
        printer::talk(format!("`highwire undo {undo}` takes this undo back."));
    }
}

fn row(is_preview: bool, item: &UndoItem) -> Vec<String> {
    let outcome = match (is_preview, item.outcome) {
        (true, UndoOutcome::Restored) => "to restore",
        (true, UndoOutcome::Deleted) => "to delete",
        (true, UndoOutcome::Refused) => "to refuse",
        (_, outcome) => outcome.name(),
    };
    let conflicts = item.conflicts.iter().map(|conflict| {
        let name = conflict.name.as_deref().unwrap_or(&conflict.field);
        format!("{name} is {} and not {}", shown(&conflict.found), shown(&conflict.left))
    });
    let what = match item.conflicts.is_empty() {
        true => sentence(&item.difference),
        false => conflicts.collect::<Vec<_>>().join(", "),
    };
    let record = item.record.clone().unwrap_or_else(|| format!("of {}", item.act));
    vec![record, outcome.to_owned(), what, item.reason.clone().unwrap_or_default()]
}

fn summary(is_preview: bool, counts: &UndoCounts) -> String {
    let would = if is_preview { "would be " } else { "" };
    let told = [
        (counts.restored, format!("{would}restored")),
        (counts.deleted, format!("{would}deleted")),
        (counts.unchanged, "as before already".to_owned()),
        (counts.refused, "left alone, since somebody changed them".to_owned()),
        (counts.impossible, "beyond help".to_owned()),
        (counts.failed, "failed".to_owned()),
        (counts.pending, "not reached".to_owned()),
    ];
    let told = told.into_iter().filter(|(count, _)| *count > 0);
    let told: Vec<_> = told.map(|(count, what)| format!("{count} {what}")).collect();
    match told.is_empty() {
        true => "the change set has no writes".to_owned(),
        false => told.join(", "),
    }
}

/// The undo failed where a record did, or where it was not reached.
fn end(report: &UndoReport) -> Result<(), Failure> {
    let again = "mend what is named, and run the same command again: it goes on from there";
    match (&report.stopped, report.counts.failed) {
        (Some(why), _) => Err(Failure::user(format!("undo all of it: {why}"), again)),
        (None, 0) => Ok(()),
        (None, failed) => Err(Failure::user(format!("undo {failed} of the records"), again)),
    }
}
