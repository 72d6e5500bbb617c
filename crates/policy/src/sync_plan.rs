//! When a run of an account begins, then these are its lists, and how far back each is read.

use domain::{ListPart, PartStep, RunKind, RunPart, RunState, RunTally, SyncRun, Upkeep};
use jiff::{SignedDuration, Timestamp, civil::Time};

/// How much further back than the last reading a list is read that tells what changed: the vendor's
/// clock and its lists may lag behind ours (`facts/engine.md` 5.10).
pub const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// How old the last reading of a whole list may be before it is read whole again.
pub const WHOLE_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When runs begin by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// How long after the last run the next one begins; none never.
    pub every: Option<SignedDuration>,
    /// The hours of the day, in UTC, in which runs may begin: from the first up to the second. None
    /// all day.
    pub window: Option<(Time, Time)>,
}

/// The run with its lists, as it begins at `now`; `former` are the account's runs before it, the newest
/// first.
#[must_use]
pub fn begin(run: SyncRun, parts: &[ListPart], former: &[SyncRun], now: Timestamp) -> SyncRun {
    let is_asked =
        |part: &&ListPart| run.only.is_empty() || run.only.iter().any(|it| it == part.name);
    let parts = parts.iter().filter(is_asked);
    let parts: Vec<RunPart> = parts.map(|part| plan(part, &run, former, now)).collect();
    let kind = match parts.iter().all(|part| part.is_first) {
        true => RunKind::Backfill,
        false => RunKind::Reconcile,
    };
    SyncRun { kind, parts, state: RunState::Running, started_at: Some(now), ..run }
}

/// Whether the schedule begins a run at `now`, of an account whose newest run is `last`. The first load of
/// an account is asked for by a person, who knows what it costs.
#[must_use]
pub fn is_due(timetable: Timetable, last: Option<&SyncRun>, now: Timestamp) -> bool {
    let Some(every) = timetable.every else { return false };
    if !is_within(timetable.window, now) {
        return false;
    }
    match last {
        None => false,
        Some(last) if last.state.is_open() => false,
        Some(last) => now.duration_since(last.started_at.unwrap_or(last.asked_at)) >= every,
    }
}

fn is_within(window: Option<(Time, Time)>, now: Timestamp) -> bool {
    let Some((from, to)) = window else { return true };
    let time = now.to_zoned(jiff::tz::TimeZone::UTC).time();
    match from <= to {
        true => from <= time && time < to,
        // Over midnight.
        false => from <= time || time < to,
    }
}

