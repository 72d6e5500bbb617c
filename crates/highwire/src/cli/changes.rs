//! The commands below `changes`, and `undo`.

use clap::{Args, Subcommand};
use domain::ChangeSetId;

/// The commands below `changes`.
#[derive(Debug, Subcommand)]
pub(crate) enum Changes {
    /// List the change sets, the newest first
    List(ChangesList),
    /// Show what a change set changed, write by write
    Show(ChangesShow),
}

/// Flags of `changes list`.
#[derive(Debug, Args)]
pub(crate) struct ChangesList {
    /// Only sets that were begun before this one, to go on
    #[arg(long, value_name = "CHANGE_SET")]
    pub(crate) before: Option<ChangeSetId>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
}

/// Flags of `changes show`.
#[derive(Debug, Args)]
pub(crate) struct ChangesShow {
    /// The change set's id (chg_…)
    #[arg(value_name = "CHANGE_SET")]
    pub(crate) id: ChangeSetId,
    /// Only writes after this number, to go on
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    pub(crate) after: u64,
    /// How many writes at most
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
}

/// Flags of `undo`.
#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// The change set's id (chg_…)
    #[arg(value_name = "CHANGE_SET")]
    pub(crate) id: ChangeSetId,
    /// Write nothing, and tell what would come of each record
    #[arg(long)]
    pub(crate) dry_run: bool,
}
