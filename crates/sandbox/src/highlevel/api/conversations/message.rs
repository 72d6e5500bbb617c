//! One message: its kind in the three vocabularies of HighLevel, how it is shown and told.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::moment::iso;

/// A kind of message, under the names that writes, reads and webhooks have for it
/// (`facts/highlevel.md` 6.2 and 7.1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// In bodies.
    pub(crate) write: &'static str,
    /// In answers.
    pub(crate) read: &'static str,
    /// The number beside the name in answers.
    code: u8,
    /// In webhooks.
    pub(crate) told: &'static str,
    /// In the export's filter.
    pub(crate) channel: &'static str,
    /// The channel of the do-not-disturb settings; empty where there is none.
    pub(crate) disturbs: &'static str,
}

const fn kind(
    write: &'static str,
    (read, code): (&'static str, u8),
    told: &'static str,
    (channel, disturbs): (&'static str, &'static str),
) -> Kind {
    Kind { write, read, code, told, channel, disturbs }
}

/// Where two kinds are read alike, the first is what is meant. The numbers above 36 are published
/// nowhere.
const KINDS: [Kind; 18] = [
    kind("SMS", ("TYPE_SMS", 2), "SMS", ("SMS", "SMS")),
    kind("Email", ("TYPE_EMAIL", 3), "Email", ("Email", "Email")),
    kind("WhatsApp", ("TYPE_WHATSAPP", 19), "WhatsApp", ("WhatsApp", "WhatsApp")),
    kind("FB", ("TYPE_FACEBOOK", 11), "FB", ("Facebook", "FB")),
    kind("IG", ("TYPE_INSTAGRAM", 18), "IG", ("Instagram", "FB")),
    kind("GMB", ("TYPE_GMB", 15), "GMB", ("", "GMB")),
    kind("RCS", ("TYPE_RCS", 37), "RCS", ("", "RCS")),
    kind("Custom", ("TYPE_CUSTOM_SMS", 20), "Custom", ("", "")),
    kind("WebChat", ("TYPE_WEBCHAT", 5), "WebChat", ("", "")),
    kind("Live_Chat", ("TYPE_LIVE_CHAT", 29), "Live_Chat", ("", "")),
    kind("ALL_IN_ONE_CHAT", ("TYPE_LIVE_CHAT", 29), "Live_Chat", ("", "")),
    kind("TIKTOK", ("TYPE_TIKTOK", 38), "TIKTOK", ("", "")),
    kind("Call", ("TYPE_CALL", 1), "CALL", ("Call", "Call")),
    kind("IVR_Call", ("TYPE_IVR_CALL", 24), "CALL", ("Call", "Call")),
    kind("Campaign_Call", ("TYPE_CAMPAIGN_CALL", 8), "CALL", ("Call", "Call")),
    kind("Campaign_VoiceMail", ("TYPE_CAMPAIGN_VOICEMAIL", 10), "VoiceMail", ("Call", "Call")),
    kind("FORM_SUBMISSION", ("TYPE_FORM_SUBMISSION", 39), "FORM_SUBMISSION", ("", "")),
    kind("Review", ("TYPE_REVIEW", 17), "Review", ("", "")),
];

impl Kind {
    /// The kind that a body names; text messages where it names none that is known.
    pub(crate) fn of(write: &str) -> &'static Self {
        KINDS.iter().find(|kind| kind.write == write).unwrap_or(&KINDS[0])
    }

    pub(crate) fn is_email(&self) -> bool {
        self.write == "Email"
    }

    pub(crate) fn is_call(&self) -> bool {
        self.channel == "Call"
    }

    /// Whether it goes to a telephone number.
    pub(crate) fn needs_phone(&self) -> bool {
        ["SMS", "WhatsApp", "RCS"].contains(&self.write)
    }
}

/// What is known of a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) status: String,
    /// In seconds.
    pub(crate) duration: u32,
}

impl Talk {
    /// Whether there was something to record.
    pub(crate) fn is_recorded(&self) -> bool {
        ["completed", "answered", "voicemail"].contains(&self.status.as_str())
    }
}

