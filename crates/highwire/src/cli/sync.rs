//! The commands below `sync`.

use clap::{Args, Subcommand};

use super::Owner;

/// The commands below `sync`.
#[derive(Debug, Subcommand)]
pub(crate) enum Sync {
    /// Load the locations of HighLevel into the mirror, or repair what no event told
    #[command(name = "highlevel")]
    HighLevel(SyncHighLevel),
    /// Read RepairShopr's lists, and bring the people there to HighLevel; write nothing to RepairShopr
    #[command(name = "repairshopr")]
    RepairShopr(SyncRepairShopr),
    /// Tell how far runs are, and what those before found
    Status(SyncStatus),
}

/// Flags of `sync highlevel`.
#[derive(Debug, Args)]
pub(crate) struct SyncHighLevel {
    /// Read every list from its beginning, also those that can tell what changed
    #[arg(long)]
    pub(crate) full: bool,
    /// Only these lists, such as contacts,opportunities [default: all; `sync status RUN` names them]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Only this location [default: every location that can be read]
    #[arg(long, value_name = "LOCATION")]
    pub(crate) location: Option<String>,
    /// Only locations of this connection
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) connection: Option<String>,
    /// Ask the running hub for it, and do not wait
    #[arg(long)]
    pub(crate) detach: bool,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Flags of `sync status`.
#[derive(Debug, Args)]
pub(crate) struct SyncStatus {
    /// The id of one run, to tell all of it
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// How many runs at most
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Flags of `sync repairshopr`.
#[derive(Debug, Args)]
pub(crate) struct SyncRepairShopr {
    /// Read every list from its beginning, also those that can tell what changed
    #[arg(long)]
    pub(crate) full: bool,
    /// Read no list, and bring what the mirror has
    #[arg(long, conflicts_with = "full")]
    pub(crate) mirrored: bool,
    /// Tell of everybody, also of those for whom there is nothing to do
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) owner: Owner,
}
