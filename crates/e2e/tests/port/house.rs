//! A hub before a simulated HighLevel that tells it of every change, and who asks it.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use e2e::{Editor, Hub, Program, RawRequest};
use endpoint::Method;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings};
use serde_json::Value;

/// Every scope of the port.
pub(crate) const ALL: &str = "contacts:read contacts:write messages:send opportunities:read \
                              opportunities:write calendars:read calendars:write changes:read \
                              changes:write";

pub(crate) struct House {
    pub(crate) vendor: HighLevelSandbox,
    hub: Hub,
    program: Program,
    folder: tempfile::TempDir,
}

/// What an application was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.to_ascii_lowercase().starts_with(&format!("{name}:"));
        self.head.lines().find(named)?.split_once(':').map(|(_, value)| value.trim())
    }

    /// Its body, which is the answer to a request that went well.
    pub(crate) fn good(self) -> Result<Value> {
        ensure!(matches!(self.status, 200 | 201), "{self:?}");
        Ok(self.body)
    }

    /// The last part of a problem's type; it has a hint and is named as the log names it.
    pub(crate) fn problem(&self) -> Result<&str> {
        ensure!(self.status >= 400 && !text(&self.body, "hint")?.is_empty(), "{self:?}");
        ensure!(self.header("x-correlation-id") == self.body["correlation_id"].as_str());
        text(&self.body, "type")?.strip_prefix("urn:highwire:problem:").context("a type")
    }
}

impl House {
    pub(crate) async fn open() -> Result<Self> {
        let settings = HighLevelSettings {
            contacts: 20,
            other_contacts: 2,
            opportunities: 3,
            ..HighLevelSettings::default()
        };
        let vendor = HighLevelSandbox::start(settings, e2e::clock()).await?;
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let variables = [
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", vendor.webhook_public_keys().remove(0)),
            ("HIGHWIRE_HIGHLEVEL_URL", vendor.url()),
            ("GHL_API_KEY", vendor.token().to_owned()),
            ("GHL_LOCATION_ID", vendor.location_id().to_owned()),
        ];
        let hub = Hub::start(&program, folder.path(), variables)?;
        vendor.subscribe(&format!("http://{}/webhooks/highlevel", hub.address()))?;
        Ok(Self { vendor, hub, program, folder })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A command beside the hub that reaches the vendor as the hub does.
    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.program.command(self.folder.path());
        command.args(arguments).arg("--json");
        command.env("HIGHWIRE_HIGHLEVEL_URL", self.vendor.url());
        command.env("GHL_API_KEY", self.vendor.token());
        command.env("GHL_LOCATION_ID", self.vendor.location_id());
        command
    }

    /// Runs a command beside the hub, and gives what it prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let mut command = self.command(arguments);
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{arguments:?}: {said}");
        let out = String::from_utf8(output.stdout)?;
        Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// The secret of a new key with these scopes.
    pub(crate) fn key(&self, scopes: &str, more: &[&str]) -> Result<String> {
        let mut arguments = vec!["api-keys", "create", "--name", "test", "--role", "application"];
        for scope in scopes.split_whitespace() {
            arguments.extend(["--scope", scope]);
        }
        arguments.extend(more);
        Ok(text(&self.run(&arguments)?[0], "secret")?.to_owned())
    }

    /// Asks the hub. No answer has the vendor's token, whatever was asked.
    pub(crate) async fn ask(&self, key: &str, line: &str, body: Option<Value>) -> Result<Answer> {
        self.ask_with(key, (line, &[]), body).await
    }

    /// The same with more headers.
    pub(crate) async fn ask_with(
        &self,
        key: &str,
        (line, headers): (&str, &[(&str, &str)]),
        body: Option<Value>,
    ) -> Result<Answer> {
        let mut request = RawRequest {
            line: format!("{line} HTTP/1.1"),
            headers: Vec::new(),
            body: body.as_ref().map(ToString::to_string).unwrap_or_default().into_bytes(),
        }
        .with("authorization", format!("Bearer {key}"));
        if body.is_some() {
            request = request.with("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.with(name, value);
        }
        let (status, answer) = request.send(self.hub.address()).await?;
        ensure!(!answer.contains(self.vendor.token()), "the vendor's token was told");
        let (head, body) = answer.split_once("\r\n\r\n").context("a head and a body")?;
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body)? };
        Ok(Answer { status, head: head.to_owned(), body })
    }

    /// Asks until the answer is as it is waited for: the hub learns of a change by a webhook.
    pub(crate) async fn ask_until(
        &self,
        key: &str,
        line: &str,
        is_it: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        for _ in 0..200 {
            let answer = self.ask(key, line, None).await?.good()?;
            if is_it(&answer) {
                return Ok(answer);
            }
            let wait = std::time::Duration::from_millis(50);
            tokio::time::sleep(wait).await; // tidy: sleep, a real process has to be polled
        }
        anyhow::bail!("{line} does not become what it is waited for")
    }

    /// Calls the simulated HighLevel itself, as a person does who works there.
    pub(crate) async fn at_vendor(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        Editor::new()?.at_highlevel(&self.vendor, method, path, body).await
    }
}

/// A text of an answer.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().with_context(|| format!("{name} in {value}"))
}
