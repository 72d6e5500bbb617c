//! A hub with a HighLevel connection, and those who call through it.

use std::{
    fs::File,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use e2e::{Hub, Program};
use serde_json::Value;

/// A hub as a process of its own, whose log is kept.
pub(crate) struct House {
    program: Program,
    folder: tempfile::TempDir,
    pub(crate) hub: Hub,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In lower case, with their values.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        format!("{}\r\n\r\n{}", self.head, String::from_utf8_lossy(&self.body))
    }
}

impl House {
    /// A hub that reaches HighLevel at `url` with `token` for `location`, with more settings.
    pub(crate) fn open(
        url: &str,
        (token, location): (&str, &str),
        more: &[(&'static str, &str)],
    ) -> Result<Self> {
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let mut variables = vec![
            ("HIGHWIRE_HIGHLEVEL_URL", url),
            ("HIGHWIRE_HIGHLEVEL_TOKEN", token),
            ("HIGHWIRE_HIGHLEVEL_LOCATION_IDS", location),
            ("HIGHWIRE_SERVER_REQUESTS_PER_MINUTE", "1000000"),
            ("HIGHWIRE_LOG_LEVEL", "trace"),
            ("HIGHWIRE_LOG_FORMAT", "json"),
        ];
        variables.extend(more);
        let log = File::create(folder.path().join("log"))?;
        let hub = Hub::start_logging(&program, folder.path(), variables, Stdio::from(log))?;
        Ok(Self { program, folder, hub })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.hub.address()
    }

    /// Everything that the hub has logged.
    pub(crate) fn log(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(&std::fs::read(self.folder.path().join("log"))?).into_owned())
    }

    /// The counters.
    pub(crate) fn metrics(&self) -> Result<String> {
        let mut stream = TcpStream::connect(self.address())?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n")?;
        Ok(answer(stream)?.text())
    }

    /// A command on the hub's folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program.command(self.folder.path());
        command.arg("--data-dir").arg(self.folder.path().join("data")).args(arguments);
        command
    }

    /// What a command prints that succeeds, a value a line.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let output = self.command(arguments).arg("--json").output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{arguments:?}: {said}");
        let out = String::from_utf8(output.stdout)?;
        Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// Makes a key of the organization `default` and gives its secret.
    pub(crate) fn key(&self, role: &str, scope: &str, more: &[&str]) -> Result<String> {
        let create = ["api-keys", "create", "--name", "test", "--role", role, "--scope", scope];
        let made = self.run(&[&create, more].concat())?;
        Ok(made[0]["secret"].as_str().context("a secret")?.to_owned())
    }

    /// Calls through the proxy with a key, and waits for the whole answer.
    pub(crate) fn call(&self, key: &str, line: &str) -> Result<Answer> {
        self.send(key, line, &[], b"")
    }

    /// The same with headers and a body.
    pub(crate) fn send(
        &self,
        key: &str,
        line: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer> {
        let (method, path) = line.split_once(' ').context("a method and a path")?;
        let mut head = format!(
            "{method} /proxy/highlevel{path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\
             authorization: Bearer {key}\r\n"
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut stream = TcpStream::connect(self.address())?;
        // Who refuses what is large answers before all of it is written.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        answer(stream)
    }
}

/// Reads an answer to its end; a body in chunks is put together.
pub(crate) fn answer(mut stream: TcpStream) -> Result<Answer> {
    let mut bytes = Vec::new();
    // A connection that is cut off ends its answer; what is missing shows in the chunks.
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").context("no answer")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let rest = &bytes[end + 4..];
    let body = match head.contains("transfer-encoding: chunked") {
        true => chunks(rest)?,
        false => rest.to_vec(),
    };
    Ok(Answer { status: status.context("no status")?, head, body })
}

fn chunks(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|it| it == b"\r\n").context("the answer broke off")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end])?.trim(), 16)?;
        rest = &rest[end + 2..];
        if length == 0 {
            return Ok(body);
        }
        body.extend_from_slice(rest.get(..length).context("the answer broke off")?);
        rest = rest.get(length + 2..).context("the answer broke off")?;
    }
}
