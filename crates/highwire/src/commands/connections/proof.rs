//! How the webhooks of a connection prove themselves: secrets, tokens, and Notion's verification.

use std::io::{IsTerminal, Read};

use aws_lc_rs::rand;
use domain::{
    Added, ApiKey, ApiKeys, Connection, Credential, CredentialKey, Credentials, KeyHash, Role,
    Scope, SecretSealer, WebhookSecret,
};
use serde_json::json;

use super::Desk;
use crate::{
    cli::TokenDoor, clock, commands::api_keys, doors, failure::Failure, master_keys, printer,
    sealer::Sealer,
};

/// How many random bytes a secret is made of.
const RANDOM: usize = 32;

/// Stores the secret of a connection: one that is made here, or one that is read.
pub(super) async fn store_secret(
    desk: &Desk<'_>,
    connection: &Connection,
    make: bool,
) -> Result<(), Failure> {
    let secret = if make { made()? } else { read()? };
    let sealer = sealer(desk).await?;
    put(desk, &sealer, key(connection, WebhookSecret::KIND), &secret).await?;
    let id = &connection.tenant.connection;
    match (make, desk.json) {
        (true, true) => {
            let told = json!({ "connection": id, "stored": true, "secret": secret.expose() });
            printer::data(told.to_string());
        }
        (true, false) => {
            printer::data(secret.expose());
            printer::talk("This is shown once: give it to who signs the webhooks, and keep it.");
        }
        (false, true) => printer::data(json!({ "connection": id, "stored": true }).to_string()),
        (false, false) => printer::data(format!("{id}: the webhook secret is stored")),
    }
    Ok(())
}

/// Removes the secret of a connection.
pub(super) async fn remove_secret(desk: &Desk<'_>, connection: &Connection) -> Result<(), Failure> {
    if !desk.store.delete_credential(&key(connection, WebhookSecret::KIND)).await? {
        let hint = "`highwire connections list` shows which connections have one";
        return Err(Failure::user("remove the webhook secret: none is stored", hint));
    }
    desk.tell(connection, "secret_removed")
}

