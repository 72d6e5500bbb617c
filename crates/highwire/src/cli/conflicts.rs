//! The commands below `conflicts`.

use clap::{Args, Subcommand};

use super::Owner;

/// The commands below `conflicts`.
#[derive(Debug, Subcommand)]
pub(crate) enum Conflicts {
    /// List what was lost, the newest first
    List(ConflictList),
}

/// Flags of `conflicts list`.
#[derive(Debug, Args)]
pub(crate) struct ConflictList {
    /// Only those of this mapping
    #[arg(long, value_name = "NAME")]
    pub(crate) mapping: Option<String>,
    /// Only conflicts before this one, to go on
    #[arg(long, value_name = "CONFLICT")]
    pub(crate) before: Option<u64>,
    /// How many at most
    #[arg(long, default_value = "50", value_name = "COUNT")]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) owner: Owner,
}
