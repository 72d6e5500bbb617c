//! `highwire sync`: loads what vendors have, repairs what no event told, and tells how far it is.
//!
//! A run is a row of the store. Where a hub runs, its stage works at it, since it alone writes the
//! journal; the command asks for the run and follows it. Where none runs, the command starts the
//! stages itself for as long as the run takes.

mod follow;
mod repairshopr;
mod report;

use std::sync::Arc;

use domain::{
    ConnectionId, ListScope, Lists, Realm, RunQuery, RunScope, RunState, SyncRun, SyncRunId,
    SyncRuns,
};
use store::Sqlite;

use self::follow::Follower;
use crate::{
    actor::Actor,
    broker,
    cli::{Sync, SyncHighLevel, SyncStatus},
    clock,
    failure::Failure,
    master_keys, printer,
    sealer::Sealer,
    settings::Settings,
    sync,
    wiring::Working,
};

/// Runs one of the commands.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    command: Sync,
    json: bool,
) -> Result<(), Failure> {
    match command {
        Sync::HighLevel(asked) => highlevel(settings, actor, &asked, json).await,
        Sync::RepairShopr(asked) => repairshopr::run(settings, actor, &asked, json).await,
        Sync::Status(asked) => status(settings, actor, &asked, json).await,
    }
}

async fn highlevel(
    settings: &Settings,
    actor: &Actor,
    asked: &SyncHighLevel,
    json: bool,
) -> Result<(), Failure> {
    if Sqlite::is_held(&settings.data_dir) {
        let store = Sqlite::open_beside(&settings.data_dir)?;
        let runs = ask(settings, actor, (&store, asked)).await?;
        if asked.detach {
            runs.iter().for_each(|run| report::begun(run, json));
            return Ok(());
        }
        let follower = Follower { store: &store, folder: Some(&settings.data_dir), json };
        return told(follower.until_over(runs).await?, json);
    }
    if asked.detach {
        return Err(Failure::user(
            "ask a hub for a run: none runs on the data folder",
            "start one with `highwire up`, or leave out --detach and let the command do it",
        ));
    }
    let working = Working::start(settings).await?;
    let store = working.store.clone();
    let done = async {
        let runs = ask(settings, actor, (&store, asked)).await?;
        let follower = Follower { store: &store, folder: None, json };
        follower.until_over(runs).await
    }
    .await;
    drop(store);
    working.stop().await;
    told(done?, json)
}

/// Adds the runs that are asked for, or finds those that are open already.
async fn ask(
    settings: &Settings,
    actor: &Actor,
    (store, asked): (&Sqlite, &SyncHighLevel),
) -> Result<Vec<SyncRun>, Failure> {
    let organization = actor.organization(store, asked.owner.organization.as_ref()).await?.id;
    let sealer = Arc::new(Sealer::new(master_keys::open(settings, store).await?));
    let broker = broker::open(settings, store, sealer, actor.name())?;
    let lists = sync::highlevel(settings, store, &broker);
    let connection = asked.connection.as_deref().map(|id| ConnectionId::new(id.trim()));
    let is_meant = |scope: &ListScope| {
        let is_visible = match &actor.principal.realm {
            Realm::Connection(own) => scope.tenant == *own,
            Realm::Installation | Realm::Organization(_) => true,
        };
        is_visible
            && scope.tenant.organization == organization
            && connection.as_ref().is_none_or(|id| scope.tenant.connection == *id)
            && asked.location.is_none_or_same(scope.account.as_deref())
    };
    let mut scopes = scopes(lists.as_ref()).await?;
    scopes.retain(is_meant);
    if scopes.is_empty() {
        return Err(Failure::user(
            "find a location of HighLevel that can be read: there is none",
            "connect one with `highwire connect highlevel`, or set highlevel.token and \
             highlevel.location_ids; `highwire connections list` shows what is connected",
        ));
    }
    let known = lists.parts();
    if let Some(odd) = asked.only.iter().find(|name| known.iter().all(|part| part.name != **name)) {
        let names: Vec<_> = known.iter().map(|part| part.name).collect();
        let hint = format!("the lists are {}", names.join(", "));
        return Err(Failure::user(format!("read the list `{odd}`: there is none"), hint));
    }
    let asked_by = actor.name().to_string();
    let mut runs = Vec::new();
    for ListScope { tenant, account } in scopes {
        let scope = RunScope { vendor: lists.vendor().to_owned(), tenant, account };
        let run = SyncRun::asked(scope, Some(asked_by.clone()), clock::now());
        let run = SyncRun { full: asked.full, only: asked.only.clone(), ..run };
        runs.push(store.add_run(run).await?);
    }
    Ok(runs)
}

async fn scopes(lists: &dyn Lists) -> Result<Vec<ListScope>, Failure> {
    lists.scopes().await.map_err(|error| {
        Failure::user("find the locations of HighLevel", "see the line above").because(error)
    })
}

/// Tells what runs found, and fails where one could not be done.
fn told(runs: Vec<SyncRun>, json: bool) -> Result<(), Failure> {
    for run in &runs {
        report::tell(run, clock::now(), json);
    }
    match runs.iter().find(|run| run.state == RunState::Failed) {
        Some(failed) => Err(Failure::user(
            format!("read {}: {}", failed.scope, failed.problem.as_deref().unwrap_or_default()),
            "`highwire doctor` looks at the connection; run this again afterwards",
        )),
        None => Ok(()),
    }
}

async fn status(
    settings: &Settings,
    actor: &Actor,
    asked: &SyncStatus,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    let organization = actor.organization(&store, asked.owner.organization.as_ref()).await?.id;
    let is_visible = |run: &SyncRun| {
        let Realm::Connection(own) = &actor.principal.realm else { return true };
        run.scope.tenant == *own
    };
    if let Some(id) = &asked.run {
        let run = store.run(&SyncRunId::new(id.trim())).await?;
        let own = |run: &SyncRun| run.scope.tenant.organization == organization && is_visible(run);
        let Some(run) = run.filter(own) else {
            let hint = "`highwire sync status` lists those that there are";
            return Err(Failure::user("find the run: there is none with this id", hint));
        };
        report::tell(&run, clock::now(), json);
        return Ok(());
    }
    let query = RunQuery {
        organization: Some(organization),
        limit: asked.limit.into(),
        ..RunQuery::default()
    };
    let mut runs = store.runs(query).await?;
    runs.retain(is_visible);
    if runs.is_empty() && !json {
        printer::talk("there was no run yet; `highwire sync highlevel` begins the first");
    }
    report::list(&runs, clock::now(), json);
    Ok(())
}

/// Whether a wish leaves it open, or names this.
trait Wish {
    fn is_none_or_same(&self, found: Option<&str>) -> bool;
}

impl Wish for Option<String> {
    fn is_none_or_same(&self, found: Option<&str>) -> bool {
        self.as_deref().is_none_or(|wanted| found == Some(wanted.trim()))
    }
}
