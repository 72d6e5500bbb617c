//! `highwire completions`: scripts that let a shell complete commands, operations and their flags.
//!
//! The scripts ask `highwire __complete` at each press of the key, so they know what this binary
//! knows and stay the same when commands are added.

mod candidates;

use clap::CommandFactory as _;

use crate::{
    cli::{Cli, Shell},
    printer,
};

const BASH: &str = include_str!("completions/highwire.bash");
const FISH: &str = include_str!("completions/highwire.fish");
const ZSH: &str = include_str!("completions/highwire.zsh");

/// Prints the script of a shell.
pub(crate) fn print(shell: Shell) {
    let script = match shell {
        Shell::Bash => BASH,
        Shell::Fish => FISH,
        Shell::Zsh => ZSH,
    };
    printer::data(script.trim_end());
}

/// Prints what the last word can become, each with a word about it after a tab.
pub(crate) fn complete(words: &[String]) {
    for candidate in candidates::candidates(&Cli::command(), words) {
        match candidate.about.is_empty() {
            true => printer::data(candidate.text),
            false => printer::data(format!("{}\t{}", candidate.text, candidate.about)),
        }
    }
}
