//! `highwire`: the integration hub for the HighLevel CRM, as one binary.
//!
//! This crate alone knows every other; [`wiring`] puts them together and reads top to bottom.
//!
//! Must not know: business decisions.

mod cli;
mod clock;
mod commands;
mod connection;
mod failure;
mod logs;
mod master_keys;
mod printer;
mod settings;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    cli::{Cli, Command, Events, Keys},
    failure::Failure,
    settings::{Environment, Settings},
};

/// Steadier memory under load than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code for a panic; a [`Failure`] has its own.
const BUG: u8 = 70;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match std::panic::catch_unwind(|| run(cli)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            printer::failure(&failure);
            ExitCode::from(failure.code())
        }
        Err(_) => {
            printer::talk("\nhint: this is a bug in highwire; report it with the lines above");
            ExitCode::from(BUG)
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    if matches!(cli.command, Command::Settings) {
        printer::data(settings::DEFAULTS.trim_end());
        return Ok(());
    }
    if let Command::Operations(asked) = &cli.command {
        return commands::operations::run(asked, cli.global.json);
    }
    if let Command::Call(call) = &cli.command {
        return commands::call::run(&call.words, &cli);
    }
    if let Command::Completions { shell } = &cli.command {
        commands::completions::print(*shell);
        return Ok(());
    }
    if let Command::Complete { words } = &cli.command {
        commands::completions::complete(words);
        return Ok(());
    }
    let mut settings = Settings::load(&cli.flags(), &Environment::read()?)?;
    if matches!(cli.command, Command::Demo(_)) {
        commands::demo::adapt(&mut settings);
    }
    logs::start(&settings.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| Failure::user("start the runtime", "free some memory").because(source))?;
    runtime.block_on(dispatch(cli, settings))
}

async fn dispatch(cli: Cli, settings: Settings) -> Result<(), Failure> {
    let json = cli.global.json;
    match cli.command {
        Command::Demo(demo) => commands::demo::run(&demo, settings, json).await,
        Command::Up(_) => commands::up::run(settings, json).await,
        Command::Sandbox(sandbox) => commands::sandbox::run(&sandbox, settings, json).await,
        Command::Events(Events::List { all, limit }) => {
            commands::events::list(&settings, all, limit, json).await
        }
        Command::Events(Events::Show { event }) => {
            commands::events::show(&settings, &event, json).await
        }
        Command::Retention => commands::retention::run(&settings, json).await,
        Command::Keys(Keys::Rotate { new_key }) => {
            commands::keys::rotate(&settings, new_key, json).await
        }
        Command::Keys(Keys::Status) => commands::keys::status(&settings, json).await,
        Command::Notion(cli::Notion::Init { parent }) => {
            commands::notion::init(&settings, &parent, json).await
        }
        Command::Operations(_)
        | Command::Call(_)
        | Command::Completions { .. }
        | Command::Complete { .. }
        | Command::Settings => Ok(()),
    }
}
