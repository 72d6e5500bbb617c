//! The command line: every command and flag.

mod audit;
mod changes;
mod conflicts;
mod connect;
mod connections;
mod doctor;
mod letters;
mod mcp;
mod reading;
mod sandbox;
mod subscriptions;
mod sync;
mod tenants;

use std::{net::SocketAddr, path::PathBuf};

use clap::{ArgMatches, Args, Parser, Subcommand, ValueEnum};
use endpoint::Secret;

pub(crate) use self::audit::{Audit, AuditList};
pub(crate) use self::changes::{Changes, Undo};
pub(crate) use self::conflicts::{ConflictList, Conflicts};
pub(crate) use self::connect::{
    Application as ConnectApplication, Connect, HighLevel as ConnectHighLevel,
    HighLevelBrowser as ConnectHighLevelBrowser, Model as ConnectModel, Notion as ConnectNotion,
    RepairShopr as ConnectRepairShopr, Target,
};
pub(crate) use self::connections::{
    Accounts, Add as AddConnection, Connections, TokenDoor, Vendor, Which,
};
pub(crate) use self::doctor::Doctor;
pub(crate) use self::letters::{Choice, Dead, Filter};
pub(crate) use self::mcp::{Mcp, McpClient, McpCommand, McpInstall};
pub(crate) use self::reading::{History, Query, Search, Show};
pub(crate) use self::sandbox::{RateLimit, RetryRule, Sandbox, Window};
pub(crate) use self::subscriptions::{
    AddSubscription, ReplaySubscription, Subscriptions, WhichSubscription,
};
pub(crate) use self::sync::{Sync, SyncHighLevel, SyncRepairShopr, SyncStatus};
pub(crate) use self::tenants::{ApiKeys, Members, Organizations, Owner};
use crate::{mappings::Preset, settings::Flags};

/// The integration hub for the HighLevel CRM.
#[derive(Debug, Parser)]
#[command(name = "highwire", version, about, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The settings file [default: highwire.toml where it is present]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the hub's files
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Print data as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Act as this API key; better given as HIGHWIRE_API_KEY, which no list of processes shows
    #[arg(long, global = true, value_name = "KEY", value_parser = secret)]
    pub(crate) api_key: Option<Secret>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything on simulated vendors: no account, no set-up
    Demo(Demo),
    /// Run the hub against what is configured
    Up(Up),
    /// Run only the simulated vendors
    Sandbox(Sandbox),
    /// Look at the events that came in, and at what could not be done for them
    #[command(subcommand)]
    Events(Events),
    /// Tell what is kept of events and actions, on how much disk, and what would go by the limits now
    Retention,
    /// Copy the hub's data to a new folder, also while the hub runs
    Backup(Backup),
    /// Put a backup into a new data folder, for a hub to take up from there
    Restore(Restore),
    /// Look after the master keys that stored credentials are sealed under
    #[command(subcommand)]
    Keys(Keys),
    /// Look after the tenants of this installation
    #[command(subcommand)]
    Organizations(Organizations),
    /// Look after the people of an organization
    #[command(subcommand)]
    Members(Members),
    /// Look after the keys of programs and assistants
    #[command(subcommand)]
    ApiKeys(ApiKeys),
    /// Connect a vendor: give a credential or let a person agree, and see what the hub finds there
    #[command(subcommand)]
    Connect(Connect),
    /// See who did what with keys, tokens and what belongs to whom
    #[command(subcommand)]
    Audit(Audit),
    /// See what was changed outside, with what was there before
    #[command(subcommand)]
    Changes(Changes),
    /// Take a change set back, where nobody has changed its records since
    Undo(Undo),
    /// See where both sides of a mapping had changed a field, and what was lost
    #[command(subcommand)]
    Conflicts(Conflicts),
    /// Connect organizations to vendors, and say how their webhooks prove themselves
    #[command(subcommand)]
    Connections(Connections),
    /// Tell applications of your own what happens, by signed webhooks
    #[command(subcommand)]
    Subscriptions(Subscriptions),
    /// Load what vendors have, repair what no event told, and see how far it is
    #[command(subcommand)]
    Sync(Sync),
    /// Ask what the hub keeps of the CRM in SQL; nothing can be changed
    Query(Query),
    /// Find contacts, notes and messages by their words
    Search(Search),
    /// Show a record, and of a contact what belongs to it
    Show(Show),
    /// Tell what changed a record and who told it, or what it was at a time
    History(History),
    /// Look at the hub and its connections, changing nothing, and say what to change
    Doctor(Doctor),
    /// Prepare Notion
    #[command(subcommand)]
    Notion(Notion),
    /// Call any operation of the HighLevel API, and print what it answers as JSON
    Call(Call),
    /// Find and explain the operations of the HighLevel API
    #[command(subcommand)]
    Operations(Operations),
    /// Let an assistant work in the CRM: serve its tools over standard input and output
    Mcp(Mcp),
    /// Print every setting with its default and what it means
    Settings,
    /// Print the script that lets a shell complete commands, operations and their flags
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// List what the last word can become, for the scripts of `completions`
    #[command(name = "__complete", hide = true)]
    Complete {
        /// The words after the program's name, up to the one to complete
        #[arg(last = true)]
        words: Vec<String>,
    },
}

