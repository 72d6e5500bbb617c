//! `highwire backup`: copies the hub's data to a new folder, also while the hub runs.

use std::{path::Path, time::Duration};

use serde_json::json;
use store::{Manifest, Progress};
use tokio::{runtime::Handle, time::Instant};

use super::retention::megabytes;
use crate::{clock, failure::Failure, master_keys, printer, progress, settings::Settings};

/// The name and version of this program, as backups tell them.
const PROGRAM: &str = concat!("highwire ", env!("CARGO_PKG_VERSION"));

/// The longest rest after a step of the copy.
const LONGEST_REST: Duration = Duration::from_millis(250);

/// Copies, and says what else has to be kept.
pub(crate) async fn run(settings: &Settings, to: &Path, json: bool) -> Result<(), Failure> {
    let (folder, target) = (settings.data_dir.clone(), to.to_owned());
    let manifest = progress::on_a_thread("copying", move |progress| {
        let (runtime, mut step) = (Handle::current(), Instant::now());
        let mut paced = |now: Progress| {
            progress(now);
            // Half of the time belongs to the hub, whose acknowledgments wait for the same disk.
            runtime.block_on(tokio::time::sleep(step.elapsed().min(LONGEST_REST)));
            step = Instant::now();
        };
        store::back_up(&folder, &target, (PROGRAM, clock::now()), &mut paced)
    })
    .await?;
    let to = to.display();
    printer::data(match json {
        true => json!({ "backup": to.to_string(), "manifest": manifest }).to_string(),
        false => format!(
            "{to}: {} MB, events up to {} (mirrored {}, decided {}), open actions={}",
            megabytes(manifest.bytes()),
            manifest.facts.journaled,
            manifest.facts.projected,
            manifest.facts.decided,
            manifest.facts.open_actions
        ),
    });
    printer::talk(
        "\nIt holds people's data in clear: keep it as safe as the data folder. What it does not hold, \
         and a restore needs:\n  - your settings: highwire.toml, .env, the environment",
    );
    keys(settings, &manifest).into_iter().for_each(printer::talk);
    Ok(())
}

/// The master keys that have to be kept apart, and where they are now.
fn keys(settings: &Settings, manifest: &Manifest) -> Vec<String> {
    let place = master_keys::place(settings);
    let wraps = manifest.facts.master_keys.iter();
    let lines: Vec<_> = wraps
        .map(|(key, credentials)| {
            format!("  - master key {key}, which wraps {credentials} credentials")
        })
        .collect();
    match lines.is_empty() {
        true => vec![format!("  - the master key ({place}); no credential is stored under one yet")],
        false => lines
            .into_iter()
            .chain([format!(
                "    The current key is in {place}. WITHOUT ITS KEY NOBODY CAN READ A CREDENTIAL: copy it \
                 to another place than this backup."
            )])
            .collect(),
    }
}
