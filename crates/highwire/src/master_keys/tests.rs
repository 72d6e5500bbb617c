//! Where master keys come from, and rotations beside writers, after stops, and among damage.

use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use domain::{
    ConnectionId, CredentialKey, CredentialSummary, Memory, OrganizationId, StorageError, Tenant,
};
use jiff::Timestamp;
use store::Sqlite;

use super::*;
use crate::settings::{Environment, Flags};

/// Stands for every secret: it may appear nowhere.
const CANARY: &str = "pit-canary-5c0a";

/// 32 bytes of 1 and of 2 in base64.
const KEY_1: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const KEY_2: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

fn settings(folder: &Path, vault: &str) -> Settings {
    let config = folder.join("highwire.toml");
    std::fs::write(&config, format!("[vault]\n{vault}\n")).unwrap();
    let data_dir = Some(folder.to_owned());
    let flags = Flags { config: Some(config), data_dir, ..Flags::default() };
    Settings::load(&flags, &Environment::default()).unwrap()
}

fn memory() -> Memory {
    Memory::new(Arc::new(|| Timestamp::UNIX_EPOCH))
}

fn key(number: usize) -> CredentialKey {
    let tenant = Tenant {
        organization: OrganizationId::new(&format!("owner-{}", number % 3)),
        connection: ConnectionId::new(&format!("link-{number:03}")),
    };
    CredentialKey { tenant, kind: "private_token".to_owned() }
}

fn label(key: &CredentialKey) -> Label<'_> {
    let Tenant { organization, connection } = &key.tenant;
    Label { organization: organization.as_str(), connection: connection.as_str(), kind: &key.kind }
}

async fn put(store: &impl Credentials, keyring: &Keyring, number: usize, token: &str) {
    let key = key(number);
    let sealed = keyring.seal(&label(&key), token.as_bytes()).await.unwrap();
    let content =
        SealedContent { bytes: sealed.to_bytes().into(), master_key: sealed.key().to_string() };
    let stored_at = Timestamp::UNIX_EPOCH;
    store.put_credential(Credential { key, content, stored_at }).await.unwrap();
}

async fn read(store: &impl Credentials, keyring: &Keyring, number: usize) -> String {
    let key = key(number);
    let stored = store.credential(&key).await.unwrap().expect("it is stored");
    let sealed = Sealed::from_bytes(&stored.content.bytes).unwrap();
    assert_eq!(sealed.key().to_string(), stored.content.master_key);
    let opened = keyring.open_sealed(&label(&key), &sealed).await.unwrap();
    String::from_utf8(opened.expose().to_vec()).unwrap()
}

async fn ring(folder: &Path, vault: &str, store: &impl Credentials) -> Keyring {
    open(&settings(folder, vault), store).await.unwrap()
}

fn values(current: &str, former: &str) -> String {
    format!("key = \"{current}\"\nformer_keys = [\"{former}\"]")
}

/// A store that puts something between the rotation and its writes.
struct Between<'a> {
    store: &'a Memory,
    hub: &'a Keyring,
    /// How many writes are still met by a hub that stores a newer credential first.
    races: AtomicU64,
    /// How many writes go well before the disk is full.
    room: AtomicU64,
}

impl<'a> Between<'a> {
    fn new(store: &'a Memory, hub: &'a Keyring, races: u64, room: u64) -> Self {
        Self { store, hub, races: races.into(), room: room.into() }
    }
}

fn take_one(count: &AtomicU64) -> bool {
    let less = |count: u64| count.checked_sub(1);
    count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
}

impl Credentials for Between<'_> {
    async fn put_credential(&self, credential: Credential) -> Result<(), StorageError> {
        self.store.put_credential(credential).await
    }

    async fn credential(&self, key: &CredentialKey) -> Result<Option<Credential>, StorageError> {
        self.store.credential(key).await
    }

    async fn credentials(
        &self,
        organization: &OrganizationId,
        connection: Option<&ConnectionId>,
    ) -> Result<Vec<CredentialSummary>, StorageError> {
        self.store.credentials(organization, connection).await
    }

    async fn delete_credential(&self, key: &CredentialKey) -> Result<bool, StorageError> {
        self.store.delete_credential(key).await
    }

    async fn credentials_not_under(
        &self,
        master_key: &str,
        after: Option<&CredentialKey>,
        limit: usize,
    ) -> Result<Vec<Credential>, StorageError> {
        self.store.credentials_not_under(master_key, after, limit).await
    }

    async fn rewrap_credential(
        &self,
        key: &CredentialKey,
        from: &Bytes,
        to: SealedContent,
    ) -> Result<bool, StorageError> {
        if take_one(&self.races) {
            let number = key.tenant.connection.as_str().rsplit('-').next().unwrap();
            put(self.store, self.hub, number.parse().unwrap(), "newer").await;
        }
        match take_one(&self.room) {
            true => self.store.rewrap_credential(key, from, to).await,
            false => Err(StorageError::unavailable("re-wrap a credential", "the disk is full")),
        }
    }

    async fn master_key_counts(&self) -> Result<BTreeMap<String, u64>, StorageError> {
        self.store.master_key_counts().await
    }
}

