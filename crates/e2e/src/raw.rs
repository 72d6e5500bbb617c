//! Raw requests, written byte by byte as an attacker would, and what came back.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A request of any shape.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// The method, the path and whatever else.
    pub line: String,
    /// Header lines without their ends.
    pub headers: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl RawRequest {
    /// A POST to this path.
    #[must_use]
    pub fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { line: format!("POST {path} HTTP/1.1"), headers: Vec::new(), body: body.into() }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.headers.push(format!("{name}: {}", value.as_ref()));
        self
    }

    /// Its bytes; the length is that of the body.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{}\r\nhost: hub\r\nconnection: close\r\n", self.line);
        for header in &self.headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        let mut bytes = format!("{head}content-length: {}\r\n\r\n", self.body.len()).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it on a connection of its own; the status, and the text of the answer.
    ///
    /// # Errors
    /// Where nobody listens there, or no answer comes.
    pub async fn send(&self, address: SocketAddr) -> Result<(u16, String)> {
        exchange(address, &self.bytes()).await
    }
}

/// Sends bytes on a connection of their own; the status, and the text of the answer.
///
/// # Errors
/// Where nobody listens there, or no answer comes.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    // Who refuses what is large closes before all of it is written.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.context("no answer")?, answer))
}
