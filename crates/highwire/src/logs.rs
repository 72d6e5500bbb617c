//! The log: to stderr, human on a terminal and JSON lines otherwise.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

use crate::{
    failure::Failure,
    settings::{Log, LogFormat},
};

/// Starts the log of this process.
pub(crate) fn start(settings: &Log) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.level).map_err(|source| {
        let hint = "set log.level to error, warn, info, debug or trace";
        Failure::user(format!("use the log level `{}`", settings.level), hint).because(source)
    })?;
    let is_terminal = std::io::stderr().is_terminal();
    let json = match settings.format {
        LogFormat::Auto => !is_terminal,
        LogFormat::Human => false,
        LogFormat::Json => true,
    };
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match json {
        true => builder.json().flatten_event(true).try_init(),
        false => builder.with_ansi(is_terminal).with_target(false).try_init(),
    };
    started.map_err(|source| Failure::user("start the log", "report this as a bug").because(source))
}
