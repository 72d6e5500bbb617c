//! Master keys as their users meet them: made at the first start, rotated beside a running hub.

use std::{os::unix::fs::PermissionsExt, path::Path, process::Output};

use anyhow::{Context, Result, ensure};
use domain::{
    ConnectionId, Credential, CredentialKey, Credentials, OrganizationId, SealedContent, Tenant,
};
use e2e::{Hub, Program};
use serde_json::Value;
use store::Sqlite;
use vault::{KeyFile, Keyring, Label, Sealed, Source};

/// Stands for every token: it may appear nowhere but in the vault.
const CANARY: &str = "pit-canary-19d2";

fn credential_key(number: usize) -> CredentialKey {
    CredentialKey {
        tenant: Tenant {
            organization: OrganizationId::new("default"),
            connection: ConnectionId::new(&format!("link-{number}")),
        },
        kind: "private_token".to_owned(),
    }
}

fn label(key: &CredentialKey) -> Label<'_> {
    Label {
        organization: key.tenant.organization.as_str(),
        connection: key.tenant.connection.as_str(),
        kind: &key.kind,
    }
}

/// Stores credentials as a hub does, which no command does yet.
async fn seed(data: &Path, count: usize) -> Result<()> {
    let store = Sqlite::open_beside(data)?;
    let keyring = keyring(data)?;
    for number in 0..count {
        let key = credential_key(number);
        let sealed = keyring.seal(&label(&key), CANARY.as_bytes()).await?;
        let content =
            SealedContent { bytes: sealed.to_bytes().into(), master_key: sealed.key().to_string() };
        let stored_at = jiff::Timestamp::UNIX_EPOCH;
        store.put_credential(Credential { key, content, stored_at }).await?;
    }
    Ok(())
}

fn keyring(data: &Path) -> Result<Keyring> {
    Ok(Keyring::open(vec![Source::file(KeyFile::new(data.join("master.key")))])?)
}

#[tokio::test]
async fn keys_are_made_rotated_and_counted_beside_a_running_hub() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let variables = [("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true")];
    let _hub = Hub::start(&program, folder.path(), variables)?;
    let run = |arguments: &[&str]| -> Result<Output> {
        let mut command = program.command(folder.path());
        let keys = ["keys", "--json", "--data-dir"].map(str::to_owned);
        command.args(keys).arg(&data).args(arguments).env("HIGHWIRE_LOG_LEVEL", "trace");
        Ok(command.output()?)
    };
    let lines = |output: Output| -> Result<Vec<Value>> {
        let (out, said) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        ensure!(output.status.success(), "{said}");
        ensure!(!out.contains(CANARY) && !said.contains(CANARY), "a token was told");
        Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    };
    let file = data.join("master.key");
    assert_eq!(file.metadata()?.permissions().mode() & 0o777, 0o600);
    seed(&data, 3).await?;
    let before = lines(run(&["status"])?)?;
    assert_eq!(before.len(), 1);
    assert_eq!((&before[0]["state"], &before[0]["credentials"]), (&"current".into(), &3.into()));

    let rotated = lines(run(&["rotate", "--new-key"])?)?;
    assert_eq!((&rotated[0]["rewrapped"], &rotated[0]["unreadable"]), (&3.into(), &0.into()));
    let again = lines(run(&["rotate"])?)?;
    assert_eq!(again[0]["rewrapped"], 0);
    let mut after: Vec<_> = lines(run(&["status"])?)?
        .iter()
        .map(|line| (line["state"].to_string(), line["credentials"].to_string()))
        .collect();
    after.sort();
    let expected = [("\"current\"", "3"), ("\"former, not in use\"", "0")];
    assert_eq!(after, expected.map(|(state, count)| (state.to_owned(), count.to_owned())));

    let store = Sqlite::open_beside(&data)?;
    let stored = store.credential(&credential_key(1)).await?.context("it is stored")?;
    let sealed = Sealed::from_bytes(&stored.content.bytes)?;
    let key = credential_key(1);
    assert_eq!(
        keyring(&data)?.open_sealed(&label(&key), &sealed).await?.expose(),
        CANARY.as_bytes()
    );

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640))?;
    let refused = run(&["rotate"])?;
    let said = String::from_utf8(refused.stderr)?;
    assert!(refused.status.code() == Some(1) && said.contains("chmod 600"), "{said}");
    Ok(())
}
