//! A vendor's official npm client: installed by its lock file, and run on a conformance script.

use std::{path::PathBuf, process::Stdio};

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

/// A folder beside the sources with a manifest, a lock file and `conformance.mjs`.
pub struct OfficialClient {
    folder: PathBuf,
    package: &'static str,
}

impl OfficialClient {
    /// The client `package` of this folder, installed exactly as the lock file says, once.
    ///
    /// # Errors
    /// Where npm is missing or cannot install it.
    pub async fn install(folder: &str, package: &'static str) -> Result<Self> {
        let client =
            Self { folder: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder), package };
        if !client.folder.join("node_modules").join(client.package).join("package.json").exists() {
            let mut npm = Command::new("npm");
            npm.arg("ci");
            client.run(npm, "npm ci; check that the npm registry can be reached").await?;
        }
        Ok(client)
    }

    /// Runs the script with these variables; what it prints stands in the output of the test.
    ///
    /// # Errors
    /// Where a check fails.
    pub async fn conform(
        &self,
        variables: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<()> {
        self.run_script("conformance.mjs", variables).await
    }

    /// The same with another script beside it.
    ///
    /// # Errors
    /// Where a check fails.
    pub async fn run_script(
        &self,
        script: &str,
        variables: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<()> {
        let mut node = Command::new("node");
        node.arg(script).envs(variables);
        self.run(node, "the script; see the checks above that say FAILED").await
    }

    async fn run(&self, mut command: Command, what: &str) -> Result<()> {
        let program = command.as_std().get_program().to_owned();
        command.current_dir(&self.folder).stdin(Stdio::null()).kill_on_drop(true);
        let status = command.status().await;
        let status = status
            .with_context(|| format!("start {}; install Node.js 18 or newer", program.display()))?;
        ensure!(status.success(), "run {what} ({status})");
        Ok(())
    }
}
