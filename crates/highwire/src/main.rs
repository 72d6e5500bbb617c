//! `highwire`: the integration hub for the HighLevel CRM, as one binary.
//!
//! This crate alone knows every other; [`wiring`] puts them together and reads top to bottom.
//!
//! Must not know: business decisions.

mod actor;
mod administration;
mod assistants;
mod broker;
mod cli;
mod clock;
mod commands;
mod connection;
mod consents;
mod disk_watch;
mod doors;
mod entry;
mod failure;
mod hand_over;
mod installation;
mod installs;
mod linking;
mod logs;
mod mappings;
mod master_keys;
mod monitor;
mod port;
mod printer;
mod progress;
mod proxy;
mod sealer;
mod set_up;
mod settings;
mod shop;
mod socket_activation;
mod subscriptions;
mod sync;
mod terminal;
mod usage;
#[cfg(test)]
mod walk;
mod wiring;

use std::{process::ExitCode, time::Duration};

use clap::{CommandFactory, FromArgMatches};

use crate::{
    actor::{Actor, Claim},
    cli::{Cli, Command, Events, Organizations},
    failure::Failure,
    settings::{Environment, Settings},
};

/// Steadier memory under load than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long threads that work for nobody any more may take to notice.
const LAST_THREADS: Duration = Duration::from_millis(500);

/// The exit code for a panic; a [`Failure`] has its own.
const BUG: u8 = 70;

fn main() -> ExitCode {
    let read = Cli::command()
        .try_get_matches()
        .and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match read {
        Ok(read) => read,
        Err(error) => return usage::tell(&error, std::env::args().skip(1)),
    };
    let words = cli::words(&matches);
    match std::panic::catch_unwind(|| run(cli, &words)) {
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

fn run(cli: Cli, words: &str) -> Result<(), Failure> {
    let claim = Claim::read(words, cli.global.api_key.as_ref())?;
    if matches!(cli.command, Command::Settings) {
        printer::data(settings::DEFAULTS.trim_end());
        return Ok(());
    }
    if let Command::Notion(cli::Notion::Mapping { preset }) = &cli.command {
        commands::notion::mapping(*preset);
        return Ok(());
    }
    if let Command::Operations(asked) = &cli.command {
        return commands::operations::run(asked, cli.global.json);
    }
    if let Command::Call(call) = &cli.command {
        return commands::call::run(&call.words, &cli);
    }
    if let Command::Mcp(asked) = &cli.command {
        return commands::mcp::run(asked, &cli);
    }
    if let Command::Completions { shell } = &cli.command {
        commands::completions::print(*shell);
        return Ok(());
    }
    if let Command::Complete { words } = &cli.command {
        commands::completions::complete(words);
        return Ok(());
    }
    let environment = Environment::read()?;
    let mut settings = Settings::load(&cli.flags(), &environment)?;
    if matches!(cli.command, Command::Demo(_)) {
        commands::demo::adapt(&mut settings);
    }
    logs::start(&settings.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| Failure::user("start the runtime", "free some memory").because(source))?;
    let done = runtime.block_on(async {
        let actor = claim.prove(&settings).await?;
        dispatch(cli, settings, environment, &actor).await
    });
    // A thread that hangs on a disk must not hold a program that has ended.
    runtime.shutdown_timeout(LAST_THREADS);
    done
}

async fn dispatch(
    cli: Cli,
    settings: Settings,
    environment: Environment,
    actor: &Actor,
) -> Result<(), Failure> {
    let json = cli.global.json;
    match cli.command {
        Command::Demo(demo) => commands::demo::run(&demo, settings, json).await,
        Command::Up(up) => commands::up::run(&up, settings, &environment, json).await,
        Command::Sandbox(sandbox) => commands::sandbox::run(&sandbox, settings, json).await,
        Command::Events(command) => dispatch_events(command, &settings, actor, json).await,
        Command::Retention => commands::retention::run(&settings, json).await,
        Command::Backup(backup) => commands::backup::run(&settings, &backup.to, json).await,
        Command::Restore(restore) => commands::restore::run(&settings, &restore.from, json).await,
        Command::Keys(keys) => commands::keys::run(&settings, &keys, json).await,
        Command::Organizations(Organizations::Add { id, name }) => {
            commands::organizations::add(&settings, actor, (id, name), json).await
        }
        Command::Organizations(Organizations::List) => {
            commands::organizations::list(&settings, actor, json).await
        }
        Command::Organizations(Organizations::Remove { id }) => {
            commands::organizations::remove(&settings, actor, &id, json).await
        }
        Command::Members(members) => commands::members::run(&settings, actor, members, json).await,
        Command::ApiKeys(keys) => commands::api_keys::run(&settings, actor, keys, json).await,
        Command::Connect(command) => commands::connect::run(&settings, actor, command, json).await,
        Command::Audit(cli::Audit::List(wanted)) => {
            commands::audit::list(&settings, actor, &wanted, json).await
        }
        Command::Changes(command) => commands::changes::run(&settings, actor, &command, json).await,
        Command::Undo(asked) => commands::undo::run(&settings, actor, &asked, json).await,
        Command::Conflicts(cli::Conflicts::List(wanted)) => {
            commands::conflicts::list(&settings, actor, &wanted, json).await
        }
        Command::Connections(command) => {
            commands::connections::run(&settings, actor, command, json).await
        }
        Command::Query(asked) => commands::query::run(&settings, actor, &asked, json).await,
        Command::Search(asked) => commands::search::run(&settings, actor, &asked, json).await,
        Command::Show(asked) => commands::show::run(&settings, actor, &asked, json).await,
        Command::History(asked) => commands::history::run(&settings, actor, &asked, json).await,
        Command::Doctor(asked) => commands::doctor::run(&settings, actor, &asked, json).await,
        Command::Subscriptions(command) => {
            commands::subscriptions::run(&settings, actor, command, json).await
        }
        Command::Sync(command) => commands::sync::run(&settings, actor, command, json).await,
        Command::Notion(cli::Notion::Init { parent }) => {
            commands::notion::init(&settings, &parent, json).await
        }
        Command::Notion(cli::Notion::Mapping { .. })
        | Command::Operations(_)
        | Command::Call(_)
        | Command::Mcp(_)
        | Command::Completions { .. }
        | Command::Complete { .. }
        | Command::Settings => Ok(()),
    }
}

async fn dispatch_events(
    command: Events,
    settings: &Settings,
    actor: &Actor,
    json: bool,
) -> Result<(), Failure> {
    match command {
        Events::List { all, limit } => {
            let count = (!all).then_some(limit);
            commands::events::list(settings, actor, count, json).await
        }
        Events::Show { event } => commands::events::show(settings, actor, &event, json).await,
        Events::Dead(dead) => commands::events::dead::list(settings, actor, &dead, json).await,
        Events::Replay(choice) => {
            commands::events::dead::replay(settings, actor, &choice, json).await
        }
        Events::Drop { choice, by } => {
            commands::events::dead::drop(settings, actor, (&choice, by), json).await
        }
    }
}
