//! What opens, what does not, and that no message tells a secret.

use proptest::prelude::*;

use super::*;

/// Stands for every secret: it may appear nowhere.
const CANARY: &str = "pit-canary-7b1f";

const PLACE: Label<'static> =
    Label { organization: "org_a", connection: "con_b", kind: "private_token" };

/// The key whose bytes are all this one, as a text.
fn key(byte: u8) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode([byte; 32])
}

fn keyring(bytes: &[u8]) -> Keyring {
    let sources = bytes.iter().map(|byte| Source::value(&key(*byte)).unwrap());
    Keyring::open(sources.collect()).unwrap()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// The message with all its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(" {error}"));
        cause = error.source();
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else(
        content in prop::collection::vec(any::<u8>(), 0..500),
        place in prop::array::uniform3("[a-c]{0,2}"),
        other in prop::array::uniform3("[a-c]{0,2}"),
    ) {
        let label = |parts: &'_ [String; 3]| -> (String, String, String) {
            (parts[0].clone(), parts[1].clone(), parts[2].clone())
        };
        let ((a, b, c), (x, y, z)) = (label(&place), label(&other));
        let place = Label { organization: &a, connection: &b, kind: &c };
        let other = Label { organization: &x, connection: &y, kind: &z };
        let keys = keyring(&[1]);
        wait(async {
            let stored = keys.seal(&place, &content).await.unwrap().to_bytes();
            let sealed = Sealed::from_bytes(&stored).unwrap();
            assert_eq!(keys.open_sealed(&place, &sealed).await.unwrap().expose(), content);
            let elsewhere = keys.open_sealed(&other, &sealed).await;
            assert_eq!(elsewhere.is_ok(), place == other);
        });
    }
}

#[tokio::test]
async fn a_change_of_any_bit_is_found() {
    let keys = keyring(&[1]);
    let stored = keys.seal(&PLACE, CANARY.as_bytes()).await.unwrap().to_bytes();
    for at in 0..stored.len() {
        for bit in 0..8 {
            let mut changed = stored.clone();
            changed[at] ^= 1 << bit;
            let Ok(sealed) = Sealed::from_bytes(&changed) else { continue };
            let error = keys.open_sealed(&PLACE, &sealed).await.unwrap_err();
            assert!(!told(&error).contains(CANARY), "{error}");
        }
    }
}

/// The data key and the content are each bound to all three parts of the place.
#[tokio::test]
async fn neither_key_nor_content_opens_elsewhere() {
    let master = MasterKey::parse(&key(1)).unwrap();
    let data_key = DataKey::generate().unwrap();
    let wrapped = master.wrap(&PLACE, &data_key).await.unwrap();
    let content = data_key.seal(&PLACE, b"token").unwrap();
    assert!(master.unwrap(&PLACE, &wrapped).await.unwrap().is(&data_key));
    assert_eq!(data_key.open(&PLACE, &content).unwrap().expose(), b"token");
    for elsewhere in [
        Label { organization: "org_z", ..PLACE },
        Label { connection: "con_z", ..PLACE },
        Label { kind: "oauth", ..PLACE },
    ] {
        assert!(matches!(master.unwrap(&elsewhere, &wrapped).await, Err(Problem::Altered)));
        assert!(matches!(data_key.open(&elsewhere, &content), Err(Problem::Altered)));
    }
}

#[tokio::test]
async fn parts_of_two_credentials_make_no_third() {
    let keys = keyring(&[1]);
    let one = keys.seal(&PLACE, b"one").await.unwrap();
    let other = keys.seal(&PLACE, b"other").await.unwrap();
    let mixed = Sealed { content: other.content.clone(), ..one.clone() };
    let error = keys.open_sealed(&PLACE, &mixed).await.unwrap_err();
    assert!(matches!(error.problem, Problem::Altered));
    assert_ne!(one.content.nonce, other.content.nonce);
    assert_ne!(one.wrapped, keys.seal(&PLACE, b"one").await.unwrap().wrapped);
}

#[tokio::test]
async fn the_content_is_not_in_the_stored_form() {
    let stored = keyring(&[1]).seal(&PLACE, CANARY.as_bytes()).await.unwrap().to_bytes();
    assert!(!stored.windows(4).any(|part| CANARY.as_bytes().windows(4).any(|c| c == part)));
}