/// Makes the address of a door with a token in it.
pub(super) async fn make_token(
    desk: &Desk<'_>,
    connection: &Connection,
    door: TokenDoor,
) -> Result<(), Failure> {
    let (path, vendor) = match door {
        TokenDoor::Workflow => (doors::WORKFLOW_PATH, connectors::highlevel::HighLevel::NAME),
        TokenDoor::Repairshopr => {
            (doors::REPAIRSHOPR_PATH, connectors::repairshopr::RepairShopr::NAME)
        }
    };
    if connection.vendor != vendor {
        let hint = format!("name a connection to {vendor}; `highwire connections list` shows them");
        let attempted =
            format!("make a token for {}: it is one to {}", connection.name, connection.vendor);
        return Err(Failure::user(attempted, hint));
    }
    let (id, secret) = api_keys::draw()?;
    let key = ApiKey {
        id: id.clone(),
        organization: connection.tenant.organization.clone(),
        connection: Some(connection.tenant.connection.clone()),
        name: format!("webhook address of {}", connection.name),
        role: Role::Application,
        scopes: [Scope::WebhooksSend].into(),
        secret_hash: secret.hash(),
        created_at: clock::now(),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    if desk.store.add_api_key(key).await? != Added::New {
        let hint = "`highwire organizations list` shows those that are there";
        return Err(Failure::user("make a token for an organization that is not there", hint));
    }
    let url = url(desk, &path.replace("{token}", secret.expose()));
    if desk.json {
        printer::data(json!({ "key": id, "url": url }).to_string());
        return Ok(());
    }
    printer::data(&url);
    printer::talk(format!(
        "This is shown once. Whoever knows it can deliver; `highwire api-keys revoke {id}` ends it."
    ));
    Ok(())
}

/// The address of the door that knows a connection by its id.
pub(super) fn address(desk: &Desk<'_>, connection: &Connection) -> String {
    let id = connection.tenant.connection.as_str();
    url(desk, &doors::NOTION_PATH.replace("{connection}", id))
}

/// Shows the token that was offered to a connection, or takes it as its secret.
pub(super) async fn verification(
    desk: &Desk<'_>,
    connection: &Connection,
    accept: Option<&str>,
) -> Result<(), Failure> {
    if connection.vendor != connectors::notion::Notion::NAME {
        let attempted = format!(
            "show the verification token of {}: it is a connection to {}",
            connection.name, connection.vendor
        );
        let hint = "name a connection to notion; `highwire connections list` shows them";
        return Err(Failure::user(attempted, hint));
    }
    let offered = key(connection, WebhookSecret::OFFERED);
    let Some(stored) = desk.store.credential(&offered).await? else {
        let hint =
            format!("add a webhook with the address {} in Notion first", address(desk, connection));
        return Err(Failure::user("show the verification token: none has come", hint));
    };
    let sealer = sealer(desk).await?;
    let unreadable = |problem: String| {
        let hint = "let Notion send the token again, and see `highwire keys status`";
        Failure::user("read the verification token", hint).with_details([problem])
    };
    let opened = sealer.open(&stored).await.map_err(&unreadable)?;
    let token = WebhookSecret::of(&opened)
        .ok_or_else(|| unreadable("what is stored is no secret".to_owned()))?;
    let (came_at, own) = (stored.stored_at, fingerprint(&token));
    let Some(accepted) = accept else {
        let told = json!({
            "verification_token": token.expose(), "fingerprint": own, "came_at": came_at,
        });
        printer::data(if desk.json { told.to_string() } else { token.expose().to_owned() });
        printer::talk(format!(
            "It came at {came_at}, from whoever knows the address. Paste it into Notion; when Notion \
             says that it is right, run this again with --accept {own}"
        ));
        return Ok(());
    };
    // Somebody may have sent another one since the operator looked.
    if accepted.trim() != own {
        let hint = "look again without --accept, and paste what you see into Notion";
        return Err(Failure::user("accept the verification token: another one has come", hint));
    }
    put(desk, &sealer, key(connection, WebhookSecret::KIND), &token).await?;
    desk.store.delete_credential(&offered).await?;
    desk.tell(connection, "verified")
}

/// What names a token without telling it.
fn fingerprint(token: &WebhookSecret) -> String {
    let hash = KeyHash::of(token.expose());
    hash.as_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn key(connection: &Connection, kind: &str) -> CredentialKey {
    CredentialKey { tenant: connection.tenant.clone(), kind: kind.to_owned() }
}

async fn sealer(desk: &Desk<'_>) -> Result<Sealer, Failure> {
    Ok(Sealer::new(master_keys::open(desk.settings, &desk.store).await?))
}

async fn put(
    desk: &Desk<'_>,
    sealer: &Sealer,
    key: CredentialKey,
    secret: &WebhookSecret,
) -> Result<(), Failure> {
    let content = sealer.seal(&key, secret.text()).await.map_err(|problem| {
        let hint = "mend the master key; `highwire keys status` shows which there are";
        Failure::user("seal the webhook secret", hint).with_details([problem])
    })?;
    let stored_at = clock::now();
    Ok(desk.store.put_credential(Credential { key, content, stored_at }).await?)
}

fn made() -> Result<WebhookSecret, Failure> {
    let mut random = [0_u8; RANDOM];
    let failed = |_| Failure::user("draw random bytes", "try again; the system has none to give");
    rand::fill(&mut random).map_err(failed)?;
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(WebhookSecret::new(&digits).expect("sixty-four digits are a secret"))
}

fn read() -> Result<WebhookSecret, Failure> {
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        printer::talk("Type the secret, then Ctrl-D:");
    }
    let mut text = String::new();
    let most = WebhookSecret::LONGEST as u64 + 64;
    let hint = "write it to stdin, or let one be made with --make; it has at most 512 characters";
    let refused = || Failure::user("read the webhook secret from stdin", hint);
    stdin
        .by_ref()
        .take(most)
        .read_to_string(&mut text)
        .map_err(|source| refused().because(source))?;
    WebhookSecret::new(&text).ok_or_else(refused)
}

/// The address of a door as senders see it.
fn url(desk: &Desk<'_>, path: &str) -> String {
    let public = desk.settings.webhook.public_url.trim_end_matches('/');
    match public.is_empty() {
        true => format!("http://{}{path}", desk.settings.listen),
        false => format!("{public}{path}"),
    }
}
