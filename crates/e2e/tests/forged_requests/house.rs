//! A hub with two organizations, every door open, and the secrets that open them.

use std::{
    io::Write,
    process::{Output, Stdio},
};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use e2e::{Hub, Program, RawRequest};
use sandbox::highlevel::Signer;
use serde_json::Value;
use store::Sqlite;

/// The secret of beta's connection.
pub(crate) const SECRET: &str = "a secret of two who know each other";

/// The token that Notion signs with.
pub(crate) const NOTION_TOKEN: &str = "secret_of_notion";

/// The hub and what opens it. Alpha has the location `loc-alpha` and no secret, beta `loc-beta` and one.
pub(crate) struct House {
    pub(crate) hub: Hub,
    pub(crate) signer: Signer,
    pub(crate) stranger: Signer,
    pub(crate) alpha_key: String,
    pub(crate) beta_key: String,
    /// It may look and not deliver.
    pub(crate) reading_key: String,
    pub(crate) revoked_key: String,
    pub(crate) workflow_path: String,
    pub(crate) repairshopr_path: String,
    pub(crate) notion_path: String,
    program: Program,
    folder: tempfile::TempDir,
}

impl House {
    /// Starts it, and waits until its doors know the last of the secrets.
    pub(crate) async fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (signer, stranger) = (Signer::new(1, true)?, Signer::new(2, true)?);
        let variables = [("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", signer.public_keys().join(","))];
        let program = Program::built()?;
        let hub = Hub::start(&program, folder.path(), variables)?;
        let none = String::new;
        let mut house = Self {
            hub,
            signer,
            stranger,
            alpha_key: none(),
            beta_key: none(),
            reading_key: none(),
            revoked_key: none(),
            workflow_path: none(),
            repairshopr_path: none(),
            notion_path: none(),
            program,
            folder,
        };
        house.furnish()?;
        let last = RawRequest::post(&house.notion_path, "{}");
        let signed = last.with("x-notion-signature", "0".repeat(64));
        house.until(&signed, 401).await?;
        Ok(house)
    }

    fn furnish(&mut self) -> Result<()> {
        for id in ["alpha", "beta"] {
            self.run(&["organizations", "add", id])?;
        }
        let own = ["--organization", "alpha"];
        let add = ["connections", "add"];
        self.run(&[&add[..], &["highlevel", "Main", "--location", "loc-alpha"], &own].concat())?;
        self.run(&[&add[..], &["repairshopr", "Shop"], &own].concat())?;
        let notion = self.run(&[&add[..], &["notion", "Notes"], &own].concat())?;
        let id = notion["connection"].as_str().context("a connection has an id")?;
        self.notion_path = format!("/webhooks/notion/{id}");
        let token = |door, name| ["connections", "token", name, "--door", door];
        let workflow = self.run(&[&token("workflow", "Main")[..], &own].concat())?;
        let repairshopr = self.run(&[&token("repairshopr", "Shop")[..], &own].concat())?;
        self.workflow_path = path(&workflow)?;
        self.repairshopr_path = path(&repairshopr)?;
        self.alpha_key = self.key("alpha", "webhooks:send")?;
        self.reading_key = self.key("alpha", "events:read")?;
        self.revoked_key = self.key("alpha", "webhooks:send")?;
        self.run(&[&["api-keys", "revoke", &self.revoked_key][..], &own].concat())?;

        let other = ["--organization", "beta"];
        let east = ["highlevel", "East", "--location", "loc-beta"];
        self.run(&[&add[..], &east, &other].concat())?;
        self.beta_key = self.key("beta", "webhooks:send")?;
        let secret = ["connections", "secret"];
        self.run_with(&[&secret[..], &["East"], &other].concat(), SECRET)?;
        self.run_with(&[&secret[..], &["Notes"], &own].concat(), NOTION_TOKEN)?;
        Ok(())
    }

    fn key(&self, organization: &str, scope: &str) -> Result<String> {
        let words = ["api-keys", "create", "--name", "test", "--scope", scope];
        let told = self.run(&[&words[..], &["--organization", organization]].concat())?;
        Ok(told["secret"].as_str().context("a key has a secret")?.to_owned())
    }

    /// Runs a command beside the hub; the first line that it says.
    pub(crate) fn run(&self, words: &[&str]) -> Result<Value> {
        self.run_with(words, "")
    }

    fn run_with(&self, words: &[&str], input: &str) -> Result<Value> {
        let mut command = self.program.command(self.folder.path());
        command.args(words).arg("--json").arg("--data-dir").arg(self.folder.path().join("data"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn()?;
        // A command that reads nothing may be gone before it is told anything.
        let _ = process.stdin.take().context("it has a stdin")?.write_all(input.as_bytes());
        let Output { status, stdout, stderr } = process.wait_with_output()?;
        ensure!(status.success(), "{words:?}: {}", String::from_utf8_lossy(&stderr));
        let said = String::from_utf8(stdout)?;
        Ok(serde_json::from_str(said.lines().next().unwrap_or_default())?)
    }

    /// Sends a request again and again until it gets this status.
    pub(crate) async fn until(&self, request: &RawRequest, status: u16) -> Result<()> {
        while request.send(self.hub.address()).await?.0 != status {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// The data folder, to look at it.
    pub(crate) fn store(&self) -> Result<Sqlite> {
        Ok(Sqlite::open_to_read(&self.folder.path().join("data"))?)
    }

    /// The most memory that the hub has needed so far, in KiB.
    pub(crate) fn peak_memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.hub.process_id()))?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).context("no VmHWM")?;
        Ok(line.split_whitespace().nth(1).context("no figure")?.parse()?)
    }

    /// Requests that HighLevel has signed, each a new event of alpha, on a connection that stays.
    pub(crate) fn signed_requests(&self, count: u32) -> Result<Vec<Vec<u8>>> {
        let request = |number: u32| {
            let body = contact("loc-alpha", &format!("valid-{number}"));
            let signature = ed25519(&self.signer, body.as_bytes())?;
            Ok(format!(
                "POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\nx-ghl-signature: {signature}\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes())
        };
        (0..count).map(request).collect()
    }
}

/// A change of a contact in this location.
pub(crate) fn contact(location: &str, webhook_id: &str) -> String {
    format!(
        r#"{{"type":"ContactUpdate","locationId":"{location}","id":"c1","webhookId":"{webhook_id}"}}"#
    )
}

/// The value of `X-GHL-Signature` over these bytes.
pub(crate) fn ed25519(signer: &Signer, body: &[u8]) -> Result<String> {
    let headers = signer.headers(body)?;
    Ok(headers.into_iter().next().context("it signs")?.1)
}

/// The value of `X-WH-Signature` over these bytes.
pub(crate) fn rsa(signer: &Signer, body: &[u8]) -> Result<String> {
    let headers = signer.headers(body)?;
    let found = headers.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("x-wh-signature"));
    Ok(found.context("it signs in the legacy way too")?.1)
}

/// The signature of who shares this secret.
pub(crate) fn shared(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn path(told: &Value) -> Result<String> {
    let url = told["url"].as_str().context("a token has an address")?;
    Ok(format!("/{}", url.splitn(4, '/').nth(3).context("an address has a path")?))
}
