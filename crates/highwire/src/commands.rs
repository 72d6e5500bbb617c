//! The commands, one file each.

pub(crate) mod api_keys;
pub(crate) mod call;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod events;
pub(crate) mod keys;
pub(crate) mod members;
pub(crate) mod notion;
pub(crate) mod operations;
pub(crate) mod organizations;
pub(crate) mod retention;
pub(crate) mod sandbox;
pub(crate) mod up;

use crate::failure::Failure;

/// Waits for Ctrl-C or the stop signal of a service manager.
pub(crate) async fn stop_signal() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let refused = |source: std::io::Error| {
        Failure::user("listen for the stop signal", "report this as a bug").because(source)
    };
    let mut terminate = signal(SignalKind::terminate()).map_err(refused)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(refused)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
