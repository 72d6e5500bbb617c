//! A server under measurement: a process that is spoken to in lines.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use e2e::Program;
use serde_json::{Value, json};

use super::{call_of, upstream::Upstream};

/// The command that starts a server before an upstream.
type Start = Box<dyn Fn(&Path, &Upstream) -> Command>;

/// Which program is measured, and how it is started.
pub(crate) struct Way {
    pub(crate) name: String,
    start: Start,
    kind: Kind,
}

/// Whose tools they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ours,
    /// Without the curated tools: a contact is read as any operation.
    Meta,
    Peer,
}

impl Way {
    /// `highwire mcp` with these flags.
    pub(crate) fn ours(program: &Program, name: &str, flags: &'static [&'static str]) -> Self {
        let program = program.clone();
        let start = move |folder: &Path, upstream: &Upstream| {
            let mut command = program.command(folder);
            command.arg("mcp").args(flags);
            command.env("GHL_API_KEY", "pit-for-the-benchmark");
            command.env("GHL_LOCATION_ID", upstream.location());
            command.env("HIGHWIRE_HIGHLEVEL_URL", upstream.url());
            command
        };
        let kind = if flags.is_empty() { Kind::Ours } else { Kind::Meta };
        Self { name: name.to_owned(), start: Box::new(start), kind }
    }

    /// The peer at this path.
    pub(crate) fn peer(path: &Path) -> Self {
        let path = path.to_owned();
        let start = move |folder: &Path, upstream: &Upstream| {
            let mut command = Command::new(&path);
            command.env_clear().current_dir(folder);
            command.env("GHL_PIT_TOKEN", "pit-for-the-benchmark");
            command.env("GHL_LOCATION_ID", upstream.location());
            command.env("GHL_BASE_URL", upstream.url());
            // Its log would cost it time.
            command.env("RUST_LOG", "error");
            command
        };
        Self { name: "ghl-mcp".to_owned(), start: Box::new(start), kind: Kind::Peer }
    }

    /// The call that reads a contact.
    pub(crate) fn get_contact(&self, upstream: &Upstream) -> Option<Value> {
        let id = upstream.contact();
        Some(match self.kind {
            Kind::Ours => call_of("get_contact", json!({"id": id})),
            Kind::Meta => {
                let params = json!({"contactId": id});
                call_of("read_operation", json!({"id": "contacts.get-contact", "params": params}))
            }
            Kind::Peer => call_of("ghl_get_contact", json!({"contact_id": id})),
        })
    }

    /// The call that finds twenty contacts.
    pub(crate) fn find_contacts(&self) -> Option<Value> {
        match self.kind {
            Kind::Ours => Some(call_of("find_contacts", json!({"limit": 20}))),
            Kind::Meta => None,
            Kind::Peer => Some(call_of("ghl_search_contacts", json!({"limit": 20}))),
        }
    }
}

/// A running server. Dropping it ends it.
pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: u64,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts it, and waits for the answer to its first request.
    pub(crate) fn start(way: &Way, upstream: &Upstream) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = (way.start)(folder.path(), upstream);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().with_context(|| format!("start {}", way.name))?;
        let input = process.stdin.take().context("it has an input")?;
        let output = BufReader::new(process.stdout.take().context("it has an output")?);
        let mut server = Self { process, input, output, next: 0, _folder: folder };
        let client = json!({"name": "benchmark", "version": "1"});
        let params =
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        server.ask("initialize", &params)?;
        server.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        Ok(server)
    }

    /// The tools that it lists.
    pub(crate) fn listed(&mut self) -> Result<Value> {
        Ok(self.ask("tools/list", &json!({}))?["result"]["tools"].take())
    }

    /// Calls a tool, and gives the whole reply.
    pub(crate) fn call(&mut self, call: &Value) -> Result<Value> {
        let reply = self.ask("tools/call", call)?;
        ensure!(succeeded(&reply), "a call failed: {reply}");
        Ok(reply)
    }

    /// Calls a tool so many times, with so many calls under way.
    pub(crate) fn calls(&mut self, call: &Value, count: usize, in_flight: usize) -> Result<()> {
        let (mut begun, mut ended) = (0, 0);
        while ended < count {
            while begun < count && begun - ended < in_flight {
                self.send("tools/call", call)?;
                begun += 1;
            }
            let reply = self.read()?;
            ensure!(succeeded(&reply), "a call failed: {reply}");
            ended += 1;
        }
        Ok(())
    }

    /// How much memory it holds.
    pub(crate) fn resident_kilobytes(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.context("the kernel tells it")?.parse().context("a number")
    }

    fn ask(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.send(method, params)?;
        self.read()
    }

    fn send(&mut self, method: &str, params: &Value) -> Result<()> {
        self.next += 1;
        let id = self.next;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
    }

    fn write(&mut self, message: &Value) -> Result<()> {
        let mut line = message.to_string();
        line.push('\n');
        Ok(self.input.write_all(line.as_bytes())?)
    }

    fn read(&mut self) -> Result<Value> {
        let mut line = String::new();
        ensure!(self.output.read_line(&mut line)? > 0, "the server ended");
        Ok(serde_json::from_str(&line)?)
    }
}

fn succeeded(reply: &Value) -> bool {
    reply["error"].is_null() && reply["result"]["isError"] != true
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
