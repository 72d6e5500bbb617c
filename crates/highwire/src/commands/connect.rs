//! `highwire connect`: makes or renews a connection to a vendor, looks at it, and says what it found.

mod application;
mod browser;
mod consent;
mod given;
mod highlevel;
mod model;
mod neighbors;

use std::sync::Arc;

use aws_lc_rs::rand;
use connectors::{Connecting, NewConnection, NewConnectionError, Safe};
use domain::{
    Connection, ConnectionId, ConnectionProfile, Connections, Finding, Organization, Profiles,
    SecretSealer, Tenant,
};
use serde_json::json;
use store::{OpenError, Sqlite};

use crate::{
    actor::Actor,
    cli::{self, Target},
    clock, doors,
    failure::Failure,
    master_keys, printer,
    sealer::Sealer,
    set_up,
    settings::Settings,
    wiring,
};

/// The settings of a profile that say whose account it is: a renewal does not change them.
const IDENTITY: [&str; 3] =
    [ConnectionProfile::LOCATION_ID, ConnectionProfile::COMPANY_ID, ConnectionProfile::SUBDOMAIN];

/// What the commands work on.
struct Desk<'a> {
    settings: &'a Settings,
    actor: &'a Actor,
    store: Sqlite,
    sealer: Arc<dyn SecretSealer>,
    connecting: Connecting<Sqlite>,
    json: bool,
}

/// The connection that a command is about.
struct Aim {
    connection: Connection,
    /// What it is like today, where it is renewed.
    known: Option<ConnectionProfile>,
    unchecked: bool,
}

/// Runs one of the commands.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    command: cli::Connect,
    json: bool,
) -> Result<(), Failure> {
    if let cli::Connect::Browser(owner) = &command {
        return set_up::open_link(settings, actor, owner, json).await;
    }
    let desk = Desk::open(settings, actor, json).await?;
    match command {
        cli::Connect::Application(flags) => application::connect(&desk, &flags).await,
        cli::Connect::Browser(_) => Ok(()),
        cli::Connect::Highlevel(flags) => match &flags.token {
            Some(token) => highlevel::with_token(&desk, &flags, token).await,
            None => consent::ask(&desk, &flags).await,
        },
        cli::Connect::HighlevelBrowser(flags) => browser::connect(&desk, &flags).await,
        cli::Connect::Notion(flags) => neighbors::notion(&desk, &flags).await,
        cli::Connect::Repairshopr(flags) => neighbors::repairshopr(&desk, &flags).await,
        cli::Connect::Openai(flags) => model::connect(&desk, chat::Provider::OpenAi, &flags).await,
        cli::Connect::Anthropic(flags) => {
            model::connect(&desk, chat::Provider::Anthropic, &flags).await
        }
        cli::Connect::Ollama(flags) => model::connect(&desk, chat::Provider::Ollama, &flags).await,
        cli::Connect::Custom(flags) => model::connect(&desk, chat::Provider::Custom, &flags).await,
    }
}

impl<'a> Desk<'a> {
    async fn open(settings: &'a Settings, actor: &'a Actor, json: bool) -> Result<Self, Failure> {
        let store = open(settings).await?;
        let keyring = master_keys::open(settings, &store).await?;
        let sealer: Arc<dyn SecretSealer> = Arc::new(Sealer::new(keyring));
        let connecting = connecting(settings, &store, &sealer)?;
        Ok(Self { settings, actor, store, sealer, connecting, json })
    }

    /// The connection that the flags mean: one that is there, or a new one with a name of its own.
    async fn aim(&self, target: &Target, vendor: &str) -> Result<Aim, Failure> {
        let organization = self.organization(target).await?.id;
        let own = |one: &Connection| one.tenant.organization == organization;
        let all = self.store.listing().await?.connections;
        if let Some(asked) = target.again.as_deref().map(str::trim) {
            let is_it = |one: &Connection| {
                own(one) && (one.name == asked || one.tenant.connection.as_str() == asked)
            };
            let found = all.into_iter().find(|one| is_it(one) && one.vendor == vendor);
            // What was asked for is not repeated: it may be a token in the wrong place.
            let connection = found.ok_or_else(|| {
                let hint = "`highwire connections list` shows those that are there";
                Failure::user(format!("find such a connection of {organization} to {vendor}"), hint)
            })?;
            let known = self.store.profile(&connection.tenant).await?;
            return Ok(Aim { connection, known, unchecked: target.unchecked });
        }
        let is_taken = |name: &str| all.iter().any(|one| own(one) && one.name == name);
        let name = match &target.name {
            Some(name) => name.clone(),
            None => free_name(vendor, is_taken),
        };
        let connection = Connection {
            tenant: Tenant { organization, connection: draw_id()? },
            vendor: vendor.to_owned(),
            name,
            created_at: clock::now(),
        };
        Ok(Aim { connection, known: None, unchecked: target.unchecked })
    }

