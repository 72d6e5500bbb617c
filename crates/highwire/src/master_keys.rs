//! The master keys that the settings describe, and the rotation of the credentials under them.

use std::{collections::BTreeMap, error::Error, path::PathBuf, time::Duration};

use domain::{Credential, Credentials, SealedContent};
use vault::{KeyCommand, KeyError, KeyFile, Keyring, Label, Problem, Sealed, Source};

use crate::{
    failure::Failure,
    settings::{self, Settings, Vault},
};

/// The key file's name in the data folder.
const FILE: &str = "master.key";

/// How many credentials are read at once.
const PAGE: usize = 200;

/// How often a rotation looks again for what others stored in the meantime. Once is nearly always
/// enough; a hub that still seals with an old key would keep it busy for ever.
const PASSES: usize = 5;

/// What a rotation did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rotation {
    /// Credentials that are now under the current master key.
    pub(crate) rewrapped: u64,
    /// Credentials that were stored anew in the last look, under an old key.
    pub(crate) overtaken: u64,
    /// Credentials that cannot be read, each with the reason.
    pub(crate) unreadable: Vec<String>,
}

/// Opens the keyring. The first start makes the key file where the settings name no other key.
///
/// # Errors
/// Where a master key cannot be used. A key file that is missing although credentials are stored is
/// an error too: a new key would not open them.
pub(crate) async fn open(
    settings: &Settings,
    store: &impl Credentials,
) -> Result<Keyring, Failure> {
    let file = key_file(settings);
    if file_seals(&settings.vault) && !file.exists()? && store.master_key_counts().await?.is_empty()
    {
        make(&file)?;
    }
    Ok(Keyring::open(sources(settings)?)?)
}

/// Opens the keyring at the start of a hub, and says what it cannot open.
pub(crate) async fn open_for_hub(
    settings: &Settings,
    store: &impl Credentials,
) -> Result<Keyring, Failure> {
    let keyring = open(settings, store).await?;
    let known: Vec<String> = keyring.ids().iter().map(ToString::to_string).collect();
    for (master_key, credentials) in store.master_key_counts().await? {
        if !known.contains(&master_key) {
            tracing::error!(
                %master_key,
                credentials,
                "credentials are sealed under a master key that the hub was not given; give it \
                 again, as `highwire settings` explains under [vault], or connect again"
            );
        }
    }
    Ok(keyring)
}

/// Makes a new master key in the key file.
pub(crate) fn add_key(settings: &Settings) -> Result<String, Failure> {
    if !file_seals(&settings.vault) {
        return Err(Failure::user(
            "make a new master key: the current one is not in the key file",
            "set the new key yourself, and move the old one to vault.former_keys or \
             vault.former_command",
        ));
    }
    Ok(key_file(settings).add_key()?.to_string())
}

/// Re-wraps what is not under the current master key. What is done stays done: a rotation that was
/// stopped goes on when it is started again.
///
/// # Errors
/// Where the store or a master key cannot be used. A credential that cannot be read is no error:
/// the others are re-wrapped all the same.
pub(crate) async fn rotate(
    store: &impl Credentials,
    keyring: &Keyring,
) -> Result<Rotation, Failure> {
    let mut rotation = Rotation::default();
    for _ in 0..PASSES {
        let pass = pass(store, keyring).await?;
        rotation = Rotation { rewrapped: rotation.rewrapped + pass.rewrapped, ..pass };
        if rotation.overtaken == 0 {
            break;
        }
    }
    Ok(rotation)
}

/// What a master key is to the hub, by its place among those that are known: the current one first.
pub(crate) fn state(place: Option<usize>, credentials: u64) -> &'static str {
    match place {
        Some(0) => "current",
        Some(_) if credentials == 0 => "former, not in use",
        Some(_) => "former",
        None => "missing",
    }
}

/// The ids of the master keys that can be found without making one; none where one cannot be used.
pub(crate) fn known(settings: &Settings) -> Vec<String> {
    match sources(settings).and_then(|sources| Ok(Keyring::open(sources)?)) {
        Ok(keyring) => keyring.ids().iter().map(ToString::to_string).collect(),
        Err(_) => Vec::new(),
    }
}

/// Opens the keyring without making a key; none where the key file would be made at the first start.
///
/// # Errors
/// Where a master key cannot be used.
pub(crate) fn look(settings: &Settings) -> Result<Option<Keyring>, Failure> {
    if file_seals(&settings.vault) && !key_file(settings).exists()? {
        return Ok(None);
    }
    Ok(Some(Keyring::open(sources(settings)?)?))
}

