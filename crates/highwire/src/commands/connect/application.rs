//! `highwire connect application`: an application of the user's own, with an address and a new secret.

use std::sync::Arc;

use connectors::application::{NAME, SECRET_BYTES, new_secret};
use domain::{Access, CredentialKey, Finding};
use serde_json::json;

use super::{
    Desk, draw,
    neighbors::{made, profile},
};
use crate::{cli, clock, failure::Failure, printer, subscriptions::Needs};

/// Connects an application, and shows the secret that its messages are signed with.
pub(super) async fn connect(
    desk: &Desk<'_>,
    flags: &cli::ConnectApplication,
) -> Result<(), Failure> {
    let aim = desk.aim(&flags.target, NAME).await?;
    let known = aim.known.as_ref().and_then(|known| known.url.clone());
    let url = flags.url.as_deref().map(|url| url.trim().to_owned()).or(known).ok_or_else(|| {
        let hint = "give --url, such as https://crm.example.com/highwire";
        Failure::user("connect an application: its address is not given", hint)
    })?;
    let clock = clock::system();
    let sealer = Arc::clone(&desk.sealer);
    let needs = Needs { settings: desk.settings, store: &desk.store, sealer, clock: &clock };
    needs.notary()?.judge(&url).map_err(|why| {
        Failure::user(format!("use --url: {why}"), "give another address, or allow this one")
    })?;
    let secret = new_secret(&draw::<SECRET_BYTES>()?);
    let mut profile = profile(&aim, Access::Open);
    profile.account_name = Some(aim.connection.name.clone());
    profile.url = Some(url);
    let finding = Finding::skipped("application", "it is told with the first row that changes");
    let credential = (CredentialKey::SIGNING_SECRET, secret.clone());
    desk.store(&aim, &made(&aim, profile, credential, vec![finding])).await?;
    match desk.json {
        true => printer::data(json!({ "secret": secret.expose() }).to_string()),
        false => {
            printer::data(secret.expose());
            printer::talk(
                "This is shown once: give it to the application, which verifies every message with it \
                 as Standard Webhooks says. Now name the connection in sync.application.connection, or \
                 in a mapping file: `highwire notion mapping --preset application` prints one.",
            );
        }
    }
    Ok(())
}