    async fn organization(&self, target: &Target) -> Result<Organization, Failure> {
        self.actor.organization(&self.store, target.owner.organization.as_ref()).await
    }

    /// Stores what was looked at, and tells what was found. What does not work is not stored, unless
    /// somebody wants it so.
    async fn store(&self, aim: &Aim, new: &NewConnection) -> Result<(), Failure> {
        if !new.is_sound() && !aim.unchecked {
            self.tell_findings(&new.findings);
            return Err(Failure::user(
                format!(
                    "connect {}: it does not work yet, so nothing was stored",
                    new.connection.vendor
                ),
                "change what stands in the last column, from the top down; or store it as it is with \
                 --unchecked",
            ));
        }
        if let Some(known) = &aim.known {
            same_account(known, &new.profile)?;
        }
        let actor = self.actor.name();
        let stored = match aim.known.is_some() {
            true => self.connecting.renew(new, &actor).await,
            false => self.connecting.add(new, &actor).await,
        };
        stored.map_err(not_stored)?;
        let profile = &new.profile;
        self.tell(
            &new.connection,
            profile.account_name.as_deref(),
            aim.known.is_some(),
            &new.findings,
        );
        Ok(())
    }

    /// Says what is connected, and what was found.
    fn tell(
        &self,
        connection: &Connection,
        account: Option<&str>,
        renewed: bool,
        findings: &[Finding],
    ) {
        let Tenant { organization, connection: id } = &connection.tenant;
        if self.json {
            let told = json!({
                "connection": id,
                "organization": organization,
                "vendor": connection.vendor,
                "name": connection.name,
                "account": account,
                "renewed": renewed,
                "findings": findings,
            });
            printer::data(told.to_string());
            return;
        }
        let done = if renewed { "Connected again" } else { "Connected" };
        let account = account.unwrap_or("an account without a name");
        printer::data(format!(
            "{done}: {account} ({}, {id}, of {organization}) as {}",
            connection.vendor, connection.name
        ));
        self.tell_findings(findings);
    }

    fn tell_findings(&self, findings: &[Finding]) {
        match self.json {
            true => printer::data(json!({ "findings": findings }).to_string()),
            false => printer::data(super::doctor::findings(findings)),
        }
    }
}

/// Opens the data folder beside a hub that runs, and makes it where nothing is there yet.
async fn open(settings: &Settings) -> Result<Sqlite, Failure> {
    match Sqlite::open_beside(&settings.data_dir) {
        Err(OpenError::Absent { .. }) => {}
        opened => return Ok(opened?),
    }
    drop(Sqlite::open(&settings.data_dir, clock::system())?);
    let store = Sqlite::open_beside(&settings.data_dir)?;
    wiring::add_default_organization(&store, clock::now()).await?;
    Ok(store)
}

/// What stores connections in this data folder.
pub(crate) fn connecting(
    settings: &Settings,
    store: &Sqlite,
    sealer: &Arc<dyn SecretSealer>,
) -> Result<Connecting<Sqlite>, Failure> {
    let safe = Safe::new(store.clone(), Arc::clone(sealer), clock::system());
    let described = doors::rules(settings, clock::now())?.accounts;
    Ok(Connecting::new(store.clone(), safe, clock::system(), described))
}

/// An id that nobody guesses.
pub(crate) fn draw_id() -> Result<ConnectionId, Failure> {
    Ok(ConnectionId::new(&format!("{:016x}", u64::from_be_bytes(draw()?))))
}

/// Random bytes.
fn draw<const N: usize>() -> Result<[u8; N], Failure> {
    let mut random = [0; N];
    let failed = |_| Failure::user("draw random bytes", "try again; the system has none to give");
    rand::fill(&mut random).map_err(failed)?;
    Ok(random)
}

pub(crate) fn free_name(vendor: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number: u32| format!("{vendor} {number}"));
    let mut names = std::iter::once(vendor.to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).expect("there is no end of numbers")
}

fn same_account(known: &ConnectionProfile, new: &ConnectionProfile) -> Result<(), Failure> {
    for name in IDENTITY {
        if let (Some(was), Some(is)) = (known.setting(name), new.setting(name))
            && was != is
        {
            return Err(Failure::user(
                format!("renew the connection: it is for {was}, and this is for {is}"),
                "give a credential of the same account, or connect the other without --again",
            ));
        }
    }
    Ok(())
}

fn not_stored(error: NewConnectionError) -> Failure {
    Failure::user("store the connection", "see the line above").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_vendors_until_it_is_taken() {
        assert_eq!(free_name("notion", |_| false), "notion");
        assert_eq!(free_name("notion", |name| name == "notion"), "notion 2");
        assert_eq!(free_name("notion", |name| name != "notion 4"), "notion 4");
    }
}
