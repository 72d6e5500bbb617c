//! The commands below `connections`.

use clap::{Args, Subcommand, ValueEnum};

use super::Owner;

/// The commands below `connections`.
#[derive(Debug, Subcommand)]
pub(crate) enum Connections {
    /// Connect an organization to a vendor
    Add(Add),
    /// Give accounts to a connection: what waited for them comes in
    ConnectAccount(Accounts),
    /// Take accounts from a connection: what comes from now on waits
    DisconnectAccount(Accounts),
    /// List the connections with their accounts, and what waits for an account
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Remove a connection with its accounts and credentials
    Remove {
        #[command(flatten)]
        which: Which,
    },
    /// Store the secret that a connection's webhooks are signed with; it is read from stdin
    Secret {
        #[command(flatten)]
        which: Which,
        /// Make a secret and show it, once, instead of reading one
        #[arg(long, conflicts_with = "remove")]
        make: bool,
        /// Remove the secret: a key alone is enough from then on
        #[arg(long)]
        remove: bool,
    },
    /// Make a webhook address with a token in it and show it, once
    Token {
        #[command(flatten)]
        which: Which,
        /// What shall use it
        #[arg(long, value_name = "DOOR")]
        door: TokenDoor,
    },
    /// Show the token that Notion sent to verify a webhook, to be pasted into Notion
    Verification {
        #[command(flatten)]
        which: Which,
        /// Take the token with this fingerprint as the secret of the connection: do so when Notion has
        /// said that it is the right one
        #[arg(long, value_name = "FINGERPRINT")]
        accept: Option<String>,
    },
}

/// Flags of `connections add`.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The vendor
    pub(crate) vendor: Vendor,
    /// What people call it [default: the vendor]
    pub(crate) name: Option<String>,
    /// The id of a location whose events are the organization's; repeat it for more
    #[arg(long = "location", value_name = "ID", value_delimiter = ',')]
    pub(crate) locations: Vec<String>,
    /// The id of a company whose events, and those of its locations, are the organization's
    #[arg(long = "company", value_name = "ID", value_delimiter = ',')]
    pub(crate) companies: Vec<String>,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Which connection a command is about.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Its id (con_…) or its name
    pub(crate) connection: String,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Which accounts of which connection.
#[derive(Debug, Args)]
pub(crate) struct Accounts {
    #[command(flatten)]
    pub(crate) which: Which,
    /// The ids of locations or companies
    #[arg(required = true, value_name = "ACCOUNT")]
    pub(crate) accounts: Vec<String>,
}

/// The vendors that can be connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Vendor {
    Highlevel,
    Notion,
    Repairshopr,
}

/// The doors that know their senders by a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenDoor {
    /// The actions "Webhook" and "Custom Webhook" of HighLevel's workflows
    Workflow,
    /// The notification center of RepairShopr
    Repairshopr,
}
