//! What every store of sync runs must do.

use std::collections::BTreeMap;

use super::sample::{at, record, tenant};
use crate::{
    Entity, KEPT_RUNS, Lease, LeaseClaim, LeaseReply, PartStep, Projection, Record, RunFailure,
    RunKind, RunPart, RunQuery, RunScope, RunState, RunStep, RunTally, Sequence, Storage, SyncRun,
    Unseen,
};

fn scope(owner: &str, account: &str) -> RunScope {
    RunScope {
        vendor: "highlevel".to_owned(),
        tenant: tenant(owner),
        account: Some(account.to_owned()),
    }
}

fn asked(owner: &str, seconds: i64) -> SyncRun {
    SyncRun::asked(scope(owner, "location-1"), Some("ada".to_owned()), at(seconds))
}

async fn turn<S: Storage>(store: &S, run: &SyncRun, holder: &str, seconds: i64) -> Lease {
    let claim = LeaseClaim {
        name: run.scope.lease(),
        holder: holder.to_owned(),
        now: at(seconds),
        until: at(seconds + 30),
    };
    match store.take_lease(claim).await.expect("claim") {
        LeaseReply::Granted(lease) => lease,
        LeaseReply::HeldUntil(until) => panic!("it is held until {until}"),
    }
}

async fn step<S: Storage>(store: &S, lease: &Lease, run: &SyncRun, seen: &[&str]) -> bool {
    let ids = seen.iter().map(|id| (*id).to_owned()).collect();
    let seen = Some((Entity::Contact, ids));
    let step = RunStep { lease: lease.clone(), run: run.clone(), seen };
    store.step_run(step).await.expect("step")
}

fn begun(run: SyncRun) -> SyncRun {
    let part = RunPart {
        name: "contacts".to_owned(),
        entity: Entity::Contact,
        is_first: true,
        since: Some(at(-5)),
        step: PartStep::Sweeping,
        cursor: Some("[1,\"c1\"]".to_owned()),
        total: Some(9),
        started_at: Some(at(4)),
        tally: RunTally { calls: 1, listed: 2, created: 1, failed: 1, ..RunTally::default() },
        problem: Some("it has no scope".to_owned()),
    };
    let failure = RunFailure {
        part: "contacts".to_owned(),
        record: "c9".to_owned(),
        reason: "it has no id".to_owned(),
    };
    SyncRun {
        kind: RunKind::Backfill,
        full: true,
        only: vec!["contacts".to_owned()],
        state: RunState::Running,
        started_at: Some(at(4)),
        waits_until: Some(at(9)),
        problem: Some("the day is used up".to_owned()),
        parts: vec![part],
        failures: vec![failure],
        ..run
    }
}

fn over(run: SyncRun, seconds: i64) -> SyncRun {
    SyncRun { state: RunState::Done, finished_at: Some(at(seconds)), ..run }
}

async fn listed<S: Storage>(store: &S, query: RunQuery) -> Vec<SyncRun> {
    store.runs(query).await.expect("runs")
}

/// Of several that ask for the same lists one run comes to be; others have their own.
pub async fn a_run_is_asked_for_once<S: Storage>(store: S) {
    let first = store.add_run(asked("alpha", 1)).await.expect("add");
    assert_eq!(first, asked("alpha", 1));
    let full = SyncRun { full: true, ..asked("alpha", 2) };
    let joined = store.add_run(full.clone()).await.expect("add");
    assert_eq!((joined.id.clone(), joined.full), (first.id.clone(), true), "it has not begun");
    let other = store.add_run(asked("beta", 3)).await.expect("add");
    let elsewhere = SyncRun::asked(scope("alpha", "location-2"), None, at(4));
    let elsewhere = store.add_run(elsewhere).await.expect("add");
    assert_eq!(store.run(&first.id).await.expect("get"), Some(joined.clone()));
    assert_eq!(store.run(&full.id).await.expect("get"), None);
    let open = store.open_runs().await.expect("open");
    assert_eq!(open, [joined.clone(), other.clone(), elsewhere.clone()]);
    let own = RunQuery {
        organization: Some(tenant("alpha").organization),
        limit: 9,
        ..RunQuery::default()
    };
    assert_eq!(listed(&store, own.clone()).await, [elsewhere.clone(), joined]);
    assert_eq!(listed(&store, RunQuery { limit: 1, ..own }).await, [elsewhere]);
    let one = RunQuery { scope: Some(other.scope.clone()), limit: 9, ..RunQuery::default() };
    assert_eq!(listed(&store, one).await, [other]);
}

/// Every value of a run survives, and a run that is over makes room for the next.
pub async fn a_run_goes_on_where_its_last_page_was<S: Storage>(store: S) {
    let run = store.add_run(asked("alpha", 1)).await.expect("add");
    let lease = turn(&store, &run, "one", 4).await;
    let begun = begun(run);
    assert!(step(&store, &lease, &begun, &["c1"]).await);
    assert_eq!(store.run(&begun.id).await.expect("get"), Some(begun.clone()));
    let not_full = SyncRun { full: false, ..begun.clone() };
    assert!(step(&store, &lease, &not_full, &[]).await);
    let late = store.add_run(SyncRun { full: true, ..asked("alpha", 5) }).await.expect("add");
    assert_eq!(late, not_full, "what has begun stays as it is");
    let ended = over(begun, 9);
    assert!(step(&store, &lease, &ended, &[]).await);
    assert_eq!(store.open_runs().await.expect("open"), []);
    assert!(!step(&store, &lease, &late, &[]).await, "it is over");
    let next = store.add_run(asked("alpha", 10)).await.expect("add");
    assert_eq!(next, asked("alpha", 10));
    let all = RunQuery { limit: 9, ..RunQuery::default() };
    assert_eq!(listed(&store, all).await, [next, ended]);
}

