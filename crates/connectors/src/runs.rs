//! Reads events of runs: what a walk of the hub through a vendor's lists came to ([`domain::SyncRun`]).

use domain::{
    Delivery, Event, RUNS_SOURCE, Reading, RecordUpdate, Refusal, RunTally, Source, Summary,
    SyncRun,
};

use crate::snapshot::unread;

/// The runs of the hub. Nobody can send one: there is no door to it.
pub struct RunEvents;

impl Source for RunEvents {
    fn name(&self) -> &'static str {
        RUNS_SOURCE
    }

    fn vendor(&self) -> &'static str {
        "hub"
    }

    fn authenticate(&self, _: &Delivery) -> Result<(), Refusal> {
        Err(Refusal::UnknownKey)
    }

    fn read(&self, delivery: Delivery) -> Reading {
        unread(RUNS_SOURCE, delivery)
    }

    /// A run is no record of a vendor.
    fn updates(&self, _: &Event) -> Result<Vec<RecordUpdate>, String> {
        Ok(Vec::new())
    }

    fn summarize(&self, event: &Event) -> Summary {
        let Some(run) = SyncRun::told_by(event) else { return Summary::default() };
        let name = format!("{} of {}", run.kind.name(), run.scope);
        let RunTally { calls, listed, created, updated, deleted, skipped, failed, .. } =
            run.tally();
        let seconds = run.duration(event.received_at).as_secs();
        let mut facts = vec![("Duration".to_owned(), format!("{seconds} s"))];
        for (label, count) in [
            ("Records", listed),
            ("API calls", calls),
            ("Created", created),
            ("Updated", updated),
            ("Deleted", deleted),
            ("Skipped", skipped),
            ("Failed", failed),
        ] {
            facts.push((label.to_owned(), count.to_string()));
        }
        facts.push(("Success".to_owned(), format!("{:.1} %", run.tally().success_percent())));
        facts.extend(run.problem.map(|problem| ("Problem".to_owned(), problem)));
        Summary { name: Some(name), facts }
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use domain::{EventKind, RunScope, RunState, contract::sample::tenant};

    use super::*;

    #[test]
    fn a_run_that_is_over_is_one_event_with_its_figures() {
        let scope =
            RunScope { vendor: "highlevel".to_owned(), tenant: tenant("alpha"), account: None };
        let at = "2026-11-21T10:00:00Z".parse().unwrap();
        let mut run = SyncRun::asked(scope, None, at);
        assert!(!run.is_news(), "everything was as it is");
        (run.state, run.problem) = (RunState::Failed, Some("it lacks a permission".to_owned()));
        assert!(run.is_news());
        let later = "2026-11-21T11:00:00Z".parse().unwrap();
        let (event, again) = (run.over(at), run.over(later));
        assert_eq!(event.id, again.id);
        assert_eq!(event.kind.to_string(), "sync_run.failed");
        let said = RunEvents.summarize(&event);
        assert!(said.name.unwrap().starts_with("reconcile of "));
        assert!(said.facts.contains(&("API calls".to_owned(), "0".to_owned())));
        assert!(said.facts.iter().any(|(_, value)| value == "it lacks a permission"));
        let other = Event { source: "highlevel".to_owned(), kind: EventKind::UNKNOWN, ..event };
        assert_eq!(RunEvents.summarize(&other), Summary::default());
    }
}
