//! `highwire restore`: puts a backup into a new data folder, and says what follows from it.

use std::{collections::BTreeSet, path::Path};

use serde_json::json;

use super::retention::megabytes;
use crate::{clock, failure::Failure, master_keys, printer, progress, settings::Settings};

/// Restores, and tells which master keys are missing.
pub(crate) async fn run(settings: &Settings, from: &Path, json: bool) -> Result<(), Failure> {
    let (backup, folder) = (from.to_owned(), settings.data_dir.clone());
    let restored = progress::on_a_thread("restoring", move |progress| {
        store::restore(&backup, &folder, clock::now(), progress)
    })
    .await?;
    let manifest = &restored.manifest;
    let known: BTreeSet<String> = master_keys::known(settings).into_iter().collect();
    let missing: Vec<_> =
        manifest.facts.master_keys.keys().filter(|key| !known.contains(*key)).collect();
    let folder = settings.data_dir.display();
    printer::data(match json {
        true => json!({
            "data_dir": folder.to_string(),
            "taken_at": manifest.taken_at,
            "program": manifest.program,
            "journaled": manifest.facts.journaled,
            "open_actions": restored.open_actions,
            "missing_master_keys": missing,
        })
        .to_string(),
        false => format!(
            "{folder}: {} MB restored, events up to {}, as of {}",
            megabytes(manifest.bytes()),
            manifest.facts.journaled,
            manifest.taken_at
        ),
    });
    let taken_at = manifest.taken_at;
    printer::talk(format!(
        "\nWhat follows from it:\n  - Events that were acknowledged after {taken_at} are not in it, and \
         HighLevel does not send again what was answered with 200. Their records are right again with \
         their next event; what must not wait for one, look up in HighLevel.\n  - {} actions were not done \
         at that time. Each is looked up at its destination before it is done, and so is what follows from \
         events that happened before now, so that nothing is done twice.",
        restored.open_actions
    ));
    for key in &missing {
        let credentials = manifest.facts.master_keys[*key];
        printer::talk(format!(
            "  - MISSING: master key {key}, which wraps {credentials} credentials. Put it where your settings \
             say ({}) before you start the hub; if it is lost, give a new key as vault.key and store \
             the credentials again.",
            master_keys::place(settings)
        ));
    }
    printer::talk(format!("\nStart the hub with `highwire up --data-dir {folder}`."));
    Ok(())
}
