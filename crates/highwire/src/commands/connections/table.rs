//! `highwire connections list`: connections, accounts and installations, and what waits for an owner.

use domain::{
    AccountKey, CredentialKey, Credentials, HeldSummary, Installation, Listing, Quarantine, Realm,
    WebhookSecret,
};
use domain::{Connection, Connections};
use serde_json::{Value, json};

use super::Desk;
use crate::{cli::Owner, clock, doors, failure::Failure, printer};

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
        let accounts = accounts(desk, &listing, &connection);
        match desk.json {
            true => printer::data(described(&connection, &accounts, secret, &listing).to_string()),
            false => rows.push(row(&connection, &accounts, secret, &listing)),
        }
    }
    if !desk.json {
        let head = ["connection", "organization", "vendor", "name", "secret", "accounts"];
        printer::data(printer::table(&head, rows));
    }
    if only.is_none() {
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

fn row(
    connection: &Connection,
    accounts: &[AccountKey],
    secret: &str,
    listing: &Listing,
) -> Vec<String> {
    let told = |key: &AccountKey| match state(key, listing) {
        Some(state) => format!("{} ({state})", key.id),
        None => key.id.clone(),
    };
    vec![
        connection.tenant.connection.to_string(),
        connection.tenant.organization.to_string(),
        connection.vendor.clone(),
        connection.name.clone(),
        secret.to_owned(),
        accounts.iter().map(told).collect::<Vec<_>>().join(", "),
    ]
}

fn described(
    connection: &Connection,
    accounts: &[AccountKey],
    secret: &str,
    listing: &Listing,
) -> Value {
    let account = |key: &AccountKey| json!({ "account": key.id, "state": state(key, listing), "plan": plan(key, listing) });
    json!({
        "connection": connection.tenant.connection,
        "organization": connection.tenant.organization,
        "vendor": connection.vendor,
        "name": connection.name,
        "secret": secret,
        "accounts": accounts.iter().map(account).collect::<Vec<_>>(),
    })
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