fn plan(part: &ListPart, run: &SyncRun, former: &[SyncRun], now: Timestamp) -> RunPart {
    let readings = || {
        let done = |run: &SyncRun| {
            run.parts.iter().find(|it| it.name == part.name && it.step == PartStep::Done).cloned()
        };
        former.iter().filter_map(done)
    };
    let last = readings().next().and_then(|last| last.started_at);
    let whole = readings().find(|reading| reading.since.is_none());
    let is_whole_due = whole
        .and_then(|whole| whole.started_at)
        .is_none_or(|whole| now.duration_since(whole) >= WHOLE_AFTER);
    let since = match part.upkeep {
        Upkeep::Sweep => None,
        Upkeep::Since | Upkeep::PerRecord(_) if run.full || is_whole_due => None,
        Upkeep::Since | Upkeep::PerRecord(_) => last,
    };
    RunPart {
        name: part.name.to_owned(),
        entity: part.entity,
        is_first: last.is_none(),
        since: since.map(|since| since.saturating_sub(OVERLAP).unwrap_or(since)),
        step: PartStep::Listing,
        cursor: None,
        total: None,
        started_at: None,
        tally: RunTally::default(),
        problem: None,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Entity, RunScope,
        contract::sample::{at, tenant},
    };

    use super::*;

    const PARTS: [ListPart; 3] = [
        ListPart { name: "contacts", entity: Entity::Contact, upkeep: Upkeep::Sweep },
        ListPart { name: "messages", entity: Entity::Message, upkeep: Upkeep::Since },
        ListPart {
            name: "notes",
            entity: Entity::Note,
            upkeep: Upkeep::PerRecord(Entity::Contact),
        },
    ];

    fn asked(seconds: i64) -> SyncRun {
        let scope = RunScope {
            vendor: "highlevel".to_owned(),
            tenant: tenant("alpha"),
            account: Some("location-1".to_owned()),
        };
        SyncRun::asked(scope, None, at(seconds))
    }

    fn done(mut run: SyncRun, seconds: i64) -> SyncRun {
        for part in &mut run.parts {
            (part.step, part.started_at) = (PartStep::Done, Some(at(seconds)));
        }
        SyncRun { state: RunState::Done, finished_at: Some(at(seconds)), ..run }
    }

    fn since(run: &SyncRun) -> Vec<Option<Timestamp>> {
        run.parts.iter().map(|part| part.since).collect()
    }

    #[test]
    fn the_first_run_reads_everything_and_tells_no_news() {
        let first = begin(asked(0), &PARTS, &[], at(1));
        assert_eq!((first.kind, first.started_at), (RunKind::Backfill, Some(at(1))));
        assert!(first.parts.iter().all(|part| part.is_first && part.since.is_none()));
    }

    #[test]
    fn later_runs_read_what_changed_where_a_list_can_tell() {
        let first = done(begin(asked(0), &PARTS, &[], at(1)), 2);
        let second = begin(asked(3_600), &PARTS, std::slice::from_ref(&first), at(3_600));
        assert_eq!(second.kind, RunKind::Reconcile);
        let overlapped = Some(at(2) - OVERLAP);
        assert_eq!(since(&second), [None, overlapped, overlapped]);
        let full = SyncRun { full: true, ..asked(3_600) };
        assert_eq!(since(&begin(full, &PARTS, &[first], at(3_600))), [None, None, None]);
    }

    #[test]
    fn a_list_that_failed_is_read_from_where_it_was_last_whole() {
        let first = done(begin(asked(0), &PARTS, &[], at(1)), 2);
        let mut second =
            done(begin(asked(100), &PARTS, std::slice::from_ref(&first), at(100)), 100);
        second.parts[1].step = PartStep::Failed;
        let third = begin(asked(200), &PARTS, &[second, first], at(200));
        assert_eq!(third.parts[1].since, Some(at(2) - OVERLAP));
        assert_eq!(third.parts[2].since, Some(at(100) - OVERLAP));
        let mut never = done(begin(asked(0), &PARTS, &[], at(1)), 2);
        never.parts[1].step = PartStep::Failed;
        let next = begin(asked(200), &PARTS, &[never], at(200));
        assert!(next.parts[1].is_first && next.parts[1].since.is_none());
        assert_eq!(next.kind, RunKind::Reconcile);
    }

    #[test]
    fn a_run_of_some_lists_leaves_the_others_to_the_next() {
        let some = SyncRun { only: vec!["messages".to_owned()], ..asked(0) };
        let first = done(begin(some, &PARTS, &[], at(1)), 2);
        assert_eq!(first.parts.len(), 1);
        let next = begin(asked(9), &PARTS, &[first], at(9));
        let is_first: Vec<_> = next.parts.iter().map(|part| part.is_first).collect();
        assert_eq!(is_first, [true, false, true]);
    }

    #[test]
    fn once_a_week_a_list_is_read_whole() {
        let week = WHOLE_AFTER.as_secs();
        let first = done(begin(asked(0), &PARTS, &[], at(0)), 0);
        let later = done(begin(asked(9), &PARTS, std::slice::from_ref(&first), at(9)), 9);
        let before = begin(asked(week), &PARTS, &[later.clone(), first.clone()], at(week - 1));
        assert!(before.parts[1].since.is_some());
        let after = begin(asked(week), &PARTS, &[later, first], at(week));
        assert!(after.parts[1].since.is_none());
    }

    #[test]
    fn the_schedule_begins_a_run_in_its_hours() {
        let hour = |hour| Time::constant(hour, 0, 0, 0);
        let every = Some(SignedDuration::from_hours(6));
        let all_day = Timetable { every, window: None };
        assert!(!is_due(all_day, None, at(0)), "nobody has asked for it");
        let long_ago =
            done(begin(asked(-200_000_000), &PARTS, &[], at(-200_000_000)), -200_000_000);
        let first = done(begin(asked(0), &PARTS, &[], at(1)), 50);
        let due = at(1 + 6 * 3_600);
        assert!(is_due(all_day, Some(&first), due));
        assert!(!is_due(all_day, Some(&first), due - SignedDuration::from_secs(1)));
        assert!(!is_due(all_day, Some(&asked(0)), due), "it is open");
        assert!(!is_due(Timetable { every: None, window: None }, Some(&first), due));
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        let night = Timetable { every, window: Some((hour(22), hour(5))) };
        for (text, expected) in [
            ("2026-03-01T21:59:59Z", false),
            ("2026-03-01T22:00:00Z", true),
            ("2026-03-02T04:59:59Z", true),
            ("2026-03-02T05:00:00Z", false),
        ] {
            assert_eq!(is_due(night, Some(&long_ago), moment(text)), expected, "{text}");
        }
        let noon = Timetable { every, window: Some((hour(11), hour(13))) };
        assert!(is_due(noon, Some(&long_ago), moment("2026-03-02T12:00:00Z")));
        assert!(!is_due(noon, Some(&long_ago), moment("2026-03-02T13:00:00Z")));
    }
}
