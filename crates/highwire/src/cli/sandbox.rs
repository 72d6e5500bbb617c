//! The flags of `sandbox`: what the simulated vendors hold and how they behave.

use std::net::SocketAddr;

use clap::{Args, ValueEnum};

/// Flags of `sandbox`: what the simulated HighLevel holds and how it behaves.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Sandbox {
    /// Where the simulated HighLevel listens; port 0 takes a free port
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) highlevel_listen: Option<SocketAddr>,
    /// Where the simulated Notion listens; port 0 takes a free port
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) notion_listen: Option<SocketAddr>,
    /// Where the simulated RepairShopr listens; port 0 takes a free port
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) repairshopr_listen: Option<SocketAddr>,
    /// Where the simulated language models listen; port 0 takes a free port
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) models_listen: Option<SocketAddr>,
    /// Where webhooks are sent
    #[arg(long, value_name = "URL")]
    pub(crate) webhook_url: Option<String>,
    /// What all data, keys and chances follow from
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// How many contacts the location has, up to 100,000 [default: 1000]
    #[arg(long, value_name = "COUNT", value_parser = at_most_100_000)]
    pub(crate) contacts: Option<usize>,
    /// How many contacts the second location has, up to 100,000 [default: 50]
    #[arg(long, value_name = "COUNT", value_parser = at_most_100_000)]
    pub(crate) other_contacts: Option<usize>,
    /// How many opportunities the location has, at most one per contact [default: 200]
    #[arg(long, value_name = "COUNT", value_parser = at_most_100_000)]
    pub(crate) opportunities: Option<usize>,
    /// How many customers the repair shop has, up to 100,000 [default: 230]
    #[arg(long, value_name = "COUNT", value_parser = at_most_100_000)]
    pub(crate) customers: Option<usize>,
    /// How many calls HighLevel allows: 100 in 10 s, 25 in 10 s, or more than a test makes
    #[arg(long, value_name = "LIMIT", default_value = "documented")]
    pub(crate) rate_limit: RateLimit,
    /// When a window of the limit begins: with its first call, or anew with every call
    #[arg(long, value_name = "KIND", default_value = "fixed")]
    pub(crate) window: Window,
    /// Let contacts of a location share an e-mail address or a phone number
    #[arg(long)]
    pub(crate) allow_duplicates: bool,
    /// After which failures a webhook is sent again: HighLevel has published two rules
    #[arg(long, value_name = "RULE", default_value = "only-throttled")]
    pub(crate) retry_rule: RetryRule,
    /// Sign webhooks in the legacy way too, with an RSA key made at the start
    #[arg(long)]
    pub(crate) rsa: bool,
    /// Answer as the specification says where the live API is known to differ
    #[arg(long)]
    pub(crate) strict_spec: bool,
    /// Where the consent page leads back to, as it is registered with the app
    #[arg(long, value_name = "URL")]
    pub(crate) redirect_uri: Option<String>,
    /// Make the app a draft, whose consent page needs its version as well
    #[arg(long)]
    pub(crate) draft_app: bool,
}

/// The limits that the simulated HighLevel can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RateLimit {
    /// 100 calls in 10 s, 200,000 a day
    #[default]
    Documented,
    /// 25 calls in 10 s, 10,000 a day
    SandboxAgency,
    /// None that a test meets
    Generous,
}

/// When a window of the limit begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Window {
    /// With the first call after the window before has ended
    #[default]
    Fixed,
    /// At every moment: each call counts for 10 s
    Sliding,
}

/// After which failures a webhook is sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RetryRule {
    /// After 429 only: six times, ten minutes apart
    #[default]
    OnlyThrottled,
    /// Also after 5xx and silence, with growing pauses for up to three days
    Persistent,
}

fn at_most_100_000(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count <= 100_000 => Ok(count),
        _ => Err("give a whole number from 0 to 100000".to_owned()),
    }
}