/// A message, or the thread of e-mails that one stands for.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) kind: &'static Kind,
    pub(crate) conversation: String,
    pub(crate) contact: String,
    pub(crate) inbound: bool,
    pub(crate) status: String,
    pub(crate) body: String,
    pub(crate) html: bool,
    pub(crate) attachments: Vec<Value>,
    /// The ids of its e-mails, oldest first.
    pub(crate) emails: Vec<String>,
    pub(crate) talk: Option<Talk>,
    pub(crate) source: &'static str,
    pub(crate) provider: Option<String>,
    pub(crate) reply_to: Option<String>,
    /// What the provider said when it failed.
    pub(crate) error: Option<Value>,
    /// External id.
    pub(crate) alt_id: Option<String>,
    pub(crate) added: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Message {
    pub(crate) fn new(id: String, kind: &'static Kind, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            conversation: String::new(),
            contact: String::new(),
            inbound: false,
            status: "delivered".to_owned(),
            body: String::new(),
            html: false,
            attachments: Vec::new(),
            emails: Vec::new(),
            talk: None,
            source: "api",
            provider: None,
            reply_to: None,
            error: None,
            alt_id: None,
            added: now,
            updated: now,
        }
    }

    pub(crate) fn direction(&self) -> &'static str {
        match self.inbound {
            true => "inbound",
            false => "outbound",
        }
    }

    fn content_type(&self) -> &'static str {
        match self.html {
            true => "text/html",
            false => "text/plain",
        }
    }

    /// As it is read. The words of an e-mail stand in its own record (`facts/highlevel.md` 6.2).
    pub(crate) fn show(&self, location: &str) -> Value {
        let mut shown = json!({
            "id": self.id,
            "type": self.kind.code,
            "messageType": self.kind.read,
            "locationId": location,
            "contactId": self.contact,
            "conversationId": self.conversation,
            "dateAdded": iso(self.added),
            "dateUpdated": iso(self.updated),
            "direction": self.direction(),
            "status": self.status,
            "contentType": self.content_type(),
            "attachments": self.attachments,
            "source": self.source,
        });
        if !self.kind.is_email() && !self.body.is_empty() {
            shown["body"] = json!(self.body);
        }
        let optional = [
            ("conversationProviderId", &self.provider),
            ("replyMessageId", &self.reply_to),
            ("altId", &self.alt_id),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                shown[name] = json!(value);
            }
        }
        if let Some(error) = &self.error {
            shown["error"] = error.clone();
        }
        if let Some(meta) = self.meta() {
            shown["meta"] = meta;
        }
        shown
    }

    /// A call is told twice: as the specification writes it and as live answers do.
    fn meta(&self) -> Option<Value> {
        if let Some(talk) = &self.talk {
            return Some(json!({
                "callDuration": talk.duration.to_string(),
                "callStatus": talk.status,
                "call": { "duration": talk.duration, "status": talk.status },
            }));
        }
        self.kind.is_email().then(|| json!({ "email": { "messageIds": self.emails } }))
    }

    /// As its webhooks tell it; `email` is the one that came or went.
    pub(crate) fn told(&self, email: Option<&Value>) -> Map<String, Value> {
        let mut told = json!({
            "body": self.body,
            "contactId": self.contact,
            "conversationId": self.conversation,
            "messageId": self.id,
            "messageType": self.kind.told,
            "direction": self.direction(),
            "status": self.status,
            "dateAdded": iso(self.added),
            "contentType": self.content_type(),
            "attachments": self.attachments,
        });
        if !self.inbound {
            told["source"] = json!(self.source);
        }
        if let Some(provider) = &self.provider {
            told["conversationProviderId"] = json!(provider);
        }
        if let Some(talk) = &self.talk {
            told["callDuration"] = json!(talk.duration);
            told["callStatus"] = json!(talk.status);
            told["status"] = json!(talk.status);
            told["from"] = json!(talk.from);
            told["to"] = json!(talk.to);
        }
        if let Some(email) = email {
            told["emailMessageId"] = email["id"].clone();
            for name in ["threadId", "subject", "from", "to", "cc", "bcc", "provider", "body"] {
                if let Some(value) = email.get(name) {
                    told[name] = value.clone();
                }
            }
        }
        told.as_object().cloned().unwrap_or_default()
    }
}
