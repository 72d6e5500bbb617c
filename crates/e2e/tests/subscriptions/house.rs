//! A hub, the events that come to it, and the receivers of its user's applications.

use std::{
    future::Future,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use e2e::{Answer, Events, Hub, Letter, Mailbox, Program, RawRequest, Sender};
use serde_json::Value;

/// How often another process is looked at.
const LOOK: Duration = Duration::from_millis(25);

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A hub that takes every event and may call this machine.
pub(crate) struct House {
    program: Program,
    folder: tempfile::TempDir,
    pub(crate) events: Events,
    hub: Option<Hub>,
    variables: Vec<(&'static str, String)>,
}

impl House {
    pub(crate) fn open(more: &[(&'static str, &str)]) -> Result<Self> {
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let events = Events::new(5, 200)?;
        let mut variables = vec![
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
            ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
            ("HIGHWIRE_SUBSCRIPTIONS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1".to_owned()),
        ];
        variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let mut house = Self { program, folder, events, hub: None, variables };
        house.start()?;
        Ok(house)
    }

    pub(crate) fn start(&mut self) -> Result<()> {
        self.hub = Some(Hub::start(&self.program, self.folder.path(), self.variables.clone())?);
        Ok(())
    }

    /// Ends the hub as `kill -9` does.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.hub.take().context("there is no hub")?.kill()
    }

    pub(crate) fn address(&self) -> Result<SocketAddr> {
        Ok(self.hub.as_ref().context("there is no hub")?.address())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Sends the event with this number about this contact.
    pub(crate) async fn send(&self, number: u64, contact: u64) -> Result<()> {
        let event = self.events.signed(number, contact)?;
        let mut sender = Sender::connect(self.address()?).await?;
        let status = sender.send(&Sender::request(&event)).await?;
        ensure!(status == 200, "event {number} was answered {status}");
        Ok(())
    }

    /// What a command below `subscriptions` prints that succeeds, a value a line.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let (out, said, is_done) = self.output(&[&["subscriptions"], arguments].concat())?;
        ensure!(is_done, "{arguments:?}: {said}");
        Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// What any command prints, what it says, and whether it succeeds.
    pub(crate) fn output(&self, arguments: &[&str]) -> Result<(String, String, bool)> {
        let mut command = self.program.command(self.folder.path());
        command.args(arguments).args(["--json", "--data-dir"]).arg(self.data());
        command.envs(self.variables.clone()).env("HIGHWIRE_LOG_LEVEL", "trace");
        let output = command.output()?;
        let (out, said) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        Ok((out, said, output.status.success()))
    }

    /// Registers a receiver; its subscription and its secret.
    pub(crate) fn add(&self, receiver: &Receiver, more: &[&str]) -> Result<(String, String)> {
        let url = receiver.url();
        let made = self.run(&[&["add", url.as_str()], more].concat())?;
        let text = |name: &str| made[0][name].as_str().map(str::to_owned).context("a text");
        Ok((text("subscription")?, text("secret")?))
    }

    /// The deliveries of a subscription, the newest first.
    pub(crate) fn deliveries(&self, subscription: &str) -> Result<Vec<Value>> {
        self.run(&["deliveries", subscription, "--limit", "1000"])
    }

    /// Asks the API; the status, and the answer as JSON, null where it has none.
    pub(crate) async fn ask(&self, key: &str, line: &str, body: &str) -> Result<(u16, Value)> {
        let request = RawRequest {
            line: format!("{line} HTTP/1.1"),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        let request = request.with("authorization", format!("Bearer {key}"));
        let request = request.with("content-type", "application/json");
        let (status, answer) = request.send(self.address()?).await?;
        let (_, body) = answer.split_once("\r\n\r\n").context("an answer has a body")?;
        Ok((status, serde_json::from_str(body).unwrap_or_default()))
    }

    /// Makes an API key with these scopes.
    pub(crate) fn key(&self, scopes: &str) -> Result<String> {
        let create = ["api-keys", "create", "--name", "test", "--scope", scopes];
        let (out, said, is_done) = self.output(&create)?;
        ensure!(is_done, "{said}");
        let made: Value = serde_json::from_str(&out)?;
        made["secret"].as_str().map(str::to_owned).context("a secret")
    }
}

/// Waits until something holds.
pub(crate) async fn until<F: Future<Output = Result<bool>>>(
    what: &str,
    holds: impl Fn() -> F,
) -> Result<()> {
    let began = Instant::now();
    while !holds().await? {
        ensure!(began.elapsed() < PATIENCE, "it did not come to this: {what}");
        tokio::time::sleep(LOOK).await; // tidy: sleep, the hub is another process
    }
    Ok(())
}

/// An application that takes webhooks, and answers what it is told to.
pub(crate) struct Receiver {
    mailbox: Mailbox,
    status: Arc<AtomicU16>,
}

impl Receiver {
    pub(crate) async fn open() -> Result<Self> {
        let status = Arc::new(AtomicU16::new(200));
        let shown = Arc::clone(&status);
        let mailbox = Mailbox::open(move |_: &Letter| Answer {
            status: shown.load(Ordering::Relaxed),
            content_type: "text/plain",
            body: "x".repeat(100_000),
        });
        Ok(Self { mailbox: mailbox.await?, status })
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/hooks", self.mailbox.url())
    }

    /// Answers with this status from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// What came so far.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.mailbox.letters().iter().map(Message::of).collect()
    }

    /// Waits until so many messages have come.
    pub(crate) async fn wait_for(&self, count: usize) -> Result<Vec<Message>> {
        let what = format!("{count} messages");
        until(&what, || std::future::ready(Ok(self.messages().len() >= count))).await?;
        Ok(self.messages())
    }
}

/// A message as it came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Its name.
    pub(crate) id: String,
    headers: serde_json::Map<String, Value>,
    text: String,
    /// Its body.
    pub(crate) body: Value,
}

impl Message {
    fn of(letter: &Letter) -> Self {
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let headers = names
            .map(|name| (name.to_owned(), Value::from(letter.header(name).unwrap_or_default())));
        let text = String::from_utf8_lossy(&letter.body).into_owned();
        let id = letter.header("webhook-id").unwrap_or_default().to_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { id, headers: headers.into_iter().collect(), text, body }
    }

    pub(crate) fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default()
    }

    pub(crate) fn contact(&self) -> &str {
        self.body["data"]["record"]["id"].as_str().unwrap_or_default()
    }

    pub(crate) fn happened_at(&self) -> jiff::Timestamp {
        let text = self.body["timestamp"].as_str().unwrap_or_default();
        text.parse().unwrap_or_default()
    }

    pub(crate) fn signatures(&self) -> usize {
        self.headers["webhook-signature"].as_str().unwrap_or_default().split(' ').count()
    }

    /// For a verifier, with the secrets that it must and must not verify under.
    pub(crate) fn to_verify(&self, accepted: &[&str], refused: &[&str]) -> Value {
        serde_json::json!({
            "headers": self.headers,
            "body": self.text,
            "accepted": accepted,
            "refused": refused,
        })
    }
}
