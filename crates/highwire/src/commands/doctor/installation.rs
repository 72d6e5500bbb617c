//! The hub itself: its folder, its disk, its master key, and whether vendors can reach it.

use std::{io::Write as _, path::Path};

use domain::Finding;
use store::{Disk, Sqlite};

use super::{address, report::Section};
use crate::{failure::Failure, master_keys, settings::Settings};

/// Looks at everything that belongs to no connection.
pub(super) async fn examine(settings: &Settings, store: Option<&Sqlite>) -> Section {
    let mut findings = vec![switched_on(settings)];
    let folder = &settings.data_dir;
    match folder.is_dir() {
        false => {
            let why = format!("{} is not there yet; `highwire up` makes it", folder.display());
            findings.push(Finding::skipped("data folder", why));
        }
        true => {
            findings.push(data_folder(folder));
            findings.push(disk(settings));
        }
    }
    findings.push(master_key(settings, store).await);
    findings.extend(address::findings(settings).await);
    Section { name: "hub".to_owned(), organization: None, vendor: None, findings, calls: 0 }
}

/// What the settings switch on. Where nothing is, the hub takes events and that is all.
fn switched_on(settings: &Settings) -> Finding {
    let (highlevel, notion) = (&settings.highlevel, &settings.notion);
    let takes = !highlevel.location_ids.is_empty()
        || !highlevel.company_ids.is_empty()
        || highlevel.accept_unknown_locations;
    let all = [
        (takes, "events of HighLevel"),
        (!highlevel.token.is_empty(), "calls to HighLevel"),
        (!notion.token.is_empty(), "the activity log in Notion"),
    ];
    let on: Vec<_> = all.iter().filter(|(is_on, _)| *is_on).map(|(_, name)| *name).collect();
    match on.is_empty() {
        false => Finding::good("settings", format!("they switch on {}", on.join(", "))),
        true => Finding::good("settings", "they switch nothing on: connections are stored ones"),
    }
}

/// Whether this user can write to the folder: a file is made there and taken away again.
fn data_folder(folder: &Path) -> Finding {
    let subject = "data folder";
    match Sqlite::open_to_read(folder) {
        Ok(_) | Err(store::OpenError::Absent { .. }) => {}
        Err(error) => return Finding::bad(subject, error.to_string(), "do what the message says"),
    }
    let written = tempfile::NamedTempFile::new_in(folder)
        .and_then(|mut file| file.write_all(b"doctor").and_then(|()| file.flush()));
    match written {
        Ok(()) => Finding::good(subject, format!("{} can be written to", folder.display())),
        Err(error) => Finding::bad(
            subject,
            format!("{} cannot be written to: {error}", folder.display()),
            "give the user who runs the hub the right to write there, or name another --data-dir",
        ),
    }
}

fn disk(settings: &Settings) -> Finding {
    let subject = "disk";
    let space = settings.server.reserve().map(|reserve| Disk::new(&settings.data_dir, reserve));
    match space.map(|disk| disk.space()) {
        Ok(Ok(space)) if space.is_low => Finding::bad(
            subject,
            format!(
                "{} MB are free, and {} MB are wanted",
                space.free / 1_000_000,
                space.wanted / 1_000_000
            ),
            "free some space: events are answered with 429 until there is enough",
        ),
        Ok(Ok(space)) => Finding::good(subject, format!("{} MB are free", space.free / 1_000_000)),
        Ok(Err(error)) => {
            let hint = "check the file system of the data folder";
            Finding::bad(subject, format!("it cannot be asked: {error}"), hint)
        }
        Err(failure) => {
            Finding::bad(subject, failure.chain().join(": "), "correct server.disk_reserve")
        }
    }
}

/// Whether stored credentials can be opened. No key is made here.
async fn master_key(settings: &Settings, store: Option<&Sqlite>) -> Finding {
    let subject = "master key";
    let known = match master_keys::look(settings) {
        Ok(Some(keyring)) => keyring.ids().iter().map(ToString::to_string).collect::<Vec<_>>(),
        Ok(None) => Vec::new(),
        Err(failure) => {
            let hint = "mend it before the hub is started again: see `highwire settings`, [vault]";
            return Finding::bad(subject, failure.chain().join(": "), hint);
        }
    };
    let counts = match store {
        Some(store) => master_keys::stored_counts(store).await,
        None => Ok(std::collections::BTreeMap::new()),
    };
    match counts {
        Ok(counts) => judge(settings, &known, &counts),
        Err(failure) => unreadable(subject, &failure),
    }
}

fn judge(
    settings: &Settings,
    known: &[String],
    counts: &std::collections::BTreeMap<String, u64>,
) -> Finding {
    let subject = "master key";
    let lost: u64 =
        counts.iter().filter(|(id, _)| !known.contains(id)).map(|(_, count)| count).sum();
    let sealed: u64 = counts.values().sum();
    match (lost, known.is_empty()) {
        (0, true) => {
            Finding::skipped(subject, "none is there yet; the first `highwire up` makes it")
        }
        (0, false) => {
            let place = master_keys::place(settings);
            Finding::good(subject, format!("{place} opens all {sealed} stored credentials"))
        }
        (lost, _) => Finding::bad(
            subject,
            format!("{lost} of {sealed} stored credentials are under a master key that is missing"),
            "give the hub that key again: `highwire keys status` names it",
        ),
    }
}

fn unreadable(subject: &str, failure: &Failure) -> Finding {
    Finding::bad(subject, failure.chain().join(": "), failure.hint())
}
