//! The command line: every command and flag.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::settings::Flags;

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
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything on simulated vendors: no account, no set-up
    Demo(Demo),
    /// Run the hub against what is configured
    Up(Up),
    /// Run only the simulated vendors
    Sandbox,
    /// Look at the events that came in
    #[command(subcommand)]
    Events(Events),
    /// Prepare Notion
    #[command(subcommand)]
    Notion(Notion),
    /// Find and explain the operations of the HighLevel API
    #[command(subcommand)]
    Operations(Operations),
    /// Print every setting with its default and what it means
    Settings,
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
}

/// The commands below `notion`.
#[derive(Debug, Subcommand)]
pub(crate) enum Notion {
    /// Make the activity log below a page that is shared with your connection
    Init {
        /// The id of the page
        #[arg(long, value_name = "PAGE")]
        parent: String,
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
