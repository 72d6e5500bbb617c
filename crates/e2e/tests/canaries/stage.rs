//! The stage: a folder, a hub, vendors that repeat what they hear, and everything that they say.

mod copies;
mod tenants;

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write as _},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    ConnectionId, Credential, CredentialKey, Credentials, OrganizationId, SealedContent, Tenant,
};
use e2e::{
    Answer, Events, Letter, Mailbox, NotionLog, Program, Signed,
    canary::{Canaries, Holds, Nature},
};
use sandbox::fault::{Fault, FaultAction};
use serde_json::{Value, json};
use store::Sqlite;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vault::{Keyring, Label, Source};

use super::{MASTER_KEY, SECRETS, requests, secret};

/// The location whose events are ours.
pub(crate) const LOCATION: &str = "loc-e2e-canaries";

/// How often a process is looked at, and how long at most.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: usize = 1_500;

/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that a run needs.
pub(crate) struct Stage {
    canaries: Canaries,
    program: Program,
    folder: tempfile::TempDir,
    events: Events,
    notion: NotionLog,
    /// A HighLevel and a Notion that fail and repeat the token that they were given.
    parrot: Mailbox,
}

impl Stage {
    pub(crate) async fn set(mut canaries: Canaries) -> Result<Self> {
        let notion = NotionLog::start().await?;
        canaries.plant(Nature::Secret, "the token of the simulated Notion", notion.vendor.token());
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("tmp"))?;
        let number = AtomicUsize::new(0);
        let parrot =
            Mailbox::open(move |letter| parrot(letter, number.fetch_add(1, Ordering::Relaxed)));
        let (program, events) = (Program::built()?, Events::new(8, 400)?);
        Ok(Self { canaries, program, folder, events, notion, parrot: parrot.await? })
    }

    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The binary with every secret in its environment, at its loudest.
    fn command(&self) -> Command {
        let mut command = self.program.command(self.folder.path());
        let settings = SECRETS.iter().filter_map(|(_, name, value)| Some((name.as_ref()?, value)));
        command
            .envs(settings)
            .env("PATH", "/usr/bin:/bin")
            .env("TMPDIR", self.folder.path().join("tmp"))
            .env("RUST_BACKTRACE", "full")
            .env("HIGHWIRE_LOG_LEVEL", "trace")
            .env("HIGHWIRE_DATA_DIR", self.data())
            .env("HIGHWIRE_LISTEN", "127.0.0.1:0")
            .env("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", self.events.public_key())
            .env("HIGHWIRE_NOTION_URL", self.parrot.url())
            .env("HIGHWIRE_NOTION_ACTIVITY_LOG", "12345678-9012-3456-7890-123456789012")
            .env("HIGHWIRE_HIGHLEVEL_URL", self.parrot.url())
            .env("GHL_LOCATION_ID", LOCATION);
        command
    }

    /// A hub with a Notion that works and then is gone; its master key is in the key file.
    pub(crate) async fn work_in_peace(&mut self) -> Result<()> {
        let variables: Vec<_> = self
            .notion
            .variables()
            .into_iter()
            .chain([("HIGHWIRE_LOG_FORMAT", "json".to_owned())])
            .collect();
        let (hub, address) = self.start("in peace", &variables)?;
        self.seed().await?;
        self.send_all(address).await?;
        let pages = self.notion.wait_for(4).await.len();
        ensure!(pages >= 4, "there are {pages} pages: {}", self.log("in peace"));
        self.notion.vendor.faults().set(vec![Fault::always(FaultAction::Outage)])?;
        let last = r#"{"type":"NoteDelete","locationId":"LOC","id":"n1","contactId":"c1"}"#;
        let last = self.events.sign(&last.replace("LOC", LOCATION))?;
        exchange(address, &post("/webhooks/highlevel", &last, &[])).await?;
        self.wait_for_log("in peace", "\"stop\":\"deliver\"").await?;
        self.end(hub, "in peace")
    }

    /// The next hub on the same folder: its vendors repeat the token that they hear, and its master
    /// key is a value.
    pub(crate) async fn work_with_parrots(&mut self) -> Result<()> {
        let (variables, heard) = (
            [
                ("HIGHWIRE_VAULT_KEY", MASTER_KEY.to_owned()),
                ("HIGHWIRE_LOG_FORMAT", "human".to_owned()),
            ],
            self.parrot.letters().len(),
        );
        let (hub, address) = self.start("with parrots", &variables)?;
        self.send_all(address).await?;
        for number in 0..12 {
            let body = format!(
                r#"{{"type":"ContactUpdate","locationId":"{LOCATION}","id":"p{number}","webhookId":"p{number}"}}"#
            );
            let request = post("/webhooks/highlevel", &self.events.sign(&body)?, &[]);
            exchange(address, &request).await?;
        }
        self.wait_until("Notion to be asked", |stage| stage.parrot.letters().len() >= heard + 6)
            .await?;
        self.end(hub, "with parrots")
    }

    fn start(&self, name: &str, variables: &[(&str, String)]) -> Result<(Running, SocketAddr)> {
        self.start_as(name, &["up", "--json"], variables)
    }

    fn start_as(
        &self,
        name: &str,
        words: &[&str],
        variables: &[(&str, String)],
    ) -> Result<(Running, SocketAddr)> {
        let log = File::create(self.folder.path().join(format!("log of the hub {name}")))?;
        let mut command = self.command();
        command.args(words).envs(variables.iter().map(|(name, value)| (name, value)));
        let mut hub = Running(command.stdout(Stdio::piped()).stderr(log).spawn()?);
        let mut line = String::new();
        BufReader::new(hub.0.stdout.take().context("stdout")?).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line).with_context(|| self.log(name))?;
        let address = said["url"].as_str().context("an address")?.trim_start_matches("http://");
        Ok((hub, address.parse()?))
    }

    fn log(&self, name: &str) -> String {
        let path = self.folder.path().join(format!("log of the hub {name}"));
        fs::read_to_string(path).unwrap_or_default()
    }

    /// Kills a hub, so that its write-ahead log stays, and keeps what it left.
    fn end(&mut self, hub: Running, name: &str) -> Result<()> {
        let arguments = fs::read(format!("/proc/{}/cmdline", hub.0.id()))?;
        drop(hub);
        self.canaries.see(Holds::Talk, format!("the arguments of the hub {name}"), arguments);
        self.canaries.see(Holds::Talk, format!("the log of the hub {name}"), self.log(name));
        self.see_data(name)
    }

    fn see_data(&mut self, name: &str) -> Result<()> {
        let copy = self.data();
        self.canaries.see_files(Holds::Data, &copy, "master.key")?;
        let temporary = self.folder.path().join("tmp");
        self.canaries.see_files(Holds::Talk, &temporary, "")?;
        self.canaries.see(
            Holds::Talk,
            format!("names of files, {name}"),
            names(self.folder.path())?,
        );
        Ok(())
    }

    async fn send_all(&mut self, address: SocketAddr) -> Result<()> {
        for request in requests(self)? {
            let line =
                String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
            let reply = exchange(address, &request).await?;
            self.canaries.see(Holds::Talk, format!("the reply to {line}"), reply);
        }
        Ok(())
    }

    /// Stores a credential as the hub does.
    async fn seed(&self) -> Result<()> {
        let key = CredentialKey {
            tenant: Tenant {
                organization: OrganizationId::new("default"),
                connection: ConnectionId::new("canaries"),
            },
            kind: "private_token".to_owned(),
        };
        let label = Label {
            organization: key.tenant.organization.as_str(),
            connection: key.tenant.connection.as_str(),
            kind: &key.kind,
        };
        let file = Source::file(vault::KeyFile::new(self.data().join("master.key")));
        let content = secret("the content of a credential")?;
        let sealed = Keyring::open(vec![file])?.seal(&label, content.as_bytes()).await?;
        let content =
            SealedContent { bytes: sealed.to_bytes().into(), master_key: sealed.key().to_string() };
        let stored_at = jiff::Timestamp::UNIX_EPOCH;
        let store = Sqlite::open_beside(&self.data())?;
        Ok(store.put_credential(Credential { key, content, stored_at }).await?)
    }

    /// Runs a command line and keeps what it says.
    pub(crate) fn run(
        &mut self,
        holds: Holds,
        line: &str,
        variables: &[(&str, &str)],
    ) -> Result<Output> {
        // Words are cut at spaces; `up` must not come up.
        let nowhere = (line == "up").then_some(("HIGHWIRE_LISTEN", "192.0.2.1:1"));
        let variables: Vec<_> = variables.iter().copied().chain(nowhere).collect();
        self.run_words(holds, &line.split(' ').collect::<Vec<_>>(), "", &variables)
    }

    /// The same for words that may have spaces, and with something on stdin.
    fn run_words(
        &mut self,
        holds: Holds,
        words: &[&str],
        input: &str,
        variables: &[(&str, &str)],
    ) -> Result<Output> {
        let mut command = self.command();
        command.args(words).envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn()?;
        // A command that reads nothing may be gone before it is told anything.
        let _ = process.stdin.take().context("stdin")?.write_all(input.as_bytes());
        let (output, line) = (process.wait_with_output()?, words.join(" "));
        self.canaries.see(holds, format!("what `{line}` prints"), output.stdout.clone());
        self.canaries.see(Holds::Talk, format!("what `{line}` says"), output.stderr.clone());
        Ok(output)
    }

    /// Settings that are wrong in every way that shows a value to whoever reads it.
    pub(crate) fn mistaken_settings(&mut self) -> Result<()> {
        let token = secret("the Notion token")?;
        for (number, text) in [
            format!("[notion]\ntoken = {token}\n"),
            format!("[notion]\ntoken = \"{token}\n"),
            format!("[notion]\ntokn = \"{token}\"\n"),
            format!("[notion]\ntoken = [\"{token}\"]\n"),
            format!("[vault]\nkey = \"{token}\"\n"),
            format!("[vault]\nformer_keys = \"{token}\"\n"),
            format!("[webhook]\napi_keys = \"{token}\"\n"),
            format!("[webhook]\napi_keys = [[\"{token}\"]]\n"),
            format!("[webhook]\nsecret = [\"{token}\"]\n"),
        ]
        .iter()
        .enumerate()
        {
            let path = self.folder.path().join(format!("mistake-{number}.toml"));
            fs::write(&path, text)?;
            self.run(Holds::Talk, &format!("keys status --config {}", path.display()), &[])?;
        }
        let address = format!("http://user:{}@127.0.0.1:9", secret("the password in an address")?);
        for variable in
            ["HIGHWIRE_VAULT_KEY", "HIGHWIRE_LOG_LEVEL", "HIGHWIRE_LISTEN", "HIGHWIRE_SANDBOX_SEED"]
        {
            self.run(Holds::Talk, "keys status", &[(variable, token)])?;
        }
        self.run(Holds::Talk, "keys status", &[("HIGHWIRE_NOTION_TOKN", token)])?;
        let call = "call contacts.get-contact --contact-id c1";
        self.run(Holds::Talk, call, &[("HIGHWIRE_HIGHLEVEL_URL", &address)])?;
        let init = "notion init --parent 12345678901234567890123456789012";
        self.run(Holds::Talk, init, &[("HIGHWIRE_NOTION_URL", &address)])?;
        Ok(())
    }

    /// Calls to a HighLevel that repeats the token in its refusals, in every form that they have.
    pub(crate) fn refused_calls(&mut self) -> Result<()> {
        let heard = self.parrot.letters().len();
        let get = "call contacts.get-contact --contact-id c1";
        let post = "call contacts.create-contact --set firstName=A";
        for line in [get, post, get, post, get, post] {
            let output = self.run(Holds::Talk, line, &[])?;
            ensure!(!output.status.success(), "{line} succeeded");
        }
        ensure!(self.parrot.letters().len() >= heard + 6, "not every call came");
        Ok(())
    }

    /// A key service behind a command, which writes down what it was given.
    pub(crate) fn key_command(&mut self) -> Result<()> {
        let (script, notes) =
            (self.folder.path().join("kms"), self.folder.path().join("kms-notes"));
        // Turns the highest bit of every byte, which is its own way back.
        let text = format!(
            "#!/bin/sh\nexport LC_ALL=C\necho \"$@\" >> {notes}\nenv >> {notes}\nread key\n\
             echo \"$key\" | base64 -d | tr '\\000-\\177\\200-\\377' '\\200-\\377\\000-\\177' | \
             base64 -w 0\n",
            notes = notes.display()
        );
        fs::write(&script, text)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700))?;
        let command = [("HIGHWIRE_VAULT_COMMAND", script.to_str().context("a path")?)];
        for line in ["keys rotate", "keys status"] {
            let output = self.run(Holds::Talk, line, &command)?;
            let said = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "{line}: {said}");
        }
        let notes = fs::read(&notes).context("the key command was not asked")?;
        self.canaries.see(Holds::Talk, "what the key command was given", notes);
        Ok(())
    }

    /// A source and a destination that panic with everything in their hands, in a process of their
    /// own.
    pub(crate) fn panics(&mut self) -> Result<()> {
        let output = Command::new(std::env::current_exe()?)
            .args(["--exact", super::panics::NAME, "--ignored", "--nocapture"])
            .env("RUST_BACKTRACE", "full")
            .output()?;
        let said = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&said);
        ensure!(text.matches("panicked at").count() >= 2, "nothing panicked: {text}");
        self.canaries.see(Holds::Talk, "a panic", said);
        Ok(())
    }

    /// Looks at what is left, and gives the canaries back.
    pub(crate) fn strike(mut self) -> Result<Canaries> {
        self.see_data("at the end")?;
        let key_file = fs::read_to_string(self.data().join("master.key"))?;
        let keys: Vec<_> = key_file.lines().filter(|line| !line.starts_with('#')).collect();
        ensure!(keys.len() == 2, "the key file has one key of the start and one of the rotation");
        for key in keys {
            self.canaries.plant(Nature::Secret, "a key of the key file", key);
            let bytes = STANDARD.decode(key)?;
            self.canaries.plant(Nature::Secret, "a key of the key file in clear", bytes);
        }
        for letter in self.parrot.letters() {
            let bare = |line: &&str| !line.to_ascii_lowercase().starts_with("authorization:");
            let head: Vec<_> = letter.head.lines().filter(bare).collect();
            self.canaries.see(Holds::Talk, "the head of a call", head.join("\n"));
            self.canaries.see(Holds::Data, "what was sent to Notion", letter.body);
        }
        Ok(self.canaries)
    }

    async fn wait_for_log(&self, name: &str, text: &str) -> Result<()> {
        self.wait_until(text, |stage| stage.log(name).contains(text)).await
    }

    async fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) -> Result<()> {
        for _ in 0..LOOKS {
            if is_so(self) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await; // tidy: sleep, a hub in another process works
        }
        anyhow::bail!("waited in vain for {what}")
    }
}