/// The words of `call`. Which flags there are depends on the operation, so they are read apart.
#[derive(Debug, Args)]
#[command(
    disable_version_flag = true,
    override_usage = "highwire call <OPERATION> [--<PARAMETER> <VALUE>]... [FLAGS]",
    after_help = crate::commands::call::flags_help()
)]
pub(crate) struct Call {
    /// The operation's id, its parameters as flags, and the flags below
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPERATION AND FLAGS"
    )]
    pub(crate) words: Vec<String>,
}

/// The shells that can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Fish,
    Zsh,
}

/// Flags of `demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Send the JSON events of this folder instead of the embedded examples
    #[arg(long, value_name = "FOLDER")]
    pub(crate) events: Option<PathBuf>,
    /// Stay up until Ctrl-C
    #[arg(long)]
    pub(crate) stay: bool,
}

/// Flags of `up`.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// The address and port of the hub
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Take over from the hub that runs on the data folder, refusing no connection; start as usual
    /// where none runs
    #[arg(long)]
    pub(crate) take_over: bool,
}

/// Flags of `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folder to make; it must not be there yet
    #[arg(value_name = "BACKUP")]
    pub(crate) to: PathBuf,
}

/// Flags of `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The folder that `highwire backup` made
    #[arg(value_name = "BACKUP")]
    pub(crate) from: PathBuf,
}

/// The words of the command that was meant, such as `events list`.
pub(crate) fn words(matches: &ArgMatches) -> String {
    let (mut words, mut level) = (Vec::new(), matches);
    while let Some((word, below)) = level.subcommand() {
        words.push(word);
        level = below;
    }
    words.join(" ")
}

fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

/// The commands below `events`.
#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// List events in the order of the journal, the newest last
    List {
        /// All of them, not only the newest
        #[arg(long)]
        all: bool,
        /// How many of the newest
        #[arg(long, default_value_t = 50, value_name = "COUNT")]
        limit: usize,
    },
    /// Tell the whole story of one event
    Show {
        /// Its id (evt_…) or its place in the journal
        event: String,
    },
    /// List what was given up and waits for a person
    Dead(Dead),
    /// Do again what was given up: each in its place, and nothing twice
    Replay(Choice),
    /// Decide that what was given up stays undone; it is kept, and can be replayed by its id
    Drop {
        #[command(flatten)]
        choice: Choice,
        /// Who decides it [default: the user of the operating system]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
}

/// The commands below `keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Re-wrap every stored credential under the current master key, also while a hub runs
    Rotate {
        /// First make a new master key in the key file, which becomes the current one
        #[arg(long)]
        new_key: bool,
    },
    /// List the master keys, and how many credentials each of them wraps
    Status,
}

/// The commands below `notion`.
#[derive(Debug, Subcommand)]
pub(crate) enum Notion {
    /// Make the activity log, the monitoring page and the tables of sync.mapping_file below a page that is
    /// shared with your connection, or take those that are there
    Init {
        /// The id of the page
        #[arg(long, value_name = "PAGE")]
        parent: String,
    },
    /// Print a mapping file to begin with, which explains itself
    Mapping {
        /// Which
        #[arg(long, value_name = "NAME", default_value = "reference")]
        preset: Preset,
    },
}

/// The commands below `operations`.
#[derive(Debug, Subcommand)]
pub(crate) enum Operations {
    /// List the operations that fit some words best
    Search {
        /// What it should do, such as: create contact
        #[arg(required = true)]
        words: Vec<String>,
        /// How many at most
        #[arg(long, default_value_t = 10, value_name = "COUNT")]
        limit: usize,
    },
    /// Explain one operation: versions, scopes, parameters, body, paging
    Describe {
        /// Its id, such as contacts.get-contact
        operation: String,
    },
}

impl Cli {
    /// The flags that are settings too.
    pub(crate) fn flags(&self) -> Flags {
        let listen = match &self.command {
            Command::Up(up) => up.listen,
            _ => None,
        };
        Flags { config: self.global.config.clone(), data_dir: self.global.data_dir.clone(), listen }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
