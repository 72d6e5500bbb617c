//! Notifications: what a set of the notification center posts to a webhook when something changes.
//!
//! Nothing signs them and they have no ids; the link is the only place that names the record
//! (`facts/repairshopr.md` 10).

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use endpoint::{Method, Request, Transport as _, http::HttpTransport};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::sleep};

use super::record::Record;

/// A change of which subscribers are told.
#[derive(Debug)]
pub(crate) struct Change {
    /// The sentence.
    pub(crate) text: String,
    /// The path below the account's address that people see.
    pub(crate) path: String,
    /// What is told of the record.
    pub(crate) attributes: Record,
}

/// A notification that was sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    /// The body.
    pub body: Value,
    /// What the subscriber answered; none where no answer came.
    pub status: Option<u16>,
}

/// How notifications are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticeOptions {
    /// How often each one is sent.
    pub repeat: u32,
    /// How long each one waits before it is sent, in real time.
    pub delay_milliseconds: u64,
}

/// Each one once and at once.
impl Default for NoticeOptions {
    fn default() -> Self {
        Self { repeat: 1, delay_milliseconds: 0 }
    }
}

/// A notification on its way.
pub(crate) struct Outgoing {
    url: String,
    body: Value,
    delay: Duration,
    sent: Sent,
}

type Sent = Arc<Mutex<Vec<Notice>>>;

/// Who is told, how, and what was told.
pub(crate) struct Notices {
    subscriber: Option<String>,
    pub(crate) options: NoticeOptions,
    sent: Sent,
    queue: mpsc::UnboundedSender<Outgoing>,
}

impl Notices {
    pub(crate) fn new(queue: mpsc::UnboundedSender<Outgoing>) -> Self {
        Self { subscriber: None, options: NoticeOptions::default(), sent: Sent::default(), queue }
    }

    pub(crate) fn subscribe(&mut self, url: &str) {
        self.subscriber = Some(url.to_owned());
    }

    /// Tells the subscriber, as often as the options say.
    pub(crate) fn tell(&self, subdomain: &str, change: &Change) {
        let Some(url) = &self.subscriber else { return };
        let link = format!("https://{subdomain}.repairshopr.com{}", change.path);
        let body = json!({
            "text": change.text,
            "html": format!("<a href=\"{link}\">{}</a>", change.text),
            "link": link,
            "attributes": change.attributes,
        });
        for _ in 0..self.options.repeat {
            let outgoing = Outgoing {
                url: url.clone(),
                body: body.clone(),
                delay: Duration::from_millis(self.options.delay_milliseconds),
                sent: self.sent.clone(),
            };
            // The receiver lives as long as the sandbox.
            let _ = self.queue.send(outgoing);
        }
    }

    pub(crate) fn sent(&self) -> Vec<Notice> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was sent and how; who is told stays.
    pub(crate) fn reset(&mut self) {
        self.options = NoticeOptions::default();
        self.sent = Sent::default();
    }
}

/// Sends notifications one after the other. None is sent again that was not accepted: nobody
/// documents whether the real one does.
pub(crate) async fn send_in_order(
    transport: HttpTransport,
    mut queued: mpsc::UnboundedReceiver<Outgoing>,
) {
    while let Some(Outgoing { url, body, delay, sent }) = queued.recv().await {
        if !delay.is_zero() {
            sleep(delay).await;
        }
        let request = Request {
            method: Method::Post,
            url,
            headers: Vec::new(),
            body: body.to_string().into(),
        };
        let answer = transport.send(request.with_header("content-type", "application/json")).await;
        let status = answer.ok().map(|answer| answer.status);
        sent.lock().unwrap_or_else(PoisonError::into_inner).push(Notice { body, status });
    }
}
