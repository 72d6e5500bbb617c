//! The way from a shop to the CRM: which connections, by which clients, under whose turn.

mod stage;

use std::{future::Future, sync::Arc, time::Duration};

use connectors::{
    Safe,
    highlevel::HighLevel,
    repairshopr::{
        LeadDesk, RepairShopr, SharedAddress, ShopClients, ShopLists, Shops, StoredShops,
    },
};
use domain::{
    Connection, Connections, LeaseClaim, LeaseReply, Leases, OrganizationId, SecretSealer, Tenant,
    crm::{Behalf, Crm, WriteCause},
};
use endpoint::http::HttpTransport;
use engine::shop::{LeadHandover, ShopError, ShopPlan, ShopReport, ShopStep, ShopSync};
use jiff::SignedDuration;
use repairshopr::AddressBudget;
use store::{Sqlite, SqliteBudgets};

pub(crate) use self::stage::ShopStage;
use crate::{
    broker,
    clock::{self, Timer},
    commands::doctor::described,
    failure::Failure,
    settings::Settings,
};

/// How long a turn lasts, unless it is renewed.
const TURN: SignedDuration = SignedDuration::from_secs(60);

/// How often a turn is renewed.
const RENEWAL: Duration = Duration::from_secs(15);

/// The clients of shops that the binary uses.
pub(crate) type Clients = Arc<dyn ShopClients<HttpTransport, Timer>>;

/// What a shop is brought to the CRM with.
pub(crate) struct Bringer<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) store: &'a Sqlite,
    pub(crate) crm: Arc<dyn Crm>,
    pub(crate) clients: Clients,
}

/// What became of the people of a shop, and of the leads for it.
pub(crate) struct Report {
    pub(crate) people: ShopReport,
    /// None where leads are not handed over.
    pub(crate) leads: Option<ShopReport>,
}

impl Report {
    /// Why it ended before its end, where it did.
    pub(crate) fn stopped(&self) -> Option<&str> {
        let all = [Some(&self.people), self.leads.as_ref()];
        all.into_iter().flatten().find_map(|one| one.stopped.as_deref())
    }
}

/// What all calls to RepairShopr from this machine are counted by: together with other processes, where
/// a hub has its data folder.
///
/// # Errors
/// Where the budgets of the data folder cannot be opened.
pub(crate) fn budget(settings: &Settings) -> Result<AddressBudget, Failure> {
    let per_minute = settings.sync.repairshopr.requests_per_minute;
    if !settings.data_dir.is_dir() {
        return Ok(AddressBudget::new(per_minute));
    }
    let budgets = SqliteBudgets::open(&settings.data_dir).map_err(|source| {
        Failure::user("open the shared budgets", "name another folder with --data-dir")
            .because(source)
    })?;
    Ok(AddressBudget::counted_by(Arc::new(SharedAddress::new(budgets, per_minute))))
}

/// The clients of connected shops; keys are taken out in the name of `actor`.
///
/// # Errors
/// Where budgets or HTTPS cannot be used.
pub(crate) fn clients(
    settings: &Settings,
    store: &Sqlite,
    sealer: &Arc<dyn SecretSealer>,
    actor: domain::Actor,
) -> Result<Clients, Failure> {
    Ok(Shops::new(StoredShops {
        store: store.clone(),
        safe: Safe::new(store.clone(), Arc::clone(sealer), clock::system()),
        transport: described::transport()?,
        timer: Timer,
        budget: budget(settings)?,
        actor,
    }))
}

/// The lists of connected shops.
pub(crate) fn lists(clients: &Clients) -> ShopLists<HttpTransport, Timer> {
    ShopLists::new(Arc::clone(clients))
}

