//! The commands, one file each.

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod call;
pub(crate) mod changes;
pub(crate) mod completions;
pub(crate) mod conflicts;
pub(crate) mod connect;
pub(crate) mod connections;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod history;
pub(crate) mod keys;
pub(crate) mod mcp;
pub(crate) mod members;
pub(crate) mod notion;
pub(crate) mod operations;
pub(crate) mod organizations;
pub(crate) mod query;
pub(crate) mod restore;
pub(crate) mod retention;
pub(crate) mod sandbox;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod subscriptions;
pub(crate) mod sync;
pub(crate) mod undo;
pub(crate) mod up;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// The signals that end a program: Ctrl-C, and the stop signal of a service manager.
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Listens for them from now on, so that none ends the program by itself.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let refused = |source: std::io::Error| {
            Failure::user("listen for the stop signal", "report this as a bug").because(source)
        };
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(refused)?,
            interrupt: signal(SignalKind::interrupt()).map_err(refused)?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Waits for Ctrl-C or the stop signal of a service manager.
pub(crate) async fn stop_signal() -> Result<(), Failure> {
    StopSignals::listen()?.next().await;
    Ok(())
}
