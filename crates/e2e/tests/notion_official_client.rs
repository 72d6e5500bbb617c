//! Notion's official client accepts the simulated Notion, so that the hub's client and the
//! simulation cannot share one wrong belief.
//!
//! Needs Node.js and npm, as `./test` does.

use std::{path::Path, process::Stdio};

use anyhow::{Context as _, Result, ensure};
use sandbox::notion::{NotionSandbox, NotionSettings};
use tokio::process::Command;

/// The script, its manifest and what it installs.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/notion-client");
/// Exists once the client is installed.
const INSTALLED: &str = "node_modules/@notionhq/client/package.json";
/// Small, so that the script can write more rows than one query gives out.
const QUERY_ROW_CAP: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_client_accepts_the_simulated_notion() -> Result<()> {
    install().await?;
    let settings = NotionSettings {
        requests_per_minute: 1_000_000,
        query_row_cap: QUERY_ROW_CAP,
        ..NotionSettings::default()
    };
    let notion = NotionSandbox::start(settings, e2e::clock()).await?;
    let mut node = Command::new("node");
    node.arg("conformance.mjs")
        .env("NOTION_URL", notion.url())
        .env("NOTION_TOKEN", notion.token())
        .env("NOTION_PARENT_PAGE_ID", notion.parent_page_id())
        .env("NOTION_QUERY_ROW_CAP", QUERY_ROW_CAP.to_string());
    run(node, "the conformance script; see the checks above that say FAILED").await?;
    ensure!(notion.page_count() > QUERY_ROW_CAP, "the script wrote to another Notion");
    notion.stop().await;
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