/// Who was overtaken writes nothing, neither of the run nor of what it saw.
pub async fn a_run_is_worked_at_by_who_has_the_turn<S: Storage>(store: S) {
    fill(&store, vec![row("c1", "location-1", 0)]).await;
    let run = store.add_run(asked("alpha", 1)).await.expect("add");
    let overtaken = turn(&store, &run, "one", 4).await;
    let lease = turn(&store, &run, "two", 34).await;
    let begun = begun(run.clone());
    assert!(!step(&store, &overtaken, &begun, &["c1"]).await);
    assert_eq!(store.run(&run.id).await.expect("get"), Some(run.clone()));
    assert_eq!(unseen(&store, &run, None, 9).await, ["c1"]);
    let elsewhere = Lease { name: "sync/other".to_owned(), ..lease.clone() };
    assert!(!step(&store, &elsewhere, &begun, &[]).await);
    assert!(step(&store, &lease, &begun, &["c1"]).await);
    assert_eq!(unseen(&store, &run, None, 9).await, [""; 0]);
    assert!(store.release_lease(&lease).await.expect("release"));
    assert!(!step(&store, &lease, &begun, &[]).await);
}

/// Of each account the newest runs are kept, and the open one in any case.
pub async fn old_runs_of_an_account_go<S: Storage>(store: S) {
    let other = store.add_run(asked("beta", 0)).await.expect("add");
    let count = KEPT_RUNS as i64 + 3;
    for number in 0..count {
        let run = store.add_run(asked("alpha", number)).await.expect("add");
        let lease = turn(&store, &run, "one", number).await;
        assert!(step(&store, &lease, &over(run, number), &[]).await);
    }
    store.add_run(asked("alpha", count)).await.expect("add");
    let all = listed(&store, RunQuery { limit: usize::MAX >> 1, ..RunQuery::default() }).await;
    assert_eq!(all.len(), KEPT_RUNS + 2);
    let oldest: Vec<_> = all.iter().rev().take(2).map(|run| run.asked_at).collect();
    assert_eq!(oldest, [other.asked_at, at(3)]);
}

fn row(id: &str, account: &str, last_seen: i64) -> Record {
    let mut row = record(&tenant("alpha"), id, 1);
    row.account = Some(account.to_owned());
    row.last_seen_at = at(last_seen);
    row
}

async fn fill<S: Storage>(store: &S, records: Vec<Record>) {
    let projection =
        Projection { from: Sequence(0), to: Sequence(1), records, ..Projection::default() };
    store.project(projection).await.expect("project");
}

async fn unseen<S: Storage>(
    store: &S,
    run: &SyncRun,
    after: Option<&str>,
    limit: usize,
) -> Vec<String> {
    let unseen = Unseen {
        run: run.id.clone(),
        scope: run.scope.clone(),
        entity: Entity::Contact,
        quiet_since: at(1),
        after: after.map(str::to_owned),
        limit,
    };
    let rows = store.unseen(unseen).await.expect("unseen");
    rows.into_iter().map(|row| row.key.id).collect()
}

/// What no page showed is what the mirror has besides: of the same account, alive, of the same kind,
/// and not spoken of since the list was begun. It is forgotten once the run is over.
pub async fn what_no_page_showed_is_found<S: Storage>(store: S) {
    let mut gone = row("c5", "location-1", 0);
    gone.deleted_at = Some(at(0));
    let mut other = row("c6", "location-1", 0);
    other.key.entity = Entity::Note;
    let mut foreign = row("c7", "location-1", 0);
    foreign.tenant = tenant("beta");
    let mut nobodys = row("c9", "location-1", 0);
    nobodys.account = None;
    let rows = vec![
        row("c1", "location-1", 0),
        row("c2", "location-1", 0),
        row("c3", "location-1", 0),
        row("c4", "location-1", 2),
        gone,
        other,
        foreign,
        row("c8", "location-2", 0),
        nobodys,
    ];
    fill(&store, rows).await;
    let run = store.add_run(asked("alpha", 1)).await.expect("add");
    let lease = turn(&store, &run, "one", 1).await;
    let running = SyncRun { state: RunState::Running, ..run.clone() };
    assert!(step(&store, &lease, &running, &["c2", "c99"]).await);
    assert!(step(&store, &lease, &running, &["c2"]).await, "a page may come twice");
    assert_eq!(unseen(&store, &run, None, 9).await, ["c1", "c3"]);
    assert_eq!(unseen(&store, &run, None, 1).await, ["c1"]);
    assert_eq!(unseen(&store, &run, Some("c1"), 9).await, ["c3"]);
    assert_eq!(store.forget_seen(9).await.expect("forget"), 0, "it is not over");
    assert!(step(&store, &lease, &over(running, 2), &[]).await);
    assert_eq!(store.forget_seen(1).await.expect("forget"), 1);
    assert_eq!(store.forget_seen(9).await.expect("forget"), 1);
    assert_eq!(store.forget_seen(9).await.expect("forget"), 0);
    let seen: BTreeMap<_, _> =
        unseen(&store, &run, None, 9).await.into_iter().map(|id| (id, ())).collect();
    assert_eq!(seen.len(), 3);
}
