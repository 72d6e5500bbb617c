//! The simulated vendors as a process of their own: started, asked, killed.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
};

use anyhow::{Context, Result, ensure};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::Value;

use crate::Program;

/// A running `highwire sandbox`. Dropping it kills it.
pub struct Vendors {
    process: Child,
    highlevel: Value,
    notion: Value,
    repairshopr: Value,
    models: Value,
}

impl Vendors {
    /// Starts it on free ports with these flags, and waits until it says its addresses.
    ///
    /// # Errors
    /// Where it does not come up; what it says is on the test's own stderr.
    pub fn start(program: &Program, folder: &Path, flags: &[&str]) -> Result<Self> {
        let mut process = program
            .command(folder)
            .args(["sandbox", "--json"])
            .args(["--highlevel-listen=127.0.0.1:0", "--notion-listen=127.0.0.1:0"])
            .args(["--repairshopr-listen=127.0.0.1:0", "--models-listen=127.0.0.1:0"])
            .args(flags)
            .env("HIGHWIRE_LOG_LEVEL", "error")
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().context("the sandbox has no stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let said: Value =
            serde_json::from_str(&line).with_context(|| format!("the sandbox said {line:?}"))?;
        let of = |vendor: &str| said[vendor].clone();
        Ok(Self {
            process,
            highlevel: of("highlevel"),
            notion: of("notion"),
            repairshopr: of("repairshopr"),
            models: of("models"),
        })
    }

    /// What it says about the simulated HighLevel.
    #[must_use]
    pub fn highlevel(&self) -> &Value {
        &self.highlevel
    }

    /// What it says about the simulated Notion.
    #[must_use]
    pub fn notion(&self) -> &Value {
        &self.notion
    }

    /// What it says about the simulated RepairShopr.
    #[must_use]
    pub fn repairshopr(&self) -> &Value {
        &self.repairshopr
    }

    /// What it says about the simulated language models.
    #[must_use]
    pub fn models(&self) -> &Value {
        &self.models
    }

    /// One of the texts that it says about the simulated HighLevel.
    ///
    /// # Errors
    /// Where it says no such text.
    pub fn text(&self, key: &str) -> Result<&str> {
        self.highlevel[key].as_str().with_context(|| format!("the sandbox said no {key}"))
    }

    /// What the simulated HighLevel answers its own location's token.
    ///
    /// # Errors
    /// Where it answers anything but 200 and JSON.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let url = format!("{}{path}", self.text("url")?);
        let request =
            Request { method: Method::Get, url, headers: Vec::new(), body: Vec::new().into() }
                .with_header("authorization", format!("Bearer {}", self.text("token")?))
                .with_header("version", "2021-07-28");
        let answer = HttpTransport::new(HttpSettings::default())?.send(request).await?;
        ensure!(answer.status == 200, "{path} was answered {}", answer.status);
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// Its process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Vendors {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