/// How many credentials are stored under each master key.
pub(crate) async fn stored_counts(
    store: &impl Credentials,
) -> Result<BTreeMap<String, u64>, Failure> {
    Ok(store.master_key_counts().await?)
}

/// Where the current master key is, for people.
pub(crate) fn place(settings: &Settings) -> String {
    let vault = &settings.vault;
    match (vault.command.is_empty(), vault.key.is_empty()) {
        (false, _) => "the key service behind vault.command".to_owned(),
        (true, false) => "the setting vault.key".to_owned(),
        (true, true) => key_file(settings).path().display().to_string(),
    }
}

/// How many credentials each master key wraps, with those that wrap none.
pub(crate) async fn counts(
    store: &impl Credentials,
    keyring: &Keyring,
) -> Result<BTreeMap<String, u64>, Failure> {
    let mut counts = store.master_key_counts().await?;
    for id in keyring.ids() {
        counts.entry(id.to_string()).or_default();
    }
    Ok(counts)
}

/// Where the settings say that master keys are, the current one first.
fn sources(settings: &Settings) -> Result<Vec<Source>, Failure> {
    let vault = &settings.vault;
    let file = key_file(settings);
    let limit = Duration::from_secs(vault.command_timeout_seconds);
    let command = |words: &[String]| {
        let command = KeyCommand::new(words, limit)?.hiding(settings::variables());
        Some(Source::command(command))
    };
    let mut sources = Vec::from_iter(command(&vault.command));
    if !vault.key.is_empty() {
        sources.push(Source::value(vault.key.expose())?);
    }
    if file_seals(vault) || file.exists()? {
        sources.push(Source::file(file));
    }
    for key in &vault.former_keys {
        sources.push(Source::value(key.expose())?);
    }
    sources.extend(command(&vault.former_command));
    Ok(sources)
}

fn key_file(settings: &Settings) -> KeyFile {
    let path = &settings.vault.key_file;
    KeyFile::new(match path.as_os_str().is_empty() {
        true => settings.data_dir.join(FILE),
        false => PathBuf::clone(path),
    })
}

fn file_seals(vault: &Vault) -> bool {
    vault.command.is_empty() && vault.key.is_empty()
}

fn make(file: &KeyFile) -> Result<(), Failure> {
    match file.create() {
        Ok(master_key) => {
            let path = file.path().display();
            tracing::info!(%master_key, %path, "a master key was made; back it up");
            Ok(())
        }
        // Another process made it at this moment.
        Err(KeyError::Present { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn pass(store: &impl Credentials, keyring: &Keyring) -> Result<Rotation, Failure> {
    let current = keyring.current().to_string();
    let (mut rotation, mut after) = (Rotation::default(), None);
    loop {
        let page = store.credentials_not_under(&current, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(rotation) };
        after = Some(last.key.clone());
        for credential in &page {
            match rewrap(keyring, credential).await? {
                Ok(content) => {
                    let from = &credential.content.bytes;
                    let done = store.rewrap_credential(&credential.key, from, content).await?;
                    rotation.rewrapped += u64::from(done);
                    rotation.overtaken += u64::from(!done);
                }
                Err(reason) => rotation.unreadable.push(reason),
            }
        }
    }
}

/// The credential under the current master key, or why this one cannot be read.
async fn rewrap(
    keyring: &Keyring,
    credential: &Credential,
) -> Result<Result<SealedContent, String>, Failure> {
    let tenant = &credential.key.tenant;
    let label = Label {
        organization: tenant.organization.as_str(),
        connection: tenant.connection.as_str(),
        kind: &credential.key.kind,
    };
    let rewrapped = match Sealed::from_bytes(&credential.content.bytes) {
        Ok(sealed) => keyring.rewrap(&label, &sealed).await,
        Err(error) => Err(label.unreadable(error)),
    };
    match rewrapped {
        Ok(sealed) => Ok(Ok(SealedContent {
            bytes: sealed.to_bytes().into(),
            master_key: sealed.key().to_string(),
        })),
        // The key and not the credential: every other one would end the same way, and wait for it.
        Err(error) if matches!(error.problem, Problem::Key(_)) => {
            let hint = "mend the master key, then run `highwire keys rotate` again: it goes on where \
                        it stopped";
            Err(Failure::user("re-wrap the credentials", hint).because(error))
        }
        Err(error) => {
            let reason = error.source().map(|source| format!(" ({source})"));
            Ok(Err(format!("{error}{}", reason.unwrap_or_default())))
        }
    }
}

#[cfg(test)]
mod tests;
