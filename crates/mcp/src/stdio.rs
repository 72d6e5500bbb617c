//! The server over standard input and output, for a client that started this process.

use rmcp::{ServiceExt, service::ServerInitializeError, transport::stdio_pipes};

use crate::McpServer;

/// Why a server on standard input and output ended before its client did.
#[derive(Debug, thiserror::Error)]
pub enum StdioError {
    /// The client's first message opens neither era of the protocol.
    #[error("the client did not begin as the protocol asks; start it as an MCP server: {0}")]
    Begin(Box<ServerInitializeError>),
    /// The task that serves ended by itself.
    #[error("the server broke off; report this as a bug: {0}")]
    Broken(#[from] tokio::task::JoinError),
}

/// Serves until the client closes standard input. Nothing but the protocol goes to standard output.
///
/// # Errors
/// Where the client does not speak the protocol. One that leaves, at any time, is no error.
pub async fn serve(server: McpServer) -> Result<(), StdioError> {
    // Pipes are read and written on the reactor, without a thread for each message.
    let running = match server.clone().serve(stdio_pipes()).await {
        Ok(running) => running,
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => {
            return Ok(());
        }
        Err(error) => return Err(StdioError::Begin(Box::new(error))),
    };
    let ended = running.waiting().await;
    server.flush().await;
    ended?;
    Ok(())
}
