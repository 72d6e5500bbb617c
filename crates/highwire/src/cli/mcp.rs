//! `mcp` and what is below it.

use std::{collections::BTreeSet, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use mcp::{Mode, Profile, Surface};

/// The profile whose tools are the meta tools alone.
const META: &str = "meta";
/// The profile that counts where none is named.
const DEFAULT: &str = "default";
/// The longest prefix of a white label: clients take names of tools up to 64 characters.
const LONGEST_PREFIX: usize = 32;

/// Flags of `mcp`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Mcp {
    #[command(subcommand)]
    pub(crate) command: Option<McpCommand>,
    #[command(flatten)]
    pub(crate) surface: McpSurface,
}

/// The commands below `mcp`.
#[derive(Debug, Subcommand)]
pub(crate) enum McpCommand {
    /// Write into a client's configuration how it starts this server
    Install(McpInstall),
}

/// Flags of `mcp install`; those of `mcp` are written too.
#[derive(Debug, Args)]
pub(crate) struct McpInstall {
    /// Which client
    pub(crate) client: McpClient,
    /// Print the configuration, and write nothing
    #[arg(long)]
    pub(crate) print: bool,
    /// The file to write [default: .mcp.json, .cursor/mcp.json or .vscode/mcp.json in this folder, or
    /// the desktop application's own]
    #[arg(long, value_name = "FILE", conflicts_with = "print")]
    pub(crate) to: Option<PathBuf>,
    /// What the client calls the server
    #[arg(long, value_name = "NAME", default_value = "highwire")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) surface: McpSurface,
}

/// The clients whose configuration is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum McpClient {
    /// Claude Code, in the folder of a project
    Claude,
    /// Claude's desktop application
    ClaudeDesktop,
    /// Cursor, in the folder of a project
    Cursor,
    /// Visual Studio Code, in the folder of a project
    Vscode,
}

/// What an assistant sees of the tools, and how far it may go.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct McpSurface {
    /// Which tools: default, meta, or the prefix of a white label, such as growably
    #[arg(long, value_name = "NAME", value_parser = profile)]
    profile: Option<Profile>,
    /// The meta tools and a typed tool for each operation of these products, separated by commas
    #[arg(long, value_name = "PRODUCTS", value_delimiter = ',', conflicts_with = "profile")]
    toolsets: Vec<String>,
    /// Tools to leave out, separated by commas
    #[arg(long, value_name = "TOOLS", value_delimiter = ',')]
    without: Vec<String>,
    /// Change nothing, whatever is confirmed
    #[arg(long, conflicts_with_all = ["strict", "trusted"])]
    read_only: bool,
    /// Have every write confirmed
    #[arg(long, conflicts_with = "trusted")]
    strict: bool,
    /// Have nothing confirmed; the caps still hold
    #[arg(long)]
    trusted: bool,
    /// Hold back what strangers wrote until it is asked for by its id
    #[arg(long)]
    lockdown: bool,
    /// Take no preview token as a confirmation: only a client that asks a person can give one
    #[arg(long)]
    require_human: bool,
}

impl McpSurface {
    /// How much is asked before it is done.
    pub(crate) fn mode(&self) -> Mode {
        match (self.read_only, self.strict, self.trusted) {
            (true, _, _) => Mode::ReadOnly,
            (_, true, _) => Mode::Strict,
            (_, _, true) => Mode::Trusted,
            _ => Mode::Default,
        }
    }

    /// What is there of the tools.
    pub(crate) fn surface(&self) -> Surface {
        let toolsets: BTreeSet<String> = named(&self.toolsets);
        let profile = match toolsets.is_empty() {
            true => self.profile.clone().unwrap_or_default(),
            false => Profile::Toolsets(toolsets),
        };
        Surface {
            profile,
            without: named(&self.without),
            is_locked_down: self.lockdown,
            requires_person: self.require_human,
        }
    }
}

impl McpSurface {
    /// The flags that say the same again.
    pub(crate) fn words(&self) -> Vec<String> {
        let profile = self.profile.as_ref().and_then(|profile| match profile {
            Profile::Default | Profile::Toolsets(_) => None,
            Profile::Meta => Some(META.to_owned()),
            Profile::WhiteLabel(prefix) => Some(prefix.clone()),
        });
        let listed = |list: &[String]| (!list.is_empty()).then(|| list.join(","));
        let valued = [
            ("--profile", profile),
            ("--toolsets", listed(&self.toolsets)),
            ("--without", listed(&self.without)),
        ];
        let switches = [
            ("--read-only", self.read_only),
            ("--strict", self.strict),
            ("--trusted", self.trusted),
            ("--lockdown", self.lockdown),
            ("--require-human", self.require_human),
        ];
        let valued = valued.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?]));
        let switches = switches.into_iter().filter(|(_, is_on)| *is_on);
        valued.flatten().chain(switches.map(|(flag, _)| flag.to_owned())).collect()
    }
}

fn named(list: &[String]) -> BTreeSet<String> {
    let names = list.iter().map(|name| name.trim().to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

fn profile(text: &str) -> Result<Profile, String> {
    match text {
        DEFAULT => Ok(Profile::Default),
        META => Ok(Profile::Meta),
        prefix if is_prefix(prefix) => Ok(Profile::WhiteLabel(prefix.to_owned())),
        _ => Err(format!(
            "give {DEFAULT}, {META}, or a prefix of small letters, digits and underscores that \
             begins with a letter"
        )),
    }
}

fn is_prefix(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    let first = text.bytes().next().is_some_and(is_letter);
    let rest = text.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit() || byte == b'_');
    first && rest && text.len() <= LONGEST_PREFIX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_profile_and_nonsense_is_none() {
        assert_eq!(profile("meta"), Ok(Profile::Meta));
        assert_eq!(profile("growably"), Ok(Profile::WhiteLabel("growably".to_owned())));
        for wrong in ["", "Growably", "9a", "a-b", "a b", &"a".repeat(33)] {
            assert!(profile(wrong).is_err(), "{wrong}");
        }
    }
}
