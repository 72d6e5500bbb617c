//! `highwire connections list`: connections, accounts and installations, and what waits for an owner.

use domain::{
    AccountKey, CredentialKey, Credentials, HeldSummary, Installation, Listing, Quarantine, Realm,
    WebhookSecret,
};
use domain::{Connection, ConnectionProfile, Connections, Profiles, Standing};
use serde_json::{Value, json};

use super::Desk;
use crate::{cli::Owner, clock, doors, failure::Failure, printer};

/// How many accounts of a connection a row shows; `--json` shows all.
const SHOWN: usize = 5;

/// Lists the connections that the actor can see; the owner of the installation sees what waits too.
pub(super) async fn list(desk: &Desk<'_>, owner: &Owner) -> Result<(), Failure> {
    let is_installation = desk.actor.principal.realm == Realm::Installation;
    let only = match (&owner.organization, is_installation) {
        (None, true) => None,
        _ => Some(desk.organization(owner).await?.id),
    };
    let listing = desk.store.listing().await?;
    let mut rows = Vec::new();
    for connection in desk.all().await? {
        if only.as_ref().is_some_and(|only| *only != connection.tenant.organization) {
            continue;
        }
        let secret = secret_state(desk, &connection).await?;
        let profile = desk.store.profile(&connection.tenant).await?;
        let accounts = accounts(desk, &listing, &connection);
        let seen = Seen { connection: &connection, profile, accounts, secret };
        match desk.json {
            true => printer::data(seen.described(&listing).to_string()),
            false => rows.push(seen.row(&listing)),
        }
    }
    if !desk.json {
        let head = [
            "connection",
            "organization",
            "vendor",
            "name",
            "standing",
            "account",
            "secret",
            "accounts",
        ];
        printer::data(printer::table(&head, rows));
    }
    if only.is_none() {
        tell_unconnected(&unconnected(desk, &listing), desk.json);
        tell_waiting(&desk.store.held().await?, desk.json);
    }
    Ok(())
}

/// The accounts of a connection, those of the settings too.
fn accounts(desk: &Desk<'_>, listing: &Listing, connection: &Connection) -> Vec<AccountKey> {
    let rules = doors::rules(desk.settings, clock::now()).unwrap_or_default();
    let all = listing.accounts.iter().chain(&rules.accounts);
    let own = all.filter(|account| account.tenant == connection.tenant);
    let keys: std::collections::BTreeSet<_> = own.map(|account| account.key.clone()).collect();
    keys.into_iter().collect()
}

async fn secret_state(desk: &Desk<'_>, connection: &Connection) -> Result<&'static str, Failure> {
    let stored = async |kind: &str| {
        let key = CredentialKey { tenant: connection.tenant.clone(), kind: kind.to_owned() };
        Ok::<_, Failure>(desk.store.credential(&key).await?.is_some())
    };
    Ok(match (stored(WebhookSecret::KIND).await?, stored(WebhookSecret::OFFERED).await?) {
        (false, true) => "to verify",
        // Anybody who knows the address can offer one, and it changes nothing until it is accepted.
        (true, true) => "stored, another offered",
        (true, false) => "stored",
        (false, false) => "none",
    })
}

/// A connection as the list shows it.
struct Seen<'a> {
    connection: &'a Connection,
    profile: Option<ConnectionProfile>,
    accounts: Vec<AccountKey>,
    secret: &'static str,
}

impl Seen<'_> {
    fn row(&self, listing: &Listing) -> Vec<String> {
        let told = |key: &AccountKey| match state(key, listing) {
            Some(state) => format!("{} ({state})", key.id),
            None => key.id.clone(),
        };
        let name = self.profile.as_ref().and_then(|profile| profile.account_name.clone());
        let mut accounts: Vec<String> = self.accounts.iter().map(told).take(SHOWN).collect();
        if self.accounts.len() > SHOWN {
            accounts.push(format!("and {} more", self.accounts.len() - SHOWN));
        }
        vec![
            self.connection.tenant.connection.to_string(),
            self.connection.tenant.organization.to_string(),
            self.connection.vendor.clone(),
            self.connection.name.clone(),
            self.standing().unwrap_or("events only").replace('_', " "),
            name.unwrap_or_default(),
            self.secret.to_owned(),
            accounts.join(", "),
        ]
    }

    fn described(&self, listing: &Listing) -> Value {
        let account = |key: &AccountKey| json!({ "account": key.id, "state": state(key, listing), "plan": plan(key, listing) });
        let profile = self.profile.as_ref();
        let reason = profile.and_then(|profile| match &profile.standing {
            Standing::Ready => None,
            Standing::NeedsConsent { reason, .. } => Some(reason.clone()),
        });
        json!({
            "connection": self.connection.tenant.connection,
            "organization": self.connection.tenant.organization,
            "vendor": self.connection.vendor,
            "name": self.connection.name,
            "access": profile.map(|profile| profile.access.name()),
            "standing": self.standing(),
            "reason": reason,
            "account_name": profile.and_then(|profile| profile.account_name.clone()),
            "scopes": profile.map(|profile| profile.scopes.clone()),
            "secret": self.secret,
            "accounts": self.accounts.iter().map(account).collect::<Vec<_>>(),
        })
    }

    /// Whether calls can be made; none where nothing is stored to call with.
    fn standing(&self) -> Option<&'static str> {
        self.profile.as_ref().map(|profile| profile.standing.name())
    }
}

