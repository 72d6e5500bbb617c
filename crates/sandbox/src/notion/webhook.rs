//! Webhooks: one receiver is told what changed, signed, a short while after it happened.
//!
//! Changes of one page that come close together are told together. Nothing says how a page changed,
//! deliveries have no order, and what is not answered with a success is sent again under the same id
//! (`facts/notion.md` 7). A person has to paste the token back to the real Notion before it sends
//! more than the handshake; here the receiver counts from the start.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_lc_rs::hmac;
use endpoint::{Method, Request, Transport as _, http::HttpTransport};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{
    change::{Change, What},
    ids::{Ids, Uuid},
    page::Parent,
    workspace::Workspace,
};

/// The waits before each further attempt: eight in all, the last about a day after the first.
const WAITS: [Duration; 7] = [
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(16 * 60 * 60),
];

/// Separates the ids of events and subscriptions from those of objects.
const WEBHOOK_SEED: u64 = 0x7765_6268_6f6f_6b73;

/// How a receiver is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookOptions {
    /// For how long changes of one page are gathered before they are told, in real time.
    pub gather_milliseconds: u64,
    /// How often each event is sent, under one id.
    pub repeat: u32,
}

/// Each once, and soon.
impl Default for WebhookOptions {
    fn default() -> Self {
        Self { gather_milliseconds: 100, repeat: 1 }
    }
}

/// One attempt at an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WebhookAttempt {
    /// The body.
    pub body: Value,
    /// What the receiver answered; none where no answer came.
    pub status: Option<u16>,
}

/// Who is told.
#[derive(Clone, Debug)]
struct Receiver {
    url: String,
    token: String,
    subscription: Uuid,
    options: WebhookOptions,
}

/// Something to send, or a change that may belong to what is about to be sent.
pub(crate) enum Outgoing {
    Handshake(String, Value),
    Change(Box<Told>),
}

/// A change with whatever its event says beside it.
pub(crate) struct Told {
    receiver: Receiver,
    event: Uuid,
    change: Change,
    /// Of whoever changed it.
    is_bot: bool,
    workspace: Uuid,
    bot: Uuid,
    at: Timestamp,
}

type Sent = Arc<Mutex<Vec<WebhookAttempt>>>;

/// Who is told, and what was.
pub(crate) struct Webhooks {
    receiver: Option<Receiver>,
    ids: Ids,
    sent: Sent,
    queue: mpsc::UnboundedSender<Outgoing>,
}

impl Webhooks {
    pub(crate) fn new(seed: u64, queue: mpsc::UnboundedSender<Outgoing>, sent: Sent) -> Self {
        Self { receiver: None, ids: Ids::new(seed ^ WEBHOOK_SEED), sent, queue }
    }

    /// Tells this receiver from now on, and hands the token over to it; returns the token.
    pub(crate) fn subscribe(&mut self, url: &str, options: WebhookOptions) -> String {
        let token = format!("secret_{}", self.ids.uuid().undashed());
        let handshake = Outgoing::Handshake(url.to_owned(), json!({ "verification_token": token }));
        // The sending task lives as long as the sandbox.
        let _ = self.queue.send(handshake);
        let (url, subscription) = (url.to_owned(), self.ids.uuid());
        self.receiver = Some(Receiver { url, token: token.clone(), subscription, options });
        token
    }

    /// Tells what changed in the workspace since it was asked last.
    pub(crate) fn tell(&mut self, workspace: &mut Workspace, at: Timestamp) {
        let changes = std::mem::take(&mut workspace.changes);
        let Some(receiver) = &self.receiver else { return };
        for change in changes {
            let told = Told {
                receiver: receiver.clone(),
                event: self.ids.uuid(),
                is_bot: change.by == workspace.bot,
                change,
                workspace: workspace.id,
                bot: workspace.bot,
                at,
            };
            let _ = self.queue.send(Outgoing::Change(Box::new(told)));
        }
    }

    /// The same receiver, of whom nothing is remembered but where it is.
    pub(crate) fn anew(&self) -> Self {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let (receiver, ids) = (self.receiver.clone(), self.ids.clone());
        Self { receiver, ids, sent: Arc::clone(&self.sent), queue: self.queue.clone() }
    }

