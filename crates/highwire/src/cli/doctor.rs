//! The flags of `doctor`.

use clap::Args;

use super::Owner;

/// Flags of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The id or the name of a connection [default: the hub itself, and every connection in sight]
    #[arg(value_name = "CONNECTION")]
    pub(crate) connection: Option<String>,
    #[command(flatten)]
    pub(crate) owner: Owner,
}
