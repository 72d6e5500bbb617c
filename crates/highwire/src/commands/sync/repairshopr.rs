//! `highwire sync repairshopr`: reads a shop's lists, and brings its people to the CRM.

use std::{path::Path, sync::Arc};

use connectors::repairshopr::RepairShopr;
use domain::{
    Journal as _, Mirror as _, Realm, RunScope, RunState, SecretSealer, SyncRun, SyncRuns as _,
};
use engine::shop::{Brought, ShopReport, ShopStep};
use serde_json::json;
use store::Sqlite;
use tokio::time::{Duration, Instant};

use super::follow::Follower;
use crate::{
    actor::Actor,
    broker,
    cli::SyncRepairShopr,
    clock,
    failure::Failure,
    master_keys, port, printer,
    sealer::Sealer,
    settings::Settings,
    shop::{self, Bringer, Report},
    wiring::Working,
};

/// How long the mirror may take to take in what was read.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(100);

/// How many failures are shown; `--json` has all that a report keeps.
const FAILURES_SHOWN: usize = 20;

/// Brings the people of the organization's shop, by a hub's runs where one runs.
pub(super) async fn run(
    settings: &Settings,
    actor: &Actor,
    asked: &SyncRepairShopr,
    json: bool,
) -> Result<(), Failure> {
    if Sqlite::is_held(&settings.data_dir) {
        let store = Sqlite::open_beside(&settings.data_dir)?;
        let way = Way { settings, actor, store: &store, hub: Some(&settings.data_dir), json };
        return way.go(asked).await;
    }
    let working = Working::start(settings).await?;
    let store = working.store.clone();
    let done = Way { settings, actor, store: &store, hub: None, json }.go(asked).await;
    drop(store);
    working.stop().await;
    done
}

/// Where and for whom it is done.
struct Way<'a> {
    settings: &'a Settings,
    actor: &'a Actor,
    store: &'a Sqlite,
    /// The data folder of the hub that reads the lists; none where this process does.
    hub: Option<&'a Path>,
    json: bool,
}

impl Way<'_> {
    async fn go(&self, asked: &SyncRepairShopr) -> Result<(), Failure> {
        let Self { settings, actor, store, .. } = *self;
        let organization = actor.organization(store, asked.owner.organization.as_ref()).await?.id;
        let keyring = master_keys::open(settings, store).await?;
        let sealer: Arc<dyn SecretSealer> = Arc::new(Sealer::new(keyring));
        let broker = broker::open(settings, store, Arc::clone(&sealer), actor.name())?;
        let crm = port::highlevel(settings, &broker, store, &clock::system());
        let clients = shop::clients(settings, store, &sealer, actor.name())?;
        let bringer = Bringer { settings, store, crm, clients };
        let plan = bringer.plan(&organization, actor.name()).await?;
        if let Realm::Connection(own) = &actor.principal.realm
            && (*own != plan.shop || *own != plan.behalf.tenant)
        {
            return Err(Failure::user(
                "bring a shop's people: the API key is for one connection, and two are needed",
                "use a key of the whole organization",
            ));
        }
        let work = async {
            if !asked.mirrored {
                self.read(&plan.shop, asked.full).await?;
            }
            let mut tell = |step: &ShopStep| self.tell(step, asked.verbose);
            bringer.bring(&plan, &mut tell).await
        };
        match shop::in_turn(store, &plan.shop, work).await? {
            Some(report) => self.end(&report),
            None => Err(Failure::user(
                "bring a shop's people: another process is at it",
                "run it again when that is done; the hub's log says how it ended",
            )),
        }
    }

    /// Reads the shop's lists, and waits until the mirror has what they say.
    async fn read(&self, shop: &domain::Tenant, full: bool) -> Result<(), Failure> {
        let scope =
            RunScope { vendor: RepairShopr::NAME.to_owned(), tenant: shop.clone(), account: None };
        let asked_by = Some(self.actor.name().to_string());
        let run = SyncRun::asked(scope, asked_by, clock::now());
        let run = self.store.add_run(SyncRun { full, ..run }).await?;
        let follower = Follower { store: self.store, folder: self.hub, json: self.json };
        for run in follower.until_over(vec![run]).await? {
            let tally = run.tally();
            printer::talk(format!(
                "read {}: {} calls, {} records, {} new, {} changed, {} gone, {} failed ({})",
                run.scope,
                tally.calls,
                tally.listed,
                tally.created,
                tally.updated,
                tally.deleted,
                tally.failed,
                run.id,
            ));
            if run.state == RunState::Failed {
                let problem = run.problem.unwrap_or_default();
                return Err(Failure::user(
                    format!("read {}: {problem}", run.scope),
                    "`highwire doctor` looks at the connection; run this again afterwards",
                ));
            }
        }
        let (end, began) = (self.store.last().await?, Instant::now());
        while self.store.projected().await? < end && began.elapsed() < PATIENCE {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Tells of one person: what was done and what could not be, and on demand everything.
    fn tell(&self, step: &ShopStep, verbose: bool) {
        let is_told =
            matches!(step.brought, Brought::Created(_) | Brought::Updated(_) | Brought::Failed(_));
        if self.json || !(is_told || verbose) {
            return;
        }
        let about = match &step.brought {
            Brought::Created(id) | Brought::Updated(id) => format!(" {id}"),
            Brought::Skipped(reason) => format!(" {reason}"),
            Brought::Failed(reason) => format!(" {reason}"),
            Brought::Unchanged => String::new(),
        };
        let left_out = step.left_out.iter().map(|it| format!(" (without {})", it.name()));
        let left_out: String = left_out.collect();
        printer::talk(format!("{} {}{about}{left_out}", step.brought.name(), step.row));
    }

    /// Tells what came of it, and fails where it was cut off.
    fn end(&self, report: &Report) -> Result<(), Failure> {
        match self.json {
            true => {
                let told = json!({ "people": report.people, "leads": report.leads });
                printer::data(told.to_string());
            }
            false => {
                let first = Some(("people", &report.people));
                let leads = report.leads.as_ref().map(|leads| ("leads", leads));
                printer::data(table(first.into_iter().chain(leads)));
            }
        }
        match report.stopped() {
            Some(reason) => Err(Failure::user(
                format!("bring everybody: {reason}"),
                "run it again; who was brought is not brought twice",
            )),
            None => Ok(()),
        }
    }
}

fn table<'a>(reports: impl Iterator<Item = (&'a str, &'a ShopReport)>) -> String {
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for (what, report) in reports {
        let skipped: u64 = report.skipped.values().sum();
        let counts = [report.created, report.updated, report.unchanged, skipped, report.failed];
        let counts = counts.map(|count| count.to_string());
        rows.push(std::iter::once(what.to_owned()).chain(counts).collect());
        for (kind, reasons) in [("skipped", &report.skipped), ("left out", &report.left_out)] {
            notes.extend(reasons.iter().map(|(why, count)| format!("  {kind} {count}: {why}")));
        }
        let failures = report.failures.iter().take(FAILURES_SHOWN);
        notes.extend(failures.map(|one| format!("  failed {}: {}", one.row, one.reason)));
    }
    let head = ["", "created", "updated", "unchanged", "skipped", "failed"];
    let mut text = printer::table(&head, rows);
    for note in notes {
        text.push('\n');
        text.push_str(&note);
    }
    text
}