/// A hub's process. Dropping it kills it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A vendor that fails, and says whom it did not believe.
fn parrot(letter: &Letter, number: usize) -> Answer {
    let heard = letter.header("authorization").unwrap_or_default();
    let token = heard.trim_start_matches("Bearer ");
    let sentence = format!("{heard} is not believed, nor is \"{token}\" or key={token}.");
    let refusal = |status: u16, code: &str| {
        let body = json!({
            "object": "error", "status": status, "statusCode": status, "code": code,
            "message": sentence, "error": token, "request_id": token, "traceId": token,
            "additional_data": {"token": token}, "meta": {"contactId": token},
        });
        Answer { status, content_type: "application/json", body: body.to_string() }
    };
    let page = |status| Answer {
        status,
        content_type: "text/html",
        body: format!("<html><body>{sentence}</body></html>"),
    };
    match number % 6 {
        0 => refusal(400, "validation_error"),
        1 => refusal(401, token),
        2 => page(403),
        3 => page(200),
        4 => Answer {
            status: 200,
            content_type: "application/json",
            body: format!("{{\"contact\": {token}"),
        },
        _ => refusal(422, "validation_error"),
    }
}

/// A POST of a signed body with more headers, after whose answer the connection ends.
pub(crate) fn post(path: &str, event: &Signed, headers: &[&str]) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\nx-ghl-signature: {}\r\n{}\
         content-length: {}\r\n\r\n{}",
        event.signature,
        headers.concat(),
        event.body.len(),
        event.body
    )
    .into_bytes()
}

pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").into_bytes()
}

/// Sends a request and reads until the connection ends.
async fn exchange(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut reply = Vec::new();
    // A hub that cuts a malformed request off has said what it says.
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut reply)).await;
    let _ = read.context("the hub keeps a connection that was to be closed")?;
    Ok(reply)
}

/// The paths of everything below a folder.
fn names(folder: &Path) -> Result<Vec<u8>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        names.extend(path.as_os_str().as_encoded_bytes());
        names.push(b'\n');
        if path.is_dir() {
            names.extend(self::names(&path)?);
        }
    }
    Ok(names)
}
