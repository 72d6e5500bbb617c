//! Backup and restore as their users do them: beside a hub under load, into a new folder, and refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Output,
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result, ensure};
use domain::{
    ConnectionId, Credential, CredentialKey, Credentials, Entry, Journal, OrganizationId,
    SealedContent, Tenant,
};
use e2e::{Events, Hub, NotionLog, Program, Sender, journal};
use serde_json::Value;
use store::Sqlite;
use vault::{KeyFile, Keyring, Label, Source};

const CONTACTS: u64 = 7;

/// Stands for every secret: it may be in no backup.
const CANARY: &str = "canary-5e0c-of-secrets";

struct Place {
    program: Program,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Result<Self> {
        Ok(Self { program: Program::built()?, folder: tempfile::tempdir()? })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `highwire --json` with these words on a data folder.
    fn run(&self, data: &str, words: &[&str]) -> Result<Output> {
        let mut command = self.program.command(self.folder.path());
        command.arg("--json").arg("--data-dir").arg(self.path(data)).args(words);
        Ok(command.env("HIGHWIRE_LOG_LEVEL", "trace").output()?)
    }

    fn done(&self, data: &str, words: &[&str]) -> Result<(Value, String)> {
        let output = self.run(data, words)?;
        let said = String::from_utf8(output.stderr)?;
        ensure!(output.status.success(), "{words:?}: {said}");
        Ok((serde_json::from_slice(&output.stdout)?, said))
    }

    fn refused(&self, data: &str, words: &[&str]) -> Result<String> {
        let output = self.run(data, words)?;
        let said = String::from_utf8(output.stderr)?;
        ensure!(output.status.code() == Some(1) && said.contains("\nhint: "), "{words:?}: {said}");
        Ok(said)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_taken_up_with_nothing_lost_and_nothing_done_twice() -> Result<()> {
    let place = Place::new()?;
    let notion = NotionLog::start().await?;
    let events = Arc::new(Events::new(8, 700)?);
    let mut variables = notion.variables();
    variables.push(("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()));
    variables.push(("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()));
    let hub = Hub::start(&place.program, place.folder.path(), variables.clone())?;
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let mut load = tokio::task::JoinSet::new();
    for lane in 0..CONTACTS {
        load.spawn(send(hub.address(), Arc::clone(&events), lane, Arc::clone(&acknowledged)));
    }
    while acknowledged.lock().expect("no sender panics").len() < 150 || notion.told().len() < 20 {
        tokio::task::yield_now().await;
    }
    let before: BTreeSet<String> = acknowledged.lock().expect("no sender panics").clone();
    let (taken, told) = tokio::task::block_in_place(|| place.done("data", &["backup", "copy"]))?;
    assert!(told.contains("master key") && told.contains("your settings"), "{told}");
    let backed_up = taken["manifest"]["journaled"].as_u64().context("a number")?;
    // The hub goes on after the backup, and is lost in the middle of its work.
    let goes_on = notion.told().len() + 40;
    notion.wait_for(goes_on).await;
    load.abort_all();
    hub.kill()?;

    let (restored, told) = place.done("next/data", &["restore", "copy"])?;
    assert_eq!(restored["journaled"].as_u64(), Some(backed_up));
    assert!(told.contains("HighLevel does not send again"), "{told}");
    let entries = journal(&place.path("next/data")).await?;
    let places: Vec<_> = entries.iter().map(|entry| entry.sequence.0).collect();
    assert_eq!(places, (1..=backed_up).collect::<Vec<_>>());
    let kept: BTreeSet<_> = entries.iter().filter_map(|e| e.event.webhook_id.clone()).collect();
    let lost: Vec<_> = before.difference(&kept).collect();
    assert!(lost.is_empty(), "acknowledged before the backup began, and lost: {lost:?}");

    let open = restored["open_actions"].as_u64().context("a number")?;
    let made_before = notion.told().len();
    let hub = Hub::start(&place.program, &place.path("next"), variables)?;
    let missing = |told: &[String]| {
        entries.iter().filter(|entry| !told.contains(&entry.event.id.to_string())).count()
    };
    let expected = made_before + missing(&notion.told());
    let pages = notion.wait_for(expected).await;
    wait_until_settled(&place, "next/data").await?;
    drop(hub);
    assert!(open > 0, "nothing was open in the backup, so this shows nothing");
    assert_eq!(missing(&notion.told()), 0, "of {} pages", pages.len());
    check_pages(&entries, &notion.told());
    notion.vendor.stop().await;
    Ok(())
}

/// Sends the events of one contact, one after the other, until it is stopped or the hub is gone.
async fn send(
    address: std::net::SocketAddr,
    events: Arc<Events>,
    contact: u64,
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
) -> Result<()> {
    let mut sender = Sender::connect(address).await?;
    for number in 0.. {
        let event = events.signed(number * CONTACTS + contact, contact)?;
        ensure!(sender.send(&Sender::request(&event)).await? == 200, "it was not taken");
        acknowledged.lock().expect("no sender panics").insert(event.webhook_id);
    }
    Ok(())
}

/// Waits until every open action of the backup was looked up and is done.
async fn wait_until_settled(place: &Place, data: &str) -> Result<()> {
    use domain::{ActionState, Outbox};
    let store = Sqlite::open_to_read(&place.path(data))?;
    let last = store.last().await?;
    for _ in 0..2_400 {
        let counts = store.action_counts().await?;
        let is_done = counts.keys().all(|state| *state == ActionState::Done);
        if store.decided().await? == last && is_done {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await; // tidy: sleep, another process works
    }
    anyhow::bail!("the hub did not settle: {:?}", store.action_counts().await?)
}

/// No page is there twice, and those of each contact are in the order of the journal.
fn check_pages(entries: &[Entry], pages: &[String]) {
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages {
        *told.entry(page).or_default() += 1;
    }
    let doubled: Vec<_> = told.iter().filter(|(_, count)| **count > 1).collect();
    assert!(doubled.is_empty(), "pages twice: {doubled:?}");
    let mut by_contact: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for entry in entries {
        by_contact.entry(&entry.event.record).or_default().push(entry.event.id.to_string());
    }
    for (contact, in_order) in by_contact {
        let made: Vec<_> = pages.iter().filter(|page| in_order.contains(page)).cloned().collect();
        assert_eq!(made, in_order, "the pages of {contact:?} are out of order");
    }
}

#[tokio::test]
async fn a_backup_holds_no_secret_in_clear_and_a_restore_asks_for_the_key() -> Result<()> {
    let place = Place::new()?;
    let variables = [
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true"),
        ("HIGHWIRE_HIGHLEVEL_TOKEN", CANARY),
        ("HIGHWIRE_WEBHOOK_SECRET", CANARY),
    ];
    let hub = Hub::start(&place.program, place.folder.path(), variables)?;
    seal_canary(&place.path("data")).await?;
    let (taken, said) = place.done("data", &["backup", "copies/first"])?;
    drop(hub);
    let keys = taken["manifest"]["master_keys"].as_object().context("the keys")?;
    let (key, count) = keys.iter().next().context("one key")?;
    assert!(*count == 1 && said.contains(key) && said.contains("WITHOUT ITS KEY"), "{said}");
    let lines = std::fs::read_to_string(place.path("data/master.key"))?;
    let secrets: Vec<&str> = lines.split_whitespace().filter(|word| word.len() > 30).collect();
    assert!(!secrets.is_empty(), "the key file has no long word");
    for file in std::fs::read_dir(place.path("copies/first"))? {
        let file = file?;
        let bytes = std::fs::read(file.path())?;
        for secret in secrets.iter().chain(&[CANARY]) {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {:?}", file.file_name());
        }
        assert!(file.file_name() != "master.key");
    }

    let (restored, said) = place.done("new", &["restore", "copies/first"])?;
    assert_eq!(restored["missing_master_keys"], Value::from(vec![key.as_str()]));
    assert!(said.contains("MISSING") && said.contains("new/master.key"), "{said}");
    std::fs::create_dir(place.path("keyed"))?;
    std::fs::copy(place.path("data/master.key"), place.path("keyed/master.key"))?;
    let (restored, _) = place.done("keyed", &["restore", "copies/first"])?;
    assert_eq!(restored["missing_master_keys"], Value::Array(Vec::new()));
    let (status, _) = place.done("keyed", &["keys", "status"])?;
    assert_eq!((&status["state"], &status["credentials"]), (&"current".into(), &1.into()));
    Ok(())
}

/// Stores a credential as a hub does.
async fn seal_canary(data: &Path) -> Result<()> {
    let store = Sqlite::open_beside(data)?;
    let keyring = Keyring::open(vec![Source::file(KeyFile::new(data.join("master.key")))])?;
    let (organization, connection) = (OrganizationId::new("default"), ConnectionId::new("link"));
    let kind = "private_token".to_owned();
    let label =
        Label { organization: organization.as_str(), connection: connection.as_str(), kind: &kind };
    let sealed = keyring.seal(&label, CANARY.as_bytes()).await?;
    let content =
        SealedContent { bytes: sealed.to_bytes().into(), master_key: sealed.key().to_string() };
    let key = CredentialKey { tenant: Tenant { organization, connection }, kind };
    let stored_at = jiff::Timestamp::UNIX_EPOCH;
    store.put_credential(Credential { key, content, stored_at }).await?;
    Ok(())
}

#[test]
fn what_is_not_whole_or_in_the_way_is_refused_with_a_way_out() -> Result<()> {
    let place = Place::new()?;
    let variables = [("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true")];
    let said = place.refused("data", &["backup", "copy"])?;
    assert!(said.contains("there is no hub's data") && !place.path("copy").exists(), "{said}");
    let hub = Hub::start(&place.program, place.folder.path(), variables)?;
    place.done("data", &["backup", "copy"])?;
    let said = place.refused("data", &["backup", "copy"])?;
    assert!(said.contains("is there already"), "{said}");
    let said = place.refused("data", &["restore", "copy"])?;
    assert!(said.contains("another hub runs"), "{said}");
    drop(hub);
    let said = place.refused("data", &["restore", "copy"])?;
    assert!(said.contains("holds a hub's data"), "{said}");
    let file = place.path("copy/journal.db");
    let whole = std::fs::read(&file)?;
    std::fs::write(&file, &whole[..whole.len() - 1])?;
    let said = place.refused("new", &["restore", "copy"])?;
    assert!(said.contains("1 bytes are missing") && said.contains("another backup"), "{said}");
    let mut changed = whole;
    changed[100] ^= 1;
    std::fs::write(&file, changed)?;
    let said = place.refused("new", &["restore", "copy"])?;
    assert!(said.contains("SHA-256"), "{said}");
    let left: Vec<_> = std::fs::read_dir(place.path("new"))?.collect();
    assert!(left.len() == 1, "left in the new folder: {left:?}");
    Ok(())
}
