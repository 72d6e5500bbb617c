//! The commands below `subscriptions`.

use clap::{Args, Subcommand};
use domain::ActionId;
use jiff::Timestamp;

use super::Owner;

/// The commands below `subscriptions`.
#[derive(Debug, Subcommand)]
pub(crate) enum Subscriptions {
    /// Tell an application of yours what happens, and show the secret that it verifies with, once
    Add(AddSubscription),
    /// Change a subscription
    Change {
        #[command(flatten)]
        which: WhichSubscription,
        /// Another address
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Another name
        #[arg(long)]
        name: Option<String>,
        /// Other kinds of event, such as contact.*,opportunity.won
        #[arg(long, value_name = "KIND", value_delimiter = ',')]
        kinds: Vec<String>,
    },
    /// List what a subscription was told, the newest first, with the attempts
    Deliveries {
        #[command(flatten)]
        which: WhichSubscription,
        /// Only what was given up
        #[arg(long)]
        dead: bool,
        /// How many at most
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
    /// List the subscriptions of an organization
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Send nothing until it is resumed; what comes waits in order
    Pause {
        #[command(flatten)]
        which: WhichSubscription,
    },
    /// Remove a subscription; what it was not told yet is dropped
    Remove {
        #[command(flatten)]
        which: WhichSubscription,
    },
    /// Tell a subscription again: events since a time, one event, single deliveries, or what was given up
    Replay(ReplaySubscription),
    /// Go on with a subscription that is paused or disabled
    Resume {
        #[command(flatten)]
        which: WhichSubscription,
    },
    /// Make a new secret and show it, once; the one before it signs too for 24 hours
    Rotate {
        #[command(flatten)]
        which: WhichSubscription,
    },
    /// Send a message that only says that messages arrive, and tell what was answered
    Test {
        #[command(flatten)]
        which: WhichSubscription,
        /// How long to wait for the answer, in seconds
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=300))]
        wait: u16,
    },
}

/// Which subscription a command is about.
#[derive(Debug, Args)]
pub(crate) struct WhichSubscription {
    /// Its id (sub_…) or its name
    pub(crate) subscription: String,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Flags of `subscriptions add`.
#[derive(Debug, Args)]
pub(crate) struct AddSubscription {
    /// Where the application takes webhooks: an address with https
    pub(crate) url: String,
    /// What people call it
    #[arg(long, default_value = "webhook")]
    pub(crate) name: String,
    /// The kinds of event, such as contact.created or opportunity.*; repeat it, or separate by commas
    #[arg(long, value_name = "KIND", value_delimiter = ',', default_value = "*")]
    pub(crate) kinds: Vec<String>,
    /// Only the events of one connection
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) connection: Option<String>,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Flags of `subscriptions replay`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct ReplaySubscription {
    #[command(flatten)]
    pub(crate) which: WhichSubscription,
    /// What came at this time or later, such as 2026-05-01T08:00:00Z
    #[arg(long, group = "what", value_name = "TIME")]
    pub(crate) since: Option<Timestamp>,
    /// One event (evt_…)
    #[arg(long, group = "what", value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// What was given up
    #[arg(long, group = "what")]
    pub(crate) dead: bool,
    /// Single deliveries (act_…), as `subscriptions deliveries` lists them
    #[arg(long = "delivery", group = "what", value_name = "DELIVERY", value_parser = delivery)]
    pub(crate) deliveries: Vec<ActionId>,
}

fn delivery(text: &str) -> Result<ActionId, String> {
    match text.starts_with("act_") {
        true => Ok(ActionId::new(text)),
        false => Err("copy an id (act_…) from `highwire subscriptions deliveries`".to_owned()),
    }
}
