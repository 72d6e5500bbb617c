//! The commands below `audit`.

use clap::{Args, Subcommand};

/// The commands below `audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List who did what, the newest first
    List(AuditList),
}

/// Flags of `audit list`.
#[derive(Debug, Args)]
pub(crate) struct AuditList {
    /// Only acts that begin so, such as `token.` or `api_key.issued`
    #[arg(long, value_name = "ACT")]
    pub(crate) act: Option<String>,
    /// Only entries before this one, to go on
    #[arg(long, value_name = "ENTRY")]
    pub(crate) before: Option<u64>,
    /// How many at most
    #[arg(long, default_value = "50", value_name = "COUNT")]
    pub(crate) limit: usize,
}