#[tokio::test]
async fn the_first_start_makes_a_file_for_its_owner_and_the_next_one_uses_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = ring(folder.path(), "", &memory()).await.current();
    let path = folder.path().join("master.key");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(ring(folder.path(), "", &memory()).await.ids(), [first]);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = open(&settings(folder.path(), ""), &memory()).await.unwrap_err().to_string();
    assert!(refused.contains("chmod 600") && refused.contains("master.key"), "{refused}");
}

#[tokio::test]
async fn a_lost_file_is_not_replaced_while_credentials_are_stored() {
    let (folder, store) = (tempfile::tempdir().unwrap(), memory());
    put(&store, &ring(folder.path(), "", &store).await, 1, CANARY).await;
    std::fs::remove_file(folder.path().join("master.key")).unwrap();
    let refused = open_for_hub(&settings(folder.path(), ""), &store).await.unwrap_err().to_string();
    assert!(refused.contains("put the file back"), "{refused}");
    assert!(!folder.path().join("master.key").exists());
}

#[tokio::test]
async fn a_command_counts_more_than_a_value_and_a_value_more_than_the_file() {
    let (folder, store) = (tempfile::tempdir().unwrap(), memory());
    let by_value = ring(folder.path(), &format!("key = \"{KEY_1}\""), &store).await;
    assert!(!folder.path().join("master.key").exists(), "a file that nobody asked for");
    let by_file = ring(folder.path(), "", &store).await;
    let both = ring(folder.path(), &values(KEY_1, KEY_2), &store).await;
    assert_eq!(both.ids()[..2], [by_value.current(), by_file.current()]);
    assert_eq!(both.ids().len(), 3);
    let vault = format!("command = [\"wrap\"]\nkey = \"{KEY_1}\"\nformer_command = [\"old\"]");
    let all = ring(folder.path(), &vault, &store).await;
    assert_eq!(all.ids()[1..3], [by_value.current(), by_file.current()]);
    assert_eq!(all.ids().len(), 4);
    let wrong = settings(folder.path(), &format!("key = \"{CANARY}\""));
    let refused = open(&wrong, &store).await.unwrap_err().to_string();
    assert!(refused.contains("openssl rand") && !refused.contains(CANARY), "{refused}");
    assert!(add_key(&wrong).unwrap_err().to_string().contains("vault.former_keys"));
}

#[tokio::test]
async fn a_rotation_moves_everything_and_the_old_key_can_go() {
    let (folder, store) = (tempfile::tempdir().unwrap(), memory());
    let old = ring(folder.path(), &format!("key = \"{KEY_1}\""), &store).await;
    for number in 0..450 {
        put(&store, &old, number, &format!("token {number}")).await;
    }
    let both = ring(folder.path(), &values(KEY_2, KEY_1), &store).await;
    let done = rotate(&store, &both).await.unwrap();
    assert_eq!(done, Rotation { rewrapped: 450, ..Rotation::default() });
    assert_eq!(rotate(&store, &both).await.unwrap(), Rotation::default());
    let new = ring(folder.path(), &format!("key = \"{KEY_2}\""), &store).await;
    for number in 0..450 {
        assert_eq!(read(&store, &new, number).await, format!("token {number}"));
    }
    let expected = [(new.current().to_string(), 450), (old.current().to_string(), 0)];
    assert_eq!(counts(&store, &both).await.unwrap(), expected.into());
}

#[tokio::test]
async fn a_newer_credential_is_kept_and_moved_in_the_next_look() {
    let (folder, store) = (tempfile::tempdir().unwrap(), memory());
    let old = ring(folder.path(), &format!("key = \"{KEY_1}\""), &store).await;
    for number in 0..10 {
        put(&store, &old, number, "older").await;
    }
    let both = ring(folder.path(), &values(KEY_2, KEY_1), &store).await;
    let done = rotate(&Between::new(&store, &old, 4, u64::MAX), &both).await.unwrap();
    assert_eq!(done, Rotation { rewrapped: 10, ..Rotation::default() });
    let mut newer = 0;
    for number in 0..10 {
        newer += u64::from(read(&store, &both, number).await == "newer");
    }
    assert_eq!(newer, 4, "no older credential came back");
    assert_eq!(counts(&store, &both).await.unwrap()[&both.current().to_string()], 10);
}

