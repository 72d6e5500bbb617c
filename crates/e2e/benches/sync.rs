//! How close a first load comes to what HighLevel's limits allow, and what a look at all of it costs.
//!
//! The floor is the time that the limit itself takes for the calls that were made: a window's calls at
//! once, then as many with each window that follows. The hub spreads its calls over a window instead, so
//! that whoever waits for an answer finds room at any moment; that costs the first window, once, and
//! counts for less the more calls there are. The pace alone is told beside the floor: what is above it
//! is the hub's own time. `--contacts N` says how many are loaded, and `--quick` loads 200 instead of
//! 2,000. Each contact costs a call for its notes, so the contacts are most of the calls.

use anyhow::{Context, Result, bail, ensure};
use e2e::Program;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings};
use serde_json::Value;

/// What a window allows.
const BURST: u64 = 100;
const WINDOW_SECONDS: f64 = 10.0;
const CONTACTS: usize = 2_000;
const CONTACTS_QUICK: usize = 200;

/// How far above the floor a first load of 10,000 contacts may be.
const AIM: f64 = 1.03;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let contacts = contacts(std::env::args().skip(1))?;
    let settings = HighLevelSettings { contacts, ..HighLevelSettings::default() };
    let vendor = HighLevelSandbox::start(settings, e2e::clock()).await?;
    let (program, folder) = (Program::built()?, tempfile::tempdir()?);
    for what in ["first load", "second look"] {
        let mut command = program.command(folder.path());
        command
            .args(["sync", "highlevel", "--json"])
            .env("HIGHWIRE_DATA_DIR", folder.path().join("data"))
            .env("HIGHWIRE_HIGHLEVEL_URL", vendor.url())
            .env("GHL_API_KEY", vendor.token())
            .env("GHL_LOCATION_ID", vendor.location_id());
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let run: Value = serde_json::from_slice(&output.stdout)?;
        let figure = |name: &str| run["tally"][name].as_u64().context("a figure");
        let took = run["duration_seconds"].as_f64().context("a duration")?;
        let (calls, listed) = (figure("calls")?, figure("listed")?);
        let written = figure("created")? + figure("updated")? + figure("deleted")?;
        let floor = floor(calls);
        #[expect(clippy::cast_precision_loss, reason = "few calls")]
        let pace = calls as f64 / BURST as f64 * WINDOW_SECONDS;
        let ratio = took / floor.max(1.0);
        let verdict = if ratio <= AIM { "within" } else { "above" };
        print(&format!(
            "{what}, {contacts} contacts: {took:.1} s, {calls} calls, {listed} listed, {written} written\n  \
             floor {floor:.0} s, ratio {ratio:.3} ({verdict} {AIM}); at ten calls a second {pace:.1} s, \
             ratio {:.3}",
            took / pace.max(1.0)
        ));
    }
    vendor.stop().await;
    Ok(())
}

fn contacts(mut arguments: impl Iterator<Item = String>) -> Result<usize> {
    let mut contacts = CONTACTS;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => contacts = CONTACTS_QUICK,
            "--contacts" => {
                let number = arguments.next().context("--contacts needs a number")?;
                contacts = number.parse().context("--contacts needs a number")?;
            }
            // Cargo's own word.
            "--bench" => {}
            other => bail!("{other} is not known; take --quick or --contacts NUMBER"),
        }
    }
    Ok(contacts)
}

/// The seconds that the limit takes for so many calls, from the first that leaves to the last.
fn floor(calls: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "few windows")]
    let windows = calls.div_ceil(BURST).saturating_sub(1) as f64;
    windows * WINDOW_SECONDS
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
