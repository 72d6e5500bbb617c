//! The commands below `organizations`, `members` and `api-keys`.

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use domain::{ConnectionId, OrganizationId, Role, Scope};

/// The commands below `organizations`.
#[derive(Debug, Subcommand)]
pub(crate) enum Organizations {
    /// Add an organization
    Add {
        /// Its id: small letters, digits and dashes. It is never given again
        id: OrganizationId,
        /// What people call it [default: the id]
        #[arg(long)]
        name: Option<String>,
    },
    /// List the organizations
    List,
    /// Remove an organization that owns nothing any more
    Remove {
        /// Its id
        id: OrganizationId,
    },
}

/// Which organization a command is about.
#[derive(Debug, Args)]
pub(crate) struct Owner {
    /// The organization [default: that of the API key, or `default`]
    #[arg(long, value_name = "ORGANIZATION")]
    pub(crate) organization: Option<OrganizationId>,
}

/// The commands below `members`.
#[derive(Debug, Subcommand)]
pub(crate) enum Members {
    /// Add a person to an organization
    Add {
        /// The e-mail address
        email: String,
        /// What people call the person
        #[arg(long, default_value = "", hide_default_value = true)]
        name: String,
        /// What the person may do
        #[arg(long, value_parser = roles(Role::OF_MEMBERS))]
        role: Role,
        #[command(flatten)]
        owner: Owner,
    },
    /// List the members of an organization
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Remove a member
    Remove {
        /// The member's id (mem_…) or e-mail address
        member: String,
        #[command(flatten)]
        owner: Owner,
    },
    /// Give a member another role
    Role {
        /// The member's id (mem_…) or e-mail address
        member: String,
        /// What the person may do from now on
        #[arg(value_parser = roles(Role::OF_MEMBERS))]
        role: Role,
        #[command(flatten)]
        owner: Owner,
    },
}

/// The commands below `api-keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum ApiKeys {
    /// Make an API key and show its secret, once
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// What its holder is
        #[arg(long, default_value = "application", value_parser = roles(Role::ALL))]
        role: Role,
        /// What it may do; repeat it, or separate by commas
        #[arg(
            long = "scope",
            required = true,
            value_delimiter = ',',
            value_name = "SCOPE",
            value_parser = scopes()
        )]
        scopes: Vec<Scope>,
        /// Bind it to one connection, beyond which it sees nothing
        #[arg(long, value_name = "CONNECTION", value_parser = connection)]
        connection: Option<ConnectionId>,
        /// In how many days it ends, up to 3650 [default: when it is revoked]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
        expires_in_days: Option<u16>,
        #[command(flatten)]
        owner: Owner,
    },
    /// List the API keys of an organization
    List {
        #[command(flatten)]
        owner: Owner,
    },
    /// Revoke an API key for good
    Revoke {
        /// Its id (key_…) or its prefix (hwk_…)
        key: String,
        #[command(flatten)]
        owner: Owner,
    },
}

fn connection(text: &str) -> Result<ConnectionId, String> {
    match text.trim() {
        "" => Err("give the id of a connection".to_owned()),
        name => Ok(ConnectionId::new(name)),
    }
}

/// Reads one of these roles; help and completions list them.
fn roles<const COUNT: usize>(roles: [Role; COUNT]) -> impl TypedValueParser<Value = Role> {
    let known = PossibleValuesParser::new(roles.map(Role::name));
    known.map(|name| name.parse().expect("it is one of the roles"))
}

fn scopes() -> impl TypedValueParser<Value = Scope> {
    let known = PossibleValuesParser::new(Scope::ALL.map(Scope::name));
    known.map(|name| name.parse().expect("it is one of the scopes"))
}
