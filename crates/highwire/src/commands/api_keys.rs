//! `highwire api-keys`: the keys of programs and assistants.

use std::time::Duration;

use aws_lc_rs::rand;
use domain::{ApiKey, ApiKeyId, ApiKeySecret, ApiKeys};
use engine::administration::{IssuedKey, KeyWish};
use jiff::Timestamp;
use policy::access::NewKey;
use serde_json::{Value, json};
use store::Sqlite;

use crate::{
    actor::Actor, administration, cli, clock, failure::Failure, printer, settings::Settings, wiring,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs one of the commands.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    command: cli::ApiKeys,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let first = wiring::default_organization();
    let desk = administration::desk(&store, actor, &first);
    let now = clock::now();
    match command {
        cli::ApiKeys::Create { name, role, scopes, connection, expires_in_days, owner } => {
            let organization = desk.organization(owner.organization.as_ref()).await?.id;
            let key = NewKey { role, scopes: scopes.into_iter().collect(), connection };
            let expires_at = expires_in_days.map(|days| now + DAY * u32::from(days));
            let wish = KeyWish { name, organization, expires_at };
            tell_made(&desk.issue_key(key, wish, &random()?).await?, json);
        }
        cli::ApiKeys::List { owner } => {
            let organization = desk.organization(owner.organization.as_ref()).await?.id;
            list(&store.api_keys(&organization).await?, now, json);
        }
        cli::ApiKeys::Revoke { key, owner } => {
            let organization = desk.organization(owner.organization.as_ref()).await?.id;
            let id = identify(&key)?;
            desk.revoke_key(&organization, &id).await?;
            let told = json!({ "key": id, "revoked": true }).to_string();
            printer::data(if json { told } else { format!("{id} is revoked for good") });
        }
    }
    Ok(())
}

fn tell_made(IssuedKey { key, secret }: &IssuedKey, json: bool) {
    if json {
        let mut told = described(key, key.created_at);
        told["secret"] = secret.expose().into();
        printer::data(told.to_string());
        return;
    }
    printer::data(secret.expose());
    let end = key.expires_at.map_or("until it is revoked".to_owned(), |end| format!("until {end}"));
    printer::talk(format!(
        "This is shown once: keep it now. {} is a key of {}, role {}, scopes {}, {end}.",
        key.id, key.organization, key.role, key.scopes
    ));
}

fn list(keys: &[ApiKey], now: Timestamp, json: bool) {
    if json {
        keys.iter().for_each(|key| printer::data(described(key, now).to_string()));
        return;
    }
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let rows = keys.iter().map(|key| {
        vec![
            key.id.to_string(),
            key.name.clone(),
            key.role.to_string(),
            key.scopes.to_string(),
            key.connection.as_ref().map(ToString::to_string).unwrap_or_default(),
            key.state(now).name().to_owned(),
            moment(key.expires_at),
            moment(key.last_used_at),
        ]
    });
    let head = ["key", "name", "role", "scopes", "connection", "state", "ends", "last used"];
    printer::data(printer::table(&head, rows));
}

fn described(key: &ApiKey, now: Timestamp) -> Value {
    json!({
        "key": key.id,
        "prefix": key.prefix(),
        "organization": key.organization,
        "connection": key.connection,
        "name": key.name,
        "role": key.role,
        "scopes": key.scopes,
        "state": key.state(now).name(),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    })
}

/// The key that is meant by its id, by its prefix, or by a whole secret that leaked. The text is
/// not repeated, since it may be one.
fn identify(text: &str) -> Result<ApiKeyId, Failure> {
    let text = text.trim();
    let digits = match text.strip_prefix("hwk_") {
        Some(rest) => rest.split('_').next(),
        None => text.strip_prefix("key_"),
    };
    let is_whole =
        |digits: &&str| digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    digits.filter(is_whole).map(ApiKeyId::new).ok_or_else(|| {
        let hint = "copy its id (key_…) or its prefix (hwk_…) from `highwire api-keys list`";
        Failure::user("read which API key is meant", hint)
    })
}

/// Draws the id and the secret of a new key.
pub(crate) fn draw() -> Result<(ApiKeyId, ApiKeySecret), Failure> {
    Ok(ApiKeySecret::from_random(&random()?))
}

fn random() -> Result<[u8; ApiKeySecret::RANDOM], Failure> {
    let mut random = [0; ApiKeySecret::RANDOM];
    let failed = |_| Failure::user("draw random bytes", "try again; the system has none to give");
    rand::fill(&mut random).map_err(failed)?;
    Ok(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_meant_by_its_id_its_prefix_or_its_secret() {
        let (id, secret) = ApiKeySecret::from_random(&[0xb1; ApiKeySecret::RANDOM]);
        for text in [id.as_str(), "hwk_b1b1b1b1b1b1b1b1", secret.expose()] {
            assert_eq!(identify(text).unwrap(), id);
        }
        for text in ["", "b1b1b1b1b1b1b1b1", "hwk_", "key_b1", "pit-canary"] {
            let refused = identify(text).unwrap_err().to_string();
            assert!(text.is_empty() || !refused.contains("canary"), "{refused}");
        }
    }
}
