//! A simulated HighLevel with an installed app, and a data folder with the connection to it.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use connectors::{
    Safe,
    highlevel::{Broker, BrokerParts, HighLevel, TOKEN_CALL_TIMEOUT},
};
use domain::{
    Access, Actor, Audit as _, Clock, Connection, ConnectionId, ConnectionProfile,
    Connections as _, CredentialKey, OrganizationId, Profiles as _, Realm, Standing, Tenant,
};
use endpoint::{
    Method, Request, Secret, Timer, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use highlevel::auth::{CodeExchange, OAuthApp, TokenPair, exchange_code};
use jiff::Timestamp;
use sandbox::{
    SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
};
use store::{Sqlite, SqliteBudgets};

use super::{relay::Relay, seal::TrialSealer};

/// The time of a trial, as clients want it: waits are real.
#[derive(Clone)]
pub struct TrialTime(pub SandboxClock);

impl Timer for TrialTime {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        crate::Runtime.sleep(duration).await; // tidy: sleep, the client asks for it
    }
}

/// The connection of the trial.
pub(super) fn tenant() -> Tenant {
    Tenant {
        organization: OrganizationId::new("trial"),
        connection: ConnectionId::new("trial-highlevel"),
    }
}

/// A broker over this data folder, which is open in this process.
///
/// # Errors
/// Where the folder cannot be used.
pub fn open_broker(
    folder: &Path,
    store: &Sqlite,
    clock: &SandboxClock,
) -> Result<Broker<Sqlite, HttpTransport, TrialTime>> {
    let process = std::process::id();
    let settings = HttpSettings { call_timeout: TOKEN_CALL_TIMEOUT, ..HttpSettings::default() };
    Ok(Broker::new(BrokerParts {
        store: store.clone(),
        safe: safe(store, clock)?,
        budgets: SqliteBudgets::open(folder)?,
        transport: HttpTransport::new(HttpSettings::default())?,
        token_transport: HttpTransport::new(settings)?,
        timer: TrialTime(clock.clone()),
        actor: Actor::Hub,
        process: format!("process {process} at {}", clock.now()),
        jitter_seed: u64::from(process),
        configured: None,
    }))
}

fn safe(store: &Sqlite, clock: &SandboxClock) -> Result<Safe<Sqlite>> {
    Ok(Safe::new(store.clone(), Arc::new(TrialSealer::new()?), domain_clock(clock)))
}

pub(super) fn domain_clock(clock: &SandboxClock) -> Arc<dyn Clock> {
    let clock = clock.clone();
    Arc::new(move || clock.now())
}

/// Everything around the processes.
pub struct House {
    /// The simulated HighLevel.
    pub highlevel: HighLevelSandbox,
    /// What stands in front of it.
    pub relay: Relay,
    /// Its clock.
    pub clock: SandboxClock,
    /// How far the clock was moved.
    pub ahead: Duration,
    store: Sqlite,
}

impl House {
    /// Starts HighLevel and makes the data folder, which a hub may open from then on.
    ///
    /// # Errors
    /// Where one of them cannot be made.
    pub async fn open(folder: &Path) -> Result<Self> {
        let clock = crate::clock();
        let settings = HighLevelSettings {
            rate_limits: RateLimits::generous(),
            contacts: 1,
            opportunities: 0,
            ..HighLevelSettings::default()
        };
        let highlevel = HighLevelSandbox::start(settings, clock.clone()).await?;
        let relay = Relay::start(&highlevel.url()).await?;
        // A hub makes the files; this process then only looks along.
        drop(Sqlite::open(folder, domain_clock(&clock))?);
        let store = Sqlite::open_beside(folder)?;
        let connection = Connection {
            tenant: tenant(),
            vendor: HighLevel::NAME.to_owned(),
            name: "trial".to_owned(),
            created_at: clock.now(),
        };
        store.put_connection(connection).await?;
        Ok(Self { highlevel, relay, clock, ahead: Duration::ZERO, store })
    }

    /// Moves the clock of HighLevel; the processes follow with what they are told next.
    pub fn pass(&mut self, time: Duration) {
        self.clock.advance(time);
        self.ahead += time;
    }

    /// Lets a person install the app and keeps the pair; `choice` is what the person chooses.
    ///
    /// # Errors
    /// Where HighLevel refuses, or the pair cannot be stored.
    pub async fn consent(&self, choice: &str) -> Result<()> {
        let (client_id, client_secret) =
            (self.highlevel.client_id(), self.highlevel.client_secret());
        let transport = HttpTransport::new(HttpSettings::default())?;
        let url = format!(
            "{}/v2/oauth/chooselocation?response_type=code&client_id={client_id}\
             &auto_approve=true{choice}",
            self.highlevel.url()
        );
        let request = Request { method: Method::Get, url, headers: Vec::new(), body: "".into() };
        let led = transport.send(request).await?;
        let target = led.header("location").context("the page leads nowhere")?;
        let (_, code) = target.split_once("code=").context("there is no code")?;
        let app = OAuthApp {
            base_url: self.highlevel.url(),
            client_id: client_id.clone(),
            client_secret: Secret::new(&client_secret),
        };
        let exchange = CodeExchange {
            code: &Secret::new(code),
            redirect_url: self.highlevel.redirect_uri(),
            user_type: None,
            verifier: None,
        };
        let timer = TrialTime(self.clock.clone());
        let grant = exchange_code(&transport, &timer, &app, &exchange).await?;
        let named = (ConnectionProfile::CLIENT_ID.to_owned(), client_id);
        let profile = ConnectionProfile {
            tenant: tenant(),
            access: Access::OAuth,
            url: Some(self.relay.url()),
            settings: [named].into(),
            account_name: None,
            scopes: Vec::new(),
            standing: Standing::Ready,
            revised_at: self.clock.now(),
        };
        self.store.put_profile(profile).await?;
        let safe = safe(&self.store, &self.clock)?;
        for (kind, secret) in [
            (CredentialKey::APP_SECRET, Secret::new(&client_secret)),
            (CredentialKey::TOKEN_PAIR, grant.pair.to_json()),
        ] {
            safe.put(&CredentialKey::new(&tenant(), kind), &secret, &Actor::Installation).await?;
        }
        Ok(())
    }

    /// The pair that is stored.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn pair(&self) -> Result<TokenPair> {
        let key = CredentialKey::new(&tenant(), CredentialKey::TOKEN_PAIR);
        let opened = safe(&self.store, &self.clock)?.open(&key, &Actor::Installation).await?;
        TokenPair::from_json(&opened.context("no pair is stored")?).context("it is no pair")
    }

    /// How the connection stands.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn standing(&self) -> Result<Standing> {
        Ok(self.store.profile(&tenant()).await?.context("the profile is gone")?.standing)
    }

    /// How often the audit tells this act.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn audited(&self, act: &str) -> Result<usize> {
        Ok(self.store.audit(&Realm::Installation, act, None, 10_000).await?.len())
    }
}
