//! Do not disturb: which messages a person does not want.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Behalf};

/// A way to reach a person.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Phone calls.
    Call,
    /// E-mail.
    Email,
    /// Messages of Facebook.
    Facebook,
    /// Messages of Google's business profile.
    Google,
    /// Messages of Instagram.
    Instagram,
    /// The chat on a web site.
    LiveChat,
    /// Rich text messages.
    Rcs,
    /// Text messages.
    Sms,
    /// Messages of WhatsApp.
    Whatsapp,
}

/// What a person does not want. People win: nobody is sent what is named here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Disturbance {
    /// Whether nothing at all is wanted.
    pub all: bool,
    /// The channels that are closed, in order of name.
    pub channels: BTreeSet<Channel>,
}

/// Wishes not to be disturbed.
pub trait CrmWishes: Send + Sync {
    /// Closes channels of a contact on which it wants no messages; gives those that were open. Nothing
    /// opens one: that is the person's to do.
    fn close_channels<'a>(
        &'a self,
        behalf: &'a Behalf,
        contact: &'a str,
        channels: &'a BTreeSet<Channel>,
    ) -> Answer<'a, BTreeSet<Channel>>;
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 9] = [
        Self::Call,
        Self::Email,
        Self::Facebook,
        Self::Google,
        Self::Instagram,
        Self::LiveChat,
        Self::Rcs,
        Self::Sms,
        Self::Whatsapp,
    ];

    /// The name in requests and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Email => "email",
            Self::Facebook => "facebook",
            Self::Google => "google",
            Self::Instagram => "instagram",
            Self::LiveChat => "live_chat",
            Self::Rcs => "rcs",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
        }
    }
}

impl Disturbance {
    /// Whether a message on this channel is unwanted.
    #[must_use]
    pub fn forbids(&self, channel: Channel) -> bool {
        self.all || self.channels.contains(&channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_wire() {
        for channel in Channel::ALL {
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.name());
        }
    }

    #[test]
    fn a_closed_channel_or_a_closed_door_forbids() {
        let some = Disturbance { all: false, channels: [Channel::Sms].into() };
        assert!(some.forbids(Channel::Sms) && !some.forbids(Channel::Email));
        let all = Disturbance { all: true, ..Disturbance::default() };
        assert!(Channel::ALL.into_iter().all(|channel| all.forbids(channel)));
    }
}
