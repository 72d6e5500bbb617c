//! A message to a contact.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Behalf, Channel};

/// A message to send.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageDraft {
    /// By which way. Nobody is called.
    pub channel: Channel,
    /// The text.
    #[serde(default)]
    pub text: Option<String>,
    /// The body of an e-mail, which counts more than the text.
    #[serde(default)]
    pub html: Option<String>,
    /// The subject of an e-mail.
    #[serde(default)]
    pub subject: Option<String>,
    /// From which address or number, where the CRM has several.
    #[serde(default)]
    pub from: Option<String>,
    /// Addresses of files to send along.
    #[serde(default)]
    pub attachments: Vec<String>,
}

/// A message that the CRM took on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SentMessage {
    /// Its id.
    pub id: String,
    /// The conversation that it is in.
    pub conversation: Option<String>,
    /// By which way it goes.
    pub channel: Channel,
}

/// Messages to contacts.
pub trait CrmMessages: Send + Sync {
    /// Sends a message, once: it reaches a person. A contact who opted out gets none
    /// ([`super::CrmError::OptedOut`]), whoever asks for it.
    fn send_message<'a>(
        &'a self,
        behalf: &'a Behalf,
        contact: &'a str,
        draft: &'a MessageDraft,
    ) -> Answer<'a, SentMessage>;
}
