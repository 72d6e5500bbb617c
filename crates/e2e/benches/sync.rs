//! How close a first load comes to what HighLevel's limits allow, and what a look at all of it costs.
//!
//! The floor is the time that the limit itself takes for the calls that were made: a window's calls at
//! once, then as many with each window that follows. `--quick` loads 200 contacts instead of 2,000. Each
//! contact costs a call for its notes, so the contacts are most of the calls.

use anyhow::{Context, Result, ensure};
use e2e::Program;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings};
use serde_json::Value;

/// What a window allows.
const BURST: u64 = 100;
const WINDOW_SECONDS: f64 = 10.0;
const CONTACTS: usize = 2_000;
const CONTACTS_QUICK: usize = 200;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let contacts = match std::env::args().any(|argument| argument == "--quick") {
        true => CONTACTS_QUICK,
        false => CONTACTS,
    };
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
        #[expect(clippy::cast_precision_loss, reason = "few windows")]
        let floor = (calls.div_ceil(BURST) - 1) as f64 * WINDOW_SECONDS;
        print(&format!(
            "{what}, {contacts} contacts: {took:.1} s, floor {floor:.0} s, ratio {:.3}, {calls} calls, \
             {listed} listed, {written} written",
            took / floor.max(1.0)
        ));
    }
    vendor.stop().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
