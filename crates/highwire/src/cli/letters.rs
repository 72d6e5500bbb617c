//! The flags that say which of what was given up is meant.

use clap::Args;
use jiff::Timestamp;

/// Flags of `events dead`.
#[derive(Debug, Args)]
pub(crate) struct Dead {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Also what somebody dropped
    #[arg(long)]
    pub(crate) dropped: bool,
    /// End with exit code 3 where something waits for a person
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// Which letters `events replay` and `events drop` mean.
#[derive(Debug, Args)]
pub(crate) struct Choice {
    /// Events (evt_… or their place in the journal) or single actions (act_…)
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// All of them, except what somebody dropped
    #[arg(long)]
    pub(crate) all: bool,
    /// Only show what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What letters have in common.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Those about events of this kind, as `events list` names it, such as contact.created
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Those that were given up at this time or later, such as 2026-05-01T08:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Timestamp>,
    /// Those that were given up before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Timestamp>,
    /// Those of this organization
    #[arg(long, value_name = "ORGANIZATION")]
    pub(crate) organization: Option<String>,
    /// Those for this destination, such as notion
    #[arg(long, value_name = "DESTINATION")]
    pub(crate) destination: Option<String>,
    /// Those that this rule decided, such as log_activity
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Option<String>,
}