    pub(crate) fn sent(&self) -> Vec<WebhookAttempt> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Gathers changes and sends events, until nobody can change anything any more.
pub(crate) async fn send(mut queue: mpsc::UnboundedReceiver<Outgoing>, sent: Sent) {
    let Ok(transport) = HttpTransport::new(endpoint::http::Settings::default()) else {
        tracing::error!("the simulated Notion cannot send webhooks; start the sandbox again");
        return;
    };
    let mut gathered: BTreeMap<(Uuid, &'static str), (Instant, Event)> = BTreeMap::new();
    let mut sending = JoinSet::new();
    loop {
        let due = gathered.values().map(|(due, _)| *due).min();
        tokio::select! {
            outgoing = queue.recv() => match outgoing {
                None => return,
                Some(Outgoing::Handshake(url, body)) => {
                    sending.spawn(handshake(transport.clone(), url, body, Arc::clone(&sent)));
                }
                Some(Outgoing::Change(told)) => gather(&mut gathered, *told),
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                let now = Instant::now();
                for (_, event) in gathered.extract_if(.., |_, (due, _)| *due <= now) {
                    sending.spawn(deliver(transport.clone(), event.1, Arc::clone(&sent)));
                }
            }
            Some(_) = sending.join_next(), if !sending.is_empty() => {}
        }
    }
}

/// An event as far as it is gathered.
struct Event {
    first: Told,
    authors: BTreeSet<(Uuid, bool)>,
    updated: BTreeSet<String>,
}

fn gather(gathered: &mut BTreeMap<(Uuid, &'static str), (Instant, Event)>, told: Told) {
    let key = (told.change.page, told.change.what.name());
    let author = (told.change.by, told.is_bot);
    let updated = match &told.change.what {
        What::Updated(updated) => updated.clone(),
        What::Created | What::Deleted | What::Undeleted => BTreeSet::new(),
    };
    let (_, event) = gathered.entry(key).or_insert_with(|| {
        let wait = Duration::from_millis(told.receiver.options.gather_milliseconds);
        let event = Event { first: told, authors: BTreeSet::new(), updated: BTreeSet::new() };
        (Instant::now() + wait, event)
    });
    event.authors.insert(author);
    event.updated.extend(updated);
}

impl Event {
    fn body(&self, attempt: usize) -> Value {
        let Told { receiver, event, change, workspace, bot, at, .. } = &self.first;
        let author = |(id, is_bot): &(Uuid, bool)| {
            let kind = if *is_bot { "bot" } else { "person" };
            json!({ "id": id.to_string(), "type": kind })
        };
        let parent = match change.parent {
            Parent::Workspace => json!({ "id": workspace.to_string(), "type": "space" }),
            Parent::Page(page) => json!({ "id": page.to_string(), "type": "page" }),
            Parent::Row { source, database } => json!({
                "id": database.to_string(),
                "type": "database",
                "data_source_id": source.to_string(),
            }),
        };
        let mut body = json!({
            "id": event.to_string(),
            "timestamp": format!("{at:.3}"),
            "workspace_id": workspace.to_string(),
            "workspace_name": "Sandbox",
            "subscription_id": receiver.subscription.to_string(),
            "integration_id": bot.to_string(),
            "authors": self.authors.iter().map(author).collect::<Vec<_>>(),
            "attempt_number": attempt,
            "api_version": "2026-03-11",
            "type": change.what.name(),
            "entity": { "id": change.page.to_string(), "type": "page" },
            "data": { "parent": parent },
        });
        if let What::Updated(_) = change.what {
            body["data"]["updated_properties"] = json!(self.updated);
        }
        body
    }
}

async fn handshake(transport: HttpTransport, url: String, body: Value, sent: Sent) {
    post(&transport, &url, (body, None), &sent).await;
}

/// Sends an event until it is taken, or its attempts are used up.
async fn deliver(transport: HttpTransport, event: Event, sent: Sent) {
    let receiver = &event.first.receiver;
    let key = hmac::Key::new(hmac::HMAC_SHA256, receiver.token.as_bytes());
    for _ in 1..receiver.options.repeat {
        post(&transport, &receiver.url, (event.body(1), Some(&key)), &sent).await;
    }
    for attempt in 1..=WAITS.len() + 1 {
        if post(&transport, &receiver.url, (event.body(attempt), Some(&key)), &sent).await {
            return;
        }
        if let Some(wait) = WAITS.get(attempt - 1) {
            sleep(*wait).await;
        }
    }
}

/// Whether the receiver took it.
async fn post(
    transport: &HttpTransport,
    url: &str,
    (body, key): (Value, Option<&hmac::Key>),
    sent: &Sent,
) -> bool {
    let text = body.to_string();
    let signature = key.map(|key| signature(key, text.as_bytes()));
    let mut request = Request {
        method: Method::Post,
        url: url.to_owned(),
        headers: Vec::new(),
        body: text.into(),
    }
    .with_header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.with_header("x-notion-signature", signature);
    }
    let status = transport.send(request).await.ok().map(|answer| answer.status);
    let attempt = WebhookAttempt { body, status };
    sent.lock().unwrap_or_else(PoisonError::into_inner).push(attempt);
    status.is_some_and(|status| (200..300).contains(&status))
}

fn signature(key: &hmac::Key, body: &[u8]) -> String {
    let tag = hmac::sign(key, body);
    let digits: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with another implementation (`facts/notion.md` 7).
    #[test]
    fn a_body_is_signed_with_the_token() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret_abc");
        assert_eq!(
            signature(&key, br#"{"a":1}"#),
            "sha256=9496ff66662afa1740cc4242fea698a0d8ff8a8dc0eb589fc369a4169793b8a0"
        );
    }
}
