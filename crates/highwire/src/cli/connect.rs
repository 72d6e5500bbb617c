//! The commands below `connect`.

use std::net::SocketAddr;

use clap::{Args, Subcommand};
use endpoint::Secret;

use super::{Owner, secret};

/// The commands below `connect`.
#[derive(Debug, Subcommand)]
pub(crate) enum Connect {
    /// Connect an application of your own, whose rows are kept equal with the CRM's records
    Application(Application),
    /// Print a link that opens the set-up pages in a browser, once
    Browser(Owner),
    /// Connect HighLevel: with a private integration token, or by letting a person install your app
    Highlevel(Box<HighLevel>),
    /// Connect the application of HighLevel with the token of your browser, to read the list of workflows
    HighlevelBrowser(HighLevelBrowser),
    /// Connect Notion, with the token of a connection that pages are shared with
    Notion(Notion),
    /// Connect RepairShopr, with an API token
    Repairshopr(RepairShopr),
    /// Connect OpenAI, with an API key
    Openai(Model),
    /// Connect Anthropic, with an API key
    Anthropic(Model),
    /// Connect Ollama, usually on this machine and without a key
    Ollama(Model),
    /// Connect any server that speaks as OpenAI's chat completions do
    Custom(Model),
}

/// Which connection is made or renewed, and how.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// What people call the connection [default: the vendor]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Renew this connection, by its id or name, instead of making one; the account stays the same
    #[arg(long, value_name = "CONNECTION", conflicts_with = "name")]
    pub(crate) again: Option<String>,
    /// Store it even where the look at the vendor finds something that does not work
    #[arg(long)]
    pub(crate) unchecked: bool,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Flags of `connect application`.
#[derive(Debug, Args)]
pub(crate) struct Application {
    /// Where it takes signed messages, an address with https; a connection that is
    /// renewed keeps its own
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// Flags of `connect highlevel`.
#[derive(Debug, Args)]
pub(crate) struct HighLevel {
    /// A private integration token, of a location or an agency; `-` reads it from stdin, which is safer
    #[arg(long, value_name = "TOKEN", value_parser = secret)]
    pub(crate) token: Option<Secret>,
    /// The location of the token, where the token may not tell it
    #[arg(long, value_name = "ID", requires = "token")]
    pub(crate) location: Option<String>,
    /// The agency of the token, where the token may not tell it
    #[arg(long, value_name = "ID", requires = "token")]
    pub(crate) company: Option<String>,
    /// The client id of your marketplace app [default: highlevel.client_id]
    #[arg(long, value_name = "ID", conflicts_with = "token")]
    pub(crate) client_id: Option<String>,
    /// The client secret of your app; `-` reads it from stdin [default: highlevel.client_secret]
    #[arg(long, value_name = "SECRET", value_parser = secret, conflicts_with = "token")]
    pub(crate) client_secret: Option<Secret>,
    /// The version of your app, which a draft needs [default: highlevel.version_id]
    #[arg(long, value_name = "ID", conflicts_with = "token")]
    pub(crate) version_id: Option<String>,
    /// Where the consent page is: `standard`, `white-label` or a host [default: highlevel.consent_host]
    #[arg(long, value_name = "HOST", conflicts_with = "token")]
    pub(crate) consent_host: Option<String>,
    /// Where the consent page leads back to, as your app has registered it [default:
    /// highlevel.redirect_url, or the hub's own address]
    #[arg(long, value_name = "URL", conflicts_with = "token")]
    pub(crate) redirect_url: Option<String>,
    /// Wait for the person at this address of this machine instead of on the running hub
    #[arg(long, value_name = "ADDRESS", conflicts_with = "token")]
    pub(crate) listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// Flags of `connect highlevel-browser`.
#[derive(Debug, Args)]
pub(crate) struct HighLevelBrowser {
    /// The location whose list is read
    #[arg(long, value_name = "ID")]
    pub(crate) location: String,
    /// What your browser sends there as `token-id`; `-` reads it from stdin, which is safer
    #[arg(long, value_name = "TOKEN", value_parser = secret, default_value = "-", hide_default_value = true)]
    pub(crate) token: Secret,
    /// The host under which you see the application, where it is a white label
    #[arg(long, value_name = "HOST")]
    pub(crate) white_label_host: Option<String>,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// Flags of `connect notion`.
#[derive(Debug, Args)]
pub(crate) struct Notion {
    /// The token of the connection; `-` reads it from stdin, which is safer
    #[arg(long, value_name = "TOKEN", value_parser = secret, default_value = "-", hide_default_value = true)]
    pub(crate) token: Secret,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// Flags of `connect repairshopr`.
#[derive(Debug, Args)]
pub(crate) struct RepairShopr {
    /// The subdomain of the account: the first part of the address that you see in the browser
    #[arg(long, value_name = "NAME")]
    pub(crate) subdomain: String,
    /// An API token of the account; `-` reads it from stdin, which is safer
    #[arg(long, value_name = "KEY", value_parser = secret, default_value = "-", hide_default_value = true)]
    pub(crate) key: Secret,
    /// Where the account is, instead of at its subdomain; meant for the sandbox
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// Flags of the commands that connect language models.
#[derive(Debug, Args)]
pub(crate) struct Model {
    /// The API key; `-` reads it from stdin, which is safer
    #[arg(long, value_name = "KEY", value_parser = secret)]
    pub(crate) key: Option<Secret>,
    /// The address of the API [default: the provider's own]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// The model to ask
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// Ask the model for one short answer too, which the provider may charge for
    #[arg(long)]
    pub(crate) answer: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}
