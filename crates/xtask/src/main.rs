//! Chores of the repository: `cargo xtask` lists them, `cargo xtask NAME` does one.

mod code;
mod modules;
mod tidy;
mod tree;

use std::io;
use std::process::ExitCode;

use anyhow::{Result, bail};

/// One thing to do in the repository, by name.
struct Chore {
    name: &'static str,
    /// One sentence, as the list shows it.
    about: &'static str,
    run: fn(&mut dyn io::Write) -> Result<ExitCode>,
}

const CHORES: [Chore; 1] = [Chore {
    name: "tidy",
    about: "Checks the rules of the source tree that clippy cannot check.",
    run: tidy::run,
}];

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    match arguments.as_slice() {
        [] => list(&mut out),
        [name] => match CHORES.iter().find(|chore| chore.name == name) {
            Some(chore) => (chore.run)(&mut out),
            None => bail!("there is no chore named `{name}`: `cargo xtask` lists those there are"),
        },
        [name, ..] => bail!("`{name}` takes no arguments: run `cargo xtask {name}`"),
    }
}

fn list(out: &mut dyn io::Write) -> Result<ExitCode> {
    writeln!(out, "Chores of the repository:\n")?;
    for chore in &CHORES {
        writeln!(out, "  cargo xtask {:<8} {}", chore.name, chore.about)?;
    }
    Ok(ExitCode::SUCCESS)
}