#[tokio::test]
async fn a_rewrap_changes_the_master_key_and_not_the_content() {
    let old = keyring(&[1]);
    let sealed = old.seal(&PLACE, b"token").await.unwrap();
    let both = keyring(&[2, 1]);
    assert_eq!(both.open_sealed(&PLACE, &sealed).await.unwrap().expose(), b"token");
    let rewrapped = both.rewrap(&PLACE, &sealed).await.unwrap();
    assert_eq!(rewrapped.key(), both.current());
    assert!(rewrapped.content == sealed.content);
    let new = keyring(&[2]);
    assert_eq!(new.open_sealed(&PLACE, &rewrapped).await.unwrap().expose(), b"token");
    let refused = old.open_sealed(&PLACE, &rewrapped).await.unwrap_err();
    assert!(matches!(refused.problem, Problem::UnknownKey(id) if id == new.current()));
}

#[tokio::test]
async fn what_is_damaged_or_elsewhere_is_not_rewrapped() {
    let sealed = keyring(&[1]).seal(&PLACE, b"token").await.unwrap();
    let both = keyring(&[2, 1]);
    let mut damaged = sealed.clone();
    damaged.content.ciphertext[0] ^= 1;
    assert!(both.rewrap(&PLACE, &damaged).await.is_err());
    let elsewhere = Label { connection: "con_c", ..PLACE };
    assert!(both.rewrap(&elsewhere, &sealed).await.is_err());
}

#[tokio::test]
async fn the_same_key_under_another_id_is_refused() {
    let keys = keyring(&[2, 1]);
    let mut sealed = keyring(&[1]).seal(&PLACE, b"token").await.unwrap();
    sealed.key = keys.current();
    assert!(keys.open_sealed(&PLACE, &sealed).await.is_err());
}

#[tokio::test]
async fn an_error_names_the_place_and_what_to_do() {
    let sealed = keyring(&[1]).seal(&PLACE, CANARY.as_bytes()).await.unwrap();
    let error = keyring(&[2]).open_sealed(&PLACE, &sealed).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the credential `private_token` of connection con_b of organization org_a cannot be \
             read; give the hub the master key {} again, or connect again",
            sealed.key()
        )
    );
}

#[tokio::test]
async fn nothing_prints_a_secret() {
    let keys = keyring(&[1]);
    let sealed = keys.seal(&PLACE, CANARY.as_bytes()).await.unwrap();
    let opened = keys.open_sealed(&PLACE, &sealed).await.unwrap();
    let printed = format!("{keys:?} {keys:#?} {sealed:?} {opened:?} {opened:#?}");
    let bytes = format!("{:?}", CANARY.as_bytes());
    for secret in [CANARY, &key(1), &bytes, "1, 1, 1", "0101"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let refused = Source::value(CANARY).unwrap_err();
    assert!(!told(&refused).contains(CANARY));
}

#[test]
fn a_value_must_be_a_whole_key() {
    assert!(Source::value(&format!(" {}\n", key(7))).is_ok());
    for text in ["", "AAAA", &key(7)[1..], &format!("{}A", key(7)), &"A".repeat(44)] {
        let refused = Source::value(text).unwrap_err().to_string();
        assert!(refused.contains("openssl rand -base64 32"), "{refused}");
    }
    assert!(matches!(Keyring::open(Vec::new()), Err(KeyError::None)));
}

#[tokio::test]
async fn a_key_that_is_added_to_the_file_is_known_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    let first = file.create().unwrap();
    let open = || Keyring::open(vec![Source::file(file.clone())]).unwrap();
    let (hub, other) = (open(), open());
    let early = hub.seal(&PLACE, b"early").await.unwrap();
    let second = file.add_key().unwrap();
    let rewrapped = open().rewrap(&PLACE, &early).await.unwrap();
    assert_eq!((early.key(), rewrapped.key()), (first, second));
    assert_eq!(other.open_sealed(&PLACE, &rewrapped).await.unwrap().expose(), b"early");
    assert_eq!(hub.seal(&PLACE, b"late").await.unwrap().key(), second);
    assert_eq!(hub.ids(), [second, first]);
}

#[tokio::test]
async fn nothing_is_sealed_with_a_key_that_its_file_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    file.create().unwrap();
    let keys = Keyring::open(vec![Source::file(file.clone())]).unwrap();
    let sealed = keys.seal(&PLACE, b"token").await.unwrap();
    std::fs::remove_file(file.path()).unwrap();
    let refused = keys.seal(&PLACE, b"token").await.unwrap_err();
    assert!(matches!(refused.problem, Problem::Key(KeyError::Absent { .. })));
    assert!(keys.open_sealed(&PLACE, &sealed).await.is_ok(), "what is held is still read");
}
