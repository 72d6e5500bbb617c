//! HighLevel's official client accepts the simulated HighLevel, so that the hub's client and the
//! simulation cannot share one wrong belief.
//!
//! Needs Node.js and npm, as `./test` does.

use std::{path::Path, process::Stdio};

use anyhow::{Context as _, Result, ensure};
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits};
use serde_json::json;
use tokio::process::Command;

/// The script, its manifest and what it installs.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/highlevel-client");
/// Exists once the client is installed.
const INSTALLED: &str = "node_modules/@gohighlevel/api-client/package.json";
/// More than the script needs in ten seconds, and few enough for it to reach them.
const BURST: u32 = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_client_accepts_the_simulated_highlevel() -> Result<()> {
    install().await?;
    let settings = HighLevelSettings {
        rate_limits: RateLimits { burst: BURST, ..RateLimits::default() },
        ..HighLevelSettings::default()
    };
    let highlevel = HighLevelSandbox::start(settings, e2e::clock()).await?;
    let contacts = highlevel.contact_count();
    let described = json!({
        "url": highlevel.url(),
        "token": highlevel.token(),
        "other_token": highlevel.other_token(),
        "agency_token": highlevel.agency_token(),
        "location_id": highlevel.location_id(),
        "other_location_id": highlevel.other_location_id(),
        "company_id": highlevel.company_id(),
        "client_id": highlevel.client_id(),
        "client_secret": highlevel.client_secret(),
        "redirect_uri": highlevel.redirect_uri(),
        "webhook_public_keys": highlevel.webhook_public_keys(),
        "burst": BURST,
    });
    let mut node = Command::new("node");
    node.arg("conformance.mjs").env("HIGHLEVEL_SANDBOX", described.to_string());
    run(node, "the conformance script; see the checks above that say FAILED").await?;
    ensure!(highlevel.contact_count() > contacts, "the script wrote to another HighLevel");
    highlevel.stop().await;
    Ok(())
}

/// Installs exactly what the lock file names, once.
async fn install() -> Result<()> {
    if Path::new(FOLDER).join(INSTALLED).exists() {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.arg("ci");
    run(npm, "npm ci; check that the npm registry can be reached").await
}

/// Runs a command in the folder; what it prints stands in the output of the test.
async fn run(mut command: Command, what: &str) -> Result<()> {
    let program = command.as_std().get_program().to_owned();
    command.current_dir(FOLDER).stdin(Stdio::null()).kill_on_drop(true);
    let status = command.status().await;
    let status = status
        .with_context(|| format!("start {}; install Node.js 18 or newer", program.display()))?;
    ensure!(status.success(), "run {what} ({status})");
    Ok(())
}