impl Bringer<'_> {
    /// Which shop of an organization is brought where.
    ///
    /// # Errors
    /// Where the settings name none that there is, or several could be meant.
    pub(crate) async fn plan(
        &self,
        organization: &OrganizationId,
        actor: domain::Actor,
    ) -> Result<ShopPlan, Failure> {
        let own = &self.settings.sync.repairshopr;
        let all = self.store.listing().await?.connections;
        let of = |vendor: &str| {
            let is_meant =
                |it: &&Connection| it.vendor == vendor && it.tenant.organization == *organization;
            all.iter().filter(is_meant).collect::<Vec<_>>()
        };
        let shops = of(RepairShopr::NAME).into_iter().map(named).collect::<Vec<_>>();
        let shop = chosen(&own.connection, &shops, ("connection", "RepairShopr"))?;
        let callable = self
            .crm
            .connections(organization)
            .await
            .map_err(|error| Failure::user("find the CRM", error.hint()).because(error))?;
        let crms = of(HighLevel::NAME).into_iter().map(named).collect::<Vec<_>>();
        let described = callable.iter().map(|tenant| (tenant.clone(), String::new()));
        let crms = described.map(|(tenant, _)| match crms.iter().find(|it| it.0 == tenant) {
            Some(known) => known.clone(),
            None => (tenant.clone(), tenant.connection.to_string()),
        });
        let crm = chosen(&own.crm, &crms.collect::<Vec<_>>(), ("crm", "HighLevel"))?;
        let account = Some(own.account.trim().to_owned()).filter(|account| !account.is_empty());
        // What one run writes is one change set, which can be undone as a whole.
        let cause = WriteCause::Joined {
            cause: format!("shop {} {}", shop.connection, clock::now()),
            title: "the people of RepairShopr".to_owned(),
        };
        Ok(ShopPlan {
            mapping: format!("repairshopr_{}", shop.connection),
            shop,
            behalf: Behalf { tenant: crm, account, actor, cause },
            rules: own.rules()?,
        })
    }

    /// Brings everybody, and hands leads over where that is switched on.
    ///
    /// # Errors
    /// Where the settings make no sense, the CRM cannot be written to, or the store fails.
    pub(crate) async fn bring(
        &self,
        plan: &ShopPlan,
        tell: &mut (dyn FnMut(&ShopStep) + Send),
    ) -> Result<Report, Failure> {
        let tag = self.settings.sync.repairshopr.lead_tag()?.map(str::to_owned);
        let sync = ShopSync {
            store: self.store.clone(),
            crm: Arc::clone(&self.crm),
            clock: clock::system(),
        };
        let people = Box::pin(sync.run(plan, tell)).await.map_err(|error| match error {
            ShopError::Storage(error) => Failure::from(error),
            ShopError::Crm(error) => {
                Failure::user("prepare the CRM for the shop's people", error.hint()).because(error)
            }
        })?;
        let Some(tag) = tag else { return Ok(Report { people, leads: None }) };
        let handover = LeadHandover {
            store: self.store.clone(),
            leads: Arc::new(LeadDesk::new(Arc::clone(&self.clients))),
            tag,
            clock: clock::system(),
        };
        let leads = Box::pin(handover.run(plan, tell)).await?;
        Ok(Report { people, leads: Some(leads) })
    }
}

/// Does something while nobody else brings the same shop, whichever process it is in; none where
/// somebody else does.
///
/// # Errors
/// Where the store fails, or the work does.
pub(crate) async fn in_turn<V>(
    store: &Sqlite,
    shop: &Tenant,
    work: impl Future<Output = Result<V, Failure>>,
) -> Result<Option<V>, Failure> {
    let claim = LeaseClaim {
        name: format!("shop/{}/{}", shop.organization, shop.connection),
        holder: broker::process_name()?,
        now: clock::now(),
        until: clock::now() + TURN,
    };
    let LeaseReply::Granted(lease) = store.take_lease(claim).await? else { return Ok(None) };
    let mut work = std::pin::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(RENEWAL) => {
                // What two at a time would do twice, links refuse.
                store.renew_lease(&lease, clock::now() + TURN).await?;
            }
        }
    };
    store.release_lease(&lease).await?;
    done.map(Some)
}

fn named(connection: &Connection) -> (Tenant, String) {
    (connection.tenant.clone(), connection.name.clone())
}

/// The connection that a setting names by id or name, or the only one.
fn chosen(
    setting: &str,
    all: &[(Tenant, String)],
    (key, vendor): (&str, &str),
) -> Result<Tenant, Failure> {
    let setting = setting.trim();
    let is_it = |(tenant, name): &&(Tenant, String)| {
        setting.is_empty() || tenant.connection.as_str() == setting || name == setting
    };
    let found: Vec<_> = all.iter().filter(is_it).collect();
    match found.as_slice() {
        [(tenant, _)] => Ok(tenant.clone()),
        [] => Err(Failure::user(
            format!("find the connection to {vendor}: there is none that is meant"),
            format!(
                "connect it, and set sync.repairshopr.{key} where several are; \
                 `highwire connections list` shows them"
            ),
        )),
        several => {
            let ids = several.iter().map(|(tenant, _)| tenant.connection.as_str());
            Err(Failure::user(
                format!("choose a connection to {vendor}: there are several"),
                format!(
                    "set sync.repairshopr.{key} to one of {}",
                    ids.collect::<Vec<_>>().join(", ")
                ),
            ))
        }
    }
}
