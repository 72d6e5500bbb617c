//! `highwire mcp`: the tools of assistants over standard input and output.

mod install;
#[cfg(test)]
mod registry;

use std::{sync::Arc, time::Duration};

use domain::{Actor, Realm};
use mcp::{Caller, McpServer, tool::every_kind};

use crate::{
    cli::{self, Cli},
    clock,
    failure::Failure,
    logs,
    settings::{Environment, Settings},
    terminal::TerminalHouse,
};

/// How long threads may take to finish when the client has gone.
const LAST_THREADS: Duration = Duration::from_secs(2);

/// Serves until the client closes standard input.
///
/// # Errors
/// Where the settings cannot be read, or the client does not speak the protocol. Settings that lack
/// something are no error: the tools say what is missing, where an assistant can tell a person.
pub(crate) fn run(asked: &cli::Mcp, cli: &Cli) -> Result<(), Failure> {
    if let Some(cli::McpCommand::Install(asked)) = &asked.command {
        return install::run(asked, cli);
    }
    let settings = Settings::load(&cli.flags(), &Environment::read()?)?;
    logs::start(&settings.log)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Failure::user("start the runtime", "free some memory").because(source))?;
    let caller = Caller {
        actor: Actor::Installation,
        realm: Realm::Installation,
        kinds: every_kind(),
        mode: asked.surface.mode(),
        surface: asked.surface.surface(),
    };
    let served = runtime.block_on(async {
        let house = TerminalHouse::new(settings, clock::system());
        mcp::stdio::serve(McpServer::new(Arc::new(house), caller)).await
    });
    runtime.shutdown_timeout(LAST_THREADS);
    served.map_err(|source| {
        let hint = "let a client start it: `highwire mcp --help` tells how";
        Failure::user("serve the tools", hint).because(source)
    })
}
