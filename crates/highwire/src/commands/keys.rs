//! `highwire keys`: which master keys are in use, and the move of all credentials to the current one.

use serde_json::json;
use store::Sqlite;

use crate::{failure::Failure, master_keys, printer, settings::Settings};

/// Re-wraps every credential, also while a hub runs, and tells how many.
pub(crate) async fn rotate(settings: &Settings, new_key: bool, json: bool) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let mut keyring = master_keys::open(settings, &store).await?;
    if new_key {
        let made = master_keys::add_key(settings)?;
        printer::talk(format!("{made} is the new master key; back up the key file"));
        keyring = master_keys::open(settings, &store).await?;
    }
    let rotation = master_keys::rotate(&store, &keyring).await?;
    let (current, unreadable) = (keyring.current().to_string(), rotation.unreadable.len());
    printer::data(match json {
        true => json!({
            "current": current,
            "rewrapped": rotation.rewrapped,
            "overtaken": rotation.overtaken,
            "unreadable": unreadable,
        })
        .to_string(),
        false => format!(
            "{current}: re-wrapped={} overtaken={} unreadable={unreadable}",
            rotation.rewrapped, rotation.overtaken
        ),
    });
    if unreadable > 0 {
        let attempted = format!("re-wrap {unreadable} of the credentials");
        let hint = "connect these again, or give the hub their master key and run this again";
        return Err(Failure::user(attempted, hint).with_details(rotation.unreadable));
    }
    if rotation.overtaken > 0 {
        let hint = "restart the hub so that it knows the current master key, then run this again";
        return Err(Failure::user("re-wrap what a hub stores under a former master key", hint));
    }
    Ok(())
}

/// Lists the master keys with what they wrap.
pub(crate) async fn status(settings: &Settings, json: bool) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let keyring = master_keys::open(settings, &store).await?;
    let known: Vec<String> = keyring.ids().iter().map(ToString::to_string).collect();
    let mut rows = Vec::new();
    for (master_key, credentials) in master_keys::counts(&store, &keyring).await? {
        let place = known.iter().position(|id| *id == master_key);
        let state = master_keys::state(place, credentials);
        match json {
            true => printer::data(
                json!({ "master_key": master_key, "state": state, "credentials": credentials })
                    .to_string(),
            ),
            false => rows.push(vec![master_key, state.to_owned(), credentials.to_string()]),
        }
    }
    if !json {
        printer::data(printer::table(&["master key", "state", "credentials"], rows));
    }
    Ok(())
}