#[tokio::test]
async fn a_hub_that_keeps_an_old_key_ends_the_rotation_with_a_count() {
    let (folder, store) = (tempfile::tempdir().unwrap(), memory());
    let old = ring(folder.path(), &format!("key = \"{KEY_1}\""), &store).await;
    put(&store, &old, 1, "older").await;
    let both = ring(folder.path(), &values(KEY_2, KEY_1), &store).await;
    let done = rotate(&Between::new(&store, &old, u64::MAX, u64::MAX), &both).await.unwrap();
    assert_eq!(done, Rotation { overtaken: 1, ..Rotation::default() });
}

#[tokio::test]
async fn a_rotation_that_was_stopped_goes_on_where_it_was() {
    let (folder, store) = (tempfile::tempdir().unwrap(), memory());
    let old = ring(folder.path(), &format!("key = \"{KEY_1}\""), &store).await;
    for number in 0..10 {
        put(&store, &old, number, "token").await;
    }
    let both = ring(folder.path(), &values(KEY_2, KEY_1), &store).await;
    assert!(rotate(&Between::new(&store, &old, 0, 6), &both).await.is_err());
    assert_eq!(counts(&store, &both).await.unwrap()[&both.current().to_string()], 6);
    assert_eq!(rotate(&store, &both).await.unwrap().rewrapped, 4);
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_stops_nothing_else() {
    let (folder, store) = (tempfile::tempdir().unwrap(), memory());
    let old = ring(folder.path(), &format!("key = \"{KEY_1}\""), &store).await;
    for number in 0..4 {
        put(&store, &old, number, CANARY).await;
    }
    let mut cut = store.credential(&key(1)).await.unwrap().unwrap();
    cut.content.bytes.truncate(40);
    store.put_credential(cut).await.unwrap();
    let mut moved = store.credential(&key(2)).await.unwrap().unwrap();
    moved.key = key(9);
    store.put_credential(moved).await.unwrap();
    let both = ring(folder.path(), &values(KEY_2, KEY_1), &store).await;
    let done = rotate(&store, &both).await.unwrap();
    assert_eq!((done.rewrapped, done.unreadable.len()), (3, 2));
    for link in ["con_link-001", "con_link-009"] {
        let told = done.unreadable.iter().find(|told| told.contains(link)).expect(link);
        assert!(told.contains("private_token") && told.contains("connect again"), "{told}");
        assert!(!told.contains(CANARY), "{told}");
    }
}

#[tokio::test]
async fn a_master_key_that_fails_stops_the_rotation_at_once() {
    let (folder, store) = (tempfile::tempdir().unwrap(), memory());
    let old = ring(folder.path(), &format!("key = \"{KEY_1}\""), &store).await;
    put(&store, &old, 1, CANARY).await;
    let vault = format!("command = [\"/nonexistent/wrap\"]\nkey = \"{KEY_1}\"");
    let service = ring(folder.path(), &vault, &store).await;
    let refused = rotate(&store, &service).await.unwrap_err().to_string();
    assert!(refused.contains("/nonexistent/wrap") && !refused.contains(CANARY), "{refused}");
    assert_eq!(read(&store, &old, 1).await, CANARY);
}

#[tokio::test]
async fn a_rotation_beside_a_hub_that_refreshes_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), "");
    let hub = Sqlite::open(folder.path(), Arc::new(|| Timestamp::UNIX_EPOCH)).unwrap();
    let held = open(&settings, &hub).await.unwrap();
    for number in 0..40 {
        put(&hub, &held, number, "first").await;
    }
    let beside = Sqlite::open_beside(folder.path()).unwrap();
    let made = add_key(&settings).unwrap();
    let fresh = open(&settings, &beside).await.unwrap();
    let refresh = async {
        for round in 0..3 {
            for number in (0..40).rev() {
                put(&hub, &held, number, &format!("round {round}")).await;
            }
        }
    };
    let ((), done) = tokio::join!(refresh, rotate(&beside, &fresh));
    assert_eq!(done.unwrap().unreadable, Vec::<String>::new());
    for number in 0..40 {
        assert_eq!(read(&hub, &held, number).await, "round 2");
    }
    assert_eq!(counts(&hub, &held).await.unwrap()[&made], 40);
    let files = ["state.db", "state.db-wal"].map(|name| folder.path().join(name));
    let kept = files.iter().filter_map(|file| std::fs::read(file).ok()).collect::<Vec<_>>();
    assert!(kept.concat().windows(7).all(|part| part != b"round 2"), "a token in clear");
}