/// The accounts in which an app of the hub's is installed, and which nobody connected.
fn unconnected<'a>(desk: &Desk<'_>, listing: &'a Listing) -> Vec<&'a Installation> {
    let rules = doors::rules(desk.settings, clock::now()).unwrap_or_default();
    let owned: std::collections::BTreeSet<&AccountKey> =
        listing.accounts.iter().chain(&rules.accounts).map(|one| &one.key).collect();
    let is_open = |one: &&Installation| {
        // What a company's connection has not taken up yet is its own all the same.
        let company = one
            .company
            .as_ref()
            .map(|company| AccountKey { id: company.clone(), ..one.key.account.clone() });
        one.installed == Some(true)
            && !owned.contains(&one.key.account)
            && company.is_none_or(|company| !owned.contains(&company))
    };
    listing.installations.iter().filter(is_open).collect()
}

fn tell_unconnected(installations: &[&Installation], json: bool) {
    for one in installations.iter().filter(|_| json) {
        let told = json!({
            "unconnected_account": one.key.account.id,
            "vendor": one.key.account.vendor,
            "app": one.key.app,
            "company": one.company,
            "installed_at": one.state_at,
        });
        printer::data(told.to_string());
    }
    if json || installations.is_empty() {
        return;
    }
    let rows = installations.iter().map(|one| {
        vec![
            one.key.account.id.clone(),
            one.key.account.vendor.clone(),
            one.key.app.clone(),
            one.company.clone().unwrap_or_default(),
        ]
    });
    printer::data("");
    let head = ["installed, not connected", "vendor", "app", "company"];
    printer::data(printer::table(&head, rows));
    printer::talk("`highwire connect` connects the account of an app that is installed.");
}

/// Whether an app is installed in the account, where an event has told it.
fn state(key: &AccountKey, listing: &Listing) -> Option<&'static str> {
    let told: Vec<bool> = of(key, listing).filter_map(|one| one.installed).collect();
    match told.contains(&true) {
        true => Some("installed"),
        false => (!told.is_empty()).then_some("uninstalled"),
    }
}

fn plan(key: &AccountKey, listing: &Listing) -> Option<String> {
    of(key, listing).find_map(|one| one.plan.clone())
}

fn of<'a>(key: &'a AccountKey, listing: &'a Listing) -> impl Iterator<Item = &'a Installation> {
    listing.installations.iter().filter(move |one| one.key.account == *key)
}

fn tell_waiting(waiting: &[HeldSummary], json: bool) {
    if json {
        for held in waiting {
            let told = json!({
                "waiting_account": held.group.account,
                "vendor": held.group.source,
                "app": held.group.app,
                "reason": held.reason.name(),
                "events": held.events,
                "first_at": held.first_at,
                "last_at": held.last_at,
            });
            printer::data(told.to_string());
        }
        return;
    }
    if waiting.is_empty() {
        return;
    }
    let rows = waiting.iter().map(|held| {
        vec![
            held.group.account.clone(),
            held.group.source.clone(),
            held.group.app.clone().unwrap_or_default(),
            held.reason.name().to_owned(),
            held.events.to_string(),
            held.first_at.to_string(),
        ]
    });
    printer::data("");
    let head = ["waiting account", "vendor", "app", "reason", "events", "since"];
    printer::data(printer::table(&head, rows));
    printer::talk(
        "`highwire connections connect-account` gives an account to a connection, and its events come in.",
    );
}
