//! A data folder, a simulated HighLevel, and who changes things there.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use domain::{Journal, Mirror, Record, RecordKey, Sequence, Tenant};
use e2e::{Editor, Hub, Program};
use endpoint::Method;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits};
use serde_json::Value;
use store::Sqlite;

pub(crate) struct House {
    pub(crate) vendor: HighLevelSandbox,
    program: Program,
    folder: tempfile::TempDir,
    editor: Editor,
}

impl House {
    /// A vendor with so many contacts, whose limits nobody meets: the hub keeps them by itself.
    pub(crate) async fn with_contacts(contacts: usize) -> Result<Self> {
        let settings = HighLevelSettings {
            contacts,
            other_contacts: 0,
            opportunities: contacts.min(40),
            rate_limits: RateLimits::generous(),
            ..HighLevelSettings::default()
        };
        let vendor = HighLevelSandbox::start(settings, e2e::clock()).await?;
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        Ok(Self { vendor, program, folder, editor: Editor::new()? })
    }

    fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", self.vendor.webhook_public_keys().remove(0)),
            ("HIGHWIRE_HIGHLEVEL_URL", self.vendor.url()),
            ("GHL_API_KEY", self.vendor.token().to_owned()),
            ("GHL_LOCATION_ID", self.vendor.location_id().to_owned()),
            ("HIGHWIRE_DATA_DIR", self.data().display().to_string()),
        ]
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn hub(&self) -> Result<Hub> {
        Hub::start(&self.program, self.folder.path(), self.variables())
    }

    /// A command on the data folder.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = self.program.command(self.folder.path());
        command
            .args(words.split_whitespace())
            .envs(self.variables())
            .env("HIGHWIRE_LOG_LEVEL", "error");
        command
    }

    /// Runs a command, and gives the lines that it prints as JSON.
    pub(crate) async fn run(&self, words: &str) -> Result<Vec<Value>> {
        let mut command = self.command(words);
        command.arg("--json");
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{words}: {said}");
        let out = String::from_utf8(output.stdout)?;
        Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// Runs `sync highlevel` to its end; gives the run.
    pub(crate) async fn sync(&self, flags: &str) -> Result<Value> {
        let runs = self.run(&format!("sync highlevel {flags}")).await?;
        let run = runs.into_iter().next().context("a run")?;
        ensure!(run["state"] == "done", "{run}");
        Ok(run)
    }

    /// Calls the simulated HighLevel itself, as a person does who works there.
    pub(crate) async fn at_vendor(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        self.editor.at_highlevel(&self.vendor, method, path, body).await
    }

    /// How many events the journal has.
    pub(crate) async fn events(&self) -> Result<u64> {
        let Sequence(last) = Sqlite::open_to_read(&self.data())?.last().await?;
        Ok(last)
    }

    /// The rows of the mirror with these keys.
    pub(crate) async fn rows(&self, keys: &[RecordKey]) -> Result<Vec<Record>> {
        let tenant = Tenant {
            organization: domain::OrganizationId::new("default"),
            connection: domain::ConnectionId::new("highlevel"),
        };
        Ok(Sqlite::open_to_read(&self.data())?.records(&tenant, keys).await?)
    }

    /// How many living rows the mirror has of an entity.
    pub(crate) async fn count(&self, entity: domain::Entity) -> Result<u64> {
        let counts = Sqlite::open_to_read(&self.data())?.record_counts().await?;
        Ok(counts.get(&entity).copied().unwrap_or_default())
    }
}

/// A figure of a run.
pub(crate) fn figure(run: &Value, name: &str) -> Result<u64> {
    run["tally"][name].as_u64().with_context(|| format!("no {name} in {run}"))
}

/// How many snapshots a run wrote.
pub(crate) fn written(run: &Value) -> Result<u64> {
    let parts = ["created", "updated", "deleted"].map(|name| figure(run, name));
    parts.into_iter().sum()
}
