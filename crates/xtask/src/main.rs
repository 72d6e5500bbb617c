//! Chores of the repository: `cargo xtask` lists them, `cargo xtask NAME` does one.

mod catalogue;
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
    run: fn(&[String], &mut dyn io::Write) -> Result<ExitCode>,
}

const CHORES: [Chore; 2] = [
    Chore {
        name: "catalogue",
        about: "Writes HighLevel's catalogue from the folder with its specifications.",
        run: catalogue::run,
    },
    Chore {
        name: "tidy",
        about: "Checks the rules of the source tree that clippy cannot check.",
        run: tidy,
    },
];

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    match arguments.as_slice() {
        [] => list(&mut out),
        [name, arguments @ ..] => match CHORES.iter().find(|chore| chore.name == name) {
            Some(chore) => (chore.run)(arguments, &mut out),
            None => bail!("there is no chore named `{name}`: `cargo xtask` lists those there are"),
        },
    }
}

fn tidy(arguments: &[String], out: &mut dyn io::Write) -> Result<ExitCode> {
    if !arguments.is_empty() {
        bail!("`tidy` takes no arguments: run `cargo xtask tidy`");
    }
    tidy::run(out)
}

fn list(out: &mut dyn io::Write) -> Result<ExitCode> {
    writeln!(out, "Chores of the repository:\n")?;
    for chore in &CHORES {
        writeln!(out, "  cargo xtask {:<9} {}", chore.name, chore.about)?;
    }
    Ok(ExitCode::SUCCESS)
}
