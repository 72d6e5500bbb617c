//! A key command as a shell script, and every way in which one can fail.

use std::{fs, path::Path};

use super::*;
use crate::{Keyring, Label, Sealed, Source};

const PLACE: Label<'static> = Label { organization: "org_a", connection: "con_b", kind: "token" };

/// Turns the highest bit of every byte: reversible, and not what it was given.
const TURN: &str = "export LC_ALL=C; IFS= read -r key; base64 -d <<< \"$key\" | \
    tr '\\000-\\177\\200-\\377' '\\200-\\377\\000-\\177' | base64 -w 0\n";

fn command(folder: &Path, script: &str, limit: Duration) -> KeyCommand {
    let path = folder.join("wrap.sh");
    fs::write(&path, script).unwrap();
    KeyCommand::new(&["bash".to_owned(), path.display().to_string()], limit).unwrap()
}

fn keyring(command: &KeyCommand) -> Keyring {
    Keyring::open(vec![Source::command(command.clone())]).unwrap()
}

/// More than any script here needs on a loaded machine.
const PATIENT: Duration = Duration::from_secs(60);

async fn refusal(script: &str, limit: Duration) -> String {
    let folder = tempfile::tempdir().unwrap();
    let keys = keyring(&command(folder.path(), script, limit));
    let error = keys.seal(&PLACE, b"canary-4711").await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    let told = format!("{error} {error:?} {cause}");
    assert!(told.contains("bash") && !told.contains("canary"), "{told}");
    cause
}

#[tokio::test]
async fn a_script_wraps_and_unwraps() {
    let folder = tempfile::tempdir().unwrap();
    let keys = keyring(&command(folder.path(), TURN, PATIENT));
    let stored = keys.seal(&PLACE, b"token").await.unwrap().to_bytes();
    let sealed = Sealed::from_bytes(&stored).unwrap();
    assert_eq!(keys.open_sealed(&PLACE, &sealed).await.unwrap().expose(), b"token");
    let elsewhere = Label { organization: "org_z", ..PLACE };
    assert!(keys.open_sealed(&elsewhere, &sealed).await.is_err());
}

#[tokio::test]
async fn the_script_does_not_inherit_what_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let script = format!("env >> '{}'\n{TURN}", seen.display());
    // Every test has these two, and a script needs neither.
    let hidden = ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"].map(str::to_owned);
    let shown = command(folder.path(), &script, PATIENT);
    for (command, is_hidden) in [(shown.clone(), false), (shown.hiding(hidden.clone()), true)] {
        let _ = fs::remove_file(&seen);
        keyring(&command).seal(&PLACE, b"token").await.unwrap();
        let seen = fs::read_to_string(&seen).unwrap();
        for variable in &hidden {
            assert_eq!(seen.contains(variable), !is_hidden, "{variable}");
        }
    }
}

#[tokio::test]
async fn the_script_is_told_what_to_do_and_for_whom() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let script =
        format!("{TURN}IFS= read -r context; echo \"$1 $context\" >> '{}'\n", seen.display());
    let keys = keyring(&command(folder.path(), &script, PATIENT));
    let sealed = keys.seal(&PLACE, b"token").await.unwrap();
    let seen = fs::read_to_string(seen).unwrap();
    let lines: Vec<_> = seen.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(lines.iter().map(|(verb, _)| *verb).collect::<Vec<_>>(), ["wrap", "unwrap"]);
    let context = PLACE.associated_data(&[b"highwire data key 1", sealed.key().as_bytes()]);
    assert!(lines.iter().all(|(_, told)| *told == STANDARD.encode(&context)), "{seen}");
}

#[tokio::test]
async fn keys_move_from_a_command_to_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let old = command(folder.path(), TURN, PATIENT);
    let sealed = keyring(&old).seal(&PLACE, b"token").await.unwrap();
    let words: Vec<_> = old.words().map(str::to_owned).chain(["other".to_owned()]).collect();
    let new = KeyCommand::new(&words, PATIENT).unwrap();
    let both = Keyring::open(vec![Source::command(new.clone()), Source::command(old)]).unwrap();
    let rewrapped = both.rewrap(&PLACE, &sealed).await.unwrap();
    assert_ne!(rewrapped.key(), sealed.key());
    assert_eq!(keyring(&new).open_sealed(&PLACE, &rewrapped).await.unwrap().expose(), b"token");
}

#[tokio::test]
async fn a_script_that_never_ends_is_stopped() {
    let cause = refusal("exec tail -f /dev/null\n", Duration::from_millis(20)).await;
    assert!(cause.contains("took more than 0.02 s"), "{cause}");
    let closes = refusal("exec >&-; while :; do :; done\n", Duration::from_millis(20)).await;
    assert!(closes.contains("took more than"), "{closes}");
}

#[tokio::test]
async fn a_script_that_fails_is_named_and_its_talk_is_dropped() {
    let traced = format!("set -x; echo canary-4711 >&2; {TURN}exit 3\n");
    let cause = refusal(&traced, PATIENT).await;
    assert!(cause.contains("exit status: 3"), "{cause}");
    for (script, part) in [
        ("exit 0\n", "empty"),
        ("echo 'canary-4711 %%'\n", "base64"),
        ("head -c 100000 /dev/zero\n", "more than a wrapped key"),
        ("IFS= read -r key; echo \"$key\"\n", "shows the data key"),
        ("echo AAAA\n", "did not answer with a data key"),
        ("head -c 32 /dev/urandom | base64\n", "does not unwrap what it wrapped"),
    ] {
        let cause = refusal(script, PATIENT).await;
        assert!(cause.contains(part), "{script}: {cause}");
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let words = ["/nonexistent/wrap".to_owned()];
    let keys = keyring(&KeyCommand::new(&words, PATIENT).unwrap());
    let error = keys.seal(&PLACE, b"token").await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("/nonexistent/wrap") && cause.contains("cannot be started"), "{cause}");
    assert!(KeyCommand::new(&[], PATIENT).is_none());
}
